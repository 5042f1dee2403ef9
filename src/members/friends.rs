//! LINE users of an account. A friend's state follows the newest event by its own time, whatever order events arrive in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Member, keys, people};
use crate::app::App;
use crate::ids::{AccountId, LineUserId, MemberId};
use crate::secret::{DataKey, Sealed};
use crate::store::{On, Tx, query};
use crate::words::{Lang, tame};

/// Whether a LINE user can be reached by push.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum FriendState {
    /// Wrote or opened a page, but no follow event was seen: a friend from before the service was there, or none.
    Unknown,
    /// Added the account.
    Following,
    /// Blocked it.
    Blocked,
}

/// A LINE user of an account and the person behind it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Friend {
    /// Which account.
    pub account: AccountId,
    /// LINE's id for the user.
    pub line_user_id: LineUserId,
    /// The person.
    pub member: MemberId,
    /// As of `state_at`.
    pub state: FriendState,
    /// The time of the event that set the state.
    pub state_at: DateTime<Utc>,
    /// When the profile was last fetched.
    pub profile_at: Option<DateTime<Utc>>,
}

/// What LINE tells of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The name shown in LINE, as she wrote it.
    pub name: String,
    /// The picture's address.
    pub picture: Option<String>,
    /// A BCP 47 tag.
    pub language: Option<String>,
}

const COLUMNS: &str = "select account, line_user_id, member, state, state_at, profile_at from friend";

/// The row of a LINE user, locked; made together with a person when it is new.
pub async fn meet(app: &App, tx: &mut Tx, account: AccountId, user: &LineUserId) -> sqlx::Result<Friend> {
    if let Some(friend) = locked(tx, account, user).await? {
        return Ok(friend);
    }
    let member = people::create(app, tx).await?;
    let now = app.clock.now();
    query(
        &mut *tx,
        "insert into friend (account, line_user_id, member, state, state_at, created_at) values ($1, $2, $3, 'unknown', $4, $5)
         on conflict (account, line_user_id) do nothing",
    )
    .bind(account)
    .bind(user.clone())
    .bind(member.id)
    .bind(DateTime::UNIX_EPOCH)
    .bind(now)
    .execute()
    .await?;
    let friend = locked(tx, account, user).await?.ok_or(sqlx::Error::RowNotFound)?;
    if friend.member != member.id {
        // Another replica met her first: the person made here is nobody.
        query(&mut *tx, "delete from member_key where member = $1").bind(member.id).execute().await?;
        query(&mut *tx, "delete from member where id = $1").bind(member.id).execute().await?;
    }
    Ok(friend)
}

async fn locked(tx: &mut Tx, account: AccountId, user: &LineUserId) -> sqlx::Result<Option<Friend>> {
    query(tx, COLUMNS)
        .push(" where account = ")
        .push_bind(account)
        .push(" and line_user_id = ")
        .push_bind(user.clone())
        .lock_rows(" for update")
        .optional()
        .await
}

/// The accounts' users behind a person, newest state first.
pub async fn of_member(on: impl Into<On<'_>>, member: MemberId) -> sqlx::Result<Vec<Friend>> {
    query(on, COLUMNS).push(" where member = ").push_bind(member).push(" order by state_at desc").all().await
}

/// Whether a person cannot be written to because she blocked us, wherever she had added us.
pub async fn has_blocked(on: impl Into<On<'_>>, member: MemberId) -> sqlx::Result<bool> {
    let states: Vec<FriendState> = of_member(on, member).await?.into_iter().map(|friend| friend.state).collect();
    Ok(states.contains(&FriendState::Blocked) && !states.contains(&FriendState::Following))
}

/// Sets the state an event at `at` brings; false when a newer event has already spoken.
pub async fn set_state(tx: &mut Tx, friend: &Friend, state: FriendState, at: DateTime<Utc>) -> sqlx::Result<bool> {
    let changed = query(
        tx,
        "update friend set state = $3, state_at = $4 where account = $1 and line_user_id = $2 and state_at <= $4",
    )
    .bind(friend.account)
    .bind(friend.line_user_id.clone())
    .bind(state)
    .bind(at)
    .execute()
    .await?;
    Ok(changed == 1)
}

