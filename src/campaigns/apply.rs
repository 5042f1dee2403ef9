//! From a plan to a run: refused when anything of it no longer holds, and once only.

use chrono::TimeDelta;
use serde_json::json;

use super::digest::{Difference, Fingerprint, differences};
use super::history::{self, Ran, Standing};
use super::jobs::PrepareRun;
use super::store::{self, Kept};
use crate::app::App;
use crate::delivery::{Quota, State, approval, runs};
use crate::ids::{Actor, RunId};
use crate::jobs::{self, When};
use crate::staff::audit;
use crate::store::{On, Tx};

/// A plan is good for this long.
const GOOD_FOR: TimeDelta = TimeDelta::hours(24);

/// The service goes on with a run whose writing was cut off after this long.
const LEFT_BEHIND: TimeDelta = TimeDelta::seconds(15);

/// What applying a plan came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// The run is there; its messages leave from now on.
    Started(RunId),
    /// This plan was run before. Nothing was done.
    AlreadyRun(Ran),
    /// It no longer fits. Nothing was done.
    Refused(Vec<Difference>),
}

/// The run this plan had already.
pub async fn ran(on: impl Into<On<'_>>, plan: &Kept) -> sqlx::Result<Option<Ran>> {
    history::run_of(on, plan.id).await
}

/// What stands in the way of a plan, as things are `now`. Holds until the transaction ends when it is asked after [`lock`]. A
/// month that does not suffice is asked of LINE apart ([`quota_gap`]).
pub async fn obstacles(
    app: &App,
    on: impl Into<On<'_>>,
    plan: &Kept,
    now: &Fingerprint,
) -> sqlx::Result<Vec<Difference>> {
    let mut found = differences(&plan.fingerprint, now);
    if app.clock.now() >= plan.created_at + GOOD_FOR {
        found.push(Difference::TooOld { planned_at: plan.created_at });
    }
    let runs = history::runs(on, &plan.campaign).await?;
    let unseen = runs.iter().find(|run| !plan.fingerprint.after.contains(&run.run));
    found.extend(unseen.map(|run| in_the_way(plan, run)));
    Ok(found)
}

/// What a run of its campaign means that had not ended when the plan was made, or was not there: people who get it, or got it,
/// are in the plan.
fn in_the_way(plan: &Kept, standing: &Standing) -> Difference {
    let Standing { run, at, state, changed_at, .. } = *standing;
    match standing.under_way() {
        Some(under_way) => Difference::UnderWay(under_way),
        None if state == State::Cancelled => Difference::CancelledSince { run },
        None if at >= plan.created_at => Difference::RunSince { run, at },
        None => Difference::DoneSince { run, at: changed_at },
    }
}

/// How many people get it.
pub async fn people(on: impl Into<On<'_>>, plan: &Kept) -> sqlx::Result<i64> {
    store::count_inside(on, plan.id).await
}

/// Whether the month, as LINE told it a moment ago and as our rows tell it now, does not suffice for a plan.
pub async fn quota_gap(app: &App, tx: &mut Tx, plan: &Kept, told: Quota) -> sqlx::Result<Option<Difference>> {
    let need = people(&mut *tx, plan).await?;
    let left = told.seen_again(app, tx).await?.left_after(0).filter(|left| *left < need);
    Ok(left.map(|left| Difference::Quota { need, left: left.max(0) }))
}

/// Takes the campaign of a plan for this transaction, so that no other plan of it is applied meanwhile. Gives the plan that has
/// the digest now: one made since may have taken the place of `plan`.
pub async fn lock(tx: &mut Tx, plan: &Kept) -> sqlx::Result<Option<Kept>> {
    store::lock_campaign(tx, &plan.campaign).await?;
    store::lock_digest(tx, &plan.digest).await
}

/// Creates the run of a plan, still without deliveries: [`super::prepare`] writes them, or the service does when that is
/// cut off. Call it in the transaction that publishes what the plan rests on, after [`lock`].
pub async fn start(app: &App, tx: &mut Tx, plan: &Kept, actor: &Actor) -> sqlx::Result<RunId> {
    let run = store::add_run(app, tx, plan, actor).await?;
    let approved = store::approved(&mut *tx, plan.id).await?;
    approval::prepare(app, tx, run, approved).await?;
    for (hash, messages) in store::bodies(tx, plan.id).await? {
        runs::add_body(tx, run, &hash, &messages).await?;
    }
    let detail = json!({ "campaign": plan.campaign, "digest": plan.digest });
    audit::record(app, tx, actor, "campaign.applied", &run.to_string(), detail).await?;
    let now = app.clock.now();
    let when = When::at(now + LEFT_BEHIND).unique(run.to_string());
    jobs::enqueue(tx, &app.ids, now, &PrepareRun { run }, when).await?;
    Ok(run)
}
