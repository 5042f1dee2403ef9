//! What a start makes of `SHUKE_SECRET`: it refuses one under which nothing opens, and while it is being changed wraps
//! everything anew under the current one.
//!
//! Wrapping anew runs beside the service: all that time every key opens under one of the two secrets. It goes page by page,
//! each key changed only if it is still what was read, so that several replicas may do it at once and one that is cut off
//! begins again at its next start.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::ids::MemberId;
use crate::intake;
use crate::members::keys;

/// How long to wait when the database could not be asked.
const AGAIN_IN: Duration = Duration::from_secs(5);

/// Said when nothing opens.
pub const ALL_CLOSED: &str = "the keys in the database open under none of the secrets in SHUKE_SECRET";
/// Said when a part does not open.
pub const SOME_CLOSED: &str = "some of the keys in the database open under none of the secrets in SHUKE_SECRET";
/// What to do about it.
pub const MEND: &str = "give the secret they were made under, alone or, while it is being changed, behind the new one: SHUKE_SECRET=new,old";

/// Whether stored keys open, by a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// All of the sample, or there are none yet.
    Open,
    /// Some of it.
    SomeClosed,
    /// None of it.
    AllClosed,
}

/// Looks at the oldest and the newest member's key and the newest day's.
pub async fn stored_keys(app: &App) -> sqlx::Result<Stored> {
    let mut opens = keys::sample(app).await?;
    opens.extend(intake::newest_day_key_opens(app).await?);
    Ok(if opens.iter().all(|opens| *opens) {
        Stored::Open
    } else if opens.contains(&true) {
        Stored::SomeClosed
    } else {
        Stored::AllClosed
    })
}

/// Refuses to go on where no stored key opens: the service would answer as if nobody had a name, and seal new ones under a
/// secret that is not this database's.
pub async fn refuse_another_secret(app: &App) -> anyhow::Result<()> {
    match stored_keys(app).await? {
        Stored::Open => {}
        Stored::SomeClosed => tracing::error!(mend = MEND, "{SOME_CLOSED}"),
        Stored::AllClosed => anyhow::bail!("SHUKE_SECRET is not this database's: {ALL_CLOSED}. Mend it: {MEND}."),
    }
    Ok(())
}

/// Wraps every stored key anew that only the previous secret opens. Ends when all were looked at, or at `stop`.
pub async fn wrap_anew(app: App, stop: CancellationToken) {
    let mut done = Done::default();
    while !done.is_whole {
        let outcome = tokio::select! {
            outcome = done.step(&app) => outcome,
            () = stop.cancelled() => return,
        };
        if let Err(error) = outcome {
            tracing::warn!(%error, "keys could not be wrapped anew; it goes on in a moment");
            tokio::select! {
                () = tokio::time::sleep(AGAIN_IN) => {}
                () = stop.cancelled() => return,
            }
        }
    }
    if done.closed == 0 {
        tracing::info!(
            keys = done.anew,
            "every key is under the current secret; SHUKE_SECRET may be that one alone from the next start on"
        );
    } else {
        tracing::error!(keys = done.anew, closed = done.closed, mend = MEND, "{SOME_CLOSED}");
    }
}

/// How far wrapping anew is.
#[derive(Debug, Default)]
struct Done {
    anew: u64,
    closed: u64,
    after: Option<MemberId>,
    is_whole: bool,
}

impl Done {
    /// The next members' keys, and after the last of them the days'.
    async fn step(&mut self, app: &App) -> sqlx::Result<()> {
        let page = keys::rewrap(app, self.after).await?;
        let (mut anew, mut closed) = (page.anew, page.closed);
        if page.last.is_some() {
            self.after = page.last;
        } else {
            (anew, closed) = intake::rewrap_day_keys(app).await?;
            self.is_whole = true;
        }
        self.anew += anew;
        self.closed += closed;
        Ok(())
    }
}
