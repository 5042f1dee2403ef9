//! Leases: what one replica alone may do, for a while. Each new holder gets a higher token, and whoever marks work done asks
//! in the same transaction whether the lease is still theirs; a holder that was stopped for longer than its lease (a paused
//! machine) can then do no harm when it wakes up. One that takes its own ended lease again before anybody else did keeps its
//! token: nobody did the work meanwhile, and what it began still counts.

use chrono::{DateTime, TimeDelta, Utc};

use super::{On, Tx, query};
use crate::clock::MOST_OFF;
use crate::ids::HolderId;

/// A lease that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What it is for.
    pub name: String,
    /// Who holds it.
    pub holder: HolderId,
    /// Grows by one with each new holder.
    pub token: i64,
    /// From then on another may take it.
    pub ends_at: DateTime<Utc>,
}

/// How far the clocks of two replicas may be apart: one ahead of the true time, the other behind it.
const MOST_APART: TimeDelta = TimeDelta::minutes(2 * MOST_OFF.num_minutes());

/// Takes the lease `name` until `now + ttl`, or prolongs the one `holder` had last; `None` while another holds it. One that
/// ends later than a replica whose clock is ahead could have said was taken before the clock stepped back and counts as ended.
/// Of replicas whose clocks differ the one ahead gets it and keeps it; were it taken back, both would do the work by turns.
/// Needs a place that writes.
pub async fn take(
    on: impl Into<On<'_>>,
    name: &str,
    holder: HolderId,
    now: DateTime<Utc>,
    ttl: TimeDelta,
) -> sqlx::Result<Option<Lease>> {
    let ends_at = now + ttl;
    let token = query(
        on,
        "insert into lease (name, holder, token, ends_at) values ($1, $2, 1, $3)
         on conflict (name) do update set holder = excluded.holder, ends_at = excluded.ends_at,
             token = case when lease.holder = excluded.holder then lease.token else lease.token + 1 end
         where lease.ends_at <= $4 or lease.ends_at > $5 or lease.holder = excluded.holder
         returning token",
    )
    .bind(name)
    .bind(holder)
    .bind(ends_at)
    .bind(now)
    .bind(now + ttl + ttl.max(MOST_APART))
    .optional_value::<i64>()
    .await?;
    Ok(token.map(|token| Lease { name: String::from(name), holder, token, ends_at }))
}

/// Prolongs `lease` until `now + ttl`; `None` when it has ended or is another's.
pub async fn renew(
    on: impl Into<On<'_>>,
    lease: &Lease,
    now: DateTime<Utc>,
    ttl: TimeDelta,
) -> sqlx::Result<Option<Lease>> {
    let ends_at = now + ttl;
    let changed =
        query(on, "update lease set ends_at = $1 where name = $2 and holder = $3 and token = $4 and ends_at > $5")
            .bind(ends_at)
            .bind(&lease.name)
            .bind(lease.holder)
            .bind(lease.token)
            .bind(now)
            .execute()
            .await?;
    Ok((changed == 1).then(|| Lease { ends_at, ..lease.clone() }))
}

/// Gives `lease` back, so that another need not wait for its end, by whatever clock. Nothing happens when it is another's by
/// now.
pub async fn release(on: impl Into<On<'_>>, lease: &Lease) -> sqlx::Result<()> {
    query(on, "update lease set ends_at = $1 where name = $2 and holder = $3 and token = $4")
        .bind(DateTime::UNIX_EPOCH)
        .bind(&lease.name)
        .bind(lease.holder)
        .bind(lease.token)
        .execute()
        .await
        .map(|_| ())
}

/// Whether `lease` is still held, asked in the transaction that marks work done. On PostgreSQL the row stays locked until
/// that transaction ends, so nobody takes the lease in between.
pub async fn still_held(tx: &mut Tx, lease: &Lease, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let held = query(tx, "select token from lease where name = $1 and holder = $2 and token = $3 and ends_at > $4")
        .bind(&lease.name)
        .bind(lease.holder)
        .bind(lease.token)
        .bind(now)
        .lock_rows(" for update")
        .optional_value::<i64>()
        .await?;
    Ok(held.is_some())
}
