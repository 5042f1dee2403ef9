//! Walk 2: what a phone sees, from adding the account on.

mod cards;

use chrono::TimeDelta;
use serde_json::{Value, json};
use shuke::ids::LineUserId;
use shuke::members::friends::{self, FriendState};
use shuke::members::{consent, timeline};
use shuke::sandbox::{Endpoint, Fault, FaultKind};
use shuke::store::query;

use crate::harness::on_both;
use crate::shop::{MEMBERS_ONLY, Shop};

#[tokio::test]
async fn a_new_friend_is_welcomed_and_becomes_a_member_by_one_tap() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.follows("小美測試").await;
        assert!(!shop.messages(&mei).is_empty(), "the welcome came");
        assert!(!shop.member(&mei).await.is_joined());

        shop.taps(&mei, "領取會員卡").await;
        let member = shop.member(&mei).await;
        assert!(member.is_joined());
        let words: Vec<String> = shop.messages(&mei).iter().map(ToString::to_string).collect();
        assert!(words.iter().any(|message| message.contains(&member.number.grouped())), "the card shows her number");

        shop.taps(&mei, "好，請通知我").await;
        assert!(consent::is_granted(&shop.app.db, member.id, consent::MARKETING).await.unwrap());
        shop.says(&mei, "不要優惠訊息").await;
        assert!(!consent::is_granted(&shop.app.db, member.id, consent::MARKETING).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn every_answer_in_chat_is_a_free_reply() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        for words in ["會員卡", "集點卡", "優惠券", "營業時間", "這是什麼"] {
            let before = shop.messages(&mei).len();
            shop.says(&mei, words).await;
            assert!(shop.messages(&mei).len() > before, "{words} is answered");
        }
        let used = shop.sandbox.look(|world| world.used(shop.app.clock.now()));
        assert_eq!(used, 0, "no message was paid for");
    })
    .await;
}

/// The texts she agreed to by joining, and all her answers about offers: granted, where, which wording.
async fn answers(shop: &Shop, phone: &LineUserId) -> (Vec<Value>, Vec<(bool, String, String)>) {
    let member = shop.member_id(phone).await;
    let history = timeline::page(&shop.app.db, member, None, 100).await.unwrap();
    let joined = history.into_iter().filter(|line| line.kind == "joined").map(|line| Value::Object(line.body.0));
    let offers = query(&shop.app.db, "select granted, source, wording from consent where member = $1 order by at, id")
        .bind(member)
        .all()
        .await
        .unwrap();
    (joined.collect(), offers)
}

#[tokio::test]
async fn what_she_agrees_to_stands_above_the_button_she_taps() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.follows("小美測試").await;
        let shown = shop.messages(&mei);
        let with_button = shown.iter().position(|message| message.to_string().contains("join/2026-11")).unwrap();
        let read: Vec<String> = shown[..=with_button].iter().map(ToString::to_string).collect();
        assert!(read.iter().any(|message| message.contains("表示您同意熟客咖啡保存您的 LINE 名稱")), "{read:?}");
        assert!(read.iter().any(|message| message.contains("https://example.com/privacy")), "{read:?}");
        shop.taps(&mei, "領取會員卡").await;
        assert_eq!(answers(&shop, &mei).await.0, [json!({ "source": "chat", "wording": "2026-11" })]);
        assert!(!shop.last_message(&mei).contains("一個月"), "nothing is promised that nothing keeps");
        shop.says(&mei, "會員卡").await;
        assert!(!shop.messages(&mei).last().unwrap().to_string().contains("表示您同意"), "she is told once");
    })
    .await;
}

/// A button of the menu, which carries no wording; or one of another time.
fn joining(data: &str) -> Value {
    json!({ "type": "postback", "label": "領取會員卡", "data": data })
}

#[tokio::test]
async fn one_tap_on_the_menu_makes_a_member_of_her_whom_the_welcome_told() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.follows("小美測試").await;
        shop.sandbox.tap(&mei, &joining("join"), None).await.unwrap();
        shop.settle().await;
        assert!(shop.member(&mei).await.is_joined());
        assert_eq!(answers(&shop, &mei).await.0, [json!({ "source": "chat", "wording": "2026-11" })]);
    })
    .await;
}

#[tokio::test]
async fn a_tap_that_saw_no_wording_or_an_old_one_makes_no_member() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        // Nobody knows whether the welcome arrived.
        shop.sandbox.fault(Fault::times(FaultKind::ErrorAfter, 1).at(Endpoint::Reply));
        let mei = shop.follows("小美測試").await;
        for unread in ["join", "join/2020-01", "join"] {
            shop.sandbox.tap(&mei, &joining(unread), None).await.unwrap();
            shop.settle().await;
            assert!(!shop.member(&mei).await.is_joined(), "{unread}");
            assert!(shop.messages(&mei).last().unwrap().to_string().contains("表示您同意"), "{unread}");
            shop.advance(TimeDelta::hours(25)).await;
        }
        shop.says(&mei, "領取會員卡").await;
        assert!(!shop.member(&mei).await.is_joined(), "her words ask for the card");
        shop.sandbox.tap(&mei, &joining("join/2020-01"), None).await.unwrap();
        shop.settle().await;
        assert!(!shop.member(&mei).await.is_joined(), "what she tapped stood under other words");
        shop.taps(&mei, "領取會員卡").await;
        assert!(shop.member(&mei).await.is_joined(), "the invitation's own button makes her a member");
    })
    .await;
}

