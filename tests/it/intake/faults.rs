//! What is kept when something is in the way: a template that does not fill, a row somebody else holds, events in an odd order.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use shuke::ids::{Actor, LineUserId};
use shuke::intake::{self, Revived};
use shuke::members::consent;
use shuke::members::friends::{self, FriendState};
use shuke::members::timeline::{self, Line};
use shuke::sandbox::{Endpoint, Fault, FaultKind};
use shuke::spec::definitions;
use shuke::store::{Db, OpenOptions, Tx, query};
use shuke::worker;
use tokio::time::timeout;

use crate::harness::{Fresh, on_both};
use crate::shop::{Shop, Together};

async fn history(shop: &Shop, phone: &LineUserId, kind: &str) -> Vec<Line> {
    let lines = timeline::page(&shop.app.db, shop.member_id(phone).await, None, 100).await.unwrap();
    lines.into_iter().filter(|line| line.kind == kind).collect()
}

/// Takes a template away from under those who say it.
async fn lose(shop: &Shop, template: &str) {
    let mut tx = shop.app.db.begin().await.unwrap();
    let now = shop.app.clock.now();
    definitions::retire(&mut tx, "template", template, now, &Actor::operator()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn tries(shop: &Shop) {
    for _ in 0..intake::TRIES {
        shop.advance(TimeDelta::minutes(1)).await;
    }
}

#[tokio::test]
async fn a_follower_is_known_though_no_welcome_can_be_written() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        lose(&shop, "templates/welcome.yaml").await;
        let followed_at = shop.app.clock.now();
        let mei = shop.follows("小美測試").await;
        tries(&shop).await;

        let friend = friends::of_member(&db, shop.member_id(&mei).await).await.unwrap().remove(0);
        assert_eq!((friend.state, friend.state_at), (FriendState::Following, followed_at));
        assert_eq!(history(&shop, &mei, "followed").await.len(), 1);
        assert!(shop.messages(&mei).is_empty());
        let parked = intake::parked(&db, None, 100).await.unwrap();
        assert_eq!((parked.len(), intake::parked_count(&db).await.unwrap()), (1, 1), "it is seen");
        assert!(parked[0].is_kept);
        assert!(parked[0].error.as_deref().unwrap().contains("templates/welcome.yaml"), "{parked:?}");

        assert_eq!(intake::revive(db.writer(), &parked[0].id).await.unwrap(), Some(Revived::PutAway));
        tries(&shop).await;
        assert!(intake::parked(&db, None, 100).await.unwrap().is_empty(), "somebody has seen it");
        assert_eq!(history(&shop, &mei, "followed").await.len(), 1, "nothing is done twice");
    })
    .await;
}

#[tokio::test]
async fn she_is_a_member_from_her_tap_on_though_no_answer_can_be_written() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.follows("小美測試").await;
        lose(&shop, "templates/joined.yaml").await;
        let tapped_at = shop.app.clock.now();
        shop.taps(&mei, "領取會員卡").await;
        assert!(!shop.member(&mei).await.is_joined(), "it is tried again first, so that she is answered");
        tries(&shop).await;
        assert_eq!(shop.member(&mei).await.joined_at, Some(tapped_at));
        assert_eq!(history(&shop, &mei, "joined").await.len(), 1);
    })
    .await;
}

/// An event as LINE writes it.
fn event(shop: &Shop, id: &str, kind: &str, source: Value, more: Value) -> Value {
    let mut event = json!({
        "type": kind, "mode": "active", "timestamp": shop.app.clock.now().timestamp_millis(), "webhookEventId": id,
        "source": source, "deliveryContext": { "isRedelivery": false },
    });
    event[kind] = more;
    event
}

