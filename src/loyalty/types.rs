//! What every request of this room carries, and why one may be refused.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::coupons::First;
use crate::ids::{Actor, ActorKind, EntryId, VoucherId};

/// Where something happens: a store and the zone its days are counted in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The store's code.
    pub store: String,
    /// The store's time zone.
    pub zone: Tz,
}

impl Place {
    /// No store at all: where things happen that time alone does.
    pub fn nowhere(zone: Tz) -> Self {
        Self { store: String::new(), zone }
    }
}

/// Who asks, and with what right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// What the actor may undo.
    pub authority: Authority,
}

/// How far back an actor may undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authority {
    /// Own acts of the last ten minutes (a coupon may say otherwise for its redemptions).
    Own,
    /// Anybody's acts of the last thirty days: owners, and managers of every store.
    All,
    /// The same, but of others only what was done in these stores: managers.
    Stores(Vec<String>),
}

impl By {
    /// An actor who may undo what it did itself.
    pub fn own(actor: Actor) -> Self {
        Self { actor, authority: Authority::Own }
    }

    /// A manager, who may undo what others did.
    pub fn manager(actor: Actor) -> Self {
        Self { actor, authority: Authority::All }
    }

    /// A manager of some stores, who may undo what others did there; of all stores where none is named.
    pub fn manager_of(actor: Actor, stores: &[String]) -> Self {
        let authority = if stores.is_empty() { Authority::All } else { Authority::Stores(stores.to_vec()) };
        Self { actor, authority }
    }

    /// Whether this is a person behind a counter.
    pub fn is_staff(&self) -> bool {
        self.actor.kind == ActorKind::Staff
    }
}

/// What was asked for, or why not. A refusal is an answer: nothing was written, and each face words it in its own way.
pub type Answer<T> = Result<T, Refusal>;

/// Why a reward act is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such member.
    UnknownMember,
    /// The card is for those who took their membership card, and this person has not.
    NotJoined,
    /// The clerk is linked to this very member.
    OwnCard,
    /// No stamp card of that name is published.
    UnknownCard,
    /// Less than one stamp, or more than the card gives in one visit.
    Amount {
        /// Stamps one visit gives at most.
        at_most: i64,
    },
    /// The last visit was too short a time ago.
    TooSoon {
        /// The first instant at which a stamp is given again.
        until: DateTime<Utc>,
    },
    /// The pass that was shown earned its stamps on this card already.
    PassUsed,
    /// The same key was used before for something else.
    OtherContent,
    /// It was done under the same key and taken back since. Done again it needs a key of its own.
    TakenBack {
        /// The entry that counts no longer.
        entry: EntryId,
        /// When it was taken back.
        at: DateTime<Utc>,
    },
    /// There is no such entry in this member's ledger.
    UnknownEntry,
    /// An entry of this kind cannot be undone.
    NotUndoable,
    /// Somebody else did it; a manager can undo it.
    NotYours,
    /// Somebody else did it, or it is long ago: it is undone for a reason, and none was given.
    NoReason,
    /// The right to undo ended.
    TooLate {
        /// When it ended.
        ended: DateTime<Utc>,
    },
    /// A reward that would have to be taken back is already used. Its redemption has to be undone first.
    RewardUsed {
        /// The used voucher.
        voucher: VoucherId,
        /// Its coupon.
        coupon: String,
    },
    /// The card the stamps were on has expired; there is nothing to take back.
    CardExpired,
    /// There is no voucher with this code.
    UnknownVoucher,
    /// The voucher was used before.
    AlreadyRedeemed {
        /// When, where and by whom.
        first: First,
    },
    /// The voucher has expired.
    VoucherExpired {
        /// The first instant at which it was no longer good.
        at: DateTime<Utc>,
    },
    /// The voucher was taken back, with the stamps that earned it.
    VoucherRevoked,
    /// The voucher is not good in this store.
    OtherStore {
        /// Where it is.
        stores: Vec<String>,
    },
}

impl Refusal {
    /// A stable word for programs and for the log of scans.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownMember => "unknown_member",
            Self::NotJoined => "not_joined",
            Self::OwnCard => "own_card",
            Self::UnknownCard => "unknown_card",
            Self::Amount { .. } => "amount",
            Self::TooSoon { .. } => "too_soon",
            Self::PassUsed => "pass_used",
            Self::OtherContent => "other_content",
            Self::TakenBack { .. } => "taken_back",
            Self::UnknownEntry => "unknown_entry",
            Self::NotUndoable => "not_undoable",
            Self::NotYours => "not_yours",
            Self::NoReason => "no_reason",
            Self::TooLate { .. } => "too_late",
            Self::RewardUsed { .. } => "reward_used",
            Self::CardExpired => "card_expired",
            Self::UnknownVoucher => "unknown_voucher",
            Self::AlreadyRedeemed { .. } => "already_redeemed",
            Self::VoucherExpired { .. } => "voucher_expired",
            Self::VoucherRevoked => "voucher_revoked",
            Self::OtherStore { .. } => "other_store",
        }
    }
}
