//! The rows of plans, and of runs as they begin.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::types::Json;

use super::digest::Fingerprint;
use super::history::run_of;
use crate::app::App;
use crate::delivery::Reason;
use crate::delivery::bodies::Hash;
use crate::delivery::runs::Planned;
use crate::ids::{AccountId, Actor, LineUserId, MemberId, PlanId, RunId};
use crate::secret::Sealed;
use crate::store::{On, Tx, insert_rows, page_by_page, query};

/// Plans that were never applied are kept this long. What was written about people in them goes with them.
const KEPT: TimeDelta = TimeDelta::days(30);

/// A plan that was cut off while it was made, or that a newer one of the same digest replaced, is kept this long.
const LEFT_KEPT: TimeDelta = TimeDelta::days(1);

/// What stands before the digest of a plan that has none (yet, any more).
const DRAFT: &str = "draft/";

/// A plan as it is kept.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Kept {
    /// Its id.
    pub id: PlanId,
    /// What `apply` accepts.
    pub digest: String,
    /// The campaign; empty for a plan of definitions alone.
    pub campaign: String,
    /// When its making began.
    pub created_at: DateTime<Utc>,
    /// What it rests on.
    pub fingerprint: Json<Fingerprint>,
}

/// One person of a plan.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub member: MemberId,
    pub account: AccountId,
    pub line_user_id: Option<LineUserId>,
    /// Why she does not get it.
    pub reason: Option<Reason>,
    pub body_hash: Option<Hash>,
    pub sealed_body: Option<Sealed<String>>,
}

/// Begins a plan, still without a digest. Its age, and which runs are newer than it, count from `began`.
pub(super) async fn begin(app: &App, campaign: &str, began: DateTime<Utc>) -> sqlx::Result<PlanId> {
    let id: PlanId = app.ids.make();
    query(
        app.db.writer(),
        "insert into plan (id, digest, campaign, created_at, fingerprint, summary) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(format!("{DRAFT}{id}"))
    .bind(campaign)
    .bind(began)
    .bind(Json(Fingerprint::default()))
    .bind(Json(Value::Object(serde_json::Map::new())))
    .execute()
    .await?;
    Ok(id)
}

/// Adds people to a plan that is being made.
pub(super) async fn add_people(tx: &mut Tx, plan: PlanId, people: Vec<Person>) -> sqlx::Result<()> {
    insert_rows(
        tx,
        "insert into plan_person (plan, member, account, line_user_id, reason, body_hash, sealed_body)",
        people,
        "",
        |row, person| {
            row.bind(plan).bind(person.member).bind(person.account).bind(person.line_user_id.as_ref());
            row.bind(person.reason).bind(person.body_hash.as_ref()).bind(person.sealed_body.as_ref());
        },
    )
    .await
    .map(drop)
}

/// Adds messages that tell nothing about one person.
pub(super) async fn add_body(tx: &mut Tx, plan: PlanId, hash: &[u8], messages: &str) -> sqlx::Result<()> {
    query(tx, "insert into plan_body (plan, hash, messages) values ($1, $2, $3) on conflict (plan, hash) do nothing")
        .bind(plan)
        .bind(hash)
        .bind(messages)
        .execute()
        .await
        .map(drop)
}

/// Requests a plan's messages leave in: those to several people, and those to one.
pub(super) async fn requests(on: impl Into<On<'_>>, plan: PlanId) -> sqlx::Result<(i64, i64)> {
    type Row = (Option<i64>, i64);
    let (all, single) = query(
        on,
        "select cast(sum((size + 499) / 500) as bigint), count(*) filter (where size % 500 = 1)
         from (select count(*) as size from plan_person where plan = $1 and reason is null group by body_hash) bodies",
    )
    .bind(plan)
    .one::<Row>()
    .await?;
    Ok((all.unwrap_or_default() - single, single))
}

/// Gives a plan its digest. An earlier plan of the same digest makes way, unless it was run: then this plan stays without.
pub(super) async fn finish(
    app: &App,
    plan: PlanId,
    digest: &str,
    fingerprint: &Fingerprint,
    summary: Value,
) -> sqlx::Result<()> {
    match give_digest(app, plan, digest, fingerprint, &summary).await {
        // Another plan got the same digest at the same moment. It is there to be seen now.
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            give_digest(app, plan, digest, fingerprint, &summary).await
        }
        finished => finished,
    }
}

