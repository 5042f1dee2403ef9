//! A member's rewards without a database: the rules on one side, the books rebuilt from the entries on the other. Random
//! histories show that they never part.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use uuid::Uuid;

use super::coupons::{self, Code, RedemptionMove, Voucher, VoucherMove, VoucherState};
use super::ledger::replay::Books;
use super::ledger::{Draft, Entry, EntryKind, Moves, chain};
use super::spec::{Coupon, Overflow, StampCard};
use super::stamps::rules::{self, Moment, Row};
use super::stamps::{Card, CardState, Milestone};
use super::terms::Edition;
use super::types::{Answer, Place, Refusal};
use crate::clock::Chance;
use crate::ids::{Actor, EntryId, MemberId};

#[derive(Debug, Clone)]
enum Act {
    Stamp(i64),
    Wait(i64),
    Undo(usize),
    Redeem(usize),
    UndoRedemption(usize),
    Publish(i64, Overflow),
}

/// What a member sees of one card: stamps, version, state, newest stamp, end, unused rewards.
type Seen = (i64, i64, CardState, Option<DateTime<Utc>>, Option<DateTime<Utc>>, usize);

struct Model {
    books: Books,
    entries: Vec<Entry>,
    codes: BTreeMap<Uuid, Code>,
    editions: Vec<Edition<StampCard>>,
    coupon: Edition<Coupon>,
    now: DateTime<Utc>,
    made: u128,
}

impl Model {
    fn new() -> Self {
        let coupon = serde_saphyr::from_str("coupon: latte\ntitle: 拿鐵\nkind: free_item").expect("a coupon");
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let mut model = Self {
            books: Books::default(),
            entries: Vec::new(),
            codes: BTreeMap::new(),
            editions: Vec::new(),
            coupon: Edition { version: 1, terms: coupon },
            now,
            made: 0,
        };
        model.publish(10, Overflow::Carry);
        model
    }

    fn id(&mut self) -> Uuid {
        self.made += 1;
        Uuid::from_u128(self.made)
    }

    fn publish(&mut self, goal: i64, overflow: Overflow) {
        let half = goal / 2;
        let early = if half > 0 && half < goal { format!("{half}: {{ coupon: latte }}, ") } else { String::new() };
        let text = format!(
            "stamp_card: coffee\ntitle: 咖啡\ngoal: {goal}\nearn: {{ at_most: 25 }}\nmilestones: {{ {early}{goal}: {{ coupon: latte }} }}"
        );
        let mut terms: StampCard = serde_saphyr::from_str(&text).expect("a card");
        terms.overflow = overflow;
        let version = self.editions.len() as i64 + 1;
        self.editions.push(Edition { version, terms });
    }

    fn edition(&self, version: i64) -> Edition<StampCard> {
        self.editions[usize::try_from(version - 1).expect("from 1")].clone()
    }

    /// Newest first, without void ones.
    fn row(&self) -> Vec<(Card, Edition<StampCard>)> {
        let mut cards: Vec<_> =
            self.books.cards.values().filter(|card| card.state != CardState::Void).cloned().collect();
        cards.sort_by_key(|card| -card.ordinal);
        cards.into_iter().map(|card| (card.clone(), self.edition(card.version))).collect()
    }

    fn voucher(&self, id: crate::ids::VoucherId) -> Voucher {
        let held = &self.books.vouchers[&id];
        Voucher {
            id,
            code: self.codes[&id.0].clone(),
            member: MemberId(Uuid::nil()),
            coupon: held.issued.coupon.clone(),
            version: held.issued.version,
            state: held.state,
            entry: held.entry,
            issued_at: held.issued_at,
            expires_at: held.issued.expires_at,
            changed_at: held.changed_at,
        }
    }

    fn unused(&self, card: &Card) -> usize {
        let standing = self
            .books
            .milestones
            .iter()
            .filter(|((of, _, _), reaching)| *of == card.id && reaching.reversed_at.is_none());
        standing
            .filter(|(_, reaching)| {
                reaching.voucher.is_some_and(|id| self.books.vouchers[&id].state == VoucherState::Issued)
            })
            .count()
    }

    fn visits(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        let undone: Vec<EntryId> = self.entries.iter().filter_map(|entry| entry.reverses).collect();
        self.entries.iter().filter(move |entry| entry.kind == EntryKind::Stamped && !undone.contains(&entry.id))
    }

