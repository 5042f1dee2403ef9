//! What many members have at once, for messages to many.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::views::SHOWN;
use crate::ids::MemberId;
use crate::store::{On, query};

/// What one member has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holding {
    /// Her open cards, and full ones that wait for a reward to be taken; a stamp card she has not begun is not among them.
    pub cards: Vec<Held>,
    /// Vouchers she can use now.
    pub vouchers: i64,
}

/// A card as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The stamp card's name.
    pub programme: String,
    /// The version of its terms that the card was begun with.
    pub version: i64,
    /// Stamps on it; what waits beyond the goal is not counted.
    pub stamps: i64,
    /// Stamps that fill it.
    pub goal: i64,
}

/// What each of `members` has at `now`; who has nothing is left out. For at most a few hundred at once.
pub async fn holdings(
    on: impl Into<On<'_>>,
    members: &[MemberId],
    now: DateTime<Utc>,
) -> sqlx::Result<HashMap<MemberId, Holding>> {
    type Card = (MemberId, String, i64, i64, i64);
    let mut on = on.into();
    let mut all: HashMap<MemberId, Holding> = HashMap::new();
    let cards = query(on.by_ref(), "select c.member, c.programme, c.version, c.stamps, c.goal")
        .push(SHOWN)
        .push(" and c.member in (")
        .bind(now)
        .push_list(members.iter().copied())
        .push(") order by c.member, c.programme")
        .all::<Card>()
        .await?;
    for (member, programme, version, stamps, goal) in cards {
        all.entry(member).or_default().cards.push(Held { programme, version, stamps: stamps.min(goal), goal });
    }
    let vouchers = query(
        on,
        "select member, count(*) from voucher
         where state = 'issued' and (expires_at is null or expires_at > $1) and member in (",
    )
    .bind(now)
    .push_list(members.iter().copied())
    .push(") group by member")
    .all::<(MemberId, i64)>()
    .await?;
    for (member, count) in vouchers {
        all.entry(member).or_default().vouchers = count;
    }
    Ok(all)
}
