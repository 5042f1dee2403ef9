//! Visits: what they earn, what they wait for, and taking them back.

use chrono::TimeDelta;
use shuke::loyalty::coupons::VoucherState;
use shuke::loyalty::stamps::CardState;
use shuke::loyalty::{self, Ask, By, Refusal, Undo};
use shuke::members::timeline;
use shuke::staff::{self, Role};

use crate::harness::on_both;
use crate::shop::{Shop, clerk, colleague, yongkang, zhongshan};

#[tokio::test]
async fn the_tenth_stamp_becomes_a_voucher_by_itself() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        for visit in 1..=9 {
            let stamped = shop.visit(&mei).await;
            assert_eq!((stamped.cards.len(), stamped.cards[0].stamps, stamped.vouchers.len()), (1, visit, 0));
            shop.advance(TimeDelta::hours(20)).await;
        }
        let version = shop.member(&mei).await.version;
        let stamped = shop.visit(&mei).await;
        assert_eq!(shop.member(&mei).await.version, version + 1, "her open pages learn of it");
        let states: Vec<_> = stamped.cards.iter().map(|card| (card.stamps, card.state)).collect();
        assert_eq!(states, [(10, CardState::Completed), (0, CardState::Open)]);
        let vouchers = shop.vouchers(&mei).await;
        assert_eq!(vouchers, stamped.vouchers);
        let [voucher] = &vouchers[..] else { panic!("one voucher: {vouchers:?}") };
        assert_eq!((voucher.coupon.as_str(), voucher.state), ("free-latte", VoucherState::Issued));
        // The tenth visit was on 9 March; thirty days later is 8 April, to its end.
        assert_eq!(voucher.expires_at, Some("2026-04-08T16:00:00Z".parse().expect("an instant")));
        assert_eq!(voucher.entry, stamped.entry);

        shop.says(&mei, "優惠券").await;
        assert!(shop.last_message(&mei).contains("1"), "the chat shows it: {}", shop.last_message(&mei));
        let lines = timeline::page(&db, shop.member_id(&mei).await, None, 100).await.unwrap();
        let stamped: Vec<_> = lines.iter().filter(|line| line.kind == "stamped").collect();
        assert_eq!(stamped.len(), 10);
        assert_eq!(stamped[0].body["gives"], serde_json::json!(["free-latte"]));
    })
    .await;
}

#[tokio::test]
async fn what_goes_beyond_the_goal_is_carried_on() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.follows("小美測試").await;
        shop.stamps(&mei, 8).await;
        shop.advance(TimeDelta::minutes(10)).await;
        let stamped = shop.stamps(&mei, 10).await;
        let states: Vec<_> = stamped.cards.iter().map(|card| (card.ordinal, card.stamps, card.state)).collect();
        assert_eq!(states, [(1, 10, CardState::Completed), (2, 8, CardState::Open)]);
        assert_eq!(shop.vouchers(&mei).await.len(), 1, "one reward for one full card");
    })
    .await;
}

#[tokio::test]
async fn visits_are_ten_minutes_apart_and_undoing_one_gives_the_time_back() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.follows("小美測試").await;
        let first = shop.visit(&mei).await;
        let until = shop.app.clock.now() + TimeDelta::minutes(10);
        shop.advance(TimeDelta::minutes(9)).await;
        let version = shop.member(&mei).await.version;
        assert_eq!(shop.asks_stamps(&mei, 1).await, Err(Refusal::TooSoon { until }));
        assert_eq!(shop.member(&mei).await.version, version, "nothing was written");

        let undone = shop.undoes(&mei, first.entry).await.expect("it is hers, and nine minutes old");
        assert_eq!((undone.undoes, undone.cards[0].stamps), (first.entry, 0));
        let again = shop.visit(&mei).await;
        assert_eq!(again.cards[0].stamps, 1);
        assert_eq!(again.cards[0].ordinal, 2, "the card the first visit began came to nothing");
        let history = loyalty::history(&db, shop.member_id(&mei).await, 10).await.unwrap();
        let told: Vec<_> = history.iter().map(|line| (line.kind.word(), line.amount, line.is_undone)).collect();
        assert_eq!(told, [("stamped", 1, false), ("stamp_reversed", -1, false), ("stamped", 1, true)]);
        let here = loyalty::acts_by(&db, &clerk(), first.at, 2).await.unwrap();
        assert_eq!(here.iter().map(|done| done.line.id).collect::<Vec<_>>(), [history[0].id, history[1].id]);

        shop.advance(TimeDelta::minutes(10)).await;
        assert_eq!(shop.visit(&mei).await.cards[0].stamps, 2, "at ten minutes sharp");
    })
    .await;
}