    fn append(
        &mut self,
        kind: EntryKind,
        at: DateTime<Utc>,
        reverses: Option<EntryId>,
        dropped: i64,
        moves: Moves,
    ) -> EntryId {
        let place = Place { store: String::from("zhongshan"), zone: Tz::Asia__Taipei };
        let draft = Draft {
            kind,
            at,
            place,
            actor: Actor::operator(),
            programme: String::from("coffee"),
            reverses,
            dropped,
            moves,
        };
        let (seq, id) = (self.entries.len() as i64 + 1, EntryId(self.id()));
        let entry = draft.at_place(MemberId(Uuid::nil()), seq, id, self.now);
        let read = chain::read(&chain::payload(&entry)).expect("what is written can be read");
        assert_eq!(read, entry);
        self.books.apply(&read).unwrap_or_else(|error| panic!("{error}: {entry:?}"));
        self.entries.push(entry);
        id
    }

    /// Vouchers for what stamps earned.
    fn rewarded(&mut self, granted: rules::Granted) -> Moves {
        let coupon = self.coupon.clone();
        let now = self.now;
        granted.into_moves(|_| {
            let id = self.id();
            let code = Code::random(&Chance::seeded(self.made as u64));
            let moved = coupons::rules::issue(id.into(), &code, &coupon, now, Tz::Asia__Taipei);
            self.codes.insert(id, code);
            moved
        })
    }

