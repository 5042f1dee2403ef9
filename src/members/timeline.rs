//! A person's history, and how upper rooms hear of it: an entry of a kind somebody subscribes to also enqueues one
//! [`Happened`] job in the same transaction; `worker` knows who is told.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::keys;
use crate::app::App;
use crate::ids::{Actor, ActorKind, MemberId, TimelineId};
use crate::jobs::{self, Task, When};
use crate::secret::Sealed;
use crate::store::{On, Tx, insert_rows, query};

/// A line to be written.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    kind: &'static str,
    at: DateTime<Utc>,
    actor: &'a Actor,
    body: Map<String, Value>,
    private: Option<&'a str>,
}

impl<'a> Entry<'a> {
    /// Something of `kind` that happened at `at` by `actor`.
    pub fn new(kind: &'static str, at: DateTime<Utc>, actor: &'a Actor) -> Self {
        Self { kind, at, actor, body: Map::new(), private: None }
    }

    /// Adds a fact. Never a name or a text somebody wrote: those are [`private`](Self::private).
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.body.insert(String::from(name), serde_json::to_value(value).unwrap_or_default());
        self
    }

    /// A text of the person herself, sealed under her key.
    #[must_use]
    pub fn private(mut self, text: &'a str) -> Self {
        self.private = Some(text);
        self
    }
}

/// A line of the history as read.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Line {
    /// Its id.
    pub id: TimelineId,
    /// What happened, one word.
    pub kind: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// By whom.
    pub actor_kind: ActorKind,
    /// The actor's own id.
    pub actor_id: String,
    /// Facts, by name.
    pub body: sqlx::types::Json<Map<String, Value>>,
}

/// Something happened that somebody subscribed to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Happened {
    /// To whom.
    pub member: MemberId,
    /// The line of her history.
    pub entry: TimelineId,
    /// Its kind.
    pub kind: String,
    /// When it happened.
    pub at: DateTime<Utc>,
}

impl Task for Happened {
    const NAME: &'static str = "happened";
}

/// Writes a line, and tells who subscribed.
pub async fn record(app: &App, tx: &mut Tx, member: MemberId, entry: Entry<'_>) -> sqlx::Result<TimelineId> {
    let sealed = match entry.private {
        Some(text) => keys::of(app, &mut *tx, member)
            .await?
            .map(|key| key.seal(&app.chance, &context(member), &String::from(text))),
        None => None,
    };
    let (id, recorded_at) = (app.ids.make(), app.clock.now());
    write(app, tx, vec![Row { noted: Noted { id, member, recorded_at, entry }, sealed }]).await?;
    Ok(id)
}

/// A line that has its place already, to be written with others.
#[derive(Debug, Clone)]
pub struct Noted<'a> {
    /// Its id.
    pub id: TimelineId,
    /// Whose.
    pub member: MemberId,
    /// When it was noted.
    pub recorded_at: DateTime<Utc>,
    /// What happened; nothing private.
    pub entry: Entry<'a>,
}

/// Writes many lines at once, as [`record`] does one.
pub async fn record_all(app: &App, tx: &mut Tx, lines: impl IntoIterator<Item = Noted<'_>>) -> sqlx::Result<()> {
    write(app, tx, lines.into_iter().map(|noted| Row { noted, sealed: None }).collect()).await
}

struct Row<'a> {
    noted: Noted<'a>,
    sealed: Option<Sealed<String>>,
}

async fn write(app: &App, tx: &mut Tx, rows: Vec<Row<'_>>) -> sqlx::Result<()> {
    let head = "insert into timeline (member, id, kind, format, at, recorded_at, actor_kind, actor_id, body, sealed)";
    insert_rows(tx, head, &rows, "", |values, Row { noted, sealed }| {
        let Noted { id, member, recorded_at, entry } = noted;
        values.bind(*member).bind(*id).bind(entry.kind).bind(1_i64).bind(entry.at).bind(*recorded_at);
        values.bind(entry.actor.kind).bind(entry.actor.id.clone());
        values.bind(sqlx::types::Json(entry.body.clone())).bind(sealed.clone());
    })
    .await?;
    for Row { noted: Noted { id, member, entry, .. }, .. } in rows {
        if app.subscribed.contains(&entry.kind) {
            let happened = Happened { member, entry: id, kind: String::from(entry.kind), at: entry.at };
            jobs::enqueue(tx, &app.ids, app.clock.now(), &happened, When::now()).await?;
        }
    }
    Ok(())
}

/// Up to `limit` lines before `before`, newest first.
pub async fn page(
    on: impl Into<On<'_>>,
    member: MemberId,
    before: Option<TimelineId>,
    limit: i64,
) -> sqlx::Result<Vec<Line>> {
    let mut select =
        query(on, "select id, kind, at, recorded_at, actor_kind, actor_id, body from timeline where member = ")
            .push_bind(member);
    if let Some(before) = before {
        select = select.push(" and id < ").push_bind(before);
    }
    select.push(" order by id desc limit ").push_bind(limit).all().await
}

/// Blanks the text of a message its writer took back, and remembers that she did: the message itself may be written down
/// only later. Gives the events it was written down from, which hold the text too.
pub async fn take_back(
    tx: &mut Tx,
    member: MemberId,
    message_id: &str,
    at: DateTime<Utc>,
) -> sqlx::Result<Vec<String>> {
    let events = query(
        &mut *tx,
        "update timeline set sealed = null where member = $1 and kind = 'said' and body ->> 'message' = $2
         returning body ->> 'event'",
    )
    .bind(member)
    .bind(message_id)
    .values::<Option<String>>()
    .await?;
    query(tx, "insert into taken_back (member, message, at) values ($1, $2, $3) on conflict do nothing")
        .bind(member)
        .bind(message_id)
        .bind(at)
        .execute()
        .await?;
    Ok(events.into_iter().flatten().collect())
}

/// Whether a message was taken back by its writer.
pub async fn is_taken_back(on: impl Into<On<'_>>, member: MemberId, message_id: &str) -> sqlx::Result<bool> {
    let found = query(on, "select count(*) from taken_back where member = $1 and message = $2");
    Ok(found.bind(member).bind(message_id).value::<i64>().await? > 0)
}

/// Forgets what was taken back before `before`: by then every message was written down or never will be.
pub async fn forget_taken_back(on: impl Into<On<'_>>, before: DateTime<Utc>) -> sqlx::Result<()> {
    query(on, "delete from taken_back where at < $1").bind(before).execute().await.map(drop)
}

/// The text of a line, opened for who may see it.
pub async fn private_text(
    app: &App,
    on: impl Into<On<'_>>,
    member: MemberId,
    id: TimelineId,
) -> sqlx::Result<Option<String>> {
    type Row = (Option<Sealed<String>>, Vec<u8>);
    let row = query(on, "select t.sealed, k.wrapped from timeline t join member_key k on k.member = t.member where t.member = $1 and t.id = $2")
        .bind(member)
        .bind(id)
        .optional::<Row>()
        .await?;
    Ok(row.and_then(|(sealed, wrapped)| keys::unwrap(app, member, &wrapped)?.open(&context(member), &sealed?).ok()))
}

fn context(member: MemberId) -> String {
    format!("timeline/{member}")
}
