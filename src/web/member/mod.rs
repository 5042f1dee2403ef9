//! The member's pages, opened from LINE: the card with the pass, the stamp card, the vouchers, what we know of her.
//!
//! LINE says who she is (`entry`), a session of ours keeps it, and [`TABLE`] says which page needs what. Open pages hear of
//! every change by `events` and ask for their parts anew.

mod card;
mod entry;
mod events;
mod fresh;
mod guard;
mod me;
mod stamps;
mod streams;
mod views;
mod vouchers;

use axum::extract::{RawQuery, State};
use axum::routing::{get, post};
use axum::{Extension, Router, middleware};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::web::face::{Audience, Face};

use streams::Streams;

pub use card::{CardPage, PassCard, Window};
pub use entry::{JoinPage, SignInPage};
pub use guard::TABLE;
pub use me::MePage;
pub use stamps::{HistoryLine, StampsPage};
pub use vouchers::{Tab, VoucherPage, VouchersPage};

/// The routes, all of them behind [`TABLE`].
pub fn routes(app: &App, stop: &CancellationToken) -> Router {
    let face = Face { app: app.clone(), stop: stop.clone(), audience: Audience::Member };
    let routes = Router::new()
        .route("/", get(async |State(face): State<Face>, RawQuery(query): RawQuery| face.front(query.as_deref())))
        .route("/m", get(async |State(face): State<Face>, RawQuery(query): RawQuery| face.slash(query.as_deref())))
        .route("/m/session", post(entry::open_session))
        .route("/m/join", post(entry::join))
        .route("/m/", get(card::show))
        .route("/m/pass", get(card::preload))
        .route("/m/events", get(events::watch).layer(Extension(Streams::new())))
        .route("/m/stamps", get(stamps::show))
        .route("/m/vouchers", get(vouchers::list))
        .route("/m/vouchers/{id}", get(vouchers::show))
        .route("/m/me", get(me::show))
        .route("/m/me/offers", post(me::offers))
        .route("/m/me/language", post(me::language))
        .route("/m/{*rest}", get(async || ()))
        .route_layer(middleware::from_fn_with_state(face.clone(), guard::admit))
        .with_state(face.clone());
    face.around(routes)
}
