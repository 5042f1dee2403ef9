//! Balances rebuilt from entries alone. No rule is asked, so entries made under old terms or by older versions of the program
//! rebuild to what they were.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::types::Entry;
use crate::ids::{CardId, EntryId, RedemptionId, VoucherId};
use crate::loyalty::coupons::{Issued, Redemption, RedemptionMove, VoucherMove, VoucherState};
use crate::loyalty::stamps::{Card, CardMove, CardState, MilestoneMove};

/// Everything one member has, as the ledger tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Books {
    /// Her cards.
    pub cards: BTreeMap<CardId, Card>,
    /// Milestones by card, stamp and the entry that reached them.
    pub milestones: BTreeMap<(CardId, i64, EntryId), Reaching>,
    /// Her vouchers.
    pub vouchers: BTreeMap<VoucherId, Held>,
    /// Their uses.
    pub redemptions: BTreeMap<RedemptionId, Redemption>,
}

/// A milestone that was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaching {
    /// What it gave.
    pub voucher: Option<VoucherId>,
    /// When.
    pub reached_at: DateTime<Utc>,
    /// When it was given up again.
    pub reversed_at: Option<DateTime<Utc>>,
}

/// A voucher as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// How it was given; its end is the one it has now.
    pub issued: Issued,
    /// How it stands.
    pub state: VoucherState,
    /// The entry that gave it.
    pub entry: EntryId,
    /// When.
    pub issued_at: DateTime<Utc>,
    /// When its state was last set.
    pub changed_at: DateTime<Utc>,
}

impl Held {
    /// Whether it could be used now.
    pub fn is_usable(&self, now: DateTime<Utc>) -> bool {
        self.state == VoucherState::Issued && !self.has_ended(now)
    }

    /// Whether its time has run out, marked or not.
    pub fn has_ended(&self, now: DateTime<Utc>) -> bool {
        self.state == VoucherState::Issued && self.issued.expires_at.is_some_and(|end| end <= now)
    }
}

/// An entry that does not follow from those before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Astray {
    /// It begins something that is there, or changes something that is not.
    #[error("it speaks of a {0} that the entries before it do not have, or begins one they have")]
    Unknown(&'static str),
    /// The stamps it states are not those before it and those it adds.
    #[error("it leaves a card with {stated} stamps where {summed} is the sum")]
    Stamps {
        /// What it says.
        stated: i64,
        /// What adds up.
        summed: i64,
    },
    /// Its amount is not the sum of what it adds to cards.
    #[error("its amount is {stated} and its cards move by {summed}")]
    Amount {
        /// What it says.
        stated: i64,
        /// What adds up.
        summed: i64,
    },
    /// A voucher or a redemption cannot get there from where it was.
    #[error("it changes a {0} in a way its state does not allow")]
    State(&'static str),
}

impl Books {
    /// Stamps of one stamp card over all cards: the sum of its entries' amounts.
    pub fn balance(&self, programme: &str) -> i64 {
        self.cards.values().filter(|card| card.programme == programme).map(|card| card.stamps).sum()
    }

    /// Takes the next entry in.
    ///
    /// # Errors
    /// The entry contradicts those before it.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), Astray> {
        entry.moves.cards.iter().try_for_each(|card| self.move_card(entry, card))?;
        entry.moves.vouchers.iter().try_for_each(|voucher| self.move_voucher(entry, voucher))?;
        entry.moves.milestones.iter().try_for_each(|milestone| self.move_milestone(entry, milestone))?;
        entry.moves.redemptions.iter().try_for_each(|redemption| self.move_redemption(entry, redemption))?;
        let summed = entry.moves.amount();
        if summed == entry.amount { Ok(()) } else { Err(Astray::Amount { stated: entry.amount, summed }) }
    }

    fn move_card(&mut self, entry: &Entry, moved: &CardMove) -> Result<(), Astray> {
        if let Some(opened) = &moved.opened {
            let card = Card {
                id: moved.card,
                member: entry.member,
                programme: opened.programme.clone(),
                version: opened.version,
                ordinal: opened.ordinal,
                stamps: 0,
                goal: opened.goal,
                state: CardState::Open,
                opened_at: entry.at,
                last_stamp_at: None,
                completed_at: None,
                expires_at: None,
            };
            if self.cards.insert(moved.card, card).is_some() {
                return Err(Astray::Unknown("card"));
            }
        }
        let card = self.cards.get_mut(&moved.card).ok_or(Astray::Unknown("card"))?;
        let summed = card.stamps + moved.added;
        moved.set(card);
        if summed == moved.stamps { Ok(()) } else { Err(Astray::Stamps { stated: moved.stamps, summed }) }
    }

    fn move_voucher(&mut self, entry: &Entry, moved: &VoucherMove) -> Result<(), Astray> {
        if let Some(issued) = &moved.issued {
            let (issued, entry, at) = (issued.clone(), entry.id, entry.at);
            let held = Held { issued, state: moved.state, entry, issued_at: at, changed_at: at };
            let twice = self.vouchers.insert(moved.voucher, held).is_some();
            return if twice { Err(Astray::Unknown("voucher")) } else { Ok(()) };
        }
        let held = self.vouchers.get_mut(&moved.voucher).ok_or(Astray::Unknown("voucher"))?;
        let before = std::mem::replace(&mut held.state, moved.state);
        held.changed_at = entry.at;
        if moved.new_end.is_some() {
            held.issued.expires_at = moved.new_end;
        }
        if before == moved.state.comes_from() { Ok(()) } else { Err(Astray::State("voucher")) }
    }

    fn move_milestone(&mut self, entry: &Entry, moved: &MilestoneMove) -> Result<(), Astray> {
        let MilestoneMove { card, position, voucher, reached } = *moved;
        let place =
            (card, position, EntryId::from(uuid::Uuid::nil()))..=(card, position, EntryId::from(uuid::Uuid::max()));
        let standing = self
            .milestones
            .range_mut(place)
            .map(|(_, reaching)| reaching)
            .find(|reaching| reaching.reversed_at.is_none());
        match (standing, reached) {
            (None, true) => {
                let reaching = Reaching { voucher, reached_at: entry.at, reversed_at: None };
                self.milestones.insert((card, position, entry.id), reaching);
                Ok(())
            }
            (Some(standing), false) if standing.voucher == voucher => {
                standing.reversed_at = Some(entry.at);
                Ok(())
            }
            _ => Err(Astray::Unknown("milestone")),
        }
    }

    fn move_redemption(&mut self, entry: &Entry, moved: &RedemptionMove) -> Result<(), Astray> {
        if !moved.undone {
            let redemption = entry.redemption(moved.redemption, moved.voucher);
            let twice = self.redemptions.insert(moved.redemption, redemption).is_some();
            return if twice { Err(Astray::Unknown("redemption")) } else { Ok(()) };
        }
        let redemption = self.redemptions.get_mut(&moved.redemption).ok_or(Astray::Unknown("redemption"))?;
        match redemption.reversed_at.replace(entry.at) {
            None => Ok(()),
            Some(_) => Err(Astray::State("redemption")),
        }
    }
}
