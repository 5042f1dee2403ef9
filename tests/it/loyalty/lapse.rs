//! What ends by itself: cards and vouchers whose time has run out.

use chrono::{DateTime, TimeDelta, Utc};
use shuke::ids::MemberId;
use shuke::loyalty::coupons::VoucherState;
use shuke::loyalty::ledger::{EntryKind, verify};
use shuke::loyalty::stamps::CardState;
use shuke::loyalty::{self, Refusal, Stamp};
use shuke::members;
use shuke::store::{Db, query};

use crate::harness::on_both;
use crate::shop::Shop;

/// Cards begun on 2 March end six months later, at the end of that month, in Taipei.
fn end_of_the_card() -> DateTime<Utc> {
    "2026-09-30T16:00:00Z".parse().expect("an instant")
}

#[tokio::test]
async fn a_card_ends_at_its_end_and_not_before() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        shop.stamps(&mei, 4).await;
        assert_eq!(shop.card(&mei).await.expires_at, Some(end_of_the_card()));
        shop.advance(end_of_the_card() - shop.app.clock.now() - TimeDelta::microseconds(1)).await;
        assert_eq!(loyalty::lapse(&shop.app).await.unwrap(), 0);
        shop.advance(TimeDelta::hours(5)).await;
        let version = shop.member(&mei).await.version;
        assert_eq!(loyalty::lapse(&shop.app).await.unwrap(), 1);
        assert_eq!(loyalty::lapse(&shop.app).await.unwrap(), 0, "once");
        let card = shop.card(&mei).await;
        assert_eq!((card.state, card.stamps), (CardState::Expired, 0));
        assert_eq!(shop.member(&mei).await.version, version + 1);
        let line = loyalty::history(&db, shop.member_id(&mei).await, 1).await.unwrap().remove(0);
        assert_eq!((line.kind, line.amount, line.at), (EntryKind::CardExpired, -4, end_of_the_card()));
        assert_eq!(line.recorded_at, shop.app.clock.now(), "noticed five hours later");
        let begun = shop.visit(&mei).await;
        assert_eq!((begun.cards[0].ordinal, begun.cards[0].stamps), (2, 1));
        assert!(verify(&db).await.unwrap().is_clean());
    })
    .await;
}

#[tokio::test]
async fn a_visit_that_comes_before_the_sweep_ends_the_card_itself() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let first = shop.stamps(&mei, 4).await;
        shop.advance(end_of_the_card() - shop.app.clock.now()).await;
        assert_eq!(shop.asks_stamps(&mei, 11).await, Err(Refusal::Amount { at_most: 10 }));
        assert_eq!(shop.card(&mei).await.state, CardState::Open, "a refusal writes nothing");
        let begun = shop.visit(&mei).await;
        assert_eq!((begun.cards.len(), begun.cards[0].ordinal, begun.cards[0].stamps), (1, 2, 1));
        let history = loyalty::history(&db, shop.member_id(&mei).await, 10).await.unwrap();
        let told: Vec<_> = history.iter().map(|line| (line.kind, line.amount)).collect();
        assert_eq!(told, [(EntryKind::Stamped, 1), (EntryKind::CardExpired, -4), (EntryKind::Stamped, 4)]);
        assert_eq!(loyalty::lapse(&shop.app).await.unwrap(), 0);
        let undo = loyalty::Undo {
            member: shop.member_id(&mei).await,
            entry: first.entry,
            place: crate::shop::zhongshan(),
            key: shop.fresh_key(),
            by: loyalty::By::manager(crate::shop::clerk()),
        };
        let ended = first.at + TimeDelta::days(30);
        assert_eq!(loyalty::undo(&shop.app, &undo).await.unwrap(), Err(Refusal::TooLate { ended }));
        assert!(verify(&db).await.unwrap().is_clean());
    })
    .await;
}

#[tokio::test]
async fn a_voucher_ends_unused() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let voucher = shop.stamps(&mei, 10).await.vouchers[0].clone();
        shop.advance(TimeDelta::days(31)).await;
        assert_eq!(loyalty::lapse(&shop.app).await.unwrap(), 1);
        let ended = shop.vouchers(&mei).await.remove(0);
        assert_eq!((ended.state, Some(ended.changed_at)), (VoucherState::Expired, voucher.expires_at));
        let at = voucher.expires_at.expect("it ends");
        assert_eq!(shop.redeems(&voucher.code).await, Err(Refusal::VoucherExpired { at }));
        assert!(verify(&db).await.unwrap().is_clean());
    })
    .await;
}

