//! The gate: may this person get this message? Asked when a plan is made and again right before every try.
//!
//! She must have a card and agree to offers, and must not block the account. That she is a friend need not have been seen:
//! LINE tells of each who follows or blocks from the day the webhook is there, and nothing of the friends an account had
//! before. They open their card, agree, and are written to like everybody else; keeping them out would keep a shop's oldest
//! friends out for ever. Should one of them be no friend, LINE answers 200, delivers nothing and does not count it (Messaging
//! API reference, "Conditions of users who can receive", read 2026-08).
//!
//! Before a further try of a request that LINE may have taken already it asks less ([`pass_again`]): the request leaves with
//! everybody in it or not at all, so only what must never happen stops it.

use serde::{Deserialize, Serialize};

use crate::members::friends::FriendState;

/// Why somebody does not get a message. Stable words: they stand in rows, reports and programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Reason {
    /// No LINE user of this account is known for the person.
    NoLineAccount,
    /// She blocked the account.
    Blocked,
    /// Nobody saw her add the account as a friend, and she neither took her card nor agreed to marketing.
    NotFollowing,
    /// She did not take her card.
    NotJoined,
    /// She did not agree to marketing, or took it back.
    NoConsent,
    /// Staff or a tester.
    TestMember,
    /// An earlier run of the campaign reached her, or may have.
    AlreadyGotIt,
    /// LINE would refuse the message as it reads for her.
    UnfitMessage,
    /// The approved number of messages is used up.
    OverPlan,
    /// The run was cancelled before her message left.
    Cancelled,
    /// Her message cannot be opened any more: her data was erased.
    Erased,
    /// LINE does not know the user id.
    UnknownToLine,
    /// LINE refused the request.
    RefusedByLine,
    /// Nobody knows whether LINE took it: no answer within 23 hours or ten tries.
    NoAnswer,
    /// The run was cancelled while an answer of LINE was missing.
    CancelledInDoubt,
    /// She took back her consent, or is no member any more, while an answer of LINE was missing.
    WithdrawnInDoubt,
    /// Somebody else in her request did, and sending it again could have reached that person.
    BesideWithdrawn,
}

impl Reason {
    /// All of them, for words and tests.
    pub const ALL: [Self; 17] = [
        Self::NoLineAccount,
        Self::Blocked,
        Self::NotFollowing,
        Self::NotJoined,
        Self::NoConsent,
        Self::TestMember,
        Self::AlreadyGotIt,
        Self::UnfitMessage,
        Self::OverPlan,
        Self::Cancelled,
        Self::Erased,
        Self::UnknownToLine,
        Self::RefusedByLine,
        Self::NoAnswer,
        Self::CancelledInDoubt,
        Self::WithdrawnInDoubt,
        Self::BesideWithdrawn,
    ];

    /// The word as it stands in rows and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoLineAccount => "no_line_account",
            Self::Blocked => "blocked",
            Self::NotFollowing => "not_following",
            Self::NotJoined => "not_joined",
            Self::NoConsent => "no_consent",
            Self::TestMember => "test_member",
            Self::AlreadyGotIt => "already_got_it",
            Self::UnfitMessage => "unfit_message",
            Self::OverPlan => "over_plan",
            Self::Cancelled => "cancelled",
            Self::Erased => "erased",
            Self::UnknownToLine => "unknown_to_line",
            Self::RefusedByLine => "refused_by_line",
            Self::NoAnswer => "no_answer",
            Self::CancelledInDoubt => "cancelled_in_doubt",
            Self::WithdrawnInDoubt => "withdrawn_in_doubt",
            Self::BesideWithdrawn => "beside_withdrawn",
        }
    }
}

/// What the gate looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// How she can be reached through the account; none when no LINE user of it is known for her.
    pub reach: Option<FriendState>,
    /// Whether she took her card.
    pub is_joined: bool,
    /// Whether she agrees to marketing at present.
    pub has_consented: bool,
    /// Staff or a tester.
    pub is_test: bool,
}

