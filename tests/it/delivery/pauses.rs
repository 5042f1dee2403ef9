//! What stops a run: with its reason, nothing half-counted, and the rest sent when it goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use chrono::{Datelike, TimeDelta};
use futures_util::future::BoxFuture;
use http::{Request, Response};
use serde_json::json;
use shuke::campaigns::{self, Steered};
use shuke::delivery::{Sender, State, approval};
use shuke::ids::Actor;
use shuke::line::client::{Lost, Transport};
use shuke::members::friends::{self, FriendState};
use shuke::sandbox::{Endpoint, Fault, FaultKind};
use shuke::store::query;

use super::{PERSONAL, all_have_one};
use crate::harness::on_both;
use crate::shop::{Shop, TO_ALL};

#[tokio::test]
async fn a_month_that_ends_midway_pauses_with_the_number_sent() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, run) = shop.a_run(TO_ALL, 1_100).await;
        shop.sandbox.tune(|world| world.quota = Some(1_050));
        shop.send().await;
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.paused_because.as_deref()), (State::Paused, Some("quota_spent")));
        let sent = usize::try_from(status.accepted).unwrap();
        assert!(sent == 600 || sent == 1_000, "whole requests only: {sent}");
        assert_eq!(shop.copies(&phones), [1_100 - sent, sent]);
        let approval = approval::find(&db, run).await.unwrap().unwrap();
        assert_eq!((approval.approved, approval.taken), (1_100, status.accepted), "nothing half-counted");

        shop.sandbox.tune(|world| world.quota = Some(5_000));
        shop.send().await;
        assert_eq!(shop.copies(&phones), [1_100 - sent, sent], "it waits for a person");
        assert_eq!(campaigns::resume(&shop.app, "winback", &Actor::operator()).await.unwrap(), Steered::Done(run));
        shop.send().await;
        all_have_one(&shop, &phones).await;
    })
    .await;
}

#[tokio::test]
async fn what_another_delivery_holds_is_waited_for_an_hour_and_then_said() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, run) = shop.a_run(TO_ALL, 3).await;
        shop.sandbox.tune(|world| (world.quota, world.reserved) = (Some(10), 8));
        shop.send_within(TimeDelta::minutes(20)).await;
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.paused_because.as_deref()), (State::Paused, Some("quota_spent")));
        let tries = shop.requests("multicast");
        assert!((8..20).contains(&tries), "every five minutes for an hour: {tries}");

        let actor = Actor::operator();
        assert_eq!(campaigns::resume(&shop.app, "winback", &actor).await.unwrap(), Steered::Done(run));
        shop.send().await;
        assert_eq!(shop.status("winback").await.state, State::Open, "it begins to wait anew");
        shop.sandbox.tune(|world| world.reserved = 0);
        shop.send_within(TimeDelta::minutes(20)).await;
        all_have_one(&shop, &phones).await;
    })
    .await;
}

#[tokio::test]
async fn what_another_delivery_held_does_not_leave_in_the_next_month() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        // LINE's month turns at midnight in UTC+9.
        let local = shop.app.clock.now() + TimeDelta::hours(9);
        let first = (local + TimeDelta::days(31)).date_naive().with_day(1).unwrap();
        let turn = first.and_hms_opt(0, 0, 0).unwrap().and_utc() - TimeDelta::hours(9);
        shop.advance(turn - TimeDelta::minutes(2) - shop.app.clock.now()).await;
        let (phones, _) = shop.a_run(TO_ALL, 3).await;
        shop.sandbox.tune(|world| (world.quota, world.reserved) = (Some(10), 8));
        shop.sender.step().await.unwrap();
        assert_eq!(shop.status("winback").await.state, State::Open);
        shop.sandbox.tune(|world| world.reserved = 0);
        shop.send_within(TimeDelta::minutes(20)).await;
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.paused_because.as_deref()), (State::Paused, Some("quota_spent")));
        assert_eq!(shop.copies(&phones), [3]);
        assert_eq!(shop.requests("multicast"), 1);
        campaigns::resume(&shop.app, "winback", &Actor::operator()).await.unwrap();
        shop.send().await;
        all_have_one(&shop, &phones).await;
    })
    .await;
}

