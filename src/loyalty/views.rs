//! What a member has, as pages and chat show it.

use chrono::{DateTime, Utc};

use super::spec::{Coupon, StampCard};
use crate::app::App;
use crate::ids::{CardId, MemberId, VoucherId};
use crate::spec::{Texts, definitions};
use crate::store::{Tx, query};

/// A member's open card of one stamp card, or the empty one she would begin.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The stamp card's name.
    pub programme: String,
    /// Its title.
    pub title: Texts,
    /// Her copy; none before the first stamp.
    pub card: Option<CardId>,
    /// Stamps on it.
    pub stamps: i64,
    /// Stamps that fill it.
    pub goal: i64,
    /// The nearest milestone she has not reached.
    pub next: Option<Next>,
    /// The first instant at which it no longer counts.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A milestone ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The stamp that earns it.
    pub position: i64,
    /// What it gives, as members read it.
    pub title: Texts,
}

/// A voucher that can be used now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usable {
    /// Its id.
    pub voucher: VoucherId,
    /// What it gives.
    pub title: Texts,
    /// The first instant at which it is no longer good.
    pub expires_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct OpenCard {
    id: CardId,
    version: i64,
    stamps: i64,
    goal: i64,
    expires_at: Option<DateTime<Utc>>,
}

/// How a member stands on each published stamp card, under the terms her copy was begun with.
pub async fn standing(app: &App, tx: &mut Tx, member: MemberId) -> sqlx::Result<Vec<Standing>> {
    let now = app.clock.now();
    let mut all = Vec::new();
    for published in definitions::all_latest::<StampCard>(&mut *tx).await? {
        let programme = published.body.stamp_card.to_string();
        let open = query(
            &mut *tx,
            "select id, version, stamps, goal, expires_at from card
             where member = $1 and programme = $2 and state = 'open' and (expires_at is null or expires_at > $3)",
        )
        .bind(member)
        .bind(programme.clone())
        .bind(now)
        .optional::<OpenCard>()
        .await?;
        let terms = match &open {
            Some(card) if card.version != published.version => {
                let kept = definitions::at_version::<StampCard>(&mut *tx, &programme, card.version).await?;
                kept.map_or(published.body, |kept| kept.body)
            }
            _ => published.body,
        };
        let stamps = open.as_ref().map_or(0, |card| card.stamps);
        let ahead = terms.milestones.iter().find(|(position, _)| **position > stamps);
        let next = match ahead {
            Some((position, reward)) => {
                let coupon = definitions::latest::<Coupon>(&mut *tx, reward.coupon.as_str()).await?;
                coupon.map(|coupon| Next { position: *position, title: coupon.body.title })
            }
            None => None,
        };
        all.push(Standing {
            title: terms.title,
            card: open.as_ref().map(|card| card.id),
            stamps,
            goal: open.as_ref().map_or(terms.goal, |card| card.goal),
            next,
            expires_at: open.and_then(|card| card.expires_at),
            programme,
        });
    }
    Ok(all)
}

/// The vouchers a member can use now, the one that ends first in front.
pub async fn usable_vouchers(app: &App, tx: &mut Tx, member: MemberId) -> sqlx::Result<Vec<Usable>> {
    type Row = (VoucherId, String, i64, Option<DateTime<Utc>>);
    let rows = query(
        &mut *tx,
        "select id, coupon, version, expires_at from voucher
         where member = $1 and state = 'issued' and (expires_at is null or expires_at > $2)
         order by expires_at nulls last, id limit 100",
    )
    .bind(member)
    .bind(app.clock.now())
    .all::<Row>()
    .await?;
    let mut usable = Vec::with_capacity(rows.len());
    for (voucher, coupon, version, expires_at) in rows {
        let terms = definitions::at_version::<Coupon>(&mut *tx, &coupon, version).await?;
        if let Some(terms) = terms {
            usable.push(Usable { voucher, title: terms.body.title, expires_at });
        }
    }
    Ok(usable)
}
