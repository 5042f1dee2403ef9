//! The runs a campaign has had, newest first, and the one that has not ended.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::delivery::State;
use crate::ids::{PlanId, RunId};
use crate::store::{On, query};

/// A run that there is.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Ran {
    /// Its id.
    pub run: RunId,
    /// When it was applied.
    pub at: DateTime<Utc>,
}

/// A run that has not ended. Until it has, no other of its campaign begins: both could reach the same people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct UnderWay {
    /// Which run.
    pub run: RunId,
    /// When it was applied.
    pub at: DateTime<Utc>,
    /// What it is doing: preparing, open or paused.
    pub state: State,
    /// Whether this database is a copy of the one it was approved in: here it can only be ended.
    #[serde(rename = "restored_copy")]
    pub is_copy: bool,
}

/// A run of a campaign, as it stands.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(super) struct Standing {
    pub run: RunId,
    pub at: DateTime<Utc>,
    pub state: State,
    /// When its state changed last: of one that ended, when it did.
    pub changed_at: DateTime<Utc>,
    pub is_copy: bool,
}

impl Standing {
    /// The run, as long as it has not ended.
    pub fn under_way(&self) -> Option<UnderWay> {
        let Self { run, at, state, is_copy, .. } = *self;
        match state {
            State::Preparing | State::Open | State::Paused => Some(UnderWay { run, at, state, is_copy }),
            State::Done | State::Cancelled => None,
        }
    }
}

/// The run of a plan.
pub(super) async fn run_of(on: impl Into<On<'_>>, plan: PlanId) -> sqlx::Result<Option<Ran>> {
    query(on, "select id as run, created_at as at from run where plan = $1").bind(plan).optional().await
}

/// The newest run of a campaign.
pub async fn last_run(on: impl Into<On<'_>>, campaign: &str) -> sqlx::Result<Option<Ran>> {
    query(
        on,
        "select id as run, created_at as at from run where campaign = $1 order by created_at desc, id desc limit 1",
    )
    .bind(campaign)
    .optional()
    .await
}

/// The runs of a campaign, newest first. Who got it by one of them gets it by no other.
pub(super) async fn runs(on: impl Into<On<'_>>, campaign: &str) -> sqlx::Result<Vec<Standing>> {
    query(
        on,
        "select r.id as run, r.created_at as at, a.state, a.changed_at,
                a.epoch <> (select epoch from install) as is_copy
         from run r join approval a on a.run = r.id
         where r.campaign = $1 order by r.created_at desc, r.id desc",
    )
    .bind(campaign)
    .all()
    .await
}
