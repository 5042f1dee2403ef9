//! What a run holds: one delivery for each person, and the batches they leave in. Written in steps that may be cut off and
//! done again; nothing leaves before the last of them.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::approval;
use super::bodies::Hash;
use super::gate::Reason;
use crate::app::App;
use crate::ids::{AccountId, BatchId, LineUserId, MemberId, RunId};
use crate::secret::Sealed;
use crate::store::{On, Tx, insert_rows, page_by_page, query};

/// User ids in one multicast, at most. LINE Messaging API reference, "Send multicast message", read 2026-08.
pub const MULTICAST_RECIPIENTS: usize = 500;

/// One person of a run, as planned.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Planned {
    /// Who.
    pub member: MemberId,
    /// Through which account.
    pub account: AccountId,
    /// LINE's id for her there.
    pub line_user_id: LineUserId,
    /// The keyed hash of her messages.
    pub body_hash: Hash,
    /// Her messages, where they are her own; none where they stand in the run's bodies.
    pub sealed_body: Option<Sealed<String>>,
}

/// Adds messages that several people get.
pub async fn add_body(tx: &mut Tx, run: RunId, hash: &[u8], messages: &str) -> sqlx::Result<()> {
    query(tx, "insert into run_body (run, hash, messages) values ($1, $2, $3) on conflict (run, hash) do nothing")
        .bind(run)
        .bind(hash)
        .bind(messages)
        .execute()
        .await
        .map(drop)
}

/// How far the deliveries of a run are written: the last one, by (hash of the messages, LINE user id). Locks the run; none in
/// the outer option when it is no longer being prepared.
pub async fn written_up_to(tx: &mut Tx, run: RunId) -> sqlx::Result<Option<Option<(Hash, LineUserId)>>> {
    if !approval::lock_preparing(tx, run).await? {
        return Ok(None);
    }
    let last =
        query(tx, "select d.body_hash, d.line_user_id from delivery d join batch b on b.id = d.batch where b.run = $1")
            .bind(run)
            .push(" order by b.number desc, d.line_user_id desc limit 1")
            .optional()
            .await?;
    Ok(Some(last))
}

/// Writes the deliveries of `people`, who follow on what is written and are in order of (hash, LINE user id), and the batches
/// they leave in. Unless `is_last`, people who may still share a batch with those to come are left; how many were written.
pub async fn add(app: &App, tx: &mut Tx, run: RunId, people: &[Planned], is_last: bool) -> sqlx::Result<usize> {
    let hashes: Vec<&[u8]> = people.iter().map(|person| person.body_hash.as_slice()).collect();
    let sizes = batch_sizes(&hashes, is_last);
    let first_number =
        query(&mut *tx, "select coalesce(max(number), 0) from batch where run = $1").bind(run).value::<i64>().await?
            + 1;
    let now = app.clock.now();

    let mut batches = Vec::with_capacity(sizes.len());
    let mut deliveries = Vec::with_capacity(people.len());
    let mut rest = people;
    for (number, size) in (first_number..).zip(&sizes) {
        let (inside, later) = rest.split_at(*size);
        rest = later;
        let id: BatchId = app.ids.make();
        batches.push(New {
            id,
            number,
            account: inside[0].account,
            recipients: *size,
            retry_key: app.ids.random_uuid(),
        });
        deliveries.extend(inside.iter().map(|person| (id, person)));
    }
    let written = deliveries.len();
    insert_batches(tx, run, batches, now).await?;
    insert_rows(
        tx,
        "insert into delivery (member, run, account, line_user_id, batch, body_hash, sealed_body, state, at)",
        deliveries,
        "",
        |row, (batch, person)| {
            row.bind(person.member).bind(run).bind(person.account).bind(&person.line_user_id).bind(*batch);
            row.bind(&person.body_hash).bind(person.sealed_body.as_ref()).bind("planned").bind(now);
        },
    )
    .await?;
    Ok(written)
}

struct New {
    id: BatchId,
    number: i64,
    account: AccountId,
    recipients: usize,
    retry_key: Uuid,
}

async fn insert_batches(tx: &mut Tx, run: RunId, batches: Vec<New>, now: DateTime<Utc>) -> sqlx::Result<()> {
    insert_rows(
        tx,
        "insert into batch (id, run, account, number, kind, retry_key, body_hash, state, recipients, next_at)",
        batches,
        "",
        |row, batch| {
            let kind = if batch.recipients > 1 { Kind::Multicast } else { Kind::Push };
            row.bind(batch.id).bind(run).bind(batch.account).bind(batch.number).bind(kind).bind(batch.retry_key);
            row.bind(Vec::<u8>::new())
                .bind("ready")
                .bind(i64::try_from(batch.recipients).unwrap_or(i64::MAX))
                .bind(now);
        },
    )
    .await
    .map(drop)
}