#[tokio::test]
async fn a_spent_month_is_seen_also_while_line_counts_behind() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, _) = shop.a_run(TO_ALL, 3).await;
        shop.send().await;
        shop.advance(TimeDelta::minutes(1)).await;
        shop.a_run(
            "campaign: winback\ntitle: 再一次\naudience: { segment: everyone }\nmessage: templates/hours.yaml\n",
            1,
        )
        .await;
        shop.sandbox.tune(|world| world.quota = Some(3));
        shop.advance(TimeDelta::seconds(10)).await;
        let way = Arc::new(CountsBehind { line: shop.sandbox.transport() });
        Sender::new(shop.replica_over(31, way)).step().await.unwrap();
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.paused_because.as_deref()), (State::Paused, Some("quota_spent")));
        assert_eq!(shop.copies(&phones), [0, 3]);
    })
    .await;
}

/// A way to LINE whose count of the month has not begun.
struct CountsBehind {
    line: Arc<dyn Transport>,
}

impl Transport for CountsBehind {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Lost>> {
        if request.uri().path().ends_with("/quota/consumption") {
            let answer = Response::new(Bytes::from_static(b"{\"totalUsage\":0}"));
            return Box::pin(async move { Ok(answer) });
        }
        self.line.send(request)
    }
}

#[tokio::test]
async fn a_token_or_an_account_line_refuses_pauses_at_once() {
    for (kind, because) in [(FaultKind::Revoked, "token"), (FaultKind::Forbidden, "forbidden")] {
        on_both(async |db| {
            let shop = Shop::open(&db).await;
            let (phones, run) = shop.a_run(PERSONAL, 100).await;
            shop.sandbox.fault(Fault { count: None, ..Fault::times(kind, 1).at(Endpoint::Push).after(5) });
            shop.send().await;
            let status = shop.status("winback").await;
            assert_eq!((status.state, status.paused_because.as_deref()), (State::Paused, Some(because)));
            assert_eq!((status.planned, status.accepted), (100, 5), "what had left is counted");
            assert_eq!(approval::find(&db, run).await.unwrap().unwrap().taken, 5);
            let asked = shop.requests("push");
            assert!(asked < 100, "the rest did not even leave: {asked}");
            shop.send().await;
            assert_eq!(shop.requests("push"), asked, "no further request while it stands still");

            shop.sandbox.tune(|world| world.faults.clear());
            campaigns::resume(&shop.app, "winback", &Actor::operator()).await.unwrap();
            shop.send().await;
            all_have_one(&shop, &phones).await;
        })
        .await;
    }
}

#[tokio::test]
async fn who_withdraws_or_blocks_before_it_leaves_is_skipped() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, run) = shop.a_run(TO_ALL, 4).await;
        shop.says(&phones[0], "不要優惠訊息").await;
        shop.advance(chrono::TimeDelta::minutes(1)).await;
        shop.sandbox.block(&phones[1]).await.unwrap();
        shop.settle().await;
        shop.send().await;
        assert_eq!(shop.pushed(&phones[0]).len() + shop.pushed(&phones[1]).len(), 0);
        assert_eq!(shop.copies(&phones[2..]), [0, 2]);
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.planned, status.accepted), (State::Done, 4, 2));
        assert_eq!(
            json!(status.skipped),
            json!([{ "reason": "blocked", "count": 1 }, { "reason": "no_consent", "count": 1 }])
        );
        let approval = approval::find(&db, run).await.unwrap().unwrap();
        assert_eq!((approval.approved, approval.taken), (4, 2));
    })
    .await;
}

#[tokio::test]
async fn message_n_plus_one_does_not_leave() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, run) = shop.a_run(PERSONAL, 6).await;
        query(db.writer(), "update approval set approved = 4 where run = $1").bind(run).execute().await.unwrap();
        shop.send().await;
        assert_eq!(shop.copies(&phones), [2, 4]);
        let status = shop.status("winback").await;
        assert_eq!(json!(status.skipped), json!([{ "reason": "over_plan", "count": 2 }]));
    })
    .await;
}