#[tokio::test]
async fn taking_the_newer_of_two_visits_back_leaves_the_older() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.follows("小美測試").await;
        shop.visit(&mei).await;
        shop.advance(TimeDelta::days(1)).await;
        for older_is_undone in [false, true] {
            let before = shop.card(&mei).await.stamps;
            let older = shop.visit(&mei).await;
            let stood = shop.card(&mei).await;
            shop.advance(TimeDelta::minutes(10)).await;
            let newer = shop.visit(&mei).await;
            if older_is_undone {
                let member = shop.member_id(&mei).await;
                let by = By::manager(clerk());
                let undo = Undo { member, entry: older.entry, place: zhongshan(), key: shop.fresh_key(), by };
                loyalty::undo(&shop.app, &undo).await.unwrap().expect("a manager may");
                let until = newer.at + TimeDelta::minutes(10);
                assert_eq!(shop.asks_stamps(&mei, 1).await, Err(Refusal::TooSoon { until }), "the newer visit counts");
                assert_eq!(shop.card(&mei).await.last_stamp_at, Some(newer.at));
            } else {
                shop.undoes(&mei, newer.entry).await.expect("it is new");
                assert_eq!(shop.card(&mei).await, stood, "as it stood after the older");
                assert_eq!(shop.visit(&mei).await.cards[0].stamps, before + 2, "ten minutes after the older");
            }
            shop.advance(TimeDelta::days(1)).await;
        }
        assert!(loyalty::ledger::verify(&db).await.unwrap().is_clean());
    })
    .await;
}

#[tokio::test]
async fn undoing_the_tenth_stamp_takes_its_voucher_back() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.follows("小美測試").await;
        shop.stamps(&mei, 9).await;
        shop.advance(TimeDelta::minutes(10)).await;
        let tenth = shop.visit(&mei).await;
        let undone = shop.undoes(&mei, tenth.entry).await.expect("nothing was used");
        let states: Vec<_> = undone.cards.iter().map(|card| (card.stamps, card.state)).collect();
        assert_eq!(states, [(0, CardState::Void), (9, CardState::Open)]);
        assert_eq!(undone.vouchers[0].state, VoucherState::Revoked);
        assert_eq!(shop.vouchers(&mei).await, undone.vouchers);
        assert_eq!(shop.redeems(&tenth.vouchers[0].code).await, Err(Refusal::VoucherRevoked));

        let again = shop.visit(&mei).await;
        assert_eq!(again.vouchers.len(), 1, "reached again, it gives again");
        assert_ne!(again.vouchers[0].code, tenth.vouchers[0].code);
        let states: Vec<_> = shop.vouchers(&mei).await.iter().map(|voucher| voucher.state).collect();
        assert_eq!(states, [VoucherState::Issued, VoucherState::Revoked]);
    })
    .await;
}

#[tokio::test]
async fn a_visit_whose_reward_was_used_is_undone_after_the_reward() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.follows("小美測試").await;
        let full = shop.stamps(&mei, 10).await;
        let voucher = &full.vouchers[0];
        shop.redeems(&voucher.code).await.expect("it is good");
        let used = Refusal::RewardUsed { voucher: voucher.id, coupon: String::from("free-latte") };
        assert_eq!(shop.undoes(&mei, full.entry).await, Err(used));
        shop.gives_back(voucher.id).await.expect("it was just taken");
        let undone = shop.undoes(&mei, full.entry).await.expect("nothing is used any more");
        assert_eq!(undone.vouchers[0].state, VoucherState::Revoked);
    })
    .await;
}

#[tokio::test]
async fn who_may_undo_and_until_when() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.follows("小美測試").await;
        let visit = shop.visit(&mei).await;
        let member = shop.member_id(&mei).await;
        let undo = async |by: By, entry| {
            let ask = Undo { member, entry, place: yongkang(), key: shop.fresh_key(), by };
            loyalty::undo(&shop.app, &ask).await.unwrap()
        };
        assert_eq!(undo(By::own(colleague()), visit.entry).await, Err(Refusal::NotYours));
        shop.advance(TimeDelta::minutes(10)).await;
        let ended = visit.at + TimeDelta::minutes(10);
        assert_eq!(shop.undoes(&mei, visit.entry).await, Err(Refusal::TooLate { ended }));
        let nobodys = shop.app.ids.make();
        assert_eq!(undo(By::manager(colleague()), nobodys).await, Err(Refusal::UnknownEntry));
        let undone = undo(By::manager(colleague()), visit.entry).await.expect("a manager may for thirty days");
        assert!(!undone.repeated);
        let again = undo(By::own(clerk()), visit.entry).await.expect("it is undone already");
        assert_eq!((again.entry, again.repeated), (undone.entry, true));
        assert_eq!(undo(By::manager(clerk()), undone.entry).await, Err(Refusal::NotUndoable));

        let late = shop.visit(&mei).await;
        shop.advance(TimeDelta::days(30)).await;
        let ended = late.at + TimeDelta::days(30);
        assert_eq!(undo(By::manager(clerk()), late.entry).await, Err(Refusal::TooLate { ended }));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_writes_nothing() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.follows("小美測試").await;
        let member = shop.member_id(&mei).await;
        for amount in [0, -3, 11, i64::MAX] {
            assert_eq!(shop.asks_stamps(&mei, amount).await, Err(Refusal::Amount { at_most: 10 }), "{amount}");
        }
        let mut ask = shop.stamp_of(&mei, 1).await;
        ask.card = String::from("tea");
        assert_eq!(loyalty::stamp(&shop.app, &ask).await.unwrap(), Err(Refusal::UnknownCard));
        ask.member = shop.app.ids.make();
        assert_eq!(loyalty::stamp(&shop.app, &ask).await.unwrap(), Err(Refusal::UnknownMember));
        assert!(loyalty::history(&db, member, 10).await.unwrap().is_empty());
        assert!(loyalty::cards_of(&db, member).await.unwrap().is_empty());
        assert!(shop.visit(&mei).await.cards[0].stamps == 1, "a key that was refused did not count");
    })
    .await;
}