async fn give_digest(
    app: &App,
    plan: PlanId,
    digest: &str,
    fingerprint: &Fingerprint,
    summary: &Value,
) -> sqlx::Result<()> {
    let mut tx = app.db.begin().await?;
    let earlier = query(&mut tx, "select id from plan where digest = $1")
        .bind(digest)
        .lock_rows(" for update")
        .optional_value::<PlanId>()
        .await?;
    if let Some(earlier) = earlier {
        if run_of(&mut tx, earlier).await?.is_some() {
            return tx.commit().await;
        }
        query(&mut tx, "update plan set digest = $2 where id = $1")
            .bind(earlier)
            .bind(format!("{DRAFT}{earlier}"))
            .execute()
            .await?;
    }
    query(&mut tx, "update plan set digest = $2, fingerprint = $3, summary = $4 where id = $1")
        .bind(plan)
        .bind(digest)
        .bind(Json(fingerprint.clone()))
        .bind(Json(summary.clone()))
        .execute()
        .await?;
    tx.commit().await
}

/// The plan with this digest.
pub async fn by_digest(on: impl Into<On<'_>>, digest: &str) -> sqlx::Result<Option<Kept>> {
    query(on, "select id, digest, campaign, created_at, fingerprint from plan where digest = $1")
        .bind(digest)
        .optional()
        .await
}

/// The plan with this digest, locked: the digest stays its own until the transaction ends.
pub(super) async fn lock_digest(tx: &mut Tx, digest: &str) -> sqlx::Result<Option<Kept>> {
    query(tx, "select id, digest, campaign, created_at, fingerprint from plan where digest = $1")
        .bind(digest)
        .lock_rows(" for update")
        .optional()
        .await
}

/// The campaign and the plan of a run.
pub(super) async fn plan_of(on: impl Into<On<'_>>, run: RunId) -> sqlx::Result<Option<(String, PlanId)>> {
    query(on, "select campaign, plan from run where id = $1").bind(run).optional().await
}

/// Locks every plan of a campaign, so that two of them are not applied at the same time.
pub(super) async fn lock_campaign(tx: &mut Tx, campaign: &str) -> sqlx::Result<()> {
    query(tx, "select id from plan where campaign = $1 order by id")
        .bind(campaign)
        .lock_rows(" for update")
        .values::<PlanId>()
        .await
        .map(drop)
}

/// Writes a run of a plan. It is never older than its plan, so that a clock that steps back brings no campaign's runs out of
/// order.
pub(super) async fn add_run(app: &App, tx: &mut Tx, plan: &Kept, actor: &Actor) -> sqlx::Result<RunId> {
    let run: RunId = app.ids.make();
    query(tx, "insert into run (id, campaign, plan, created_at, actor_kind, actor_id) values ($1, $2, $3, $4, $5, $6)")
        .bind(run)
        .bind(&plan.campaign)
        .bind(plan.id)
        .bind(app.clock.now().max(plan.created_at))
        .bind(actor.kind)
        .bind(actor.id.as_str())
        .execute()
        .await?;
    Ok(run)
}

/// Up to `limit` people who get it, after `after`, in the order batches are made in: by (hash of the messages, LINE user id).
pub(super) async fn page(
    tx: &mut Tx,
    plan: PlanId,
    after: Option<(Hash, LineUserId)>,
    limit: usize,
) -> sqlx::Result<Vec<Planned>> {
    let mut select = query(
        tx,
        "select member, account, line_user_id, body_hash, sealed_body from plan_person where reason is null and plan = ",
    )
    .push_bind(plan);
    if let Some((hash, user)) = after {
        select = select.push(" and (body_hash, line_user_id) > (").push_bind(hash).push(", ").push_bind(user).push(")");
    }
    select
        .push(" order by body_hash, line_user_id limit ")
        .push_bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .all()
        .await
}

