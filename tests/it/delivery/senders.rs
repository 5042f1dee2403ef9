//! One sender at a time, whichever replica; one that was stopped for too long does no harm when it wakes up.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use shuke::delivery::{self, Sender, State};
use shuke::ids::HolderId;
use shuke::line::client::{Lost, Transport};
use shuke::sandbox::{Endpoint, Fault, FaultKind, Sandbox};
use shuke::store::query;
use tokio::sync::{Notify, Semaphore};

use super::{PATIENCE, PERSONAL, all_have_one};
use crate::harness::on_both;
use crate::shop::{Shop, TO_ALL};

#[tokio::test]
async fn two_replicas_send_each_message_once() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let other = Sender::new(shop.another_replica());
        let (phones, _) = shop.a_run(PERSONAL, 150).await;
        for _ in 0..20 {
            let (one, two) = tokio::join!(shop.sender.step(), other.step());
            let (one, two) = (one.unwrap(), two.unwrap());
            assert!(one.sent == 0 || two.sent == 0, "both sent");
            shop.sandbox.advance(TimeDelta::seconds(1));
        }
        shop.send().await;
        all_have_one(&shop, &phones).await;
        assert_eq!(shop.requests("push"), 150, "no request was made twice");
    })
    .await;
}

#[tokio::test]
async fn a_replica_that_was_away_hands_over_and_marks_nothing() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let other = Sender::new(shop.another_replica());
        let (phones, _) = shop.a_run(TO_ALL, 3).await;
        shop.sandbox.fault(Fault { ms: 300, ..Fault::times(FaultKind::Slow, 1).at(Endpoint::Multicast) });
        let takes_over = async {
            until_asked(&shop.sandbox, "multicast").await;
            shop.sandbox.advance(TimeDelta::seconds(10));
            other.step().await.unwrap()
        };
        let (away, took_over) = tokio::join!(shop.sender.step(), takes_over);
        assert_eq!((away.unwrap().sent, took_over.sent), (1, 1), "the second asks LINE again under the same key");
        other.step().await.unwrap();
        all_have_one(&shop, &phones).await;
        assert_eq!(shop.requests("multicast"), 2);
    })
    .await;
}

#[tokio::test]
async fn what_a_replica_left_on_its_way_the_next_one_finds_out() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, _) = shop.a_run(PERSONAL, 5).await;
        shop.sandbox.fault(Fault { ms: 60_000, ..Fault::times(FaultKind::Slow, 5).at(Endpoint::Push) });
        tokio::select! {
            _ = shop.sender.step() => panic!("it waits for LINE"),
            () = until_asked(&shop.sandbox, "push") => {}
        }
        shop.sandbox.tune(|world| world.faults.clear());
        let next = Sender::new(shop.another_replica());
        assert_eq!(next.step().await.unwrap(), delivery::Stepped::default(), "the lease is still another's");
        shop.advance(TimeDelta::seconds(5)).await;
        while next.step().await.unwrap().sent > 0 {}
        shop.send_within(PATIENCE).await;
        all_have_one(&shop, &phones).await;
    })
    .await;
}

#[tokio::test]
async fn whether_anybody_sends_is_known() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let alive = async || delivery::is_alive(&db, shop.app.clock.now()).await.unwrap();
        assert!(!alive().await);
        shop.sender.step().await.unwrap();
        assert!(alive().await);
        shop.advance(TimeDelta::seconds(4)).await;
        assert!(!alive().await, "its lease has ended");
    })
    .await;
}

#[tokio::test]
async fn a_replica_that_lost_the_lease_without_knowing_takes_nothing() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, _) = shop.a_run(TO_ALL, 3).await;
        query(db.writer(), "update approval set state = 'paused'").execute().await.unwrap();
        shop.sender.step().await.unwrap();
        query(db.writer(), "update approval set state = 'open'").execute().await.unwrap();
        // Somebody whose clock is ahead of ours takes the lease while we still believe in it.
        let other: HolderId = shop.app.ids.make();
        query(db.writer(), "update lease set holder = $1, token = token + 1 where name = 'sender'")
            .bind(other)
            .execute()
            .await
            .unwrap();
        assert_eq!(shop.sender.step().await.unwrap().sent, 0);
        assert_eq!(shop.copies(&phones), [3]);
        shop.advance(TimeDelta::seconds(5)).await;
        shop.send().await;
        all_have_one(&shop, &phones).await;
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_comes_after_the_lease_was_lost_changes_nothing() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, _) = shop.a_run(TO_ALL, 3).await;
        let (away_way, next_way) = (Way::refusing(&shop.sandbox), Way::asking(&shop.sandbox));
        let away = Sender::new(shop.replica_over(31, away_way.clone()));
        let next = Sender::new(shop.replica_over(32, next_way.clone()));
        let wakes_up_late = async {
            let stepped = away.step().await.unwrap();
            // Only now does the second one hear that LINE has taken its request.
            next_way.go_on.notify_one();
            stepped
        };
        let takes_over = async {
            away_way.asked.notified().await;
            shop.sandbox.advance(TimeDelta::seconds(10));
            let meanwhile = async {
                next_way.asked.notified().await;
                away_way.go_on.notify_one();
            };
            tokio::join!(next.step(), meanwhile).0.unwrap()
        };
        let (late, took_over) = tokio::join!(wakes_up_late, takes_over);
        assert_eq!((late.sent, took_over.sent), (1, 1));
        next.step().await.unwrap();
        all_have_one(&shop, &phones).await;
    })
    .await;
}

