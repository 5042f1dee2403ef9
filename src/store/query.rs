//! One statement with its arguments, run on whichever engine its place belongs to.

use std::borrow::Cow;
use std::fmt::Write as _;

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Encode, FromRow, Postgres, Sqlite, Type};

use super::db::{Engine, On, Place, name_the_open_ones};
use super::tx::Tx;

/// A value that both engines take as an argument. Never implement it: what sqlx takes on both has it.
pub trait Bind<'q>: Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres> {}

impl<'q, T> Bind<'q> for T where T: Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres> {}

/// What a row of either engine is read into: a struct with `#[derive(sqlx::FromRow)]`, or a tuple.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}

/// A statement being put together. Nothing happens before one of `one`, `optional`, `all`, `stream`, `execute` is awaited.
#[must_use = "a query does nothing until it is run"]
pub struct Query<'e> {
    on: On<'e>,
    pub(super) statement: Statement,
}

/// Text and arguments, free of where they run.
pub(super) struct Statement {
    sql: Cow<'static, str>,
    arguments: Args,
    failed: Option<BoxDynError>,
    is_kept: bool,
}

enum Args {
    Sqlite(SqliteArguments),
    Postgres(PgArguments),
}

#[derive(Clone, Copy)]
enum Most {
    One,
    All,
}

/// Rows as an engine gives them. What waits for the database knows no other type, so that it is compiled once and not for
/// each type rows are read into.
enum Rows {
    Sqlite(Vec<SqliteRow>),
    Postgres(Vec<PgRow>),
}

impl Rows {
    fn read<T: Row>(self) -> sqlx::Result<Vec<T>> {
        match self {
            Self::Sqlite(rows) => rows.iter().map(T::from_row).collect(),
            Self::Postgres(rows) => rows.iter().map(T::from_row).collect(),
        }
    }
}

