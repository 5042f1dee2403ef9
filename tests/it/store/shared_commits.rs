//! SQLite's shared commits. The letters are those of the rules in `store/writer.rs`.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::poll;
use shuke::store::{Db, OpenOptions, Tx, is_unavailable, query};
use tokio::task::JoinHandle;

use crate::harness::Fresh;

type Begun = JoinHandle<sqlx::Result<Tx>>;

async fn fresh() -> Fresh {
    let fresh = Fresh::sqlite(OpenOptions::default()).await;
    query(fresh.db.writer(), "create table note (n bigint primary key, t text)").execute().await.expect("a table");
    fresh
}

async fn insert(tx: &mut Tx, n: i64) -> sqlx::Result<u64> {
    query(tx, "insert into note (n, t) values ($1, '')").bind(n).execute().await
}

async fn there(db: &Db) -> Vec<i64> {
    query(db, "select n from note order by n").values().await.expect("they are read")
}

/// Three transactions that stand in the queue before their committer does, so that they share its COMMIT.
async fn three_of_a_group(db: &Db) -> [Begun; 3] {
    let first = db.begin().await.expect("it begins");
    settle().await;
    let mut begun = Vec::new();
    for _ in 0..3 {
        begun.push(tokio::spawn(db.begin()));
        settle().await;
    }
    first.commit().await.expect("it commits");
    begun.try_into().expect("three")
}

/// Lets every task that can go on do so (the runtime of these tests has one thread).
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

async fn turn(begun: Begun) -> Tx {
    begun.await.expect("the task ends").expect("it begins")
}

/// Leaves the work to the group's commit; the handle ends with that.
async fn keep(tx: Tx) -> JoinHandle<sqlx::Result<()>> {
    let kept = tokio::spawn(tx.commit());
    settle().await;
    kept
}

async fn outcome(kept: JoinHandle<sqlx::Result<()>>) -> sqlx::Result<()> {
    kept.await.expect("the task ends")
}

#[tokio::test]
async fn transactions_that_queue_together_share_one_commit() {
    let fresh = fresh().await;
    let [a, b, c] = three_of_a_group(&fresh.db).await;
    let mut a = turn(a).await;
    insert(&mut a, 1).await.expect("inserted");
    let a = keep(a).await;
    let mut b = turn(b).await;
    assert!(!a.is_finished(), "the commit waits for those who queued");
    assert_eq!(there(&fresh.db).await, [0; 0], "nothing is committed yet");
    assert_eq!(query(&mut b, "select n from note").values::<i64>().await.expect("read"), [1], "the neighbour sees it");
    insert(&mut b, 2).await.expect("inserted");
    let b = keep(b).await;
    let mut c = turn(c).await;
    insert(&mut c, 3).await.expect("inserted");
    c.commit().await.expect("it commits");
    assert!(a.is_finished() && b.is_finished(), "all at once");
    assert_eq!(there(&fresh.db).await, [1, 2, 3]);
    fresh.remove().await;
}

/// (b) A member that goes away takes back its own work and nobody else's, wherever it stood.
#[tokio::test]
async fn a_dropped_transaction_takes_back_its_own_work_only() {
    for dropped in 1..=3 {
        let fresh = fresh().await;
        let mut kept = Vec::new();
        for (n, begun) in (1..).zip(three_of_a_group(&fresh.db).await) {
            let mut tx = turn(begun).await;
            insert(&mut tx, n).await.expect("inserted");
            if n == dropped { drop(tx) } else { kept.push(keep(tx).await) }
        }
        for kept in kept {
            outcome(kept).await.expect("it commits");
        }
        let expected: Vec<i64> = (1..=3).filter(|n| *n != dropped).collect();
        assert_eq!(there(&fresh.db).await, expected);
        fresh.remove().await;
    }
}

