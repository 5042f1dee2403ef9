//! Writing down what became of a request and of the people in it, in one transaction that also checks the lease.

use chrono::{DateTime, Utc};

use super::approval;
use super::claim::Claimed;
use super::gate::Reason;
use super::outcome::Next;
use super::runs;
use crate::app::App;
use crate::ids::{BatchId, MemberId, RunId};
use crate::store::lease::{self, Lease};
use crate::store::{Tx, query};

/// Longest part of LINE's words that is kept.
const LONGEST_ERROR: usize = 500;

/// Marks a request after a try; false when the lease was lost: the next holder will hear the same from LINE under the same
/// key. `is_reserved`: the month's messages are held by another delivery, since now or for some time.
pub(super) async fn settle(
    app: &App,
    lease: &Lease,
    batch: &Claimed,
    next: Next,
    is_reserved: bool,
) -> sqlx::Result<bool> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    if !lease::still_held(&mut tx, lease, now).await? {
        tx.commit().await?;
        return Ok(false);
    }
    let count = batch.recipients.len();
    match next {
        Next::Accepted { request_id } => accepted(&mut tx, batch.id, request_id, now).await?,
        Next::Refused(why) => refused(&mut tx, batch, &why, now).await?,
        Next::Unknown(why) => unknown(&mut tx, batch.id, Reason::NoAnswer, &why, now).await?,
        Next::Without(index) => without(app, &mut tx, batch, index, now).await?,
        Next::Halved => halve(app, &mut tx, batch, now).await?,
        Next::Again { after, counts, pause } => {
            again(&mut tx, batch.id, i64::from(!counts), now + after).await?;
            if let Some(because) = pause {
                approval::pause(app, &mut tx, batch.run, because).await?;
            }
        }
        Next::Untried { after, pause } => {
            untry(app, &mut tx, batch.id, batch.run, count, now + after).await?;
            if let Some(because) = pause {
                approval::pause(app, &mut tx, batch.run, because).await?;
            }
        }
    }
    if is_reserved {
        query(&mut tx, "update batch set reserved_since = $2 where id = $1 and reserved_since is null")
            .bind(batch.id)
            .bind(now)
            .execute()
            .await?;
    }
    tx.commit().await?;
    Ok(true)
}

async fn accepted(tx: &mut Tx, batch: BatchId, request_id: Option<String>, now: DateTime<Utc>) -> sqlx::Result<()> {
    let changed = query(&mut *tx, "update batch set state = 'accepted', settled_at = $2, request_id = $3, error = null where id = $1 and state = 'trying'")
        .bind(batch)
        .bind(now)
        .bind(request_id)
        .execute()
        .await?;
    if changed == 1 {
        let people =
            query(tx, "update delivery set state = 'accepted', settled_at = $2 where batch = $1 and state = 'planned'")
                .bind(batch)
                .bind(now)
                .execute()
                .await?;
        count("accepted", people);
    }
    Ok(())
}

async fn refused(tx: &mut Tx, batch: &Claimed, why: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
    let changed = query(
        &mut *tx,
        "update batch set state = 'refused', settled_at = $2, error = $3 where id = $1 and state = 'trying'",
    )
    .bind(batch.id)
    .bind(now)
    .bind(shortened(why))
    .execute()
    .await?;
    if changed == 1 {
        let people = mark_people(tx, batch.id, "refused", Reason::RefusedByLine, now).await?;
        approval::give_back(tx, batch.run, people).await?;
    }
    Ok(())
}

/// Marks a request that cannot be made (LINE would refuse it as a whole). The plan has checked for that.
pub(super) async fn unpreparable(tx: &mut Tx, batch: BatchId, why: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
    tracing::error!(batch.id = %batch, why, "a request cannot be made");
    query(&mut *tx, "update batch set state = 'refused', settled_at = $2, error = $3 where id = $1")
        .bind(batch)
        .bind(now)
        .bind(shortened(why))
        .execute()
        .await?;
    mark_people(tx, batch, "refused", Reason::RefusedByLine, now).await.map(drop)
}

