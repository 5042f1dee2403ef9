//! The audit: what changed who may do what, and who looked at what is not everybody's to see. Append-only.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::app::App;
use crate::ids::{Actor, ActorKind, AuditId};
use crate::store::{On, Tx, query};

/// A line of the audit.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Line {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub actor_kind: ActorKind,
    /// The actor's own id.
    pub actor_id: String,
    /// What was done: subject and past participle, `device.revoked`.
    pub action: String,
    /// To what: an id, or a code of the brand's.
    pub subject: String,
    /// Facts, by name.
    pub detail: sqlx::types::Json<Map<String, Value>>,
}

/// Writes a line. `detail` is an object (anything else is kept under `value`); never a name, a PIN, a code or a token in it.
pub async fn record(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    action: &str,
    subject: &str,
    detail: Value,
) -> sqlx::Result<()> {
    let detail = match detail {
        Value::Object(facts) => facts,
        Value::Null => Map::new(),
        other => Map::from_iter([(String::from("value"), other)]),
    };
    query(
        tx,
        "insert into audit (id, at, actor_kind, actor_id, action, subject, detail) values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(app.ids.make::<AuditId>())
    .bind(app.clock.now())
    .bind(actor.kind)
    .bind(actor.id.clone())
    .bind(action)
    .bind(subject)
    .bind(sqlx::types::Json(detail))
    .execute()
    .await
    .map(drop)
}

/// Up to `limit` lines before `before`, newest first.
pub async fn page(on: impl Into<On<'_>>, before: Option<AuditId>, limit: i64) -> sqlx::Result<Vec<Line>> {
    let mut select = query(on, "select id, at, actor_kind, actor_id, action, subject, detail from audit");
    if let Some(before) = before {
        select = select.push(" where id < ").push_bind(before);
    }
    select.push(" order by id desc limit ").push_bind(limit).all().await
}
