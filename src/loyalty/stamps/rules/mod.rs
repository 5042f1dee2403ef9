//! What a visit earns, and what taking it back undoes. Nothing here reads a clock or a database.
//!
//! A member's stamps of one stamp card lie in a row: each full card, then the open one. A visit adds at the end of the row and
//! taking a visit back takes as many from its end, whichever visit put them there; so the row is always what it would be had
//! the visit not been. A milestone is reached while its card has as many stamps, no longer and no less.

mod earn;
mod undo;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::types::{Card, CardMove, CardState};
use crate::loyalty::calendar;
use crate::loyalty::spec::{From, StampCard};

pub use earn::{Granted, Moment, Reached, Row, grant, release};
pub use undo::{MANAGER_UNDO, OWN_UNDO, TakenBack, may_undo, take_back};

/// When an open card ends.
pub fn expiry(
    terms: &StampCard,
    opened_at: DateTime<Utc>,
    last_stamp_at: Option<DateTime<Utc>>,
    zone: Tz,
) -> Option<DateTime<Utc>> {
    let after = terms.expires.after.0?;
    let start = match terms.expires.from {
        From::Issue => opened_at,
        // Surplus stamps that waited for a reward are older than the card they came to.
        From::LastStamp => last_stamp_at?.max(opened_at),
    };
    Some(calendar::rounded(after.after(start, zone), terms.expires.round, zone))
}

/// Ends a card whose time has run out. It happened at its end, whenever that is noticed.
pub fn expire(card: &Card) -> CardMove {
    let mut ended = card.clone();
    ended.stamps = 0;
    ended.state = CardState::Expired;
    CardMove::between(Some(card), &ended)
}
