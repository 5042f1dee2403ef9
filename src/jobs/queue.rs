//! A job's way through the queue, in SQL.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::types::Json;

use super::Task;
use super::backoff::{ATTEMPTS, LONGEST, pause_after};
use crate::ids::{HolderId, Ids, JobId};
use crate::store::{Db, On, Query, Tx, query};

/// When a job is to run.
#[derive(Debug, Clone, Default)]
pub struct When {
    /// Not before this instant; `None` is at once.
    pub run_at: Option<DateTime<Utc>>,
    /// Of waiting jobs with the same name and key there is one. A second one brings it forward if it wants to run sooner.
    pub unique_key: Option<String>,
    /// Lower runs first; 0 is usual.
    pub priority: i64,
}

impl When {
    /// As soon as a worker is free.
    pub fn now() -> Self {
        Self::default()
    }

    /// Not before `run_at`.
    pub fn at(run_at: DateTime<Utc>) -> Self {
        Self { run_at: Some(run_at), ..Self::default() }
    }

    /// Once, however often it is asked for while it waits.
    #[must_use]
    pub fn unique(self, key: impl Into<String>) -> Self {
        Self { unique_key: Some(key.into()), ..self }
    }
}

/// A job in the hands of a worker, until `leased_until`.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Claimed {
    /// The job.
    pub id: JobId,
    /// Its task's [`Task::NAME`].
    pub name: String,
    /// Its task's [`Task::FORMAT`] when it was written.
    pub format: i64,
    /// Its task.
    pub body: Json<Value>,
    /// Which attempt this is, from 1.
    pub attempts: i64,
    /// Who claimed it.
    pub leased_by: HolderId,
    /// From then on a sweep may give it to another.
    pub leased_until: DateTime<Utc>,
    /// How many times it was claimed, which no retry takes back; the fencing token.
    pub claims: i64,
}

impl Claimed {
    /// Reads the task.
    pub fn task<T: Task>(&self) -> serde_json::Result<T> {
        serde::Deserialize::deserialize(&self.body.0)
    }
}

/// How long a failed or unready job waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// It failed: after the published back-off, and dead after the tenth attempt.
    Backoff,
    /// It was not its fault, or not yet time: after this long, and the attempt is given back.
    For(TimeDelta),
}

/// What became of a job that did not get done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It runs again then.
    Waits(DateTime<Utc>),
    /// Another job with its unique key waits already and does its work.
    Merged,
    /// It used up its attempts.
    Died,
    /// Its lease had run out and it is another's by now.
    Lost,
}

/// Writes a job into the queue within the transaction that wants it.
pub async fn enqueue<T: Task>(tx: &mut Tx, ids: &Ids, now: DateTime<Utc>, task: &T, when: When) -> sqlx::Result<()> {
    let body = serde_json::to_value(task).map_err(|error| sqlx::Error::Encode(error.into()))?;
    query(
        tx,
        "insert into job (id, name, format, body, state, run_at, priority, unique_key, created_at)
         values ($1, $2, $3, $4, 'waiting', $5, $6, $7, $8)
         on conflict (name, unique_key) where state = 'waiting' do update
         set run_at = case when excluded.run_at < job.run_at then excluded.run_at else job.run_at end",
    )
    .bind(ids.make::<JobId>())
    .bind(T::NAME)
    .bind(T::FORMAT)
    .bind(Json(body))
    .bind(when.run_at.unwrap_or(now))
    .bind(when.priority)
    .bind(when.unique_key)
    .bind(now)
    .execute()
    .await
    .map(|_| ())
}

/// Claims up to `limit` due jobs of the given names for `holder` until `now + lease`. No job goes to two workers.
pub async fn claim(
    db: &Db,
    holder: HolderId,
    now: DateTime<Utc>,
    names: &[&str],
    limit: i64,
    lease: TimeDelta,
) -> sqlx::Result<Vec<Claimed>> {
    let is_due = due(query(db, "select 1 from job where "), now).push(" limit 1").optional_value::<i32>();
    if is_due.await?.is_none() {
        return Ok(Vec::new());
    }
    let claiming = query(
        db.writer(),
        "update job set state = 'running', attempts = attempts + 1, claims = claims + 1, leased_by = ",
    )
    .push_bind(holder)
    .push(", leased_until = ")
    .push_bind(now + lease)
    .push(" where id in (select id from job where ");
    due(claiming, now)
        .push(" and name in (")
        .push_list(names.iter().copied())
        .push(") order by priority, run_at limit ")
        .push_bind(limit)
        .lock_rows(" for update skip locked")
        .push(") returning id, name, format, body, attempts, leased_by, leased_until, claims")
        .all()
        .await
}

/// That a job is due: its time has come, it was to run at once, or it waits for longer than any failure makes it wait,
/// because the clock has stepped back since.
fn due<'a>(statement: Query<'a>, now: DateTime<Utc>) -> Query<'a> {
    statement
        .push("state = 'waiting' and (run_at <= ")
        .push_bind(now)
        .push(" or run_at = created_at or attempts > 0 and run_at > ")
        .push_bind(now + LONGEST)
        .push(")")
}

