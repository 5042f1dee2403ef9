//! The band that says how something at the counter went: colour, icon and words, never colour alone.

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Done.
    Done,
    /// Not done, and it may be tried again or otherwise.
    Care,
    /// Refused.
    Refused,
}

/// The right to take it back, while it is offered.
#[derive(Debug, Clone)]
pub struct Undo {
    /// Whose ledger.
    pub member: String,
    /// Which act: the ledger entry.
    pub entry: String,
    /// How long the bar still shows, in seconds.
    pub seconds: i64,
}

/// What a clerk reads after an act.
#[derive(Debug, Clone)]
pub struct Band {
    /// How it went.
    pub tone: Tone,
    /// What happened, in a few big words: 「已蓋 1 點・8／10」.
    pub words: String,
    /// Why, or what to do next; empty when there is nothing to add.
    pub next: String,
    /// The way back.
    pub undo: Option<Undo>,
}

impl Band {
    /// A word for the stylesheet.
    pub fn tone_name(&self) -> &'static str {
        match self.tone {
            Tone::Done => "done",
            Tone::Care => "care",
            Tone::Refused => "refused",
        }
    }

    /// The icon's name.
    pub fn icon(&self) -> &'static str {
        match self.tone {
            Tone::Done => "circle-check",
            Tone::Care => "alert-triangle",
            Tone::Refused => "ban",
        }
    }
}
