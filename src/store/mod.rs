//! The store: one text of SQL on two engines. This room is the only one that knows there are two.
//!
//! A small shop runs on one SQLite file; a chain with several machines runs on PostgreSQL. Everybody else writes SQL once,
//! with `$1`, and passes where it runs: `&db` reads, [`Db::writer`] does one statement that writes, and [`Db::begin`] gives a
//! [`Tx`] for work that belongs together. A store function takes `impl Into<On<'_>>` and so runs in any of the three.
//!
//! On SQLite all writes go through one connection behind a fair queue, and transactions that stand in the queue together
//! share one COMMIT, so that a slow disk costs one sync for many of them (`writer` tells how). The promise is the same on
//! both: when [`Tx::commit`] returns without an error, the work is on disk.

mod bulk;
mod db;
mod holder;
pub mod install;
pub mod lease;
mod migrations;
mod open;
mod query;
mod tx;
mod writer;

pub use bulk::{Values, insert_rows, page_by_page};
pub use db::{Db, On, WriterHandle};
pub use migrations::{MigrateError, Schema};
pub use open::{OpenError, OpenOptions};
pub use query::{Bind, Query, Row, query};
pub use tx::Tx;

pub use db::{is_contended, is_unavailable};
