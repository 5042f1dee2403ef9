//! The installation: one row that tells a clone from the original. What was approved under one epoch may not leave under
//! another, so a restored copy, which gets a new epoch, sends nothing by itself. The sandbox's clock offset stands in the
//! same row, where every process of the installation reads it.

use chrono::{DateTime, Utc};

use super::{Db, On, Tx, query};
use crate::ids::{Ids, InstallId};

/// The installation.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Install {
    /// Made at the first start.
    pub id: InstallId,
    /// 1 at first; grows when a copy is restored ([`raise_epoch`]).
    pub epoch: i64,
    /// How far the sandbox's clock is ahead of the machine's, in microseconds; 0 against LINE itself.
    pub clock_offset_us: i64,
    /// When the store was first started.
    pub created_at: DateTime<Utc>,
}

/// The installation's row, made at the first start. Several processes may ask at once: one row comes of it.
pub async fn ensure(db: &Db, ids: &Ids, now: DateTime<Utc>) -> sqlx::Result<Install> {
    if let Some(known) = find(db).await? {
        return Ok(known);
    }
    query(db.writer(), "insert into install (id, epoch, created_at) values ($1, 1, $2) on conflict do nothing")
        .bind(ids.make::<InstallId>())
        .bind(now)
        .execute()
        .await?;
    find(db).await?.ok_or(sqlx::Error::RowNotFound)
}

/// The installation's row; none before the first start.
pub async fn find(on: impl Into<On<'_>>) -> sqlx::Result<Option<Install>> {
    query(on, "select id, epoch, clock_offset_us, created_at from install").optional().await
}

/// Locks the installation's row until the transaction ends: those who publish come one after another, and each sees what the
/// one before has published. The first statement of its transaction.
pub async fn lock(tx: &mut Tx) -> sqlx::Result<()> {
    query(tx, "select id from install").lock_rows(" for update").optional_value::<InstallId>().await.map(drop)
}

/// Begins a new epoch: this database is a restored copy, and nothing that was approved before leaves by itself. The new
/// epoch; none before the first start.
pub async fn raise_epoch(tx: &mut Tx) -> sqlx::Result<Option<i64>> {
    query(tx, "update install set epoch = epoch + 1 returning epoch").optional_value().await
}

/// Keeps how far the sandbox's clock is ahead of the machine's.
pub async fn set_clock_offset(db: &Db, offset_us: i64) -> sqlx::Result<()> {
    query(db.writer(), "update install set clock_offset_us = $1").bind(offset_us).execute().await.map(drop)
}