/// Marks a request of which nobody knows whether LINE took it. Its messages stay taken.
pub(super) async fn unknown(
    tx: &mut Tx,
    batch: BatchId,
    reason: Reason,
    why: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let changed = query(
        &mut *tx,
        "update batch set state = 'unknown', settled_at = $2, error = $3 where id = $1 and state = 'trying'",
    )
    .bind(batch)
    .bind(now)
    .bind(shortened(why))
    .execute()
    .await?;
    if changed == 1 {
        mark_people(tx, batch, "unknown", reason, now).await?;
        tracing::error!(batch.id = %batch, "nobody knows whether LINE took this request; a person must look");
    }
    Ok(())
}

/// Marks a request of which nobody knows whether LINE took it, and which is not sent again because these people in it have
/// withdrawn.
pub(super) async fn withdrawn(
    tx: &mut Tx,
    batch: BatchId,
    withdrawn: Vec<MemberId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let people = query(&mut *tx, "update delivery set state = 'unknown', reason = $2, settled_at = $3 where batch = $1 and state = 'planned' and member in (")
        .bind(batch)
        .bind(Reason::WithdrawnInDoubt)
        .bind(now)
        .push_list(withdrawn)
        .push(")")
        .execute()
        .await?;
    count("unknown", people);
    unknown(tx, batch, Reason::BesideWithdrawn, "somebody in it withdrew before LINE had answered", now).await
}

/// Takes one person out whom LINE does not know; the others may go under a fresh key.
async fn without(app: &App, tx: &mut Tx, batch: &Claimed, index: usize, now: DateTime<Utc>) -> sqlx::Result<()> {
    let Some(member) = batch.recipients.get(index) else { return Ok(()) };
    untry(app, tx, batch.id, batch.run, batch.recipients.len(), now).await?;
    let people = query(tx, "update delivery set state = 'refused', reason = $3, settled_at = $4 where member = $1 and run = $2 and state = 'planned'")
        .bind(*member)
        .bind(batch.run)
        .bind(Reason::UnknownToLine)
        .bind(now)
        .execute()
        .await?;
    count("refused", people);
    Ok(())
}

/// Makes two requests of one, both untried: the second half leaves in a batch of its own.
async fn halve(app: &App, tx: &mut Tx, batch: &Claimed, now: DateTime<Utc>) -> sqlx::Result<()> {
    if !untry(app, tx, batch.id, batch.run, batch.recipients.len(), now).await? {
        return Ok(());
    }
    let (first, second) = batch.recipients.split_at(batch.recipients.len() / 2);
    let second = second.to_vec();
    let other = runs::add_batch_like(app, tx, batch.id, second.len(), now).await?;
    query(&mut *tx, "update batch set recipients = $2 where id = $1")
        .bind(batch.id)
        .bind(i64::try_from(first.len()).unwrap_or(i64::MAX))
        .execute()
        .await?;
    query(tx, "update delivery set batch = ")
        .push_bind(other)
        .push(" where run = ")
        .push_bind(batch.run)
        .push(" and state = 'planned' and member in (")
        .push_list(second)
        .push(")")
        .execute()
        .await
        .map(drop)
}

async fn again(tx: &mut Tx, batch: BatchId, taken_off: i64, next_at: DateTime<Utc>) -> sqlx::Result<()> {
    query(tx, "update batch set attempts = attempts - $2, next_at = $3 where id = $1 and state = 'trying'")
        .bind(batch)
        .bind(taken_off)
        .bind(next_at)
        .execute()
        .await
        .map(drop)
}

/// Puts a request that LINE surely did not take back among the untried, under a fresh key, and gives its messages back; false
/// when it was settled meanwhile.
pub(super) async fn untry(
    app: &App,
    tx: &mut Tx,
    batch: BatchId,
    run: RunId,
    count: usize,
    next_at: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let changed = query(
        &mut *tx,
        "update batch set state = 'ready', retry_key = $2, attempts = 0, first_tried_at = null, next_at = $3 where id = $1 and state = 'trying'",
    )
    .bind(batch)
    .bind(app.ids.random_uuid())
    .bind(next_at)
    .execute()
    .await?;
    if changed == 1 {
        approval::give_back(tx, run, i64::try_from(count).unwrap_or(i64::MAX)).await?;
    }
    Ok(changed == 1)
}

/// Marks people whose message does not leave.
pub(super) async fn skip(
    tx: &mut Tx,
    run: RunId,
    people: &[(MemberId, Reason)],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    for (member, reason) in people {
        let people = query(&mut *tx, "update delivery set state = 'skipped', reason = $3, settled_at = $4 where member = $1 and run = $2 and state = 'planned'")
            .bind(*member)
            .bind(run)
            .bind(*reason)
            .bind(now)
            .execute()
            .await?;
        count("skipped", people);
    }
    Ok(())
}