/// Adds an empty batch for `recipients` people of the run of `batch`, who leave `batch` for it.
pub(super) async fn add_batch_like(
    app: &App,
    tx: &mut Tx,
    batch: BatchId,
    recipients: usize,
    now: DateTime<Utc>,
) -> sqlx::Result<BatchId> {
    let (run, account, number) = query(
        &mut *tx,
        "select b.run, b.account, (select max(o.number) from batch o where o.run = b.run) from batch b where b.id = $1",
    )
    .bind(batch)
    .one::<(RunId, AccountId, i64)>()
    .await?;
    let id: BatchId = app.ids.make();
    let new = New { id, number: number + 1, account, recipients, retry_key: app.ids.random_uuid() };
    insert_batches(tx, run, vec![new], now).await?;
    Ok(id)
}

/// How a batch leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Kind {
    /// Several people, equal messages.
    Multicast,
    /// One person.
    Push,
}

/// The sizes of the batches for people whose messages have these hashes, in order. Unless `is_last`, a last group that may
/// go on is left out.
fn batch_sizes(hashes: &[&[u8]], is_last: bool) -> Vec<usize> {
    let groups: Vec<usize> = hashes.chunk_by(|a, b| a == b).map(<[&[u8]]>::len).collect();
    let last = groups.len().saturating_sub(1);
    let mut sizes = Vec::with_capacity(groups.len());
    for (index, mut size) in groups.into_iter().enumerate() {
        while size > MULTICAST_RECIPIENTS {
            sizes.push(MULTICAST_RECIPIENTS);
            size -= MULTICAST_RECIPIENTS;
        }
        if is_last || index < last || size == MULTICAST_RECIPIENTS {
            sizes.push(size);
        }
    }
    sizes
}

/// Lets a run start whose deliveries are all written; how many messages it holds, or none when it is not being prepared. One
/// that holds more than its plan counted is paused instead.
pub async fn open(app: &App, run: RunId) -> sqlx::Result<Option<i64>> {
    let mut tx = app.db.begin().await?;
    if !approval::lock_preparing(&mut tx, run).await? {
        tx.commit().await?;
        return Ok(None);
    }
    let messages = query(&mut tx, "select count(*) from delivery where run = $1").bind(run).value::<i64>().await?;
    approval::open(app, &mut tx, run, messages).await?;
    tx.commit().await?;
    app.sender_bell.notify_one();
    Ok(Some(messages))
}

/// Removes the sealed messages of people whose run has ended: that they got it is kept, what they read is not. How many.
pub async fn forget_bodies(app: &App) -> sqlx::Result<u64> {
    page_by_page(|page| {
        query(
            app.db.writer(),
            "update delivery set sealed_body = null where (member, run) in (
                 select d.member, d.run from approval a join delivery d on d.run = a.run
                 where a.state in ('done', 'cancelled') and d.sealed_body is not null and d.state <> 'planned' limit $1)",
        )
        .bind(page)
    })
    .await
}

/// What became of the people of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub planned: i64,
    /// LINE took the message.
    pub accepted: i64,
    /// LINE refused it, by reason.
    pub refused: Vec<(Reason, i64)>,
    /// It did not leave, by reason.
    pub skipped: Vec<(Reason, i64)>,
    /// Nobody knows whether LINE took it, by reason.
    pub unknown: Vec<(Reason, i64)>,
    /// Still to leave, or on the way.
    pub waiting: i64,
}

impl Counts {
    /// People LINE refused.
    pub fn refused(&self) -> i64 {
        self.refused.iter().map(|(_, count)| count).sum()
    }

    /// People whose message did not leave.
    pub fn skipped(&self) -> i64 {
        self.skipped.iter().map(|(_, count)| count).sum()
    }

    /// People of whom nobody knows.
    pub fn unknown(&self) -> i64 {
        self.unknown.iter().map(|(_, count)| count).sum()
    }
}

