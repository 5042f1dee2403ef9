use chrono::TimeDelta;
use uuid::Uuid;

use super::*;
use crate::ids::{Actor, CardId, MemberId};
use crate::loyalty::coupons::{Voucher, VoucherState};
use crate::loyalty::stamps::types::Milestone;
use crate::loyalty::terms::Edition;
use crate::loyalty::types::{Answer, By, Refusal};

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
            assert_eq!(seen(&give(&row(None, &terms), amount).expect(yaml)), expected, "{yaml}: {amount} on nothing");
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
    let begun: Vec<_> =
        granted.cards.iter().filter_map(|card| card.opened.as_ref()).map(|o| (o.version, o.ordinal, o.goal)).collect();
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
    let released = release(&Row { newest: Some((&much, &terms)), ..taken }, at, fresh).expect("the next card begins");
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