#[tokio::test]
async fn nobody_stamps_or_redeems_on_her_own_card() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let full = shop.stamps(&mei, 10).await;
        shop.advance(TimeDelta::hours(1)).await;
        let new = staff::people::NewPerson {
            name: String::from("小美店員"),
            role: Role::Manager,
            stores: Vec::new(),
            pin: staff::Pin::random(&shop.app.chance),
        };
        let added = staff::people::add(&shop.app, new, &clerk()).await.unwrap();
        let staff::people::Added::Added(id) = added else { panic!("{added:?}") };
        let member = shop.member_id(&mei).await;
        let linked = staff::own_cards::link(&shop.app, id, member, &clerk()).await.unwrap();
        assert_eq!(linked, staff::own_cards::Linked::Now);

        let herself = By::manager(shuke::ids::Actor::staff(id));
        let mut ask = shop.stamp_of(&mei, 1).await;
        ask.by = herself.clone();
        assert_eq!(loyalty::stamp(&shop.app, &ask).await.unwrap(), Err(Refusal::OwnCard));
        let look = Ask { member, card: ask.card.clone(), most: 1, place: zhongshan(), by: herself.clone() };
        assert_eq!(loyalty::preview(&shop.app, &look).await.unwrap().err(), Some(Refusal::OwnCard));
        let code = full.vouchers[0].code.clone();
        let redeem = loyalty::Redeem { code, place: zhongshan(), key: shop.fresh_key(), by: herself.clone() };
        assert_eq!(loyalty::redeem(&shop.app, &redeem).await.unwrap(), Err(Refusal::OwnCard));
        let undo = Undo { member, entry: full.entry, place: zhongshan(), key: shop.fresh_key(), by: herself };
        assert_eq!(loyalty::undo(&shop.app, &undo).await.unwrap(), Err(Refusal::OwnCard));
        shop.visit(&mei).await;
    })
    .await;
}

#[tokio::test]
async fn the_preview_tells_what_the_stamp_then_does() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.follows("小美測試").await;
        shop.stamps(&mei, 9).await;
        let ask = |most| Ask {
            member: shuke::ids::MemberId(uuid::Uuid::nil()),
            card: String::from("coffee"),
            most,
            place: zhongshan(),
            by: By::own(clerk()),
        };
        let member = shop.member_id(&mei).await;
        let unknown = loyalty::preview(&shop.app, &ask(1)).await.unwrap();
        assert_eq!(unknown.err(), Some(Refusal::UnknownMember));
        let soon = loyalty::preview(&shop.app, &Ask { member, ..ask(1) }).await.unwrap();
        assert!(matches!(soon, Err(Refusal::TooSoon { .. })));
        shop.advance(TimeDelta::minutes(10)).await;
        let previews = loyalty::preview(&shop.app, &Ask { member, ..ask(3) }).await.unwrap().expect("it can be");
        let [.., preview] = <[_; 3]>::try_from(previews).expect("one for each number");
        assert_eq!(loyalty::history(&db, member, 10).await.unwrap().len(), 1, "nothing was written");
        assert_eq!(preview.before.map(|card| card.stamps), Some(9));
        let earns: Vec<_> = preview.earns.iter().map(|title| title.zh_hant.as_str()).collect();
        assert_eq!(earns, ["拿鐵兌換券"]);

        let stamped = shop.stamps(&mei, 3).await;
        let seen = |cards: &[loyalty::stamps::Card]| -> Vec<_> {
            cards.iter().map(|card| (card.ordinal, card.stamps, card.state, card.expires_at)).collect()
        };
        assert_eq!(seen(&preview.cards), seen(&stamped.cards));
        assert_eq!(stamped.vouchers.len(), 1);
    })
    .await;
}
