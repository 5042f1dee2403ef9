//! From a plan to a run: refused when anything of it no longer holds, and once only.

use chrono::TimeDelta;
use serde_json::json;

use super::digest::{Difference, Fingerprint, differences};
use super::history::{self, Newest, Ran, UnderWay};
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

/// What answers a plan that was run before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Before {
    /// The run it had.
    Ran(Ran),
    /// Its run was ended and another of the campaign is under way.
    Another(UnderWay),
}

/// What became of a plan before; none when it was not run. A run is planned from those that were cancelled before it, so that
/// a plan made while it is under way may be the one of a run cancelled since.
pub async fn before(on: impl Into<On<'_>>, plan: &Kept) -> sqlx::Result<Option<Before>> {
    let mut on = on.into();
    let Some(ran) = history::run_of(on.by_ref(), plan.id).await? else { return Ok(None) };
    let newest = history::newest(on, &plan.campaign).await?;
    let another = newest.as_ref().and_then(Newest::under_way).filter(|newest| newest.run != ran.run);
    Ok(Some(another.map_or(Before::Ran(ran), Before::Another)))
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
    let mut on = on.into();
    found.extend(history::newest(on.by_ref(), &plan.campaign).await?.and_then(|newest| in_the_way(plan, &newest)));
    let cut_short = history::cut_short(on, &plan.campaign).await?;
    let since = cut_short.into_iter().find(|run| !plan.fingerprint.after.contains(run));
    found.extend(since.map(|run| Difference::CancelledSince { run }));
    Ok(found)
}

/// What the newest run of its campaign means for a plan: while it is under way, and when it began or was done after the plan
/// was made, people who get it, or got it, are in the plan.
fn in_the_way(plan: &Kept, newest: &Newest) -> Option<Difference> {
    let Newest { run, at, state, changed_at, .. } = *newest;
    match newest.under_way() {
        Some(under_way) => Some(Difference::UnderWay(under_way)),
        None if at >= plan.created_at => Some(Difference::RunSince { run, at }),
        None if state == State::Done && changed_at >= plan.created_at => {
            Some(Difference::DoneSince { run, at: changed_at })
        }
        None => None,
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
