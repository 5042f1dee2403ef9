//! `/m/`: the card she shows at the till.

use askama::Template;
use serde::Serialize;

use crate::web::pieces::{Drawn, Shell, StampLine, Ticket};

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