#[tokio::test]
async fn a_message_taken_back_before_it_was_written_down_stays_without_its_text() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let source = json!({ "type": "user", "userId": mei.as_str() });
        let text = |id: &str| json!({ "type": "text", "id": id, "quoteToken": "q", "text": "我的電話是 0900-000-000" });
        let said = event(&shop, "01SAID", "message", source.clone(), text("900001"));
        let kept = event(&shop, "01KEPT", "message", source.clone(), text("900002"));
        shop.advance(TimeDelta::seconds(5)).await;
        let unsend = event(&shop, "01UNSEND", "unsend", source, json!({ "messageId": "900001" }));
        shop.sandbox.send_webhook(&[unsend]).await;
        shop.settle().await;
        shop.sandbox.send_webhook(&[said, kept]).await;
        shop.settle().await;

        let member = shop.member_id(&mei).await;
        let lines = history(&shop, &mei, "said").await;
        let of = |id: &str| lines.iter().find(|line| line.body["message"] == id).expect("it is in her history").id;
        let words = async |id| timeline::private_text(&shop.app, &db, member, of(id)).await.unwrap();
        assert_eq!(words("900001").await, None);
        assert_eq!(words("900002").await.as_deref(), Some("我的電話是 0900-000-000"));
        assert_eq!((has_bytes(&db, "01SAID").await, has_bytes(&db, "01KEPT").await), (false, true));
    })
    .await;
}

/// Whether what an event says can still be read.
async fn has_bytes(db: &Db, id: &'static str) -> bool {
    let has = query(db, "select sealed_raw is not null from event where id = $1").bind(id);
    has.value::<bool>().await.unwrap()
}

#[tokio::test]
async fn a_message_taken_back_while_it_waits_has_its_effect_and_then_no_bytes() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let source = json!({ "type": "user", "userId": mei.as_str() });
        let text = json!({ "type": "text", "id": "900004", "quoteToken": "q", "text": "不要優惠訊息" });
        shop.taps(&mei, "好，請通知我").await;
        shop.advance(TimeDelta::seconds(5)).await;
        let said = event(&shop, "01SAID", "message", source.clone(), text);
        shop.sandbox.send_webhook(&[said]).await;
        // Its first try failed; before the second she takes it back.
        let now = shop.app.clock.now();
        let waits = query(db.writer(), "update event set attempts = 1, retry_at = $1 where id = '01SAID'");
        waits.bind(now + TimeDelta::seconds(30)).execute().await.unwrap();
        shop.advance(TimeDelta::seconds(5)).await;
        let unsend = event(&shop, "01UNSEND", "unsend", source, json!({ "messageId": "900004" }));
        shop.sandbox.send_webhook(&[unsend]).await;
        shop.settle().await;
        assert!(has_bytes(&db, "01SAID").await, "it is not lost");
        shop.advance(TimeDelta::seconds(30)).await;
        let lines = history(&shop, &mei, "said").await;
        assert!(lines.iter().any(|line| line.body["message"] == "900004"), "{lines:?}");
        let member = shop.member_id(&mei).await;
        assert!(!consent::is_granted(&db, member, consent::MARKETING).await.unwrap(), "what she asked for is done");
        assert!(!has_bytes(&db, "01SAID").await);
    })
    .await;
}

