//! `/m/stamps`: the stamp card, when it ends, and what happened.

use askama::Template;

use crate::web::pieces::{Plain, Shell, StampGrid};

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