/// The messages of a plan that tell nothing about one person, each with its hash.
pub(super) async fn bodies(tx: &mut Tx, plan: PlanId) -> sqlx::Result<Vec<(Hash, String)>> {
    query(tx, "select hash, messages from plan_body where plan = $1 order by hash").bind(plan).all().await
}

/// How many messages a plan said would leave: what a person approves with its digest.
pub(super) async fn approved(on: impl Into<On<'_>>, plan: PlanId) -> sqlx::Result<i64> {
    query(on, "select coalesce(cast(summary ->> 'messages' as bigint), 0) from plan where id = $1")
        .bind(plan)
        .value()
        .await
}

/// How many people get it.
pub(super) async fn count_inside(on: impl Into<On<'_>>, plan: PlanId) -> sqlx::Result<i64> {
    query(on, "select count(*) from plan_person where plan = $1 and reason is null").bind(plan).value().await
}

/// Withdraws every plan that was not applied: its digest starts nothing any more.
pub async fn withdraw(tx: &mut Tx) -> sqlx::Result<()> {
    let waiting = query(
        &mut *tx,
        "select p.id from plan p where p.digest not like 'draft/%' and not exists (select 1 from run r where r.plan = p.id)",
    )
    .values::<PlanId>()
    .await?;
    for plan in waiting {
        let digest = format!("{DRAFT}{plan}");
        query(&mut *tx, "update plan set digest = $1 where id = $2").bind(digest).bind(plan).execute().await?;
    }
    Ok(())
}

/// Removes plans that were never applied and that nobody will, with what was written about people in them; how many.
pub async fn sweep(app: &App) -> sqlx::Result<u64> {
    let now = app.clock.now();
    let old = query(
        &app.db,
        "select p.id from plan p where not exists (select 1 from run r where r.plan = p.id)
         and (p.created_at < $1 or p.created_at < $2 and p.digest like 'draft/%') order by p.created_at limit 100",
    )
    .bind(now - KEPT)
    .bind(now - LEFT_KEPT)
    .values::<PlanId>()
    .await?;
    let mut removed = 0;
    for plan in old {
        remove_people(app, plan).await?;
        let mut tx = app.db.begin().await?;
        query(&mut tx, "delete from plan_body where plan = $1").bind(plan).execute().await?;
        removed += query(
            &mut tx,
            "delete from plan where id = $1 and not exists (select 1 from run r where r.plan = plan.id)
             and not exists (select 1 from plan_person p where p.plan = plan.id)",
        )
        .bind(plan)
        .execute()
        .await?;
        tx.commit().await?;
    }
    Ok(removed)
}

/// Removes the sealed messages of people whose run has ended: that they got it is kept, what they read is not. How many.
pub async fn forget_bodies(app: &App) -> sqlx::Result<u64> {
    page_by_page(|page| {
        query(
            app.db.writer(),
            "update plan_person set sealed_body = null where (plan, member) in (
                 select p.plan, p.member from approval a join run r on r.id = a.run join plan_person p on p.plan = r.plan
                 where a.state in ('done', 'cancelled') and p.sealed_body is not null limit $1)",
        )
        .bind(page)
    })
    .await
}

/// Removes the people of a plan that has no run.
async fn remove_people(app: &App, plan: PlanId) -> sqlx::Result<u64> {
    page_by_page(|page| {
        query(
            app.db.writer(),
            "delete from plan_person where plan = $1
             and member in (select member from plan_person where plan = $1 limit $2)
             and not exists (select 1 from run r where r.plan = $1)",
        )
        .bind(plan)
        .bind(page)
    })
    .await
}
