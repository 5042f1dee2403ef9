//! The stamp grid and the one line of it that stands on the card page.

use uuid::Uuid;

use super::Shell;

/// One place of a stamp card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// From 1.
    pub position: i64,
    /// How its print is turned, `0..9`; empty while it is unstamped.
    pub print: Option<u8>,
    /// What one gets for reaching it.
    pub gift: Option<String>,
}

/// What the next milestone gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gift {
    /// Stamps still to go; 0 when it was just reached.
    pub more: i64,
    /// In the brand's words: 一杯拿鐵.
    pub name: String,
}

/// A stamp card, drawn.
#[derive(Debug, Clone)]
pub struct StampGrid {
    /// The programme's title.
    pub title: String,
    /// Stamps on it.
    pub stamps: i64,
    /// Stamps it takes.
    pub goal: i64,
    /// Its places, in order.
    pub slots: Vec<Slot>,
    /// What comes next.
    pub gift: Option<Gift>,
    /// When it ends, as a sentence; empty when it does not.
    pub expiry: String,
    /// Whether the end is near.
    pub ends_soon: bool,
}

impl StampGrid {
    /// 「再 3 點，送您一杯拿鐵」.
    pub fn sentence(&self, shell: &Shell) -> String {
        sentence(shell, self.stamps, self.goal, self.gift.as_ref())
    }

    /// What a screen reader says instead of the places.
    pub fn spoken(&self, shell: &Shell) -> String {
        shell.voice.say_with("stamps-count", &[("stamps", self.stamps.into()), ("goal", self.goal.into())])
    }
}

/// The stamp card in one line.
#[derive(Debug, Clone)]
pub struct StampLine {
    /// The programme's title.
    pub title: String,
    /// Stamps on the card.
    pub stamps: i64,
    /// Stamps it takes.
    pub goal: i64,
    /// What comes next.
    pub gift: Option<Gift>,
}

impl StampLine {
    /// 「再 3 點，送您一杯拿鐵」.
    pub fn sentence(&self, shell: &Shell) -> String {
        sentence(shell, self.stamps, self.goal, self.gift.as_ref())
    }
}

fn sentence(shell: &Shell, stamps: i64, goal: i64, gift: Option<&Gift>) -> String {
    match gift {
        Some(gift) if gift.more > 0 => {
            shell.voice.say_with("stamps-more", &[("more", gift.more.into()), ("gift", gift.name.as_str().into())])
        }
        Some(gift) => shell.fill("stamps-reached", "gift", gift.name.as_str()),
        None => shell.voice.say_with("stamps-count", &[("stamps", stamps.into()), ("goal", goal.into())]),
    }
}

/// How the print of an entry is turned: always the same for the same entry, `0..9`.
pub fn turn(entry: Uuid) -> u8 {
    entry.as_bytes().iter().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(*byte)) % 9
}
