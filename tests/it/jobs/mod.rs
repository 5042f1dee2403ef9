//! The durable queue on both engines.

mod schedules;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use shuke::ids::{HolderId, Ids, LineUserId};
use shuke::jobs::{self, ATTEMPTS, Claimed, Fate, Task, Wait, When};
use shuke::members::profiles::FetchProfile;
use shuke::store::{Db, query};
use shuke::worker;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::harness::{a_monday, ids, on_both};
use crate::shop::{Shop, Waits};

const LEASE: TimeDelta = TimeDelta::seconds(60);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Greet {
    who: String,
}

impl Task for Greet {
    const NAME: &'static str = "greet";
    const FORMAT: i64 = 2;
}

fn greet(who: &str) -> Greet {
    Greet { who: String::from(who) }
}

fn worker(n: u128) -> HolderId {
    HolderId(Uuid::from_u128(n))
}

async fn enqueue(db: &Db, ids: &Ids, now: DateTime<Utc>, who: &str, when: When) {
    let mut tx = db.begin().await.expect("it begins");
    jobs::enqueue(&mut tx, ids, now, &greet(who), when).await.expect("enqueued");
    tx.commit().await.expect("it commits");
}

async fn claim(db: &Db, n: u128, now: DateTime<Utc>, limit: i64) -> Vec<Claimed> {
    jobs::claim(db, worker(n), now, &[Greet::NAME], limit, LEASE).await.expect("claimed")
}

async fn claim_one(db: &Db, now: DateTime<Utc>) -> Claimed {
    claim(db, 1, now, 1).await.pop().expect("a job is due")
}

async fn sweep(db: &Db, now: DateTime<Utc>) -> u64 {
    jobs::sweep(db, now, LEASE, 10).await.expect("swept")
}

async fn put_back(db: &Db, job: &Claimed, now: DateTime<Utc>, wait: Wait, error: &str) -> Fate {
    let mut tx = db.begin().await.expect("it begins");
    let fate = jobs::retry_later(&mut tx, job, now, wait, error).await.expect("put back");
    tx.commit().await.expect("it commits");
    fate
}

