//! What a visit earns, and what taking it back undoes. Nothing here reads a clock or a database.
//!
//! A member's stamps of one stamp card lie in a row: each full card, then the open one. A visit adds at the end of the row and
//! taking a visit back takes as many from its end, whichever visit put them there; so the row is always what it would be had
//! the visit not been. A milestone is reached while its card has as many stamps, no longer and no less.

use std::ops::Bound::{Excluded, Included};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::types::{Card, CardMove, CardState, Milestone, MilestoneMove};
use crate::ids::{Actor, CardId, MemberId};
use crate::loyalty::calendar;
use crate::loyalty::coupons::{Voucher, VoucherMove, VoucherState};
use crate::loyalty::ledger::Moves;
use crate::loyalty::spec::{From, Overflow, Reward, StampCard};
use crate::loyalty::terms::Edition;
use crate::loyalty::types::{Answer, Authority, By, Refusal};

/// How long staff may undo their own stamps.
pub const OWN_UNDO: TimeDelta = TimeDelta::minutes(10);
/// How long managers may undo anybody's.
pub const MANAGER_UNDO: TimeDelta = TimeDelta::days(30);

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

/// When an open card ends.
pub fn expiry(
    terms: &StampCard,
    opened_at: DateTime<Utc>,
    last_stamp_at: Option<DateTime<Utc>>,
    zone: Tz,
) -> Option<DateTime<Utc>> {
    let after = terms.expires.after.0?;
    let start = match terms.expires.from {
        From::Issue => opened_at,
        // Surplus stamps that waited for a reward are older than the card they came to.
        From::LastStamp => last_stamp_at?.max(opened_at),
    };
    Some(calendar::rounded(after.after(start, zone), terms.expires.round, zone))
}

