//! SQLite's one writer, whose commits are shared.
//!
//! One connection stands behind a fair queue. The first transaction of a group runs `begin immediate` and starts the
//! committer, which is one more waiter in the same queue: everybody who stood there before it joins the group, each under a
//! savepoint. When its turn comes it runs COMMIT, one sync for all of them, and tells each how it went.
//!
//! Whoever comes next tidies up after whoever came before: a kept savepoint is released, a torn one (its transaction was
//! dropped) rolled back to. So dropping a transaction touches nothing, and cancelling a caller cannot tear the group: all
//! steps between transactions run in tasks of their own. Where a savepoint has vanished (SQLite ends the whole transaction
//! by itself when the disk is full), or COMMIT fails, the whole group gets the error.

use std::io;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{Mutex, OwnedMutexGuard, watch};
use tokio::time::Instant;

use super::holder::{Holder, Who, gave_up};
use super::open::is_busy;

/// Of each second that was nearly all spent writing, this long is left to other processes (the command line). Their busy
/// handler looks about every 100 ms: sqlite.org, sqliteDefaultBusyCallback, read 2026-08.
const REST: Duration = Duration::from_millis(100);
const LOAD: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub(super) struct Writer {
    slot: Arc<Mutex<Slot>>,
    holder: Arc<std::sync::Mutex<Option<Holder>>>,
    patience: Duration,
}

/// What the queue leads to: the connection and what is open on it.
struct Slot {
    file: SqliteConnectOptions,
    connection: Option<SqliteConnection>,
    is_closed: bool,
    group: Option<Group>,
    load: Load,
}

/// Transactions that share a COMMIT.
struct Group {
    outcome: watch::Sender<Outcome>,
    last: Last,
    kept: usize,
    since: Instant,
}

/// Nothing yet, or how the shared COMMIT went.
type Outcome = Option<Result<(), Arc<sqlx::Error>>>;

/// What became of the newest transaction of a group, whose savepoint is still there.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    Kept,
    Torn,
}

/// How much of the time since `since` the file was held for writing.
struct Load {
    since: Instant,
    held: Duration,
}

/// A turn at the writer: between its beginning and [`Turn::keep`] or being dropped, the connection is its owner's alone.
pub(super) struct Turn {
    slot: OwnedMutexGuard<Slot>,
    writer: Writer,
}

impl Writer {
    pub(super) fn new(file: SqliteConnectOptions, connection: SqliteConnection, patience: Duration) -> Self {
        let load = Load { since: Instant::now(), held: Duration::ZERO };
        let slot = Slot { file, connection: Some(connection), is_closed: false, group: None, load };
        Self { slot: Arc::new(Mutex::new(slot)), holder: Arc::default(), patience }
    }

    pub(super) async fn begin(&self, by: &'static Location<'static>) -> sqlx::Result<Turn> {
        let admitted = async {
            let slot = Arc::clone(&self.slot).lock_owned().await;
            let turn = Turn { slot, writer: self.clone() };
            tokio::spawn(admit(turn, by)).await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
        };
        tokio::time::timeout(self.patience, admitted).await.unwrap_or_else(|_| Err(self.busy()))
    }

    /// Settles what is open and closes the connection.
    pub(super) async fn close(&self) {
        let mut slot = Arc::clone(&self.slot).lock_owned().await;
        let closing = tokio::spawn(async move {
            slot.commit().await;
            slot.is_closed = true;
            if let Some(connection) = slot.connection.take() {
                connection.close().await.ok();
            }
        });
        closing.await.ok();
    }

    fn hold(&self, who: Who) {
        *self.holder.lock().expect("no thread panicked while naming the holder") = Some(Holder::now(who));
    }

    fn busy(&self) -> sqlx::Error {
        let holder = *self.holder.lock().expect("no thread panicked while naming the holder");
        let holder = holder.map_or_else(|| String::from("somebody"), |holder| holder.to_string());
        gave_up(self.patience, format_args!(", held by {holder}"))
    }
}

/// Lets a transaction in: tidies up after the one before, opens a group where there is none.
async fn admit(mut turn: Turn, by: &'static Location<'static>) -> sqlx::Result<Turn> {
    turn.slot.tidy("release t; savepoint t").await;
    if turn.slot.group.is_none() {
        // Whoever gives up in the queue meanwhile is told what the one in front waits for.
        turn.writer.hold(Who::OtherProcesses);
        turn.slot.open_group().await?;
        tokio::spawn(commit_when_it_is_our_turn(turn.writer.clone()));
    }
    turn.writer.hold(Who::Caller(by));
    Ok(turn)
}

