//! Each fault switch of the sandbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use serde_json::json;
use shuke::delivery::{Sender, State, approval, replies};
use shuke::ids::LineUserId;
use shuke::line::client::{Lost, Transport};
use shuke::sandbox::{Endpoint, Fault, FaultKind};
use shuke::store::query;
use shuke::worker;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::senders::until_asked;
use super::{PATIENCE, PERSONAL, all_have_one};
use crate::harness::on_both;
use crate::shop::{Shop, TO_ALL, keys_are_sound};

/// What may strike a request and be over soon.
const PASSING: [FaultKind; 8] = [
    FaultKind::ErrorBefore,
    FaultKind::ErrorAfter,
    FaultKind::CutBefore,
    FaultKind::CutAfter,
    FaultKind::Slow,
    FaultKind::NoAnswer,
    FaultKind::RateLimited,
    FaultKind::Garbage,
];

#[tokio::test]
async fn to_many_at_once_nobody_gets_two_copies() {
    for kind in PASSING {
        on_both(async |db| {
            let shop = Shop::open(&db).await;
            shop.sandbox.fault(Fault::times(kind, 2).at(Endpoint::Multicast));
            let (phones, _) = shop.a_run(TO_ALL, 20).await;
            shop.send_within(PATIENCE).await;
            all_have_one(&shop, &phones).await;
        })
        .await;
    }
}

#[tokio::test]
async fn of_several_batches_the_one_in_doubt_is_asked_for_again() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.sandbox.fault(Fault::times(FaultKind::CutAfter, 1).at(Endpoint::Multicast).after(1));
        let (phones, _) = shop.a_run(TO_ALL, 1_100).await;
        shop.send_within(PATIENCE).await;
        all_have_one(&shop, &phones).await;
        assert_eq!(shop.requests("multicast"), 4, "three batches, one of them twice");
    })
    .await;
}

#[tokio::test]
async fn to_one_at_a_time_nobody_gets_two_copies() {
    for kind in PASSING {
        on_both(async |db| {
            let shop = Shop::open(&db).await;
            shop.sandbox.fault(Fault::times(kind, 7).at(Endpoint::Push).after(3));
            let (phones, _) = shop.a_run(PERSONAL, 30).await;
            shop.send_within(PATIENCE).await;
            all_have_one(&shop, &phones).await;
        })
        .await;
    }
}

#[tokio::test]
async fn whatever_strikes_in_any_order_nobody_gets_two_copies() {
    for seed in 1..=6 {
        on_both(async |db| {
            let shop = Shop::open(&db).await;
            shop.sandbox.tune(|world| world.faults.reseed(seed));
            for kind in PASSING {
                shop.sandbox.fault(Fault { share: 0.15, ..Fault::times(kind, 6).at(Endpoint::Push) });
                shop.sandbox.fault(Fault { share: 0.2, ..Fault::times(kind, 2).at(Endpoint::Multicast) });
            }
            let campaign = if seed % 2 == 0 { TO_ALL } else { PERSONAL };
            let (phones, _) = shop.a_run(campaign, 60).await;
            shop.send_within(PATIENCE).await;
            all_have_one(&shop, &phones).await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_trouble_of_one_way_does_not_hold_up_the_other() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, _) = shop.a_run(PERSONAL, 5).await;
        shop.sandbox.fault(Fault::times(FaultKind::RateLimited, 1_000).at(Endpoint::Multicast));
        shop.send().await;
        all_have_one(&shop, &phones).await;
    })
    .await;
}

#[tokio::test]
async fn a_panic_over_a_request_leaves_it_in_doubt_and_nothing_else() {
    for arrives in [false, true] {
        on_both(async |db| {
            let mut shop = Shop::open(&db).await;
            let way = Panics::over("/multicast", &shop, arrives);
            shop.sender = Sender::new(shop.replica_over(31, way));
            let (phones, _) = shop.a_run(TO_ALL, 1_100).await;
            shop.send_within(PATIENCE).await;
            all_have_one(&shop, &phones).await;
            assert_eq!(shop.requests("multicast"), if arrives { 4 } else { 3 }, "asked for again under its key");
        })
        .await;
    }
}

