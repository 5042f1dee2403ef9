//! Taking a voucher.

use super::answers::{self, Redeemed};
use super::{Begun, begin, keep, read_due};
use crate::app::App;
use crate::loyalty::coupons::Code;
use crate::loyalty::keys::{Content, Key};
use crate::loyalty::terms::Terms;
use crate::loyalty::types::{Answer, By, Place, Refusal};
use crate::loyalty::wallet::Now;
use crate::loyalty::{store, views};
use crate::store::Tx;

/// A voucher to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redeem {
    /// What was scanned or typed.
    pub code: Code,
    /// Where.
    pub place: Place,
    /// What it is done once by.
    pub key: Key,
    /// By whom.
    pub by: By,
}

/// Takes a voucher.
pub async fn redeem(app: &App, ask: &Redeem) -> sqlx::Result<Answer<Redeemed>> {
    let mut tx = app.db.begin().await?;
    let answer = redeem_in(app, &mut tx, ask).await?;
    tx.commit().await?;
    Ok(answer)
}

/// The same within a transaction, which has to be committed whatever the answer is.
pub async fn redeem_in(app: &App, tx: &mut Tx, ask: &Redeem) -> sqlx::Result<Answer<Redeemed>> {
    let content = Content::of(&[&"redeem", &ask.code, &ask.place.store]);
    let Some(found) = views::voucher_by_code(&mut *tx, &ask.code).await? else {
        return Ok(Err(Refusal::UnknownVoucher));
    };
    let mut wallet = match begin(tx, found.member, &ask.by, &ask.key, &content).await? {
        Begun::Anew(wallet) => wallet,
        Begun::Before(wallet, entry) => return answers::redeemed(&wallet, &entry, true).map(Ok),
        Begun::Not(refusal) => return Ok(Err(refusal)),
    };
    let now = Now::of(app);
    let mut terms = Terms::default();
    terms.read_coupon(&mut *tx, &found.coupon, found.version).await?;
    if let Some(programme) = wallet.programme_of(found.id) {
        terms.read_card(&mut *tx, &programme, wallet.versions_of(&programme)).await?;
    }
    read_due(&mut *tx, &mut terms, &wallet, now.at).await?;
    store::load_redemption(&mut *tx, &mut wallet, found.id).await?;
    wallet.lapse(&terms, ask.place.zone, now)?;
    let voucher = wallet.voucher(found.id).ok_or(sqlx::Error::RowNotFound)?;
    let entry = match wallet.redeem(&terms, &voucher, &ask.place, &ask.by.actor, now)? {
        Ok(entry) => entry,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if !keep(app, tx, &wallet, &ask.key, &content, entry).await? {
        return Ok(Err(Refusal::OtherContent));
    }
    let link = wallet.link(entry).ok_or(sqlx::Error::RowNotFound)?;
    answers::redeemed(&wallet, &link.entry, false).map(Ok)
}