/// Ends a card whose time has run out. It happened at its end, whenever that is noticed.
pub fn expire(card: &Card) -> CardMove {
    let mut ended = card.clone();
    ended.stamps = 0;
    ended.state = CardState::Expired;
    CardMove::between(Some(card), &ended)
}

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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::loyalty::spec::StampCard;

    const ZONE: Tz = Tz::Asia__Taipei;

    fn now() -> DateTime<Utc> {
        "2026-03-04T03:30:00Z".parse().expect("an instant")
    }

    fn terms(yaml: &str) -> Edition<StampCard> {
        let text = format!("stamp_card: coffee\ntitle: 咖啡\nearn: {{ at_most: 30 }}\n{yaml}");
        Edition { version: 1, terms: serde_saphyr::from_str(&text).expect(yaml) }
    }

    fn card(stamps: i64) -> Card {
        Card {
            id: CardId(Uuid::from_u128(1)),
            member: MemberId(Uuid::nil()),
            programme: String::from("coffee"),
            version: 1,
            ordinal: 1,
            stamps,
            goal: 10,
            state: CardState::Open,
            opened_at: now() - TimeDelta::days(60),
            last_stamp_at: (stamps > 0).then(|| now() - TimeDelta::days(1)),
            completed_at: None,
            expires_at: None,
        }
    }

    fn row<'a>(newest: Option<(&'a Card, &'a Edition<StampCard>)>, current: &'a Edition<StampCard>) -> Row<'a> {
        let last_ordinal = newest.map_or(0, |(card, _)| card.ordinal);
        Row { member: MemberId(Uuid::nil()), newest, current, last_ordinal, unused: 0, last_visit: None }
    }

    fn give(row: &Row<'_>, amount: i64) -> Answer<Granted> {
        let mut next = 1;
        let fresh = || {
            next += 1;
            CardId(Uuid::from_u128(next))
        };
        grant(row, amount, Moment { at: now(), zone: ZONE }, fresh)
    }

    /// Stamps and state of the cards touched, the milestones reached, the stamps dropped.
    type Seen = (Vec<(i64, CardState)>, Vec<i64>, i64);

    fn seen(granted: &Granted) -> Seen {
        let cards = granted.cards.iter().map(|card| (card.stamps, card.state)).collect();
        (cards, granted.reached.iter().map(|reached| reached.position).collect(), granted.dropped)
    }

    #[test]
    fn what_a_visit_earns() {
        use CardState::{Completed, Open};
        const MILES: &str = "milestones: { 5: { coupon: cake }, 7: { coupon: cake }, 10: { coupon: latte } }";
        let cases: [(&str, i64, i64, Seen); 17] = [
            ("", 0, 1, (vec![(1, Open)], vec![], 0)),
            ("", 8, 1, (vec![(9, Open)], vec![], 0)),
            ("", 9, 1, (vec![(10, Completed), (0, Open)], vec![], 0)),
            (MILES, 4, 1, (vec![(5, Open)], vec![5], 0)),
            (MILES, 5, 1, (vec![(6, Open)], vec![], 0)),
            (MILES, 4, 5, (vec![(9, Open)], vec![5, 7], 0)),
            (MILES, 9, 1, (vec![(10, Completed), (0, Open)], vec![10], 0)),
            (MILES, 9, 3, (vec![(10, Completed), (2, Open)], vec![10], 0)),
            (MILES, 0, 10, (vec![(10, Completed), (0, Open)], vec![5, 7, 10], 0)),
            (MILES, 0, 20, (vec![(10, Completed), (10, Completed), (0, Open)], vec![5, 7, 10, 5, 7, 10], 0)),
            (MILES, 0, 25, (vec![(10, Completed), (10, Completed), (5, Open)], vec![5, 7, 10, 5, 7, 10, 5], 0)),
            ("overflow: drop", 8, 5, (vec![(10, Completed), (0, Open)], vec![], 3)),
            ("overflow: drop", 8, 2, (vec![(10, Completed), (0, Open)], vec![], 0)),
            ("overflow: hold\nmilestones: { 10: { coupon: latte } }", 8, 5, (vec![(13, Completed)], vec![10], 0)),
            ("overflow: hold\nmilestones: { 10: { coupon: latte } }", 8, 2, (vec![(10, Completed)], vec![10], 0)),
            ("overflow: hold", 8, 5, (vec![(10, Completed), (3, Open)], vec![], 0)),
            ("goal: 1", 0, 3, (vec![(1, Completed), (1, Completed), (1, Completed), (0, Open)], vec![], 0)),
        ];
        for (yaml, stamps, amount, expected) in cases {
            let terms = terms(yaml);
            let card = Card { goal: terms.terms.goal, ..card(stamps) };
            let granted = give(&row(Some((&card, &terms)), &terms), amount).expect(yaml);
            assert_eq!(seen(&granted), expected, "{yaml}: {amount} on {stamps}");
            // The first card of all is begun by its first stamp.
            if stamps == 0 {
                assert_eq!(
                    seen(&give(&row(None, &terms), amount).expect(yaml)),
                    expected,
                    "{yaml}: {amount} on nothing"
                );
            }
        }
    }

    #[test]
    fn exact_multiples_pay_once_for_every_size_of_visit() {
        let terms = terms("milestones: { 10: { coupon: latte } }");
        for stamps in 0..10 {
            for amount in 1..=30 {
                let card = card(stamps);
                let granted = give(&row(Some((&card, &terms)), &terms), amount).expect("it is given");
                assert_eq!(granted.reached.len() as i64, (stamps + amount) / 10, "{amount} on {stamps}");
                assert_eq!(granted.cards.iter().map(|card| card.added).sum::<i64>(), amount);
                assert_eq!(granted.cards.last().expect("a card").stamps, (stamps + amount) % 10);
            }
        }
    }

    #[test]
    fn a_card_keeps_its_terms_and_the_next_one_has_the_new() {
        let old = terms("milestones: { 10: { coupon: latte } }");
        let new = Edition { version: 2, ..terms("goal: 4\nmilestones: { 4: { coupon: cake } }") };
        let card = card(9);
        let granted = give(&row(Some((&card, &old)), &new), 6).expect("it is given");
        assert_eq!(
            seen(&granted),
            (vec![(10, CardState::Completed), (4, CardState::Completed), (1, CardState::Open)], vec![10, 4], 0)
        );
        let begun: Vec<_> = granted
            .cards
            .iter()
            .filter_map(|card| card.opened.as_ref())
            .map(|o| (o.version, o.ordinal, o.goal))
            .collect();
        assert_eq!(begun, [(2, 2, 4), (2, 3, 4)]);
    }

    #[test]
    fn a_visit_outside_the_rules_is_refused() {
        let minute = TimeDelta::minutes(1);
        let micro = TimeDelta::microseconds(1);
        for (yaml, amount, last_visit, refusal) in [
            ("", 0, None, Some(Refusal::Amount { at_most: 30 })),
            ("", -1, None, Some(Refusal::Amount { at_most: 30 })),
            ("", 31, None, Some(Refusal::Amount { at_most: 30 })),
            ("", 30, None, None),
            ("", 1, Some(now() - minute * 9), Some(Refusal::TooSoon { until: now() + minute })),
            ("", 1, Some(now() - minute * 10 + micro), Some(Refusal::TooSoon { until: now() + micro })),
            ("", 1, Some(now() - minute * 10), None),
            ("cool_down: none", 1, Some(now()), None),
            // The server's clock was set back an hour.
            ("cool_down: none", 1, Some(now() + minute * 60), Some(Refusal::TooSoon { until: now() + minute * 60 })),
        ] {
            let (terms, card) = (terms(yaml), card(3));
            let row = Row { last_visit, ..row(Some((&card, &terms)), &terms) };
            assert_eq!(give(&row, amount).err(), refusal, "{yaml} {amount} {last_visit:?}");
        }
    }

    #[test]
    fn surplus_waits_until_the_reward_is_taken() {
        let terms = terms("overflow: hold\nmilestones: { 10: { coupon: latte } }");
        let full = Card { state: CardState::Completed, ..card(13) };
        let waiting = Row { unused: 1, ..row(Some((&full, &terms)), &terms) };
        assert_eq!(seen(&give(&waiting, 2).expect("it is given")), (vec![(15, CardState::Completed)], vec![], 0));
        let at = Moment { at: now(), zone: ZONE };
        let fresh = || CardId(Uuid::from_u128(2));
        assert_eq!(release(&waiting, at, fresh), None);
        let taken = Row { unused: 0, ..waiting };
        let released = release(&taken, at, fresh).expect("the next card begins");
        assert_eq!(seen(&released), (vec![(10, CardState::Completed), (3, CardState::Open)], vec![], 0));
        assert_eq!(released.cards.iter().map(|card| card.added).sum::<i64>(), 0);
        // As many as fill the next card make it wait in turn.
        let much = Card { stamps: 22, ..full.clone() };
        let released =
            release(&Row { newest: Some((&much, &terms)), ..taken }, at, fresh).expect("the next card begins");
        assert_eq!(seen(&released), (vec![(10, CardState::Completed), (12, CardState::Completed)], vec![10], 0));
    }

    #[test]
    fn a_card_ends_some_time_after_its_last_stamp() {
        let at = |text: &str| text.parse::<crate::spec::LocalDateTime>().expect(text).in_zone(ZONE);
        for (yaml, end) in [
            ("", Some("2026-10-01 00:00")),
            ("expires: { after: 30d }", Some("2026-04-03 11:30")),
            ("expires: { after: 30d, from: issue }", Some("2026-02-02 11:30")),
            ("expires: { after: 1y, from: issue, round: year }", Some("2028-01-01 00:00")),
            ("expires: { after: none }", None),
        ] {
            let terms = terms(yaml);
            let granted = give(&row(Some((&card(3), &terms)), &terms), 1).expect(yaml);
            assert_eq!(granted.cards[0].expires_at, end.map(at), "{yaml}");
        }
        let terms = terms("milestones: { 10: { coupon: latte } }");
        let granted = give(&row(Some((&card(9), &terms)), &terms), 1).expect("it is given");
        assert_eq!(
            granted.cards.iter().map(|card| card.expires_at).collect::<Vec<_>>(),
            [None, None],
            "neither a full nor an empty card ends"
        );
    }

    #[test]
    fn who_may_undo_and_how_long() {
        let (me, other) = (Actor::system("me"), Actor::system("other"));
        let at = now();
        let after = |minutes: i64| at + TimeDelta::minutes(minutes);
        let stores = |codes: &[&str]| codes.iter().map(|code| String::from(*code)).collect::<Vec<_>>();
        for (by, minutes, refusal) in [
            (By::own(me.clone()), 9, None),
            (By::own(me.clone()), 10, Some(Refusal::TooLate { ended: after(10) })),
            (By::own(other.clone()), 0, Some(Refusal::NotYours)),
            (By::manager(other.clone()), 30 * 1_440 - 1, None),
            (By::manager_of(other.clone(), &[]), 9, None),
            (By::manager_of(other.clone(), &stores(&["yongkang", "zhongshan"])), 30 * 1_440 - 1, None),
            (By::manager_of(other.clone(), &stores(&["yongkang"])), 0, Some(Refusal::NotYours)),
            (By::manager_of(me.clone(), &stores(&["yongkang"])), 11, None),
            (By::manager(me.clone()), 30 * 1_440, Some(Refusal::TooLate { ended: after(30 * 1_440) })),
        ] {
            assert_eq!(
                may_undo(&by, (&me, "zhongshan"), at, OWN_UNDO, after(minutes)).err(),
                refusal,
                "{by:?} after {minutes} minutes"
            );
        }
    }

    fn voucher(state: VoucherState) -> Voucher {
        Voucher {
            id: Uuid::from_u128(77).into(),
            code: crate::loyalty::coupons::Code::random(&crate::clock::Chance::seeded(1)),
            member: MemberId(Uuid::nil()),
            coupon: String::from("latte"),
            version: 1,
            state,
            entry: Uuid::nil().into(),
            issued_at: now(),
            expires_at: None,
            changed_at: now(),
        }
    }

    #[test]
    fn taking_back_reopens_a_full_card_and_revokes_what_it_gave() {
        use CardState::{Completed, Expired, Open, Void};
        let terms = terms("milestones: { 10: { coupon: latte } }");
        let full = Card { state: Completed, ..card(10) };
        let next = |stamps| Card { id: CardId(Uuid::from_u128(2)), ordinal: 2, ..card(stamps) };
        let used = Refusal::RewardUsed { voucher: Uuid::from_u128(77).into(), coupon: String::from("latte") };
        type Case = (Vec<Card>, VoucherState, i64, Result<(Vec<(i64, CardState)>, usize, usize), Refusal>);
        let cases: [Case; 11] = [
            (vec![next(3)], VoucherState::Issued, 1, Ok((vec![(2, Open)], 0, 0))),
            (vec![next(3)], VoucherState::Issued, 3, Ok((vec![(0, Void)], 0, 0))),
            (vec![next(5), full.clone()], VoucherState::Redeemed, 5, Ok((vec![(0, Open)], 0, 0))),
            (vec![next(0), full.clone()], VoucherState::Issued, 1, Ok((vec![(0, Void), (9, Open)], 1, 1))),
            (vec![next(2), full.clone()], VoucherState::Issued, 5, Ok((vec![(0, Void), (7, Open)], 1, 1))),
            (vec![next(2), full.clone()], VoucherState::Expired, 5, Ok((vec![(0, Void), (7, Open)], 1, 0))),
            (vec![next(2), full.clone()], VoucherState::Redeemed, 5, Err(used)),
            (vec![next(0), full.clone()], VoucherState::Issued, 10, Ok((vec![(0, Void), (0, Void)], 1, 1))),
            (vec![Card { state: Expired, ..card(0) }], VoucherState::Issued, 2, Err(Refusal::CardExpired)),
            (vec![next(2), Card { state: Expired, ..card(0) }], VoucherState::Issued, 2, Ok((vec![(0, Void)], 0, 0))),
            (vec![next(2), Card { state: Expired, ..card(0) }], VoucherState::Issued, 3, Err(Refusal::CardExpired)),
        ];
        for (cards, state, amount, expected) in cases {
            let milestone = Milestone { card: full.id, position: 10, voucher: Some(Uuid::from_u128(77).into()) };
            let reached = [(milestone, Some(voucher(state)))];
            let before = format!("{amount} from {cards:?}");
            let cards: Vec<_> = cards.into_iter().map(|card| (card, terms.clone())).collect();
            let back = take_back(&cards, &reached, amount, Some(now() - TimeDelta::days(3)), ZONE);
            let seen = back.map(|back| {
                (back.cards.iter().map(|c| (c.stamps, c.state)).collect(), back.milestones.len(), back.vouchers.len())
            });
            assert_eq!(seen, expected, "{before}");
        }
    }

    #[test]
    fn a_visit_taken_back_moves_the_end_of_the_card_back() {
        let terms = terms("");
        let earlier: DateTime<Utc> = "2026-01-31T03:30:00Z".parse().expect("an instant");
        let back = take_back(&[(card(3), terms)], &[], 1, Some(earlier), ZONE).expect("it is taken back");
        assert_eq!(back.cards[0].last_stamp_at, Some(earlier));
        assert_eq!(back.cards[0].expires_at, Some("2026-07-31T16:00:00Z".parse().expect("an instant")));
    }
}
