//! A transaction, the same on both engines.
//!
//! - [`Tx::commit`] runs COMMIT outside the caller's future: a connection that closes cannot cut it in two.
//! - Dropping a transaction, also in the middle of a statement, takes everything back.
//! - After its first error, or a statement that was cut off, it refuses everything: on SQLite a full disk ends the whole
//!   transaction by itself, and the next statement would otherwise be kept alone.
//! - An answer, a refusal's too, is given after `commit`: it may rest on a neighbour's row that is not on disk yet.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use sqlx::{Postgres, Transaction};
use tokio::time::Instant;

use super::holder::OpenOne;
use super::query::{Conn, Row, Statement};
use super::writer::Turn;

/// A transaction longer than this is logged: on SQLite it holds up everybody who writes.
const LONG: Duration = Duration::from_millis(250);

/// Work that is kept as a whole or not at all.
pub struct Tx {
    work: Option<Work>,
    is_spoiled: bool,
    since: Instant,
    by: &'static Location<'static>,
}

enum Work {
    Sqlite(Turn),
    Postgres(Transaction<'static, Postgres>, OpenOne),
}

impl Tx {
    pub(super) fn on_sqlite(turn: Turn, by: &'static Location<'static>) -> Self {
        Self { work: Some(Work::Sqlite(turn)), is_spoiled: false, since: Instant::now(), by }
    }

    pub(super) fn on_postgres(
        transaction: Transaction<'static, Postgres>,
        open: OpenOne,
        by: &'static Location<'static>,
    ) -> Self {
        Self { work: Some(Work::Postgres(transaction, open)), is_spoiled: false, since: Instant::now(), by }
    }

    /// Keeps the work. Returns after it is on disk; an error means that nothing of it was kept (or, when PostgreSQL went
    /// away during COMMIT, that nobody knows: do it again under the same key).
    pub async fn commit(mut self) -> sqlx::Result<()> {
        if self.is_spoiled {
            return Err(refused());
        }
        let work = self.work.take();
        let _log = self;
        match work {
            Some(Work::Sqlite(turn)) => turn.keep().await,
            Some(Work::Postgres(transaction, open)) => {
                let committing = tokio::spawn(async move {
                    let committed = transaction.commit().await;
                    drop(open);
                    committed
                });
                committing.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
            }
            None => Err(refused()),
        }
    }

    /// Takes the work back. The same as dropping it, in a word.
    pub fn roll_back(self) {}

    pub(super) fn is_postgres(&self) -> bool {
        matches!(self.work, Some(Work::Postgres(..)))
    }

    /// Runs one statement. The transaction counts as spoiled until it has ended well, so that one that was cut off is not
    /// followed by another.
    pub(super) async fn run<T: Send>(
        &mut self,
        statement: Statement,
        work: impl AsyncFnOnce(Conn<'_>, Statement) -> sqlx::Result<T>,
    ) -> sqlx::Result<T> {
        let outcome = work(self.enter()?, statement).await;
        self.is_spoiled = outcome.is_err();
        outcome
    }

    pub(super) fn stream<T: Row>(&mut self, statement: Statement) -> BoxStream<'_, sqlx::Result<T>> {
        if let Err(error) = self.enter() {
            return stream::once(async move { Err(error) }).boxed();
        }
        let Self { work, is_spoiled, .. } = self;
        let rows = match work {
            Some(Work::Sqlite(turn)) => statement.stream(Conn::Sqlite(turn.connection())),
            Some(Work::Postgres(transaction, _)) => statement.stream(Conn::Postgres(&mut *transaction)),
            None => stream::once(async { Err(refused()) }).boxed(),
        };
        let mut failed = false;
        rows.map(Some)
            .chain(stream::once(async { None }))
            .filter_map(move |row| {
                failed |= matches!(row, Some(Err(_)));
                if row.is_none() {
                    *is_spoiled = failed;
                }
                std::future::ready(row)
            })
            .boxed()
    }

    fn enter(&mut self) -> sqlx::Result<Conn<'_>> {
        if std::mem::replace(&mut self.is_spoiled, true) {
            return Err(refused());
        }
        match &mut self.work {
            Some(Work::Sqlite(turn)) => Ok(Conn::Sqlite(turn.connection())),
            Some(Work::Postgres(transaction, _)) => Ok(Conn::Postgres(&mut *transaction)),
            None => Err(refused()),
        }
    }
}

fn refused() -> sqlx::Error {
    sqlx::Error::Configuration(
        "the transaction has failed before, or a statement of it was cut off: it takes no more".into(),
    )
}

impl Drop for Tx {
    fn drop(&mut self) {
        let took = self.since.elapsed();
        if took > LONG {
            tracing::warn!(took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX), begun_at = %self.by, "a transaction took long");
        }
    }
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tx(begun at {})", self.by)
    }
}
