//! A campaign from the brand's files: planned, and applied together with the definitions it rests on.

use serde::Serialize;
use serde_json::json;

use super::{Brand, Definition};
use crate::app::App;
use crate::campaigns::apply::{self as applying, lock, obstacles, quota_gap, start};
use crate::campaigns::{self, Difference, Fingerprint, Kept, Plan, Proposal, PushError, Ran};
use crate::delivery::{self, Quota};
use crate::ids::{Actor, RunId};
use crate::spec::Defined as _;
use crate::spec::definitions::{self, Change, Changed, GONE, Head, Pin};
use crate::staff::audit;
use crate::store::{Tx, install};

/// What publishing all of the brand's files would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WholePlan {
    /// None: it is of no campaign.
    pub campaign: Option<String>,
    /// What `apply` accepts.
    pub digest: String,
    /// What would change.
    pub changes: Vec<Change>,
}

/// What applying a digest came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// No plan has this digest.
    NoSuchPlan,
    /// The run is there, written to its last delivery; the service sends it.
    Started(RunId),
    /// This plan was run before. Nothing was done.
    AlreadyRun(Ran),
    /// Something changed since the plan. Nothing was done.
    Refused(Vec<Difference>),
    /// There was nobody to send to, or it was a plan of definitions alone: this was published; nothing, when it had been
    /// before.
    Published(Vec<Change>),
}

/// Plans a campaign of the brand; none when there is no campaign of this name.
pub async fn plan(app: &App, brand: &Brand, campaign: &str) -> Result<Option<Plan>, PushError> {
    let newest = definitions::newest(&app.db).await?;
    match brand.proposal(campaign, &newest) {
        Some(proposal) => campaigns::plan(app, &proposal).await.map(Some),
        None => Ok(None),
    }
}

/// Plans what publishing all of the brand's files would change.
pub async fn plan_all(app: &App, brand: &Brand) -> sqlx::Result<WholePlan> {
    let newest = definitions::newest(&app.db).await?;
    let digest = campaigns::plan_definitions(app, brand.all_pins(&newest)).await?;
    Ok(WholePlan { campaign: None, digest, changes: brand.changes(&there(&newest)) })
}

/// Applies a plan by its digest: what it rests on is published and its run created in one commit, then its deliveries are
/// written. Again gives the run it had.
pub async fn apply(app: &App, brand: &Brand, digest: &str, actor: &Actor) -> Result<Outcome, PushError> {
    let Some(plan) = campaigns::by_digest(&app.db, digest).await? else { return Ok(Outcome::NoSuchPlan) };
    if plan.campaign.is_empty() {
        return apply_definitions(app, brand, &plan, actor).await;
    }
    if let Some(ran) = applying::ran(&app.db, &plan).await? {
        campaigns::prepare(app, ran.run).await?;
        return Ok(Outcome::AlreadyRun(ran));
    }
    let newest = definitions::newest(&app.db).await?;
    let found = obstacles(app, &app.db, &plan, &brand.print_for(&plan, &newest)).await?;
    if !found.is_empty() {
        return Ok(Outcome::Refused(found));
    }
    let quota = delivery::quota(app).await?;
    let mut tx = app.db.begin().await?;
    let outcome = begin_run(app, &mut tx, brand, &plan, quota, actor).await?;
    tx.commit().await?;
    if let Outcome::Started(run) = &outcome {
        campaigns::prepare(app, *run).await?;
    }
    Ok(outcome)
}

/// Looks once more, now that nobody else can publish or apply a plan of the campaign, then publishes and creates the run.
async fn begin_run(
    app: &App,
    tx: &mut Tx,
    brand: &Brand,
    plan: &Kept,
    quota: Quota,
    actor: &Actor,
) -> sqlx::Result<Outcome> {
    install::lock(tx).await?;
    let Some(plan) = &lock(tx, plan).await? else { return Ok(Outcome::NoSuchPlan) };
    if let Some(ran) = applying::ran(&mut *tx, plan).await? {
        return Ok(Outcome::AlreadyRun(ran));
    }
    let newest = definitions::newest(&mut *tx).await?;
    let mut found = obstacles(app, &mut *tx, plan, &brand.print_for(plan, &newest)).await?;
    if found.is_empty() {
        found.extend(quota_gap(app, tx, plan, quota).await?);
    }
    if !found.is_empty() {
        return Ok(Outcome::Refused(found));
    }
    let pins = &plan.fingerprint.definitions;
    let is_used = |change: &Change| pins.iter().any(|pin| pin.kind == change.kind && pin.name == change.name);
    let changes = brand.publish_only(tx, app.clock.now(), actor, is_used).await?;
    note(app, tx, plan, &changes, actor).await?;
    if applying::people(&mut *tx, plan).await? == 0 {
        return Ok(Outcome::Published(changes));
    }
    start(app, tx, plan, actor).await.map(Outcome::Started)
}

