//! SQL of the intake.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::TRIES;
use super::journal::Row;
use crate::app::App;
use crate::ids::{AccountId, LineUserId};
use crate::members::timeline;
use crate::store::{On, Tx, insert_rows, page_by_page, query};

/// How long raw events are kept.
const RAW_KEPT: TimeDelta = TimeDelta::days(30);
/// How long the ids of events are kept, so that a late redelivery still finds them.
const IDS_KEPT: TimeDelta = TimeDelta::days(90);

/// Stores rows in one commit; those already there stay as they are.
pub(super) async fn insert(app: &App, rows: &[&Row]) -> sqlx::Result<()> {
    let mut tx = app.db.begin().await?;
    insert_rows(
        &mut tx,
        "insert into event (account, lane, id, kind, line_user_id, at, received_at, day, sealed_raw)",
        rows,
        " on conflict (account, lane, id) do nothing",
        |values, row| {
            values
                .bind(row.account)
                .bind(row.lane)
                .bind(row.id.as_str())
                .bind(row.kind.as_str())
                .bind(row.line_user_id.as_ref())
                .bind(row.at)
                .bind(row.received_at)
                .bind(row.day)
                .bind(row.sealed_raw.as_slice());
        },
    )
    .await?;
    tx.commit().await
}

/// Events looked at together, at most.
pub(super) const BATCH: i64 = 100;

/// Whose events: a person of an account, or what has no person, in one lane.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Person {
    pub account: AccountId,
    pub lane: i64,
    pub line_user_id: Option<LineUserId>,
}

/// An undone event.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Undone {
    pub account: AccountId,
    pub line_user_id: Option<LineUserId>,
    pub id: String,
    pub at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub day: NaiveDate,
    pub sealed_raw: Option<Vec<u8>>,
    pub attempts: i64,
}

/// Undone events of a lane that are due: those that happened first, by person and in their order. After a long outage a lane
/// holds many; asking for a person's own would look through all of them again for each. Those of `held` are left out, so that
/// they do not fill the look again and again.
pub(super) async fn undone(
    on: impl Into<On<'_>>,
    lane: i64,
    held: &BTreeSet<Person>,
    now: DateTime<Utc>,
) -> sqlx::Result<BTreeMap<Person, Vec<Undone>>> {
    let held: Vec<LineUserId> = held.iter().filter_map(|person| person.line_user_id.clone()).collect();
    let due = if held.is_empty() {
        query(
            on,
            "select account, line_user_id, id, at, received_at, day, sealed_raw, attempts from event
             where state = 'new' and lane = $1 and (retry_at is null or retry_at <= $2) order by at, id limit $3",
        )
        .bind(lane)
        .bind(now)
        .bind(BATCH)
    } else {
        query(
            on,
            "select account, line_user_id, id, at, received_at, day, sealed_raw, attempts from event
             where state = 'new' and lane = $1 and (retry_at is null or retry_at <= $2)
             and (line_user_id is null or line_user_id not in (",
        )
        .bind(lane)
        .bind(now)
        .push_list(held)
        .push(")) order by at, id limit ")
        .push_bind(BATCH)
    };
    let events = due.all::<Undone>().await?;
    let mut people: BTreeMap<Person, Vec<Undone>> = BTreeMap::new();
    for event in events {
        let person = Person { account: event.account, lane, line_user_id: event.line_user_id.clone() };
        people.entry(person).or_default().push(event);
    }
    Ok(people)
}

/// Marks an event done; false when another replica has.
pub(super) async fn done(tx: &mut Tx, person: &Person, id: &str) -> sqlx::Result<bool> {
    let changed = query(
        tx,
        "update event set state = 'done', error = null where account = $1 and lane = $2 and id = $3 and state = 'new'",
    )
    .bind(person.account)
    .bind(person.lane)
    .bind(id)
    .execute()
    .await?;
    Ok(changed == 1)
}

/// Counts a failed try: the event waits, or is parked after the last; whether it is parked now.
pub(super) async fn failed(app: &App, person: &Person, event: &Undone, error: &str) -> sqlx::Result<bool> {
    let attempts = event.attempts + 1;
    let wait = TimeDelta::seconds(1 << attempts.min(10));
    let state = if attempts >= TRIES { "parked" } else { "new" };
    let changed = query(
        app.db.writer(),
        "update event set attempts = $4, retry_at = $5, error = $6, state = $7
         where account = $1 and lane = $2 and id = $3 and state = 'new' and attempts = $4 - 1",
    )
    .bind(person.account)
    .bind(person.lane)
    .bind(event.id.clone())
    .bind(attempts)
    .bind(app.clock.now() + wait)
    .bind(error)
    .bind(state)
    .execute()
    .await?;
    Ok(changed == 1 && state == "parked")
}

/// Marks an event whose facts are kept and to which no answer could be written; false when another replica has done it.
pub(super) async fn unanswered(tx: &mut Tx, person: &Person, event: &Undone, error: &str) -> sqlx::Result<bool> {
    let changed = query(
        tx,
        "update event set state = 'unanswered', attempts = $4, error = $5
         where account = $1 and lane = $2 and id = $3 and state = 'new'",
    )
    .bind(person.account)
    .bind(person.lane)
    .bind(event.id.clone())
    .bind(event.attempts + 1)
    .bind(error)
    .execute()
    .await?;
    Ok(changed == 1)
}

/// Removes the bytes of an event that is not waiting for its effects: whoever wrote what stands in them took it back.
pub(super) async fn forget_bytes(tx: &mut Tx, person: &Person, id: &str) -> sqlx::Result<()> {
    query(tx, "update event set sealed_raw = null where account = $1 and lane = $2 and id = $3 and state <> 'new'")
        .bind(person.account)
        .bind(person.lane)
        .bind(id)
        .execute()
        .await
        .map(drop)
}

/// The parked messages of a person whose bytes are there.
pub(super) async fn parked_messages(on: impl Into<On<'_>>, person: &Person) -> sqlx::Result<Vec<Undone>> {
    query(
        on,
        "select account, line_user_id, id, at, received_at, day, sealed_raw, attempts from event
         where state = 'parked' and kind = 'message' and account = $1 and lane = $2 and line_user_id = $3
         and sealed_raw is not null",
    )
    .bind(person.account)
    .bind(person.lane)
    .bind(person.line_user_id.clone())
    .all()
    .await
}

/// Lanes with undone events that were received before `before` and are due.
pub(super) async fn leftovers(
    on: impl Into<On<'_>>,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<BTreeSet<i64>> {
    let lanes = query(
        on,
        "select distinct lane from event
         where state = 'new' and received_at <= $1 and (retry_at is null or retry_at <= $2)",
    )
    .bind(before)
    .bind(now)
    .values::<i64>()
    .await?;
    Ok(lanes.into_iter().collect())
}

/// An event that failed five times and waits for a person.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Parked {
    /// LINE's id of it.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Why it failed the last time.
    pub error: Option<String>,
    /// What happened is kept all the same; only the answer is missing.
    pub is_kept: bool,
}

/// Up to `limit` parked events, oldest first: from the first on, or those that follow on the one of the id `after`.
pub async fn parked(on: impl Into<On<'_>>, after: Option<&str>, limit: i64) -> sqlx::Result<Vec<Parked>> {
    let mut select = query(
        on,
        "select id, kind, at, error, state = 'unanswered' as is_kept from event
         where (state = 'parked' or state = 'unanswered')",
    );
    if let Some(after) = after {
        select =
            select.push(" and (at, id) > (select at, id from event where id = ").push_bind(after).push(" limit 1)");
    }
    select.push(" order by at, id limit ").push_bind(limit).all().await
}

/// How many events are parked.
pub async fn parked_count(on: impl Into<On<'_>>) -> sqlx::Result<i64> {
    query(on, "select count(*) from event where state = 'parked' or state = 'unanswered'").value().await
}

/// What becomes of a parked event that a person has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revived {
    /// It waits for its turn, with another five tries.
    Waits,
    /// It was kept without its answer and is put away: what it says is done, and the token it could be answered with has run
    /// out.
    PutAway,
    /// Its bytes were removed, so that nothing can be tried again: it is put away.
    Removed,
}

