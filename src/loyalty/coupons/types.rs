//! Vouchers, their redemptions, and what an act does to them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::code::Code;
use crate::ids::{Actor, ActorKind, EntryId, MemberId, RedemptionId, VoucherId};

/// One member's copy of a coupon. It keeps the version of the terms it was given under.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Voucher {
    /// Its id.
    pub id: VoucherId,
    /// What is scanned or typed. Whoever knows it can use the voucher: never logged.
    pub code: Code,
    /// Whose.
    pub member: MemberId,
    /// The coupon it is a copy of.
    pub coupon: String,
    /// The version of the coupon's terms.
    pub version: i64,
    /// How it stands.
    pub state: VoucherState,
    /// The ledger entry that gave it.
    pub entry: EntryId,
    /// When it was given.
    pub issued_at: DateTime<Utc>,
    /// The first instant at which it is no longer good.
    pub expires_at: Option<DateTime<Utc>>,
    /// When its state was last set.
    pub changed_at: DateTime<Utc>,
}

impl Voucher {
    /// Whether its time has run out, marked or not.
    pub fn has_ended(&self, now: DateTime<Utc>) -> bool {
        self.state == VoucherState::Issued && self.expires_at.is_some_and(|end| end <= now)
    }
}

/// How a voucher stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum VoucherState {
    /// Good to be used.
    Issued,
    /// Used.
    Redeemed,
    /// Ended unused.
    Expired,
    /// Taken back with the stamps that earned it.
    Revoked,
}

impl VoucherState {
    /// The one state from which a voucher gets here (or none, by being given).
    pub fn comes_from(self) -> Self {
        match self {
            Self::Issued => Self::Redeemed,
            Self::Redeemed | Self::Expired | Self::Revoked => Self::Issued,
        }
    }
}

/// What an entry does to one voucher.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherMove {
    /// The voucher.
    pub voucher: VoucherId,
    /// Present when this entry gives the voucher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<Issued>,
    /// State after it.
    pub state: VoucherState,
    /// Present when this entry gives a voucher of before a new end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_end: Option<DateTime<Utc>>,
}

/// The birth of a voucher.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// The coupon it is a copy of.
    pub coupon: String,
    /// The version of the terms.
    pub version: i64,
    /// SHA-256 of the code in hexadecimal digits: the ledger may be shown to those who must not use the voucher.
    pub code_hash: String,
    /// The first instant at which it is no longer good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

impl VoucherMove {
    /// A change of state.
    pub fn to(voucher: VoucherId, state: VoucherState) -> Self {
        Self { voucher, issued: None, state, new_end: None }
    }
}

/// One use of a voucher.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Redemption {
    /// Its id.
    pub id: RedemptionId,
    /// The voucher used.
    pub voucher: VoucherId,
    /// Whose.
    pub member: MemberId,
    /// When.
    pub at: DateTime<Utc>,
    /// In which store.
    pub store: String,
    /// By whom.
    pub actor_kind: ActorKind,
    /// The actor's own id.
    pub actor_id: String,
    /// The ledger entry.
    pub entry: EntryId,
    /// When it was undone.
    pub reversed_at: Option<DateTime<Utc>>,
}

/// What an entry does to a redemption: makes it, or undoes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedemptionMove {
    /// The redemption.
    pub redemption: RedemptionId,
    /// The voucher.
    pub voucher: VoucherId,
    /// Undone by this entry, or made by it.
    pub undone: bool,
}

/// The use of a voucher that came first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct First {
    /// Its id.
    pub redemption: RedemptionId,
    /// Its ledger entry, by which it can be undone.
    pub entry: EntryId,
    /// When.
    pub at: DateTime<Utc>,
    /// In which store.
    pub store: String,
    /// By whom.
    pub by: Actor,
}

impl From<Redemption> for First {
    fn from(redemption: Redemption) -> Self {
        let Redemption { id, entry, at, store, actor_kind, actor_id, .. } = redemption;
        Self { redemption: id, entry, at, store, by: Actor { kind: actor_kind, id: actor_id } }
    }
}
