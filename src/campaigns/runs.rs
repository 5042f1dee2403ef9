//! A run from its plan to its end: its deliveries written, and a person's hand on it.

use serde_json::json;

use super::{history, store};
use crate::app::App;
use crate::delivery::approval::{self, State};
use crate::delivery::runs::{MULTICAST_RECIPIENTS, add, open, written_up_to};
use crate::delivery::{self, Pause, Resumed, fault};
use crate::ids::{Actor, RunId};
use crate::staff::audit;
use crate::store::Tx;

/// Writes the deliveries and batches of a run, page by page, and opens it; how many messages it may send, or none when
/// somebody else has opened it already. Whoever is cut off, another goes on where it stood.
pub async fn prepare(app: &App, run: RunId) -> sqlx::Result<Option<i64>> {
    let Some((_, plan)) = store::plan_of(&app.db, run).await? else { return Ok(None) };
    loop {
        let mut tx = app.db.begin().await?;
        let Some(after) = written_up_to(&mut tx, run).await? else {
            tx.commit().await?;
            return Ok(None);
        };
        let people = store::page(&mut tx, plan, after, MULTICAST_RECIPIENTS).await?;
        let is_last = people.len() < MULTICAST_RECIPIENTS;
        add(app, &mut tx, run, &people, is_last).await?;
        tx.commit().await?;
        if is_last {
            break;
        }
    }
    fault::point("planned");
    open(app, run).await
}

/// What came of a person's wish for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steered {
    /// It is so from now on.
    Done(RunId),
    /// Its state does not allow it, or is that already.
    Not(RunId, State),
    /// The campaign was never run.
    NeverRun,
    /// This database is a copy of the one the run was approved in.
    RestoredCopy(RunId),
}

/// Lets the newest run of a campaign stand still. Requests already on their way arrive.
pub async fn pause(app: &App, campaign: &str, actor: &Actor) -> sqlx::Result<Steered> {
    let Some(run) = newest(app, campaign).await? else { return Ok(Steered::NeverRun) };
    let mut tx = app.db.begin().await?;
    let is_done = delivery::pause(app, &mut tx, run, Pause::ByHand).await?;
    told(app, tx, run, is_done, actor, "campaign.paused").await
}

/// Lets the newest run of a campaign go on with what is left of it.
pub async fn resume(app: &App, campaign: &str, actor: &Actor) -> sqlx::Result<Steered> {
    let Some(run) = newest(app, campaign).await? else { return Ok(Steered::NeverRun) };
    let mut tx = app.db.begin().await?;
    let resumed = delivery::resume(app, &mut tx, run).await?;
    if resumed == Resumed::RestoredCopy {
        tx.commit().await?;
        return Ok(Steered::RestoredCopy(run));
    }
    let steered = told(app, tx, run, resumed == Resumed::Yes, actor, "campaign.resumed").await?;
    app.sender_bell.notify_one();
    Ok(steered)
}

/// Ends the newest run of a campaign: what has not left does not leave any more.
pub async fn cancel(app: &App, campaign: &str, actor: &Actor) -> sqlx::Result<Steered> {
    let Some(run) = newest(app, campaign).await? else { return Ok(Steered::NeverRun) };
    let mut tx = app.db.begin().await?;
    let is_done = delivery::cancel(app, &mut tx, run).await?;
    let steered = told(app, tx, run, is_done, actor, "campaign.cancelled").await?;
    delivery::end_cancelled(app).await?;
    Ok(steered)
}

async fn newest(app: &App, campaign: &str) -> sqlx::Result<Option<RunId>> {
    Ok(history::last_run(&app.db, campaign).await?.map(|ran| ran.run))
}

/// Keeps in the audit what was done, in its own transaction, or says how the run stands.
async fn told(app: &App, mut tx: Tx, run: RunId, is_done: bool, actor: &Actor, action: &str) -> sqlx::Result<Steered> {
    let steered = if is_done {
        audit::record(app, &mut tx, actor, action, &run.to_string(), json!({})).await?;
        Steered::Done(run)
    } else {
        let state = approval::find(&mut tx, run).await?.map_or(State::Preparing, |approval| approval.state);
        Steered::Not(run, state)
    };
    tx.commit().await?;
    Ok(steered)
}
