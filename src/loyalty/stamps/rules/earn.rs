//! What a visit earns.

use std::ops::Bound::{Excluded, Included};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::expiry;
use crate::ids::{CardId, MemberId};
use crate::loyalty::coupons::VoucherMove;
use crate::loyalty::ledger::Moves;
use crate::loyalty::spec::{Overflow, Reward, StampCard};
use crate::loyalty::stamps::types::{Card, CardMove, CardState, MilestoneMove};
use crate::loyalty::terms::Edition;
use crate::loyalty::types::{Answer, Refusal};

/// The end of a member's row of cards.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Whose.
    pub member: MemberId,
    /// The newest card that is not void, with its own terms.
    pub newest: Option<(&'a Card, &'a Edition<StampCard>)>,
    /// The terms of cards begun now.
    pub current: &'a Edition<StampCard>,
    /// The highest ordinal given so far, void cards counted; 0 when none.
    pub last_ordinal: i64,
    /// Vouchers of the newest card that are neither used nor ended.
    pub unused: usize,
    /// The newest visit that still counts.
    pub last_visit: Option<DateTime<Utc>>,
}

/// When and where in the calendar.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The instant.
    pub at: DateTime<Utc>,
    /// The store's zone.
    pub zone: Tz,
}

/// A milestone just reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Reached {
    /// On this card.
    pub card: CardId,
    /// At this stamp.
    pub position: i64,
    /// Which gives this.
    pub reward: Reward,
}

/// What stamps do to the row of cards.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Granted {
    /// The cards touched, oldest first.
    pub cards: Vec<CardMove>,
    /// The milestones reached, in order.
    pub reached: Vec<Reached>,
    /// Stamps that were lost beyond the goal.
    pub dropped: i64,
}

impl Granted {
    /// The whole effect, with a voucher for each milestone.
    ///
    /// # Errors
    /// That of `issue`.
    pub fn into_moves<E>(self, mut issue: impl FnMut(&Reward) -> Result<VoucherMove, E>) -> Result<Moves, E> {
        let mut moves = Moves { cards: self.cards, ..Moves::default() };
        for Reached { card, position, reward } in self.reached {
            let voucher = issue(&reward)?;
            moves.milestones.push(MilestoneMove { card, position, voucher: Some(voucher.voucher), reached: true });
            moves.vouchers.push(voucher);
        }
        Ok(moves)
    }
}

/// Decides what a visit of `amount` stamps earns. `fresh` gives ids to cards that begin.
///
/// # Errors
/// An amount the card does not give in one visit, or a visit too soon after the one before.
pub fn grant(row: &Row<'_>, amount: i64, moment: Moment, fresh: impl FnMut() -> CardId) -> Answer<Granted> {
    let terms = row.newest.filter(|(card, _)| card.state != CardState::Expired).map_or(row.current, |(_, terms)| terms);
    let at_most = terms.terms.earn.at_most;
    if !(1..=at_most).contains(&amount) {
        return Err(Refusal::Amount { at_most });
    }
    let cool_down = terms.terms.cool_down.0.map_or(TimeDelta::zero(), |length| length.delta());
    // Also holds stamps while the server's clock stands earlier than the last visit.
    match row.last_visit.map(|last| last + cool_down) {
        Some(until) if moment.at < until => Err(Refusal::TooSoon { until }),
        _ => Ok(add(row, amount, moment, fresh)),
    }
}

/// Begins the next card once nothing of the full card waits any more, and moves the surplus there. None when the row's newest
/// card is not waiting.
pub fn release(row: &Row<'_>, moment: Moment, fresh: impl FnMut() -> CardId) -> Option<Granted> {
    let (card, terms) = row.newest?;
    if card.state != CardState::Completed || terms.terms.overflow != Overflow::Hold || row.unused > 0 {
        return None;
    }
    let mut emptied = card.clone();
    emptied.stamps = card.goal;
    let stamped_at = card.last_stamp_at.unwrap_or(moment.at);
    let mut filling =
        Filling { row, moment, stamped_at, fresh, ordinal: row.last_ordinal, granted: Granted::default() };
    if card.stamps > card.goal {
        filling.granted.cards.push(CardMove::between(Some(card), &emptied));
    }
    filling.fill_new(card.stamps - card.goal);
    Some(filling.granted)
}

