//! The key of each member. What identifies her is sealed under it; destroying the row erases all of that, in every copy.

use chrono::{DateTime, Utc};

use crate::app::App;
use crate::ids::MemberId;
use crate::secret::{DataKey, Wrapping};
use crate::store::{On, Tx, insert_rows, query};

/// The key of a new member as it is stored.
#[derive(Debug)]
pub(super) struct Made {
    member: MemberId,
    wrapped: Vec<u8>,
    created_at: DateTime<Utc>,
}

/// Makes the key of a new member.
pub(super) fn make(app: &App, member: MemberId) -> (DataKey, Made) {
    let key = DataKey::new(&app.chance);
    let wrapped = app.secret.wrap(&app.chance, &context(member), &key);
    (key, Made { member, wrapped, created_at: app.clock.now() })
}

/// Stores keys that were made.
pub(super) async fn keep(tx: &mut Tx, keys: impl IntoIterator<Item = &Made, IntoIter: Send>) -> sqlx::Result<()> {
    insert_rows(tx, "insert into member_key (member, wrapped, created_at)", keys, "", |values, made| {
        values.bind(made.member).bind(made.wrapped.clone()).bind(made.created_at);
    })
    .await
    .map(drop)
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

/// Keys looked at with one transaction, so that nobody waits long for the writer.
const PAGE: i64 = 100;

/// What came of a page of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Wrapped anew.
    pub anew: u64,
    /// Open under no secret that is given.
    pub closed: u64,
    /// The last one looked at; none when there are no more.
    pub last: Option<MemberId>,
}

/// Wraps the next keys after `after` anew where only the previous secret opens them. Each is changed only if it still is what
/// was read, so an erasure or another replica may come in between, and a step that is cut off is simply done again.
pub async fn rewrap(app: &App, after: Option<MemberId>) -> sqlx::Result<Page> {
    let rows = query(&app.db, "select member, wrapped from member_key where member > $1 order by member limit $2")
        .bind(after.unwrap_or(MemberId(uuid::Uuid::nil())))
        .bind(PAGE)
        .all::<(MemberId, Vec<u8>)>()
        .await?;
    let mut page = Page { anew: 0, closed: 0, last: rows.last().map(|(member, _)| *member) };
    let mut changes = Vec::new();
    for (member, wrapped) in rows {
        match app.secret.rewrap(&app.chance, &context(member), &wrapped) {
            Wrapping::Current => {}
            Wrapping::Anew(anew) => changes.push((member, wrapped, anew)),
            Wrapping::Closed => page.closed += 1,
        }
    }
    if changes.is_empty() {
        return Ok(page);
    }
    let mut tx = app.db.begin().await?;
    for (member, wrapped, anew) in changes {
        page.anew += query(&mut tx, "update member_key set wrapped = $1 where member = $2 and wrapped = $3")
            .bind(anew)
            .bind(member)
            .bind(wrapped)
            .execute()
            .await?;
    }
    tx.commit().await?;
    Ok(page)
}

/// Whether the oldest and the newest key open; nothing without members.
pub async fn sample(app: &App) -> sqlx::Result<Vec<bool>> {
    let mut opens = Vec::new();
    for end in [
        "select member, wrapped from member_key order by member limit 1",
        "select member, wrapped from member_key order by member desc limit 1",
    ] {
        let row = query(&app.db, end).optional::<(MemberId, Vec<u8>)>().await?;
        opens.extend(row.map(|(member, wrapped)| app.secret.unwrap(&context(member), &wrapped).is_ok()));
    }
    Ok(opens)
}

fn context(member: MemberId) -> String {
    format!("member_key/{member}")
}