    /// What `decide` makes of the row, given fresh ids for cards.
    fn decide<T>(&mut self, decide: impl FnOnce(&Row<'_>, Moment, &mut dyn FnMut() -> crate::ids::CardId) -> T) -> T {
        let (cards, current) = (self.row(), self.edition(self.editions.len() as i64));
        let row = Row {
            member: MemberId(Uuid::nil()),
            newest: cards.first().map(|(card, terms)| (card, terms)),
            current: &current,
            last_ordinal: self.books.cards.values().map(|card| card.ordinal).max().unwrap_or_default(),
            unused: cards.first().map_or(0, |(card, _)| self.unused(card)),
            last_visit: self.visits().last().map(|visit| visit.at),
        };
        let moment = Moment { at: self.now, zone: Tz::Asia__Taipei };
        let mut made = self.made;
        let answer = decide(&row, moment, &mut || {
            made += 1;
            Uuid::from_u128(made).into()
        });
        self.made = made;
        answer
    }

    fn stamp(&mut self, amount: i64) -> Answer<EntryId> {
        let granted = self.decide(|row, moment, fresh| rules::grant(row, amount, moment, fresh))?;
        let dropped = granted.dropped;
        let moves = self.rewarded(granted);
        Ok(self.append(EntryKind::Stamped, self.now, None, dropped, moves))
    }

    fn undo(&mut self, entry: EntryId) -> Answer<EntryId> {
        let amount = self.entries.iter().find(|known| known.id == entry).expect("known").amount;
        let last_visit = self.visits().rfind(|visit| visit.id != entry).map(|visit| visit.at);
        let reached = self.books.milestones.iter().filter(|(_, reaching)| reaching.reversed_at.is_none());
        let reached: Vec<_> = reached
            .map(|((card, position, _), reaching)| {
                let milestone = Milestone { card: *card, position: *position, voucher: reaching.voucher };
                (milestone, reaching.voucher.map(|id| self.voucher(id)))
            })
            .collect();
        let back = rules::take_back(&self.row(), &reached, amount, last_visit, Tz::Asia__Taipei)?;
        Ok(self.append(EntryKind::StampReversed, self.now, Some(entry), 0, back.into_moves()))
    }

    fn release(&mut self, moves: Moves) -> Moves {
        // The books as they will be once the vouchers have moved.
        let before = self.books.vouchers.clone();
        for moved in &moves.vouchers {
            self.books.vouchers.get_mut(&moved.voucher).expect("known").state = moved.state;
        }
        let granted = self.decide(|row, moment, fresh| rules::release(row, moment, fresh));
        self.books.vouchers = before;
        let Some(granted) = granted else { return moves };
        let mut released = self.rewarded(granted);
        released.vouchers.splice(0..0, moves.vouchers);
        released.redemptions = moves.redemptions;
        released
    }

    fn redeem(&mut self, id: crate::ids::VoucherId) -> Answer<EntryId> {
        let voucher = self.voucher(id);
        let first =
            self.books.redemptions.values().find(|used| used.voucher == id && used.reversed_at.is_none()).cloned();
        coupons::rules::redeem(&voucher, first.map(Into::into), &self.coupon.terms, "zhongshan", self.now)?;
        let redemption = self.id().into();
        let moves = Moves {
            vouchers: vec![VoucherMove::to(id, VoucherState::Redeemed)],
            redemptions: vec![RedemptionMove { redemption, voucher: id, undone: false }],
            ..Moves::default()
        };
        let moves = self.release(moves);
        Ok(self.append(EntryKind::VoucherRedeemed, self.now, None, 0, moves))
    }

    fn undo_redemption(&mut self, index: usize) {
        let standing: Vec<_> =
            self.books.redemptions.values().filter(|used| used.reversed_at.is_none()).cloned().collect();
        let Some(used) = standing.get(index % standing.len().max(1)) else { return };
        let moves = Moves {
            vouchers: vec![VoucherMove::to(used.voucher, VoucherState::Issued)],
            redemptions: vec![RedemptionMove { redemption: used.id, voucher: used.voucher, undone: true }],
            ..Moves::default()
        };
        self.append(EntryKind::RedemptionReversed, self.now, Some(used.entry), 0, moves);
    }

    /// Ends what has run out, as the job does.
    fn expire(&mut self) {
        while let Some(card) = self.books.cards.values().find(|card| card.has_ended(self.now)).cloned() {
            let moves = Moves { cards: vec![rules::expire(&card)], ..Moves::default() };
            self.append(EntryKind::CardExpired, card.expires_at.expect("it ended"), None, 0, moves);
        }
        let ids: Vec<_> = self.books.vouchers.keys().copied().collect();
        for voucher in
            ids.into_iter().map(|id| self.voucher(id)).filter(|voucher| voucher.has_ended(self.now)).collect::<Vec<_>>()
        {
            let moves =
                Moves { vouchers: vec![VoucherMove::to(voucher.id, VoucherState::Expired)], ..Moves::default() };
            let moves = self.release(moves);
            self.append(EntryKind::VoucherExpired, voucher.expires_at.expect("it ended"), None, 0, moves);
        }
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::Stamp(amount) => drop(self.stamp(*amount)),
            Act::Wait(minutes) => {
                self.now += TimeDelta::minutes(*minutes);
                self.expire();
            }
            Act::Undo(index) => {
                let visits: Vec<EntryId> = self.visits().map(|visit| visit.id).collect();
                if let Some(visit) = visits.iter().rev().nth(index % visits.len().max(1)) {
                    drop(self.undo(*visit));
                }
            }
            Act::Redeem(index) => {
                let ids: Vec<_> = self.books.vouchers.keys().copied().collect();
                if let Some(id) = ids.iter().rev().nth(index % ids.len().max(1)) {
                    drop(self.redeem(*id));
                }
            }
            Act::UndoRedemption(index) => self.undo_redemption(*index),
            Act::Publish(goal, overflow) => self.publish(*goal, *overflow),
        }
    }

    /// What a member sees, without ids and without cards that came to nothing.
    fn view(&self) -> Vec<Seen> {
        let see = |(card, _): &(Card, _)| {
            (card.stamps, card.version, card.state, card.last_stamp_at, card.expires_at, self.unused(card))
        };
        self.row().iter().map(see).collect()
    }

