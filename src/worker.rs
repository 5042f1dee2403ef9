//! What runs beside the requests: the one list of jobs, of schedules, and of who is told of what happened.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{App, Job, Retry};
use crate::campaigns::{self, PrepareRun};
use crate::clock::MOST_OFF;
use crate::delivery::{self, Sender};
use crate::intake;
use crate::jobs::{self, Claimed, Task, Wait, guarded};
use crate::loyalty;
use crate::members::profiles::FetchProfile;
use crate::members::sessions;
use crate::members::timeline::Happened;
use crate::staff;
use crate::store::lease;

/// Timeline kinds somebody reacts to; [`tell`] says who.
pub const SUBSCRIBED: &[&str] = &["unfollowed"];

/// Every job there is, by name. A released name stays until no row has it.
const JOBS: &[&str] = &[FetchProfile::NAME, Happened::NAME, PrepareRun::NAME];

async fn run_job(app: &App, job: &Claimed) -> Result<(), Retry> {
    match job.name.as_str() {
        FetchProfile::NAME => run::<FetchProfile>(app, job).await,
        PrepareRun::NAME => run::<PrepareRun>(app, job).await,
        Happened::NAME => tell(app, &read(job)?).await,
        unknown => Err(Retry::GiveUp(format!("no job is called {unknown}"))),
    }
}

/// Who is told of what happened.
async fn tell(app: &App, happened: &Happened) -> Result<(), Retry> {
    match happened.kind.as_str() {
        "unfollowed" => Ok(delivery::on_unfollowed(app, happened).await.map(drop)?),
        _ => Ok(()),
    }
}

/// What is done again and again, by whichever replica comes first in each period.
#[derive(Debug, Clone, Copy)]
enum Schedule {
    Lapse,
    CloseLedgerDay,
    EndSessions,
    SweepPlans,
    RetainEvents,
    ForgetMessages,
}

impl Schedule {
    const ALL: [Self; 6] = [
        Self::Lapse,
        Self::CloseLedgerDay,
        Self::EndSessions,
        Self::SweepPlans,
        Self::RetainEvents,
        Self::ForgetMessages,
    ];

    /// Its name, as in the name of its lease.
    fn name(self) -> &'static str {
        match self {
            Self::Lapse => "lapse",
            Self::CloseLedgerDay => "close-ledger-day",
            Self::EndSessions => "end-sessions",
            Self::SweepPlans => "sweep-plans",
            Self::RetainEvents => "retain-events",
            Self::ForgetMessages => "forget-messages",
        }
    }

    fn period(self) -> TimeDelta {
        match self {
            Self::Lapse => TimeDelta::minutes(10),
            Self::CloseLedgerDay => TimeDelta::hours(1),
            Self::EndSessions | Self::SweepPlans => TimeDelta::hours(6),
            Self::RetainEvents | Self::ForgetMessages => TimeDelta::hours(12),
        }
    }

    async fn run(self, app: &App) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        match self {
            Self::Lapse => drop(loyalty::lapse(app).await?),
            Self::CloseLedgerDay => drop(loyalty::ledger::close_days(app).await?),
            Self::EndSessions => drop(sessions::sweep(app).await? + staff::sweep(app).await?),
            Self::SweepPlans => drop(campaigns::sweep(app).await?),
            Self::RetainEvents => intake::retain(app).await?,
            Self::ForgetMessages => forget_messages(app).await?,
        }
        Ok(())
    }
}

/// Removes the words of messages that have left, been refused or been dropped.
async fn forget_messages(app: &App) -> sqlx::Result<()> {
    delivery::replies::forget(app).await?;
    delivery::runs::forget_bodies(app).await?;
    campaigns::forget_bodies(app).await.map(drop)
}

/// Jobs that run at once, and how long a claim lasts before another worker may take it over.
const CLAIM: i64 = 16;
const CLAIM_LASTS: TimeDelta = TimeDelta::minutes(2);
/// How long an idle worker sleeps when nobody rings.
const POLL: Duration = Duration::from_secs(1);

/// Starts everything that runs beside the requests.
pub fn start(app: &App, tasks: &TaskTracker, stop: &CancellationToken) {
    tasks.spawn(keep_running_jobs(app.clone(), stop.clone()));
    tasks.spawn(schedules_loop(app.clone(), stop.clone()));
    tasks.spawn(keep_sending(Sender::new(app.clone()), stop.clone()));
}

async fn keep_sending(sender: Sender, stop: CancellationToken) {
    while let Err(panic) = guarded(sender.run(stop.clone())).await {
        tracing::error!(panic, "the sender stopped; it starts again in a second");
        tokio::time::sleep(POLL).await;
    }
}

/// Runs what is due until told to stop, then lets the jobs that run come to their end. Each is a task of its own: one that
/// takes long takes up one place and holds up no other.
pub async fn keep_running_jobs(app: App, stop: CancellationToken) {
    let mut running = JoinSet::new();
    while !stop.is_cancelled() {
        let free = CLAIM - i64::try_from(running.len()).unwrap_or(CLAIM);
        let claimed = claim_due(&app, free).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "jobs could not be claimed");
            Vec::new()
        });
        for job in claimed {
            let app = app.clone();
            running.spawn(async move {
                if let Err(error) = do_job(&app, &job).await {
                    tracing::warn!(%error, job.name, "what became of a job could not be written down; it runs again");
                }
            });
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.jobs_bell.notified() => {}
            () = tokio::time::sleep(POLL) => {}
            Some(_) = running.join_next() => while running.try_join_next().is_some() {},
        }
    }
    while running.join_next().await.is_some() {}
}

