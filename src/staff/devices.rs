//! Devices: phones, tablets and tills enrolled for one store by a code, known by a token of 256 random bits.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{audit, code, stores};
use crate::app::App;
use crate::ids::{Actor, DeviceId};
use crate::secret::{new_token, token_hash};
use crate::store::{On, query};

/// Longest name of a device, in letters.
pub const LONGEST_NAME: usize = 40;
/// How long a used or dead code is kept, so that a late typist is told which it was.
const CODES_KEPT: TimeDelta = TimeDelta::days(1);

/// An enrolled device.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// The code of its store.
    pub store: String,
    /// What staff call it.
    pub name: String,
    /// Since when.
    pub enrolled_at: DateTime<Utc>,
}

/// A device in the list of all.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Listed {
    /// Its id.
    pub id: DeviceId,
    /// The code of its store.
    pub store: String,
    /// What staff call it.
    pub name: String,
    /// Since when.
    pub enrolled_at: DateTime<Utc>,
    /// When it was shut out.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When somebody last worked on it.
    pub seen_at: Option<DateTime<Utc>>,
}

/// A code that enrols one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// As shown: two groups of four letters.
    pub text: String,
    /// Until when it may be typed, exclusive.
    pub expires_at: DateTime<Utc>,
}

/// What became of making a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// Here it is.
    Code(Code),
    /// The name is longer than [`LONGEST_NAME`] letters, or has signs nobody can read.
    BadName,
    /// The brand has no such store.
    UnknownStore {
        /// The codes there are.
        known: Vec<String>,
    },
}

/// What became of a typed code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enrolled {
    /// The device is known from now on, by this token.
    Done {
        /// The device.
        device: Device,
        /// For its cookie; stored only as a hash.
        token: String,
    },
    /// No code of ours: mistyped.
    WrongCode,
    /// It was good until then.
    Expired {
        /// The end of its ten minutes.
        at: DateTime<Utc>,
    },
    /// It has enrolled a device already.
    Used {
        /// When.
        at: DateTime<Utc>,
    },
}

/// Makes a code for a store. It lives ten minutes and works once. An empty `name` becomes the store's code.
pub async fn make_code(app: &App, store: &str, name: &str, actor: &Actor) -> sqlx::Result<Made> {
    let known = stores::codes(&app.db).await?;
    if !known.iter().any(|code| code == store) {
        return Ok(Made::UnknownStore { known });
    }
    let name = if name.trim().is_empty() { store } else { name.trim() };
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Ok(Made::BadName);
    }
    let now = app.clock.now();
    let made = Code { text: code::random(&app.chance), expires_at: now + code::LASTS };
    let letters = made.text.replace('-', "");
    let mut tx = app.db.begin().await?;
    query(
        &mut tx,
        "insert into device_code (code_hash, store, name, created_at, expires_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(code::hash(&app.secret, &letters))
    .bind(store)
    .bind(name)
    .bind(now)
    .bind(made.expires_at)
    .execute()
    .await?;
    audit::record(app, &mut tx, actor, "device_code.made", store, json!({})).await?;
    tx.commit().await?;
    Ok(Made::Code(made))
}

/// Enrols the device on which `typed` was typed.
pub async fn enrol(app: &App, typed: &str) -> sqlx::Result<Enrolled> {
    let Some(letters) = code::letters(typed) else { return Ok(Enrolled::WrongCode) };
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let mut found = None;
    for hash in code::hashes(&app.secret, &letters) {
        let taken = query(
            &mut tx,
            "update device_code set used_at = $2 where code_hash = $1 and used_at is null and expires_at > $2 returning store, name",
        )
        .bind(hash.clone())
        .bind(now)
        .optional::<(String, String)>()
        .await?;
        if let Some((store, name)) = taken {
            let device = Device { id: app.ids.make(), store, name, enrolled_at: now };
            let token = new_token(&app.chance);
            query(&mut tx, "insert into device (id, store, name, token_hash, enrolled_at) values ($1, $2, $3, $4, $5)")
                .bind(device.id)
                .bind(device.store.clone())
                .bind(device.name.clone())
                .bind(token_hash(&token))
                .bind(now)
                .execute()
                .await?;
            let actor = Actor::system("enrolment");
            audit::record(
                app,
                &mut tx,
                &actor,
                "device.enrolled",
                &device.id.to_string(),
                json!({ "store": device.store }),
            )
            .await?;
            tx.commit().await?;
            return Ok(Enrolled::Done { device, token });
        }
        let dead = query(&mut tx, "select used_at, expires_at from device_code where code_hash = $1")
            .bind(hash)
            .optional::<(Option<DateTime<Utc>>, DateTime<Utc>)>()
            .await?;
        found = found.or(dead);
    }
    tx.commit().await?;
    Ok(match found {
        Some((Some(at), _)) => Enrolled::Used { at },
        Some((None, at)) => Enrolled::Expired { at },
        None => Enrolled::WrongCode,
    })
}

/// Which device a token is; none when it is unknown or was revoked.
pub async fn device_of(app: &App, token: &str) -> sqlx::Result<Option<Device>> {
    query(&app.db, "select id, store, name, enrolled_at from device where token_hash = $1 and revoked_at is null")
        .bind(token_hash(token))
        .optional()
        .await
}

/// Every device, revoked ones too, in the order they came.
pub async fn all(on: impl Into<On<'_>>) -> sqlx::Result<Vec<Listed>> {
    query(
        on,
        "select d.id, d.store, d.name, d.enrolled_at, d.revoked_at, s.seen_at from device d
         left join (select device, max(seen_at) as seen_at from staff_session group by device) s on s.device = d.id order by d.id",
    )
    .all()
    .await
}

/// Shuts a device out and ends every session on it; false when there is none such or it was shut out already.
pub async fn revoke(app: &App, id: DeviceId, actor: &Actor) -> sqlx::Result<bool> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let changed = query(&mut tx, "update device set revoked_at = $2 where id = $1 and revoked_at is null")
        .bind(id)
        .bind(now)
        .execute()
        .await?;
    if changed == 1 {
        query(&mut tx, "update staff_session set ends_at = $2 where device = $1 and ends_at > $2")
            .bind(id)
            .bind(now)
            .execute()
            .await?;
        audit::record(app, &mut tx, actor, "device.revoked", &id.to_string(), json!({})).await?;
    }
    tx.commit().await?;
    Ok(changed == 1)
}

pub(super) async fn sweep_codes(app: &App) -> sqlx::Result<u64> {
    query(app.db.writer(), "delete from device_code where expires_at <= $1")
        .bind(app.clock.now() - CODES_KEPT)
        .execute()
        .await
}