/// Takes a done job out of the queue, best in the transaction of its effects; false when its lease was lost meanwhile.
pub async fn finish(on: impl Into<On<'_>>, job: &Claimed) -> sqlx::Result<bool> {
    let gone =
        query(on, "delete from job where id = $1 and claims = $2 and state = 'running'").bind(job.id).bind(job.claims);
    Ok(gone.execute().await? == 1)
}

/// Puts a job back that did not get done. `error` is kept with it and shown to the operator: no personal data in it.
pub async fn retry_later(
    tx: &mut Tx,
    job: &Claimed,
    now: DateTime<Utc>,
    wait: Wait,
    error: &str,
) -> sqlx::Result<Fate> {
    let (run_at, attempts) = match wait {
        Wait::For(pause) => (now + pause, job.attempts - 1),
        Wait::Backoff => match pause_after(job.attempts.min(ATTEMPTS), job.id) {
            Some(pause) => (now + pause, job.attempts),
            None => return Ok(if give_up(tx, job, error).await? { Fate::Died } else { Fate::Lost }),
        },
    };
    put_back(tx, job.id, job.claims, run_at, attempts, Some(error)).await
}

/// Marks a job dead at once; false when its lease was lost meanwhile.
pub async fn give_up(on: impl Into<On<'_>>, job: &Claimed, error: &str) -> sqlx::Result<bool> {
    let changed = query(
        on,
        "update job set state = 'dead', error = $1, leased_by = null, leased_until = null
         where id = $2 and claims = $3 and state = 'running'",
    )
    .bind(error)
    .bind(job.id)
    .bind(job.claims)
    .execute()
    .await?;
    Ok(changed == 1)
}

/// Brings back jobs whose worker died: their lease of `lease` ran out before `now`, or ends later than it can (the clock has
/// stepped back; twice as long leaves room for replicas whose clocks differ). The attempt counts, so that a job that kills its
/// worker each time ends up dead. How many were brought back or buried; at most `limit` at a time.
pub async fn sweep(db: &Db, now: DateTime<Utc>, lease: TimeDelta, limit: i64) -> sqlx::Result<u64> {
    let latest = now + lease * 2;
    let is_due =
        query(db, "select 1 from job where state = 'running' and (leased_until <= $1 or leased_until > $2) limit 1")
            .bind(now)
            .bind(latest)
            .optional_value::<i32>();
    if is_due.await?.is_none() {
        return Ok(0);
    }
    let mut tx = db.begin().await?;
    let orphans = query(
        &mut tx,
        "select id, name, format, body, attempts, leased_by, leased_until, claims from job
         where state = 'running' and (leased_until <= $1 or leased_until > $2) order by leased_until limit $3",
    )
    .bind(now)
    .bind(latest)
    .bind(limit)
    .lock_rows(" for update skip locked")
    .all::<Claimed>()
    .await?;
    for job in &orphans {
        retry_later(&mut tx, job, now, Wait::Backoff, "the worker stopped before it was done").await?;
    }
    tx.commit().await?;
    Ok(u64::try_from(orphans.len()).unwrap_or_default())
}

/// Makes a running job wait again. Where another with its unique key waits already, that one does the work.
async fn put_back(
    tx: &mut Tx,
    id: JobId,
    claims: i64,
    run_at: DateTime<Utc>,
    attempts: i64,
    error: Option<&str>,
) -> sqlx::Result<Fate> {
    let key = query(&mut *tx, "select name, unique_key from job where id = $1 and claims = $2 and state = 'running'")
        .bind(id)
        .bind(claims)
        .lock_rows(" for update")
        .optional::<(String, Option<String>)>()
        .await?;
    let Some((name, unique_key)) = key else { return Ok(Fate::Lost) };
    if let Some(unique_key) = unique_key
        && merge_into_waiting(&mut *tx, &name, &unique_key, run_at).await?
    {
        query(tx, "delete from job where id = $1").bind(id).execute().await?;
        return Ok(Fate::Merged);
    }
    query(
        tx,
        "update job set state = 'waiting', run_at = $1, attempts = $2, error = $3, leased_by = null, leased_until = null where id = $4",
    )
    .bind(run_at)
    .bind(attempts)
    .bind(error)
    .bind(id)
    .execute()
    .await?;
    Ok(Fate::Waits(run_at))
}

async fn merge_into_waiting(tx: &mut Tx, name: &str, unique_key: &str, run_at: DateTime<Utc>) -> sqlx::Result<bool> {
    let merged = query(
        tx,
        "update job set run_at = case when $1 < run_at then $1 else run_at end
         where name = $2 and unique_key = $3 and state = 'waiting'",
    )
    .bind(run_at)
    .bind(name)
    .bind(unique_key)
    .execute()
    .await?;
    Ok(merged > 0)
}
