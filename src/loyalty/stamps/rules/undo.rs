//! What taking a visit back undoes, and who may.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::expiry;
use crate::ids::Actor;
use crate::loyalty::coupons::{Voucher, VoucherMove, VoucherState};
use crate::loyalty::ledger::Moves;
use crate::loyalty::spec::StampCard;
use crate::loyalty::stamps::types::{Card, CardMove, CardState, Milestone, MilestoneMove};
use crate::loyalty::terms::Edition;
use crate::loyalty::types::{Answer, Authority, By, Refusal};

/// How long staff may undo their own stamps.
pub const OWN_UNDO: TimeDelta = TimeDelta::minutes(10);
/// How long managers may undo anybody's.
pub const MANAGER_UNDO: TimeDelta = TimeDelta::days(30);

/// Whether `by` may undo, at `now`, what `actor` did in `store` and was written down at `recorded_at`.
///
/// # Errors
/// It is another's, another store's, or too long ago.
pub fn may_undo(
    by: &By,
    (actor, store): (&Actor, &str),
    recorded_at: DateTime<Utc>,
    own: TimeDelta,
    now: DateTime<Utc>,
) -> Answer<()> {
    let is_own = by.actor == *actor;
    let ended = match &by.authority {
        Authority::All => recorded_at + MANAGER_UNDO,
        Authority::Stores(hers) if is_own || hers.iter().any(|covered| covered == store) => recorded_at + MANAGER_UNDO,
        Authority::Own if is_own => recorded_at + own,
        Authority::Own | Authority::Stores(_) => return Err(Refusal::NotYours),
    };
    if now < ended { Ok(()) } else { Err(Refusal::TooLate { ended }) }
}

/// What is undone when stamps are taken back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TakenBack {
    /// The cards touched, newest first.
    pub cards: Vec<CardMove>,
    /// Milestones no longer reached.
    pub milestones: Vec<MilestoneMove>,
    /// Their vouchers, revoked.
    pub vouchers: Vec<VoucherMove>,
}

/// Decides what taking `amount` stamps back from the end of the row undoes. `cards` are the newest ones that are not void,
/// newest first, with their terms; `last_visit` is the newest visit that counts afterwards.
///
/// # Errors
/// A reward that would no longer be earned is used already, or the stamps went with an expired card.
pub fn take_back(
    cards: &[(Card, Edition<StampCard>)],
    reached: &[(Milestone, Option<Voucher>)],
    amount: i64,
    last_visit: Option<DateTime<Utc>>,
    zone: Tz,
) -> Answer<TakenBack> {
    let mut back = TakenBack::default();
    let mut left = amount;
    for (index, (card, terms)) in cards.iter().enumerate() {
        if left == 0 && index > 0 {
            break;
        }
        if card.state == CardState::Expired {
            return Err(Refusal::CardExpired);
        }
        let after = lowered(card, terms, left, last_visit, zone);
        left -= card.stamps - after.stamps;
        back.give_up(&after, reached)?;
        let next_is_full = cards.get(index + 1).is_some_and(|(next, _)| next.state == CardState::Completed);
        let is_needed = after.stamps > 0 || left == 0 && next_is_full;
        let after = if is_needed { after } else { Card { state: CardState::Void, expires_at: None, ..after } };
        if after != *card {
            back.cards.push(CardMove::between(Some(card), &after));
        }
    }
    if left > 0 { Err(Refusal::CardExpired) } else { Ok(back) }
}

/// A card with up to `amount` stamps fewer.
fn lowered(card: &Card, terms: &Edition<StampCard>, amount: i64, last_visit: Option<DateTime<Utc>>, zone: Tz) -> Card {
    let mut after = card.clone();
    after.stamps -= amount.min(card.stamps);
    after.last_stamp_at = if after.stamps > 0 { last_visit } else { None };
    if after.stamps < after.goal {
        after.state = CardState::Open;
        after.completed_at = None;
        after.expires_at = expiry(&terms.terms, after.opened_at, after.last_stamp_at, zone);
    }
    after
}

impl TakenBack {
    /// The whole effect.
    pub fn into_moves(self) -> Moves {
        Moves { cards: self.cards, milestones: self.milestones, vouchers: self.vouchers, redemptions: Vec::new() }
    }

    /// Gives up the milestones of a card that has fewer stamps now.
    fn give_up(&mut self, card: &Card, reached: &[(Milestone, Option<Voucher>)]) -> Answer<()> {
        for (milestone, voucher) in reached.iter().filter(|(m, _)| m.card == card.id && m.position > card.stamps) {
            match voucher {
                Some(voucher) if voucher.state == VoucherState::Redeemed => {
                    return Err(Refusal::RewardUsed { voucher: voucher.id, coupon: voucher.coupon.clone() });
                }
                Some(voucher) if voucher.state == VoucherState::Issued => {
                    self.vouchers.push(VoucherMove::to(voucher.id, VoucherState::Revoked));
                }
                _ => {}
            }
            let Milestone { card, position, voucher } = *milestone;
            self.milestones.push(MilestoneMove { card, position, voucher, reached: false });
        }
        Ok(())
    }
}
