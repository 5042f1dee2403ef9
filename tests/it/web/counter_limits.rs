//! What the counter does not do: what others' stores did is not undone, odd signs reach no database, guesses do not outrun
//! their limit.

use chrono::TimeDelta;
use futures_util::future::join_all;
use shuke::clock::Chance;
use shuke::ids::Actor;
use shuke::loyalty;
use shuke::loyalty::coupons::Code;
use shuke::staff::{Role, scans};

use super::PIN;
use super::counter::opening;
use crate::harness::on_both;

#[tokio::test]
async fn a_manager_undoes_what_her_own_stores_did() {
    on_both(async |db| {
        let (shop, mei, _, mut till) = opening(&db).await;
        let sheet = shop.reads(&mut till, &mei).await;
        let given = shop.gives(&mut till, &sheet, "2").await;

        let elsewhere = shop.employs("永康店長", Role::Manager, "yongkang").await;
        let mut other = shop.till("yongkang", elsewhere).await;
        let refused = shop.presses_undo(&mut other, &given).await;
        assert_eq!(refused.status, 422);
        refused.says("這是其他門市的紀錄");
        refused.says("小安");
        assert_eq!(shop.card(&mei).await.stamps, 2);

        let lin = shop.employs("林店長", Role::Manager, "zhongshan").await;
        shop.app.clock.advance(TimeDelta::hours(1));
        shop.enters_pin(&mut till, lin, PIN).await;
        shop.undoes_for(&mut till, &given, "wrong_member").await.says("蓋 2 點已取消");
        assert!(loyalty::cards_of(&db, shop.member_id(&mei).await).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn signs_no_database_keeps_are_refused_and_logged() {
    on_both(async |db| {
        let (shop, mei, an, mut till) = opening(&db).await;
        for code in ["a\u{0}b", "\u{0}", "C1:\u{0}", "M1:\u{0}", "1234\u{0}5678"] {
            let answer = till.part("/counter/scan", &[("code", code), ("method", "gun"), ("key", "k\u{0}")]).await;
            assert_eq!(answer.status, 422, "{code:?} {}", answer.body);
        }
        assert_eq!(shop.readings(an).await.len(), 5, "each in the log");
        let pass = shop.pass_of(&mei).await;
        let sheet = till.part("/counter/scan", &[("code", &pass), ("method", "gun"), ("key", "k\u{0}")]).await;
        assert_eq!(sheet.status, 200, "{}", sheet.body);
        let scan = sheet.field("scan");
        let form = [("scan", scan.as_str()), ("programme", "coffee\u{0}"), ("amount", "1")];
        let refused = till.part("/counter/stamp", &form).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        refused.says("這張集點卡已經停用");
        let an = an.to_string();
        for (path, form, fault) in [
            ("/counter/sign-in", [("staff", an.as_str()), ("pin", "40\u{0}71")].as_slice(), "malformed"),
            ("/counter/enrol", [("code", "AB\u{0}CD")].as_slice(), "unknown"),
        ] {
            let answer = till.clone().post(path, form).await;
            assert!(answer.leads_to().ends_with(fault), "{path}: {} {}", answer.status, answer.leads_to());
        }
        let mut phone = shop.opens_pages(&mei).await;
        for (path, form) in [
            ("/m/me/offers", [("offers", "yes\u{0}"), ("wording", "x\u{0}")].as_slice()),
            ("/m/me/language", [("language", "ja\u{0}")].as_slice()),
            ("/m/join", [("wording", "\u{0}"), ("offers", "\u{0}")].as_slice()),
        ] {
            let answer = phone.post(path, form).await;
            assert!(answer.status < 500, "{path}: {}", answer.body);
        }
    })
    .await;
}

#[tokio::test]
async fn guesses_made_at_once_are_counted_like_any() {
    on_both(async |db| {
        let (shop, mei, an, till) = opening(&db).await;
        let taken = shop.member(&mei).await.number;
        assert_ne!(taken.as_str(), "00000000");
        let guesses = (0..3 * scans::MISSES).map(|_| {
            let mut till = till.clone();
            let shop = &shop;
            async move { shop.reads_text(&mut till, "00000000", "typed").await.status }
        });
        assert!(join_all(guesses).await.into_iter().all(|status| status == 422));
        let looked_up = shop.readings(an).await.into_iter().filter(|(_, outcome)| outcome == scans::UNKNOWN).count();
        assert_eq!(i64::try_from(looked_up).unwrap(), scans::MISSES);
    })
    .await;
}

#[tokio::test]
async fn nobody_stops_a_counter_by_showing_it_codes() {
    on_both(async |db| {
        let (shop, mei, an, mut till) = opening(&db).await;
        shop.stamps(&mei, 10).await;
        let hers = shop.vouchers(&mei).await.remove(0).code;
        let chance = Chance::seeded(77);
        for _ in 0..scans::MISSES {
            let shown = format!("C1:{}", Code::random(&chance));
            shop.reads_text(&mut till, &shown, "camera").await.says("沒有這張優惠券");
        }
        for (code, method) in [(format!("C1:{hers}"), "camera"), (hers.grouped(), "typed")] {
            let waits = shop.reads_text(&mut till, &code, method).await;
            assert_eq!(waits.status, 422);
            waits.says("這台裝置讀錯太多次");
            waits.says("請客人出示會員條碼");
        }
        assert_eq!(shop.readings(an).await.last().unwrap().1, scans::MUST_WAIT);

        let sheet = shop.reads(&mut till, &mei).await;
        assert_eq!(sheet.status, 200, "her pass is no guess: {}", sheet.body);
        sheet.says("王＊美");
        shop.takes_voucher(&mut till, &sheet).await.says("已兌換");
        assert_eq!(shop.vouchers(&mei).await[0].state, loyalty::coupons::VoucherState::Redeemed);
        let number = shop.member(&mei).await.number;
        let sheet = shop.reads_text(&mut till, number.as_str(), "typed").await;
        assert_eq!(sheet.status, 200, "numbers have misses of their own: {}", sheet.body);
    })
    .await;
}

#[tokio::test]
async fn guesses_a_clock_that_was_ahead_wrote_down_stop_nobody_when_it_is_put_right() {
    on_both(async |db| {
        let (shop, mei, an, mut till) = opening(&db).await;
        let number = shop.member(&mei).await.number;
        shop.app.clock.advance(TimeDelta::hours(3));
        shop.enters_pin(&mut till, an, PIN).await;
        for _ in 0..scans::MISSES {
            shop.reads_text(&mut till, "00000000", "typed").await.says("沒有這個會員號碼");
        }
        shop.reads_text(&mut till, number.as_str(), "typed").await.says("這台裝置讀錯太多次");
        let ahead = shop.reads(&mut till, &mei).await;

        shop.app.clock.advance(TimeDelta::hours(-3));
        shop.enters_pin(&mut till, an, PIN).await;
        assert_eq!(shop.reads_text(&mut till, number.as_str(), "typed").await.status, 200);
        let sheet = shop.reads(&mut till, &mei).await;
        assert_ne!(sheet.field("scan"), ahead.field("scan"), "a reading of its own, not the one that lies ahead");
        let late = shop.gives(&mut till, &ahead, "1").await;
        assert_eq!(late.status, 422, "nor does that one last for hours: {}", late.body);
        shop.gives(&mut till, &sheet, "1").await.says("已蓋 1 點");
    })
    .await;
}

#[tokio::test]
async fn a_reward_on_the_way_is_not_told_as_a_full_card() {
    on_both(async |db| {
        let (shop, mei, _, mut till) = opening(&db).await;
        shop.edits("rewards/coffee.yaml", "milestones: { 10:", "milestones: { 3: { coupon: free-latte }, 10:");
        let mut tx = db.begin().await.unwrap();
        shop.brand().publish(&mut tx, shop.app.clock.now(), &Actor::operator()).await.unwrap();
        tx.commit().await.unwrap();
        let sheet = shop.reads(&mut till, &mei).await;
        sheet.says("＋3 點，送拿鐵兌換券・3／10");
        sheet.says("＋10 點，集滿了：送拿鐵兌換券、拿鐵兌換券，新卡 0／10");
        let given = shop.gives(&mut till, &sheet, "3").await;
        given.says("已蓋 3 點，送拿鐵兌換券・3／10");
        given.says_nothing_of("集滿");
    })
    .await;
}
