//! The sheet promises what giving then does, for every number of stamps a visit may earn.

use chrono::TimeDelta;
use shuke::loyalty::coupons::VoucherState;

use super::counter::opening;
use super::{Answer, PIN};
use crate::harness::on_both;
use crate::shop::MEMBERS_ONLY;

/// The sentences the stepper shows.
fn outcomes(sheet: &Answer) -> Vec<String> {
    let json = sheet.body.split("data-outcomes=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a stepper");
    serde_json::from_str(&json.replace("&#34;", "\"")).expect("sentences")
}

/// What stands between two words.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split(before).nth(1).and_then(|rest| rest.split(after).next()).unwrap_or_default()
}

#[tokio::test]
async fn every_number_a_visit_may_earn_is_promised_and_done() {
    on_both(async |db| {
        let (shop, mei, _, mut till) = opening(&db).await;
        shop.edits("rewards/coffee.yaml", "at_most: 10", "at_most: 60");
        shop.publishes("milestones: { 10:", "milestones: { 3: { coupon: free-latte }, 10:").await;
        let sheet = shop.reads(&mut till, &mei).await;
        let promised = outcomes(&sheet);
        assert_eq!(promised.len(), 60);
        sheet.says("max=\"60\"");
        sheet.says(">蓋 60 點</span>");
        for amount in [1, 2, 3, 7, 10, 12, 20, 21, 45, 60] {
            let promise = &promised[amount - 1];
            assert!(promise.starts_with(&format!("＋{amount} 點")), "{promise}");
            let sheet = shop.reads(&mut till, &mei).await;
            assert_eq!(&outcomes(&sheet)[amount - 1], promise, "what was taken back left nothing");
            let given = shop.gives(&mut till, &sheet, &amount.to_string()).await;
            let band = between(&given.body, "<strong>", "</strong>");
            let gifts =
                shop.vouchers(&mei).await.iter().filter(|voucher| voucher.state == VoucherState::Issued).count();
            assert_eq!(promise.matches("拿鐵兌換券").count(), gifts, "{promise}");
            assert_eq!(band.matches("拿鐵兌換券").count(), gifts, "{band}");
            let card = shop.card(&mei).await;
            assert!(promise.ends_with(&format!("{}／{}", card.stamps, card.goal)), "{promise} {card:?}");
            assert_eq!(promise.contains("集滿了"), band.contains("集滿"), "{promise} {band}");
            shop.presses_undo(&mut till, &given).await.says("已取消");
        }
    })
    .await;
}

#[tokio::test]
async fn stamps_that_would_be_lost_are_told_before_they_are() {
    on_both(async |db| {
        let (shop, mei, an, mut till) = opening(&db).await;
        shop.publishes("overflow: carry", "overflow: drop").await;
        shop.stamps(&mei, 9).await;
        shop.advance(TimeDelta::minutes(10)).await;
        shop.enters_pin(&mut till, an, PIN).await;
        for (language, one, three) in [
            ("ja", "新しいカード0／10", "新しいカード0／10、カードを超えた2個は数えません"),
            ("en", "new card 0 of 10", "new card 0 of 10; 2 beyond the card not counted"),
            ("zh-Hant", "新卡 0／10", "新卡 0／10，超過卡片的 2 點不計算"),
        ] {
            till.language = language;
            let promised = outcomes(&shop.reads(&mut till, &mei).await);
            assert!(promised[0].ends_with(one) && promised[2].ends_with(three), "{promised:?}");
        }
        let sheet = shop.reads(&mut till, &mei).await;
        shop.gives(&mut till, &sheet, "3").await.says("超過卡片的 2 點不計算");
    })
    .await;
}

#[tokio::test]
async fn where_stamps_are_for_members_a_friend_is_asked_to_join_first() {
    for (file, open, members_only) in MEMBERS_ONLY {
        on_both(async |db| {
            let (shop, _, _, mut till) = opening(&db).await;
            let friend = shop.follows("健測試").await;
            let before = shop.reads(&mut till, &friend).await;
            before.says("還沒領會員卡");
            before.says("＋1 點 → 1／10");
            shop.edits(file, open, members_only);
            shop.publishes_edits().await;
            let late = shop.gives(&mut till, &before, "1").await;
            assert_eq!(late.status, 422, "{file}");
            late.says("這位客人還不是會員");
            let sheet = shop.reads(&mut till, &friend).await;
            assert_eq!(sheet.status, 200, "{file}");
            sheet.says("這位客人還不是會員");
            sheet.says("請客人在 LINE 按「領取會員卡」");
            sheet.says_nothing_of("name=\"programme\"");

            shop.taps(&friend, "領取會員卡").await;
            let sheet = shop.reads(&mut till, &friend).await;
            sheet.says_nothing_of("還沒領會員卡");
            shop.gives(&mut till, &sheet, "1").await.says("已蓋 1 點・1／10");
        })
        .await;
    }
}
