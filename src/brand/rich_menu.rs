//! The files `rich-menus/*.yaml`: the menu under the chat. So far the sandbox alone shows it; nothing puts it up at LINE.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spec::{At, Defined, Document, Fault, Name, Texts};

/// A menu: rows of tiles, filled from the left and the top.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RichMenu {
    /// Its name.
    #[garde(skip)]
    pub rich_menu: At<Name>,
    /// What the bar under the chat says, at most 14 characters (LINE Messaging API reference, "Rich menu", read 2026-08).
    #[garde(length(chars, min = 1, max = 14))]
    pub chat_bar: String,
    /// Tiles in a row.
    #[garde(range(min = 1, max = 5))]
    pub columns: u32,
    /// The tiles; LINE takes at most 20 areas.
    #[garde(length(min = 1, max = 20), dive)]
    pub tiles: Vec<At<Tile>>,
}

/// One tile: what it says and the one thing a tap does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Tile {
    /// What it says.
    #[garde(skip)]
    pub label: Texts,
    /// What a tap does.
    #[garde(skip)]
    pub action: TileAction,
}

/// What a tap does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TileAction {
    /// Says this in the customer's name.
    Say(At<String>),
    /// Tells us this without saying it in the chat: `join` offers the membership card.
    Postback(At<String>),
    /// Opens a page of hers.
    Page(Page),
    /// Opens an https address.
    Uri(At<String>),
}

/// A member's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Page {
    /// Her pass.
    Card,
    /// Her stamp cards.
    Stamps,
    /// Her vouchers.
    Vouchers,
}

impl Document for RichMenu {
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for tile in &self.tiles {
            for label in tile.label.all() {
                if label.trim().is_empty() {
                    faults.push(Fault::new("blank", tile.place));
                } else if label.chars().count() > 20 {
                    faults.push(Fault::new("too-long", tile.place).with("limit", 20));
                }
            }
            match &tile.action {
                TileAction::Uri(uri) if !uri.starts_with("https://") => {
                    faults.push(Fault::new("not-https", uri.place).hint("not-https-hint"));
                }
                TileAction::Say(text) | TileAction::Postback(text) if text.is_empty() || text.chars().count() > 300 => {
                    faults.push(Fault::new("too-long", text.place).with("limit", 300));
                }
                _ => {}
            }
        }
        faults
    }
}

impl Defined for RichMenu {
    const KIND: &'static str = "rich_menu";

    fn name(&self) -> &str {
        self.rich_menu.as_str()
    }
}