    fn check(&self) {
        let sum: i64 = self.entries.iter().map(|entry| entry.amount).sum();
        assert_eq!(sum, self.books.balance("coffee"), "the ledger's sum is the balance");
        let row = self.row();
        let open = row.iter().filter(|(card, _)| card.state == CardState::Open).count();
        assert!(open <= 1, "one open card at most");
        for (index, (card, terms)) in row.iter().enumerate() {
            let waits = index == 0 && terms.terms.overflow == Overflow::Hold;
            match card.state {
                CardState::Open => assert!(index == 0 && (0..card.goal).contains(&card.stamps), "{card:?}"),
                CardState::Completed => {
                    assert!(card.stamps == card.goal || waits && card.stamps > card.goal, "{card:?}");
                    assert!(
                        index > 0 || self.unused(card) > 0,
                        "a full card is followed by another unless its reward waits: {card:?}"
                    );
                }
                CardState::Expired | CardState::Void => assert_eq!(card.stamps, 0),
            }
            let standing = self
                .books
                .milestones
                .iter()
                .filter(|((of, _, _), reaching)| *of == card.id && reaching.reversed_at.is_none());
            let mut reached: Vec<i64> = standing.map(|((_, position, _), _)| *position).collect();
            reached.sort_unstable();
            let earned: Vec<i64> =
                terms.terms.milestones.keys().copied().filter(|position| *position <= card.stamps).collect();
            assert!(
                card.state == CardState::Expired || reached == earned,
                "each milestone stands once and only while earned: {card:?} {reached:?}"
            );
        }
        for (id, held) in &self.books.vouchers {
            let causes = self.books.milestones.values().filter(|reaching| reaching.voucher == Some(*id)).count();
            assert_eq!(causes, 1, "a voucher has the one milestone that gave it");
            let uses = self
                .books
                .redemptions
                .values()
                .filter(|used| used.voucher == *id && used.reversed_at.is_none())
                .count();
            assert_eq!(uses, usize::from(held.state == VoucherState::Redeemed), "a voucher is used once or not at all");
        }
        if self.editions.iter().all(|edition| edition.terms.overflow == Overflow::Carry) {
            let expired: i64 = self
                .entries
                .iter()
                .filter(|entry| entry.kind == EntryKind::CardExpired)
                .map(|entry| entry.amount)
                .sum();
            let given: i64 = self.visits().map(|visit| visit.amount).sum();
            assert_eq!(given + expired, self.books.balance("coffee"), "no stamp is lost or made up");
        }
    }
}

fn overflow() -> impl Strategy<Value = Overflow> {
    prop_oneof![Just(Overflow::Carry), Just(Overflow::Drop), Just(Overflow::Hold)]
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        6 => (1..=25_i64).prop_map(Act::Stamp),
        4 => (1..=4_i64).prop_map(Act::Stamp),
        6 => (10..=2_000_i64).prop_map(Act::Wait),
        1 => (20_000..=300_000_i64).prop_map(Act::Wait),
        3 => (0..4_usize).prop_map(Act::Undo),
        3 => (0..6_usize).prop_map(Act::Redeem),
        1 => (0..6_usize).prop_map(Act::UndoRedemption),
        1 => (1..=12_i64, overflow()).prop_map(|(goal, overflow)| Act::Publish(goal, overflow)),
    ];
    proptest::collection::vec(act, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn books_and_rules_never_part(goal in 1..=12_i64, overflow in overflow(), acts in acts()) {
        let mut model = Model::new();
        model.publish(goal, overflow);
        for act in &acts {
            model.act(act);
            model.check();
        }
    }

    #[test]
    fn carried_stamps_are_never_lost(acts in acts()) {
        let mut model = Model::new();
        for act in acts.iter().filter(|act| !matches!(act, Act::Publish(..))) {
            model.act(act);
            model.check();
        }
    }

    #[test]
    fn undoing_a_visit_at_once_restores_everything(acts in acts(), amount in 1..=25_i64) {
        let mut model = Model::new();
        acts.iter().for_each(|act| model.act(act));
        model.act(&Act::Wait(10));
        let before = model.view();
        let visit = model.stamp(amount).expect("the cool-down is over");
        model.undo(visit).expect("nothing was used meanwhile");
        prop_assert_eq!(model.view(), before);
        // And it can be given again, with its rewards.
        let again = model.stamp(amount).expect("the cool-down was given back");
        model.check();
        let amount_of = |id| model.entries.iter().find(|entry| entry.id == id).map(|entry| (entry.amount, entry.moves.vouchers.len()));
        prop_assert_eq!(amount_of(visit), amount_of(again));
    }
}

#[test]
fn a_used_reward_keeps_its_stamps_until_its_use_is_undone() {
    let mut model = Model::new();
    let visit = model.stamp(10).expect("it is given");
    let latte = *model.books.vouchers.keys().last().expect("two milestones");
    model.redeem(latte).expect("it is good");
    assert!(matches!(model.redeem(latte), Err(Refusal::AlreadyRedeemed { .. })));
    assert!(matches!(model.undo(visit), Err(Refusal::RewardUsed { voucher, .. }) if voucher == latte));
    model.undo_redemption(0);
    model.undo(visit).expect("nothing is used any more");
    assert_eq!(model.books.balance("coffee"), 0);
    model.check();
}
