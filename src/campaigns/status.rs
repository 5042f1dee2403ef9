//! How a run stands, read from rows alone.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::history::{self, Ran};
use super::store;
use super::types::{Count, counts};
use crate::app::App;
use crate::delivery::Reason;
use crate::delivery::approval::{self, State};
use crate::delivery::runs::{self, Counts};
use crate::ids::RunId;

/// A run. As JSON exactly what `shuke status NAME --format json` prints. When it has ended, planned = accepted + refused +
/// skipped + unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The campaign.
    pub campaign: String,
    /// The run.
    pub run: RunId,
    /// What it is doing.
    pub state: State,
    /// People it was planned for, also while not all of their deliveries are written.
    pub planned: i64,
    /// Those whose message LINE took. That is not yet delivery.
    pub accepted: i64,
    /// Those whose message LINE refused.
    pub refused: i64,
    /// Those whose message did not leave, by reason.
    pub skipped: Vec<Count>,
    /// Those of whom nobody knows.
    pub unknown: i64,
    /// Why it stands still.
    pub paused_because: Option<String>,
    /// What a person wants to know besides.
    #[serde(skip)]
    pub more: Progress,
}

/// What a person wants to know of a run besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// When it was applied.
    pub at: DateTime<Utc>,
    /// Messages still to leave, or on their way.
    pub waiting: i64,
    /// Those LINE refused, by reason.
    pub refused: Vec<Count>,
    /// Those of whom nobody knows, by reason.
    pub unknown: Vec<Count>,
    /// Requests a person must look at: number, people in it, the last words heard.
    pub doubtful: Vec<(i64, i64, Option<String>)>,
}

/// How the newest run of a campaign stands; none when it was never run.
pub async fn status(app: &App, campaign: &str) -> sqlx::Result<Option<Status>> {
    match history::last_run(&app.db, campaign).await? {
        Some(ran) => of(app, ran, campaign).await.map(Some),
        None => Ok(None),
    }
}

/// How one run stands.
pub async fn status_of(app: &App, run: RunId) -> sqlx::Result<Option<Status>> {
    let Some((campaign, plan)) = store::plan_of(&app.db, run).await? else { return Ok(None) };
    match history::run_of(&app.db, plan).await? {
        Some(ran) => of(app, ran, &campaign).await.map(Some),
        None => Ok(None),
    }
}

async fn of(app: &App, Ran { run, at }: Ran, campaign: &str) -> sqlx::Result<Status> {
    let approval = approval::find(&app.db, run).await?;
    let state = approval.as_ref().map_or(State::Preparing, |approval| approval.state);
    let approved = approval.as_ref().map_or(0, |approval| approval.approved);
    let counts_of_run = with_unwritten(runs::count(&app.db, run).await?, approved, state);
    Ok(Status {
        campaign: String::from(campaign),
        run,
        state,
        planned: counts_of_run.planned,
        accepted: counts_of_run.accepted,
        refused: counts_of_run.refused(),
        skipped: counts(counts_of_run.skipped.iter().copied()),
        unknown: counts_of_run.unknown(),
        paused_because: approval.and_then(|approval| approval.paused_because),
        more: Progress {
            at,
            waiting: counts_of_run.waiting,
            refused: counts(counts_of_run.refused.iter().copied()),
            unknown: counts(counts_of_run.unknown.iter().copied()),
            doubtful: runs::unknown_batches(&app.db, run).await?,
        },
    })
}

/// The counts of a run together with the people whose deliveries are not written: all that its plan counted are told of,
/// wherever the writing was stopped.
fn with_unwritten(mut counts: Counts, approved: i64, state: State) -> Counts {
    let unwritten = (approved - counts.planned).max(0);
    match state {
        _ if unwritten == 0 => {}
        State::Preparing | State::Paused => {
            counts.planned += unwritten;
            counts.waiting += unwritten;
        }
        State::Cancelled => {
            counts.planned += unwritten;
            match counts.skipped.iter_mut().find(|(reason, _)| *reason == Reason::Cancelled) {
                Some((_, count)) => *count += unwritten,
                None => counts.skipped.push((Reason::Cancelled, unwritten)),
            }
        }
        State::Open | State::Done => {}
    }
    counts
}
