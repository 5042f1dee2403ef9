//! What a transaction promises on both engines. The letters are those of the rules in `store/tx.rs` and `store/writer.rs`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::poll;
use shuke::ids::MemberId;
use shuke::store::{Db, OpenOptions, Tx, is_unavailable, query};
use tracing_subscriber::fmt::MakeWriter;
use uuid::Uuid;

use crate::harness::{Fresh, a_monday, each_engine, on_both};

/// Inserts the member whose number is `n`.
async fn insert(tx: &mut Tx, n: u128) -> sqlx::Result<u64> {
    query(tx, "insert into member (id, number, created_at) values ($1, $2, $3)")
        .bind(MemberId(Uuid::from_u128(n)))
        .bind(n.to_string())
        .bind(a_monday())
        .execute()
        .await
}

async fn numbers(db: &Db) -> Vec<String> {
    query(db, "select number from member order by id").values().await.expect("they are read")
}

#[tokio::test]
async fn committed_work_is_there_and_other_work_is_not() {
    on_both(async |db| {
        let mut tx = db.begin().await.expect("it begins");
        insert(&mut tx, 1).await.expect("inserted");
        assert_eq!(numbers(&db).await, [""; 0], "nobody sees it before the commit");
        tx.commit().await.expect("it commits");
        assert_eq!(numbers(&db).await, ["1"]);
        let mut tx = db.begin().await.expect("it begins");
        insert(&mut tx, 2).await.expect("inserted");
        tx.roll_back();
        assert_eq!(numbers(&db).await, ["1"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_acknowledged_is_synced() {
    on_both(async |db| {
        let mut tx = db.begin().await.expect("it begins");
        if db.is_postgres() {
            assert_eq!(query(&mut tx, "show synchronous_commit").value::<String>().await.expect("shown"), "on");
        } else {
            assert_eq!(query(&mut tx, "pragma synchronous").value::<i64>().await.expect("shown"), 2, "FULL");
            assert_eq!(query(&mut tx, "pragma journal_mode").value::<String>().await.expect("shown"), "wal");
            assert_eq!(query(&mut tx, "pragma foreign_keys").value::<i64>().await.expect("shown"), 1);
        }
        tx.commit().await.expect("it commits");
    })
    .await;
}

/// (a) The caller goes away at any moment: its two rows are there together or not at all, and whoever was told so has them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_is_not_cut_in_two_by_a_caller_that_goes_away() {
    on_both(async |db| {
        let told = Arc::new(Mutex::new(Vec::new()));
        let mut callers = Vec::new();
        for n in 0..200 {
            let (db, told) = (db.clone(), Arc::clone(&told));
            let caller = tokio::spawn(async move {
                let mut tx = db.begin().await?;
                insert(&mut tx, 1_000 + 2 * n).await?;
                insert(&mut tx, 1_001 + 2 * n).await?;
                tx.commit().await?;
                told.lock().expect("not poisoned").push(n);
                Ok::<_, sqlx::Error>(())
            });
            callers.push(tokio::spawn(async move {
                tokio::time::sleep(Duration::from_micros(u64::try_from(n * 97 % 7_000).expect("small"))).await;
                caller.abort();
                caller.await.ok();
            }));
        }
        for caller in callers {
            caller.await.expect("it ends");
        }
        // Whatever was on its way out is out once this one is through the queue.
        let mut tx = db.begin().await.expect("the writer still works");
        insert(&mut tx, 1).await.expect("inserted");
        tx.commit().await.expect("it commits");
        let there: Vec<u128> =
            numbers(&db).await.iter().map(|n| n.parse::<u128>().expect("a number")).filter(|n| *n >= 1_000).collect();
        for pair in there.chunks(2) {
            assert!(pair.len() == 2 && pair[0] % 2 == 0 && pair[1] == pair[0] + 1, "half a transaction: {pair:?}");
        }
        for n in told.lock().expect("not poisoned").iter() {
            assert!(there.contains(&(1_000 + 2 * n)), "{n} was told it was kept");
        }
    })
    .await;
}

/// (a) A caller that goes away right after asking for COMMIT does not take it back.
#[tokio::test]
async fn a_commit_asked_for_is_done_though_nobody_waits() {
    on_both(async |db| {
        let mut tx = db.begin().await.expect("it begins");
        insert(&mut tx, 1).await.expect("inserted");
        {
            let commit = std::pin::pin!(tx.commit());
            assert!(poll!(commit).is_pending(), "COMMIT takes a moment");
        }
        let mut patience = 1_000;
        while numbers(&db).await.is_empty() {
            patience -= 1;
            assert!(patience > 0, "it was never committed");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

/// Takes long on both engines, and adds one row in the end.
const LONG: &str = "insert into lease (name, holder, token, ends_at)
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 700000)
    select 'long', $1, max(i), $2 from n";

/// Begins the long statement and goes away before it is done.
async fn cut_off(tx: &mut Tx) {
    let long = query(tx, LONG).bind(Uuid::from_u128(1)).bind(a_monday()).execute();
    tokio::time::timeout(Duration::from_millis(2), long).await.expect_err("it takes longer");
}

/// (b) A transaction dropped in the middle of a long statement leaves nothing, and the next one is not disturbed.
#[tokio::test]
async fn a_transaction_dropped_within_a_statement_leaves_nothing() {
    on_both(async |db| {
        let mut tx = db.begin().await.expect("it begins");
        insert(&mut tx, 1).await.expect("inserted");
        cut_off(&mut tx).await;
        drop(tx);
        let mut tx = db.begin().await.expect("the next begins");
        insert(&mut tx, 2).await.expect("inserted");
        tx.commit().await.expect("it commits");
        assert_eq!(numbers(&db).await, ["2"]);
        assert_eq!(query(&db, "select count(*) from lease").value::<i64>().await.expect("counted"), 0);
    })
    .await;
}

/// (c) A statement that failed is the last one.
#[tokio::test]
async fn after_an_error_a_transaction_takes_no_more() {
    on_both(async |db| {
        let mut tx = db.begin().await.expect("it begins");
        insert(&mut tx, 1).await.expect("inserted");
        insert(&mut tx, 1).await.expect_err("it is there already");
        let error = insert(&mut tx, 2).await.expect_err("no more");
        assert!(error.to_string().contains("takes no more"), "{error}");
        tx.commit().await.expect_err("nothing is kept");
        assert_eq!(numbers(&db).await, [""; 0]);
    })
    .await;
}

/// (c) So is one that was cut off: what became of it is not known.
#[tokio::test]
async fn after_a_statement_that_was_cut_off_a_transaction_takes_no_more() {
    on_both(async |db| {
        let mut tx = db.begin().await.expect("it begins");
        insert(&mut tx, 1).await.expect("inserted");
        cut_off(&mut tx).await;
        insert(&mut tx, 2).await.expect_err("no more");
        tx.commit().await.expect_err("nothing is kept");
        assert_eq!(numbers(&db).await, [""; 0]);
    })
    .await;
}

/// (f) Waiting for a turn has an end, and whoever gives up is told who has the database.
#[tokio::test]
async fn begin_waits_for_its_turn_but_not_for_ever() {
    let options =
        OpenOptions { patience: Duration::from_millis(140), postgres_connections: 1, ..OpenOptions::default() };
    each_engine(options, async |fresh| {
        let db = &fresh.db;
        let line = line!() + 1;
        let holder = db.begin().await.expect("it begins");
        let statement = query(db.writer(), "update install set epoch = epoch").execute();
        for error in [db.begin().await.map(drop).expect_err("one at a time"), statement.await.expect_err("it too")] {
            assert!(is_unavailable(&error), "{error}");
            let told = error.to_string();
            let place = format!("the transaction begun at {}:{line}:", file!());
            assert!(told.contains("waited 0.1 s for a turn to write"), "{told}");
            assert!(told.contains(&place), "it names who has the database: {told}");
            assert!(!told.contains("no further connection"), "{told}");
        }
        drop(holder);
        db.begin().await.expect("now it begins").commit().await.expect("it commits");
    })
    .await;
}

/// (f) Where several may write at once, those who have been at it longest are named, and nobody who has ended.
#[tokio::test]
async fn all_who_hold_the_server_are_counted() {
    let options =
        OpenOptions { patience: Duration::from_millis(150), postgres_connections: 5, ..OpenOptions::default() };
    let fresh = Fresh::postgres(options).await;
    let db = &fresh.db;
    db.begin().await.expect("it begins").commit().await.expect("it commits");
    drop(db.begin().await.expect("it begins"));
    let line = line!() + 1;
    let first = db.begin().await.expect("it begins");
    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(db.begin().await.expect("it begins"));
    }
    let told = db.begin().await.expect_err("there are five").to_string();
    assert!(told.contains(&format!("; open are: the transaction begun at {}:{line}:", file!())), "{told}");
    assert!(told.ends_with(" and 2 more"), "{told}");
    others.pop().expect("one of them").commit().await.expect("it commits");
    others.push(db.begin().await.expect("its place is free"));
    drop((first, others));
    fresh.remove().await;
}

/// (f) Others have all connections the server gives: then none of ours is blamed.
#[tokio::test]
async fn who_finds_no_connection_is_told_of_no_transaction_of_ours() {
    let fresh = Fresh::postgres(OpenOptions::default()).await;
    let role = format!("shuke_one_{}", std::process::id());
    let run = async |sql: String| {
        query(fresh.db.writer(), Box::leak(sql.into_boxed_str())).execute().await.expect("the server obeys");
    };
    run(format!("create role {role} login connection limit 1")).await;
    let (_, server) = fresh.url.split_once('@').expect("the address names a user");
    let url = format!("postgres://{role}@{server}");
    let options = OpenOptions { patience: Duration::from_millis(500), ..OpenOptions::default() };
    let ours = Db::open(&url, options.clone()).await.expect("the one connection");
    let tx = ours.begin().await.expect("it begins");
    let told = ours.begin().await.expect_err("the server gives no second").to_string();
    assert!(told.contains("transactions.rs") && told.ends_with("; the server gives no further connection"), "{told}");
    drop(tx);
    run(format!("select pg_terminate_backend(pid) from pg_stat_activity where usename = '{role}'")).await;
    let theirs = Db::open(&url, options).await.expect("they are faster");
    let error = ours.begin().await.expect_err("theirs is the one connection");
    assert!(is_unavailable(&error), "{error}");
    let told = error.to_string();
    assert!(
        told.ends_with("; open are: no transaction of this process; the server gives no further connection"),
        "{told}"
    );
    ours.close().await;
    theirs.close().await;
    run(format!("drop role {role}")).await;
    fresh.remove().await;
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// (f) Whoever holds the writer long is named in the log.
#[tokio::test]
async fn a_long_transaction_is_logged() {
    let lines = Lines::default();
    let _guard = tracing::subscriber::set_default(tracing_subscriber::fmt().with_writer(lines.clone()).finish());
    on_both(async |db| {
        lines.0.lock().expect("not poisoned").clear();
        db.begin().await.expect("it begins").commit().await.expect("it commits");
        let tx = db.begin().await.expect("it begins");
        tokio::time::sleep(Duration::from_millis(260)).await;
        tx.commit().await.expect("it commits");
        let log = String::from_utf8(lines.0.lock().expect("not poisoned").clone()).expect("text");
        assert_eq!(log.matches("a transaction took long").count(), 1, "{log}");
        assert!(log.contains("transactions.rs"), "{log}");
    })
    .await;
}

/// Row locks on PostgreSQL, the one writer on SQLite: two that read and then write do not overwrite each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lock_rows_keeps_readers_that_write_apart() {
    on_both(async |db| {
        let mut tx = db.begin().await.expect("it begins");
        insert(&mut tx, 1).await.expect("inserted");
        tx.commit().await.expect("it commits");
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let db = db.clone();
                tokio::spawn(async move {
                    for _ in 0..10 {
                        let mut tx = db.begin().await?;
                        let version: i64 = query(&mut tx, "select version from member where number = '1'")
                            .lock_rows(" for update")
                            .value()
                            .await?;
                        tokio::task::yield_now().await;
                        query(&mut tx, "update member set version = $1 where number = '1'")
                            .bind(version + 1)
                            .execute()
                            .await?;
                        tx.commit().await?;
                    }
                    Ok::<_, sqlx::Error>(())
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("it ends").expect("it writes");
        }
        assert_eq!(query(&db, "select version from member").value::<i64>().await.expect("read"), 81);
    })
    .await;
}

#[tokio::test]
async fn a_closed_database_says_so() {
    on_both(async |db| {
        db.check_writable().await.expect("it can be written to");
        db.close().await;
        assert!(is_unavailable(&db.begin().await.expect_err("closed")));
        assert!(is_unavailable(&query(&db, "select 1").value::<i32>().await.expect_err("closed")));
    })
    .await;
}

#[test]
fn a_service_waits_five_seconds_for_its_turn_and_ten_for_another_process() {
    let OpenOptions { patience, sqlite_busy, .. } = OpenOptions::default();
    assert_eq!((patience, sqlite_busy), (Duration::from_secs(5), Duration::from_secs(10)));
}
