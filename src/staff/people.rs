//! The people who work for the brand.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::types::Json;
use tokio::sync::Semaphore;

use super::pin::{self, Fit};
use super::{Pin, Role, audit, covers, sessions, stores};
use crate::app::App;
use crate::ids::{Actor, DeviceId, MemberId, StaffId};
use crate::store::{On, Tx, query};

/// Longest name, in letters.
pub const LONGEST_NAME: usize = 40;

/// PINs hashed at one time: more would only make each of them wait, and take 9 MiB each.
static HASHING: Semaphore = Semaphore::const_new(2);

/// Whether somebody still works here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum State {
    /// May sign in.
    Active,
    /// May not, ever again; the row stays because acts name it.
    Disabled,
}

/// A person of staff.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Person {
    /// Her id.
    pub id: StaffId,
    /// How colleagues call her; one of a kind among those who still work here.
    pub name: String,
    /// What she is.
    pub role: Role,
    /// Codes of the stores she works for; empty means all.
    pub stores: Json<Vec<String>>,
    /// Her own member card, which she may not stamp.
    pub member: Option<MemberId>,
    /// Whether she still works here.
    pub state: State,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl Person {
    /// Whether she works at a store.
    pub fn works_at(&self, store: &str) -> bool {
        covers(&self.stores, store)
    }
}

/// Somebody who starts to work here.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// How colleagues call her.
    pub name: String,
    /// What she is.
    pub role: Role,
    /// Codes of the stores she works for; empty means all.
    pub stores: Vec<String>,
    /// What she will sign in with.
    pub pin: Pin,
}

/// What became of adding somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// She may sign in now.
    Added(StaffId),
    /// The name is empty, longer than [`LONGEST_NAME`] letters, or has signs nobody can read.
    BadName,
    /// Somebody who works here has that name: on a device nobody could tell them apart.
    NameTaken,
    /// The brand has no such store; these are those it has.
    UnknownStore {
        /// The code that is none.
        store: String,
        /// The codes there are.
        known: Vec<String>,
    },
}

const COLUMNS: &str = "select id, name, role, stores, member, state, created_at from staff";

/// Adds a person.
pub async fn add(app: &App, new: NewPerson, actor: &Actor) -> sqlx::Result<Added> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Ok(Added::BadName);
    }
    let known = stores::codes(&app.db).await?;
    if let Some(store) = new.stores.iter().find(|store| !known.contains(store)) {
        return Ok(Added::UnknownStore { store: store.clone(), known });
    }
    let id: StaffId = app.ids.make();
    let hash = hash_pin(app, id, new.pin).await;
    let mut tx = app.db.begin().await?;
    let added = query(
        &mut tx,
        "insert into staff (id, name, role, stores, pin_hash, state, created_at) values ($1, $2, $3, $4, $5, 'active', $6)
         on conflict (name) where state = 'active' do nothing",
    )
    .bind(id)
    .bind(name)
    .bind(new.role)
    .bind(Json(&new.stores))
    .bind(hash)
    .bind(app.clock.now())
    .execute()
    .await?;
    if added == 1 {
        audit::record(
            app,
            &mut tx,
            actor,
            "staff.added",
            &id.to_string(),
            json!({ "role": new.role, "stores": new.stores }),
        )
        .await?;
    }
    tx.commit().await?;
    Ok(if added == 1 { Added::Added(id) } else { Added::NameTaken })
}

/// A person by id.
pub async fn find(on: impl Into<On<'_>>, id: StaffId) -> sqlx::Result<Option<Person>> {
    query(on, COLUMNS).push(" where id = ").push_bind(id).optional().await
}

/// A person who still works here, by name.
pub async fn by_name(on: impl Into<On<'_>>, name: &str) -> sqlx::Result<Option<Person>> {
    query(on, COLUMNS).push(" where state = 'active' and name = ").push_bind(name).optional().await
}

/// Everybody, also those who left, in the order they came. Brands have hundreds at most.
pub async fn all(on: impl Into<On<'_>>) -> sqlx::Result<Vec<Person>> {
    query(on, COLUMNS).push(" order by id").all().await
}