fn add(row: &Row<'_>, amount: i64, moment: Moment, fresh: impl FnMut() -> CardId) -> Granted {
    let (stamped_at, ordinal) = (moment.at, row.last_ordinal);
    let mut filling = Filling { row, moment, stamped_at, fresh, ordinal, granted: Granted::default() };
    match row.newest {
        Some((card, terms)) if card.state == CardState::Open || row.unused > 0 && waits(card, terms) => {
            let left = filling.put(Some(card), card.clone(), terms, amount, row.unused);
            if let Some(left) = left {
                filling.fill_new(left);
            }
        }
        _ => filling.fill_new(amount),
    }
    filling.granted
}

fn waits(card: &Card, terms: &Edition<StampCard>) -> bool {
    card.state == CardState::Completed && terms.terms.overflow == Overflow::Hold
}

/// Stamps on their way onto cards.
struct Filling<'a, F> {
    row: &'a Row<'a>,
    moment: Moment,
    stamped_at: DateTime<Utc>,
    fresh: F,
    ordinal: i64,
    granted: Granted,
}

impl<F: FnMut() -> CardId> Filling<'_, F> {
    /// Puts `left` stamps onto new cards; at least one card begins.
    fn fill_new(&mut self, mut left: i64) {
        loop {
            let card = self.begin();
            match self.put(None, card, self.row.current, left, 0) {
                Some(more) => left = more,
                None => return,
            }
        }
    }

    fn begin(&mut self) -> Card {
        self.ordinal += 1;
        let terms = self.row.current;
        Card {
            id: (self.fresh)(),
            member: self.row.member,
            programme: String::from(terms.terms.stamp_card.as_str()),
            version: terms.version,
            ordinal: self.ordinal,
            stamps: 0,
            goal: terms.terms.goal,
            state: CardState::Open,
            opened_at: self.moment.at,
            last_stamp_at: None,
            completed_at: None,
            expires_at: expiry(&terms.terms, self.moment.at, None, self.moment.zone),
        }
    }

    /// Puts what fits of `amount` onto `card`. Gives the stamps for the next card when one is to begin.
    fn put(
        &mut self,
        before: Option<&Card>,
        mut card: Card,
        terms: &Edition<StampCard>,
        amount: i64,
        unused: usize,
    ) -> Option<i64> {
        let terms = &terms.terms;
        let fits = if terms.overflow == Overflow::Hold { amount } else { amount.min(card.missing()) };
        let old = card.stamps;
        card.stamps += fits;
        if fits > 0 {
            card.last_stamp_at = Some(self.stamped_at);
        }
        let reached = terms.milestones.range((Excluded(old), Included(card.stamps.min(card.goal).max(old))));
        let new: Vec<Reached> = reached
            .map(|(position, reward)| Reached { card: card.id, position: *position, reward: reward.clone() })
            .collect();
        if card.state == CardState::Open && card.stamps >= card.goal {
            card.state = CardState::Completed;
            card.completed_at = Some(self.moment.at);
        }
        let is_full = card.state == CardState::Completed;
        // A full card whose rewards wait keeps its surplus; one with nothing to wait for hands it on.
        let holds = is_full && terms.overflow == Overflow::Hold && unused + new.len() > 0;
        let left = if is_full && !holds { amount - fits + (card.stamps - card.goal) } else { 0 };
        if is_full {
            card.expires_at = None;
            card.stamps = if holds { card.stamps } else { card.goal };
        } else {
            card.expires_at = expiry(terms, card.opened_at, card.last_stamp_at, self.moment.zone);
        }
        self.granted.cards.push(CardMove::between(before, &card));
        self.granted.reached.extend(new);
        let next = (is_full && !holds).then_some(left);
        match terms.overflow {
            Overflow::Drop => {
                self.granted.dropped += left;
                next.map(|_| 0)
            }
            Overflow::Carry | Overflow::Hold => next,
        }
    }
}
