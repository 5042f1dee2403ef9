//! Tags. A tag that was taken off stays as a row with its time, so that an older event cannot put it back.

use chrono::{DateTime, Utc};

use super::{people, timeline};
use crate::app::App;
use crate::ids::{Actor, MemberId};
use crate::store::{On, Tx, query};

/// Longest tag, in letters.
pub const LONGEST: usize = 50;

/// The tags a member has, by name.
pub async fn of(on: impl Into<On<'_>>, member: MemberId) -> sqlx::Result<Vec<String>> {
    let rows = query(on, "select tag from member_tag where member = $1 and is_on order by tag")
        .bind(member)
        .all::<(String,)>()
        .await?;
    Ok(rows.into_iter().map(|(tag,)| tag).collect())
}

/// Puts a tag on or takes it off now, whatever clock wrote the fact that stands; false when it was so already.
pub async fn set_now(
    app: &App,
    tx: &mut Tx,
    member: MemberId,
    tag: &str,
    is_on: bool,
    actor: &Actor,
) -> sqlx::Result<bool> {
    let newest = query(&mut *tx, "select at from member_tag where member = $1 and tag = $2").bind(member).bind(tag);
    let at = app.clock.now_after(newest.optional_value().await?);
    set(app, tx, member, tag, is_on, at, actor).await
}

/// Puts a tag on or takes it off as of `at`; false when nothing changed: it was so already, or a newer fact stands.
pub async fn set(
    app: &App,
    tx: &mut Tx,
    member: MemberId,
    tag: &str,
    is_on: bool,
    at: DateTime<Utc>,
    actor: &Actor,
) -> sqlx::Result<bool> {
    // Facts about one member stand in line, so that two at once are not both news.
    query(&mut *tx, "select id from member where id = $1")
        .bind(member)
        .lock_rows(" for update")
        .optional::<(MemberId,)>()
        .await?;
    let was_on = query(&mut *tx, "select is_on from member_tag where member = $1 and tag = $2")
        .bind(member)
        .bind(tag)
        .optional::<(bool,)>()
        .await?;
    let changed = query(
        &mut *tx,
        "insert into member_tag (member, tag, is_on, at, recorded_at, actor_kind, actor_id) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (member, tag) do update set is_on = excluded.is_on, at = excluded.at, recorded_at = excluded.recorded_at,
             actor_kind = excluded.actor_kind, actor_id = excluded.actor_id
         where member_tag.at <= excluded.at",
    )
    .bind(member)
    .bind(tag)
    .bind(is_on)
    .bind(at)
    .bind(app.clock.now())
    .bind(actor.kind)
    .bind(actor.id.clone())
    .execute()
    .await?;
    let is_news = changed == 1 && was_on.map_or(is_on, |(was_on,)| was_on != is_on);
    if is_news {
        people::bump_version(&mut *tx, member).await?;
        let kind = if is_on { "tagged" } else { "untagged" };
        timeline::record(app, tx, member, timeline::Entry::new(kind, at, actor).with("tag", tag)).await?;
    }
    Ok(is_news)
}