/// Marks a request in which nobody is left.
pub(super) async fn empty(tx: &mut Tx, batch: BatchId, now: DateTime<Utc>) -> sqlx::Result<()> {
    query(tx, "update batch set state = 'empty', settled_at = $2 where id = $1 and state = 'ready'")
        .bind(batch)
        .bind(now)
        .execute()
        .await
        .map(drop)
}

async fn mark_people(
    tx: &mut Tx,
    batch: BatchId,
    state: &'static str,
    reason: Reason,
    now: DateTime<Utc>,
) -> sqlx::Result<i64> {
    let changed = query(
        tx,
        "update delivery set state = $2, reason = $3, settled_at = $4 where batch = $1 and state = 'planned'",
    )
    .bind(batch)
    .bind(state)
    .bind(reason)
    .bind(now)
    .execute()
    .await?;
    count(state, changed);
    Ok(i64::try_from(changed).unwrap_or(i64::MAX))
}

/// Ends what is left of cancelled runs: what did not leave is skipped; what may have left stays unknown. Steps of 50
/// requests; true when there is more. Requests in `except` are on their way and will hear their own answer.
pub(super) async fn end_cancelled(app: &App, except: &[BatchId], untried_only: bool) -> sqlx::Result<bool> {
    type Row = (BatchId, RunId, bool, i64);
    let now = app.clock.now();
    let states = if untried_only { " and b.state = 'ready'" } else { " and b.state in ('ready', 'trying')" };
    let found = query(&app.db, "select b.id from batch b join approval a on a.run = b.run where a.state = 'cancelled'")
        .push(states)
        .push(" limit ")
        .push_bind(50 + i64::try_from(except.len()).unwrap_or_default())
        .values::<BatchId>()
        .await?;
    let found: Vec<BatchId> = found.into_iter().filter(|id| !except.contains(id)).take(50).collect();
    if found.is_empty() {
        return Ok(false);
    }
    let mut tx = app.db.begin().await?;
    let batches = query(&mut tx, "select id, run, state = 'trying', attempts from batch where id in (")
        .push_list(found.iter().copied())
        .push(") and state in ('ready', 'trying') order by id")
        .lock_rows(" for update")
        .all::<Row>()
        .await?;
    for (batch, run, is_tried, attempts) in batches {
        match (is_tried, attempts) {
            (true, 1..) if untried_only => {}
            (true, 1..) => {
                unknown(&mut tx, batch, Reason::CancelledInDoubt, "the run was cancelled before LINE had answered", now)
                    .await?
            }
            (is_tried, _) => {
                let people = mark_people(&mut tx, batch, "skipped", Reason::Cancelled, now).await?;
                query(&mut tx, "update batch set state = 'empty', settled_at = $2 where id = $1")
                    .bind(batch)
                    .bind(now)
                    .execute()
                    .await?;
                if is_tried {
                    approval::give_back(&mut tx, run, people).await?;
                }
            }
        }
    }
    tx.commit().await?;
    Ok(true)
}

/// Takes a person who blocks the account out of the requests that have not been tried yet.
pub(super) async fn skip_blocked(app: &App, member: MemberId) -> sqlx::Result<u64> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let untried = query(
        &mut tx,
        "select b.id from batch b join delivery d on d.batch = b.id
         join friend f on f.account = d.account and f.line_user_id = d.line_user_id
         where d.member = $1 and d.state = 'planned' and b.state = 'ready' and f.state = 'blocked' order by b.id",
    )
    .bind(member)
    .lock_rows(" for update of b")
    .values::<BatchId>()
    .await?;
    let mut skipped = 0;
    for batch in untried {
        skipped += query(&mut tx, "update delivery set state = 'skipped', reason = $3, settled_at = $4 where member = $1 and batch = $2 and state = 'planned'")
            .bind(member)
            .bind(batch)
            .bind(Reason::Blocked)
            .bind(now)
            .execute()
            .await?;
    }
    tx.commit().await?;
    count("skipped", skipped);
    Ok(skipped)
}

fn count(state: &'static str, people: u64) {
    metrics::counter!("shuke_deliveries_total", "state" => state).increment(people);
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_ERROR).collect()
}