/// Lets a person through, or says the first thing that stands in the way. What the person decided (blocked, consent) is said
/// before what we know of her otherwise.
pub fn pass(facts: Facts) -> Result<(), Reason> {
    match facts.reach {
        None => return Err(Reason::NoLineAccount),
        Some(FriendState::Blocked) => return Err(Reason::Blocked),
        Some(FriendState::Unknown) if !facts.is_joined && !facts.has_consented => return Err(Reason::NotFollowing),
        Some(FriendState::Unknown | FriendState::Following) => {}
    }
    let hindrances = [
        (!facts.is_joined, Reason::NotJoined),
        (!facts.has_consented, Reason::NoConsent),
        (facts.is_test, Reason::TestMember),
    ];
    hindrances.into_iter().find(|(stands, _)| *stands).map_or(Ok(()), |(_, reason)| Err(reason))
}

/// Whether a request this person is in may leave once more when LINE may have it already. Consent, her card and her account
/// count as ever. That she blocked the account does not: LINE delivers nothing to her then (Messaging API reference, "Conditions
/// of users who can receive", read 2026-08), and those beside her would miss theirs. That she became staff or a tester does
/// not either.
pub fn pass_again(facts: Facts) -> Result<(), Reason> {
    let reach = facts.reach.map(|reach| match reach {
        FriendState::Blocked => FriendState::Following,
        FriendState::Unknown | FriendState::Following => reach,
    });
    pass(Facts { reach, is_test: false, ..facts })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: Facts =
        Facts { reach: Some(FriendState::Following), is_joined: true, has_consented: true, is_test: false };

    /// A friend from before the service was there.
    const UNSEEN: Facts = Facts { reach: Some(FriendState::Unknown), ..FREE };

    #[test]
    fn what_stands_in_the_way_is_said() {
        let table = [
            (FREE, Ok(())),
            (Facts { reach: None, ..FREE }, Err(Reason::NoLineAccount)),
            (Facts { reach: Some(FriendState::Blocked), ..FREE }, Err(Reason::Blocked)),
            (UNSEEN, Ok(())),
            (Facts { is_joined: false, has_consented: false, ..UNSEEN }, Err(Reason::NotFollowing)),
            (Facts { is_joined: false, ..UNSEEN }, Err(Reason::NotJoined)),
            (Facts { has_consented: false, ..UNSEEN }, Err(Reason::NoConsent)),
            (Facts { is_test: true, ..UNSEEN }, Err(Reason::TestMember)),
            (Facts { is_joined: false, ..FREE }, Err(Reason::NotJoined)),
            (Facts { has_consented: false, ..FREE }, Err(Reason::NoConsent)),
            (Facts { is_test: true, ..FREE }, Err(Reason::TestMember)),
            (
                Facts { reach: Some(FriendState::Blocked), has_consented: false, is_joined: false, ..FREE },
                Err(Reason::Blocked),
            ),
        ];
        for (facts, answer) in table {
            assert_eq!(pass(facts), answer, "{facts:?}");
        }
    }

    #[test]
    fn nobody_passes_with_anything_in_the_way() {
        for bits in 0..32_u8 {
            let bit = |n: u8| bits >> n & 1 == 1;
            let reach = match (bit(0), bit(1)) {
                (false, false) => None,
                (false, true) => Some(FriendState::Unknown),
                (true, false) => Some(FriendState::Blocked),
                (true, true) => Some(FriendState::Following),
            };
            let facts = Facts { reach, is_joined: bit(2), has_consented: bit(3), is_test: bit(4) };
            assert_eq!(pass(facts).is_ok(), [FREE, UNSEEN].contains(&facts), "{facts:?}");
            let may_again = facts.reach.is_some() && facts.is_joined && facts.has_consented;
            assert_eq!(pass_again(facts).is_ok(), may_again, "again: {facts:?}");
        }
    }

    #[test]
    fn a_reason_is_the_same_word_everywhere() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).expect("JSON"), reason.word());
        }
    }
}
