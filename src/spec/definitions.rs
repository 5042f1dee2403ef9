//! The table of published definitions: what the brand's files said when they were last applied, every version for ever, so
//! that a card keeps the terms it was issued under. The files themselves are needed only by whoever publishes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::types::Json;

use super::{Defined, canonical};
use crate::ids::Actor;
use crate::store::{On, Tx, query};

/// The hash of a version that says the thing is gone.
pub const GONE: &str = "gone";

/// A thing that publishing would change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Change {
    /// The kind, for example `coupon`.
    pub kind: String,
    /// The name within its kind.
    pub name: String,
    /// What would happen to it.
    pub change: Changed,
}

/// What happens to a published thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Changed {
    /// It is new.
    Added,
    /// It gets a new version.
    Changed,
    /// It is in no file any more.
    Removed,
}

/// A definition as something rests on it: what it says, and the version that stands once it is published.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pin {
    /// The kind, for example `coupon`.
    pub kind: String,
    /// The name within its kind.
    pub name: String,
    /// The version that says this.
    pub version: i64,
    /// SHA-256 of its canonical JSON; [`GONE`] where it is in no file any more.
    pub hash: String,
}

/// One published version of a definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Published<T> {
    /// Its version, from 1.
    pub version: i64,
    /// SHA-256 of its canonical JSON.
    pub hash: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// The definition.
    pub body: T,
}

impl Head {
    /// Whether the thing is in no file any more.
    pub fn is_gone(&self) -> bool {
        self.hash == GONE
    }
}

/// The newest version of a thing, without its body.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Head {
    /// The kind, for example `coupon`.
    pub kind: String,
    /// The name within its kind.
    pub name: String,
    /// The newest version.
    pub version: i64,
    /// Its hash.
    pub hash: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Row {
    version: i64,
    hash: String,
    published_at: DateTime<Utc>,
    body: Json<Value>,
}

/// Publishes a definition: a new version when it differs from the newest, else nothing. Gives the version that now stands.
///
/// # Errors
/// Those of the store; a unique violation when somebody else published the same thing at the same time.
pub async fn publish<T: Defined>(tx: &mut Tx, definition: &T, now: DateTime<Utc>, actor: &Actor) -> sqlx::Result<i64> {
    let body = serde_json::to_value(definition).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    put(tx, T::KIND, definition.name(), &canonical::hash(&body), body, now, actor).await
}

/// Publishes that a thing is gone. Its versions stay; it is no longer among the newest. Gives the version that says so.
///
/// # Errors
/// Those of the store.
pub async fn retire(tx: &mut Tx, kind: &str, name: &str, now: DateTime<Utc>, actor: &Actor) -> sqlx::Result<i64> {
    put(tx, kind, name, GONE, Value::Object(serde_json::Map::new()), now, actor).await
}

