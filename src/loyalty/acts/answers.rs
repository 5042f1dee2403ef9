//! What an act answers, made of its entry: the second time says what the first did, whatever has happened since.

use chrono::{DateTime, Utc};

use crate::ids::EntryId;
use crate::loyalty::coupons::{Redemption, RedemptionMove, Voucher};
use crate::loyalty::ledger::Entry;
use crate::loyalty::stamps::Card;
use crate::loyalty::wallet::Wallet;

/// Stamps were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamped {
    /// The ledger entry, by which it can be undone.
    pub entry: EntryId,
    /// When.
    pub at: DateTime<Utc>,
    /// The cards touched as they stood after it, oldest first: each one filled, and last the one the next stamp goes onto.
    pub cards: Vec<Card>,
    /// The vouchers it earned.
    pub vouchers: Vec<Voucher>,
    /// Stamps lost beyond the goal.
    pub dropped: i64,
    /// Whether this was the answer to an earlier request under the same key.
    pub repeated: bool,
}

/// Something was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// The ledger entry.
    pub entry: EntryId,
    /// When.
    pub at: DateTime<Utc>,
    /// The entry that counts no longer.
    pub undoes: EntryId,
    /// The cards touched as they stood after it, newest first; last the one the next stamp goes onto.
    pub cards: Vec<Card>,
    /// The vouchers revoked with their stamps, or the one given back.
    pub vouchers: Vec<Voucher>,
    /// Whether it was undone before.
    pub repeated: bool,
}

/// A voucher was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redeemed {
    /// Its use.
    pub redemption: Redemption,
    /// The ledger entry, by which it can be undone.
    pub entry: EntryId,
    /// The voucher as it stood after it.
    pub voucher: Voucher,
    /// Whether this was the answer to an earlier request under the same key.
    pub repeated: bool,
}

pub(super) fn stamped(wallet: &Wallet, entry: &Entry, repeated: bool) -> Stamped {
    let vouchers = entry.moves.vouchers.iter().filter(|moved| moved.issued.is_some());
    let vouchers = vouchers.filter_map(|moved| {
        let voucher = wallet.voucher(moved.voucher)?;
        Some(Voucher { state: moved.state, changed_at: entry.at, ..voucher })
    });
    let (cards, vouchers) = (cards_after(wallet, entry), vouchers.collect());
    Stamped { entry: entry.id, at: entry.at, cards, vouchers, dropped: entry.dropped, repeated }
}

pub(super) fn undone(wallet: &Wallet, entry: &Entry, repeated: bool) -> sqlx::Result<Undone> {
    let vouchers = entry.moves.vouchers.iter().filter_map(|moved| {
        let voucher = wallet.voucher(moved.voucher)?;
        Some(Voucher { state: moved.state, changed_at: entry.at, ..voucher })
    });
    let undoes = entry.reverses.ok_or(sqlx::Error::RowNotFound)?;
    let (cards, vouchers) = (cards_after(wallet, entry), vouchers.collect());
    Ok(Undone { entry: entry.id, at: entry.at, undoes, cards, vouchers, repeated })
}

pub(super) fn redeemed(wallet: &Wallet, entry: &Entry, repeated: bool) -> sqlx::Result<Redeemed> {
    let RedemptionMove { redemption, voucher, .. } = use_in(entry).ok_or(sqlx::Error::RowNotFound)?;
    let moved = wallet.voucher(*voucher).ok_or(sqlx::Error::RowNotFound)?;
    let state = entry.moves.vouchers.iter().find(|moved| moved.voucher == *voucher).map(|moved| moved.state);
    Ok(Redeemed {
        redemption: entry.redemption(*redemption, *voucher),
        entry: entry.id,
        voucher: Voucher { state: state.unwrap_or(moved.state), changed_at: entry.at, ..moved },
        repeated,
    })
}

/// The use of a voucher an entry makes.
pub(super) fn use_in(entry: &Entry) -> Option<&RedemptionMove> {
    entry.moves.redemptions.iter().find(|used| !used.undone)
}

/// The cards an entry touched, as they stood after it.
fn cards_after(wallet: &Wallet, entry: &Entry) -> Vec<Card> {
    let mut after: Vec<Card> = Vec::new();
    for moved in &entry.moves.cards {
        let Some(mut card) = wallet.books.cards.get(&moved.card).cloned() else { continue };
        moved.set(&mut card);
        after.retain(|earlier| earlier.id != card.id);
        after.push(card);
    }
    after
}
