//! What a member has, as pages and chat show it.

use chrono::{DateTime, Utc};

use super::coupons::{Code, Voucher};
use super::ledger::EntryKind;
use super::spec::{Coupon, StampCard};
use super::stamps::Card;
use super::store::{CARDS, VOUCHERS};
use crate::app::App;
use crate::ids::{Actor, ActorKind, CardId, EntryId, MemberId, VoucherId};
use crate::spec::{Texts, definitions};
use crate::store::{On, query};

/// A member's open card of one stamp card, the full one whose reward waits to be taken, or the empty one she would begin.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The stamp card's name.
    pub programme: String,
    /// Its title.
    pub title: Texts,
    /// Whether members alone collect on it.
    pub joined_only: bool,
    /// Her copy; none before the first stamp.
    pub card: Option<CardId>,
    /// Stamps on it; what waits beyond the goal is not counted.
    pub stamps: i64,
    /// Stamps that fill it.
    pub goal: i64,
    /// The nearest milestone she has not reached.
    pub next: Option<Next>,
    /// Every milestone of the card, in order.
    pub milestones: Vec<Next>,
    /// The first instant at which it no longer counts.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A milestone ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The stamp that earns it.
    pub position: i64,
    /// What it gives, as members read it.
    pub title: Texts,
}

/// A voucher that can be used now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usable {
    /// Its id.
    pub voucher: VoucherId,
    /// What is scanned or typed. Whoever knows it can use the voucher: never logged.
    pub code: Code,
    /// The coupon it is a copy of.
    pub coupon: String,
    /// What it gives.
    pub title: Texts,
    /// The first instant at which it is no longer good.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The cards that are shown at $1, at most one of each stamp card: the open one, else the newest when it is full and waits for
/// a reward to be taken.
pub(super) const SHOWN: &str =
    " from card c where (c.state = 'open' and (c.expires_at is null or c.expires_at > $1) or c.state = 'completed'
     and not exists (select 1 from card n where n.member = c.member and n.programme = c.programme
      and n.ordinal > c.ordinal and n.state <> 'void')
     and exists (select 1 from milestone m join voucher v on v.id = m.voucher where m.card = c.id
      and m.reversed_at is null and v.state = 'issued' and (v.expires_at is null or v.expires_at > $1)))";

#[derive(sqlx::FromRow)]
struct ShownCard {
    id: CardId,
    version: i64,
    stamps: i64,
    goal: i64,
    expires_at: Option<DateTime<Utc>>,
}

/// How a member stands on each published stamp card, under the terms her copy was begun with.
pub async fn standing(app: &App, on: impl Into<On<'_>>, member: MemberId) -> sqlx::Result<Vec<Standing>> {
    let mut on = on.into();
    let now = app.clock.now();
    let mut all = Vec::new();
    for published in definitions::all_latest::<StampCard>(on.by_ref()).await? {
        let programme = published.body.stamp_card.to_string();
        let shown = query(on.by_ref(), "select c.id, c.version, c.stamps, c.goal, c.expires_at")
            .push(SHOWN)
            .push(" and c.member = $2 and c.programme = $3")
            .bind(now)
            .bind(member)
            .bind(programme.clone())
            .optional::<ShownCard>()
            .await?;
        let terms = match &shown {
            Some(card) if card.version != published.version => {
                let kept = definitions::at_version::<StampCard>(on.by_ref(), &programme, card.version).await?;
                kept.map_or(published.body, |kept| kept.body)
            }
            _ => published.body,
        };
        let stamps = shown.as_ref().map_or(0, |card| card.stamps.min(card.goal));
        let mut milestones = Vec::new();
        for (position, reward) in &terms.milestones {
            let coupon = definitions::latest::<Coupon>(on.by_ref(), reward.coupon.as_str()).await?;
            milestones.extend(coupon.map(|coupon| Next { position: *position, title: coupon.body.title }));
        }
        all.push(Standing {
            title: terms.title,
            joined_only: terms.joined_only,
            card: shown.as_ref().map(|card| card.id),
            stamps,
            goal: shown.as_ref().map_or(terms.goal, |card| card.goal),
            next: milestones.iter().find(|next| next.position > stamps).cloned(),
            milestones,
            expires_at: shown.and_then(|card| card.expires_at),
            programme,
        });
    }
    Ok(all)
}

/// The vouchers a member can use now, the one that ends first in front; a hundred at most.
pub async fn usable_vouchers(app: &App, on: impl Into<On<'_>>, member: MemberId) -> sqlx::Result<Vec<Usable>> {
    type Row = (VoucherId, Code, String, i64, Option<DateTime<Utc>>);
    let mut on = on.into();
    let rows = query(
        on.by_ref(),
        "select id, code, coupon, version, expires_at from voucher
         where member = $1 and state = 'issued' and (expires_at is null or expires_at > $2)
         order by expires_at nulls last, id limit 100",
    )
    .bind(member)
    .bind(app.clock.now())
    .all::<Row>()
    .await?;
    let mut usable = Vec::with_capacity(rows.len());
    for (voucher, code, coupon, version, expires_at) in rows {
        let terms = definitions::at_version::<Coupon>(on.by_ref(), &coupon, version).await?;
        if let Some(terms) = terms {
            usable.push(Usable { voucher, code, coupon, title: terms.body.title, expires_at });
        }
    }
    Ok(usable)
}

