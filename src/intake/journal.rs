//! Makes events durable. Requests queue up; one task writes what is waiting with one statement and one commit, and only then
//! answers each. A group that cannot be written is retried request by request, so that one bad event is not everybody's 503.

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use super::store;
use crate::app::App;
use crate::ids::{AccountId, LineUserId};
use crate::jobs::guarded;
use crate::line::webhook::{Heading, RawEvent};
use crate::secret::DataKey;

/// The store cannot take events now.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(pub(super) String);

impl From<sqlx::Error> for Unavailable {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

/// Lanes events are spread over: the unit that replicas share and PostgreSQL may partition by.
pub(super) const LANES: u64 = 64;

/// Requests that may wait for the disk. Beyond it a request is told 503 at once rather than late.
const WAITING: usize = 4096;
/// Events written with one commit, at most.
const GROUP: usize = 2000;

/// One event as it is stored.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub account: AccountId,
    pub lane: i64,
    pub id: String,
    pub kind: String,
    pub line_user_id: Option<LineUserId>,
    pub at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub day: NaiveDate,
    pub sealed_raw: Vec<u8>,
}

struct Request {
    rows: Vec<Row>,
    answer: oneshot::Sender<Result<(), Unavailable>>,
}

#[derive(Clone)]
pub(super) struct Journal(mpsc::Sender<Request>);

impl Journal {
    /// Writes until nobody is left who could ask: at a stop, requests that are under way are still taken.
    pub fn start(app: &App, tasks: &TaskTracker) -> Self {
        let (sender, requests) = mpsc::channel(WAITING);
        tasks.spawn(write_groups(app.clone(), requests));
        Self(sender)
    }

    /// Returns after the rows' commit.
    pub async fn write(&self, rows: Vec<Row>) -> Result<(), Unavailable> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(Request { rows, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Unavailable(String::from("too many requests wait for the disk")),
            mpsc::error::TrySendError::Closed(_) => Unavailable(String::from("the service is stopping")),
        })?;
        answered.await.unwrap_or_else(|_| Err(Unavailable(String::from("the journal stopped"))))
    }
}

/// What to store of each event of a request.
pub(super) fn rows(
    app: &App,
    account: AccountId,
    now: DateTime<Utc>,
    key: &DataKey,
    events: Vec<RawEvent<'_>>,
) -> Vec<Row> {
    let day = now.date_naive();
    let before_id = context(account, "");
    let mut sealing = key.series(&app.chance);
    let row = |raw: RawEvent<'_>| {
        let bytes = raw.bytes();
        let lane = raw.heading.source_key().map(lane_of);
        let Heading { id, kind, timestamp, user, .. } = raw.heading;
        let id = id.unwrap_or_else(|| hash_of(bytes));
        Row {
            account,
            lane: lane.unwrap_or_else(|| lane_of(&id)),
            kind,
            at: timestamp.unwrap_or(now),
            received_at: now,
            day,
            sealed_raw: sealing.encrypt(&[before_id.as_str(), &id].concat(), bytes),
            line_user_id: user,
            id,
        }
    };
    events.into_iter().map(row).collect()
}

/// What binds sealed bytes to their row.
pub(super) fn context(account: AccountId, id: &str) -> String {
    format!("event/{account}/{id}")
}

/// FNV-1a of the source, mod 64: the same on every replica and for ever.
pub(super) fn lane_of(source: &str) -> i64 {
    let hash = source
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    i64::try_from((hash ^ (hash >> 32)) % LANES).unwrap_or_default()
}

fn hash_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn write_groups(app: App, mut requests: mpsc::Receiver<Request>) {
    while let Some(first) = requests.recv().await {
        let mut rows = first.rows.len();
        let mut group = vec![first];
        while rows < GROUP
            && let Ok(next) = requests.try_recv()
        {
            rows += next.rows.len();
            group.push(next);
        }
        // Whoever waits for a group that fell over is told to come again; the next group is written all the same.
        if let Err(panic) = guarded(write_group(&app, group)).await {
            tracing::error!(panic, "webhook events could not be stored; LINE is asked to come again");
        }
    }
}

async fn write_group(app: &App, group: Vec<Request>) {
    let all: Vec<&Row> = group.iter().flat_map(|request| &request.rows).collect();
    metrics::histogram!("shuke_journal_group_events").record(all.len() as f64);
    let Err(error) = store::insert(app, &all).await else {
        for request in group {
            let _ = request.answer.send(Ok(()));
        }
        return;
    };
    if group.len() > 1 {
        tracing::warn!(requests = group.len(), %error, "a group of webhooks could not be written at once, trying them singly");
    }
    for request in group {
        let rows: Vec<&Row> = request.rows.iter().collect();
        let written = store::insert(app, &rows).await;
        if let Err(error) = &written {
            tracing::error!(%error, events = rows.len(), "webhook events could not be stored; LINE is asked to come again");
        }
        let _ = request.answer.send(written.map_err(Unavailable::from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_spread_evenly() {
        let mut counts = [0; 64];
        for i in 0..64_000_u64 {
            counts[usize::try_from(lane_of(&format!("U{i:032x}"))).unwrap()] += 1;
        }
        assert!(counts.iter().all(|&count| (700..1300).contains(&count)), "{counts:?}");
    }
}
