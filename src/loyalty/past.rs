//! A past that is made up: acts decided one after another by the same rules, in memory, and written at once. For the demo's
//! year of visits; whoever asks has seen to it that the people may have rewards at all.

use std::collections::BTreeMap;

use super::coupons::Voucher;
use super::spec::{Coupon, StampCard};
use super::store;
use super::terms::Terms;
use super::types::{Answer, Place, Refusal};
use super::wallet::{Giving, Now, Wallet};
use crate::app::App;
use crate::ids::{Actor, EntryId, MemberId, VoucherId};
use crate::spec::definitions;
use crate::store::{On, Tx};

/// Acts on members who have no ledger yet, not written yet. Each is asked for in the order of time, with an `App` whose clock
/// stands at its instant.
#[derive(Debug)]
pub struct Past {
    terms: Terms,
    wallets: BTreeMap<MemberId, Wallet>,
}

impl Past {
    /// Under the terms that are published now.
    pub async fn begin(on: impl Into<On<'_>>) -> sqlx::Result<Self> {
        let mut on = on.into();
        let mut terms = Terms::default();
        for card in definitions::all_latest::<StampCard>(on.by_ref()).await? {
            terms.add_card(card.into(), false);
        }
        for coupon in definitions::all_latest::<Coupon>(on).await? {
            terms.add_coupon(coupon.into());
        }
        Ok(Self { terms, wallets: BTreeMap::new() })
    }

    /// Gives stamps.
    pub fn stamp(
        &mut self,
        app: &App,
        member: MemberId,
        card: &str,
        stamps: i64,
        place: &Place,
        actor: &Actor,
    ) -> sqlx::Result<Answer<EntryId>> {
        let now = Now::of(app);
        if self.terms.offered(card).is_none() {
            return Ok(Err(Refusal::UnknownCard));
        }
        let wallet = self.wallets.entry(member).or_insert_with(|| Wallet::new(member));
        wallet.lapse(&self.terms, place.zone, now)?;
        Ok(wallet.stamp(&self.terms, Giving { programme: card, stamps, place, actor }, now)?)
    }

    /// Takes a voucher.
    pub fn redeem(
        &mut self,
        app: &App,
        member: MemberId,
        voucher: VoucherId,
        place: &Place,
        actor: &Actor,
    ) -> sqlx::Result<Answer<EntryId>> {
        let now = Now::of(app);
        let Some(wallet) = self.wallets.get_mut(&member) else { return Ok(Err(Refusal::UnknownVoucher)) };
        wallet.lapse(&self.terms, place.zone, now)?;
        let Some(voucher) = wallet.voucher(voucher) else { return Ok(Err(Refusal::UnknownVoucher)) };
        Ok(wallet.redeem(&self.terms, &voucher, place, actor, now)?)
    }

    /// The voucher of a member that ends first of those she could use.
    pub fn usable(&self, app: &App, member: MemberId) -> Option<Voucher> {
        let (wallet, now) = (self.wallets.get(&member)?, app.clock.now());
        let held = wallet.books.vouchers.iter();
        let usable = held.filter(|(_, held)| held.is_usable(now)).min_by_key(|(_, held)| held.issued.expires_at);
        wallet.voucher(*usable?.0)
    }

    /// Ends what has run out by now.
    pub fn lapse(&mut self, app: &App, place: &Place) -> sqlx::Result<()> {
        for wallet in self.wallets.values_mut() {
            wallet.lapse(&self.terms, place.zone, Now::of(app))?;
        }
        Ok(())
    }

    /// Writes it all. Fails when one of the members has a ledger already.
    pub async fn write(self, app: &App, tx: &mut Tx) -> sqlx::Result<()> {
        let wallets: Vec<Wallet> = self.wallets.into_values().collect();
        store::write(app, tx, &wallets).await
    }
}