#[tokio::test]
async fn a_parked_message_taken_back_before_or_after_keeps_no_bytes() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let source = json!({ "type": "user", "userId": mei.as_str() });
        let text = |id: &str| json!({ "type": "text", "id": id, "quoteToken": "q", "text": "我的電話是 0900-000-000" });
        let messages = [("01BEFORE", "900005"), ("01AFTER", "900006"), ("01KEPT", "900007")]
            .map(|(id, message)| event(&shop, id, "message", source.clone(), text(message)));
        let unsend =
            |id: &str, message: &str| event(&shop, id, "unsend", source.clone(), json!({ "messageId": message }));
        shop.sandbox.send_webhook(&messages).await;
        let wait = async |until: TimeDelta| {
            let waits = query(db.writer(), "update event set retry_at = $1 where kind = 'message' and state = 'new'");
            waits.bind(shop.app.clock.now() + until).execute().await.unwrap();
        };
        wait(TimeDelta::minutes(1)).await;
        shop.sandbox.send_webhook(&[unsend("01UNSEND1", "900005")]).await;
        shop.settle().await;
        assert!(has_bytes(&db, "01BEFORE").await);

        // Nothing can be written into her history for a while.
        let alter = async |sql: &'static str| query(db.writer(), sql).execute().await.map(drop).unwrap();
        alter("alter table timeline rename column actor_id to away").await;
        tries(&shop).await;
        alter("alter table timeline rename column away to actor_id").await;
        let parked = intake::parked(&db, None, 100).await.unwrap();
        assert_eq!(parked.iter().filter(|event| !event.is_kept).count(), 3, "{parked:?}");
        assert_eq!((has_bytes(&db, "01BEFORE").await, has_bytes(&db, "01AFTER").await), (false, true));

        shop.sandbox.send_webhook(&[unsend("01UNSEND2", "900006")]).await;
        shop.settle().await;
        assert_eq!((has_bytes(&db, "01AFTER").await, has_bytes(&db, "01KEPT").await), (false, true));
        for (id, revived) in [("01BEFORE", Revived::Removed), ("01AFTER", Revived::Removed), ("01KEPT", Revived::Waits)]
        {
            assert_eq!(intake::revive(db.writer(), id).await.unwrap(), Some(revived), "{id}");
        }
        shop.settle().await;
        assert!(intake::parked(&db, None, 100).await.unwrap().is_empty());
        let lines = history(&shop, &mei, "said").await;
        let told: Vec<&Value> = lines.iter().map(|line| &line.body["message"]).collect();
        assert_eq!(told, ["900007"], "what was removed is not tried again");
    })
    .await;
}

#[tokio::test]
async fn who_speaks_in_a_group_is_nobody_to_us() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let stranger = shop.sandbox.add_user("路過的人");
        let message = json!({ "type": "text", "id": "900003", "quoteToken": "q", "text": "會員卡" });
        let events: Vec<Value> = ["group", "room"]
            .iter()
            .map(|kind| {
                let (key, id) = (format!("{kind}Id"), format!("{}0000", &kind[..1]));
                let source = json!({ "type": kind, key: id, "userId": stranger.as_str() });
                event(&shop, &format!("01{kind}"), "message", source, message.clone())
            })
            .collect();
        shop.sandbox.send_webhook(&events).await;
        shop.settle().await;
        let count = async |sql: &'static str| query(&db, sql).value::<i64>().await.unwrap();
        assert_eq!(count("select count(*) from event where state = 'done' and line_user_id is null").await, 2);
        let kept = count("select count(*) from event where sealed_raw is not null").await;
        assert_eq!(kept, 0, "her words, which she could not take back, are not kept");
        assert_eq!(count("select count(*) from friend").await, 0);
        assert_eq!(count("select count(*) from member").await, 0);
        assert_eq!(count("select count(*) from timeline").await, 0);
        assert_eq!(shop.requests("profile"), 0);
    })
    .await;
}

#[tokio::test]
async fn one_whose_row_is_held_holds_up_nobody_in_her_lane() {
    // SQLite has no locks of rows.
    let options = OpenOptions { patience: Duration::from_millis(500), ..OpenOptions::default() };
    let fresh = Fresh::postgres(options).await;
    let shop = Shop::open(&fresh.db).await;
    // The people of a lane are settled in the order of their ids.
    let mut phones = [shop.joins("小美測試").await, shop.joins("小華測試").await];
    phones.sort();
    let [held, other] = &phones;
    let before = phones.each_ref().map(|phone| shop.messages(phone).len());
    for phone in &phones {
        shop.sandbox.say(phone, "會員卡").await.unwrap();
    }
    query(fresh.db.writer(), "update event set lane = 0 where state = 'new'").execute().await.unwrap();
    let elsewhere = holds_the_row_of(&fresh.db, held).await;

    intake::settle_all(&shop.app).await.unwrap();
    assert_eq!(shop.messages(other).len(), before[1] + 1, "her neighbour is answered");
    assert_eq!(shop.messages(held).len(), before[0]);
    elsewhere.commit().await.unwrap();
    shop.settle().await;
    assert_eq!(shop.messages(held).len(), before[0] + 1, "she at the next look");
    let tries = query(&fresh.db, "select max(attempts) from event").value::<i64>().await.unwrap();
    assert_eq!(tries, 0, "it is no fault of her event");
    drop(shop);
    fresh.remove().await;
}

