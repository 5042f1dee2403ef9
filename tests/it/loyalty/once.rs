//! What is asked twice is done once, and what comes at the same time stands in line.

use chrono::TimeDelta;
use futures_util::future::join_all;
use shuke::ids::{ApiKeyId, DeviceId};
use shuke::loyalty::coupons::{Code, VoucherState};
use shuke::loyalty::{self, By, Key, Place, Redeem, Refusal, Stamp, Undo};

use crate::harness::on_both;
use crate::shop::{Shop, clerk, colleague, yongkang, zhongshan};

#[tokio::test]
async fn the_same_key_gives_the_first_answer() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let ask = shop.stamp_of(&mei, 10).await;
        let first = loyalty::stamp(&shop.app, &ask).await.unwrap().expect("it is given");
        let voucher = first.vouchers[0].clone();
        shop.redeems(&voucher.code).await.expect("it is good");
        shop.advance(TimeDelta::days(3)).await;
        shop.stamps(&mei, 3).await;

        let again = loyalty::stamp(&shop.app, &ask).await.unwrap().expect("it was given");
        assert!(again.repeated && !first.repeated);
        assert_eq!(loyalty::Stamped { repeated: false, ..again }, first, "as it was then, whatever came after");
        // A colleague's tap on the same reading is the same act.
        let other_hand = Stamp { by: By::own(colleague()), ..ask.clone() };
        assert!(loyalty::stamp(&shop.app, &other_hand).await.unwrap().expect("it was given").repeated);
        assert_eq!(loyalty::history(&db, ask.member, 100).await.unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn every_act_answers_twice_alike() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let full = shop.stamps(&mei, 10).await;
        let (member, by) = (shop.member_id(&mei).await, By::own(clerk()));
        let code = full.vouchers[0].code.clone();
        let redeem = Redeem { code, place: zhongshan(), key: shop.fresh_key(), by: by.clone() };
        let first = loyalty::redeem(&shop.app, &redeem).await.unwrap().expect("it is good");
        let again = loyalty::redeem(&shop.app, &redeem).await.unwrap().expect("it was");
        assert!(again.repeated);
        let undo = Undo { member, entry: first.entry, place: zhongshan(), key: shop.fresh_key(), by };
        let back = loyalty::undo(&shop.app, &undo).await.unwrap().expect("it is just used");
        assert_eq!(back.vouchers[0].state, VoucherState::Issued);
        assert_eq!(loyalty::Redeemed { repeated: false, ..again }, first);
        let again = loyalty::undo(&shop.app, &undo).await.unwrap().expect("it was");
        assert_eq!(loyalty::Undone { repeated: false, ..again }, back);
        assert_eq!(loyalty::history(&db, member, 100).await.unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn what_was_taken_back_is_not_told_as_done() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let stamp = shop.stamp_of(&mei, 10).await;
        let full = loyalty::stamp(&shop.app, &stamp).await.unwrap().expect("it is given");
        let code = full.vouchers[0].code.clone();
        let redeem = Redeem { code, place: zhongshan(), key: shop.fresh_key(), by: By::own(clerk()) };
        let used = loyalty::redeem(&shop.app, &redeem).await.unwrap().expect("it is good");
        shop.app.clock.advance(TimeDelta::seconds(2));
        let at = shop.app.clock.now();
        shop.undoes(&mei, used.entry).await.expect("it is just used");
        shop.app.clock.advance(TimeDelta::seconds(2));
        let again = loyalty::redeem(&shop.app, &redeem).await.unwrap();
        assert_eq!(again, Err(Refusal::TakenBack { entry: used.entry, at }));
        assert_eq!(shop.vouchers(&mei).await[0].state, VoucherState::Issued, "it is still hers");

        let at = shop.app.clock.now();
        shop.undoes(&mei, full.entry).await.expect("it is just given");
        let again = loyalty::stamp(&shop.app, &stamp).await.unwrap();
        assert_eq!(again, Err(Refusal::TakenBack { entry: full.entry, at }));
        let other = Stamp { stamps: 3, ..stamp.clone() };
        assert_eq!(loyalty::stamp(&shop.app, &other).await.unwrap(), Err(Refusal::OtherContent));
        assert_eq!(loyalty::history(&db, stamp.member, 100).await.unwrap().len(), 4, "nothing was written");

        // Under a key of its own it is given.
        let anew = loyalty::stamp(&shop.app, &Stamp { key: shop.fresh_key(), ..stamp }).await.unwrap();
        assert!(!anew.expect("the cool-down went with it").repeated);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_good_for_one_thing() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (mei, an) = (shop.joins("小美測試").await, shop.joins("小安測試").await);
        let ask = shop.stamp_of(&mei, 2).await;
        loyalty::stamp(&shop.app, &ask).await.unwrap().expect("it is given");
        for other in [
            Stamp { stamps: 3, ..ask.clone() },
            Stamp { member: shop.member_id(&an).await, ..ask.clone() },
            Stamp { place: crate::shop::yongkang(), ..ask.clone() },
        ] {
            assert_eq!(loyalty::stamp(&shop.app, &other).await.unwrap(), Err(Refusal::OtherContent), "{other:?}");
        }
        let undo = Undo {
            member: ask.member,
            entry: shop.app.ids.make(),
            place: zhongshan(),
            key: ask.key.clone(),
            by: By::own(clerk()),
        };
        assert_eq!(loyalty::undo(&shop.app, &undo).await.unwrap(), Err(Refusal::OtherContent));
    })
    .await;
}

