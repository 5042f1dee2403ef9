//! Taking back: a visit with what it earned, or the use of a voucher. An undo is an entry of its own.

use chrono::TimeDelta;
use serde_json::json;

use super::answers::{self, Undone, use_in};
use super::why::{self, Why};
use super::{Begun, begin, keep, read_due};
use crate::app::App;
use crate::ids::{EntryId, MemberId, VoucherId};
use crate::loyalty::coupons::Redemption;
use crate::loyalty::keys::{Content, Key};
use crate::loyalty::ledger::{Entry, EntryKind};
use crate::loyalty::stamps::rules::{OWN_UNDO, may_undo};
use crate::loyalty::terms::Terms;
use crate::loyalty::types::{Answer, By, Place, Refusal};
use crate::loyalty::wallet::{Now, Wallet};
use crate::loyalty::{store, views};
use crate::staff::audit;
use crate::store::{Tx, query};

/// An entry to be undone: stamps given, or a voucher taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// Whose.
    pub member: MemberId,
    /// The entry.
    pub entry: EntryId,
    /// Where.
    pub place: Place,
    /// What it is done once by.
    pub key: Key,
    /// By whom.
    pub by: By,
}

/// A voucher whose use is to be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoRedemption {
    /// The voucher.
    pub voucher: VoucherId,
    /// Where.
    pub place: Place,
    /// What it is done once by.
    pub key: Key,
    /// By whom.
    pub by: By,
}

/// What is asked, under which key.
struct Asked<'a> {
    place: &'a Place,
    by: &'a By,
    key: &'a Key,
    content: Content,
    reason: Reason,
}

/// Whether a reason has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// Nobody asks for one.
    Unasked,
    /// It is, for what is not one's own slip of a moment ago.
    Asked(Option<Why>),
}

/// Undoes an entry. One that is undone already answers as the first time.
pub async fn undo(app: &App, ask: &Undo) -> sqlx::Result<Answer<Undone>> {
    let mut tx = app.db.begin().await?;
    let answer = undo_in(app, &mut tx, ask).await?;
    tx.commit().await?;
    Ok(answer)
}

/// The same at a counter: what somebody else did, or is long ago, is undone for a reason, which the audit keeps.
pub async fn undo_for(app: &App, ask: &Undo, why: Option<Why>) -> sqlx::Result<Answer<Undone>> {
    let mut tx = app.db.begin().await?;
    let answer = undo_asking(app, &mut tx, ask, Reason::Asked(why)).await?;
    tx.commit().await?;
    Ok(answer)
}

/// The same as [`undo`] within a transaction, which has to be committed whatever the answer is.
pub async fn undo_in(app: &App, tx: &mut Tx, ask: &Undo) -> sqlx::Result<Answer<Undone>> {
    undo_asking(app, tx, ask, Reason::Unasked).await
}

async fn undo_asking(app: &App, tx: &mut Tx, ask: &Undo, reason: Reason) -> sqlx::Result<Answer<Undone>> {
    let Undo { member, entry, place, key, by } = ask;
    let content = Content::of(&[&"undo", member, entry, &place.store]);
    let wallet = match begin(tx, *member, by, key, &content).await? {
        Begun::Anew(wallet) => wallet,
        Begun::Before(wallet, entry) => return answers::undone(&wallet, &entry, true).map(Ok),
        Begun::Not(refusal) => return Ok(Err(refusal)),
    };
    match store::entry(&mut *tx, *member, *entry).await? {
        Some(entry) => reverse(app, tx, wallet, &entry, Asked { place, by, key, content, reason }).await,
        None => Ok(Err(Refusal::UnknownEntry)),
    }
}

/// Undoes the use of a voucher that stands.
pub async fn undo_redemption(app: &App, ask: &UndoRedemption) -> sqlx::Result<Answer<Undone>> {
    let mut tx = app.db.begin().await?;
    let answer = undo_redemption_in(app, &mut tx, ask).await?;
    tx.commit().await?;
    Ok(answer)
}