/// Lets a parked event be tried again, or puts it away; none when no event of that id is parked.
pub async fn revive(on: impl Into<On<'_>>, id: &str) -> sqlx::Result<Option<Revived>> {
    let mut on = on.into();
    let removed =
        query(on.by_ref(), "update event set state = 'done' where id = $1 and state = 'parked' and sealed_raw is null");
    if removed.bind(id).execute().await? > 0 {
        return Ok(Some(Revived::Removed));
    }
    let state = query(
        on,
        "update event set state = case when state = 'parked' then 'new' else 'done' end, attempts = 0, retry_at = null
         where id = $1 and (state = 'parked' or state = 'unanswered') returning state",
    )
    .bind(id)
    .optional_value::<String>()
    .await?;
    Ok(state.map(|state| if state == "new" { Revived::Waits } else { Revived::PutAway }))
}

/// Drops raw events after 30 days, with the keys of their days, and the rows after 90.
pub async fn retain(app: &App) -> sqlx::Result<()> {
    let today = app.clock.now().date_naive();
    // The keys first: without them nobody reads what a cut-off step leaves.
    query(app.db.writer(), "delete from day_key where day < $1").bind(today - RAW_KEPT).execute().await?;
    let steps = [
        (
            today - RAW_KEPT,
            "update event set sealed_raw = null where (account, lane, id) in
                 (select account, lane, id from event where day < $1 and sealed_raw is not null limit $2)",
        ),
        (
            today - IDS_KEPT,
            "delete from event where (account, lane, id) in
                 (select account, lane, id from event where day < $1 and sealed_raw is null and state <> 'parked' limit $2)",
        ),
    ];
    for (before, step) in steps {
        page_by_page(|page| query(app.db.writer(), step).bind(before).bind(page)).await?;
    }
    timeline::forget_taken_back(app.db.writer(), app.clock.now() - IDS_KEPT).await
}