/// Counts the deliveries of a run.
pub async fn count(on: impl Into<On<'_>>, run: RunId) -> sqlx::Result<Counts> {
    let rows = query(
        on,
        "select state, reason, count(*) from delivery where run = $1 group by state, reason order by state, reason",
    )
    .bind(run)
    .all::<(DeliveryState, Option<Reason>, i64)>()
    .await?;
    let mut counts = Counts::default();
    for (state, reason, count) in rows {
        counts.planned += count;
        match (state, reason) {
            (DeliveryState::Planned, _) => counts.waiting += count,
            (DeliveryState::Accepted, _) => counts.accepted += count,
            (DeliveryState::Unknown, reason) => counts.unknown.push((reason.unwrap_or(Reason::NoAnswer), count)),
            (DeliveryState::Refused, reason) => counts.refused.push((reason.unwrap_or(Reason::RefusedByLine), count)),
            (DeliveryState::Skipped, reason) => counts.skipped.push((reason.unwrap_or(Reason::Cancelled), count)),
        }
    }
    Ok(counts)
}

/// What became of one person in one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum DeliveryState {
    /// Still to leave, or on the way.
    Planned,
    /// LINE took it.
    Accepted,
    /// LINE refused it.
    Refused,
    /// It did not leave.
    Skipped,
    /// Nobody knows.
    Unknown,
}

/// Those of `members` who got the messages of one of these runs, or may have: LINE took it, nobody knows, or its answer is
/// still to come.
pub async fn may_have_got(
    on: impl Into<On<'_>>,
    runs: &[RunId],
    members: &[MemberId],
) -> sqlx::Result<HashSet<MemberId>> {
    if runs.is_empty() || members.is_empty() {
        return Ok(HashSet::new());
    }
    let got = query(on, "select member from delivery where state in ('planned', 'accepted', 'unknown') and run in (")
        .push_list(runs.iter().copied())
        .push(") and member in (")
        .push_list(members.iter().copied())
        .push(")")
        .values::<MemberId>()
        .await?;
    Ok(got.into_iter().collect())
}

/// Requests whose outcome a person must look at, newest first: number, people in it, last words heard.
pub async fn unknown_batches(on: impl Into<On<'_>>, run: RunId) -> sqlx::Result<Vec<(i64, i64, Option<String>)>> {
    query(
        on,
        "select number, recipients, error from batch where run = $1 and state = 'unknown' order by number limit 20",
    )
    .bind(run)
    .all()
    .await
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sizes(groups: &[usize], is_last: bool) -> Vec<usize> {
        let hashes: Vec<[u8; 1]> = groups
            .iter()
            .enumerate()
            .flat_map(|(i, n)| std::iter::repeat_n([u8::try_from(i).expect("few groups")], *n))
            .collect();
        batch_sizes(&hashes.iter().map(<[u8; 1]>::as_slice).collect::<Vec<_>>(), is_last)
    }

    #[test]
    fn equal_messages_share_a_batch() {
        let table: [(&[usize], bool, &[usize]); 9] = [
            (&[], true, &[]),
            (&[1], true, &[1]),
            (&[1], false, &[]),
            (&[2], true, &[2]),
            (&[3, 1, 2], true, &[3, 1, 2]),
            (&[3, 1, 2], false, &[3, 1]),
            (&[500], false, &[500]),
            (&[501], true, &[500, 1]),
            (&[1, 499], false, &[1]),
        ];
        for (groups, is_last, batches) in table {
            assert_eq!(sizes(groups, is_last), batches, "{groups:?} {is_last}");
        }
    }

    proptest! {
        /// Written page by page or all at once, everybody is in one batch, and no batch mixes messages or is too large.
        #[test]
        fn pages_do_not_change_the_batches(groups in prop::collection::vec(1_usize..1200, 0..12)) {
            let whole = sizes(&groups, true);
            prop_assert_eq!(whole.iter().sum::<usize>(), groups.iter().sum::<usize>());
            prop_assert!(whole.iter().all(|size| (1..=MULTICAST_RECIPIENTS).contains(size)));

            let hashes: Vec<Vec<u8>> = groups.iter().enumerate().flat_map(|(i, n)| std::iter::repeat_n(vec![u8::try_from(i).expect("few")], *n)).collect();
            let (mut at, mut paged) = (0, Vec::new());
            loop {
                let page: Vec<&[u8]> = hashes[at..].iter().take(MULTICAST_RECIPIENTS).map(Vec::as_slice).collect();
                let is_last = page.len() < MULTICAST_RECIPIENTS;
                let sizes = batch_sizes(&page, is_last);
                at += sizes.iter().sum::<usize>();
                paged.extend(sizes);
                if is_last { break; }
            }
            prop_assert_eq!(paged, whole);
        }
    }
}
