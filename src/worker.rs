//! What runs beside the requests: the one list of jobs, of schedules, and of who is told of what happened.

use std::time::Duration;

use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{App, Job, Retry};
use crate::campaigns;
use crate::delivery::{replies, sender};
use crate::jobs::{self, Claimed, Task as _};
use crate::loyalty;
use crate::members::profiles::FetchProfile;
use crate::members::sessions;
use crate::members::timeline::Happened;
use crate::store::lease;
use crate::intake;

/// Timeline kinds somebody reacts to; [`tell`] says who.
pub const SUBSCRIBED: &[&str] = &["unfollowed"];

/// Every job there is, by name. A released name stays until no row has it.
async fn run_job(app: &App, job: &Claimed) -> Result<(), Retry> {
    match job.name.as_str() {
        FetchProfile::NAME => run::<FetchProfile>(app, job).await,
        Happened::NAME => tell(app, &job.read()?).await,
        unknown => Err(Retry::GiveUp(format!("no job is called {unknown}; was it made by a newer version?"))),
    }
}

/// Who is told of what happened.
async fn tell(app: &App, happened: &Happened) -> Result<(), Retry> {
    match happened.kind.as_str() {
        "unfollowed" => Ok(campaigns::on_unfollowed(app, happened).await?),
        _ => Ok(()),
    }
}

/// What is done again and again, by whichever replica comes first in each period.
async fn run_schedule(app: &App, name: &str) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    match name {
        "lapse" => loyalty::lapse(app).await?,
        "close-ledger-day" => loyalty::close_days(app).await?,
        "retain-events" => intake::retain(app).await?,
        "end-sessions" => drop(sessions::sweep(app).await?),
        "settle-replies" => replies::sweep(app).await?,
        _ => {}
    }
    Ok(())
}

/// Name and period of each schedule.
const SCHEDULES: &[(&str, TimeDelta)] = &[
    ("settle-replies", TimeDelta::seconds(5)),
    ("lapse", TimeDelta::minutes(10)),
    ("close-ledger-day", TimeDelta::hours(1)),
    ("end-sessions", TimeDelta::hours(6)),
    ("retain-events", TimeDelta::hours(12)),
];

/// Jobs claimed at once, and how long a claim lasts before another worker may take it over.
const CLAIM: i64 = 16;
const CLAIM_LASTS: TimeDelta = TimeDelta::minutes(2);
/// How long an idle worker sleeps when nobody rings.
const POLL: Duration = Duration::from_secs(1);

/// Starts everything that runs beside the requests.
pub fn start(app: &App, tasks: &TaskTracker, stop: &CancellationToken) {
    tasks.spawn(jobs_loop(app.clone(), stop.clone()));
    tasks.spawn(schedules_loop(app.clone(), stop.clone()));
    tasks.spawn(sender::run(app.clone(), stop.clone()));
}

async fn jobs_loop(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match run_due_jobs(&app).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::warn!(%error, "jobs could not be claimed"),
        }
        tokio::select! {
            () = app.jobs_bell.notified() => {}
            () = tokio::time::sleep(POLL) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Runs the jobs that are due, by hand in tests; gives their number.
pub async fn run_due_jobs(app: &App) -> sqlx::Result<usize> {
    let claimed = jobs::claim(&app.db, app.holder, app.clock.now(), CLAIM, CLAIM_LASTS).await?;
    for job in &claimed {
        let outcome = run_job(app, job).await;
        settle(app, job, outcome).await?;
    }
    Ok(claimed.len())
}

async fn settle(app: &App, job: &Claimed, outcome: Result<(), Retry>) -> sqlx::Result<()> {
    let now = app.clock.now();
    match outcome {
        Ok(()) => jobs::finish(&app.db, job).await,
        Err(Retry::Later(wait)) => jobs::put_back(&app.db, job, now + wait).await,
        Err(Retry::GiveUp(why)) => {
            tracing::error!(job.name = job.name, why, "a job was given up");
            jobs::bury(&app.db, job, &why).await
        }
        Err(Retry::Failed(why)) => {
            tracing::warn!(job.name = job.name, job.attempt = job.attempt, why, "a job failed");
            jobs::failed(&app.db, job, &why, now).await
        }
    }
}

async fn run<J: Job>(app: &App, job: &Claimed) -> Result<(), Retry> {
    job.read::<J>()?.run(app, job.attempt).await
}

async fn schedules_loop(app: App, stop: CancellationToken) {
    while !stop.is_cancelled() {
        for (name, period) in SCHEDULES {
            match lease::take(app.db.writer(), &format!("schedule/{name}"), app.holder, app.clock.now(), *period).await {
                Ok(Some(_)) => {
                    if let Err(error) = run_schedule(&app, name).await {
                        tracing::warn!(schedule.name = name, %error, "a scheduled step failed; it comes again");
                    }
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "a schedule could not be looked up"),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            () = stop.cancelled() => return,
        }
    }
}