#[tokio::test]
async fn a_job_goes_through_the_queue() {
    on_both(async |db| {
        let now = a_monday();
        enqueue(&db, &ids(), now, "Mei", When::now()).await;
        let job = claim_one(&db, now).await;
        assert_eq!((job.name.as_str(), job.format, job.attempts, job.leased_by), ("greet", 2, 1, worker(1)));
        assert_eq!(job.leased_until, now + LEASE);
        assert_eq!(job.task::<Greet>().expect("it reads"), greet("Mei"));
        assert!(claim(&db, 2, now, 10).await.is_empty(), "it is taken");
        assert!(jobs::finish(db.writer(), &job).await.expect("finished"));
        assert!(!jobs::finish(db.writer(), &job).await.expect("asked"), "once");
        assert_eq!(jobs::count(&db).await.expect("counted"), (0, 0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_job_is_not_there_when_its_transaction_is_not() {
    on_both(async |db| {
        let mut tx = db.begin().await.expect("it begins");
        jobs::enqueue(&mut tx, &ids(), a_monday(), &greet("Mei"), When::now()).await.expect("enqueued");
        drop(tx);
        assert!(claim(&db, 1, a_monday(), 10).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn jobs_run_when_due_and_in_order_of_priority() {
    on_both(async |db| {
        let (now, ids) = (a_monday(), ids());
        enqueue(&db, &ids, now, "later", When::at(now + TimeDelta::hours(1))).await;
        enqueue(&db, &ids, now, "second", When::now()).await;
        enqueue(&db, &ids, now, "first", When { priority: -1, ..When::now() }).await;
        assert!(
            jobs::claim(&db, worker(1), now, &["other"], 10, LEASE).await.expect("claimed").is_empty(),
            "of its names only"
        );
        let names =
            |jobs: Vec<Claimed>| jobs.iter().map(|job| job.task::<Greet>().expect("it reads").who).collect::<Vec<_>>();
        assert_eq!(names(claim(&db, 1, now, 1).await), ["first"]);
        assert_eq!(names(claim(&db, 1, now, 9).await), ["second"]);
        assert_eq!(names(claim(&db, 1, now + TimeDelta::hours(1), 9).await), ["later"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_workers_claim_each_job_once() {
    on_both(async |db| {
        let (now, ids) = (a_monday(), ids());
        let mut tx = db.begin().await.expect("it begins");
        for n in 0..500 {
            jobs::enqueue(&mut tx, &ids, now, &greet(&n.to_string()), When::now()).await.expect("enqueued");
        }
        tx.commit().await.expect("it commits");
        let workers: Vec<_> = (1..=4)
            .map(|n| {
                let db = db.clone();
                tokio::spawn(async move {
                    let mut mine = Vec::new();
                    loop {
                        let claimed = claim(&db, n, now, 7).await;
                        if claimed.is_empty() {
                            return mine;
                        }
                        for job in claimed {
                            assert!(jobs::finish(db.writer(), &job).await.expect("finished"));
                            mine.push(job.task::<Greet>().expect("it reads").who);
                        }
                    }
                })
            })
            .collect();
        let mut times = BTreeMap::new();
        for worker in workers {
            for who in worker.await.expect("it ends") {
                *times.entry(who).or_insert(0) += 1;
            }
        }
        assert_eq!(times.len(), 500);
        assert!(times.values().all(|n| *n == 1), "{times:?}");
    })
    .await;
}

#[tokio::test]
async fn a_unique_job_waits_once_and_at_the_earlier_time() {
    on_both(async |db| {
        let (now, ids) = (a_monday(), ids());
        let later = now + TimeDelta::minutes(5);
        enqueue(&db, &ids, now, "a", When::at(later).unique("mei")).await;
        enqueue(&db, &ids, now, "b", When::at(later + TimeDelta::hours(1)).unique("mei")).await;
        enqueue(&db, &ids, now, "c", When::at(later).unique("an")).await;
        assert_eq!(jobs::count(&db).await.expect("counted").0, 2);
        enqueue(&db, &ids, now, "d", When::now().unique("mei")).await;
        let job = claim_one(&db, now).await;
        assert_eq!(job.task::<Greet>().expect("it reads"), greet("a"), "the first one, brought forward");
        // Asked for again while it runs: what it has seen may be old by now, so it waits again.
        enqueue(&db, &ids, now, "e", When::at(later).unique("mei")).await;
        assert_eq!(jobs::count(&db).await.expect("counted"), (2, 1, 0));
        // The running one fails: the waiting one does its work, at the earlier of the two times.
        let Fate::Merged = put_back(&db, &job, now, Wait::For(TimeDelta::seconds(1)), "no").await else {
            panic!("it merges")
        };
        assert_eq!(jobs::count(&db).await.expect("counted"), (2, 0, 0));
        assert_eq!(claim_one(&db, now + TimeDelta::seconds(1)).await.task::<Greet>().expect("it reads"), greet("e"));
    })
    .await;
}

#[tokio::test]
async fn a_job_that_fails_ten_times_is_dead_and_can_be_revived() {
    on_both(async |db| {
        let mut now = a_monday();
        enqueue(&db, &ids(), now, "Mei", When::now()).await;
        for attempt in 1..=ATTEMPTS {
            let job = claim_one(&db, now).await;
            assert_eq!(job.attempts, attempt);
            match put_back(&db, &job, now, Wait::Backoff, "it broke").await {
                Fate::Waits(at) if attempt < ATTEMPTS => {
                    assert!(claim(&db, 1, at - TimeDelta::microseconds(1), 1).await.is_empty(), "not before its time");
                    now = at;
                }
                Fate::Died if attempt == ATTEMPTS => {}
                other => panic!("attempt {attempt}: {other:?}"),
            }
        }
        assert!(now - a_monday() > TimeDelta::hours(37), "the tries spread over a day and a half");
        let dead = jobs::list(&db, None, 10).await.expect("listed");
        assert_eq!((dead.len(), dead[0].attempts, dead[0].error.as_deref()), (1, 10, Some("it broke")));
        assert!(claim(&db, 1, now + TimeDelta::days(365), 1).await.is_empty());
        assert!(jobs::list(&db, Some(dead[0].id), 10).await.expect("listed").is_empty(), "the next page");
        assert!(jobs::revive(db.writer(), dead[0].id, now).await.expect("revived"));
        assert!(!jobs::revive(db.writer(), dead[0].id, now).await.expect("asked"), "once");
        assert_eq!(claim_one(&db, now).await.attempts, 1);
    })
    .await;
}

#[tokio::test]
async fn waiting_for_a_limit_uses_up_no_attempt() {
    on_both(async |db| {
        let mut now = a_monday();
        enqueue(&db, &ids(), now, "Mei", When::now()).await;
        for _ in 0..30 {
            let job = claim_one(&db, now).await;
            assert_eq!(job.attempts, 1);
            assert!(matches!(put_back(&db, &job, now, Wait::For(TimeDelta::seconds(7)), "429").await, Fate::Waits(_)));
            now += TimeDelta::seconds(7);
        }
    })
    .await;
}

#[tokio::test]
async fn a_job_can_be_given_up_at_once() {
    on_both(async |db| {
        enqueue(&db, &ids(), a_monday(), "Mei", When::now()).await;
        let job = claim_one(&db, a_monday()).await;
        assert!(jobs::give_up(db.writer(), &job, "there is no such member").await.expect("given up"));
        assert_eq!(jobs::count(&db).await.expect("counted"), (0, 0, 1));
    })
    .await;
}

/// A worker dies; its job comes back after the lease, and the worker, should it live after all, may not touch it any more.
#[tokio::test]
async fn a_dead_workers_job_comes_back_and_is_no_longer_its_own() {
    on_both(async |db| {
        let now = a_monday();
        enqueue(&db, &ids(), now, "Mei", When::now()).await;
        let lost = claim_one(&db, now).await;
        assert_eq!(sweep(&db, now + LEASE - TimeDelta::microseconds(1)).await, 0, "its lease lasts");
        assert_eq!(sweep(&db, now + LEASE).await, 1);
        let later = now + LEASE + TimeDelta::minutes(1);
        let second = claim_one(&db, later).await;
        assert_eq!((second.id, second.attempts), (lost.id, 2));
        assert!(!jobs::finish(db.writer(), &lost).await.expect("asked"), "not the first worker's any more");
        assert!(!jobs::give_up(db.writer(), &lost, "").await.expect("asked"));
        assert_eq!(put_back(&db, &lost, later, Wait::Backoff, "").await, Fate::Lost);
        // Not even when the second one gave its attempt back, so that the counts are equal again.
        put_back(&db, &second, later, Wait::For(TimeDelta::zero()), "").await;
        let third = claim_one(&db, later).await;
        assert_eq!(third.attempts, second.attempts);
        assert!(!jobs::finish(db.writer(), &second).await.expect("asked"));
        assert!(jobs::finish(db.writer(), &third).await.expect("finished"));
    })
    .await;
}

/// A job that kills its worker each time ends up dead instead of killing workers for ever.
#[tokio::test]
async fn a_job_that_kills_its_worker_each_time_ends_up_dead() {
    on_both(async |db| {
        let mut now = a_monday();
        enqueue(&db, &ids(), now, "poison", When::now()).await;
        for _ in 0..ATTEMPTS {
            claim_one(&db, now).await;
            assert_eq!(sweep(&db, now + LEASE).await, 1);
            now += TimeDelta::hours(12);
        }
        assert_eq!(jobs::count(&db).await.expect("counted"), (0, 0, 1));
    })
    .await;
}

#[tokio::test]
async fn a_dead_unique_job_is_not_revived_beside_its_successor() {
    on_both(async |db| {
        let (now, ids) = (a_monday(), ids());
        enqueue(&db, &ids, now, "old", When::now().unique("mei")).await;
        let job = claim_one(&db, now).await;
        jobs::give_up(db.writer(), &job, "no").await.expect("given up");
        enqueue(&db, &ids, now, "new", When::now().unique("mei")).await;
        assert!(!jobs::revive(db.writer(), job.id, now).await.expect("asked"));
        query(db.writer(), "delete from job where state = 'waiting'").execute().await.expect("deleted");
        assert!(jobs::revive(db.writer(), job.id, now).await.expect("revived"));
    })
    .await;
}

/// The wall clock is set back by a day: what was wanted before is neither lost nor waited for.
#[tokio::test]
async fn a_clock_that_steps_back_holds_up_no_job() {
    on_both(async |db| {
        let (now, ids) = (a_monday(), ids());
        let earlier = now - TimeDelta::days(1);
        enqueue(&db, &ids, now, "new", When::now()).await;
        assert_eq!(claim_one(&db, earlier).await.task::<Greet>().expect("a task"), greet("new"));
        assert_eq!(sweep(&db, earlier).await, 0, "its lease lasts");

        enqueue(&db, &ids, now, "left", When::now()).await;
        let left = claim_one(&db, now).await;
        assert_eq!(sweep(&db, earlier).await, 1, "its worker died before the clock was set back");
        assert_eq!(claim_one(&db, earlier + TimeDelta::minutes(1)).await.id, left.id);

        enqueue(&db, &ids, now, "failed", When::now()).await;
        let failed = claim_one(&db, now).await;
        assert!(matches!(put_back(&db, &failed, now, Wait::Backoff, "LINE is away").await, Fate::Waits(_)));
        assert!(claim(&db, 1, now, 1).await.is_empty(), "it waits");
        assert_eq!(claim_one(&db, earlier).await.id, failed.id);

        enqueue(&db, &ids, now, "later", When::at(now + TimeDelta::days(2))).await;
        assert!(claim(&db, 1, now, 1).await.is_empty(), "what is wanted later is not early");
    })
    .await;
}

/// LINE takes long over one profile; the next, asked for only then, is there meanwhile, and the stop waits for the first.
#[tokio::test]
async fn a_job_that_takes_long_holds_up_no_other() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let way = Waits::new(&shop.sandbox, |path| path.contains("/profile/"));
        let (app, stop) = (shop.replica_over(31, way.clone()), CancellationToken::new());
        let phones = shop.regulars(2).await;
        let (slow, quick) = (&phones[0], &phones[1]);
        query(db.writer(), "update friend set profile_at = null").execute().await.unwrap();
        let wants = async |phone: &LineUserId| {
            let mut tx = db.begin().await.unwrap();
            let task = FetchProfile { account: shop.account, line_user_id: phone.clone() };
            jobs::enqueue(&mut tx, &app.ids, app.clock.now(), &task, When::now()).await.unwrap();
            tx.commit().await.unwrap();
            app.jobs_bell.notify_one();
        };
        let is_done = async |phone: &LineUserId| {
            let known = "select 1 from friend where line_user_id = $1 and profile_at is not null";
            query(&db, known).bind(phone.clone()).optional_value::<i32>().await.unwrap().is_some()
        };
        let watches = async {
            wants(slow).await;
            way.asked.notified().await;
            wants(quick).await;
            let comes = async {
                while !is_done(quick).await {
                    tokio::task::yield_now().await;
                }
            };
            let came = tokio::time::timeout(std::time::Duration::from_secs(20), comes).await;
            stop.cancel();
            way.go_on.notify_one();
            came
        };
        let ((), came) = tokio::join!(worker::keep_running_jobs(app.clone(), stop.clone()), watches);
        assert!(came.is_ok(), "the second waits for the first");
        assert!(is_done(slow).await, "the stop waited for the one that ran");
        assert_eq!(jobs::count(&db).await.unwrap(), (0, 0, 0));
    })
    .await;
}
