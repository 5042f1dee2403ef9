//! A member signed in to her pages. The ID token LINE gave is exchanged once for a session of our own.

use chrono::TimeDelta;

use super::{Member, people};
use crate::app::App;
use crate::ids::MemberId;
use crate::secret::{new_token, token_hash};
use crate::store::query;

/// How long a session lasts: LINE keeps a closed page resumable for 12 hours (LINE 15.12, read 2026-08).
pub const LASTS: TimeDelta = TimeDelta::hours(12);

/// Opens a session and gives its token, which is stored only as a hash.
pub async fn open(app: &App, member: MemberId) -> sqlx::Result<String> {
    let token = new_token(&app.chance);
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    query(&mut tx, "insert into member_session (token_hash, member, created_at, ends_at) values ($1, $2, $3, $4)")
        .bind(token_hash(&token))
        .bind(member)
        .bind(now)
        .bind(now + LASTS)
        .execute()
        .await?;
    tx.commit().await?;
    Ok(token)
}

/// Whose session a token is; none when it is unknown or over.
pub async fn member(app: &App, token: &str) -> sqlx::Result<Option<Member>> {
    let found = query(&app.db, "select member from member_session where token_hash = $1 and ends_at > $2")
        .bind(token_hash(token))
        .bind(app.clock.now())
        .optional::<(MemberId,)>()
        .await?;
    match found {
        Some((member,)) => people::find(&app.db, member).await,
        None => Ok(None),
    }
}

/// The version of the person whose session a token is; none when it is unknown or over. For streams that ask each second.
pub async fn version_of(app: &App, token: &str) -> sqlx::Result<Option<i64>> {
    let row = query(
        &app.db,
        "select m.version from member_session s join member m on m.id = s.member where s.token_hash = $1 and s.ends_at > $2",
    )
    .bind(token_hash(token))
    .bind(app.clock.now())
    .optional::<(i64,)>()
    .await?;
    Ok(row.map(|(version,)| version))
}

/// Ends every session of a member (blocked pass, lost phone, erasure).
pub async fn end_all(app: &App, member: MemberId) -> sqlx::Result<()> {
    let mut tx = app.db.begin().await?;
    query(&mut tx, "delete from member_session where member = $1").bind(member).execute().await?;
    tx.commit().await
}

/// Removes what is over, for the daily sweep.
pub async fn sweep(app: &App) -> sqlx::Result<u64> {
    query(app.db.writer(), "delete from member_session where ends_at <= $1").bind(app.clock.now()).execute().await
}