/// What she has after 240 days in which the sweep comes every `step` days.
async fn after_sleeping(db: &Db, step: i64) -> String {
    let shop = Shop::open(db).await;
    let mei = shop.joins("小美測試").await;
    for (stamps, days) in [(10, 40), (10, 0), (3, 200)] {
        shop.stamps(&mei, stamps).await;
        shop.app.clock.advance(TimeDelta::minutes(10));
        for _ in 0..days / step {
            shop.app.clock.advance(TimeDelta::days(step));
            loyalty::lapse(&shop.app).await.unwrap();
        }
    }
    let member = shop.member_id(&mei).await;
    let cards = loyalty::cards_of(db, member).await.unwrap();
    let cards: Vec<_> = cards.iter().map(|card| (card.ordinal, card.stamps, card.state)).collect();
    let vouchers = loyalty::vouchers_of(db, member).await.unwrap();
    let vouchers: Vec<_> = vouchers.iter().map(|voucher| (voucher.state, voucher.changed_at)).collect();
    let lines = loyalty::history(db, member, 20).await.unwrap();
    let lines: Vec<_> = lines.iter().map(|line| (line.kind.word(), line.at, line.amount)).collect();
    assert!(verify(db).await.unwrap().is_clean());
    format!("{cards:#?} {vouchers:#?} {lines:#?}")
}

#[tokio::test]
async fn one_long_sleep_ends_the_same_as_many_short_ones() {
    let seen = std::sync::Mutex::new(Vec::new());
    for step in [1, 5, 40] {
        on_both(async |db| {
            let what = after_sleeping(&db, step).await;
            seen.lock().unwrap().push(what);
        })
        .await;
    }
    let seen = seen.into_inner().unwrap();
    assert!(seen[0].contains("Expired"), "{}", seen[0]);
    for other in &seen {
        assert_eq!(*other, seen[0]);
    }
}

#[tokio::test]
async fn a_member_whose_things_cannot_be_ended_keeps_nobody_elses_from_ending() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mut people = Vec::new();
        for name in ["小一測試", "小二測試", "小三測試"] {
            let phone = shop.joins(name).await;
            shop.visit(&phone).await;
            people.push(phone);
        }
        let bad = shop.member_id(&people[1]).await;
        // The store refuses her next entry: its number is taken.
        query(db.writer(), "update ledger_head set seq = 0 where member = $1").bind(bad).execute().await.unwrap();
        shop.app.clock.advance(TimeDelta::days(300));
        assert_eq!(loyalty::lapse(&shop.app).await.unwrap(), 2);
        let states = async || {
            let mut states = Vec::new();
            for phone in &people {
                states.push(shop.card(phone).await.state);
            }
            states
        };
        assert_eq!(states().await, [CardState::Expired, CardState::Open, CardState::Expired]);
        query(db.writer(), "update ledger_head set seq = 1 where member = $1").bind(bad).execute().await.unwrap();
        assert_eq!(loyalty::lapse(&shop.app).await.unwrap(), 1, "once mended she is no exception");
        assert_eq!(states().await[1], CardState::Expired);
        assert!(verify(&db).await.unwrap().is_clean());
    })
    .await;
}

#[tokio::test]
async fn the_sweep_reaches_everybody_page_by_page() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let mut people: Vec<MemberId> = Vec::new();
        let ask = shop.stamp_of(&mei, 2).await;
        for _ in 0..120 {
            let mut tx = db.begin().await.unwrap();
            let member = members::create(&shop.app, &mut tx).await.unwrap().id;
            let ask = Stamp { member, key: shop.fresh_key(), ..ask.clone() };
            loyalty::stamp_in(&shop.app, &mut tx, &ask).await.unwrap().expect("it is given");
            tx.commit().await.unwrap();
            people.push(member);
        }
        shop.advance(TimeDelta::days(300)).await;
        assert_eq!(loyalty::lapse(&shop.app).await.unwrap(), 120);
        for member in people {
            assert_eq!(loyalty::cards_of(&db, member).await.unwrap()[0].state, CardState::Expired);
        }
        let report = verify(&db).await.unwrap();
        assert!(report.is_clean(), "{report:?}");
        assert_eq!((report.members, report.entries), (120, 240));
    })
    .await;
}
