use std::path::PathBuf;

use tokio::task::JoinHandle;

use super::*;

#[test]
fn the_file_is_left_free_after_a_second_of_unbroken_load_only() {
    let ms = Duration::from_millis;
    let start = Instant::now();
    for (passed, held, rests) in
        [(999, 999, false), (1_000, 990, true), (1_500, 1_300, true), (1_000, 700, false), (60_000, 2_000, false)]
    {
        let mut load = Load { since: start, held: ms(held) };
        assert_eq!(load.wants_rest(start + ms(passed)), rests, "{held} of {passed} ms");
        assert_eq!(load.held, if passed < 1_000 { ms(held) } else { Duration::ZERO });
    }
}

/// A writer on a file of its own with one table.
struct Shelf {
    writer: Writer,
    folder: PathBuf,
}

impl Shelf {
    async fn open(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("shuke-writer-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let file = SqliteConnectOptions::new().filename(folder.join("db")).create_if_missing(true);
        let connection = file.connect().await.expect("a file");
        let shelf = Self { writer: Writer::new(file, connection, Duration::from_secs(5)), folder };
        shelf.writes("create table note (n bigint primary key)").await;
        shelf
    }

    async fn begin(&self) -> sqlx::Result<Turn> {
        self.writer.begin(Location::caller()).await
    }

    async fn writes(&self, sql: &'static str) {
        let mut turn = self.begin().await.expect("it begins");
        run(&mut turn, sql).await.expect("it is written");
        turn.keep().await.expect("it is kept");
    }

    /// Two that will share a COMMIT: they stand in the queue before their committer does.
    async fn two_of_a_group(&self) -> [JoinHandle<sqlx::Result<Turn>>; 2] {
        let before = self.begin().await.expect("it begins");
        others_go_on().await;
        let begun = [(); 2].map(|()| {
            let writer = self.writer.clone();
            tokio::spawn(async move { writer.begin(Location::caller()).await })
        });
        others_go_on().await;
        drop(before);
        begun
    }

    async fn notes(&self) -> Vec<i64> {
        let mut turn = self.begin().await.expect("it begins");
        sqlx::query_scalar("select n from note order by n").fetch_all(turn.connection()).await.expect("read")
    }

    async fn close(self) {
        self.writer.close().await;
        std::fs::remove_dir_all(self.folder).expect("the folder can be removed");
    }
}

async fn turn(begun: JoinHandle<sqlx::Result<Turn>>) -> Turn {
    begun.await.expect("the task ends").expect("it begins")
}

async fn run(turn: &mut Turn, sql: &'static str) -> sqlx::Result<()> {
    sqlx::query(sql).execute(turn.connection()).await.map(drop)
}

/// Lets every task that can go on do so (the runtime of these tests has one thread).
async fn others_go_on() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

/// What may become of a connection.
#[derive(Debug, Clone, Copy)]
enum Breach {
    /// It breaks off whatever it is told to do.
    Stubborn,
    /// It is not there any more.
    Gone,
}

impl Breach {
    async fn befall(self, slot: &mut Slot) {
        match self {
            Self::Stubborn => {
                let connection = slot.connection.as_mut().expect("it is open");
                connection.lock_handle().await.expect("it answers").set_progress_handler(1, || false);
            }
            Self::Gone => slot.connection.take().expect("it is open").close().await.expect("it closes"),
        }
    }
}

#[tokio::test]
async fn a_connection_that_breaks_under_a_group_is_opened_again_and_all_of_the_group_are_told() {
    for breach in [Breach::Stubborn, Breach::Gone] {
        let shelf = Shelf::open("broken").await;
        let [first, second] = shelf.two_of_a_group().await;
        let mut first = turn(first).await;
        run(&mut first, "insert into note values (1)").await.expect("inserted");
        let first = tokio::spawn(first.keep());
        let mut second = turn(second).await;
        run(&mut second, "insert into note values (2)").await.expect("inserted");
        breach.befall(&mut second.slot).await;
        let second = second.keep().await.expect_err("its COMMIT was not obeyed");
        assert!(second.to_string().contains("nothing of it was kept"), "{breach:?}: {second}");
        first.await.expect("the task ends").expect_err("nor was its neighbour's");
        shelf.writes("insert into note values (3)").await;
        assert_eq!(shelf.notes().await, [3], "{breach:?}");
        shelf.close().await;
    }
}

#[tokio::test]
async fn a_connection_that_breaks_while_nobody_writes_costs_one_turn_at_most() {
    for (breach, refused) in [(Breach::Stubborn, 1), (Breach::Gone, 0)] {
        let shelf = Shelf::open("idle").await;
        others_go_on().await;
        breach.befall(&mut *shelf.writer.slot.lock().await).await;
        for _ in 0..refused {
            assert!(shelf.begin().await.is_err(), "{breach:?}: it cannot begin");
        }
        shelf.writes("insert into note values (1)").await;
        assert_eq!(shelf.notes().await, [1], "{breach:?}");
        shelf.close().await;
    }
}
