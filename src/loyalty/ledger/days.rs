//! Closing days: each UTC day that is over gets a root over the chains that moved on it. A day is closed by one process, in
//! pages, and goes on where a crash left it.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use uuid::Uuid;

use super::chain::{BEGINNING, Hash};
use super::roots::Tree;
use crate::app::App;
use crate::ids::MemberId;
use crate::loyalty::store::hash_of;
use crate::store::lease::{self, Lease};
use crate::store::{Db, On, insert_rows, query};

/// Who holds it closes days.
const LEASE: &str = "ledger/close-day";
const HELD_FOR: TimeDelta = TimeDelta::minutes(10);
/// Chains put under a root in one transaction, and leaves read at once.
const PAGE: i64 = 500;

/// A chain that moved.
#[derive(sqlx::FromRow)]
struct Moved {
    member: MemberId,
    rooted: i64,
    /// Its newest entry written down before the day's end.
    seq: Option<i64>,
}

/// A leaf of a day's tree; no hash when the entry is not there.
#[derive(sqlx::FromRow)]
pub(super) struct Leaf {
    pub member: MemberId,
    pub seq: i64,
    pub hash: Option<Vec<u8>>,
}

/// Closes every day that is over, in order. Gives their number: 0 as well while another process does it.
pub async fn close_days(app: &App) -> sqlx::Result<u64> {
    let now = app.clock.now();
    let Some(mut lease) = lease::take(app.db.writer(), LEASE, app.holder, now, HELD_FOR).await? else { return Ok(0) };
    let mut closed = 0;
    while let Some(day) = next_to_close(&app.db, now.date_naive()).await? {
        if !close(app, &lease, day).await? {
            return Ok(closed);
        }
        closed += 1;
        match lease::renew(app.db.writer(), &lease, app.clock.now(), HELD_FOR).await? {
            Some(renewed) => lease = renewed,
            None => return Ok(closed),
        }
    }
    lease::release(app.db.writer(), &lease).await?;
    Ok(closed)
}

/// The day after the one closed last, once it is over. The first one ever closed is the day before today, if anything was
/// written down by its end: its root covers all that came before.
async fn next_to_close(db: &Db, today: NaiveDate) -> sqlx::Result<Option<NaiveDate>> {
    let last = query(db, "select day from ledger_root order by day desc limit 1").optional_value::<NaiveDate>().await?;
    if let Some(last) = last {
        return Ok(last.succ_opt().filter(|day| *day < today));
    }
    let Some(yesterday) = today.pred_opt() else { return Ok(None) };
    let any = query(db, "select seq from ledger where recorded_at < $1 limit 1").bind(end_of(yesterday));
    Ok(any.optional_value::<i64>().await?.map(|_| yesterday))
}

/// Closes a day; false when another process has taken over.
async fn close(app: &App, lease: &Lease, day: NaiveDate) -> sqlx::Result<bool> {
    let end = end_of(day);
    let mut after = MemberId(Uuid::nil());
    loop {
        let mut tx = app.db.begin().await?;
        if !lease::still_held(&mut tx, lease, app.clock.now()).await? {
            tx.commit().await?;
            return Ok(false);
        }
        let moved = query(
            &mut tx,
            "select h.member, h.rooted,
                 (select max(l.seq) from ledger l where l.member = h.member and l.recorded_at < $1) as seq
             from ledger_head h where h.seq > h.rooted and h.member > $2 order by h.member limit $3",
        )
        .bind(end)
        .bind(after)
        .bind(PAGE)
        .lock_rows(" for update of h")
        .all::<Moved>()
        .await?;
        let Some(last) = moved.last().map(|moved| moved.member) else {
            tx.commit().await?;
            break;
        };
        let leaves =
            moved.iter().filter_map(|moved| Some((moved.member, moved.seq.filter(|seq| *seq > moved.rooted)?)));
        let head = "insert into ledger_leaf (day, member, seq)";
        let again = " on conflict (day, member) do update set seq = excluded.seq";
        insert_rows(&mut tx, head, leaves.collect::<Vec<_>>(), again, |values, (member, seq)| {
            values.bind(day).bind(*member).bind(*seq);
        })
        .await?;
        query(
            &mut tx,
            "update ledger_head set rooted =
                 (select f.seq from ledger_leaf f where f.day = $1 and f.member = ledger_head.member)
             where member in (select f.member from ledger_leaf f where f.day = $1 and f.member > $2 and f.member <= $3)",
        )
        .bind(day)
        .bind(after)
        .bind(last)
        .execute()
        .await?;
        tx.commit().await?;
        after = last;
    }
    let before = root_before(&app.db, day).await?;
    let (heads, root) = root_of(&app.db, day, &before).await?;
    let mut tx = app.db.begin().await?;
    let is_ours = lease::still_held(&mut tx, lease, app.clock.now()).await?;
    if is_ours {
        query(&mut tx, "insert into ledger_root (day, root, heads, closed_at) values ($1, $2, $3, $4)")
            .bind(day)
            .bind(root.to_vec())
            .bind(heads)
            .bind(app.clock.now())
            .execute()
            .await?;
    }
    tx.commit().await?;
    Ok(is_ours)
}

async fn root_before(db: &Db, day: NaiveDate) -> sqlx::Result<Hash> {
    let root = query(db, "select root from ledger_root where day < $1 order by day desc limit 1")
        .bind(day)
        .optional_value::<Vec<u8>>()
        .await?;
    root.map_or(Ok(BEGINNING), |root| hash_of(&root))
}

async fn root_of(db: &Db, day: NaiveDate, before: &Hash) -> sqlx::Result<(i64, Hash)> {
    let mut tree = Tree::default();
    let mut after = MemberId(Uuid::nil());
    loop {
        let leaves = leaves(db, day, after).await?;
        let Some(last) = leaves.last() else { break };
        after = last.member;
        for leaf in leaves {
            tree.add(leaf.member, leaf.seq, &leaf.hash.ok_or(sqlx::Error::RowNotFound)?);
        }
    }
    Ok((tree.leaves(), tree.root(before)))
}

/// A page of a day's leaves after the member `after`, by member.
pub(super) async fn leaves(on: impl Into<On<'_>>, day: NaiveDate, after: MemberId) -> sqlx::Result<Vec<Leaf>> {
    query(
        on,
        "select f.member, f.seq, l.hash from ledger_leaf f
         left join ledger l on l.member = f.member and l.seq = f.seq
         where f.day = $1 and f.member > $2 order by f.member limit $3",
    )
    .bind(day)
    .bind(after)
    .bind(PAGE)
    .all()
    .await
}

fn end_of(day: NaiveDate) -> DateTime<Utc> {
    day.succ_opt().unwrap_or(day).and_time(NaiveTime::MIN).and_utc()
}
