//! Jobs nobody tries any more, for a person to look at.

use chrono::{DateTime, Utc};

use crate::ids::JobId;
use crate::store::{On, query};

/// A dead job.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Dead {
    /// The job.
    pub id: JobId,
    /// Its task's name.
    pub name: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it is dead.
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
}

/// Dead jobs after `after` (from the start when `None`), oldest first, at most `limit`.
pub async fn list(on: impl Into<On<'_>>, after: Option<JobId>, limit: i64) -> sqlx::Result<Vec<Dead>> {
    query(
        on,
        "select id, name, attempts, error, created_at from job where state = 'dead' and id > $1 order by id limit $2",
    )
    .bind(after.unwrap_or(JobId(uuid::Uuid::nil())))
    .bind(limit)
    .all()
    .await
}

/// How many jobs wait, run, and are dead.
pub async fn count(on: impl Into<On<'_>>) -> sqlx::Result<(i64, i64, i64)> {
    query(
        on,
        "select count(*) filter (where state = 'waiting'), count(*) filter (where state = 'running'),
                count(*) filter (where state = 'dead') from job",
    )
    .one()
    .await
}

/// Lets a dead job run again with all its attempts; false when it is not dead, or when one with its unique key waits already.
pub async fn revive(on: impl Into<On<'_>>, id: JobId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let changed = query(
        on,
        "update job set state = 'waiting', attempts = 0, run_at = $1
         where id = $2 and state = 'dead' and not exists (
             select 1 from job other where other.state = 'waiting' and other.name = job.name and other.unique_key = job.unique_key)",
    )
    .bind(now)
    .bind(id)
    .execute()
    .await?;
    Ok(changed == 1)
}