/// A member's copies of every stamp card, without those that came to nothing, the newest first. An open one may have run
/// out: [`Card::has_ended`] tells.
pub async fn cards_of(on: impl Into<On<'_>>, member: MemberId) -> sqlx::Result<Vec<Card>> {
    query(on, CARDS).push(" and state <> 'void' order by programme, ordinal desc").bind(member).all().await
}

/// A member's vouchers in every state, the newest first. One that was not used may have run out: [`Voucher::has_ended`] tells.
pub async fn vouchers_of(on: impl Into<On<'_>>, member: MemberId) -> sqlx::Result<Vec<Voucher>> {
    query(on, VOUCHERS).push(" order by issued_at desc, id desc").bind(member).all().await
}

/// A voucher by what is scanned or typed.
pub async fn voucher_by_code(on: impl Into<On<'_>>, code: &Code) -> sqlx::Result<Option<Voucher>> {
    query(
        on,
        "select id, code, member, coupon, version, state, entry, issued_at, expires_at, changed_at from voucher
         where code = $1",
    )
    .bind(code.clone())
    .optional()
    .await
}

/// A voucher by its id.
pub async fn voucher(on: impl Into<On<'_>>, id: VoucherId) -> sqlx::Result<Option<Voucher>> {
    query(
        on,
        "select id, code, member, coupon, version, state, entry, issued_at, expires_at, changed_at from voucher
         where id = $1",
    )
    .bind(id)
    .optional()
    .await
}

/// A line of a member's ledger.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Line {
    /// The entry.
    pub id: EntryId,
    /// What sort of act.
    pub kind: EntryKind,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// In which store; empty where time alone did it.
    pub store: String,
    /// By whom.
    pub actor_kind: ActorKind,
    /// The actor's own id.
    pub actor_id: String,
    /// The stamp card or the coupon.
    pub programme: String,
    /// Stamps added; negative when taken.
    pub amount: i64,
    /// The entry this one undid.
    pub reverses: Option<EntryId>,
    /// Whether it was undone.
    pub is_undone: bool,
}

const LINES: &str =
    "select l.id, l.kind, l.at, l.recorded_at, l.store, l.actor_kind, l.actor_id, l.programme, l.amount, l.reverses,
     exists (select 1 from ledger r where r.member = l.member and r.reverses = l.id) as is_undone from ledger l";

/// The newest `limit` lines of a member's ledger, newest first.
pub async fn history(on: impl Into<On<'_>>, member: MemberId, limit: i64) -> sqlx::Result<Vec<Line>> {
    query(on, LINES)
        .push(" where l.member = ")
        .push_bind(member)
        .push(" order by l.seq desc limit ")
        .push_bind(limit)
        .all()
        .await
}

/// How many acts [`acts_with`] finds.
pub(super) struct Most {
    /// Of those that stand.
    pub standing: i64,
    /// Of those that were undone.
    pub undone: i64,
}

/// Stamps given to a member and vouchers taken of her, newest first: the newest ones that stand, and of those that were undone
/// since `since` the ones undone last. Each of both is found by an index and ends with its limit.
pub(super) async fn acts_with(
    on: impl Into<On<'_>>,
    member: MemberId,
    since: DateTime<Utc>,
    most: Most,
) -> sqlx::Result<Vec<Line>> {
    query(on, LINES)
        .push(
            " where l.member = $1 and l.seq in (
             select seq from (select s.seq from ledger s where s.member = $1 and s.kind in ('stamped', 'voucher_redeemed')
              and not exists (select 1 from ledger r where r.member = s.member and r.reverses = s.id)
              order by s.seq desc limit $3) standing
             union all
             select seq from (select u.seq from ledger r join ledger u on u.member = r.member and u.id = r.reverses
              where r.member = $1 and r.reverses is not null and r.recorded_at > $2
              and u.kind in ('stamped', 'voucher_redeemed') order by r.seq desc limit $4) undone)
             order by l.seq desc",
        )
        .bind(member)
        .bind(since)
        .bind(most.standing)
        .bind(most.undone)
        .all()
        .await
}

/// One line of a member's ledger.
pub async fn line(on: impl Into<On<'_>>, member: MemberId, entry: EntryId) -> sqlx::Result<Option<Line>> {
    query(on, LINES).push(" where l.member = ").push_bind(member).push(" and l.id = ").push_bind(entry).optional().await
}

/// Something an actor did, on whomever.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Done {
    /// Whose ledger it is in.
    pub member: MemberId,
    /// The line there.
    #[sqlx(flatten)]
    pub line: Line,
}

/// The newest `limit` acts of an actor since `since`, newest first: what a counter lists.
pub async fn acts_by(
    on: impl Into<On<'_>>,
    actor: &Actor,
    since: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<Done>> {
    query(
        on,
        "select l.member, l.id, l.kind, l.at, l.recorded_at, l.store, l.actor_kind, l.actor_id, l.programme, l.amount, l.reverses,
         exists (select 1 from ledger r where r.member = l.member and r.reverses = l.id) as is_undone from ledger l
         where l.actor_id = $1 and l.actor_kind = $2 and l.recorded_at >= $3 order by l.recorded_at desc, l.id desc limit $4",
    )
    .bind(actor.id.clone())
    .bind(actor.kind)
    .bind(since)
    .bind(limit)
    .all()
    .await
}
