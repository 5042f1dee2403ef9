//! What was done lately: at a counter and with one member, with the right to take it back; and as she reads it herself.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::acts::is_asked;
use super::ledger::EntryKind;
use super::spec::{Coupon, StampCard};
use super::stamps::rules::{MANAGER_UNDO, OWN_UNDO, may_undo};
use super::types::By;
use super::views::{Done, Line, Most, acts_by, acts_with, history};
use crate::app::App;
use crate::ids::{Actor, MemberId};
use crate::spec::{Defined, Texts, definitions};
use crate::store::{Db, On, query};

/// How many acts that stand are looked at with a member: three a day for as long as a manager may undo.
const LOOKED_AT: i64 = 90;
/// How many that were undone are shown among the last.
const UNDONE: i64 = 2;

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// With whom.
    pub member: MemberId,
    /// The line of her ledger.
    pub line: Line,
    /// The stamp card's or the coupon's title; its name where its files are of another time.
    pub title: Texts,
    /// Whether who asks may take it back now.
    pub may_undo: bool,
    /// Whether it is taken back for a reason alone.
    pub asks_why: bool,
}

/// What was done with a member, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recent {
    /// The last acts, whoever did them.
    pub last: Vec<Act>,
    /// Before those, what whoever asks may take back.
    pub older: Vec<Act>,
}

impl Act {
    /// Who did it.
    pub fn actor(&self) -> Actor {
        actor_of(&self.line)
    }
}

fn actor_of(line: &Line) -> Actor {
    Actor { kind: line.actor_kind, id: line.actor_id.clone() }
}

/// The newest `limit` stamps given and vouchers taken in a store by these actors since `since`, newest first.
pub async fn lately(
    app: &App,
    by: &By,
    actors: &[Actor],
    store: &str,
    since: DateTime<Utc>,
    limit: usize,
) -> sqlx::Result<Vec<Act>> {
    let mut done = Vec::new();
    for actor in actors {
        // Undoing is a line too, and so is what was done elsewhere: enough of them to be left with `limit`.
        let newest = acts_by(&app.db, actor, since, i64::try_from(limit * 4).unwrap_or(i64::MAX)).await?;
        done.extend(newest.into_iter().filter(|done| is_act(done.line.kind) && done.line.store == store));
    }
    done.sort_by_key(|done| std::cmp::Reverse((done.line.recorded_at, done.line.id)));
    done.truncate(limit);
    with_rights(app, by, done).await
}

/// The newest `last` stamps given to a member and vouchers taken of her that stand, wherever, whenever, by whomever, and what
/// was undone between them; and of those before, what `by` may take back, as far as a manager's time goes.
pub async fn lately_with(app: &App, by: &By, member: MemberId, last: usize) -> sqlx::Result<Recent> {
    let now = app.clock.now();
    let most = Most { standing: LOOKED_AT, undone: UNDONE };
    let (mut newest, mut older, mut standing) = (Vec::new(), Vec::new(), 0);
    for line in acts_with(&app.db, member, now - MANAGER_UNDO, most).await? {
        let (actor, at) = (actor_of(&line), line.recorded_at);
        let done = Done { member, line };
        if standing < last {
            standing += usize::from(!done.line.is_undone);
            newest.push(done);
        } else if !done.line.is_undone && may_undo(by, (&actor, &done.line.store), at, MANAGER_UNDO, now).is_ok() {
            older.push(done);
        }
    }
    let mut older = with_rights(app, by, older).await?;
    older.retain(|act| act.may_undo);
    Ok(Recent { last: with_rights(app, by, newest).await?, older })
}

/// Adds the titles, and what may be taken back by whoever asks.
async fn with_rights(app: &App, by: &By, done: Vec<Done>) -> sqlx::Result<Vec<Act>> {
    let now = app.clock.now();
    let mut cards: BTreeMap<String, Texts> = BTreeMap::new();
    let mut acts = Vec::with_capacity(done.len());
    for Done { member, line } in done {
        let (title, own) = match (line.kind, cards.get(&line.programme)) {
            (EntryKind::VoucherRedeemed, _) => {
                let coupon = taken_under(&app.db, member, &line).await?;
                let own = coupon.as_ref().map_or(OWN_UNDO, |coupon| coupon.redeem.undo.delta());
                (coupon.map(|coupon| coupon.title), own)
            }
            (_, Some(title)) => (Some(title.clone()), OWN_UNDO),
            (_, None) => {
                let card = newest::<StampCard>(&app.db, &line.programme).await?;
                cards.extend(card.as_ref().map(|card| (line.programme.clone(), card.title.clone())));
                (card.map(|card| card.title), OWN_UNDO)
            }
        };
        let (actor, at) = (actor_of(&line), line.recorded_at);
        let may_undo = !line.is_undone && may_undo(by, (&actor, &line.store), at, own, now).is_ok();
        let asks_why = is_asked(by, &actor, at, own, now);
        let title = title.unwrap_or_else(|| Texts::from(line.programme.clone()));
        acts.push(Act { member, line, title, may_undo, asks_why });
    }
    Ok(acts)
}

/// The terms of the voucher that a line took.
async fn taken_under(db: &Db, member: MemberId, line: &Line) -> sqlx::Result<Option<Coupon>> {
    let version = query(
        db,
        "select v.version from redemption r join voucher v on v.id = r.voucher where r.member = $1 and r.entry = $2",
    )
    .bind(member)
    .bind(line.id)
    .optional_value::<i64>()
    .await?;
    let Some(version) = version else { return Ok(None) };
    Ok(definitions::at_version::<Coupon>(db, &line.programme, version).await?.map(|coupon| coupon.body))
}

/// The newest `limit` lines of a member's ledger with their titles, newest first.
pub async fn told(on: impl Into<On<'_>>, member: MemberId, limit: i64) -> sqlx::Result<Vec<Act>> {
    let mut on = on.into();
    let lines = history(on.by_ref(), member, limit).await?;
    let mut titles: BTreeMap<(bool, String), Texts> = BTreeMap::new();
    let mut told = Vec::with_capacity(lines.len());
    for line in lines {
        let is_of_coupon =
            matches!(line.kind, EntryKind::VoucherRedeemed | EntryKind::RedemptionReversed | EntryKind::VoucherExpired);
        let name = (is_of_coupon, line.programme.clone());
        let title = match titles.get(&name) {
            Some(title) => title.clone(),
            None => {
                let title = if is_of_coupon {
                    newest::<Coupon>(on.by_ref(), &name.1).await?.map(|coupon| coupon.title)
                } else {
                    newest::<StampCard>(on.by_ref(), &name.1).await?.map(|card| card.title)
                };
                let title = title.unwrap_or_else(|| Texts::from(name.1.clone()));
                titles.entry(name).or_insert(title).clone()
            }
        };
        told.push(Act { member, line, title, may_undo: false, asks_why: false });
    }
    Ok(told)
}

fn is_act(kind: EntryKind) -> bool {
    matches!(kind, EntryKind::Stamped | EntryKind::VoucherRedeemed)
}

/// The newest terms of a thing, also of one that is gone.
async fn newest<T: Defined>(on: impl Into<On<'_>>, name: &str) -> sqlx::Result<Option<T>> {
    Ok(definitions::last::<T>(on, name).await?.map(|last| last.published.body))
}
