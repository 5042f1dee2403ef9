//! Replies: free, once, and never repeated when nobody knows whether the first arrived.

use std::time::Duration;

use chrono::TimeDelta;
use shuke::campaigns;
use shuke::delivery::{Sender, replies, runs};
use shuke::ids::LineUserId;
use shuke::sandbox::{Endpoint, Fault, FaultKind};
use shuke::store::{Db, query};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::faults::PanickingLog;
use super::senders::until_asked;
use super::{PERSONAL, all_have_one};
use crate::harness::on_both;
use crate::shop::{Shop, TO_ALL, Together, Waits, keys_are_sound};

/// She writes, and LINE takes no answer just now.
async fn is_owed_a_reply(shop: &Shop, phone: &LineUserId) {
    shop.sandbox.fault(Fault::times(FaultKind::RateLimited, 1).at(Endpoint::Reply));
    shop.says(phone, "集點卡").await;
}

#[tokio::test]
async fn a_reply_whose_answer_was_lost_is_never_sent_again() {
    for (kind, arrives) in [(FaultKind::CutAfter, 1), (FaultKind::ErrorAfter, 1), (FaultKind::ErrorBefore, 0)] {
        on_both(async |db| {
            let shop = Shop::open(&db).await;
            let mei = shop.joins("小美測試").await;
            let before = shop.messages(&mei).len();
            shop.sandbox.fault(Fault::times(kind, 1).at(Endpoint::Reply));
            shop.says(&mei, "集點卡").await;
            for seconds in [2, 10, 60, 3_600] {
                shop.advance(TimeDelta::seconds(seconds)).await;
                replies::sweep(&shop.app).await.unwrap();
            }
            assert_eq!(shop.messages(&mei).len(), before + arrives, "{kind:?}");
            assert_eq!(newest(&db, &mei).await, "unknown");
            keys_are_sound(&shop.sandbox);
        })
        .await;
    }
}

#[tokio::test]
async fn what_surely_did_not_arrive_is_sent_while_its_token_lives() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let before = shop.messages(&mei).len();
        is_owed_a_reply(&shop, &mei).await;
        assert_eq!((shop.messages(&mei).len(), newest(&db, &mei).await.as_str()), (before, "pending"));
        assert_eq!(replies::sweep(&shop.app).await.unwrap(), 0, "not at once");
        shop.advance(TimeDelta::seconds(3)).await;
        assert_eq!(replies::sweep(&shop.app).await.unwrap(), 1);
        assert_eq!((shop.messages(&mei).len(), newest(&db, &mei).await.as_str()), (before + 1, "sent"));
        assert_eq!(replies::sweep(&shop.app).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn one_whose_token_died_first_is_told_as_expired() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let before = shop.messages(&mei).len();
        is_owed_a_reply(&shop, &mei).await;
        shop.advance(TimeDelta::minutes(2)).await;
        assert_eq!(replies::sweep(&shop.app).await.unwrap(), 0);
        assert_eq!((shop.messages(&mei).len(), newest(&db, &mei).await.as_str()), (before, "expired"));
    })
    .await;
}

#[tokio::test]
async fn a_try_that_a_crash_cut_off_is_not_repeated() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        is_owed_a_reply(&shop, &mei).await;
        let before = shop.messages(&mei).len();
        query(db.writer(), "update reply set state = 'trying' where state = 'pending'").execute().await.unwrap();
        shop.advance(TimeDelta::seconds(59)).await;
        replies::sweep(&shop.app).await.unwrap();
        assert_eq!(newest(&db, &mei).await, "trying", "its answer may still come");
        shop.advance(TimeDelta::seconds(2)).await;
        replies::sweep(&shop.app).await.unwrap();
        assert_eq!((shop.messages(&mei).len(), newest(&db, &mei).await.as_str()), (before, "unknown"));
    })
    .await;
}

#[tokio::test]
async fn after_a_panic_the_replies_that_are_left_are_still_swept() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        is_owed_a_reply(&shop, &mei).await;
        shop.advance(TimeDelta::seconds(3)).await;
        let before = shop.messages(&mei).len();
        let log = PanickingLog::over("the replies that were left could not be swept");
        let _guard = log.listens();
        query(db.writer(), "alter table reply rename to away").execute().await.unwrap();
        let stop = CancellationToken::new();
        let watches = Box::pin(async {
            log.has_panicked().await;
            query(db.writer(), "alter table away rename to reply").execute().await.unwrap();
            let swept = async {
                while shop.messages(&mei).len() == before {
                    tokio::task::yield_now().await;
                }
            };
            let swept = tokio::time::timeout(Duration::from_secs(20), swept).await;
            stop.cancel();
            swept
        });
        let ((), swept) = tokio::join!(Box::pin(shop.sender.run(stop.clone())), watches);
        assert!(swept.is_ok(), "nobody sweeps any more");
    })
    .await;
}