/// A borrowed connection of either engine.
pub(super) enum Conn<'c> {
    Sqlite(&'c mut sqlx::SqliteConnection),
    Postgres(&'c mut sqlx::PgConnection),
}

/// A statement in SQL both engines understand, with `$1` for arguments. `sql` is in the program's text, never put together
/// from what somebody sent.
pub fn query<'e>(on: impl Into<On<'e>>, sql: &'static str) -> Query<'e> {
    let on = on.into();
    let statement = Statement::new(on.is_postgres(), Cow::Borrowed(sql));
    Query { on, statement }
}

impl<'e> Query<'e> {
    /// Gives the next argument: the first call is `$1`.
    pub fn bind<'q>(mut self, value: impl Bind<'q>) -> Self {
        self.statement.bind(value);
        self
    }

    /// Adds text to the statement.
    pub fn push(mut self, sql: &'static str) -> Self {
        self.statement.push(sql);
        self
    }

    /// Adds the next argument and its `$n` to the statement.
    pub fn push_bind<'q>(mut self, value: impl Bind<'q>) -> Self {
        self.statement.push_bind(value);
        self
    }

    /// Adds `$n, $m, …` for a list between brackets of your own: `where id in (` … `)`. An empty list becomes `null`, which
    /// no value is in. For short lists: SQLite looks arguments up one by one.
    pub fn push_list<'q, T: Bind<'q>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        let mut is_first = true;
        for value in values {
            if !is_first {
                self.statement.push(", ");
            }
            is_first = false;
            self.statement.push_bind(value);
        }
        if is_first {
            self.statement.push("null");
        }
        self
    }

    /// Adds a row lock (`" for update"`, `" for update skip locked"`) on PostgreSQL. SQLite has one writer and needs none.
    pub fn lock_rows(mut self, clause: &'static str) -> Self {
        if self.on.is_postgres() {
            self.statement.append(clause);
        }
        self
    }

    /// The one row there must be; `RowNotFound` when there is none.
    pub async fn one<T: Row>(self) -> sqlx::Result<T> {
        self.optional().await?.ok_or(sqlx::Error::RowNotFound)
    }

    /// The first row, if there is one.
    pub async fn optional<T: Row>(self) -> sqlx::Result<Option<T>> {
        Ok(self.rows(Most::One).await?.read()?.pop())
    }

    /// All rows. For a list whose length has a bound; else page by key or [`Query::stream`].
    pub async fn all<T: Row>(self) -> sqlx::Result<Vec<T>> {
        self.rows(Most::All).await?.read()
    }

    async fn rows(self, most: Most) -> sqlx::Result<Rows> {
        // Boxed: it is large, and every future that asks the database would be as large.
        Box::pin(run(self.on, self.statement, async |conn, statement| statement.rows(conn, most).await)).await
    }

    /// Runs it; how many rows it changed.
    pub async fn execute(self) -> sqlx::Result<u64> {
        Box::pin(run(self.on, self.statement, async |conn, statement| statement.execute(conn).await)).await
    }

    /// The first column of the one row there must be.
    pub async fn value<T>(self) -> sqlx::Result<T>
    where
        (T,): Row,
    {
        self.one::<(T,)>().await.map(|(value,)| value)
    }

    /// The first column of the first row, if there is one.
    pub async fn optional_value<T>(self) -> sqlx::Result<Option<T>>
    where
        (T,): Row,
    {
        Ok(self.optional::<(T,)>().await?.map(|(value,)| value))
    }

    /// The first column of all rows.
    pub async fn values<T>(self) -> sqlx::Result<Vec<T>>
    where
        (T,): Row,
    {
        Ok(self.all::<(T,)>().await?.into_iter().map(|(value,)| value).collect())
    }

    /// Rows as they come, a few in memory at a time. Within a transaction read it to its end: one that was dropped halfway
    /// leaves a transaction that refuses further statements. On `db.writer()` all rows are fetched first.
    pub fn stream<T: Row>(self) -> BoxStream<'e, sqlx::Result<T>> {
        match self.on.0 {
            Place::Read(db) => match &*db.0 {
                Engine::Sqlite { readers, .. } => match self.statement.ready() {
                    Ok((sql, Args::Sqlite(arguments), kept)) => {
                        sqlx::query_as_with::<_, T, _>(sql, arguments).persistent(kept).fetch(readers)
                    }
                    other => failed_stream(other.map(|_| ())),
                },
                Engine::Postgres { pool, .. } => match self.statement.ready() {
                    Ok((sql, Args::Postgres(arguments), kept)) => {
                        sqlx::query_as_with::<_, T, _>(sql, arguments).persistent(kept).fetch(pool)
                    }
                    other => failed_stream(other.map(|_| ())),
                },
            },
            Place::Write(..) => {
                let rows = async move { self.all::<T>().await.map(|rows| stream::iter(rows).map(Ok)) };
                stream::once(rows).try_flatten().boxed()
            }
            Place::Tx(tx) => tx.stream(self.statement),
        }
    }
}