#[tokio::test]
async fn two_tills_may_have_the_same_reference() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let (one, two): (ApiKeyId, ApiKeyId) = (shop.app.ids.make(), shop.app.ids.make());
        let device: DeviceId = one.0.into();
        let keys = [
            Key::api_stamps(one, "0042"),
            Key::api_stamps(two, "0042"),
            Key::counter(device, "0042"),
            Key::own("0042"),
        ];
        for key in keys {
            let ask = Stamp { key, ..shop.stamp_of(&mei, 1).await };
            let stamped = loyalty::stamp(&shop.app, &ask).await.unwrap().expect("it is given");
            assert!(!stamped.repeated, "{ask:?}");
            shop.advance(TimeDelta::minutes(10)).await;
        }
        assert_eq!(shop.card(&mei).await.stamps, 4);
    })
    .await;
}

#[tokio::test]
async fn one_sale_earns_stamps_and_takes_vouchers() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let full = shop.stamps(&mei, 10).await;
        shop.advance(TimeDelta::minutes(10)).await;
        let codes = [full.vouchers[0].code.clone(), shop.stamps(&mei, 10).await.vouchers[0].code.clone()];
        shop.advance(TimeDelta::minutes(10)).await;
        let till: ApiKeyId = shop.app.ids.make();
        let stamp = Stamp { key: Key::api_stamps(till, "R-7"), ..shop.stamp_of(&mei, 1).await };
        let redeem = |code: &Code, place: Place| {
            let key = Key::api_redemption(till, code, "R-7");
            Redeem { code: code.clone(), place, key, by: By::own(clerk()) }
        };
        for is_again in [false, true] {
            let stamped = loyalty::stamp(&shop.app, &stamp).await.unwrap().expect("it is given");
            assert_eq!(stamped.repeated, is_again);
            for code in &codes {
                let redeemed = loyalty::redeem(&shop.app, &redeem(code, zhongshan())).await.unwrap();
                assert_eq!(redeemed.expect("it is good").repeated, is_again);
                let elsewhere = loyalty::redeem(&shop.app, &redeem(code, yongkang())).await.unwrap();
                assert_eq!(elsewhere, Err(Refusal::OtherContent));
            }
        }
        assert_eq!(loyalty::history(&db, stamp.member, 100).await.unwrap().len(), 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_visits_at_once_one_counts() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let mut asks = Vec::new();
        for _ in 0..16 {
            asks.push(shop.stamp_of(&mei, 1).await);
        }
        let answers = join_all(asks.iter().map(|ask| loyalty::stamp(&shop.app, ask))).await;
        let given = answers.into_iter().filter(|answer| answer.as_ref().is_ok_and(Result::is_ok)).count();
        assert_eq!((given, shop.card(&mei).await.stamps), (1, 1), "the others come too soon");

        shop.advance(TimeDelta::minutes(10)).await;
        let same = shop.stamp_of(&mei, 2).await;
        let answers = join_all((0..16).map(|_| loyalty::stamp(&shop.app, &same))).await;
        let answers: Vec<_> =
            answers.into_iter().map(|answer| answer.unwrap().expect("given, or given before")).collect();
        assert_eq!(answers.iter().filter(|answer| !answer.repeated).count(), 1);
        assert!(answers.iter().all(|answer| answer.entry == answers[0].entry));
        assert_eq!(shop.card(&mei).await.stamps, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_redeem_one_voucher_one_does() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let code = shop.stamps(&mei, 10).await.vouchers[0].code.clone();
        let answers = join_all((0..32).map(|_| shop.redeems(&code))).await;
        let (taken, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!((taken.len(), refused.len()), (1, 31));
        let first = taken[0].as_ref().unwrap().redemption.id;
        for answer in refused {
            assert!(matches!(answer, Err(Refusal::AlreadyRedeemed { first: told }) if told.redemption == first));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_on_many_members_at_once_counts_for_one() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let key = shop.fresh_key();
        let mut asks = Vec::new();
        for name in ["小一測試", "小二測試", "小三測試", "小四測試"] {
            let phone = shop.joins(name).await;
            asks.push(Stamp { key: key.clone(), ..shop.stamp_of(&phone, 1).await });
        }
        let answers = join_all(asks.iter().map(|ask| loyalty::stamp(&shop.app, ask))).await;
        let answers: Vec<_> = answers.into_iter().map(|answer| answer.expect("the store answers")).collect();
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        let refused = answers.iter().filter(|answer| matches!(answer, Err(Refusal::OtherContent)));
        assert_eq!(refused.count(), 3);
        for (ask, answer) in asks.iter().zip(&answers) {
            let written = loyalty::history(&db, ask.member, 10).await.unwrap().len();
            assert_eq!(written, usize::from(answer.is_ok()), "what was refused wrote nothing");
        }
    })
    .await;
}
