//! `/m/stamps`: the stamp card, when it ends, and what happened.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;

use super::guard::Visitor;
use super::{fresh, views};
use crate::loyalty;
use crate::problem::Problem;
use crate::web::Page;
use crate::web::face::Face;
use crate::web::pieces::{Next, Plain, Shell, StampGrid};
use crate::web::reader::Reader;

/// Lines of her history on the page.
const HISTORY: i64 = 20;

/// One line of her history with the card.
#[derive(Debug, Clone)]
pub struct HistoryLine {
    /// When, in words.
    pub when: String,
    /// What: 「蓋了 2 點」.
    pub what: String,
    /// Where.
    pub store: String,
    /// `+2`, `−1`; empty when no stamps moved.
    pub amount: String,
    /// Whether it was taken back later.
    pub is_undone: bool,
}

/// The stamps page.
#[derive(Debug, Template)]
#[template(path = "member/stamps.html")]
pub struct StampsPage {
    /// Around it.
    pub shell: Shell,
    /// The member's version this page shows.
    pub version: i64,
    /// Her cards.
    pub grids: Vec<StampGrid>,
    /// What to say when there is no card.
    pub empty: Plain,
    /// Newest first.
    pub history: Vec<HistoryLine>,
}

/// `GET /m/stamps`
pub(super) async fn show(
    State(face): State<Face>,
    reader: Reader,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (app, member) = (&face.app, &visitor.member);
    let scene = face.scene(member.language.or(reader.lang)).await?;
    let tag = fresh::tag(app, &scene, member).await?;
    if fresh::has(&headers, &tag) {
        return Ok(fresh::still(&tag));
    }
    let standing = loyalty::standing(app, &app.db, member.id).await?;
    let shelf = loyalty::shelf(&app.db, member.id).await?;
    let history = views::told(&scene, &loyalty::told(&app.db, member.id, HISTORY).await?, &shelf);
    let page = StampsPage {
        version: member.version,
        grids: standing.iter().map(|card| views::grid(&scene, card)).collect(),
        empty: Plain {
            icon: "rosette",
            what: scene.shell.say("stamps-none"),
            why: scene.shell.say("stamps-none-why"),
            next: Some(Next { href: face.address("/"), label: scene.shell.say("nav-card") }),
        },
        history,
        shell: scene.shell,
    };
    Ok(fresh::tagged(Page::new(page, &face.policy()).into_response(), &tag))
}