/// Keeps in the audit who published changed definitions, and by which plan.
async fn note(app: &App, tx: &mut Tx, plan: &Kept, changes: &[Change], actor: &Actor) -> sqlx::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let detail = json!({ "changes": changes.len() });
    audit::record(app, tx, actor, "definitions.published", &plan.digest, detail).await
}

async fn apply_definitions(app: &App, brand: &Brand, plan: &Kept, actor: &Actor) -> Result<Outcome, PushError> {
    let mut tx = app.db.begin().await?;
    install::lock(&mut tx).await?;
    let Some(plan) = &lock(&mut tx, plan).await? else {
        tx.commit().await?;
        return Ok(Outcome::NoSuchPlan);
    };
    let newest = definitions::newest(&mut tx).await?;
    let found = obstacles(app, &mut tx, plan, &brand.print_for(plan, &newest)).await?;
    let outcome = if found.is_empty() {
        let changes = brand.publish(&mut tx, app.clock.now(), actor).await?;
        note(app, &mut tx, plan, &changes, actor).await?;
        Outcome::Published(changes)
    } else {
        Outcome::Refused(found)
    };
    tx.commit().await?;
    Ok(outcome)
}

impl Brand {
    /// A campaign and everything it rests on, over what is published; none when there is no campaign of this name.
    pub fn proposal(&self, campaign: &str, newest: &[Head]) -> Option<Proposal<'_>> {
        let campaign = self.campaign(campaign)?;
        let pins = pins(&self.used_by(campaign), newest);
        let is_used = |change: &Change| pins.iter().any(|pin| pin.kind == change.kind && pin.name == change.name);
        let changes = self.changes(&there(newest)).into_iter().filter(is_used).collect();
        Some(Proposal {
            campaign,
            segment: self.segment(&campaign.audience.segment)?,
            template: self.template(&campaign.message)?,
            brand: &self.profile,
            stamp_cards: &self.stamp_cards,
            pins,
            changes,
        })
    }

    /// What the campaigns are called.
    pub fn campaign_names(&self) -> impl Iterator<Item = &str> {
        self.campaigns.iter().map(|campaign| campaign.name())
    }

    /// Everything the files define, and what they no longer do, with the versions that stand once it is published.
    fn all_pins(&self, newest: &[Head]) -> Vec<Pin> {
        let mut all = pins(&self.definitions(), newest);
        let removed = self.changes(&there(newest)).into_iter().filter(|change| change.change == Changed::Removed);
        all.extend(removed.map(|gone| Pin {
            version: version_of(newest, &gone.kind, &gone.name) + 1,
            hash: String::from(GONE),
            kind: gone.kind,
            name: gone.name,
        }));
        all.sort();
        all
    }

    /// How things are now for a plan: what its digest would rest on today. Without its campaign nothing of it is there.
    fn print_for(&self, plan: &Kept, newest: &[Head]) -> Fingerprint {
        if plan.campaign.is_empty() {
            return Fingerprint { definitions: self.all_pins(newest), ..Fingerprint::default() };
        }
        match self.proposal(&plan.campaign, newest) {
            Some(proposal) => proposal.fingerprint(),
            None => Fingerprint { definitions: Vec::new(), ..plan.fingerprint.0.clone() },
        }
    }
}

fn pins(definitions: &[Definition], newest: &[Head]) -> Vec<Pin> {
    let pin = |definition: &Definition| {
        let head = newest.iter().find(|head| head.kind == definition.kind && head.name == definition.name);
        let version = match head {
            Some(head) if head.hash == definition.hash => head.version,
            Some(head) => head.version + 1,
            None => 1,
        };
        Pin {
            kind: String::from(definition.kind),
            name: definition.name.clone(),
            version,
            hash: definition.hash.clone(),
        }
    };
    definitions.iter().map(pin).collect()
}

fn version_of(newest: &[Head], kind: &str, name: &str) -> i64 {
    newest.iter().find(|head| head.kind == kind && head.name == name).map_or(0, |head| head.version)
}

/// What is published and not gone.
fn there(newest: &[Head]) -> Vec<Head> {
    newest.iter().filter(|head| !head.is_gone()).cloned().collect()
}
