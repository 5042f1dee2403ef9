//! `/m/`: the card she shows at the till.

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::{DateTime, Utc};
use http::{HeaderValue, header};
use serde::{Deserialize, Serialize};

use super::guard::{Visitor, path_in_state};
use super::views;
use crate::app::App;
use crate::loyalty;
use crate::members::Number;
use crate::members::pass::{self, WINDOW_SECONDS};
use crate::problem::Problem;
use crate::web::Page;
use crate::web::face::Face;
use crate::web::pieces::{Drawn, Shell, StampLine, Ticket, draw};
use crate::web::reader::Reader;

/// One code of the pass and from when it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Window {
    /// Milliseconds since 1970.
    pub from: i64,
    /// Modules on a side.
    pub size: usize,
    /// The modules as base64, row by row.
    pub bits: String,
}

/// The pass, drawn.
#[derive(Debug, Clone)]
pub struct PassCard {
    /// The tier's name; empty where the brand has none.
    pub tier: String,
    /// The member number in groups of four.
    pub number: String,
    /// The code of the present window.
    pub code: Drawn,
    /// All preloaded windows, the present one first.
    pub windows: Vec<Window>,
    /// How long a window is, in seconds.
    pub seconds: i64,
    /// The service's time, in milliseconds since 1970.
    pub now: i64,
}

impl PassCard {
    /// The windows as JSON for the island.
    pub fn windows_json(&self) -> String {
        serde_json::to_string(&self.windows).expect("numbers and letters become JSON")
    }
}

/// The card page.
#[derive(Debug, Template)]
#[template(path = "member/card.html")]
pub struct CardPage {
    /// Around it.
    pub shell: Shell,
    /// The member's version this page shows; the page asks for its parts again when it grows.
    pub version: i64,
    /// The pass.
    pub pass: PassCard,
    /// Her stamp cards, one line each.
    pub lines: Vec<StampLine>,
    /// The voucher that ends next.
    pub ticket: Option<Ticket>,
}

/// What LIFF may add to the first page's address.
#[derive(Debug, Deserialize)]
pub(super) struct Opened {
    #[serde(rename = "liff.state")]
    state: Option<String>,
}

/// `GET /m/`
pub(super) async fn show(
    State(face): State<Face>,
    reader: Reader,
    visitor: Visitor,
    Query(opened): Query<Opened>,
) -> Result<Response, Problem> {
    // Who is signed in already needs no LIFF to be led on.
    let further = opened.state.as_deref().and_then(path_in_state).filter(|path| path != "/");
    if let Some(path) = further {
        return Ok(Redirect::to(&face.address(&path)).into_response());
    }
    let member = &visitor.member;
    let scene = face.scene(member.language.or(reader.lang)).await?;
    let standing = loyalty::standing(&face.app, &face.app.db, member.id).await?;
    let shelf = loyalty::shelf(&face.app.db, member.id).await?;
    let windows = windows(&face.app, &member.number, scene.now);
    let pass = PassCard {
        tier: String::new(),
        number: member.number.grouped(),
        code: code_now(&face.app, &member.number, scene.now)?,
        windows,
        seconds: WINDOW_SECONDS,
        now: scene.now.timestamp_millis(),
    };
    let page = CardPage {
        version: member.version,
        pass,
        lines: views::lines(&scene, &standing),
        ticket: views::ready(&scene, &shelf).first().map(|held| views::ticket(&face, &scene, held)),
        shell: scene.shell,
    };
    Ok(Page::new(page, &face.policy()).into_response())
}

/// What the island asks for when its windows run low.
#[derive(Serialize)]
struct Preloaded {
    now: i64,
    seconds: i64,
    windows: Vec<Window>,
}

/// `GET /m/pass`
pub(super) async fn preload(State(face): State<Face>, visitor: Visitor) -> Response {
    let now = face.app.clock.now();
    let windows = windows(&face.app, &visitor.member.number, now);
    let preloaded = Preloaded { now: now.timestamp_millis(), seconds: WINDOW_SECONDS, windows };
    let mut response = Json(preloaded).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn windows(app: &App, number: &Number, now: DateTime<Utc>) -> Vec<Window> {
    let codes = pass::codes(&app.secret, number, now);
    let drawn = codes.into_iter().filter_map(|code| Some((code.from, draw(&code.payload)?)));
    drawn.map(|(from, drawn)| Window { from: from.timestamp_millis(), size: drawn.size, bits: drawn.bits }).collect()
}

fn code_now(app: &App, number: &Number, now: DateTime<Utc>) -> Result<Drawn, Problem> {
    let codes = pass::codes(&app.secret, number, now);
    let drawn = codes.first().and_then(|code| draw(&code.payload));
    drawn.ok_or_else(|| Problem::unforeseen("a pass that no QR code holds"))
}
