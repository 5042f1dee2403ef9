//! What stored events do: in the order they happened, once, and without waiting for one that cannot be understood.

use chrono::TimeDelta;
use shuke::intake::{self, Revived};
use shuke::members::friends::{self, FriendState};
use shuke::members::timeline;
use shuke::sandbox::{Habits, Order};
use shuke::store::query;

use crate::harness::on_both;
use crate::shop::Shop;

#[tokio::test]
async fn duplicates_have_one_effect_and_one_reply() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.sandbox.set_habits(Habits { duplicates: 3, ..Habits::default() });
        let mei = shop.follows("小美測試").await;
        assert_eq!(shop.messages(&mei).len(), 2, "one welcome, with what the card means");
        let member = shop.member_id(&mei).await;
        let history = timeline::page(&db, member, None, 100).await.unwrap();
        assert_eq!(history.iter().filter(|line| line.kind == "followed").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_newest_state_wins_in_whatever_order_events_come() {
    for order in [Order::AsHappened, Order::Reversed, Order::Shuffled] {
        for per_request in [1, 2, 5] {
            on_both(async |db| {
                let shop = Shop::open(&db).await;
                shop.sandbox.set_habits(Habits { hold: true, ..Habits::default() });
                let mei = shop.sandbox.add_user("小美測試");
                for _ in 0..2 {
                    shop.sandbox.follow(&mei).await.unwrap();
                    shop.sandbox.advance(TimeDelta::seconds(7));
                    shop.sandbox.block(&mei).await.unwrap();
                    shop.sandbox.advance(TimeDelta::seconds(7));
                }
                let blocked_at = shop.app.clock.now() - TimeDelta::seconds(7);
                shop.sandbox.release(order, per_request).await;
                shop.settle().await;
                let member = shop.member_id(&mei).await;
                let friend = friends::of_member(&db, member).await.unwrap().remove(0);
                assert_eq!(friend.state, FriendState::Blocked, "{order:?}, {per_request} a request");
                assert_eq!(friend.state_at, blocked_at);
            })
            .await;
        }
    }
}

#[tokio::test]
async fn an_older_event_that_comes_late_changes_nothing() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.sandbox.add_user("小美測試");
        shop.sandbox.set_habits(Habits { hold: true, ..Habits::default() });
        shop.sandbox.follow(&mei).await.unwrap();
        shop.sandbox.advance(TimeDelta::minutes(1));
        // The block is delivered and settled first; the follow before it comes a minute late.
        shop.sandbox.set_habits(Habits::default());
        shop.sandbox.block(&mei).await.unwrap();
        shop.settle().await;
        shop.sandbox.release(Order::AsHappened, 1).await;
        shop.settle().await;
        let member = shop.member_id(&mei).await;
        assert_eq!(friends::of_member(&db, member).await.unwrap()[0].state, FriendState::Blocked);
    })
    .await;
}

#[tokio::test]
async fn an_event_that_keeps_failing_is_parked_and_holds_up_nobody() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (mei, hua) = (shop.joins("小美測試").await, shop.joins("小華測試").await);
        shop.sandbox.say(&mei, "這句話壞了").await.unwrap();
        query(db.writer(), "update event set sealed_raw = $1 where state = 'new'")
            .bind(vec![1_u8, 2, 3])
            .execute()
            .await
            .unwrap();
        let before = (shop.messages(&mei).len(), shop.messages(&hua).len());
        shop.sandbox.say(&mei, "會員卡").await.unwrap();
        shop.says(&hua, "會員卡").await;
        assert_eq!(shop.messages(&mei).len(), before.0 + 1, "her next words are answered");
        assert_eq!(shop.messages(&hua).len(), before.1 + 1, "so is her neighbour");
        for time in ["second", "third", "fourth", "fifth"] {
            assert!(intake::parked(&db, None, 100).await.unwrap().is_empty(), "there is a {time} try");
            shop.advance(TimeDelta::minutes(1)).await;
        }
        let parked = intake::parked(&db, None, 100).await.unwrap();
        assert_eq!(parked.len(), 1);
        assert!(parked[0].error.is_some(), "it says why: {parked:?}");
        assert!(intake::settled(&shop.app).await.unwrap(), "nothing waits for it");

        assert_eq!(intake::revive(db.writer(), &parked[0].id).await.unwrap(), Some(Revived::Waits));
        assert_eq!(intake::revive(db.writer(), "no such event").await.unwrap(), None);
        shop.settle().await;
        assert!(intake::parked(&db, None, 100).await.unwrap().is_empty(), "it has five tries again");
    })
    .await;
}

#[tokio::test]
async fn what_was_said_is_blanked_when_she_takes_it_back() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        shop.says(&mei, "我的電話是 0900-000-000").await;
        let member = shop.member_id(&mei).await;
        let line = timeline::page(&db, member, None, 100).await.unwrap();
        let said = line.iter().find(|line| line.kind == "said").expect("it is in her history");
        let message = said.body["message"].as_str().expect("its id").to_owned();
        let event = serde_json::json!({
            "type": "unsend", "mode": "active", "timestamp": shop.app.clock.now().timestamp_millis(),
            "webhookEventId": "01UNSEND", "source": { "type": "user", "userId": mei.as_str() },
            "deliveryContext": { "isRedelivery": false }, "unsend": { "messageId": message },
        });
        shop.sandbox.send_webhook(&[event]).await;
        shop.settle().await;
        let sealed: Option<Vec<u8>> = query(&db, "select sealed from timeline where member = $1 and id = $2")
            .bind(member)
            .bind(said.id)
            .value()
            .await
            .unwrap();
        assert!(sealed.is_none(), "her words are gone");
        let event = said.body["event"].as_str().expect("the event it was").to_owned();
        let kept = query(&db, "select id from event where sealed_raw is not null").values::<String>().await.unwrap();
        assert!(!kept.contains(&event), "from the event too");
        assert!(kept.contains(&String::from("01UNSEND")) && kept.len() > 1, "and from no other: {kept:?}");
    })
    .await;
}

#[tokio::test]
async fn raw_events_are_dropped_after_thirty_days_and_their_key_with_them() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.joins("小美測試").await;
        intake::retain(&shop.app).await.unwrap();
        let raw = async || {
            query(&db, "select count(*) from event where sealed_raw is not null").value::<i64>().await.unwrap()
        };
        assert!(raw().await > 0);
        shop.advance(TimeDelta::days(31)).await;
        intake::retain(&shop.app).await.unwrap();
        assert_eq!(raw().await, 0);
        let keys: i64 = query(&db, "select count(*) from day_key").value().await.unwrap();
        assert_eq!(keys, 0);
        let ids: i64 = query(&db, "select count(*) from event").value().await.unwrap();
        assert!(ids > 0, "the ids stay, so that a late copy is known");
    })
    .await;
}
