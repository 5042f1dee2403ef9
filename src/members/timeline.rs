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
use crate::store::{On, Tx, query};

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
    let id: TimelineId = app.ids.make();
    let now = app.clock.now();
    let sealed = match entry.private {
        Some(text) => keys::of(app, &mut *tx, member)
            .await?
            .map(|key| key.seal(&app.chance, &context(member), &String::from(text))),
        None => None,
    };
    query(
        &mut *tx,
        "insert into timeline (member, id, kind, format, at, recorded_at, actor_kind, actor_id, body, sealed)
         values ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9)",
    )
    .bind(member)
    .bind(id)
    .bind(entry.kind)
    .bind(entry.at)
    .bind(now)
    .bind(entry.actor.kind)
    .bind(entry.actor.id.clone())
    .bind(sqlx::types::Json(entry.body))
    .bind(sealed)
    .execute()
    .await?;
    if app.subscribed.contains(&entry.kind) {
        let happened = Happened { member, entry: id, kind: String::from(entry.kind), at: entry.at };
        jobs::enqueue(tx, &app.ids, now, &happened, When::now()).await?;
    }
    Ok(id)
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

/// Blanks the text of a message its writer took back.
pub async fn blank_message(tx: &mut Tx, member: MemberId, message_id: &str) -> sqlx::Result<()> {
    query(tx, "update timeline set sealed = null where member = $1 and kind = 'said' and body ->> 'message' = $2")
        .bind(member)
        .bind(message_id)
        .execute()
        .await
        .map(drop)
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
