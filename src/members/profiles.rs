//! What LINE tells of a person: fetched with short patience when an event comes in, else by a job.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::friends::{self, Friend, Profile};
use crate::app::{App, Job, Retry};
use crate::ids::{AccountId, LineUserId};
use crate::jobs::{self, Task, When};
use crate::line;
use crate::store::{Tx, query};

/// The profile of a user we know no profile of, if LINE gives it within `patience`.
pub async fn wanted(app: &App, account: AccountId, user: &LineUserId, patience: Duration) -> Option<Profile> {
    let known = query(&app.db, "select cast(1 as bigint) from friend where account = $1 and line_user_id = $2 and (profile_at is not null or state = 'blocked')")
        .bind(account)
        .bind(user.clone())
        .optional::<(i64,)>()
        .await
        .ok()?;
    if known.is_some() {
        return None;
    }
    tokio::time::timeout(patience, app.line.profile(user)).await.ok()?.ok().map(Into::into)
}

impl From<line::client::Profile> for Profile {
    fn from(profile: line::client::Profile) -> Self {
        Self { name: profile.display_name, picture: profile.picture_url, language: profile.language }
    }
}

/// Fetches a profile later; at most one such job waits for each friend.
pub async fn fetch_later(app: &App, tx: &mut Tx, friend: &Friend) -> sqlx::Result<()> {
    let job = FetchProfile { account: friend.account, line_user_id: friend.line_user_id.clone() };
    let when = When::now().unique(format!("{}/{}", job.account, job.line_user_id));
    jobs::enqueue(tx, &app.ids, app.clock.now(), &job, when).await
}

/// Fetches the profile of a friend.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FetchProfile {
    /// Of which account.
    pub account: AccountId,
    /// Whose.
    pub line_user_id: LineUserId,
}

impl Task for FetchProfile {
    const NAME: &'static str = "fetch-profile";
}

impl Job for FetchProfile {
    async fn run(&self, app: &App, _: i64) -> Result<(), Retry> {
        let profile: Profile = match app.line.profile(&self.line_user_id).await {
            Ok(profile) => profile.into(),
            // Not a friend, blocked, or without consent: LINE says 404 and will go on saying so.
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let mut tx = app.db.begin().await?;
        let friend = friends::meet(app, &mut tx, self.account, &self.line_user_id).await?;
        friends::keep_profile(app, &mut tx, &friend, &profile).await?;
        tx.commit().await?;
        Ok(())
    }
}