#[tokio::test]
async fn a_reply_that_takes_long_holds_up_no_push() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        is_owed_a_reply(&shop, &mei).await;
        shop.advance(TimeDelta::seconds(3)).await;
        let (phones, _) = shop.a_run(TO_ALL, 3).await;
        let way = Waits::new(&shop.sandbox, |path| path.ends_with("/reply"));
        let sender = Sender::new(shop.replica_over(31, way.clone()));
        let stop = CancellationToken::new();
        let watches = async {
            way.asked.notified().await;
            let pushed = tokio::time::timeout(Duration::from_secs(20), until_asked(&shop.sandbox, "multicast")).await;
            way.go_on.notify_one();
            stop.cancel();
            pushed
        };
        let ((), pushed) = tokio::join!(sender.run(stop.clone()), watches);
        assert!(pushed.is_ok(), "the push waits for the reply");
        assert_eq!(shop.copies(&phones), [0, 3]);
        assert_eq!(newest(&db, &mei).await, "sent", "its answer was waited for at the stop");
    })
    .await;
}

#[tokio::test]
async fn many_a_crash_left_go_several_at_once_behind_any_number_in_doubt() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        is_owed_a_reply(&shop, &mei).await;
        let copies = async |count: i64, state: &'static str, age: TimeDelta| {
            let tried_at = shop.app.clock.now() - age;
            for _ in 0..count {
                query(
                    db.writer(),
                    "insert into reply (id, account, line_user_id, member, event, sealed_token, sealed_messages, state, expires_at, created_at, tried_at)
                     select $1, account, line_user_id, member, $2, sealed_token, sealed_messages, $3, expires_at, $4, $5
                     from reply where state = 'pending' limit 1",
                )
                .bind(shop.app.ids.make::<Uuid>())
                .bind(shop.app.ids.random_uuid().to_string())
                .bind(state)
                .bind(tried_at)
                .bind(tried_at)
                .execute()
                .await
                .unwrap();
            }
        };
        copies(110, "trying", TimeDelta::seconds(20)).await;
        copies(7, "pending", TimeDelta::seconds(5)).await;
        shop.advance(TimeDelta::seconds(3)).await;
        let way = Together::new(&shop.sandbox, |path| path.ends_with("/reply"), 8);
        let app = shop.replica_over(31, way);
        let swept = tokio::time::timeout(Duration::from_secs(20), replies::sweep(&app)).await;
        assert!(swept.is_ok_and(|swept| swept.is_ok()), "each waits for the one before");
        let left = query(&db, "select count(*) from reply where state = 'pending'").value::<i64>().await.unwrap();
        assert_eq!((left, replies::open(&db).await.unwrap()), (0, 110));
    })
    .await;
}

#[tokio::test]
async fn what_was_said_is_forgotten_after_a_month_and_what_was_pushed_when_its_run_has_ended() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        shop.says(&mei, "集點卡").await;
        let (phones, _) = shop.a_run(PERSONAL, 3).await;
        let sealed = async || {
            let said = query(&db, "select count(*) from reply").value::<i64>().await.unwrap();
            let planned = "select count(*) from plan_person where sealed_body is not null";
            let pushed = "select count(*) from delivery where sealed_body is not null";
            (said, query(&db, planned).value::<i64>().await.unwrap(), query(&db, pushed).value::<i64>().await.unwrap())
        };
        let forget = async || {
            replies::forget(&shop.app).await.unwrap();
            runs::forget_bodies(&shop.app).await.unwrap();
            campaigns::forget_bodies(&shop.app).await.unwrap();
        };
        let said = sealed().await.0;
        assert!(said > 0);
        shop.advance(TimeDelta::days(30)).await;
        forget().await;
        assert_eq!(sealed().await, (said, 3, 3), "the run is still to leave, the month is not over");
        shop.send().await;
        is_owed_a_reply(&shop, &mei).await;
        shop.advance(TimeDelta::seconds(1)).await;
        forget().await;
        assert_eq!(sealed().await, (1, 0, 0), "what is still owed stays");
        all_have_one(&shop, &phones).await;
    })
    .await;
}

/// What became of the newest reply owed to a phone.
async fn newest(db: &Db, phone: &LineUserId) -> String {
    query(db, "select state from reply where line_user_id = $1 order by created_at desc, id desc limit 1")
        .bind(phone.clone())
        .value()
        .await
        .unwrap()
}