/// Keeps what LINE told of a user, sealed under the person's key, and her language where she has none yet.
pub async fn keep_profile(app: &App, tx: &mut Tx, friend: &Friend, profile: &Profile) -> sqlx::Result<()> {
    let Some(key) = keys::of(app, &mut *tx, friend.member).await? else { return Ok(()) };
    let (name, picture) = sealed(app, &key, friend.member, profile);
    query(
        &mut *tx,
        "update friend set sealed_name = $3, sealed_picture = $4, profile_at = $5 where account = $1 and line_user_id = $2",
    )
    .bind(friend.account)
    .bind(friend.line_user_id.clone())
    .bind(name)
    .bind(picture)
    .bind(app.clock.now())
    .execute()
    .await?;
    if let Some(language) = profile.language.as_deref().and_then(Lang::nearest) {
        query(tx, "update member set language = $2 where id = $1 and language is null")
            .bind(friend.member)
            .bind(language)
            .execute()
            .await?;
    }
    Ok(())
}

/// Name and picture as they are stored: a name that steers no screen it is shown on.
pub(super) fn sealed(
    app: &App,
    key: &DataKey,
    member: MemberId,
    profile: &Profile,
) -> (Sealed<String>, Option<Sealed<String>>) {
    let name = key.seal(&app.chance, &name_context(member), &tame(&profile.name));
    let picture = profile.picture.as_ref().map(|picture| key.seal(&app.chance, &picture_context(member), picture));
    (name, picture)
}

/// How a person is called, from the newest profile; none while no profile was fetched, or after erasure.
pub async fn name_of(app: &App, on: impl Into<On<'_>>, member: MemberId) -> sqlx::Result<Option<String>> {
    Ok(face_of(app, on, member).await?.map(|face| face.name))
}

/// Name and picture of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Face {
    /// The name shown in LINE.
    pub name: String,
    /// The picture's address.
    pub picture: Option<String>,
}

impl Face {
    /// The name with all but its first and last letter hidden: what lists show by default.
    pub fn masked(&self) -> String {
        masked(&self.name)
    }
}

/// Hides all but the first and the last letter of a name.
pub fn masked(name: &str) -> String {
    use unicode_segmentation::UnicodeSegmentation as _;
    let letters: Vec<&str> = name.graphemes(true).collect();
    match letters.as_slice() {
        [] => String::new(),
        [only] => String::from(*only),
        [first, _] => format!("{first}＊"),
        [first, middle @ .., last] => format!("{first}{}{last}", "＊".repeat(middle.len().min(3))),
    }
}

/// Name and picture of a person, opened.
pub async fn face_of(app: &App, on: impl Into<On<'_>>, member: MemberId) -> sqlx::Result<Option<Face>> {
    type Row = (Sealed<String>, Option<Sealed<String>>, Vec<u8>);
    let row = query(
        on,
        "select f.sealed_name, f.sealed_picture, k.wrapped from friend f join member_key k on k.member = f.member
         where f.member = $1 and f.sealed_name is not null order by f.profile_at desc limit 1",
    )
    .bind(member)
    .optional::<Row>()
    .await?;
    Ok(row.and_then(|(name, picture, wrapped)| {
        let key = keys::unwrap(app, member, &wrapped)?;
        let name = key.open(&name_context(member), &name).ok()?;
        let picture = picture.and_then(|picture| key.open(&picture_context(member), &picture).ok());
        Some(Face { name, picture })
    }))
}

/// The name sealed in a friend's row that a caller has read along with other columns; none when it does not open.
pub fn opened_name(key: &DataKey, member: MemberId, sealed: &Sealed<String>) -> Option<String> {
    key.open(&name_context(member), sealed).ok()
}

/// The person behind a LINE user who opened a page, made when she is new.
pub async fn member_behind(app: &App, tx: &mut Tx, account: AccountId, user: &LineUserId) -> sqlx::Result<Member> {
    let friend = meet(app, tx, account, user).await?;
    people::find(tx, friend.member).await?.ok_or(sqlx::Error::RowNotFound)
}

fn name_context(member: MemberId) -> String {
    format!("friend.name/{member}")
}

fn picture_context(member: MemberId) -> String {
    format!("friend.picture/{member}")
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn names_are_masked_by_letters_not_bytes() {
        for (name, shown) in [
            ("", ""),
            ("美", "美"),
            ("林美", "林＊"),
            ("林小美", "林＊美"),
            ("Wang Xiao-Mei", "W＊＊＊i"),
            ("👩‍👩‍👧家", "👩‍👩‍👧＊"),
        ] {
            assert_eq!(masked(name), shown);
        }
    }
}
