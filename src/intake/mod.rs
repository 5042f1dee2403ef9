//! Webhook events, from LINE's request to their effects.
//!
//! The *journal* writes every event, as the bytes LINE sent, before LINE gets its 200: events of many requests share one
//! commit, and an event id is stored once however often it comes. The *dispatch* then reads the undone events of a lane (one
//! of 64, by person or group) and, person by person, locks her row and commits together the effects of those it read, in the
//! order they happened, their lines of history, the replies owed and "done". What is stored after the reading waits for the
//! next look, also where it happened before; facts therefore keep the event's own time. An event that keeps failing is parked
//! after five tries and holds up nobody; where only its answer fails, what happened is kept without one. A message its writer
//! takes back loses its bytes with its line of history, or as soon as it is done or parked where that comes later.

mod dispatch;
mod effects;
mod journal;
mod keys;
mod store;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::ids::AccountId;
use crate::line::webhook::RawEvent;

pub use dispatch::{settle_all, settled};
pub use journal::Unavailable;
pub use keys::{newest_day_key_opens, rewrap_day_keys};
pub use store::{Parked, Revived, parked, parked_count, retain, revive};

/// Tries before an event is parked.
pub const TRIES: i64 = 5;

/// The running intake of one process.
#[derive(Clone)]
pub struct Intake(Arc<Parts>);

struct Parts {
    app: App,
    journal: journal::Journal,
    keys: keys::DayKeys,
    dispatch: dispatch::Dispatch,
}

impl Intake {
    /// Starts the journal and, unless `dispatching` is off (benchmarks), the dispatch. At `stop` the dispatch ends; the journal
    /// ends when the last that could ask it is gone.
    pub fn start(app: &App, tasks: &TaskTracker, stop: &CancellationToken, dispatching: bool) -> Self {
        Self(Arc::new(Parts {
            app: app.clone(),
            journal: journal::Journal::start(app, tasks),
            keys: keys::DayKeys::default(),
            dispatch: if dispatching { dispatch::Dispatch::start(app, tasks, stop) } else { dispatch::Dispatch::off() },
        }))
    }

    /// Makes the events of one request durable. Returns after the commit, also for events that were already there.
    ///
    /// # Errors
    /// When the store cannot take them now: LINE must be told to come again.
    pub async fn accept(&self, account: AccountId, events: Vec<RawEvent<'_>>) -> Result<(), Unavailable> {
        if events.is_empty() {
            return Ok(());
        }
        let Parts { app, journal, keys, dispatch } = &*self.0;
        let stored = async {
            let now = app.clock.now();
            let key = keys.of(app, now.date_naive()).await?;
            let rows = journal::rows(app, account, now, &key, events);
            let lanes = rows.iter().map(|row| row.lane).collect();
            let count = u64::try_from(rows.len()).unwrap_or_default();
            journal.write(rows).await?;
            metrics::counter!("shuke_events_accepted_total").increment(count);
            dispatch.wake(lanes);
            Ok(())
        };
        let late = |_| Err(Unavailable(String::from("the database took too long")));
        tokio::time::timeout(PATIENCE, stored).await.unwrap_or_else(late)
    }
}

/// LINE waits two seconds; an answer later than this helps nobody.
const PATIENCE: Duration = Duration::from_millis(1500);

/// How long to wait for a profile before the effects are written without it.
const PROFILE_PATIENCE: Duration = Duration::from_millis(500);