/// Runs the jobs that are due, by hand in tests; gives their number.
pub async fn run_due_jobs(app: &App) -> sqlx::Result<usize> {
    let claimed = claim_due(app, CLAIM).await?;
    for done in join_all(claimed.iter().map(|job| do_job(app, job))).await {
        done?;
    }
    Ok(claimed.len())
}

/// Brings back what another worker left, and takes up to `most` jobs.
async fn claim_due(app: &App, most: i64) -> sqlx::Result<Vec<Claimed>> {
    if most < 1 {
        return Ok(Vec::new());
    }
    let now = app.clock.now();
    jobs::sweep(&app.db, now, CLAIM_LASTS, CLAIM).await?;
    jobs::claim(&app.db, app.holder, now, JOBS, most, CLAIM_LASTS).await
}

async fn do_job(app: &App, job: &Claimed) -> sqlx::Result<()> {
    let outcome = guarded(run_job(app, job)).await.unwrap_or_else(|panic| Err(Retry::Failed(panic)));
    settle(app, job, outcome).await
}

async fn settle(app: &App, job: &Claimed, outcome: Result<(), Retry>) -> sqlx::Result<()> {
    let (wait, why) = match outcome {
        Ok(()) => return jobs::finish(app.db.writer(), job).await.map(drop),
        Err(Retry::GiveUp(why)) => {
            tracing::error!(job.name = job.name, why, "a job was given up");
            return jobs::give_up(app.db.writer(), job, &why).await.map(drop);
        }
        Err(Retry::Later(pause)) => (Wait::For(pause), String::from("not yet")),
        Err(Retry::Failed(why)) => {
            tracing::warn!(job.name = job.name, job.attempts = job.attempts, why, "a job failed");
            (Wait::Backoff, why)
        }
    };
    let mut tx = app.db.begin().await?;
    jobs::retry_later(&mut tx, job, app.clock.now(), wait, &why).await?;
    tx.commit().await
}

async fn run<J: Job>(app: &App, job: &Claimed) -> Result<(), Retry> {
    read::<J>(job)?.run(app, job.attempts).await
}

fn read<T: Task>(job: &Claimed) -> Result<T, Retry> {
    job.task().map_err(|error| Retry::GiveUp(format!("its body is not what this version expects: {error}")))
}

/// When this replica last looked at each schedule.
pub type Looked = BTreeMap<&'static str, DateTime<Utc>>;

async fn schedules_loop(app: App, stop: CancellationToken) {
    let mut looked = Looked::new();
    while !stop.is_cancelled() {
        run_due_schedules(&app, &mut looked).await;
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Runs the schedules that are due and that no other replica has taken.
pub async fn run_due_schedules(app: &App, looked: &mut Looked) {
    let now = app.clock.now();
    let is_due_now = |schedule: &Schedule| is_due(looked, schedule.name(), schedule.period(), now);
    let due: Vec<Schedule> = Schedule::ALL.into_iter().filter(is_due_now).collect();
    if due.is_empty() || !is_due(looked, ASKING, ASKED_AGAIN, now) {
        return;
    }
    if !is_time_told(app).await {
        looked.insert(ASKING, now);
        return;
    }
    for schedule in due {
        let name = schedule.name();
        looked.insert(name, now);
        match lease::take(app.db.writer(), &format!("schedule/{name}"), app.holder, now, schedule.period()).await {
            Ok(Some(_)) => {
                let outcome = guarded(schedule.run(app)).await.unwrap_or_else(|panic| Err(panic.into()));
                if let Err(error) = outcome {
                    tracing::warn!(schedule.name = name, %error, "a scheduled step failed; it comes again");
                }
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "a schedule could not be looked up"),
        }
    }
}

/// Also when the clock was set back.
fn is_due(looked: &Looked, name: &str, period: TimeDelta, now: DateTime<Utc>) -> bool {
    looked.get(name).is_none_or(|last| *last + period <= now || *last > now)
}

/// Asking LINE the time again, after it gave no answer or another time than ours.
const ASKING: &str = "ask-the-time";
const ASKED_AGAIN: TimeDelta = TimeDelta::minutes(1);

/// Whether LINE says that our clock is right. All the schedules end something or throw it away, and what was ended on a wrong
/// day does not come back: until the time is told they wait.
async fn is_time_told(app: &App) -> bool {
    match app.line.ask_clock().await {
        Some(skew) if skew.abs() <= MOST_OFF => true,
        Some(skew) => {
            let seconds = skew.num_seconds();
            tracing::error!(seconds, "this machine's clock is not LINE's: nothing is ended until it is set right");
            false
        }
        None => {
            tracing::warn!("LINE does not answer, so the time is not certain: what runs out is ended later");
            false
        }
    }
}
