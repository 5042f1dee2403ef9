//! The member row.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::consent::Source;
use super::{Number, keys, timeline};
use crate::app::App;
use crate::ids::{AccountId, Actor, LineUserId, MemberId};
use crate::store::{On, Tx, query};
use crate::words::Lang;

/// A person. `joined_at` is empty until she took her card.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Member {
    /// Her id.
    pub id: MemberId,
    /// What she can read out at the counter.
    pub number: Number,
    /// When she became a member.
    pub joined_at: Option<DateTime<Utc>>,
    /// The language she reads, as far as LINE told or she chose.
    pub language: Option<Lang>,
    /// Grows with each change her pages should show; the ETag of them.
    pub version: i64,
    /// Staff and testers: outside counts and stock.
    pub is_test: bool,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
}

impl Member {
    /// Whether she took her card.
    pub fn is_joined(&self) -> bool {
        self.joined_at.is_some()
    }
}

/// Makes a person who is not yet a member, with a number and a key of her own.
pub async fn create(app: &App, tx: &mut Tx) -> sqlx::Result<Member> {
    let now = app.clock.now();
    let id: MemberId = app.ids.make();
    let number = loop {
        let number = Number::random(&app.chance);
        let taken = query(
            &mut *tx,
            "insert into member (id, number, created_at) values ($1, $2, $3) on conflict (number) do nothing",
        )
        .bind(id)
        .bind(number.clone())
        .bind(now)
        .execute()
        .await?;
        if taken == 1 {
            break number;
        }
    };
    let (_, key) = keys::make(app, id);
    keys::keep(tx, [&key]).await?;
    Ok(Member { id, number, joined_at: None, language: None, version: 1, is_test: false, created_at: now })
}

/// The version of the row of somebody who has just joined.
pub(super) const VERSION_ON_JOINING: i64 = 2;

/// So many numbers, no two the same, that nobody has now.
pub(super) async fn free_numbers(app: &App, tx: &mut Tx, count: usize) -> sqlx::Result<Vec<Number>> {
    let mut free = BTreeSet::new();
    while free.len() < count {
        let more: Vec<Number> = (free.len()..count).map(|_| Number::random(&app.chance)).collect();
        let taken = query(&mut *tx, "select number from member where number in (").push_list(more.clone()).push(")");
        let taken: BTreeSet<Number> = taken.all::<(Number,)>().await?.into_iter().map(|(number,)| number).collect();
        free.extend(more.into_iter().filter(|number| !taken.contains(number)));
    }
    Ok(free.into_iter().collect())
}

/// A member by id.
pub async fn find(on: impl Into<On<'_>>, id: MemberId) -> sqlx::Result<Option<Member>> {
    query(on, "select id, number, joined_at, language, version, is_test, created_at from member where id = $1")
        .bind(id)
        .optional()
        .await
}

/// A member by the number she reads out.
pub async fn by_number(on: impl Into<On<'_>>, number: &Number) -> sqlx::Result<Option<Member>> {
    query(on, "select id, number, joined_at, language, version, is_test, created_at from member where number = $1")
        .bind(number.clone())
        .optional()
        .await
}

/// The person behind a LINE user of an account.
pub async fn in_account_of(
    on: impl Into<On<'_>>,
    account: AccountId,
    user: &LineUserId,
) -> sqlx::Result<Option<Member>> {
    query(
        on,
        "select m.id, m.number, m.joined_at, m.language, m.version, m.is_test, m.created_at
         from friend f join member m on m.id = f.member where f.account = $1 and f.line_user_id = $2",
    )
    .bind(account)
    .bind(user.clone())
    .optional()
    .await
}

/// The people behind a LINE user, whichever account it is a user of: one, where the accounts have one provider.
pub async fn by_line_user(on: impl Into<On<'_>>, user: &LineUserId) -> sqlx::Result<Vec<Member>> {
    query(
        on,
        "select distinct m.id, m.number, m.joined_at, m.language, m.version, m.is_test, m.created_at
         from friend f join member m on m.id = f.member where f.line_user_id = $1 order by m.id",
    )
    .bind(user.clone())
    .all()
    .await
}

/// Up to `limit` members after `after`, by id.
pub async fn page(on: impl Into<On<'_>>, after: Option<MemberId>, limit: i64) -> sqlx::Result<Vec<Member>> {
    let mut select = query(on, "select id, number, joined_at, language, version, is_test, created_at from member");
    if let Some(after) = after {
        select = select.push(" where id > ").push_bind(after);
    }
    select.push(" order by id limit ").push_bind(limit).all().await
}

/// Makes a person a member, once: false when she already was. `wording` names the text she agreed to, `source` where.
pub async fn join(
    app: &App,
    tx: &mut Tx,
    member: MemberId,
    at: DateTime<Utc>,
    actor: &Actor,
    source: Source,
    wording: &str,
) -> sqlx::Result<bool> {
    let changed =
        query(&mut *tx, "update member set joined_at = $2, version = version + 1 where id = $1 and joined_at is null")
            .bind(member)
            .bind(at)
            .execute()
            .await?;
    if changed == 1 {
        timeline::record(app, tx, member, joining(at, actor, source, wording)).await?;
    }
    Ok(changed == 1)
}

/// What her history says of her joining.
pub(super) fn joining<'a>(at: DateTime<Utc>, actor: &'a Actor, source: Source, wording: &str) -> timeline::Entry<'a> {
    timeline::Entry::new("joined", at, actor).with("source", source).with("wording", wording)
}

/// Tells her open pages that something changed.
pub async fn bump_version(on: impl Into<On<'_>>, member: MemberId) -> sqlx::Result<()> {
    query(on, "update member set version = version + 1 where id = $1").bind(member).execute().await.map(drop)
}

/// The same for many, a hundred at a time.
pub async fn bump_versions(tx: &mut Tx, members: &[MemberId]) -> sqlx::Result<()> {
    for members in members.chunks(100) {
        query(&mut *tx, "update member set version = version + 1 where id in (")
            .push_list(members.iter().copied())
            .push(")")
            .execute()
            .await?;
    }
    Ok(())
}

/// Keeps the language she reads.
pub async fn set_language(on: impl Into<On<'_>>, member: MemberId, language: Lang) -> sqlx::Result<()> {
    query(on, "update member set language = $2 where id = $1").bind(member).bind(language).execute().await.map(drop)
}
