//! One member's rewards in memory. An act loads her wallet, decides on it, and writes what became of it; a preview stops
//! before the last step; the seeded year of the demo decides thousands of acts before it writes once. Nothing here reads a
//! database, and the property test in `model` runs on nothing else.

mod decide;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::coupons::{Code, Voucher, VoucherState};
use super::ledger::chain::{self, BEGINNING, Hash};
use super::ledger::replay::{Astray, Books};
use super::ledger::{Draft, Entry, EntryKind};
use super::stamps::rules::Row;
use super::stamps::{Card, CardState};
use super::terms::{NoTerms, Terms};
use super::types::Place;
use crate::app::App;
use crate::clock::Chance;
use crate::ids::{Actor, CardId, EntryId, Ids, MemberId, TimelineId, VoucherId};

/// The instant of an act, and where its new ids and codes come from.
#[derive(Debug, Clone, Copy)]
pub struct Now<'a> {
    /// The instant: one reading of the clock for the whole act.
    pub at: DateTime<Utc>,
    /// New ids.
    pub ids: &'a Ids,
    /// Random codes.
    pub chance: &'a Chance,
}

impl<'a> Now<'a> {
    /// The present instant of the service.
    pub fn of(app: &'a App) -> Self {
        Self { at: app.clock.now(), ids: &app.ids, chance: &app.chance }
    }
}

/// The wallet's own entries contradict each other, or terms are missing: nothing may be written then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// What the store holds contradicts the act.
    #[error("what the store holds of a member contradicts a new entry: {0}; `shuke ledger verify` shows where")]
    Astray(#[from] Astray),
    /// A version of the terms is missing.
    #[error(transparent)]
    NoTerms(#[from] NoTerms),
}

impl From<Broken> for sqlx::Error {
    fn from(broken: Broken) -> Self {
        Self::Decode(Box::new(broken))
    }
}

/// A visit that still counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Its entry.
    pub entry: EntryId,
    /// The stamp card.
    pub programme: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A new entry with what the store keeps beside it.
#[derive(Debug, Clone)]
pub struct Link {
    /// The entry.
    pub entry: Entry,
    /// Its text, as hashed.
    pub payload: String,
    /// The chain's hash after it.
    pub hash: Hash,
    /// Its line in the member's history.
    pub line: TimelineId,
}

/// What a clerk asks for.
#[derive(Debug, Clone, Copy)]
pub struct Giving<'a> {
    /// The stamp card's name.
    pub programme: &'a str,
    /// How many stamps.
    pub stamps: i64,
    /// Where.
    pub place: &'a Place,
    /// By whom.
    pub actor: &'a Actor,
}

/// One member's rewards.
#[derive(Debug, Clone)]
pub struct Wallet {
    /// Whose.
    pub member: MemberId,
    /// The number of her newest entry; 0 before the first.
    pub seq: i64,
    /// The chain's hash after it.
    pub hash: Hash,
    /// What she has.
    pub books: Books,
    /// What of it the store has.
    pub before: Books,
    /// The codes of her vouchers.
    pub codes: BTreeMap<VoucherId, Code>,
    /// Her newest visits that count; those of the stamp card an act is about are enough, and two of them.
    pub visits: Vec<Visit>,
    /// What was decided and is not written yet.
    pub new: Vec<Link>,
}

enum Due {
    Card(CardId),
    Voucher(VoucherId),
}

impl Wallet {
    /// An empty one.
    pub fn new(member: MemberId) -> Self {
        Self {
            member,
            seq: 0,
            hash: BEGINNING,
            books: Books::default(),
            before: Books::default(),
            codes: BTreeMap::new(),
            visits: Vec::new(),
            new: Vec::new(),
        }
    }

    /// The stamp cards whose terms are needed to end what has run out.
    pub fn programmes_due(&self, now: DateTime<Utc>) -> BTreeSet<String> {
        let ended = self.books.vouchers.iter().filter(|(_, held)| held.has_ended(now));
        ended.filter_map(|(id, _)| self.programme_of(*id)).collect()
    }

    /// The versions under which her cards of a stamp card were begun.
    pub fn versions_of(&self, programme: &str) -> BTreeSet<i64> {
        self.row_of(programme).into_iter().map(|card| card.version).collect()
    }

