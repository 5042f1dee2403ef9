//! Many rows in few statements.

use super::db::On;
use super::query::{Bind, Statement};
use super::tx::Tx;

/// Rows in one statement. SQLite looks up each argument one by one, so large statements get slow there (100,000 rows:
/// 0.7 s in chunks of 100, 4.8 s in chunks of 1,000).
const SQLITE_ROWS: usize = 64;
const POSTGRES_ROWS: usize = 512;

/// The values of one row, in the order of the columns.
pub struct Values<'s> {
    statement: &'s mut Statement,
    is_first: bool,
}

impl Values<'_> {
    /// The next column's value.
    pub fn bind<'q>(&mut self, value: impl Bind<'q>) -> &mut Self {
        if !self.is_first {
            self.statement.append(", ");
        }
        self.is_first = false;
        self.statement.append_next(value);
        self
    }
}

/// Inserts rows: `head` is `insert into t (a, b)`, `tail` is empty or ` on conflict …`. Chunks have power-of-two sizes, so
/// that few statement texts exist and are kept prepared. How many rows were inserted.
pub async fn insert_rows<T: Send>(
    tx: &mut Tx,
    head: &'static str,
    rows: impl IntoIterator<Item = T, IntoIter: Send>,
    tail: &'static str,
    mut values: impl FnMut(&mut Values<'_>, &T) + Send,
) -> sqlx::Result<u64> {
    let is_postgres = On::from(&mut *tx).is_postgres();
    let most = if is_postgres { POSTGRES_ROWS } else { SQLITE_ROWS };
    let mut rows = rows.into_iter();
    let mut inserted = 0;
    loop {
        let chunk: Vec<T> = rows.by_ref().take(most).collect();
        let mut rest = &chunk[..];
        while !rest.is_empty() {
            let (now, later) = rest.split_at(1 << rest.len().ilog2());
            rest = later;
            let statement = put_together(is_postgres, head, now, tail, &mut values);
            inserted += tx.run(statement, async |conn, statement| statement.execute(conn).await).await?;
        }
        if chunk.len() < most {
            return Ok(inserted);
        }
    }
}

fn put_together<T>(
    is_postgres: bool,
    head: &'static str,
    rows: &[T],
    tail: &'static str,
    values: &mut impl FnMut(&mut Values<'_>, &T),
) -> Statement {
    let mut statement = Statement::new(is_postgres, head.into());
    for (index, row) in rows.iter().enumerate() {
        statement.append(if index == 0 { " values (" } else { "), (" });
        values(&mut Values { statement: &mut statement, is_first: true }, row);
    }
    statement.append(")");
    statement.append(tail);
    statement
}
