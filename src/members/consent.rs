//! Who agreed to what, when, and to which wording. Append-only; the newest line for a purpose counts.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::timeline;
use crate::app::App;
use crate::ids::{Actor, MemberId};
use crate::store::{On, Tx, query};

/// The purpose every campaign needs.
pub const MARKETING: &str = "marketing";

/// One answer of a member.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// To what, [`MARKETING`] for campaigns.
    pub purpose: &'a str,
    /// Yes or no.
    pub granted: bool,
    /// Which text she was shown.
    pub wording: &'a str,
    /// When she answered.
    pub at: DateTime<Utc>,
}

/// Writes an answer down.
pub async fn record(app: &App, tx: &mut Tx, member: MemberId, answer: Answer<'_>, actor: &Actor) -> sqlx::Result<()> {
    query(
        &mut *tx,
        "insert into consent (member, purpose, at, id, granted, wording, recorded_at, actor_kind, actor_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(member)
    .bind(answer.purpose)
    .bind(answer.at)
    .bind(app.ids.make::<Uuid>())
    .bind(answer.granted)
    .bind(answer.wording)
    .bind(app.clock.now())
    .bind(actor.kind)
    .bind(actor.id.clone())
    .execute()
    .await?;
    let kind = if answer.granted { "consented" } else { "consent_withdrawn" };
    timeline::record(app, tx, member, timeline::Entry::new(kind, answer.at, actor).with("purpose", answer.purpose))
        .await
        .map(drop)
}

/// Whether a member agrees at present; never asked counts as no.
pub async fn is_granted(on: impl Into<On<'_>>, member: MemberId, purpose: &str) -> sqlx::Result<bool> {
    let newest =
        query(on, "select granted from consent where member = $1 and purpose = $2 order by at desc, id desc limit 1")
            .bind(member)
            .bind(purpose)
            .optional::<(bool,)>()
            .await?;
    Ok(newest.is_some_and(|(granted,)| granted))
}
