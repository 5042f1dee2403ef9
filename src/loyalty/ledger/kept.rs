//! What the store holds of members, whatever their ledgers say.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::replay::{Books, Reaching};
use crate::ids::{ActorKind, CardId, EntryId, MemberId, VoucherId};
use crate::loyalty::coupons::{Redemption, Voucher};
use crate::loyalty::stamps::Card;
use crate::loyalty::store::held;
use crate::store::{On, query};

/// A row of the ledger.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct EntryRow {
    pub member: MemberId,
    pub seq: i64,
    pub id: EntryId,
    pub kind: String,
    pub format: i64,
    pub payload: String,
    pub hash: Vec<u8>,
    pub at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub business_day: NaiveDate,
    pub store: String,
    pub actor_kind: ActorKind,
    pub actor_id: String,
    pub programme: String,
    pub amount: i64,
    pub reverses: Option<EntryId>,
}

/// Everything the store holds of one member.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Her ledger, in order.
    pub entries: Vec<EntryRow>,
    /// The end of her chain as it is said to be.
    pub head: Option<(i64, Vec<u8>)>,
    /// Her rows.
    pub books: Books,
}

impl Kept {
    /// Reads what the store holds of the members from `first` to `last`.
    pub async fn load(
        on: impl Into<On<'_>>,
        first: MemberId,
        last: MemberId,
    ) -> sqlx::Result<BTreeMap<MemberId, Self>> {
        type Reached = (MemberId, CardId, i64, EntryId, Option<VoucherId>, DateTime<Utc>, Option<DateTime<Utc>>);
        let mut on = on.into();
        let mut all: BTreeMap<MemberId, Self> = BTreeMap::new();
        macro_rules! rows {
            ($sql:literal as $row:ty) => {
                query(on.by_ref(), $sql).bind(first).bind(last).all::<$row>().await?
            };
        }
        let entries = rows!(
            "select member, seq, id, kind, format, payload, hash, at, recorded_at, business_day, store, actor_kind, actor_id,
                 programme, amount, reverses from ledger where member >= $1 and member <= $2 order by member, seq"
                as EntryRow
        );
        for entry in entries {
            all.entry(entry.member).or_default().entries.push(entry);
        }
        let heads = rows!(
            "select member, seq, hash from ledger_head where member >= $1 and member <= $2" as (MemberId, i64, Vec<u8>)
        );
        for (member, seq, hash) in heads {
            all.entry(member).or_default().head = Some((seq, hash));
        }
        let cards = rows!(
            "select id, member, programme, version, ordinal, stamps, goal, state, opened_at, last_stamp_at, completed_at, expires_at
             from card where member >= $1 and member <= $2"
                as Card
        );
        for card in cards {
            all.entry(card.member).or_default().books.cards.insert(card.id, card);
        }
        let vouchers = rows!(
            "select id, code, member, coupon, version, state, entry, issued_at, expires_at, changed_at from voucher
             where member >= $1 and member <= $2" as Voucher
        );
        for voucher in vouchers {
            let member = voucher.member;
            let (id, _, held) = held(voucher);
            all.entry(member).or_default().books.vouchers.insert(id, held);
        }
        let milestones = rows!(
            "select c.member, m.card, m.position, m.entry, m.voucher, m.reached_at, m.reversed_at
             from milestone m join card c on c.id = m.card where c.member >= $1 and c.member <= $2"
                as Reached
        );
        for (member, card, position, entry, voucher, reached_at, reversed_at) in milestones {
            let reaching = Reaching { voucher, reached_at, reversed_at };
            all.entry(member).or_default().books.milestones.insert((card, position, entry), reaching);
        }
        let redemptions = rows!(
            "select id, voucher, member, at, store, actor_kind, actor_id, entry, reversed_at from redemption
             where member >= $1 and member <= $2" as Redemption
        );
        for used in redemptions {
            all.entry(used.member).or_default().books.redemptions.insert(used.id, used);
        }
        Ok(all)
    }
}
