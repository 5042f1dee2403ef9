//! A member's rewards without a database: the wallet that decides on one side, the books rebuilt from the entries on the
//! other. Random histories show that they never part.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use uuid::Uuid;

use super::coupons::{RedemptionMove, VoucherState};
use super::ledger::replay::Books;
use super::ledger::{Entry, EntryKind, chain};
use super::spec::{Overflow, StampCard};
use super::stamps::{Card, CardState};
use super::terms::{Edition, Terms};
use super::types::{Answer, Place, Refusal};
use super::wallet::{Broken, Giving, Now, Wallet};
use crate::clock::{Chance, Clock};
use crate::ids::{Actor, EntryId, Ids, MemberId, VoucherId};

const ZONE: Tz = Tz::Asia__Taipei;

#[derive(Debug, Clone)]
enum Act {
    Stamp(i64),
    Wait(i64),
    Undo(usize),
    Redeem(usize),
    UndoRedemption(usize),
    Publish(i64, Overflow),
}

/// Stamps, version, state, newest stamp, end and unused vouchers of a card.
type Seen = (i64, i64, CardState, Option<DateTime<Utc>>, Option<DateTime<Utc>>, usize);

struct Model {
    wallet: Wallet,
    /// The same, from nothing but the texts of the entries.
    books: Books,
    entries: Vec<Entry>,
    terms: Terms,
    editions: Vec<Edition<StampCard>>,
    clock: Clock,
    ids: Ids,
    chance: Chance,
}

impl Model {
    fn new() -> Self {
        let coupon = serde_saphyr::from_str("coupon: latte\ntitle: 拿鐵\nkind: free_item").expect("a coupon");
        let clock = Clock::still(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        let chance = Chance::seeded(1);
        let mut model = Self {
            wallet: Wallet::new(MemberId(Uuid::nil())),
            books: Books::default(),
            entries: Vec::new(),
            terms: Terms::default(),
            editions: Vec::new(),
            ids: Ids::new(clock.clone(), chance.clone()),
            clock,
            chance,
        };
        model.terms.add_coupon(Edition { version: 1, terms: coupon });
        model.publish(10, Overflow::Carry);
        model
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
        self.editions.push(Edition { version, terms: terms.clone() });
        self.terms.add_card(Edition { version, terms }, false);
    }

    /// Newest first, without void ones.
    fn row(&self) -> Vec<(Card, Edition<StampCard>)> {
        let row = self.wallet.row_of("coffee").into_iter().cloned();
        row.map(|card| (card.clone(), self.editions[usize::try_from(card.version - 1).expect("from 1")].clone()))
            .collect()
    }

    fn unused(&self, card: &Card) -> usize {
        let standing = self.books.milestones.iter();
        let standing = standing.filter(|((of, _, _), reaching)| *of == card.id && reaching.reversed_at.is_none());
        let vouchers = standing.filter_map(|(_, reaching)| reaching.voucher);
        vouchers.filter(|id| self.books.vouchers[id].state == VoucherState::Issued).count()
    }

    fn visits(&self) -> Vec<&Entry> {
        let undone: Vec<EntryId> = self.entries.iter().filter_map(|entry| entry.reverses).collect();
        let visits = self.entries.iter().filter(|entry| entry.kind == EntryKind::Stamped);
        visits.filter(|entry| !undone.contains(&entry.id)).collect()
    }

    /// Decides on the wallet as the store would load it, and takes the entries in.
    fn decide<T>(&mut self, decide: impl FnOnce(&mut Wallet, &Terms, Now<'_>) -> Result<T, Broken>) -> T {
        self.wallet.books.milestones.retain(|_, reaching| reaching.reversed_at.is_none());
        self.wallet.books.redemptions.retain(|_, used| used.reversed_at.is_none());
        let known = self.wallet.visits.len();
        self.wallet.visits.drain(..known.saturating_sub(2));
        let now = Now { at: self.clock.now(), ids: &self.ids, chance: &self.chance };
        let mut wallet = self.wallet.clone();
        let lapsed = wallet.lapse(&self.terms, ZONE, now);
        let answer = lapsed.and_then(|()| decide(&mut wallet, &self.terms, now)).expect("nothing contradicts");
        for link in std::mem::take(&mut wallet.new) {
            let read = chain::read(&link.payload).expect("what is written can be read");
            assert_eq!(read, link.entry);
            assert_eq!(read.seq, self.entries.len() as i64 + 1);
            self.books.apply(&read).unwrap_or_else(|error| panic!("{error}: {read:?}"));
            self.entries.push(read);
        }
        self.wallet = wallet;
        self.wallet.visits = {
            let visits = self.visits().into_iter();
            let visits = visits.map(|visit| (visit.id, visit.programme.clone(), visit.at));
            visits.map(|(entry, programme, at)| super::wallet::Visit { entry, programme, at }).collect()
        };
        answer
    }

    fn stamp(&mut self, amount: i64) -> Answer<EntryId> {
        let (place, actor) = (place(), Actor::operator());
        let giving = Giving { programme: "coffee", stamps: amount, place: &place, actor: &actor };
        self.decide(|wallet, terms, now| wallet.stamp(terms, giving, now))
    }

    fn undo(&mut self, visit: EntryId) -> Answer<EntryId> {
        let visit = self.entries.iter().find(|known| known.id == visit).expect("known").clone();
        self.decide(|wallet, terms, now| wallet.take_back(terms, &visit, &place(), &Actor::operator(), now))
    }

    fn redeem(&mut self, id: VoucherId) -> Answer<EntryId> {
        self.decide(|wallet, terms, now| {
            let voucher = wallet.voucher(id).expect("known");
            wallet.redeem(terms, &voucher, &place(), &Actor::operator(), now)
        })
    }

    fn undo_redemption(&mut self, index: usize) {
        let standing: Vec<_> = self.books.redemptions.values().filter(|used| used.reversed_at.is_none()).collect();
        let Some(used) = standing.get(index % standing.len().max(1)) else { return };
        let moved = RedemptionMove { redemption: used.id, voucher: used.voucher, undone: false };
        let redeemed = self.entries.iter().find(|entry| entry.id == used.entry).expect("known").clone();
        self.decide(|wallet, _, now| wallet.give_back(&redeemed, &moved, &place(), &Actor::operator(), now));
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::Stamp(amount) => drop(self.stamp(*amount)),
            Act::Wait(minutes) => {
                self.clock.advance(TimeDelta::minutes(*minutes));
                self.decide(|_, _, _| Ok(()));
            }
            Act::Undo(index) => {
                let visits: Vec<EntryId> = self.visits().iter().map(|visit| visit.id).collect();
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
        assert_eq!(self.wallet.books.cards, self.books.cards);
        assert_eq!(self.wallet.books.vouchers, self.books.vouchers);
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
            let given: i64 = self.visits().iter().map(|visit| visit.amount).sum();
            assert_eq!(given + expired, self.books.balance("coffee"), "no stamp is lost or made up");
        }
    }
}

fn place() -> Place {
    Place { store: String::from("zhongshan"), zone: ZONE }
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