    /// The stamp card whose milestone gave a voucher.
    pub fn programme_of(&self, voucher: VoucherId) -> Option<String> {
        let standing = self.books.milestones.iter().filter(|(_, reaching)| reaching.reversed_at.is_none());
        let ((card, _, _), _) = standing.into_iter().find(|(_, reaching)| reaching.voucher == Some(voucher))?;
        self.books.cards.get(card).map(|card| card.programme.clone())
    }

    /// A voucher of hers, with its code.
    pub fn voucher(&self, id: VoucherId) -> Option<Voucher> {
        let (held, code) = (self.books.vouchers.get(&id)?, self.codes.get(&id)?);
        Some(Voucher {
            id,
            code: code.clone(),
            member: self.member,
            coupon: held.issued.coupon.clone(),
            version: held.issued.version,
            state: held.state,
            entry: held.entry,
            issued_at: held.issued_at,
            expires_at: held.issued.expires_at,
            changed_at: held.changed_at,
        })
    }

    /// A new entry.
    pub fn link(&self, entry: EntryId) -> Option<&Link> {
        self.new.iter().find(|link| link.entry.id == entry)
    }

    /// Her cards of a stamp card, newest first, without void ones.
    pub fn row_of(&self, programme: &str) -> Vec<&Card> {
        let cards = self.books.cards.values();
        let mut cards: Vec<&Card> =
            cards.filter(|card| card.programme == programme && card.state != CardState::Void).collect();
        cards.sort_by_key(|card| -card.ordinal);
        cards
    }

    /// The end of her row of cards. `leaving` is a voucher that is about to be used or to end.
    fn row<'a>(&'a self, terms: &'a Terms, programme: &str, leaving: Option<VoucherId>) -> Result<Row<'a>, NoTerms> {
        let newest = self.row_of(programme).into_iter().next();
        let of_programme = self.books.cards.values().filter(|card| card.programme == programme);
        Ok(Row {
            member: self.member,
            newest: newest.map(|card| Ok::<_, NoTerms>((card, terms.of_card(card)?))).transpose()?,
            current: terms.current(programme)?,
            last_ordinal: of_programme.map(|card| card.ordinal).max().unwrap_or_default(),
            unused: newest.map_or(0, |card| self.unused(card, leaving)),
            last_visit: self.last_visit(programme, None),
        })
    }

    fn unused(&self, card: &Card, leaving: Option<VoucherId>) -> usize {
        let standing = self.books.milestones.iter();
        let standing = standing.filter(|((of, _, _), reaching)| *of == card.id && reaching.reversed_at.is_none());
        let vouchers = standing.filter_map(|(_, reaching)| reaching.voucher).filter(|id| Some(*id) != leaving);
        vouchers.filter(|id| self.books.vouchers.get(id).is_some_and(|held| held.state == VoucherState::Issued)).count()
    }

    fn last_visit(&self, programme: &str, without: Option<EntryId>) -> Option<DateTime<Utc>> {
        let visits = self.visits.iter().filter(|visit| visit.programme == programme && Some(visit.entry) != without);
        visits.map(|visit| visit.at).max()
    }

    fn next_due(&self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, Due)> {
        let cards = self.books.cards.values().filter(|card| card.has_ended(now));
        let cards = cards.filter_map(|card| Some((card.expires_at?, Due::Card(card.id))));
        let vouchers = self.books.vouchers.iter().filter(|(_, held)| held.has_ended(now));
        let vouchers = vouchers.filter_map(|(id, held)| Some((held.issued.expires_at?, Due::Voucher(*id))));
        cards.chain(vouchers).min_by_key(|(end, _)| *end)
    }

    fn append(&mut self, draft: Draft, now: Now<'_>) -> Result<EntryId, Broken> {
        let id: EntryId = now.ids.make();
        let entry = draft.at_place(self.member, self.seq + 1, id, now.at);
        self.books.apply(&entry)?;
        let payload = chain::payload(&entry);
        self.hash = chain::link(&self.hash, &payload);
        self.seq += 1;
        match entry.kind {
            EntryKind::Stamped => {
                self.visits.push(Visit { entry: id, programme: entry.programme.clone(), at: entry.at });
            }
            EntryKind::StampReversed => self.visits.retain(|visit| Some(visit.entry) != entry.reverses),
            _ => {}
        }
        self.new.push(Link { entry, payload, hash: self.hash, line: now.ids.make() });
        Ok(id)
    }
}
