//! Runs that another copy of this database may have gone on with, so that here they must not leave by themselves: those that
//! were approved before the database was restored, and those that lay open while nobody sent for most of a day.

use chrono::TimeDelta;

use super::pauses::Pause;
use super::sender::LEASE;
use crate::app::App;
use crate::ids::RunId;
use crate::store::{Tx, query};

/// How long an open run may lie without a sender. A request that another copy sent since is answered with 409, for LINE knows
/// its retry key for 24 hours ("Retry failed API requests", read 2026-08); the rest is for clocks and for the sending itself.
pub const LEFT_OPEN: TimeDelta = TimeDelta::hours(20);

/// Stops every run that has not ended and was approved under another epoch than the installation's; all that stand still for
/// that reason, also those that were stopped before.
pub async fn stop_all_of_another_epoch(app: &App, tx: &mut Tx) -> sqlx::Result<Vec<RunId>> {
    let mut runs = query(
        tx,
        "update approval set state = 'paused', paused_because = $1, changed_at = $2
         where state in ('preparing', 'open', 'paused') and epoch <> (select epoch from install) returning run",
    )
    .bind(Pause::RestoredCopy.word())
    .bind(app.clock.now())
    .values::<RunId>()
    .await?;
    runs.sort_unstable();
    Ok(runs)
}

/// Pauses the runs that have lain open for longer than [`LEFT_OPEN`] while nobody sent; done before a sender starts. A person
/// who knows that no other copy sent meanwhile lets them go on.
pub async fn pause_left_open(app: &App) -> sqlx::Result<Vec<RunId>> {
    let now = app.clock.now();
    let runs = query(
        app.db.writer(),
        "update approval set state = 'paused', paused_because = $1, changed_at = $2
         where state = 'open' and changed_at <= $3 and epoch = (select epoch from install)
           and not exists (select 1 from lease where name = $4 and ends_at > $3) returning run",
    )
    .bind(Pause::LeftOpen.word())
    .bind(now)
    .bind(now - LEFT_OPEN)
    .bind(LEASE)
    .values::<RunId>()
    .await?;
    for run in &runs {
        tracing::warn!(run.id = %run, "paused a run that lay open for most of a day while nobody sent: LINE no longer knows its retry keys for certain");
    }
    Ok(runs)
}
