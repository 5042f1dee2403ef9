//! Checking the ledger: every balance rebuilt from the entries and compared with what the store holds, every chain and every
//! root hashed again. It reads in pages and may run beside the service: where something differs, the member is looked at once
//! more under her lock.

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use super::chain::{BEGINNING, Hash};
use super::compare;
use super::days;
use super::kept::Kept;
use super::roots::Tree;
use crate::ids::MemberId;
use crate::loyalty::store::hash_of;
use crate::store::{Db, query};

/// Members looked at together.
const PAGE: i64 = 100;
/// Differences kept in full; the others are counted.
const SHOWN: usize = 1_000;

/// What was checked, and what differs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Members who have anything.
    pub members: i64,
    /// Entries read.
    pub entries: i64,
    /// Roots worked out again.
    pub roots: i64,
    /// What differs, by member and then by day.
    pub differences: Vec<Difference>,
    /// Differences beyond those.
    pub more: i64,
}

/// One thing that is not as the ledger says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Whose; none for a root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// The number of the entry it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    /// The day it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<NaiveDate>,
    /// What sort of difference.
    pub what: What,
    /// What is there and what should be.
    pub detail: String,
}

/// Sorts of differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// An entry's number is left out.
    Gap,
    /// An entry's hash is not that of its text and the entry before it.
    Hash,
    /// An entry's text cannot be read.
    Unreadable,
    /// A column beside the text says something else than the text.
    Column,
    /// An entry does not follow from those before it.
    Contradiction,
    /// The end of the chain is not the last entry.
    Head,
    /// A card.
    Card,
    /// A milestone.
    Milestone,
    /// A voucher.
    Voucher,
    /// A redemption.
    Redemption,
    /// The root of a day.
    Root,
    /// A chain's place under the roots.
    Leaf,
}

impl Report {
    /// Whether everything agrees.
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty()
    }

    fn add(&mut self, found: impl IntoIterator<Item = Difference>) {
        for difference in found {
            if self.differences.len() < SHOWN {
                self.differences.push(difference);
            } else {
                self.more += 1;
            }
        }
    }
}

impl Difference {
    fn of_day(day: NaiveDate, what: What, detail: String) -> Self {
        Self { member: None, seq: None, day: Some(day), what, detail }
    }
}

/// Checks everything.
pub async fn verify(db: &Db) -> sqlx::Result<Report> {
    let mut report = Report::default();
    let mut after = MemberId(Uuid::nil());
    loop {
        let page = members_after(db, after).await?;
        let (Some(first), Some(last)) = (page.first(), page.last()) else { break };
        let mut kept = Kept::load(db, *first, *last).await?;
        for member in &page {
            let kept = kept.remove(member).unwrap_or_default();
            report.members += 1;
            report.entries += i64::try_from(kept.entries.len()).unwrap_or_default();
            if compare::compare(*member, &kept).is_empty() {
                continue;
            }
            report.add(look_again(db, *member).await?);
        }
        after = *last;
    }
    verify_roots(db, &mut report).await?;
    Ok(report)
}

/// A member who moved while she was read differs from herself; under her lock she does not.
async fn look_again(db: &Db, member: MemberId) -> sqlx::Result<Vec<Difference>> {
    let mut tx = db.begin().await?;
    query(&mut tx, "select seq from ledger_head where member = $1")
        .bind(member)
        .lock_rows(" for update")
        .optional_value::<i64>()
        .await?;
    let kept = Kept::load(&mut tx, member, member).await?.remove(&member).unwrap_or_default();
    tx.commit().await?;
    Ok(compare::compare(member, &kept))
}

/// The next members who have anything, by id.
async fn members_after(db: &Db, after: MemberId) -> sqlx::Result<Vec<MemberId>> {
    query(
        db,
        "select member from (select distinct member from ledger where member > $1 order by member limit $2) a
         union select member from (select member from ledger_head where member > $1 order by member limit $2) b
         union select member from (select distinct member from card where member > $1 order by member limit $2) c
         union select member from (select distinct member from voucher where member > $1 order by member limit $2) d
         order by member limit $2",
    )
    .bind(after)
    .bind(PAGE)
    .values()
    .await
}

async fn verify_roots(db: &Db, report: &mut Report) -> sqlx::Result<()> {
    let mut before = BEGINNING;
    let mut last: Option<NaiveDate> = None;
    loop {
        let next = query(db, "select day, root, heads from ledger_root where day > $1 order by day limit 1")
            .bind(last.unwrap_or(NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or_default()))
            .optional::<(NaiveDate, Vec<u8>, i64)>()
            .await?;
        let Some((day, root, heads)) = next else { break };
        report.roots += 1;
        if let Some(missing) = last.and_then(|last| last.succ_opt()).filter(|due| *due < day) {
            report.add([Difference::of_day(missing, What::Root, String::from("no root closes this day"))]);
        }
        let (leaves, worked_out) = root_of(db, day, &before, report).await?;
        if leaves != heads {
            let detail = format!("it says it lies over {heads} chains; {leaves} are under it");
            report.add([Difference::of_day(day, What::Root, detail)]);
        }
        if worked_out[..] != root[..] {
            let detail = String::from("the chains under it and the root before do not give this root");
            report.add([Difference::of_day(day, What::Root, detail)]);
        }
        before = hash_of(&root)?;
        last = Some(day);
    }
    let astray = query(
        db,
        "select h.member, h.rooted, coalesce((select max(f.seq) from ledger_leaf f where f.member = h.member), 0)
         from ledger_head h
         where h.rooted <> coalesce((select max(f.seq) from ledger_leaf f where f.member = h.member), 0)
         order by h.member limit 1000",
    )
    .all::<(MemberId, i64, i64)>()
    .await?;
    report.add(astray.into_iter().map(|(member, rooted, leaf)| Difference {
        member: Some(member),
        seq: None,
        day: None,
        what: What::Leaf,
        detail: format!("the chain says it is under roots up to entry {rooted}; it is up to {leaf}"),
    }));
    Ok(())
}

async fn root_of(db: &Db, day: NaiveDate, before: &Hash, report: &mut Report) -> sqlx::Result<(i64, Hash)> {
    let mut tree = Tree::default();
    let mut after = MemberId(Uuid::nil());
    loop {
        let leaves = days::leaves(db, day, after).await?;
        let Some(last) = leaves.last() else { break };
        after = last.member;
        for leaf in leaves {
            if leaf.hash.is_none() {
                report.add([Difference {
                    member: Some(leaf.member),
                    seq: Some(leaf.seq),
                    day: Some(day),
                    what: What::Leaf,
                    detail: String::from("the entry that lay under this day's root is gone"),
                }]);
            }
            tree.add(leaf.member, leaf.seq, &leaf.hash.unwrap_or_default());
        }
    }
    Ok((tree.leaves(), tree.root(before)))
}