/// The same within a transaction, which has to be committed whatever the answer is.
pub async fn undo_redemption_in(app: &App, tx: &mut Tx, ask: &UndoRedemption) -> sqlx::Result<Answer<Undone>> {
    let UndoRedemption { voucher, place, key, by } = ask;
    let content = Content::of(&[&"undo redemption", voucher, &place.store]);
    let Some(found) = views::voucher(&mut *tx, *voucher).await? else { return Ok(Err(Refusal::UnknownVoucher)) };
    let wallet = match begin(tx, found.member, by, key, &content).await? {
        Begun::Anew(wallet) => wallet,
        Begun::Before(wallet, entry) => return answers::undone(&wallet, &entry, true).map(Ok),
        Begun::Not(refusal) => return Ok(Err(refusal)),
    };
    let newest = query(&mut *tx, store::REDEMPTION)
        .push(" order by at desc, id desc limit 1")
        .bind(*voucher)
        .optional::<Redemption>()
        .await?;
    let Some(newest) = newest else { return Ok(Err(Refusal::NotUndoable)) };
    let entry = store::entry(&mut *tx, found.member, newest.entry).await?.ok_or(sqlx::Error::RowNotFound)?;
    reverse(app, tx, wallet, &entry, Asked { place, by, key, content, reason: Reason::Unasked }).await
}

async fn reverse(
    app: &App,
    tx: &mut Tx,
    mut wallet: Wallet,
    entry: &Entry,
    asked: Asked<'_>,
) -> sqlx::Result<Answer<Undone>> {
    if let Some(reversal) = store::reversal(&mut *tx, wallet.member, entry.id).await? {
        let reversal = store::entry(&mut *tx, wallet.member, reversal).await?.ok_or(sqlx::Error::RowNotFound)?;
        return answers::undone(&wallet, &reversal, true).map(Ok);
    }
    let now = Now::of(app);
    let decided = match (entry.kind, use_in(entry)) {
        (EntryKind::Stamped, _) => match may(entry, &asked, OWN_UNDO, now) {
            Ok(()) => take_back(tx, &mut wallet, entry, &asked, now).await?,
            Err(refusal) => Err(refusal),
        },
        (EntryKind::VoucherRedeemed, Some(used)) => {
            let mut terms = Terms::default();
            let voucher = wallet.voucher(used.voucher).ok_or(sqlx::Error::RowNotFound)?;
            terms.read_coupon(&mut *tx, &voucher.coupon, voucher.version).await?;
            let own = terms.of_voucher(&voucher)?.terms.redeem.undo.delta();
            match may(entry, &asked, own, now) {
                Ok(()) => {
                    store::load_redemption(&mut *tx, &mut wallet, voucher.id).await?;
                    Ok(wallet.give_back(entry, used, asked.place, &asked.by.actor, now)?)
                }
                Err(refusal) => Err(refusal),
            }
        }
        _ => Err(Refusal::NotUndoable),
    };
    let reversal = match decided {
        Ok(reversal) => reversal,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if !keep(app, tx, &wallet, asked.key, &asked.content, reversal).await? {
        return Ok(Err(Refusal::OtherContent));
    }
    if let Reason::Asked(Some(why)) = asked.reason {
        let detail = json!({ "entry": entry.id, "why": why.word() });
        audit::record(app, tx, &asked.by.actor, "entry.taken_back", &entry.member.to_string(), detail).await?;
    }
    let link = wallet.link(reversal).ok_or(sqlx::Error::RowNotFound)?;
    answers::undone(&wallet, &link.entry, false).map(Ok)
}

/// Whether it may be undone, and says why where that is asked.
fn may(entry: &Entry, asked: &Asked<'_>, own: TimeDelta, now: Now<'_>) -> Answer<()> {
    may_undo(asked.by, (&entry.actor, &entry.store), entry.recorded_at, own, now.at)?;
    let is_asked = why::is_asked(asked.by, &entry.actor, entry.recorded_at, own, now.at);
    if is_asked && asked.reason == Reason::Asked(None) { Err(Refusal::NoReason) } else { Ok(()) }
}

async fn take_back(
    tx: &mut Tx,
    wallet: &mut Wallet,
    visit: &Entry,
    asked: &Asked<'_>,
    now: Now<'_>,
) -> sqlx::Result<Answer<EntryId>> {
    let mut terms = Terms::default();
    terms.read_card(&mut *tx, &visit.programme, wallet.versions_of(&visit.programme)).await?;
    read_due(&mut *tx, &mut terms, wallet, now.at).await?;
    store::load_visits(&mut *tx, wallet, &visit.programme).await?;
    wallet.lapse(&terms, asked.place.zone, now)?;
    Ok(wallet.take_back(&terms, visit, asked.place, &asked.by.actor, now)?)
}
