//! Why something was taken back, where it is not one's own slip of a moment ago.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::Actor;
use crate::loyalty::types::By;

/// Why. The audit keeps the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It was meant for somebody else.
    WrongMember,
    /// Another number, or another button, was meant.
    Slip,
    /// The goods came back, or the order was cancelled.
    Returned,
    /// Something else.
    Other,
}

impl Why {
    /// All of them, as they are offered.
    pub const ALL: [Self; 4] = [Self::WrongMember, Self::Slip, Self::Returned, Self::Other];

    /// The word in the audit and in forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::WrongMember => "wrong_member",
            Self::Slip => "slip",
            Self::Returned => "returned",
            Self::Other => "other",
        }
    }
}

/// Whether an act is taken back for a reason alone: somebody else did it, or it is longer ago than `own`, the time in which
/// whoever did it takes it back without a word.
pub(in crate::loyalty) fn is_asked(
    by: &By,
    actor: &Actor,
    recorded_at: DateTime<Utc>,
    own: TimeDelta,
    now: DateTime<Utc>,
) -> bool {
    by.actor != *actor || now >= recorded_at + own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_own_slip_of_a_moment_ago_needs_no_reason() {
        let (me, other) = (Actor::operator(), Actor::system("other"));
        let (at, own) = (DateTime::UNIX_EPOCH, TimeDelta::minutes(10));
        for (actor, minutes, asked) in
            [(&me, 0, false), (&me, 9, false), (&me, 10, true), (&other, 0, true), (&other, 60, true)]
        {
            let now = at + TimeDelta::minutes(minutes);
            assert_eq!(is_asked(&By::manager(me.clone()), actor, at, own, now), asked, "{actor:?} {minutes}");
        }
    }

    #[test]
    fn a_reason_is_read_as_it_is_written() {
        for why in Why::ALL {
            let json = serde_json::to_value(why).expect("a word");
            assert_eq!(json, why.word());
            assert_eq!(serde_json::from_value::<Why>(json).expect("the same"), why);
        }
    }
}
