//! Cards, and what an act does to one.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{CardId, MemberId, VoucherId};

/// One member's copy of a stamp card. It keeps the version of the terms it was begun under.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Card {
    /// Its id.
    pub id: CardId,
    /// Whose.
    pub member: MemberId,
    /// The stamp card it is a copy of.
    pub programme: String,
    /// The version of the stamp card's terms.
    pub version: i64,
    /// Which of this member's copies it is, from 1.
    pub ordinal: i64,
    /// Stamps on it. More than the goal only while surplus stamps wait for the reward to be taken; 0 once expired.
    pub stamps: i64,
    /// Stamps that fill it.
    pub goal: i64,
    /// How it stands.
    pub state: CardState,
    /// When it was begun.
    pub opened_at: DateTime<Utc>,
    /// The newest stamp on it that still counts.
    pub last_stamp_at: Option<DateTime<Utc>>,
    /// When it was filled.
    pub completed_at: Option<DateTime<Utc>>,
    /// The first instant at which it no longer counts; an open card only.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Card {
    /// Whether its time has run out, marked or not.
    pub fn has_ended(&self, now: DateTime<Utc>) -> bool {
        self.state == CardState::Open && self.expires_at.is_some_and(|end| end <= now)
    }

    /// Stamps missing to the goal.
    pub fn missing(&self) -> i64 {
        (self.goal - self.stamps).max(0)
    }
}

/// How a card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum CardState {
    /// Stamps go onto it.
    Open,
    /// Full.
    Completed,
    /// Ended before it was full.
    Expired,
    /// Begun by a stamp that was taken back.
    Void,
}

/// What an entry does to one card: how many stamps it adds, and how the card stands after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardMove {
    /// The card.
    pub card: CardId,
    /// Present when this entry begins the card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Opened>,
    /// Stamps added, or taken where negative.
    pub added: i64,
    /// Stamps after it.
    pub stamps: i64,
    /// State after it.
    pub state: CardState,
    /// After it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_stamp_at: Option<DateTime<Utc>>,
    /// After it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<DateTime<Utc>>,
    /// After it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

/// The birth of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The stamp card it is a copy of.
    pub programme: String,
    /// The version of the terms.
    pub version: i64,
    /// Which of the member's copies, from 1.
    pub ordinal: i64,
    /// Stamps that fill it.
    pub goal: i64,
}

impl CardMove {
    /// What changes `before` into `after`; `before` is none for a card that begins.
    pub fn between(before: Option<&Card>, after: &Card) -> Self {
        let opened = before.is_none().then(|| Opened {
            programme: after.programme.clone(),
            version: after.version,
            ordinal: after.ordinal,
            goal: after.goal,
        });
        Self {
            card: after.id,
            opened,
            added: after.stamps - before.map_or(0, |card| card.stamps),
            stamps: after.stamps,
            state: after.state,
            last_stamp_at: after.last_stamp_at,
            completed_at: after.completed_at,
            expires_at: after.expires_at,
        }
    }

    /// Puts a card where the move says it stands.
    pub fn set(&self, card: &mut Card) {
        card.stamps = self.stamps;
        card.state = self.state;
        card.last_stamp_at = self.last_stamp_at;
        card.completed_at = self.completed_at;
        card.expires_at = self.expires_at;
    }
}

/// A milestone of a card that was reached and still is.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Milestone {
    /// The card.
    pub card: CardId,
    /// The stamp that reached it.
    pub position: i64,
    /// What it gave.
    pub voucher: Option<VoucherId>,
}

/// What an entry does to a milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneMove {
    /// The card.
    pub card: CardId,
    /// The stamp.
    pub position: i64,
    /// What it gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher: Option<VoucherId>,
    /// Reached by this entry, or no longer reached because of it.
    pub reached: bool,
}
