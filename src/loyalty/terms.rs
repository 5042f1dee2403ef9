//! The published terms of stamp cards and coupons.

use std::collections::{BTreeMap, BTreeSet};

use super::coupons::Voucher;
use super::spec::{Coupon, StampCard};
use super::stamps::Card;
use crate::spec::definitions::{self, Published};
use crate::store::On;

/// One published version of something.
#[derive(Debug, Clone, PartialEq)]
pub struct Edition<T> {
    /// Its version, from 1.
    pub version: i64,
    /// What it says.
    pub terms: T,
}

impl<T> From<Published<T>> for Edition<T> {
    fn from(published: Published<T>) -> Self {
        Self { version: published.version, terms: published.body }
    }
}

/// Terms that must have been published are not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the store has no terms of {name:?} in version {version}")]
pub struct NoTerms {
    /// The stamp card or the coupon.
    pub name: String,
    /// The version; 0 for any.
    pub version: i64,
}

impl From<NoTerms> for sqlx::Error {
    fn from(none: NoTerms) -> Self {
        Self::Decode(Box::new(none))
    }
}

/// The terms one act needs, read before it decides.
#[derive(Debug, Default)]
pub struct Terms {
    cards: BTreeMap<String, Editions<StampCard>>,
    coupons: BTreeMap<String, Editions<Coupon>>,
}

#[derive(Debug)]
struct Editions<T> {
    newest: i64,
    is_gone: bool,
    by_version: BTreeMap<i64, Edition<T>>,
}

impl Terms {
    /// Reads a stamp card's newest terms, those of the versions named, and the coupons they give.
    pub async fn read_card(
        &mut self,
        on: impl Into<On<'_>>,
        programme: &str,
        versions: BTreeSet<i64>,
    ) -> sqlx::Result<()> {
        let mut on = on.into();
        let mut coupons = BTreeSet::new();
        if !self.cards.contains_key(programme)
            && let Some(last) = definitions::last::<StampCard>(on.by_ref(), programme).await?
        {
            coupons.extend(coupons_of(&last.published.body));
            self.add_card(last.published.into(), last.is_gone);
        }
        for version in versions {
            if self.card(programme, version).is_ok() {
                continue;
            }
            if let Some(kept) = definitions::at_version::<StampCard>(on.by_ref(), programme, version).await? {
                coupons.extend(coupons_of(&kept.body));
                self.add_card(kept.into(), false);
            }
        }
        for coupon in coupons {
            // A version known already may be the old one that a voucher was given under.
            if let Some(last) = definitions::last::<Coupon>(on.by_ref(), &coupon).await? {
                self.add_coupon(last.published.into());
            }
        }
        Ok(())
    }

    /// Reads the terms a voucher was given under.
    pub async fn read_coupon(&mut self, on: impl Into<On<'_>>, coupon: &str, version: i64) -> sqlx::Result<()> {
        let known = self.coupons.get(coupon).is_some_and(|known| known.by_version.contains_key(&version));
        if !known && let Some(kept) = definitions::at_version::<Coupon>(on, coupon, version).await? {
            self.add_coupon(kept.into());
        }
        Ok(())
    }

    /// Takes in a version of a stamp card.
    pub fn add_card(&mut self, edition: Edition<StampCard>, is_gone: bool) {
        let name = String::from(edition.terms.stamp_card.as_str());
        let card = self.cards.entry(name).or_insert_with(Editions::none);
        card.is_gone |= is_gone;
        card.add(edition);
    }

    /// Takes in a version of a coupon.
    pub fn add_coupon(&mut self, edition: Edition<Coupon>) {
        let name = String::from(edition.terms.coupon.as_str());
        self.coupons.entry(name).or_insert_with(Editions::none).add(edition);
    }

    /// The terms of a stamp card on which stamps are given now; none when it is not published, or gone.
    pub fn offered(&self, programme: &str) -> Option<&Edition<StampCard>> {
        self.cards.get(programme).filter(|card| !card.is_gone)?.newest()
    }

    /// The terms of cards begun now, also on a stamp card that is gone: surplus stamps go somewhere.
    pub(super) fn current(&self, programme: &str) -> Result<&Edition<StampCard>, NoTerms> {
        let newest = self.cards.get(programme).and_then(Editions::newest);
        newest.ok_or_else(|| NoTerms { name: String::from(programme), version: 0 })
    }

    /// The terms a card was begun under.
    pub(super) fn of_card(&self, card: &Card) -> Result<&Edition<StampCard>, NoTerms> {
        self.card(&card.programme, card.version)
    }

    fn card(&self, programme: &str, version: i64) -> Result<&Edition<StampCard>, NoTerms> {
        let edition = self.cards.get(programme).and_then(|card| card.by_version.get(&version));
        edition.ok_or_else(|| NoTerms { name: String::from(programme), version })
    }

    /// The terms a voucher given now has. A coupon that is gone is given on as long as a card promises it.
    pub(super) fn to_give(&self, coupon: &str) -> Result<&Edition<Coupon>, NoTerms> {
        let newest = self.coupons.get(coupon).and_then(Editions::newest);
        newest.ok_or_else(|| NoTerms { name: String::from(coupon), version: 0 })
    }

    /// The terms a voucher was given under.
    pub(super) fn of_voucher(&self, voucher: &Voucher) -> Result<&Edition<Coupon>, NoTerms> {
        let edition = self.coupons.get(&voucher.coupon).and_then(|coupon| coupon.by_version.get(&voucher.version));
        edition.ok_or_else(|| NoTerms { name: voucher.coupon.clone(), version: voucher.version })
    }
}

impl<T> Editions<T> {
    fn none() -> Self {
        Self { newest: 0, is_gone: false, by_version: BTreeMap::new() }
    }

    fn add(&mut self, edition: Edition<T>) {
        self.newest = self.newest.max(edition.version);
        self.by_version.insert(edition.version, edition);
    }

    fn newest(&self) -> Option<&Edition<T>> {
        self.by_version.get(&self.newest)
    }
}

fn coupons_of(card: &StampCard) -> impl Iterator<Item = String> {
    card.milestones.values().map(|reward| String::from(reward.coupon.as_str()))
}
