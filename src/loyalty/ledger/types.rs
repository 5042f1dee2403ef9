//! An entry of the ledger: everything an act did, in a form that rebuilds every balance without knowing any rule.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::ids::{Actor, EntryId, MemberId, RedemptionId, VoucherId};
use crate::loyalty::calendar::business_day;
use crate::loyalty::coupons::{Redemption, RedemptionMove, VoucherMove};
use crate::loyalty::stamps::{CardMove, MilestoneMove};
use crate::loyalty::types::Place;

/// The version of the payload's form.
pub const FORMAT: i64 = 1;

/// What sort of act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum EntryKind {
    /// A visit gave stamps, and what these earned.
    Stamped,
    /// A visit's stamps were taken back, and what they had earned.
    StampReversed,
    /// A card ended before it was full.
    CardExpired,
    /// A voucher was used.
    VoucherRedeemed,
    /// The use of a voucher was undone.
    RedemptionReversed,
    /// A voucher ended unused.
    VoucherExpired,
}

impl EntryKind {
    /// The word in the database and on the timeline.
    pub fn word(self) -> &'static str {
        match self {
            Self::Stamped => "stamped",
            Self::StampReversed => "stamp_reversed",
            Self::CardExpired => "card_expired",
            Self::VoucherRedeemed => "voucher_redeemed",
            Self::RedemptionReversed => "redemption_reversed",
            Self::VoucherExpired => "voucher_expired",
        }
    }
}

/// One line of a member's ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Whose.
    pub member: MemberId,
    /// Its number in the member's ledger, from 1 without gaps.
    pub seq: i64,
    /// Its id.
    pub id: EntryId,
    /// What sort of act.
    pub kind: EntryKind,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// The day it counts for, on the wall of the store.
    pub business_day: NaiveDate,
    /// The store's zone, by which that day can be checked.
    pub zone: Tz,
    /// Where.
    pub store: String,
    /// By whom.
    pub actor: Actor,
    /// The stamp card or the coupon.
    pub programme: String,
    /// Stamps added to all cards together; negative when taken.
    pub amount: i64,
    /// The entry this one undoes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverses: Option<EntryId>,
    /// Stamps that were lost beyond the goal.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dropped: i64,
    /// What it did.
    #[serde(flatten)]
    pub moves: Moves,
}

impl Entry {
    /// The use of a voucher that this entry makes.
    pub fn redemption(&self, id: RedemptionId, voucher: VoucherId) -> Redemption {
        Redemption {
            id,
            voucher,
            member: self.member,
            at: self.at,
            store: self.store.clone(),
            actor_kind: self.actor.kind,
            actor_id: self.actor.id.clone(),
            entry: self.id,
            reversed_at: None,
        }
    }
}

/// An entry that is decided but has no place in the ledger yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What sort of act.
    pub kind: EntryKind,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Where.
    pub place: Place,
    /// By whom.
    pub actor: Actor,
    /// The stamp card or the coupon.
    pub programme: String,
    /// The entry it undoes.
    pub reverses: Option<EntryId>,
    /// Stamps that were lost beyond the goal.
    pub dropped: i64,
    /// What it does.
    pub moves: Moves,
}

impl Draft {
    /// The entry in its place.
    pub fn at_place(self, member: MemberId, seq: i64, id: EntryId, recorded_at: DateTime<Utc>) -> Entry {
        let Self { kind, at, place: Place { store, zone }, actor, programme, reverses, dropped, moves } = self;
        let (business_day, amount) = (business_day(at, zone), moves.amount());
        Entry {
            member,
            seq,
            id,
            kind,
            at,
            recorded_at,
            business_day,
            zone,
            store,
            actor,
            programme,
            amount,
            reverses,
            dropped,
            moves,
        }
    }
}

/// What an entry did to the member's cards and vouchers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moves {
    /// Cards, in the order they were touched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<CardMove>,
    /// Milestones reached or given up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<MilestoneMove>,
    /// Vouchers given or changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vouchers: Vec<VoucherMove>,
    /// Redemptions made or undone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redemptions: Vec<RedemptionMove>,
}

impl Moves {
    /// Stamps added to all cards together.
    pub fn amount(&self) -> i64 {
        self.cards.iter().map(|card| card.added).sum()
    }
}

fn is_zero(count: &i64) -> bool {
    *count == 0
}