/// The committer: one more waiter in the queue.
async fn commit_when_it_is_our_turn(writer: Writer) {
    let mut slot = Arc::clone(&writer.slot).lock_owned().await;
    writer.hold(Who::Committer);
    slot.commit().await;
    if slot.load.wants_rest(Instant::now()) {
        writer.hold(Who::OtherProcesses);
        tokio::time::sleep(REST).await;
    }
}

impl Turn {
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        self.slot.connection.as_mut().expect("a turn begins with a connection and keeps it")
    }

    /// Leaves the work to the group's COMMIT and waits for that.
    pub(super) fn keep(mut self) -> impl Future<Output = sqlx::Result<()>> + Send {
        let outcome = self.slot.group.as_mut().map(|group| {
            group.last = Last::Kept;
            group.kept += 1;
            group.outcome.subscribe()
        });
        drop(self);
        async move {
            let Some(mut outcome) = outcome else { return Err(sqlx::Error::WorkerCrashed) };
            let settled = outcome.wait_for(Option::is_some).await.map_err(|_| sqlx::Error::WorkerCrashed)?;
            match &*settled {
                Some(Err(error)) => Err(lost(error)),
                _ => Ok(()),
            }
        }
    }
}

/// SQLITE_BUSY after all of the busy time-out says only "database is locked".
fn name_the_other_process(error: sqlx::Error) -> sqlx::Error {
    if !is_busy(&error) {
        return error;
    }
    sqlx::Error::Io(io::Error::new(
        io::ErrorKind::TimedOut,
        "another process has been writing to the database file for too long",
    ))
}

/// The group's error, for each of its members.
fn lost(error: &Arc<sqlx::Error>) -> sqlx::Error {
    sqlx::Error::Io(io::Error::other(format!("the shared commit failed and nothing of it was kept: {error}")))
}

impl Slot {
    /// Ends what the newest transaction left: a kept one by `after_kept`, a torn one by taking it back. The savepoint `t` is
    /// there again afterwards, empty. Where that fails the group is lost.
    async fn tidy(&mut self, after_kept: &'static str) {
        let Some(group) = &mut self.group else { return };
        let sql = if group.last == Last::Kept { after_kept } else { "rollback to t" };
        group.last = Last::Torn;
        if let Err(error) = self.run(sql).await {
            self.lose_group(error).await;
        }
    }

    async fn open_group(&mut self) -> sqlx::Result<()> {
        if self.is_closed {
            return Err(sqlx::Error::PoolClosed);
        }
        if self.connection.is_none() {
            self.connection = Some(self.file.connect().await?);
        }
        if let Err(error) = self.run("begin immediate; savepoint t").await {
            self.start_afresh().await;
            return Err(name_the_other_process(error));
        }
        self.group =
            Some(Group { outcome: watch::Sender::new(None), last: Last::Torn, kept: 0, since: Instant::now() });
        Ok(())
    }

    /// Commits what was kept and tells everybody.
    async fn commit(&mut self) {
        if self.group.as_ref().is_some_and(|group| group.last == Last::Torn) {
            self.tidy("").await;
        }
        let Some(group) = &self.group else { return };
        let sql = if group.kept == 0 { "rollback" } else { "commit" };
        if let Err(error) = self.run(sql).await {
            return self.lose_group(error).await;
        }
        let Some(group) = self.group.take() else { return };
        self.load.held += group.since.elapsed();
        group.outcome.send_replace(Some(Ok(())));
    }

    async fn lose_group(&mut self, error: sqlx::Error) {
        let Some(group) = self.group.take() else { return };
        tracing::error!(%error, transactions = group.kept, "a shared commit was lost; its callers were told");
        self.start_afresh().await;
        group.outcome.send_replace(Some(Err(Arc::new(error))));
    }

    /// Makes sure that nothing is open on the connection; a connection that cannot say so is given up.
    async fn start_afresh(&mut self) {
        let is_fresh = match self.run("rollback").await {
            Ok(()) => true,
            Err(sqlx::Error::Database(error)) => error.message().contains("no transaction is active"),
            Err(_) => false,
        };
        if !is_fresh {
            tracing::warn!("the writing connection is opened again");
            self.connection = None;
        }
    }

    async fn run(&mut self, sql: &'static str) -> sqlx::Result<()> {
        let connection = self.connection.as_mut().ok_or(sqlx::Error::WorkerCrashed)?;
        sqlx::query(sql).execute(connection).await.map(|_| ())
    }
}

impl Load {
    /// Whether the time up to `now`, a second at least, was nearly all spent writing; if a second is over, counts anew.
    fn wants_rest(&mut self, now: Instant) -> bool {
        let passed = now - self.since;
        if passed < LOAD {
            return false;
        }
        let is_heavy = self.held > passed.mul_f64(0.8);
        *self = Self { since: now, held: Duration::ZERO };
        is_heavy
    }
}

#[cfg(test)]
mod tests;