#[tokio::test]
async fn a_stop_that_could_not_be_written_down_is_heard_again() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.a_run(TO_ALL, 3).await;
        let way = Way::refusing(&shop.sandbox);
        let sender = Sender::new(shop.replica_over(31, way.clone()));
        let breaks = async {
            way.asked.notified().await;
            query(db.writer(), "alter table approval rename column paused_because to away").execute().await.unwrap();
            way.go_on.notify_one();
        };
        let (stepped, ()) = tokio::join!(sender.step(), breaks);
        assert!(stepped.is_err(), "{stepped:?}");
        query(db.writer(), "alter table approval rename column away to paused_because").execute().await.unwrap();
        way.go_on.notify_one();
        sender.step().await.unwrap();
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.paused_because.as_deref()), (State::Paused, Some("forbidden")));
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_steps_back_stops_no_sending() {
    for is_restarted in [false, true] {
        on_both(async |db| {
            let mut shop = Shop::open(&db).await;
            shop.sender.step().await.unwrap();
            let (phones, _) = shop.a_run(TO_ALL, 3).await;
            shop.sandbox.advance(TimeDelta::hours(-1));
            if is_restarted {
                shop.sender = Sender::new(shop.another_replica());
            }
            shop.send_within(TimeDelta::seconds(10)).await;
            all_have_one(&shop, &phones).await;
        })
        .await;
    }
}

/// A way to LINE on which a multicast waits for the test before its answer is heard.
struct Way {
    line: Arc<dyn Transport>,
    /// Whether it never gets there, and 403 is heard.
    refuses: bool,
    asked: Notify,
    go_on: Notify,
}

impl Way {
    fn refusing(sandbox: &Sandbox) -> Arc<Self> {
        Self::new(sandbox, true)
    }

    fn asking(sandbox: &Sandbox) -> Arc<Self> {
        Self::new(sandbox, false)
    }

    fn new(sandbox: &Sandbox, refuses: bool) -> Arc<Self> {
        Arc::new(Self { line: sandbox.transport(), refuses, asked: Notify::new(), go_on: Notify::new() })
    }
}

impl Transport for Way {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Lost>> {
        Box::pin(async move {
            if !request.uri().path().ends_with("/multicast") {
                return self.line.send(request).await;
            }
            let answer = if self.refuses {
                Ok(Response::builder().status(403).body(Bytes::from_static(b"{}")).unwrap())
            } else {
                self.line.send(request).await
            };
            self.asked.notify_one();
            self.go_on.notified().await;
            answer
        })
    }
}

/// Waits until LINE was asked something at `endpoint`.
pub(super) async fn until_asked(sandbox: &Sandbox, endpoint: &str) {
    let mut grown = sandbox.watch();
    while !sandbox.look(|world| world.requests.iter().any(|request| request.endpoint == endpoint)) {
        grown.changed().await.expect("the sandbox is there");
    }
}

#[tokio::test]
async fn answers_that_come_together_leave_room_for_everybody_else() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, _) = shop.a_run(PERSONAL, 20).await;
        let way = Arc::new(Held { line: shop.sandbox.transport(), asked: Semaphore::new(0), go_on: Semaphore::new(0) });
        let sender = Sender::new(shop.replica_over(31, way.clone()));
        let mut sends = tokio::spawn(async move { sender.step().await });
        let all = way.asked.acquire_many(20).await;
        assert!(all.is_ok(), "all are on their way");
        let mut holds = db.begin().await.unwrap();
        let lease = query(&mut holds, "select token from lease where name = 'sender'").lock_rows(" for update");
        lease.value::<i64>().await.unwrap();
        way.go_on.add_permits(20);
        let early = tokio::time::timeout(Duration::from_millis(300), &mut sends).await;
        assert!(early.is_err(), "the answers wait for the lease: {early:?}");
        let reads = query(&db, "select count(*) from batch").value::<i64>();
        let read = tokio::time::timeout(Duration::from_secs(20), reads).await;
        assert!(read.is_ok_and(|read| read.is_ok()), "the answers hold every connection");
        holds.commit().await.unwrap();
        assert_eq!(sends.await.unwrap().unwrap().sent, 20);
        all_have_one(&shop, &phones).await;
    })
    .await;
}

/// A way to LINE on which pushes wait for the test.
struct Held {
    line: Arc<dyn Transport>,
    asked: Semaphore,
    go_on: Semaphore,
}

impl Transport for Held {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Lost>> {
        Box::pin(async move {
            if request.uri().path().ends_with("/push") {
                self.asked.add_permits(1);
                self.go_on.acquire().await.expect("it is never closed").forget();
            }
            self.line.send(request).await
        })
    }
}

#[tokio::test]
async fn no_more_leaves_at_once_than_line_takes() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, _) = shop.a_run(PERSONAL, 300).await;
        let all_that_may = async || {
            let mut stepped = shop.sender.step().await.unwrap();
            while stepped.sent > 0 {
                stepped = shop.sender.step().await.unwrap();
            }
            let wait = stepped.next_at.expect("there is more to do") - shop.app.clock.now();
            assert!(wait > TimeDelta::zero() && wait <= TimeDelta::milliseconds(1), "{wait}");
            shop.requests("push")
        };
        // LINE takes 2,000 a second: a twentieth of them at once, the rest spread evenly.
        assert_eq!(all_that_may().await, 100);
        shop.sandbox.advance(TimeDelta::milliseconds(50));
        let by_then = all_that_may().await;
        assert!((190..=200).contains(&by_then), "{by_then}");
        shop.send().await;
        all_have_one(&shop, &phones).await;
    })
    .await;
}
