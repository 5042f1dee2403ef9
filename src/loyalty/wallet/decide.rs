//! What an act does to a wallet: the rules are asked, and what they say becomes an entry.

use chrono_tz::Tz;

use super::{Broken, Due, Giving, Now, Wallet};
use crate::ids::{Actor, EntryId, VoucherId};
use crate::loyalty::coupons::{self, Code, First, RedemptionMove, Voucher, VoucherMove, VoucherState};
use crate::loyalty::ledger::{Draft, Entry, EntryKind, Moves};
use crate::loyalty::stamps::rules::{self, Granted, Moment};
use crate::loyalty::stamps::{Card, Milestone};
use crate::loyalty::terms::{Edition, NoTerms, Terms};
use crate::loyalty::types::{Answer, Place};

impl Wallet {
    /// Gives stamps, and what they earn.
    pub fn stamp(&mut self, terms: &Terms, giving: Giving<'_>, now: Now<'_>) -> Result<Answer<EntryId>, Broken> {
        let moment = Moment { at: now.at, zone: giving.place.zone };
        let row = self.row(terms, giving.programme, None)?;
        let granted = match rules::grant(&row, giving.stamps, moment, || now.ids.make()) {
            Ok(granted) => granted,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let dropped = granted.dropped;
        let moves = self.rewarded(terms, granted, moment, now)?;
        let draft = Draft {
            kind: EntryKind::Stamped,
            at: now.at,
            place: giving.place.clone(),
            actor: giving.actor.clone(),
            programme: String::from(giving.programme),
            reverses: None,
            dropped,
            moves,
        };
        Ok(Ok(self.append(draft, now)?))
    }

    /// Takes a visit back, and what it had earned.
    pub fn take_back(
        &mut self,
        terms: &Terms,
        visit: &Entry,
        place: &Place,
        actor: &Actor,
        now: Now<'_>,
    ) -> Result<Answer<EntryId>, Broken> {
        let row = self.row_of(&visit.programme);
        let row = row.into_iter().map(|card| Ok((card.clone(), terms.of_card(card)?.clone())));
        let row: Vec<(Card, Edition<_>)> = row.collect::<Result<_, NoTerms>>()?;
        let standing = self.books.milestones.iter().filter(|(_, reaching)| reaching.reversed_at.is_none());
        let reached: Vec<_> = standing
            .map(|((card, position, _), reaching)| {
                let milestone = Milestone { card: *card, position: *position, voucher: reaching.voucher };
                (milestone, reaching.voucher.and_then(|id| self.voucher(id)))
            })
            .collect();
        let last_visit = self.last_visit(&visit.programme, Some(visit.id));
        let back = match rules::take_back(&row, &reached, visit.amount, last_visit, place.zone) {
            Ok(back) => back,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let draft = Draft {
            kind: EntryKind::StampReversed,
            at: now.at,
            place: place.clone(),
            actor: actor.clone(),
            programme: visit.programme.clone(),
            reverses: Some(visit.id),
            dropped: 0,
            moves: back.into_moves(),
        };
        Ok(Ok(self.append(draft, now)?))
    }

    /// Takes a voucher, and begins the card that waited for it.
    pub fn redeem(
        &mut self,
        terms: &Terms,
        voucher: &Voucher,
        place: &Place,
        actor: &Actor,
        now: Now<'_>,
    ) -> Result<Answer<EntryId>, Broken> {
        let first = self.books.redemptions.values();
        let first = first.into_iter().find(|used| used.voucher == voucher.id && used.reversed_at.is_none());
        let first = first.cloned().map(First::from);
        let coupon = terms.of_voucher(voucher)?;
        if let Err(refusal) = coupons::rules::redeem(voucher, first, &coupon.terms, &place.store, now.at) {
            return Ok(Err(refusal));
        }
        let moves = Moves {
            vouchers: vec![VoucherMove::to(voucher.id, VoucherState::Redeemed)],
            redemptions: vec![RedemptionMove { redemption: now.ids.make(), voucher: voucher.id, undone: false }],
            ..Moves::default()
        };
        let moment = Moment { at: now.at, zone: place.zone };
        let draft = Draft {
            kind: EntryKind::VoucherRedeemed,
            at: now.at,
            place: place.clone(),
            actor: actor.clone(),
            programme: voucher.coupon.clone(),
            reverses: None,
            dropped: 0,
            moves: self.release(terms, voucher.id, moves, moment, now)?,
        };
        Ok(Ok(self.append(draft, now)?))
    }

    /// Gives a used voucher back. A card that was begun meanwhile stays.
    pub fn give_back(
        &mut self,
        redeemed: &Entry,
        used: &RedemptionMove,
        place: &Place,
        actor: &Actor,
        now: Now<'_>,
    ) -> Result<EntryId, Broken> {
        let end = self.books.vouchers.get(&used.voucher).and_then(|held| held.issued.expires_at);
        let moves = Moves {
            vouchers: vec![coupons::rules::give_back(used.voucher, end, now.at, place.zone)],
            redemptions: vec![RedemptionMove { undone: true, ..used.clone() }],
            ..Moves::default()
        };
        let draft = Draft {
            kind: EntryKind::RedemptionReversed,
            at: now.at,
            place: place.clone(),
            actor: actor.clone(),
            programme: redeemed.programme.clone(),
            reverses: Some(redeemed.id),
            dropped: 0,
            moves,
        };
        self.append(draft, now)
    }

    /// Ends what has run out by now, in the order in which it did, so that it is all one when that is noticed.
    pub fn lapse(&mut self, terms: &Terms, zone: Tz, now: Now<'_>) -> Result<(), Broken> {
        while let Some((end, due)) = self.next_due(now.at) {
            let (kind, programme, moves) = match due {
                Due::Card(id) => {
                    let card = &self.books.cards[&id];
                    let moves = Moves { cards: vec![rules::expire(card)], ..Moves::default() };
                    (EntryKind::CardExpired, card.programme.clone(), moves)
                }
                Due::Voucher(id) => {
                    let coupon = self.books.vouchers[&id].issued.coupon.clone();
                    let vouchers = vec![VoucherMove::to(id, VoucherState::Expired)];
                    let moves = Moves { vouchers, ..Moves::default() };
                    let moves = self.release(terms, id, moves, Moment { at: end, zone }, now)?;
                    (EntryKind::VoucherExpired, coupon, moves)
                }
            };
            let (place, actor) = (Place::nowhere(zone), Actor::system("lapse"));
            self.append(Draft { kind, at: end, place, actor, programme, reverses: None, dropped: 0, moves }, now)?;
        }
        Ok(())
    }

    /// Vouchers for what stamps earned.
    fn rewarded(&mut self, terms: &Terms, granted: Granted, moment: Moment, now: Now<'_>) -> Result<Moves, NoTerms> {
        granted.into_moves(|reward| {
            let coupon = terms.to_give(reward.coupon.as_str())?;
            let (id, code) = (now.ids.make(), Code::random(now.chance));
            let moved = coupons::rules::issue(id, &code, coupon, moment.at, moment.zone);
            self.codes.insert(id, code);
            Ok(moved)
        })
    }

    /// Adds what happens to the row of cards when a voucher leaves it: the next card begins once nothing waits.
    fn release(
        &mut self,
        terms: &Terms,
        leaving: VoucherId,
        moves: Moves,
        moment: Moment,
        now: Now<'_>,
    ) -> Result<Moves, NoTerms> {
        let Some(programme) = self.programme_of(leaving) else { return Ok(moves) };
        let row = self.row(terms, &programme, Some(leaving))?;
        let Some(granted) = rules::release(&row, moment, || now.ids.make()) else { return Ok(moves) };
        let mut released = self.rewarded(terms, granted, moment, now)?;
        released.vouchers.splice(0..0, moves.vouchers);
        released.redemptions = moves.redemptions;
        Ok(released)
    }
}
