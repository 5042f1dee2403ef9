//! The database as the rest of the program holds it, and the places a statement can run.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgPool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use super::holder::{OpenOnes, gave_up};
use super::query::query;
use super::tx::Tx;
use super::writer::Writer;
use crate::problem::Problem;

/// A database: a handle that is cheap to clone.
#[derive(Clone)]
pub struct Db(pub(super) Arc<Engine>);

pub(super) enum Engine {
    Sqlite { readers: SqlitePool, writer: Writer, file: Box<SqliteConnectOptions> },
    Postgres { pool: PgPool, open: OpenOnes },
}

/// Where a statement runs: on `&db` (reads), on `db.writer()` (one statement that writes), or in a transaction.
#[derive(Debug)]
pub struct On<'e>(pub(super) Place<'e>);

#[derive(Debug)]
pub(super) enum Place<'e> {
    Read(&'e Db),
    Write(&'e Db, &'static Location<'static>),
    Tx(&'e mut Tx),
}

/// The place for a single statement that writes, durable when it returns.
#[derive(Debug, Clone, Copy)]
pub struct WriterHandle<'e>(&'e Db, &'static Location<'static>);

impl Db {
    /// For one statement that writes: as if within a transaction of its own.
    #[track_caller]
    pub fn writer(&self) -> WriterHandle<'_> {
        WriterHandle(self, Location::caller())
    }

    /// Begins work that writes. Waits for its turn, at most as long as [`super::OpenOptions::patience`] says, else the error
    /// names who of this process is writing, and since when. Dropping the [`Tx`] takes everything back.
    #[track_caller]
    pub fn begin(&self) -> impl Future<Output = sqlx::Result<Tx>> + Send + use<> {
        self.begin_for(Location::caller())
    }

    pub(super) fn begin_for(
        &self,
        by: &'static Location<'static>,
    ) -> impl Future<Output = sqlx::Result<Tx>> + Send + use<> {
        let engine = Arc::clone(&self.0);
        async move {
            match &*engine {
                Engine::Sqlite { writer, .. } => Ok(Tx::on_sqlite(writer.begin(by).await?, by)),
                Engine::Postgres { pool, open } => {
                    let transaction = pool.begin().await.map_err(|error| name_the_open_ones(error, pool, open))?;
                    Ok(Tx::on_postgres(transaction, open.note(by), by))
                }
            }
        }
    }

    /// Whether this is PostgreSQL, which several replicas may share. For words on a page and for benchmarks, not for SQL.
    pub fn is_postgres(&self) -> bool {
        matches!(&*self.0, Engine::Postgres { .. })
    }

    /// Whether a write would be taken now: begins one, touches a row and commits it. For `/readyz` and `doctor`.
    pub async fn check_writable(&self) -> sqlx::Result<()> {
        let mut tx = self.begin().await?;
        query(&mut tx, "update install set epoch = epoch").execute().await?;
        tx.commit().await
    }

    /// Waits for the open transactions, then closes every connection. Later use answers `PoolClosed`.
    pub async fn close(&self) {
        match &*self.0 {
            Engine::Sqlite { readers, writer, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Engine::Postgres { pool, .. } => pool.close().await,
        }
    }
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_postgres() { "Db(postgres)" } else { "Db(sqlite)" })
    }
}

impl On<'_> {
    /// Lends the place to another statement, for a function that runs several.
    pub fn by_ref(&mut self) -> On<'_> {
        On(match &mut self.0 {
            Place::Read(db) => Place::Read(db),
            Place::Write(db, by) => Place::Write(db, by),
            Place::Tx(tx) => Place::Tx(tx),
        })
    }

    pub(super) fn is_postgres(&self) -> bool {
        match &self.0 {
            Place::Read(db) | Place::Write(db, _) => db.is_postgres(),
            Place::Tx(tx) => tx.is_postgres(),
        }
    }
}

impl<'e> From<&'e Db> for On<'e> {
    fn from(db: &'e Db) -> Self {
        Self(Place::Read(db))
    }
}

