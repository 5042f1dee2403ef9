//! Leases: one holder at a time, and a token that tells a new holder from an old one.

use chrono::TimeDelta;
use shuke::ids::HolderId;
use shuke::store::lease::{release, renew, still_held, take};
use shuke::store::{Db, query};
use uuid::Uuid;

use crate::harness::{a_monday, on_both};

const TTL: TimeDelta = TimeDelta::seconds(15);

fn holder(n: u128) -> HolderId {
    HolderId(Uuid::from_u128(n))
}

#[tokio::test]
async fn one_holder_at_a_time() {
    on_both(async |db| {
        let now = a_monday();
        let first = take(db.writer(), "sender", holder(1), now, TTL).await.expect("asked").expect("it is free");
        assert_eq!((first.token, first.ends_at), (1, now + TTL));
        assert_eq!(
            take(db.writer(), "sender", holder(2), now + TTL - TimeDelta::microseconds(1), TTL).await.expect("asked"),
            None
        );
        assert!(
            take(db.writer(), "closer", holder(2), now, TTL).await.expect("asked").is_some(),
            "another lease is free"
        );
        let again = take(db.writer(), "sender", holder(1), now + TimeDelta::seconds(5), TTL)
            .await
            .expect("asked")
            .expect("its own");
        assert_eq!(again.token, 1, "the same holder keeps its token");
        let second =
            take(db.writer(), "sender", holder(2), again.ends_at, TTL).await.expect("asked").expect("it has ended");
        assert_eq!(second.token, 2);
        assert_eq!(renew(db.writer(), &again, again.ends_at, TTL).await.expect("asked"), None, "the old holder is out");
    })
    .await;
}

#[tokio::test]
async fn a_lease_is_renewed_while_it_lasts_and_given_back() {
    on_both(async |db| {
        let now = a_monday();
        let lease = take(db.writer(), "sender", holder(1), now, TTL).await.expect("asked").expect("free");
        let lease =
            renew(db.writer(), &lease, now + TimeDelta::seconds(10), TTL).await.expect("asked").expect("still its own");
        assert_eq!(lease.ends_at, now + TimeDelta::seconds(25));
        release(db.writer(), &lease).await.expect("given back");
        let next = take(db.writer(), "sender", holder(2), now + TimeDelta::seconds(11), TTL)
            .await
            .expect("asked")
            .expect("free at once");
        assert_eq!(next.token, 2);
        release(db.writer(), &lease).await.expect("nothing happens");
        assert!(
            holds(&db, &next, now + TimeDelta::seconds(12)).await,
            "the old holder cannot give back what is another's"
        );
    })
    .await;
}

async fn holds(db: &Db, lease: &shuke::store::lease::Lease, now: chrono::DateTime<chrono::Utc>) -> bool {
    let mut tx = db.begin().await.expect("it begins");
    let held = still_held(&mut tx, lease, now).await.expect("asked");
    tx.commit().await.expect("it commits");
    held
}

/// A holder that was stopped for longer than its lease wakes up and marks work done: it finds that it may not.
#[tokio::test]
async fn a_holder_that_slept_cannot_mark_work_done() {
    on_both(async |db| {
        let now = a_monday();
        let slept = take(db.writer(), "sender", holder(1), now, TTL).await.expect("asked").expect("free");
        assert!(holds(&db, &slept, now + TimeDelta::seconds(14)).await);
        assert!(!holds(&db, &slept, now + TTL).await, "it has ended though nobody took it");
        let woken = now + TimeDelta::seconds(20);
        take(db.writer(), "sender", holder(2), woken, TTL).await.expect("asked").expect("free");
        assert!(!holds(&db, &slept, woken).await);
        // The same process again, after another had it, is a new holder too.
        let later = woken + TTL;
        let back = take(db.writer(), "sender", holder(1), later, TTL).await.expect("asked").expect("free");
        assert_eq!(back.token, 3);
        assert!(!holds(&db, &slept, later).await);
    })
    .await;
}

