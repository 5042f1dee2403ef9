//! Walk 2: what a phone sees, from adding the account on.

use chrono::TimeDelta;
use shuke::members::friends::{self, FriendState};
use shuke::members::{consent, timeline};

use crate::harness::on_both;
use crate::shop::Shop;

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