/// The names a device shows: who works at its store, those who used this device most lately first.
pub async fn names_on(on: impl Into<On<'_>>, device: &super::Device) -> sqlx::Result<Vec<Person>> {
    let people = query(
        on,
        "select p.id, p.name, p.role, p.stores, p.member, p.state, p.created_at from staff p
         left join (select staff, max(created_at) as last_at from staff_session where device = ",
    )
    .push_bind(device.id)
    .push(" group by staff) s on s.staff = p.id where p.state = 'active' order by s.last_at desc nulls last, p.name, p.id")
    .all::<Person>()
    .await?;
    Ok(people.into_iter().filter(|person| person.works_at(&device.store)).collect())
}

/// Ends somebody's work here, and every session of hers; false when she had left already.
pub async fn disable(app: &App, id: StaffId, actor: &Actor) -> sqlx::Result<bool> {
    let mut tx = app.db.begin().await?;
    let changed = query(&mut tx, "update staff set state = 'disabled' where id = $1 and state = 'active'")
        .bind(id)
        .execute()
        .await?;
    if changed == 1 {
        sessions::end_all_of(app, &mut tx, id).await?;
        audit::record(app, &mut tx, actor, "staff.disabled", &id.to_string(), json!({})).await?;
    }
    tx.commit().await?;
    Ok(changed == 1)
}

/// Gives somebody another PIN, ends her sessions and lifts her locks; false when she does not work here.
pub async fn reset_pin(app: &App, id: StaffId, pin: Pin, actor: &Actor) -> sqlx::Result<bool> {
    let hash = hash_pin(app, id, pin).await;
    let mut tx = app.db.begin().await?;
    let changed = query(&mut tx, "update staff set pin_hash = $2 where id = $1 and state = 'active'")
        .bind(id)
        .bind(hash)
        .execute()
        .await?;
    if changed == 1 {
        query(&mut tx, "delete from pin_try where staff = $1").bind(id).execute().await?;
        sessions::end_all_of(app, &mut tx, id).await?;
        audit::record(app, &mut tx, actor, "staff.pin_reset", &id.to_string(), json!({})).await?;
    }
    tx.commit().await?;
    Ok(changed == 1)
}

async fn hash_pin(app: &App, id: StaffId, typed: Pin) -> String {
    let (secret, chance) = (app.secret.clone(), app.chance.clone());
    on_a_blocking_thread(move || pin::hash(&secret, &chance, id, &typed)).await
}

/// What a try at a PIN came to.
pub(super) enum Tried {
    /// It was right, and is the PIN `hash` was made of; the misses are forgotten once the caller commits.
    Right { hash: String },
    /// It was wrong, the `misses`-th time in a row on this device, which may have locked her out of it.
    Wrong { misses: i64, locked_until: Option<DateTime<Utc>> },
    /// It was not even looked at.
    Locked { until: DateTime<Utc> },
}

/// Tries a PIN on a device. The try is counted and committed before the PIN is looked at, so that a thousand tries at once are
/// a thousand tries.
pub(super) async fn try_pin(app: &App, id: StaffId, device: DeviceId, typed: Pin) -> sqlx::Result<Tried> {
    let mut tx = app.db.begin().await?;
    let counted = count_try(app, &mut tx, id, device).await?;
    let stored = query(&mut tx, "select pin_hash from staff where id = $1").bind(id).one::<(String,)>().await?.0;
    tx.commit().await?;
    let (misses, locked_until) = match counted {
        Counted::Locked { until } => return Ok(Tried::Locked { until }),
        Counted::Try { misses, locked_until } => (misses, locked_until),
    };
    let (secret, tried, hash) = (app.secret.clone(), typed.clone(), stored.clone());
    match on_a_blocking_thread(move || pin::fit(&secret, id, &tried, &hash)).await {
        Fit::Right => Ok(Tried::Right { hash: stored }),
        Fit::RightBefore => Ok(Tried::Right { hash: hash_anew(app, id, typed, stored).await? }),
        Fit::Wrong => Ok(Tried::Wrong { misses, locked_until }),
    }
}

/// Hashes a PIN that was right under the current secret, unless it was changed meanwhile; the hash it is stored as now, as far
/// as known here.
async fn hash_anew(app: &App, id: StaffId, typed: Pin, stored: String) -> sqlx::Result<String> {
    let anew = hash_pin(app, id, typed).await;
    let changed = query(app.db.writer(), "update staff set pin_hash = $2 where id = $1 and pin_hash = $3")
        .bind(id)
        .bind(&anew)
        .bind(&stored)
        .execute()
        .await?;
    Ok(if changed == 1 { anew } else { stored })
}

enum Counted {
    Try { misses: i64, locked_until: Option<DateTime<Utc>> },
    Locked { until: DateTime<Utc> },
}

async fn count_try(app: &App, tx: &mut Tx, id: StaffId, device: DeviceId) -> sqlx::Result<Counted> {
    let now = app.clock.now();
    let lock = |misses| pin::lock_after(misses).map(|lock| now + lock);
    let counted = query(
        &mut *tx,
        "insert into pin_try (staff, device, misses, tried_at) values ($1, $2, 1, $3)
         on conflict (staff, device) do update set misses = pin_try.misses + 1, tried_at = excluded.tried_at,
             locked_until = case when pin_try.misses + 1 < 5 then null when pin_try.misses + 1 = 5 then $4
                                 when pin_try.misses + 1 = 6 then $5 when pin_try.misses + 1 = 7 then $6 else $7 end
         where pin_try.locked_until is null or pin_try.locked_until <= excluded.tried_at or pin_try.tried_at > $8
         returning misses, locked_until",
    )
    .bind(id)
    .bind(device)
    .bind(now)
    .bind(lock(5))
    .bind(lock(6))
    .bind(lock(7))
    .bind(lock(8))
    .bind(now + pin::CLOCKS_APART)
    .optional::<(i64, Option<DateTime<Utc>>)>()
    .await?;
    if let Some((misses, locked_until)) = counted {
        return Ok(Counted::Try { misses, locked_until });
    }
    let until = query(tx, "select locked_until from pin_try where staff = $1 and device = $2")
        .bind(id)
        .bind(device)
        .optional::<(Option<DateTime<Utc>>,)>()
        .await?;
    Ok(Counted::Locked { until: until.and_then(|(until,)| until).unwrap_or(now) })
}

/// Forgets the misses, after a PIN was right.
pub(super) async fn forget_misses(tx: &mut Tx, id: StaffId, device: DeviceId) -> sqlx::Result<()> {
    query(tx, "delete from pin_try where staff = $1 and device = $2").bind(id).bind(device).execute().await.map(drop)
}

async fn on_a_blocking_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let _turn = HASHING.acquire().await.expect("this semaphore is never closed");
    tokio::task::spawn_blocking(work).await.expect("hashing a PIN does not panic")
}