/// Nobody did the work while its lease had ended: what it began before still counts, unless another held it in between.
#[tokio::test]
async fn a_holder_that_takes_its_own_ended_lease_again_keeps_its_token() {
    on_both(async |db| {
        let now = a_monday();
        let first = take(db.writer(), "sender", holder(1), now, TTL).await.expect("asked").expect("free");
        let woken = now + TTL * 2;
        assert!(!holds(&db, &first, woken).await);
        let again = take(db.writer(), "sender", holder(1), woken, TTL).await.expect("asked").expect("free");
        assert_eq!((again.token, again.ends_at), (first.token, woken + TTL));
        assert!(holds(&db, &first, woken).await, "what it began before counts");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_that_race_one_gets_it() {
    on_both(async |db| {
        for round in 0..20 {
            let now = a_monday() + TTL * round;
            let racers: Vec<_> = (1..=6)
                .map(|n| {
                    let (db, holder) = (db.clone(), holder(n + 10 * u128::from(round.unsigned_abs())));
                    tokio::spawn(async move { take(db.writer(), "sender", holder, now, TTL).await })
                })
                .collect();
            let mut winners = 0;
            for racer in racers {
                winners += usize::from(racer.await.expect("it ends").expect("asked").is_some());
            }
            assert_eq!(winners, 1, "round {round}");
        }
        let token: i64 = query(&db, "select token from lease").value().await.expect("read");
        assert_eq!(token, 20, "a token for each new holder");
    })
    .await;
}

/// On PostgreSQL the check holds the row, so the lease cannot change hands before the mark is committed.
#[tokio::test]
async fn a_lease_does_not_change_hands_between_the_check_and_the_mark() {
    on_both(async |db| {
        let now = a_monday();
        let lease = take(db.writer(), "sender", holder(1), now, TTL).await.expect("asked").expect("free");
        let mut tx = db.begin().await.expect("it begins");
        assert!(still_held(&mut tx, &lease, now + TimeDelta::seconds(14)).await.expect("asked"));
        let taking = tokio::spawn({
            let db = db.clone();
            async move { take(db.writer(), "sender", holder(2), now + TTL, TTL).await }
        });
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        assert!(!taking.is_finished(), "it waits for the mark");
        tx.commit().await.expect("it commits");
        assert!(taking.await.expect("it ends").expect("asked").is_some());
    })
    .await;
}

/// Each clock is off by less than five minutes, one to this side and one to that.
#[tokio::test]
async fn replicas_whose_clocks_differ_do_not_take_a_lease_from_each_other() {
    on_both(async |db| {
        let ttl = TimeDelta::seconds(3);
        for (round, apart) in [4, 60, 590].into_iter().enumerate() {
            let name = format!("sender/{round}");
            let (behind, apart) = (a_monday(), TimeDelta::seconds(apart));
            take(db.writer(), &name, holder(1), behind, ttl).await.expect("asked").expect("it is free");
            let mut tokens = Vec::new();
            for second in (0..20).map(TimeDelta::seconds) {
                for (who, now) in [(2, behind + apart + second), (1, behind + second)] {
                    let taken = take(db.writer(), &name, holder(who), now, ttl).await.expect("asked");
                    tokens.extend(taken.map(|lease| (who, lease.token)));
                }
            }
            assert_eq!(tokens, [(2, 2); 20], "the one ahead has it, {apart}");
            let lease =
                take(db.writer(), &name, holder(2), behind + apart, ttl).await.expect("asked").expect("its own");
            release(db.writer(), &lease).await.expect("given back");
            let next = take(db.writer(), &name, holder(1), behind, ttl).await.expect("asked");
            assert_eq!(next.map(|lease| lease.token), Some(3), "given back it is free by every clock");
        }
    })
    .await;
}

#[tokio::test]
async fn a_lease_from_before_the_clock_stepped_back_counts_as_ended() {
    on_both(async |db| {
        let now = a_monday();
        take(db.writer(), "sender", holder(1), now, TTL).await.expect("asked").expect("it is free");
        let little = now - TTL;
        assert_eq!(take(db.writer(), "sender", holder(2), little, TTL).await.expect("asked"), None, "clocks differ");
        let earlier = now - TimeDelta::hours(1);
        let second = take(db.writer(), "sender", holder(2), earlier, TTL).await.expect("asked").expect("it is over");
        assert_eq!(second.token, 2, "the first may mark nothing any more");
    })
    .await;
}
