//! Programs that act for the brand (POS, web shop, partners), each with a key and the scopes it was given.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::types::Json;

use super::audit;
use crate::app::App;
use crate::ids::{Actor, ApiKeyId};
use crate::secret::{new_token, token_hash};
use crate::store::{On, query};

/// What every key starts with, so that a leaked one can be found by a search.
pub const PREFIX: &str = "shuke_";
/// Longest name of a key, in letters.
pub const LONGEST_NAME: usize = 60;
/// A key's last use is written down at most so often.
const USED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// One thing a key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Scope {
    /// Read members, their cards, vouchers and history; names masked.
    #[serde(rename = "members:read")]
    MembersRead,
    /// Change members: tags. With `members:read` also: see full names.
    #[serde(rename = "members:write")]
    MembersWrite,
    /// Give stamps, take vouchers.
    #[serde(rename = "loyalty:write")]
    LoyaltyWrite,
    /// Read campaigns and their runs.
    #[serde(rename = "campaigns:read")]
    CampaignsRead,
    /// Plan, apply, pause campaigns.
    #[serde(rename = "campaigns:write")]
    CampaignsWrite,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::MembersRead, Self::MembersWrite, Self::LoyaltyWrite, Self::CampaignsRead, Self::CampaignsWrite];

    /// The scope as written in settings and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::MembersRead => "members:read",
            Self::MembersWrite => "members:write",
            Self::LoyaltyWrite => "loyalty:write",
            Self::CampaignsRead => "campaigns:read",
            Self::CampaignsWrite => "campaigns:write",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.word() == text)
            .ok_or_else(|| format!("one of {}", Self::ALL.map(Self::word).join(", ")))
    }
}

/// A key, without the key itself.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What it is for; one of a kind.
    pub name: String,
    /// What it may be used for.
    pub scopes: Json<Vec<Scope>>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub used_at: Option<DateTime<Utc>>,
    /// When it was shut out.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl ApiKey {
    /// Whether it was given a scope.
    pub fn has(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// The program, as the one who did something.
    pub fn actor(&self) -> Actor {
        Actor::api(self.id)
    }
}

/// What became of making a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// The key, to be shown once; stored only as a hash.
    Key {
        /// Its id.
        id: ApiKeyId,
        /// What the program sends.
        token: String,
    },
    /// The name is empty, longer than [`LONGEST_NAME`] letters, or has signs nobody can read.
    BadName,
    /// There is, or was, a key of that name.
    NameTaken,
    /// A key without a scope could do nothing.
    NoScope,
}

const COLUMNS: &str = "select id, name, scopes, created_at, used_at, revoked_at from api_key";

/// Makes a key.
pub async fn create(app: &App, name: &str, scopes: &[Scope], actor: &Actor) -> sqlx::Result<Created> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Ok(Created::BadName);
    }
    let mut scopes = scopes.to_vec();
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Ok(Created::NoScope);
    }
    let id: ApiKeyId = app.ids.make();
    let token = format!("{PREFIX}{}", new_token(&app.chance));
    let mut tx = app.db.begin().await?;
    let made = query(
        &mut tx,
        "insert into api_key (id, name, token_hash, scopes, created_at) values ($1, $2, $3, $4, $5) on conflict (name) do nothing",
    )
    .bind(id)
    .bind(name)
    .bind(token_hash(&token))
    .bind(Json(&scopes))
    .bind(app.clock.now())
    .execute()
    .await?;
    if made == 1 {
        audit::record(app, &mut tx, actor, "api_key.created", &id.to_string(), json!({ "scopes": scopes })).await?;
    }
    tx.commit().await?;
    Ok(if made == 1 { Created::Key { id, token } } else { Created::NameTaken })
}

/// The key a bearer token is; none when it is unknown or was revoked. Keeps the time of its use, at most once a minute.
pub async fn key_of(app: &App, token: &str) -> sqlx::Result<Option<ApiKey>> {
    if !token.starts_with(PREFIX) {
        return Ok(None);
    }
    let found = query(
        &app.db,
        "select id, name, scopes, created_at, used_at, revoked_at from api_key where token_hash = $1 and revoked_at is null",
    )
    .bind(token_hash(token))
    .optional::<ApiKey>()
    .await?;
    let Some(key) = found else { return Ok(None) };
    let now = app.clock.now();
    if key.used_at.is_none_or(|used_at| used_at <= now - USED_EVERY) {
        query(app.db.writer(), "update api_key set used_at = $2 where id = $1 and (used_at is null or used_at <= $3)")
            .bind(key.id)
            .bind(now)
            .bind(now - USED_EVERY)
            .execute()
            .await?;
    }
    Ok(Some(key))
}

/// A key by id.
pub async fn find(on: impl Into<On<'_>>, id: ApiKeyId) -> sqlx::Result<Option<ApiKey>> {
    query(on, COLUMNS).push(" where id = ").push_bind(id).optional().await
}

/// A key by name.
pub async fn by_name(on: impl Into<On<'_>>, name: &str) -> sqlx::Result<Option<ApiKey>> {
    query(on, COLUMNS).push(" where name = ").push_bind(name).optional().await
}

/// Every key, revoked ones too, in the order they were made.
pub async fn all(on: impl Into<On<'_>>) -> sqlx::Result<Vec<ApiKey>> {
    query(on, COLUMNS).push(" order by id").all().await
}

/// Shuts a key out; false when it was already, or there is none such.
pub async fn revoke(app: &App, id: ApiKeyId, actor: &Actor) -> sqlx::Result<bool> {
    let mut tx = app.db.begin().await?;
    let changed = query(&mut tx, "update api_key set revoked_at = $2 where id = $1 and revoked_at is null")
        .bind(id)
        .bind(app.clock.now())
        .execute()
        .await?;
    if changed == 1 {
        audit::record(app, &mut tx, actor, "api_key.revoked", &id.to_string(), json!({})).await?;
    }
    tx.commit().await?;
    Ok(changed == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_read_as_they_are_written() {
        for scope in Scope::ALL {
            assert_eq!(scope.word().parse(), Ok(scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.word());
        }
        assert!("members:*".parse::<Scope>().is_err());
        assert!("Members:Read".parse::<Scope>().is_err());
    }
}