/// (c) and (d) A full disk ends the whole transaction inside SQLite. The one who met it takes no further statements (they
/// would be kept alone), its neighbours are told, and all goes on once there is room.
#[tokio::test]
async fn a_full_disk_fails_the_whole_group_and_keeps_nothing_of_it() {
    let fresh = fresh().await;
    let db = &fresh.db;
    let pages: i64 = query(db, "pragma page_count").value().await.expect("read");
    let mut pragma = db.begin().await.expect("it begins");
    query(&mut pragma, "pragma max_page_count = ").push(limit_text(pages)).value::<i64>().await.expect("set");
    pragma.commit().await.expect("it commits");

    let [a, b, c] = three_of_a_group(db).await;
    let mut a = turn(a).await;
    insert(&mut a, 1).await.expect("there is room for a small row");
    let a = keep(a).await;
    let mut b = turn(b).await;
    let full = query(&mut b, "insert into note (n, t) values (2, hex(zeroblob(4000000)))")
        .execute()
        .await
        .expect_err("no room");
    assert!(is_unavailable(&full), "{full}");
    insert(&mut b, 20).await.expect_err("it takes no more");
    b.commit().await.expect_err("nor is it kept");
    let lost = outcome(a).await.expect_err("the neighbour's work went with it");
    assert!(is_unavailable(&lost), "{lost}");
    let mut c = turn(c).await;
    insert(&mut c, 3).await.expect("the next has a transaction of its own");
    c.commit().await.expect("it commits");
    assert_eq!(there(db).await, [3]);

    query(db.writer(), "pragma max_page_count = 1073741823").value::<i64>().await.expect("room again");
    query(db.writer(), "insert into note (n, t) values (2, hex(zeroblob(4000000)))")
        .execute()
        .await
        .expect("there is room");
    assert_eq!(query(db, "pragma integrity_check").value::<String>().await.expect("checked"), "ok");
    fresh.remove().await;
}

/// `push` takes only texts of the program, so the few page counts a test can meet stand here.
fn limit_text(pages: i64) -> &'static str {
    Box::leak((pages + 2).to_string().into_boxed_str())
}

/// (d) Somebody ended the transaction under everyone: all of the group are told, nobody is told that it went well.
#[tokio::test]
async fn a_vanished_savepoint_fails_the_whole_group() {
    let fresh = fresh().await;
    let [a, b, c] = three_of_a_group(&fresh.db).await;
    let mut a = turn(a).await;
    insert(&mut a, 1).await.expect("inserted");
    let a = keep(a).await;
    let mut b = turn(b).await;
    query(&mut b, "rollback").execute().await.expect("SQLite does as it is told");
    let b = keep(b).await;
    let c = turn(c).await;
    outcome(a).await.expect_err("told");
    outcome(b).await.expect_err("told");
    c.commit().await.expect("the next group is another");
    assert_eq!(there(&fresh.db).await, [0; 0]);
    fresh.remove().await;
}

/// (d) COMMIT itself fails, here on a foreign key that waited for it: all are told, nothing is kept.
#[tokio::test]
async fn a_commit_that_fails_fails_the_whole_group() {
    let fresh = fresh().await;
    query(fresh.db.writer(), "create table child (note bigint references note (n) deferrable initially deferred)")
        .execute()
        .await
        .expect("a table");
    let [a, b, c] = three_of_a_group(&fresh.db).await;
    let mut a = turn(a).await;
    insert(&mut a, 1).await.expect("inserted");
    let a = keep(a).await;
    let mut b = turn(b).await;
    query(&mut b, "insert into child (note) values (99)").execute().await.expect("checked at the commit only");
    let b = keep(b).await;
    drop(turn(c).await);
    outcome(a).await.expect_err("told");
    outcome(b).await.expect_err("told");
    let mut next = fresh.db.begin().await.expect("it goes on");
    insert(&mut next, 4).await.expect("inserted");
    next.commit().await.expect("it commits");
    assert_eq!(there(&fresh.db).await, [4]);
    fresh.remove().await;
}

/// (e) "It is there already" may rest on a row that is not on disk yet: it is not said before that row is, and not at all
/// when that row is lost.
#[tokio::test]
async fn a_refusal_is_answered_after_the_commit_it_rests_on() {
    for group_fails in [false, true] {
        let fresh = fresh().await;
        let [a, b, c] = three_of_a_group(&fresh.db).await;
        let mut a = turn(a).await;
        insert(&mut a, 1).await.expect("inserted");
        let a = keep(a).await;
        let mut b = turn(b).await;
        let added = query(&mut b, "insert into note (n) values (1) on conflict do nothing")
            .execute()
            .await
            .expect("a duplicate");
        assert_eq!(added, 0, "b would answer: it is there already");
        let mut refusal = pin!(b.commit());
        assert!(poll!(refusal.as_mut()).is_pending());
        let mut c = turn(c).await;
        assert!(poll!(refusal.as_mut()).is_pending(), "the group is not committed yet");
        if group_fails {
            query(&mut c, "rollback").execute().await.expect("it ends the transaction under all");
            keep(c).await;
            outcome(a).await.expect_err("lost");
            refusal.await.expect_err("so the answer would be wrong");
        } else {
            c.commit().await.expect("it commits");
            outcome(a).await.expect("it commits");
            refusal.await.expect("now it may be said");
        }
        fresh.remove().await;
    }
}