#[tokio::test]
async fn somebody_line_does_not_know_holds_up_nobody() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.writes("campaigns/winback.yaml", PERSONAL);
        let mut phones = shop.regulars(3).await;
        let gone = phones.remove(1);
        let stranger: shuke::ids::LineUserId = format!("U{}", "9".repeat(32)).parse().unwrap();
        query(db.writer(), "update friend set line_user_id = $1 where line_user_id = $2")
            .bind(stranger)
            .bind(gone)
            .execute()
            .await
            .unwrap();
        shop.starts("winback").await;
        shop.send().await;
        assert_eq!(shop.copies(&phones), [0, 2]);
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.planned, status.accepted, status.refused), (State::Done, 3, 2, 1));
        assert_eq!(json!(status.more.refused), json!([{ "reason": "unknown_to_line", "count": 1 }]));
    })
    .await;
}

#[tokio::test]
async fn a_request_line_refuses_for_good_marks_only_its_own_people() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, run) = shop.a_run(PERSONAL, 4).await;
        let way = Arc::new(RefusesOne { line: shop.sandbox.transport(), is_over: AtomicBool::new(false) });
        let sender = Sender::new(shop.replica_over(31, way));
        sender.step().await.unwrap();
        sender.step().await.unwrap();
        assert_eq!(shop.copies(&phones), [1, 3]);
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.planned, status.accepted, status.refused), (State::Done, 4, 3, 1));
        assert_eq!(json!(status.more.refused), json!([{ "reason": "refused_by_line", "count": 1 }]));
        assert_eq!(approval::find(&db, run).await.unwrap().unwrap().taken, 3);
    })
    .await;
}

/// A way to LINE on which the first push is refused.
struct RefusesOne {
    line: Arc<dyn Transport>,
    is_over: AtomicBool,
}

impl Transport for RefusesOne {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Lost>> {
        if request.uri().path().ends_with("/push") && !self.is_over.swap(true, Ordering::Relaxed) {
            let answer = Response::builder().status(400).body(Bytes::from_static(b"{\"message\":\"no\"}"));
            return Box::pin(async move { Ok(answer.unwrap()) });
        }
        self.line.send(request)
    }
}

#[tokio::test]
async fn an_erased_persons_message_cannot_leave() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, _) = shop.a_run(PERSONAL, 3).await;
        let member = shop.member_id(&phones[0]).await;
        query(db.writer(), "delete from member_key where member = $1").bind(member).execute().await.unwrap();
        assert_eq!(friends::of_member(&db, member).await.unwrap()[0].state, FriendState::Following);
        shop.send().await;
        assert_eq!(shop.pushed(&phones[0]).len(), 0);
        assert_eq!(shop.copies(&phones[1..]), [0, 2]);
        let status = shop.status("winback").await;
        assert_eq!(json!(status.skipped), json!([{ "reason": "erased", "count": 1 }]));
    })
    .await;
}

#[tokio::test]
async fn nothing_leaves_a_run_that_was_stopped_while_it_was_looked_for() {
    for (state, is_tried) in [("paused", false), ("paused", true), ("cancelled", false), ("cancelled", true)] {
        on_both(async |db| {
            let shop = Shop::open(&db).await;
            shop.sandbox.fault(Fault::times(FaultKind::CutAfter, 1).at(Endpoint::Multicast));
            shop.sender.step().await.unwrap();
            shop.a_run(TO_ALL, 3).await;
            if is_tried {
                shop.sender.step().await.unwrap();
                query(db.writer(), "update batch set next_at = $1").bind(shop.app.clock.now()).execute().await.unwrap();
            }
            let mut stops = db.begin().await.unwrap();
            query(&mut stops, "update approval set state = $1").bind(state).execute().await.unwrap();
            let mut step = Box::pin(shop.sender.step());
            let early = tokio::time::timeout(Duration::from_millis(300), &mut step).await;
            assert!(early.is_err(), "{state}: it does not wait: {early:?}");
            stops.commit().await.unwrap();
            assert_eq!(step.await.unwrap().sent, 0, "{state}");
            assert_eq!(shop.requests("multicast"), usize::from(is_tried), "{state}");
        })
        .await;
    }
}
