//! The counter: where a clerk reads a pass or a voucher, sees who it is and what will happen, and does it with one tap.
//!
//! Every act answers with a [`Band`](crate::web::pieces::Band); a reading answers with a [`Sheet`] or a band that says what to
//! do next. With htmx they arrive as parts of the open desk, without it as a whole [`DeskPage`]. [`TABLE`] says who may do what.

mod acts;
mod desk;
mod device;
mod enrol;
mod guard;
mod list;
mod scan;
mod sheet;
mod told;
mod words;

use axum::extract::{RawQuery, State};
use axum::routing::{get, post};
use axum::{Router, middleware};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::web::face::{Audience, Face};

pub use desk::{Act, ActPart, BandPart, Desk, DeskPage, ReadPart};
pub use device::{Colleague, ScannerTestPage, SignInPage};
pub use enrol::EnrolPage;
pub use guard::TABLE;
pub use sheet::{Offer, Sheet, SheetVoucher, Who};

/// The routes, all of them behind [`TABLE`].
pub fn routes(app: &App, stop: &CancellationToken) -> Router {
    let face = Face { app: app.clone(), stop: stop.clone(), audience: Audience::Counter };
    let routes = Router::new()
        .route(
            "/counter",
            get(async |State(face): State<Face>, RawQuery(query): RawQuery| face.slash(query.as_deref())),
        )
        .route("/counter/enrol", get(enrol::enrol_page).post(enrol::enrol))
        .route("/counter/sign-in", get(device::sign_in_page).post(device::sign_in))
        .route("/counter/sign-out", post(device::sign_out))
        .route("/counter/scanner-test", get(device::scanner_test))
        .route("/counter/", get(desk::show))
        .route("/counter/scan", post(scan::read))
        .route("/counter/stamp", post(acts::stamp))
        .route("/counter/redeem", post(acts::redeem))
        .route("/counter/undo", post(acts::undo))
        .route("/counter/{*rest}", get(async || ()))
        .route_layer(middleware::from_fn_with_state(face.clone(), guard::admit))
        .with_state(face.clone());
    face.around(routes)
}
