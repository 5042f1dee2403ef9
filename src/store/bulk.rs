//! Many rows in few statements, and many rows a page at a time.

use super::db::On;
use super::query::{Bind, Query, Statement};
use super::tx::Tx;

/// Rows in one statement, at most.
const SQLITE_ROWS: usize = 128;
const POSTGRES_ROWS: usize = 512;

/// Rows that [`page_by_page`] changes with one commit.
const PAGE: i64 = 500;

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

/// Inserts rows: `head` is `insert into t (a, b)`, `tail` is empty or ` on conflict …`. Chunks have few different sizes, so
/// that their statements are kept prepared. How many rows were inserted.
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
            let (now, later) = rest.split_at(size(rest.len()));
            rest = later;
            let statement = put_together(is_postgres, head, now, tail, &mut values);
            inserted += tx.run(statement, async |conn, statement| statement.execute(conn).await).await?;
        }
        if chunk.len() < most {
            return Ok(inserted);
        }
    }
}

/// Changes or removes many rows so that nobody waits long for the writer: runs what `statement` makes of the size of a page,
/// which goes to its `limit`, each time with a commit of its own, until no row is left. How many there were.
pub async fn page_by_page<'e>(mut statement: impl FnMut(i64) -> Query<'e> + Send) -> sqlx::Result<u64> {
    let mut all = 0;
    loop {
        let changed = statement(PAGE).execute().await?;
        if changed == 0 {
            return Ok(all);
        }
        all += changed;
    }
}

/// The largest of 1, 2, 3, 4, 6, 8, 12, 16, 24 … that is not above `rows`: two to an octave, so that most lists take two
/// or three statements.
fn size(rows: usize) -> usize {
    let octave = 1 << rows.ilog2();
    if rows >= octave + octave / 2 { octave + octave / 2 } else { octave }
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

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn a_list_is_cut_into_few_pieces_of_few_sizes() {
        let (mut sizes, mut total) = (std::collections::BTreeSet::new(), 0);
        for rows in 1..=512 {
            let (mut rest, mut pieces) = (rows, 0);
            while rest > 0 {
                sizes.insert(size(rest));
                rest -= size(rest);
                pieces += 1;
            }
            total += pieces;
        }
        assert!(total < 512 * 4, "{total} pieces for all of them");
        assert_eq!(sizes.len(), 18, "{sizes:?}");
    }
}
