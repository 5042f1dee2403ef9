//! Somebody signed in on a device.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sqlx::types::Json;

use super::people::{self, Tried};
use super::{Device, Permission, Pin, Role, audit, covers, pin};
use crate::app::App;
use crate::ids::{Actor, DeviceId, MemberId, StaffId, StaffSessionId};
use crate::secret::{new_token, token_hash};
use crate::store::{Tx, query};

/// A session locks after so long without an act.
pub const IDLE_LOCK: TimeDelta = TimeDelta::minutes(2);
/// The longest session: a shift.
pub const LASTS: TimeDelta = TimeDelta::hours(12);
/// An act is written down as one only when the last was longer ago, so that a busy counter does not write at every request.
const SEEN_EVERY: TimeDelta = TimeDelta::seconds(5);
/// How long the row of an ended session is kept: it tells who used which device.
const KEPT: TimeDelta = TimeDelta::days(90);

/// Who is signed in, where, and on what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The session.
    pub session: StaffSessionId,
    /// Who.
    pub staff: StaffId,
    /// How colleagues call her.
    pub name: String,
    /// What she is.
    pub role: Role,
    /// Her own member card, which she may not stamp.
    pub member: Option<MemberId>,
    /// Codes of the stores she works for; empty means all.
    pub stores: Vec<String>,
    /// On which device.
    pub device: DeviceId,
    /// The code of the device's store.
    pub store: String,
}

impl Signed {
    /// Whether she may do it.
    pub fn may(&self, permission: Permission) -> bool {
        self.role.may(permission)
    }

    /// She, as the one who did something.
    pub fn actor(&self) -> Actor {
        Actor::staff(self.staff)
    }
}

/// What became of signing in.
#[derive(Debug, Clone)]
pub enum SignIn {
    /// She is in; the token is for the cookie, stored only as a hash.
    In {
        /// For the cookie.
        token: String,
        /// Who is in.
        signed: Signed,
    },
    /// The PIN was wrong.
    WrongPin {
        /// Tries left before the first lock; 0 when this one locked.
        tries_left: i64,
        /// The end of the lock, when this try brought one.
        locked_until: Option<DateTime<Utc>>,
    },
    /// She is locked out of this device; the PIN was not looked at.
    Locked {
        /// The end of the lock.
        until: DateTime<Utc>,
    },
    /// Not four to six digits: not counted as a try.
    NotAPin,
    /// She does not work at this device's store, or not any more; or the device was revoked.
    NotHere,
}

/// Signs somebody in on a device.
pub async fn sign_in(app: &App, device: &Device, staff: StaffId, typed: &str) -> sqlx::Result<SignIn> {
    let Ok(typed) = Pin::typed(typed) else { return Ok(SignIn::NotAPin) };
    let person = people::find(&app.db, staff)
        .await?
        .filter(|person| person.state == people::State::Active && person.works_at(&device.store));
    let Some(person) = person else { return Ok(SignIn::NotHere) };
    match people::try_pin(app, staff, device.id, typed).await? {
        Tried::Right { hash } => open(app, device, person, &hash).await,
        Tried::Locked { until } => Ok(SignIn::Locked { until }),
        Tried::Wrong { misses, locked_until } => {
            if let Some(until) = locked_until {
                let mut tx = app.db.begin().await?;
                let detail = json!({ "device": device.id, "misses": misses, "until": until });
                audit::record(app, &mut tx, &Actor::staff(staff), "staff.locked_out", &staff.to_string(), detail)
                    .await?;
                tx.commit().await?;
            }
            Ok(SignIn::WrongPin { tries_left: (pin::TRIES - misses).max(0), locked_until })
        }
    }
}