#[tokio::test]
async fn wherever_a_brand_puts_the_button_the_wording_comes_with_it() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.follows("小美測試").await;
        for words in ["加入會員", "會員卡"] {
            let before = shop.messages(&mei).len();
            shop.says(&mei, words).await;
            let said: Vec<String> = shop.messages(&mei)[before..].iter().map(ToString::to_string).collect();
            assert!(said.iter().any(|message| message.contains("join/2026-11")), "{words}: {said:?}");
            assert!(said.iter().any(|message| message.contains("表示您同意")), "{words}: {said:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn answers_about_offers_are_filed_as_what_they_were() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        shop.taps(&mei, "好，請通知我").await;
        shop.advance(TimeDelta::minutes(1)).await;
        shop.says(&mei, "ＳＴＯＰ").await;
        shop.advance(TimeDelta::minutes(1)).await;
        // A button sent before questions had versions.
        let old = json!({ "type": "postback", "label": "好", "data": "consent/yes" });
        shop.sandbox.tap(&mei, &old, None).await.unwrap();
        let forged = json!({ "type": "postback", "label": "好", "data": "consent/no/anything" });
        shop.sandbox.tap(&mei, &forged, None).await.unwrap();
        shop.settle().await;
        let filed = |granted, wording: &str| (granted, String::from("chat"), String::from(wording));
        assert_eq!(
            answers(&shop, &mei).await.1,
            [
                filed(true, "chat-consent-ask/2/zh-Hant"),
                filed(false, "said/stop"),
                filed(true, "chat-consent-ask/1/zh-Hant"),
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn joining_twice_is_joining_once() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let first = shop.member(&mei).await.joined_at;
        shop.advance(TimeDelta::hours(1)).await;
        shop.says(&mei, "領取會員卡").await;
        assert_eq!(shop.member(&mei).await.joined_at, first);
        let joined = timeline::page(&shop.app.db, shop.member_id(&mei).await, None, 100).await.unwrap();
        assert_eq!(joined.iter().filter(|line| line.kind == "joined").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_block_and_a_return_are_seen() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        shop.advance(TimeDelta::minutes(1)).await;
        shop.sandbox.block(&mei).await.unwrap();
        shop.settle().await;
        let member = shop.member_id(&mei).await;
        assert_eq!(friends::of_member(&shop.app.db, member).await.unwrap()[0].state, FriendState::Blocked);
        shop.advance(TimeDelta::minutes(1)).await;
        shop.sandbox.follow(&mei).await.unwrap();
        shop.settle().await;
        assert_eq!(friends::of_member(&shop.app.db, member).await.unwrap()[0].state, FriendState::Following);
        assert!(shop.member(&mei).await.is_joined(), "her card waited for her");
    })
    .await;
}

#[tokio::test]
async fn her_name_is_known_and_kept_sealed() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let member = shop.member_id(&mei).await;
        assert_eq!(friends::name_of(&shop.app, &db, member).await.unwrap().as_deref(), Some("小美測試"));
        let (sealed,) = shuke::store::query(&db, "select sealed_name from friend where member = $1")
            .bind(member)
            .one::<(Vec<u8>,)>()
            .await
            .unwrap();
        let needle = "小美".as_bytes();
        assert!(!sealed.windows(needle.len()).any(|part| part == needle), "the name stands in the row");
    })
    .await;
}

#[tokio::test]
async fn a_reply_that_comes_too_late_is_not_sent() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let before = shop.messages(&mei).len();
        shop.sandbox.say(&mei, "會員卡").await.unwrap();
        shop.sandbox.advance(TimeDelta::minutes(2));
        shop.settle().await;
        assert_eq!(shop.messages(&mei).len(), before, "her token had died; nothing is pushed at the brand's cost");
    })
    .await;
}

/// Of a card that is for members alone; of everything, where the brand says so.
#[tokio::test]
async fn where_rewards_are_for_members_a_friend_who_asks_for_them_is_invited() {
    let [card_alone, everything] = MEMBERS_ONLY;
    for ((file, open, members_only), invited) in [(card_alone, &["集點卡"][..]), (everything, &["集點卡", "優惠券"])]
    {
        on_both(async |db| {
            let shop = Shop::open(&db).await;
            let mei = shop.follows("小美測試").await;
            let answer = async |words: &str| -> Vec<String> {
                let before = shop.messages(&mei).len();
                shop.says(&mei, words).await;
                shop.messages(&mei)[before..].iter().map(ToString::to_string).collect()
            };
            let is_invitation =
                |said: &[String]| matches!(said, [one] if one.contains("join/2026-11") && one.contains("表示您同意"));
            for words in ["集點卡", "優惠券"] {
                assert!(!is_invitation(&answer(words).await), "{words}: a friend collects before she joins");
            }
            shop.edits(file, open, members_only);
            shop.publishes_edits().await;
            for words in ["集點卡", "優惠券"] {
                let said = answer(words).await;
                assert_eq!(is_invitation(&said), invited.contains(&words), "{file}, {words}: {said:?}");
            }
            shop.taps(&mei, "領取會員卡").await;
            for words in ["集點卡", "優惠券"] {
                let said = answer(words).await;
                assert!(!said.is_empty() && !is_invitation(&said), "{words}: {said:?}");
            }
        })
        .await;
    }
}
