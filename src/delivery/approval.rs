//! The approved count of a run, and its brake. Every message is taken from the count by one conditional write before it
//! leaves, so message N+1 does not leave, whoever sends and however often.

use serde::Serialize;

use super::pauses::Pause;
use crate::app::App;
use crate::ids::RunId;
use crate::store::{On, Tx, query};

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum State {
    /// Its deliveries are being written; nothing leaves yet.
    Preparing,
    /// Its messages may leave.
    Open,
    /// It stands still; `paused_because` says why.
    Paused,
    /// Every message has its outcome.
    Done,
    /// It was ended by a person.
    Cancelled,
}

/// The approved count of one run.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Approval {
    /// Of which installation the approval was given.
    pub epoch: i64,
    /// Messages that may leave.
    pub approved: i64,
    /// Messages that left, or may have.
    pub taken: i64,
    /// What the run is doing.
    pub state: State,
    /// Why it stands still.
    pub paused_because: Option<String>,
}

/// What resuming a run came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resumed {
    /// It goes on.
    Yes,
    /// It was not paused.
    NotPaused,
    /// This database is a copy of the one the run was approved in.
    RestoredCopy,
}

/// Makes the approval of a run whose deliveries are about to be written, over as many messages as its plan counted; nothing
/// when it is there already.
pub async fn prepare(app: &App, tx: &mut Tx, run: RunId, approved: i64) -> sqlx::Result<()> {
    let now = app.clock.now();
    query(
        tx,
        "insert into approval (run, epoch, approved, state, created_at, changed_at)
         select $1, epoch, $2, 'preparing', $3, $4 from install where true on conflict (run) do nothing",
    )
    .bind(run)
    .bind(approved)
    .bind(now)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// The approval of a run.
pub async fn find(on: impl Into<On<'_>>, run: RunId) -> sqlx::Result<Option<Approval>> {
    query(on, "select epoch, approved, taken, state, paused_because from approval where run = $1")
        .bind(run)
        .optional()
        .await
}

/// Locks a run that is being prepared; false when it no longer is.
pub(super) async fn lock_preparing(tx: &mut Tx, run: RunId) -> sqlx::Result<bool> {
    lock(tx, run, State::Preparing).await
}

/// Locks a run whose messages may leave, so that nobody stops it before this transaction ends; false when they may not.
pub(super) async fn lock_open(tx: &mut Tx, run: RunId) -> sqlx::Result<bool> {
    lock(tx, run, State::Open).await
}

async fn lock(tx: &mut Tx, run: RunId, state: State) -> sqlx::Result<bool> {
    let found = query(tx, "select approved from approval where run = $1 and state = $2")
        .bind(run)
        .bind(state)
        .lock_rows(" for update")
        .optional_value::<i64>()
        .await?;
    Ok(found.is_some())
}

/// Lets a prepared run start that holds `messages` messages, or pauses it when that is more than its plan counted.
pub(super) async fn open(app: &App, tx: &mut Tx, run: RunId, messages: i64) -> sqlx::Result<bool> {
    let changed = query(
        &mut *tx,
        "update approval set state = 'open', changed_at = $2 where run = $1 and state = 'preparing' and approved >= $3",
    )
    .bind(run)
    .bind(app.clock.now())
    .bind(messages)
    .execute()
    .await?;
    if changed == 0 && stop(app, tx, run, State::Preparing, Pause::OverPlan).await? {
        tracing::error!(run.id = %run, messages, "a run holds more messages than its plan counted; it is paused");
    }
    Ok(changed == 1)
}

/// Takes `count` messages from the approved number; false when the run stands still or not that many are left. All or none.
pub(super) async fn take(tx: &mut Tx, run: RunId, count: i64) -> sqlx::Result<bool> {
    let changed = query(
        tx,
        "update approval set taken = taken + $2 where run = $1 and state = 'open' and taken + $3 <= approved",
    )
    .bind(run)
    .bind(count)
    .bind(count)
    .execute()
    .await?;
    Ok(changed == 1)
}

/// Gives back messages that surely did not leave.
pub(super) async fn give_back(tx: &mut Tx, run: RunId, count: i64) -> sqlx::Result<()> {
    query(tx, "update approval set taken = taken - $2 where run = $1 and taken >= $3")
        .bind(run)
        .bind(count)
        .bind(count)
        .execute()
        .await
        .map(drop)
}

/// Stops a run where it stands; false when it was not running. Requests already on their way are let arrive.
pub async fn pause(app: &App, on: impl Into<On<'_>>, run: RunId, because: Pause) -> sqlx::Result<bool> {
    stop(app, on, run, State::Open, because).await
}

async fn stop(app: &App, on: impl Into<On<'_>>, run: RunId, from: State, because: Pause) -> sqlx::Result<bool> {
    let changed = query(
        on,
        "update approval set state = 'paused', paused_because = $2, changed_at = $3 where run = $1 and state = $4",
    )
    .bind(run)
    .bind(because.word())
    .bind(app.clock.now())
    .bind(from)
    .execute()
    .await?;
    Ok(changed == 1)
}

/// Lets a paused run go on with what is left of it. Ring `app.sender_bell` after the commit.
pub async fn resume(app: &App, tx: &mut Tx, run: RunId) -> sqlx::Result<Resumed> {
    // What waits for reserved messages begins to wait anew. Batches are locked before the approval, as the sender does.
    query(
        &mut *tx,
        "update batch set reserved_since = null where run = $1 and reserved_since is not null
         and exists (select 1 from approval a where a.run = batch.run and a.state = 'paused')",
    )
    .bind(run)
    .execute()
    .await?;
    let changed = query(
        &mut *tx,
        "update approval set state = 'open', paused_because = null, changed_at = $2
         where run = $1 and state = 'paused' and epoch = (select epoch from install)",
    )
    .bind(run)
    .bind(app.clock.now())
    .execute()
    .await?;
    if changed == 1 {
        return Ok(Resumed::Yes);
    }
    let is_copy = find(tx, run).await?.is_some_and(|approval| approval.state == State::Paused);
    Ok(if is_copy { Resumed::RestoredCopy } else { Resumed::NotPaused })
}

/// Runs whose messages may leave, oldest first. A run that another installation approved is paused instead: this database
/// is a restored copy, and the original may still be sending.
pub(super) async fn open_runs(app: &App) -> sqlx::Result<Vec<RunId>> {
    let open = query(
        &app.db,
        "select run, epoch = (select epoch from install) from approval where state = 'open' order by created_at",
    )
    .all::<(RunId, bool)>()
    .await?;
    for (run, _) in open.iter().filter(|(_, is_ours)| !is_ours) {
        pause(app, app.db.writer(), *run, Pause::RestoredCopy).await?;
        tracing::warn!(run.id = %run, "paused a run that another installation approved: this database is a restored copy");
    }
    Ok(open.into_iter().filter(|(_, is_ours)| *is_ours).map(|(run, _)| run).collect())
}

/// Ends the runs in which nothing is left to send.
pub(super) async fn finish(app: &App) -> sqlx::Result<()> {
    let unfinished = "select run from approval a where state = 'open'
         and not exists (select 1 from batch b where b.run = a.run and b.state in ('ready', 'trying'))";
    for run in query(&app.db, unfinished).values::<RunId>().await? {
        let changed = query(
            app.db.writer(),
            "update approval set state = 'done', changed_at = $2 where run = $1 and state = 'open'
             and not exists (select 1 from batch b where b.run = approval.run and b.state in ('ready', 'trying'))",
        )
        .bind(run)
        .bind(app.clock.now())
        .execute()
        .await?;
        if changed == 1 {
            tracing::info!(run.id = %run, "a run is done");
        }
    }
    Ok(())
}
