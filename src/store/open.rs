//! Opening a database by its address.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection};
use tokio::time::Instant;

use super::db::{Db, Engine, PATIENCE};
use super::holder::OpenOnes;
use super::writer::Writer;

/// How a database is opened. The defaults are those of the running service.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// Connections that read a SQLite file at the same time, at most. Default 4, each up to 1 MB of memory.
    pub sqlite_readers: u32,
    /// How long SQLite waits for another process that writes to the same file, while whoever asked for it waits. Default 10 s.
    pub sqlite_busy: Duration,
    /// Connections to PostgreSQL, at most, for this process. Default 10.
    pub postgres_connections: u32,
    /// How long one statement may run on PostgreSQL. Default 30 s.
    pub postgres_statement: Duration,
    /// How long `begin` waits for its turn, and a read for a connection. Default 5 s.
    pub patience: Duration,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            sqlite_readers: 4,
            sqlite_busy: Duration::from_secs(10),
            postgres_connections: 10,
            postgres_statement: Duration::from_secs(30),
            patience: PATIENCE,
        }
    }
}

/// Why a database could not be opened. The address is not shown: it may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address names neither of the two engines.
    #[error("DATABASE_URL begins with sqlite:// (a file, as in sqlite://data/shuke.db) or postgres:// (a server)")]
    UnknownEngine,
    /// The folder of the file could not be made.
    #[error("the folder {folder} for the database cannot be made: {error}")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The database did not let us in.
    #[error("the database cannot be opened: {0}")]
    Refused(#[from] sqlx::Error),
}

impl Db {
    /// Opens `sqlite://path/to/file` (made if missing, its folders too) or `postgres://…`. Does not migrate.
    pub async fn open(url: &str, options: OpenOptions) -> Result<Self, OpenError> {
        if let Some(path) = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) {
            open_sqlite(Path::new(path), &options).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(PgConnectOptions::from_str(url)?, &options).await
        } else {
            Err(OpenError::UnknownEngine)
        }
    }
}

async fn open_sqlite(path: &Path, options: &OpenOptions) -> Result<Db, OpenError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| OpenError::Folder { folder: folder.into(), error })?;
    }
    let base = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(options.sqlite_busy)
        .foreign_keys(true)
        .disable_statement_logging();
    let file = base
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", "-2000")
        // What a savepoint would need to go back stays in memory instead of a file made for each transaction.
        .pragma("temp_store", "memory")
        // 16 MB: pages that many events touch are copied into the file once for all of them.
        .pragma("wal_autocheckpoint", "4000")
        .pragma("journal_size_limit", "67108864");
    let connection = connect(&file, options.sqlite_busy).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(options.sqlite_readers)
        .acquire_timeout(options.patience)
        .idle_timeout(Duration::from_secs(60))
        .test_before_acquire(false)
        .connect_lazy_with(base.read_only(true).pragma("cache_size", "-1000"));
    let writer = Writer::new(file.clone(), connection, options.patience);
    Ok(Db(Arc::new(Engine::Sqlite { readers, writer, file: Box::new(file) })))
}

/// A connection that writes. SQLite turns a new file to its write-ahead log under a lock for which it does not wait, so of
/// two processes that start on a new file at once, one is told "busy" and comes again.
pub(super) async fn connect(file: &SqliteConnectOptions, patience: Duration) -> sqlx::Result<SqliteConnection> {
    let asked = Instant::now();
    loop {
        match file.connect().await {
            Err(error) if is_busy(&error) && asked.elapsed() < patience => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            outcome => return outcome,
        }
    }
}

/// Whether SQLite says that another connection holds the file (sqlite.org/rescode.html: the primary code is the low byte).
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    const BUSY: i64 = 5;
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<i64>().ok());
    code.is_some_and(|code| code & 0xff == BUSY)
}

async fn open_postgres(server: PgConnectOptions, options: &OpenOptions) -> Result<Db, OpenError> {
    let statement_ms = options.postgres_statement.as_millis().to_string();
    let patience_ms = options.patience.as_millis().to_string();
    let server = server.application_name("shuke").disable_statement_logging().options([
        ("synchronous_commit", "on"),
        ("timezone", "UTC"),
        ("statement_timeout", &statement_ms),
        ("lock_timeout", &patience_ms),
        ("idle_in_transaction_session_timeout", &statement_ms),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(options.postgres_connections)
        .acquire_timeout(options.patience)
        .idle_timeout(Duration::from_secs(300))
        .connect_with(server)
        .await?;
    Ok(Db(Arc::new(Engine::Postgres { pool, open: OpenOnes::default() })))
}