/// Runs `work` on a connection of the wanted place.
async fn run<T: Send>(
    on: On<'_>,
    statement: Statement,
    work: impl AsyncFnOnce(Conn<'_>, Statement) -> sqlx::Result<T>,
) -> sqlx::Result<T> {
    match on.0 {
        Place::Tx(tx) => tx.run(statement, work).await,
        Place::Write(db, by) => match &*db.0 {
            Engine::Sqlite { .. } => {
                let mut tx: Tx = db.begin_for(by).await?;
                let done = tx.run(statement, work).await?;
                tx.commit().await?;
                Ok(done)
            }
            Engine::Postgres { pool, open } => {
                let acquired = pool.acquire().await;
                let mut connection = acquired.map_err(|error| name_the_open_ones(error, pool, open))?;
                let _open = open.note(by);
                work(Conn::Postgres(&mut connection), statement).await
            }
        },
        Place::Read(db) => match &*db.0 {
            Engine::Sqlite { readers, .. } => work(Conn::Sqlite(&mut *readers.acquire().await?), statement).await,
            Engine::Postgres { pool, .. } => work(Conn::Postgres(&mut *pool.acquire().await?), statement).await,
        },
    }
}

fn failed_stream<'e, T: Row>(outcome: sqlx::Result<()>) -> BoxStream<'e, sqlx::Result<T>> {
    let error = outcome.err().unwrap_or_else(mixed_engines);
    stream::once(async move { Err(error) }).boxed()
}

/// A statement made for one engine reached a connection of the other; its place decides both, so this is a fault of ours.
fn mixed_engines() -> sqlx::Error {
    sqlx::Error::Configuration("a statement for one database reached the other".into())
}

impl Statement {
    pub(super) fn new(for_postgres: bool, sql: Cow<'static, str>) -> Self {
        let arguments = if for_postgres {
            Args::Postgres(PgArguments::default())
        } else {
            Args::Sqlite(SqliteArguments::default())
        };
        Self { sql, arguments, failed: None, is_kept: true }
    }

    pub(super) fn bind<'q>(&mut self, value: impl Bind<'q>) {
        let added = match &mut self.arguments {
            Args::Sqlite(arguments) => Arguments::add(arguments, value),
            Args::Postgres(arguments) => Arguments::add(arguments, value),
        };
        if let Err(error) = added {
            self.failed.get_or_insert(error);
        }
    }

    /// Adds text whose whole set is small, so that the prepared statement is kept.
    pub(super) fn append(&mut self, sql: &str) {
        self.sql.to_mut().push_str(sql);
    }

    fn push(&mut self, sql: &'static str) {
        self.is_kept = false;
        self.append(sql);
    }

    fn push_bind<'q>(&mut self, value: impl Bind<'q>) {
        self.is_kept = false;
        self.append_bind(value);
    }

    pub(super) fn append_bind<'q>(&mut self, value: impl Bind<'q>) {
        self.bind(value);
        let number = match &self.arguments {
            Args::Sqlite(arguments) => arguments.len(),
            Args::Postgres(arguments) => arguments.len(),
        };
        // Writing into a string cannot fail.
        let _ = write!(self.sql.to_mut(), "${number}");
    }

    /// The same for a statement that gives every argument once and in order. SQLite then needs no names, among which it
    /// would look each one up.
    pub(super) fn append_next<'q>(&mut self, value: impl Bind<'q>) {
        match &self.arguments {
            Args::Sqlite(_) => {
                self.bind(value);
                self.append("?");
            }
            Args::Postgres(_) => self.append_bind(value),
        }
    }

    fn ready(self) -> sqlx::Result<(AssertSqlSafe<Cow<'static, str>>, Args, bool)> {
        match self.failed {
            Some(error) => Err(sqlx::Error::Encode(error)),
            None => Ok((AssertSqlSafe(self.sql), self.arguments, self.is_kept)),
        }
    }

    pub(super) async fn execute(self, conn: Conn<'_>) -> sqlx::Result<u64> {
        match (self.ready()?, conn) {
            ((sql, Args::Sqlite(arguments), kept), Conn::Sqlite(c)) => {
                Ok(sqlx::query_with(sql, arguments).persistent(kept).execute(c).await?.rows_affected())
            }
            ((sql, Args::Postgres(arguments), kept), Conn::Postgres(c)) => {
                Ok(sqlx::query_with(sql, arguments).persistent(kept).execute(c).await?.rows_affected())
            }
            _ => Err(mixed_engines()),
        }
    }

    async fn rows(self, conn: Conn<'_>, most: Most) -> sqlx::Result<Rows> {
        match (self.ready()?, conn) {
            ((sql, Args::Sqlite(arguments), kept), Conn::Sqlite(c)) => {
                let query = sqlx::query_with(sql, arguments).persistent(kept);
                Ok(Rows::Sqlite(match most {
                    Most::One => query.fetch_optional(c).await?.into_iter().collect(),
                    Most::All => query.fetch_all(c).await?,
                }))
            }
            ((sql, Args::Postgres(arguments), kept), Conn::Postgres(c)) => {
                let query = sqlx::query_with(sql, arguments).persistent(kept);
                Ok(Rows::Postgres(match most {
                    Most::One => query.fetch_optional(c).await?.into_iter().collect(),
                    Most::All => query.fetch_all(c).await?,
                }))
            }
            _ => Err(mixed_engines()),
        }
    }

    pub(super) fn stream<'c, T: Row>(self, conn: Conn<'c>) -> BoxStream<'c, sqlx::Result<T>> {
        match (self.ready(), conn) {
            (Ok((sql, Args::Sqlite(arguments), kept)), Conn::Sqlite(c)) => {
                sqlx::query_as_with::<_, T, _>(sql, arguments).persistent(kept).fetch(c)
            }
            (Ok((sql, Args::Postgres(arguments), kept)), Conn::Postgres(c)) => {
                sqlx::query_as_with::<_, T, _>(sql, arguments).persistent(kept).fetch(c)
            }
            (other, _) => failed_stream(other.map(|_| ())),
        }
    }
}
