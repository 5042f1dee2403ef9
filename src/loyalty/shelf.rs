//! A member's vouchers with what their coupons say, and whether one may be taken.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::coupons::{First, Redemption, Voucher, VoucherState, rules};
use super::spec::{Coupon, Stores};
use super::types::{Answer, Place, Refusal};
use super::views;
use crate::app::App;
use crate::ids::{MemberId, VoucherId};
use crate::spec::{Texts, definitions};
use crate::store::{On, query};

/// A voucher and the terms it was given under.
#[derive(Debug, Clone, PartialEq)]
pub struct Shelved {
    /// The voucher.
    pub voucher: Voucher,
    /// What it gives, as members read it.
    pub title: Texts,
    /// Where it is good.
    pub stores: Stores,
    /// Its use that stands.
    pub used: Option<Redemption>,
    terms: Coupon,
}

impl Shelved {
    /// Whether it may be taken in a store at `now`.
    ///
    /// # Errors
    /// It was used, it ended, it was taken back, or it is not good there.
    pub fn may_redeem(&self, store: &str, now: DateTime<Utc>) -> Answer<()> {
        rules::redeem(&self.voucher, self.used.clone().map(First::from), &self.terms, store, now)
    }

    /// Whether it can be used now, wherever.
    pub fn is_usable(&self, now: DateTime<Utc>) -> bool {
        self.voucher.state == VoucherState::Issued && !self.voucher.has_ended(now)
    }
}

/// A member's vouchers in every state, the newest first.
pub async fn shelf(on: impl Into<On<'_>>, member: MemberId) -> sqlx::Result<Vec<Shelved>> {
    let mut on = on.into();
    let vouchers = views::vouchers_of(on.by_ref(), member).await?;
    let used = query(
        on.by_ref(),
        "select id, voucher, member, at, store, actor_kind, actor_id, entry, reversed_at from redemption
         where member = $1 and reversed_at is null",
    )
    .bind(member)
    .all::<Redemption>()
    .await?;
    let mut used: BTreeMap<VoucherId, Redemption> = used.into_iter().map(|used| (used.voucher, used)).collect();
    let mut known: BTreeMap<(String, i64), Coupon> = BTreeMap::new();
    let mut shelf = Vec::with_capacity(vouchers.len());
    for voucher in vouchers {
        let name = (voucher.coupon.clone(), voucher.version);
        let terms = match known.get(&name) {
            Some(terms) => terms.clone(),
            None => match definitions::at_version::<Coupon>(on.by_ref(), &name.0, name.1).await? {
                Some(published) => known.entry(name).or_insert(published.body).clone(),
                None => continue,
            },
        };
        let used = used.remove(&voucher.id);
        shelf.push(Shelved { title: terms.title.clone(), stores: terms.redeem.stores.clone(), voucher, used, terms });
    }
    Ok(shelf)
}

/// One of them by its id.
pub async fn shelved(on: impl Into<On<'_>>, id: VoucherId) -> sqlx::Result<Option<Shelved>> {
    let mut on = on.into();
    let Some(voucher) = views::voucher(on.by_ref(), id).await? else { return Ok(None) };
    Ok(shelf(on, voucher.member).await?.into_iter().find(|shelved| shelved.voucher.id == id))
}

/// Decides as [`redeem`](super::redeem()) would, and writes nothing.
pub async fn preview_redemption(app: &App, id: VoucherId, place: &Place) -> sqlx::Result<Answer<Shelved>> {
    let Some(shelved) = shelved(&app.db, id).await? else { return Ok(Err(Refusal::UnknownVoucher)) };
    Ok(shelved.may_redeem(&place.store, app.clock.now()).map(|()| shelved))
}
