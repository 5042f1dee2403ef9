//! The key of each member. What identifies her is sealed under it; destroying the row erases all of that, in every copy.

use crate::app::App;
use crate::ids::MemberId;
use crate::secret::DataKey;
use crate::store::{On, query};

/// Makes and stores the key of a new member.
pub(super) async fn create(app: &App, on: impl Into<On<'_>>, member: MemberId) -> sqlx::Result<DataKey> {
    let key = DataKey::new(&app.chance);
    let wrapped = app.secret.wrap(&app.chance, &context(member), &key);
    query(on, "insert into member_key (member, wrapped, created_at) values ($1, $2, $3)")
        .bind(member)
        .bind(wrapped)
        .bind(app.clock.now())
        .execute()
        .await?;
    Ok(key)
}

/// The key of a member; none after erasure, or when `SHUKE_SECRET` is not the one it was wrapped under (logged).
pub async fn of(app: &App, on: impl Into<On<'_>>, member: MemberId) -> sqlx::Result<Option<DataKey>> {
    let wrapped =
        query(on, "select wrapped from member_key where member = $1").bind(member).optional::<(Vec<u8>,)>().await?;
    Ok(wrapped.and_then(|(wrapped,)| unwrap(app, member, &wrapped)))
}

/// Unwraps a stored key that a caller has read along with other columns.
pub fn unwrap(app: &App, member: MemberId, wrapped: &[u8]) -> Option<DataKey> {
    app.secret
        .unwrap(&context(member), wrapped)
        .inspect_err(|error| tracing::error!(member.id = %member, %error, "a member's key does not open"))
        .ok()
}

fn context(member: MemberId) -> String {
    format!("member_key/{member}")
}
