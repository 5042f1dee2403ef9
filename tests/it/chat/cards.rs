//! The cards the chat answers with: drawn from what she has, each with a button that opens the page it speaks of.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shuke::ids::LineUserId;
use shuke::web::pieces;

use crate::harness::on_both;
use crate::shop::Shop;
use crate::web::Answer;

/// What her phone opens at a tap on a button: the address below the service, and the page behind it.
async fn opened(shop: &Shop, phone: &LineUserId, label: &str) -> (String, Answer) {
    let page = shop.opens(phone, label).await;
    let path = page.url.strip_prefix("http://localhost:8080").expect("a page of the service");
    let mut browser = shop.browser();
    let signed_in = browser.json("/m/session", &json!({ "id_token": page.id_token })).await;
    assert_eq!(signed_in.status, 204, "{}", signed_in.body);
    (String::from(path), browser.get(path).await)
}

/// Every object within a message, from the outside in.
fn parts(message: &Value) -> Vec<&Value> {
    let mut found = vec![message];
    match message {
        Value::Object(fields) => found.extend(fields.values().flat_map(parts)),
        Value::Array(items) => found.extend(items.iter().flat_map(parts)),
        _ => {}
    }
    found
}

/// The texts of a bubble, as they are read.
fn texts(bubble: &Value) -> Vec<&str> {
    parts(bubble).into_iter().filter(|part| part["type"] == "text").filter_map(|part| part["text"].as_str()).collect()
}

/// What stands in each slot of a stamp card, and whether it is filled.
fn slots(message: &Value) -> Vec<(&str, bool)> {
    let round = parts(message).into_iter().filter(|part| part["cornerRadius"] == "22px");
    round.map(|slot| (texts(slot)[0], slot["backgroundColor"].is_string())).collect()
}

#[tokio::test]
async fn the_stamp_card_in_chat_has_as_many_slots_filled_as_she_has_stamps() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        for (visit, filled, sentence) in [
            (0, 0, "再 10 點，送您「拿鐵兌換券」"),
            (7, 7, "再 3 點，送您「拿鐵兌換券」"),
            (5, 2, "再 8 點，送您「拿鐵兌換券」"),
        ] {
            if visit > 0 {
                shop.stamps(&mei, visit).await;
                shop.advance(TimeDelta::minutes(10)).await;
            }
            shop.says(&mei, "集點卡").await;
            let card = shop.messages(&mei).pop().unwrap();
            let expected: Vec<(String, bool)> = (1..=10)
                .map(|slot| match slot {
                    slot if slot <= filled => (String::from("✓"), true),
                    10 => (String::from("禮"), false),
                    slot => (slot.to_string(), false),
                })
                .collect();
            let drawn: Vec<_> =
                slots(&card).into_iter().map(|(mark, is_filled)| (String::from(mark), is_filled)).collect();
            assert_eq!(drawn, expected);
            let read = texts(&card);
            assert!(read.contains(&sentence) && read.contains(&format!("{filled}／10").as_str()), "{read:?}");
            let lapses = read.contains(&"9 月 30 日（三）前，還有 212 天");
            assert_eq!(lapses, filled > 0, "a card that was stamped says until when it counts: {read:?}");

            let (path, page) = opened(&shop, &mei, "出示會員條碼").await;
            assert_eq!(path, "/m/");
            page.says(&pieces::draw(&shop.pass_of(&mei).await).unwrap().path);
        }
    })
    .await;
}

#[tokio::test]
async fn the_member_card_in_chat_opens_the_pass_and_the_stamps() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        shop.stamps(&mei, 10).await;
        shop.advance(TimeDelta::minutes(10)).await;
        shop.stamps(&mei, 4).await;
        shop.says(&mei, "會員卡").await;
        let card = shop.messages(&mei).pop().unwrap();
        let number = shop.member(&mei).await.number.grouped();
        assert_eq!(
            texts(&card["contents"]["body"]),
            ["會員卡", number.as_str(), "咖啡集點卡", "4／10", "優惠券", "1 張可使用"]
        );
        let (path, page) = opened(&shop, &mei, "出示會員條碼").await;
        assert_eq!(path, "/m/");
        page.says(&number);
        let (path, page) = opened(&shop, &mei, "看集點卡").await;
        assert_eq!(path, "/m/stamps");
        page.says("4／10");
    })
    .await;
}

#[tokio::test]
async fn each_voucher_in_chat_says_until_when_and_opens_where_it_is_used() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        for day in 0..12 {
            shop.stamps(&mei, 10).await;
            shop.advance(TimeDelta::days(1)).await;
            if day > 0 {
                continue;
            }
            shop.says(&mei, "優惠券").await;
            let one = shop.messages(&mei).pop().unwrap();
            let [ticket] = &one["contents"]["contents"].as_array().unwrap()[..] else { panic!("{one:#}") };
            assert_eq!(texts(&ticket["body"]), ["優惠券", "拿鐵兌換券", "4 月 1 日（三）前，還有 29 天"]);
            let (path, page) = opened(&shop, &mei, "使用").await;
            assert_eq!(path, "/m/vouchers");
            page.says("拿鐵兌換券");
            page.says("4 月 1 日（三）前");
        }
        // LINE's carousel takes no more; what ends first comes first.
        shop.says(&mei, "優惠券").await;
        let all = shop.messages(&mei).pop().unwrap();
        let bubbles = all["contents"]["contents"].as_array().unwrap();
        let days = ["三", "四", "五", "六", "日", "一", "二", "三", "四", "五"];
        let deadlines: Vec<String> =
            (0..10).map(|n| format!("4 月 {} 日（{}）前，還有 {} 天", n + 1, days[n], n + 18)).collect();
        let shown: Vec<&str> = bubbles[..10].iter().map(|bubble| texts(&bubble["body"])[2]).collect();
        assert_eq!(shown, deadlines);
        let [rest] = &bubbles[10..] else { panic!("{} bubbles", bubbles.len()) };
        assert_eq!(texts(&rest["body"]), ["還有 2 張"]);
        let (path, page) = opened(&shop, &mei, "全部優惠券").await;
        assert_eq!(path, "/m/vouchers");
        assert_eq!(page.body.matches("<article class=\"ticket ").count(), 12, "{}", page.body);
    })
    .await;
}