#[tokio::test]
async fn a_panic_over_a_reply_that_was_left_takes_no_other_with_it() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let phones = [shop.joins("小美測試").await, shop.joins("小華測試").await];
        shop.sandbox.fault(Fault::times(FaultKind::RateLimited, 2).at(Endpoint::Reply));
        for phone in &phones {
            shop.says(phone, "集點卡").await;
        }
        shop.advance(TimeDelta::seconds(3)).await;
        let replica = shop.replica_over(31, Panics::over("/reply", &shop, false));
        assert_eq!(replies::sweep(&replica).await.unwrap(), 1);
        shop.advance(TimeDelta::minutes(5)).await;
        assert_eq!(replies::sweep(&replica).await.unwrap(), 0);
        let states = query(&db, "select state from reply order by created_at desc, id desc limit 2");
        let mut states = states.values::<String>().await.unwrap();
        states.sort();
        assert_eq!(states, ["sent", "unknown"], "nobody knows what became of the one it panicked over");
    })
    .await;
}

/// A way to LINE on which the program panics over the first request to `path`.
struct Panics {
    line: Arc<dyn Transport>,
    path: &'static str,
    /// Whether LINE gets it first.
    arrives: bool,
    is_over: AtomicBool,
}

impl Panics {
    fn over(path: &'static str, shop: &Shop, arrives: bool) -> Arc<Self> {
        Arc::new(Self { line: shop.sandbox.transport(), path, arrives, is_over: AtomicBool::new(false) })
    }
}

impl Transport for Panics {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Lost>> {
        Box::pin(async move {
            let strikes = request.uri().path().ends_with(self.path) && !self.is_over.swap(true, Ordering::Relaxed);
            if strikes && !self.arrives {
                panic!("a fault of the tests");
            }
            let answer = self.line.send(request).await;
            assert!(!strikes, "a fault of the tests");
            answer
        })
    }
}

/// Something in the sender's own loop panics, here the log over a line of it: it starts again and sends.
#[tokio::test]
async fn a_sender_that_panics_starts_again() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, _) = shop.a_run(TO_ALL, 3).await;
        let log = PanickingLog::over("the sender could not look for work");
        let _guard = log.listens();
        query(db.writer(), "alter table lease rename to away").execute().await.unwrap();
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        worker::start(&shop.app, &tasks, &stop);
        log.has_panicked().await;
        query(db.writer(), "alter table away rename to lease").execute().await.unwrap();
        let sent = timeout(Duration::from_secs(20), until_asked(&shop.sandbox, "multicast")).await;
        stop.cancel();
        tasks.close();
        tasks.wait().await;
        assert!(sent.is_ok(), "it never came back");
        shop.send().await;
        all_have_one(&shop, &phones).await;
    })
    .await;
}

/// A log that panics once, over a line that tells these words.
#[derive(Clone)]
pub(super) struct PanickingLog {
    words: &'static str,
    is_over: Arc<AtomicBool>,
}

impl PanickingLog {
    pub(super) fn over(words: &'static str) -> Self {
        Self { words, is_over: Arc::default() }
    }

    pub(super) fn listens(&self) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        tracing::subscriber::set_default(tracing_subscriber::fmt().with_writer(move || log.clone()).finish())
    }

    pub(super) async fn has_panicked(&self) {
        let panics = async {
            while !self.is_over.load(Ordering::Relaxed) {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(20), panics).await.expect("it said so and panicked over it");
    }
}

impl std::io::Write for PanickingLog {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let strikes = String::from_utf8_lossy(line).contains(self.words);
        assert!(!strikes || self.is_over.swap(true, Ordering::Relaxed), "a fault of the tests");
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn those_beside_somebody_line_does_not_know_get_it_once() {
    for strangers in [1, 2] {
        on_both(async |db| {
            let shop = Shop::open(&db).await;
            shop.writes("campaigns/winback.yaml", TO_ALL);
            let mut phones = shop.regulars(20).await;
            for n in 0..strangers {
                let stranger: LineUserId = format!("U{}", n.to_string().repeat(32)).parse().unwrap();
                query(db.writer(), "update friend set line_user_id = $1 where line_user_id = $2")
                    .bind(stranger)
                    .bind(phones.remove(7 * n))
                    .execute()
                    .await
                    .unwrap();
            }
            shop.sandbox.tune(|world| world.refuses_strangers = true);
            let run = shop.starts("winback").await;
            shop.send_within(PATIENCE).await;
            assert_eq!(shop.copies(&phones), [0, phones.len()]);
            let (some, others) = (i64::try_from(strangers).unwrap(), i64::try_from(phones.len()).unwrap());
            let status = shop.status("winback").await;
            assert_eq!(
                (status.state, status.planned, status.accepted, status.refused),
                (State::Done, 20, others, some)
            );
            assert_eq!(json!(status.more.refused), json!([{ "reason": "unknown_to_line", "count": some }]));
            assert_eq!(approval::find(&db, run).await.unwrap().unwrap().taken, others);
            keys_are_sound(&shop.sandbox);
        })
        .await;
    }
}
