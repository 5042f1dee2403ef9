//! What can be asked of a member's rewards. Each act is one transaction: it locks the end of her chain, looks whether its key
//! was used before, loads what she has, decides, and writes the entry with everything it changes. Two acts on one member
//! stand in line; acts on different members do not know each other. What is refused writes nothing.

mod answers;
mod preview;
mod redeem;
mod stamp;
mod undo;
mod why;

pub use answers::{Redeemed, Stamped, Undone};
pub use preview::{Ask, Preview, preview};
pub use redeem::{Redeem, redeem, redeem_in};
pub use stamp::{Stamp, is_pass_used, stamp, stamp_in};
pub use undo::{Undo, UndoRedemption, undo, undo_for, undo_in, undo_redemption, undo_redemption_in};
pub use why::Why;
pub(super) use why::is_asked;

use chrono::{DateTime, Utc};

use super::keys::{self, Content, Key, Known};
use super::ledger::Entry;
use super::store;
use super::terms::Terms;
use super::types::{By, Refusal};
use super::wallet::Wallet;
use crate::app::App;
use crate::ids::{EntryId, MemberId};
use crate::staff;
use crate::store::{On, Tx};

/// How an act begins.
enum Begun {
    /// It is new: the wallet, locked.
    Anew(Wallet),
    /// It was done before: the wallet, and the entry that is its answer.
    Before(Wallet, Box<Entry>),
    /// It cannot be.
    Not(Refusal),
}

async fn begin(tx: &mut Tx, member: MemberId, by: &By, key: &Key, content: &Content) -> sqlx::Result<Begun> {
    let Some(wallet) = store::open(tx, member).await? else { return Ok(Begun::Not(Refusal::UnknownMember)) };
    match keys::known(&mut *tx, key, content).await? {
        Some(Known::Same(member, id)) => {
            if let Some(refusal) = taken_back(&mut *tx, member, id).await? {
                return Ok(Begun::Not(refusal));
            }
            let entry = store::entry(&mut *tx, member, id).await?.ok_or(sqlx::Error::RowNotFound)?;
            Ok(Begun::Before(wallet, Box::new(entry)))
        }
        Some(Known::Other) => Ok(Begun::Not(Refusal::OtherContent)),
        None if is_own_card(&mut *tx, by, member).await? => Ok(Begun::Not(Refusal::OwnCard)),
        None => Ok(Begun::Anew(wallet)),
    }
}

/// That an entry was taken back, where it was: it counts no longer, and to tell its first answer again would be a lie.
pub async fn taken_back(on: impl Into<On<'_>>, member: MemberId, entry: EntryId) -> sqlx::Result<Option<Refusal>> {
    let mut on = on.into();
    let Some(reversal) = store::reversal(on.by_ref(), member, entry).await? else { return Ok(None) };
    let reversal = store::entry(on, member, reversal).await?.ok_or(sqlx::Error::RowNotFound)?;
    Ok(Some(Refusal::TakenBack { entry, at: reversal.at }))
}

/// Writes what was decided under its key; false when an act on another member took the key a moment ago.
async fn keep(
    app: &App,
    tx: &mut Tx,
    wallet: &Wallet,
    key: &Key,
    content: &Content,
    entry: EntryId,
) -> sqlx::Result<bool> {
    let is_ours = keys::claim(tx, key, content, wallet.member, entry, app.clock.now()).await?;
    if is_ours {
        store::write(app, tx, std::slice::from_ref(wallet)).await?;
    }
    Ok(is_ours)
}

/// Whether a clerk is linked to this very member.
async fn is_own_card(on: impl Into<On<'_>>, by: &By, member: MemberId) -> sqlx::Result<bool> {
    let Some(id) = by.is_staff().then(|| by.actor.id.parse().ok()).flatten() else { return Ok(false) };
    Ok(staff::people::find(on, id).await?.is_some_and(|person| person.member == Some(member)))
}

/// Reads the terms by which what has run out ends.
async fn read_due(on: impl Into<On<'_>>, terms: &mut Terms, wallet: &Wallet, now: DateTime<Utc>) -> sqlx::Result<()> {
    let mut on = on.into();
    for programme in wallet.programmes_due(now) {
        terms.read_card(on.by_ref(), &programme, wallet.versions_of(&programme)).await?;
    }
    Ok(())
}