/// Opens the session, unless she was disabled, the device revoked or the PIN changed while it was looked at: `pin_hash` is
/// what it was found to fit.
async fn open(app: &App, device: &Device, person: people::Person, pin_hash: &str) -> sqlx::Result<SignIn> {
    let token = new_token(&app.chance);
    let now = app.clock.now();
    let session: StaffSessionId = app.ids.make();
    let mut tx = app.db.begin().await?;
    // In line with whoever disables her or changes her PIN: that ends the sessions it sees, and this must be seen.
    query(&mut tx, "select id from staff where id = $1")
        .bind(person.id)
        .lock_rows(" for update")
        .optional::<(StaffId,)>()
        .await?;
    let opened = query(
        &mut tx,
        "insert into staff_session (id, token_hash, staff, device, created_at, seen_at, ends_at)
         select $1, $2, p.id, d.id, $5, $5, $6 from staff p join device d on d.id = $4
         where p.id = $3 and p.state = 'active' and p.pin_hash = $7 and d.revoked_at is null",
    )
    .bind(session)
    .bind(token_hash(&token))
    .bind(person.id)
    .bind(device.id)
    .bind(now)
    .bind(now + LASTS)
    .bind(pin_hash)
    .execute()
    .await?;
    if opened == 1 {
        people::forget_misses(&mut tx, person.id, device.id).await?;
        audit::record(
            app,
            &mut tx,
            &Actor::staff(person.id),
            "staff.signed_in",
            &person.id.to_string(),
            json!({ "device": device.id }),
        )
        .await?;
    }
    tx.commit().await?;
    if opened == 0 {
        return Ok(SignIn::NotHere);
    }
    let Device { id: device, store, .. } = device.clone();
    let people::Person { id: staff, name, role, member, stores, .. } = person;
    let stores = stores.0;
    Ok(SignIn::In { token, signed: Signed { session, staff, name, role, member, stores, device, store } })
}

#[derive(sqlx::FromRow)]
struct Row {
    session: StaffSessionId,
    seen_at: DateTime<Utc>,
    staff: StaffId,
    name: String,
    role: Role,
    stores: Json<Vec<String>>,
    member: Option<MemberId>,
    device: DeviceId,
    store: String,
}

/// Who is signed in by a session's token on the device of `device_token`, counting as an act of hers. None when the session is
/// unknown, over, idle for two minutes or of another device, when she was disabled or works elsewhere now, or when the
/// device was revoked: she types her PIN again.
pub async fn session_of(app: &App, device_token: &str, token: &str) -> sqlx::Result<Option<Signed>> {
    let now = app.clock.now();
    let Some((signed, seen_at)) = look(app, device_token, token).await? else { return Ok(None) };
    if now >= seen_at + SEEN_EVERY {
        query(app.db.writer(), "update staff_session set seen_at = $2 where id = $1 and seen_at < $2")
            .bind(signed.session)
            .bind(now)
            .execute()
            .await?;
    }
    Ok(Some(signed))
}

/// The same for what a page asks by itself (live updates): not an act, so it does not keep a session open.
pub async fn session_watched(app: &App, device_token: &str, token: &str) -> sqlx::Result<Option<Signed>> {
    Ok(look(app, device_token, token).await?.map(|(signed, _)| signed))
}

async fn look(app: &App, device_token: &str, token: &str) -> sqlx::Result<Option<(Signed, DateTime<Utc>)>> {
    let now = app.clock.now();
    let row = query(
        &app.db,
        "select s.id as session, s.seen_at, p.id as staff, p.name, p.role, p.stores, p.member, d.id as device, d.store
         from staff_session s join staff p on p.id = s.staff join device d on d.id = s.device
         where s.token_hash = $1 and d.token_hash = $2 and s.ends_at > $3 and s.seen_at > $4 and p.state = 'active' and d.revoked_at is null",
    )
    .bind(token_hash(token))
    .bind(token_hash(device_token))
    .bind(now)
    .bind(now - IDLE_LOCK)
    .optional::<Row>()
    .await?;
    Ok(row.filter(|row| covers(&row.stores, &row.store)).map(|row| {
        let Row { session, seen_at, staff, name, role, stores: Json(stores), member, device, store } = row;
        (Signed { session, staff, name, role, member, stores, device, store }, seen_at)
    }))
}

/// Ends a session; false when it was over already.
pub async fn sign_out(app: &App, token: &str) -> sqlx::Result<bool> {
    let now = app.clock.now();
    let ended = query(app.db.writer(), "update staff_session set ends_at = $2 where token_hash = $1 and ends_at > $2")
        .bind(token_hash(token))
        .bind(now)
        .execute()
        .await?;
    Ok(ended == 1)
}

pub(super) async fn end_all_of(app: &App, tx: &mut Tx, staff: StaffId) -> sqlx::Result<()> {
    query(tx, "update staff_session set ends_at = $2 where staff = $1 and ends_at > $2")
        .bind(staff)
        .bind(app.clock.now())
        .execute()
        .await
        .map(drop)
}

pub(super) async fn sweep(app: &App) -> sqlx::Result<u64> {
    query(app.db.writer(), "delete from staff_session where ends_at <= $1").bind(app.clock.now() - KEPT).execute().await
}
