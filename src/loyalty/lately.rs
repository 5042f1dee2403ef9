//! What was done lately: at a counter, with the right to take it back; and with one member, as she reads it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::ledger::EntryKind;
use super::spec::{Coupon, StampCard};
use super::stamps::rules::{OWN_UNDO, may_undo};
use super::types::By;
use super::views::{Line, acts_by, history};
use crate::app::App;
use crate::ids::{Actor, MemberId};
use crate::spec::{Defined, Texts, definitions};
use crate::store::On;

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
    let now = app.clock.now();
    let mut done = Vec::new();
    for actor in actors {
        // Undoing is a line too, and so is what was done elsewhere: enough of them to be left with `limit`.
        let newest = acts_by(&app.db, actor, since, i64::try_from(limit * 4).unwrap_or(i64::MAX)).await?;
        done.extend(newest.into_iter().filter(|done| is_act(done.line.kind) && done.line.store == store));
    }
    done.sort_by_key(|done| std::cmp::Reverse((done.line.recorded_at, done.line.id)));
    done.truncate(limit);
    let mut acts = Vec::with_capacity(done.len());
    for done in done {
        let (title, own) = match done.line.kind {
            EntryKind::VoucherRedeemed => {
                let coupon = newest::<Coupon>(&app.db, &done.line.programme).await?;
                let own = coupon.as_ref().map_or(OWN_UNDO, |coupon| coupon.redeem.undo.delta());
                (coupon.map(|coupon| coupon.title), own)
            }
            _ => (newest::<StampCard>(&app.db, &done.line.programme).await?.map(|card| card.title), OWN_UNDO),
        };
        let actor = Actor { kind: done.line.actor_kind, id: done.line.actor_id.clone() };
        let may_undo =
            !done.line.is_undone && may_undo(by, (&actor, &done.line.store), done.line.recorded_at, own, now).is_ok();
        let title = title.unwrap_or_else(|| Texts::from(done.line.programme.clone()));
        acts.push(Act { member: done.member, line: done.line, title, may_undo });
    }
    Ok(acts)
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
        told.push(Act { member, line, title, may_undo: false });
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