async fn put(
    tx: &mut Tx,
    kind: &str,
    name: &str,
    hash: &str,
    body: Value,
    now: DateTime<Utc>,
    actor: &Actor,
) -> sqlx::Result<i64> {
    let newest: Option<(i64, String)> = query(
        &mut *tx,
        "select version, hash from definition where kind = $1 and name = $2 order by version desc limit 1",
    )
    .bind(kind)
    .bind(name)
    .optional()
    .await?;
    let version = match newest {
        Some((version, newest)) if newest == hash => return Ok(version),
        Some((version, _)) => version + 1,
        None => 1,
    };
    query(
        tx,
        "insert into definition (kind, name, version, hash, body, published_at, actor_kind, actor_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(kind)
    .bind(name)
    .bind(version)
    .bind(hash)
    .bind(Json(body))
    .bind(now)
    .bind(actor.kind)
    .bind(actor.id.as_str())
    .execute()
    .await?;
    Ok(version)
}

/// The newest version of a thing; none when there is none or it is gone.
///
/// # Errors
/// Those of the store; a decode error when the body is of a format this program no longer reads.
pub async fn latest<T: Defined>(on: impl Into<On<'_>>, name: &str) -> sqlx::Result<Option<Published<T>>> {
    let row = newest_of::<T>(on, name, 1).await?.pop();
    row.filter(|row| row.hash != GONE).map(decode).transpose()
}

/// The newest words on a thing, also of one that is gone by now.
#[derive(Debug, Clone, PartialEq)]
pub struct Last<T> {
    /// What it said last.
    pub published: Published<T>,
    /// Whether it is gone since.
    pub is_gone: bool,
}

/// What a thing said last: what was promised by it still stands when it is gone. None when it was never published.
///
/// # Errors
/// As [`latest`].
pub async fn last<T: Defined>(on: impl Into<On<'_>>, name: &str) -> sqlx::Result<Option<Last<T>>> {
    // A thing that is gone is not published as gone again, so that its words stand right below.
    let rows = newest_of::<T>(on, name, 2).await?;
    let is_gone = rows.first().is_some_and(|row| row.hash == GONE);
    let words = rows.into_iter().find(|row| row.hash != GONE);
    words.map(|row| Ok(Last { published: decode(row)?, is_gone })).transpose()
}

async fn newest_of<T: Defined>(on: impl Into<On<'_>>, name: &str, count: i64) -> sqlx::Result<Vec<Row>> {
    query(
        on,
        "select version, hash, published_at, body from definition
         where kind = $1 and name = $2 order by version desc limit $3",
    )
    .bind(T::KIND)
    .bind(name)
    .bind(count)
    .all()
    .await
}

/// One version of a thing.
///
/// # Errors
/// As [`latest`].
pub async fn at_version<T: Defined>(
    on: impl Into<On<'_>>,
    name: &str,
    version: i64,
) -> sqlx::Result<Option<Published<T>>> {
    let row: Option<Row> = query(
        on,
        "select version, hash, published_at, body from definition where kind = $1 and name = $2 and version = $3",
    )
    .bind(T::KIND)
    .bind(name)
    .bind(version)
    .optional()
    .await?;
    row.filter(|row| row.hash != GONE).map(decode).transpose()
}

/// The newest version of every thing of a kind, by name; those that are gone left out.
///
/// # Errors
/// As [`latest`].
pub async fn all_latest<T: Defined>(on: impl Into<On<'_>>) -> sqlx::Result<Vec<Published<T>>> {
    let rows: Vec<Row> = query(
        on,
        "select version, hash, published_at, body from definition d
         where kind = $1 and hash <> $2
         and version = (select max(version) from definition n where n.kind = d.kind and n.name = d.name)
         order by name",
    )
    .bind(T::KIND)
    .bind(GONE)
    .all()
    .await?;
    rows.into_iter().map(decode).collect()
}

/// The newest version of everything, by kind and name; what is gone left out.
///
/// # Errors
/// Those of the store.
pub async fn heads(on: impl Into<On<'_>>) -> sqlx::Result<Vec<Head>> {
    query(
        on,
        "select kind, name, version, hash, published_at from definition d
         where hash <> $1
         and version = (select max(version) from definition n where n.kind = d.kind and n.name = d.name)
         order by kind, name",
    )
    .bind(GONE)
    .all()
    .await
}

/// The newest version of everything, what is gone too, by kind and name.
///
/// # Errors
/// Those of the store.
pub async fn newest(on: impl Into<On<'_>>) -> sqlx::Result<Vec<Head>> {
    query(
        on,
        "select kind, name, version, hash, published_at from definition d
         where version = (select max(version) from definition n where n.kind = d.kind and n.name = d.name)
         order by kind, name",
    )
    .all()
    .await
}

/// A number that grows with each version published: a replica asks it each second and reads again when it has moved.
///
/// # Errors
/// Those of the store.
pub async fn revision(on: impl Into<On<'_>>) -> sqlx::Result<i64> {
    query(on, "select count(*) from definition").value().await
}

fn decode<T: Defined>(row: Row) -> sqlx::Result<Published<T>> {
    let Row { version, hash, published_at, body } = row;
    let body = serde_json::from_value(body.0).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    Ok(Published { version, hash, published_at, body })
}
