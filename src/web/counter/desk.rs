//! `/counter/`: the camera, the field for typed codes, the last acts; and the parts that an act puts on it.

use askama::Template;

use super::{Offer, Sheet};
use crate::web::pieces::{Band, Plain, Shell, Tone};

/// Something done at this counter lately.
#[derive(Debug, Clone)]
pub struct Act {
    /// The ledger entry.
    pub entry: String,
    /// When, in words.
    pub when: String,
    /// For whom, masked.
    pub who: String,
    /// What: 「蓋 1 點」.
    pub what: String,
    /// Whether the clerk may still take it back.
    pub can_undo: bool,
    /// Whether it was taken back.
    pub is_undone: bool,
}

/// What stands on the desk whatever happens.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The store's name.
    pub store: String,
    /// What is being done here: 集點與兌換.
    pub mode: String,
    /// Who is signed in.
    pub clerk: String,
    /// The last three acts, newest first.
    pub acts: Vec<Act>,
}

/// The whole desk.
#[derive(Debug, Template)]
#[template(path = "counter/desk.html")]
pub struct DeskPage {
    /// Around it.
    pub shell: Shell,
    /// The desk.
    pub desk: Desk,
    /// Who was just read.
    pub sheet: Option<Sheet>,
    /// How the last act went.
    pub band: Option<Band>,
}

impl DeskPage {
    /// What the list of acts says while it is empty.
    pub fn no_acts(&self) -> Plain {
        no_acts(&self.shell)
    }

    /// What the page says by itself when no answer came.
    pub fn unsure(&self) -> Band {
        Band {
            tone: Tone::Care,
            words: self.shell.say("counter-unsure-what"),
            next: self.shell.say("counter-unsure"),
            undo: None,
        }
    }
}

fn no_acts(shell: &Shell) -> Plain {
    Plain { icon: "history", what: shell.say("acts-none"), why: shell.say("acts-none-why"), next: None }
}

/// The answer to a reading: the sheet slides up, an old band goes.
#[derive(Debug, Template)]
#[template(path = "counter/read_part.html")]
pub struct ReadPart {
    /// Around it.
    pub shell: Shell,
    /// Who was read.
    pub sheet: Sheet,
}

/// The answer to a refused reading: the band alone; the sheet stays closed.
#[derive(Debug, Template)]
#[template(path = "counter/band_part.html")]
pub struct BandPart {
    /// Around it.
    pub shell: Shell,
    /// What to do next.
    pub band: Band,
}

/// The answer to an act: the band, and the list of acts as it now is; the sheet closes.
#[derive(Debug, Template)]
#[template(path = "counter/act_part.html")]
pub struct ActPart {
    /// Around it.
    pub shell: Shell,
    /// How it went.
    pub band: Band,
    /// The desk as it now is.
    pub desk: Desk,
}

impl ActPart {
    /// What the list of acts says while it is empty.
    pub fn no_acts(&self) -> Plain {
        no_acts(&self.shell)
    }
}