impl<'e> From<WriterHandle<'e>> for On<'e> {
    fn from(WriterHandle(db, by): WriterHandle<'e>) -> Self {
        Self(Place::Write(db, by))
    }
}

impl<'e> From<&'e mut Tx> for On<'e> {
    fn from(tx: &'e mut Tx) -> Self {
        Self(Place::Tx(tx))
    }
}

/// A pool that has no connection to give says only that it took too long.
pub(super) fn name_the_open_ones(error: sqlx::Error, pool: &PgPool, open: &OpenOnes) -> sqlx::Error {
    if !matches!(error, sqlx::Error::PoolTimedOut) {
        return error;
    }
    let options = pool.options();
    gave_up(options.get_acquire_timeout(), open.in_the_way(pool.size() < options.get_max_connections()))
}

/// Whether the database could not do it now but may later: it is away, full, or busy. What was asked for was not kept, or,
/// when the connection went away during a COMMIT, may have been: ask again with the same key.
pub fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code_means_unavailable(&code)),
        _ => false,
    }
}

/// Whether the database is there and only somebody else was in the way: holds a lock, or came first.
pub fn is_contended(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code_means_contended(&code))
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        if !is_unavailable(&error) {
            return Self::unforeseen(error);
        }
        tracing::warn!(%error, "the database did not answer");
        Self::unavailable(
            "The database does not answer just now, and what was asked for may or may not have been kept. \
             Ask again in the same way in a moment: what was kept is not done twice.",
        )
    }
}

/// SQLite's codes are small numbers (the primary code is the low byte: sqlite.org/rescode.html, read 2026-08), PostgreSQL's
/// have five characters (appendix A of its manual).
fn code_means_unavailable(code: &str) -> bool {
    const BUSY_LOCKED_IOERR_FULL_CANTOPEN: [i64; 5] = [5, 6, 10, 13, 14];
    match code.len() {
        5 => ["08", "53", "57P", "58", "40001", "40P01", "55P03"].iter().any(|class| code.starts_with(class)),
        _ => code.parse::<i64>().is_ok_and(|code| BUSY_LOCKED_IOERR_FULL_CANTOPEN.contains(&(code & 0xff))),
    }
}

fn code_means_contended(code: &str) -> bool {
    const BUSY_LOCKED: [i64; 2] = [5, 6];
    match code.len() {
        5 => ["40001", "40P01", "55P03"].contains(&code),
        _ => code.parse::<i64>().is_ok_and(|code| BUSY_LOCKED.contains(&(code & 0xff))),
    }
}

/// How long `begin` waits for its turn unless told otherwise.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::{code_means_contended, code_means_unavailable};

    #[test]
    fn who_waits_for_another_is_told_apart_from_who_finds_nobody() {
        for (code, contended) in [
            ("5", true),      // SQLITE_BUSY
            ("517", true),    // SQLITE_BUSY_SNAPSHOT
            ("6", true),      // SQLITE_LOCKED
            ("13", false),    // SQLITE_FULL
            ("40001", true),  // serialization_failure
            ("40P01", true),  // deadlock_detected
            ("55P03", true),  // lock_not_available
            ("57P01", false), // admin_shutdown
            ("53300", false), // too_many_connections
            ("23505", false), // unique_violation
        ] {
            assert_eq!(code_means_contended(code), contended, "{code}");
            assert!(!contended || code_means_unavailable(code), "{code}");
        }
    }

    #[test]
    fn a_full_or_busy_database_is_unavailable_and_a_refused_row_is_not() {
        for (code, unavailable) in [
            ("13", true),     // SQLITE_FULL
            ("5", true),      // SQLITE_BUSY
            ("522", true),    // SQLITE_IOERR_SHORT_READ
            ("2067", false),  // SQLITE_CONSTRAINT_UNIQUE
            ("1", false),     // SQLITE_ERROR
            ("53100", true),  // disk_full
            ("53300", true),  // too_many_connections
            ("57P01", true),  // admin_shutdown
            ("40001", true),  // serialization_failure
            ("23505", false), // unique_violation
            ("42601", false), // syntax_error
        ] {
            assert_eq!(code_means_unavailable(code), unavailable, "{code}");
        }
    }
}