#[tokio::test]
async fn one_statement_that_writes_is_a_transaction_of_its_own() {
    let fresh = fresh().await;
    let n: i64 =
        query(fresh.db.writer(), "insert into note (n) values (5) returning n").value().await.expect("inserted");
    assert_eq!((n, there(&fresh.db).await), (5, vec![5]));
    query(fresh.db.writer(), "insert into note (n) values (5)").execute().await.expect_err("it is there");
    query(fresh.db.writer(), "insert into note (n) values (6)").execute().await.expect("the next is not disturbed");
    fresh.remove().await;
}

/// (f) The command line opens the same file: it gets its turn beside a writer that never rests.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_gets_its_turn_beside_unbroken_load() {
    let fresh = fresh().await;
    let is_over = Arc::new(AtomicBool::new(false));
    let load: Vec<_> = (0..16)
        .map(|lane| {
            let (db, is_over) = (fresh.db.clone(), Arc::clone(&is_over));
            tokio::spawn(async move {
                let mut n = 1_000_000 * (lane + 1);
                while !is_over.load(Ordering::Relaxed) {
                    let mut tx = db.begin().await?;
                    insert(&mut tx, n).await?;
                    tx.commit().await?;
                    n += 1;
                }
                Ok::<_, sqlx::Error>(())
            })
        })
        .collect();
    let second = fresh.open_again(OpenOptions::default()).await;
    for n in 0..3 {
        tokio::time::sleep(Duration::from_millis(150)).await;
        let asked = Instant::now();
        let mut tx = second.begin().await.expect("its turn comes");
        insert(&mut tx, n).await.expect("inserted");
        tx.commit().await.expect("it commits");
        assert!(asked.elapsed() < Duration::from_secs(4), "it waited {:?}", asked.elapsed());
    }
    is_over.store(true, Ordering::Relaxed);
    for task in load {
        task.await.expect("it ends").expect("nobody is disturbed");
    }
    second.close().await;
    fresh.remove().await;
}

/// Nobody waits longer than the patience, also not for another process; and who gives up in the queue is not told that the
/// one in front of it holds the file, when that one waits too.
#[tokio::test]
async fn one_who_gives_up_behind_a_waiter_is_told_what_that_waits_for() {
    let fresh = fresh().await;
    let brief = OpenOptions {
        sqlite_busy: Duration::from_secs(2),
        patience: Duration::from_millis(100),
        ..OpenOptions::default()
    };
    let second = fresh.open_again(brief).await;
    let held = fresh.db.begin().await.expect("it begins");
    let (first, behind) = tokio::join!(second.begin(), second.begin());
    for gave_up in [first, behind] {
        let error = gave_up.expect_err("the file is held").to_string();
        assert!(error.contains("held by other processes that write to the file"), "{error}");
    }
    drop(held);
    settle().await;
    second.close().await;
    fresh.remove().await;
}

/// Another process that holds the file makes `begin` wait, then say so.
#[tokio::test]
async fn a_file_another_process_holds_is_waited_for_and_named() {
    let fresh = fresh().await;
    let brief = OpenOptions { sqlite_busy: Duration::from_millis(100), ..OpenOptions::default() };
    let second = fresh.open_again(brief).await;
    let held = fresh.db.begin().await.expect("it begins");
    let error = second.begin().await.expect_err("the file is held");
    assert!(is_unavailable(&error) && error.to_string().contains("another process"), "{error}");
    drop(held);
    settle().await;
    let mut waits = 0;
    while second.begin().await.is_err() {
        waits += 1;
        assert!(waits < 20, "the file is free again");
    }
    second.close().await;
    fresh.remove().await;
}