/// Somebody else is in the middle of a change of her row.
async fn holds_the_row_of(db: &Db, phone: &LineUserId) -> Tx {
    let mut tx = db.begin().await.unwrap();
    let holds = query(&mut tx, "update friend set state_at = state_at where line_user_id = $1");
    holds.bind(phone.clone()).execute().await.unwrap();
    tx
}

#[tokio::test]
async fn one_who_is_held_with_more_events_than_a_look_takes_holds_up_nobody_either() {
    let options = OpenOptions { patience: Duration::from_millis(300), ..OpenOptions::default() };
    let fresh = Fresh::postgres(options).await;
    let shop = Shop::open(&fresh.db).await;
    let (held, other) = (shop.joins("小美測試").await, shop.joins("小華測試").await);
    let answered = shop.messages(&other).len();
    for _ in 0..150 {
        shop.sandbox.say(&held, "你好").await.unwrap();
    }
    shop.sandbox.advance(TimeDelta::seconds(1));
    shop.sandbox.say(&other, "會員卡").await.unwrap();
    query(fresh.db.writer(), "update event set lane = 0 where state = 'new'").execute().await.unwrap();
    let elsewhere = holds_the_row_of(&fresh.db, &held).await;

    intake::settle_all(&shop.app).await.unwrap();
    assert_eq!(shop.messages(&other).len(), answered + 1, "her neighbour is answered");
    elsewhere.commit().await.unwrap();
    shop.settle().await;
    let left = query(&fresh.db, "select count(*) from event where state <> 'done'").value::<i64>().await.unwrap();
    assert_eq!(left, 0, "she is after that");
    drop(shop);
    fresh.remove().await;
}

/// LINE takes an hour over her profile, and its clock stands still: only our own patience ends the wait.
#[tokio::test]
async fn a_profile_that_takes_long_delays_no_answer_and_comes_later() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let hour = Fault { ms: 3_600_000, ..Fault::times(FaultKind::Slow, 1).at(Endpoint::Profile) };
        shop.sandbox.fault(hour);
        let mei = shop.sandbox.add_user("小美測試");
        shop.sandbox.follow(&mei).await.unwrap();
        let settled = timeout(Duration::from_secs(20), intake::settle_all(&shop.app)).await;
        assert_eq!(settled.expect("her welcome waits for her profile").unwrap(), 1);
        assert!(!shop.messages(&mei).is_empty(), "she is welcomed");
        let name = async || friends::name_of(&shop.app, &db, shop.member_id(&mei).await).await.unwrap();
        assert_eq!((name().await, shop.requests("profile")), (None, 1));
        assert_eq!(worker::run_due_jobs(&shop.app).await.unwrap(), 1);
        assert_eq!((name().await.as_deref(), shop.requests("profile")), (Some("小美測試"), 2));
    })
    .await;
}

#[tokio::test]
async fn the_profiles_of_a_lane_are_asked_for_together() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let way = Together::new(&shop.sandbox, |path| path.contains("/profile/"), 2);
        let replica = shop.replica_over(41, way);
        let phones = ["小美測試", "小華測試"].map(|name| shop.sandbox.add_user(name));
        for phone in &phones {
            shop.sandbox.follow(phone).await.unwrap();
        }
        query(db.writer(), "update event set lane = 0 where state = 'new'").execute().await.unwrap();
        intake::settle_all(&replica).await.unwrap();
        for phone in &phones {
            let member = shop.member_id(phone).await;
            assert!(friends::name_of(&shop.app, &db, member).await.unwrap().is_some(), "both came");
        }
    })
    .await;
}
