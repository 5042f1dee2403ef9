//! From stored events to their effects: local queues for speed, a sweep for what a crash or another replica left behind.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::FutureExt as _;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::effects::{self, Poison};
use super::store::{self, Person, Undone};
use crate::app::App;
use crate::conversations;
use crate::delivery::replies;
use crate::ids::ReplyId;
use crate::members::{friends, profiles};

/// Tasks that work on different people at the same time.
const WORKERS: usize = 8;
/// Wake-ups one task may have waiting; beyond it the sweep finds the events.
const WAITING: usize = 1_000;
/// Replies on their way to LINE at once.
const REPLIES_AT_ONCE: usize = 64;
/// Age from which an undone event is a leftover rather than in a queue here.
const LEFTOVER_AFTER: TimeDelta = TimeDelta::seconds(2);

/// The queues of one process.
pub(super) struct Dispatch(Vec<mpsc::Sender<i64>>);

impl Dispatch {
    /// A dispatch that does nothing: events stay undone.
    pub fn off() -> Self {
        Self(Vec::new())
    }

    pub fn start(app: &App, tasks: &TaskTracker, stop: &CancellationToken) -> Self {
        let replies = Arc::new(Semaphore::new(REPLIES_AT_ONCE));
        let queues: Vec<_> = (0..WORKERS)
            .map(|_| {
                let (queue, waiting) = mpsc::channel(WAITING);
                tasks.spawn(work(app.clone(), waiting, tasks.clone(), Arc::clone(&replies), stop.clone()));
                queue
            })
            .collect();
        tasks.spawn(sweep(app.clone(), queues.clone(), stop.clone()));
        Self(queues)
    }

    /// Says that these lanes have undone events.
    pub fn wake(&self, lanes: BTreeSet<i64>) {
        wake(&self.0, lanes);
    }
}

fn wake(queues: &[mpsc::Sender<i64>], lanes: BTreeSet<i64>) {
    for lane in lanes {
        if !queues.is_empty() {
            // A full queue is no loss: the event is stored, and the sweep comes by each second.
            let _ = queues[usize::try_from(lane).unwrap_or_default() % queues.len()].try_send(lane);
        }
    }
}

async fn work(
    app: App,
    mut waiting: mpsc::Receiver<i64>,
    tasks: TaskTracker,
    at_once: Arc<Semaphore>,
    stop: CancellationToken,
) {
    loop {
        let lane = tokio::select! {
            lane = waiting.recv() => lane,
            () = stop.cancelled() => None,
        };
        let Some(lane) = lane else { return };
        let mut lanes = BTreeSet::from([lane]);
        while let Ok(next) = waiting.try_recv() {
            lanes.insert(next);
        }
        for lane in lanes {
            let owed = |reply| {
                let (app, at_once) = (app.clone(), Arc::clone(&at_once));
                tasks.spawn(async move {
                    let _place = at_once.acquire().await;
                    send(&app, reply).await;
                });
            };
            while settle_lane(&app, lane, owed).await.may_have_more && !stop.is_cancelled() {}
        }
    }
}

async fn sweep(app: App, queues: Vec<mpsc::Sender<i64>>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            () = stop.cancelled() => return,
        }
        let now = app.clock.now();
        match store::leftovers(&app.db, now - LEFTOVER_AFTER, now).await {
            Ok(lanes) => wake(&queues, lanes),
            Err(error) => tracing::warn!(%error, "the sweep for undone events could not read"),
        }
    }
}

/// Settles everything that is due, by hand: for tests and simulation. Gives the number of people seen.
pub async fn settle_all(app: &App) -> sqlx::Result<usize> {
    let mut seen = 0;
    loop {
        let now = app.clock.now();
        let lanes = store::leftovers(&app.db, now, now).await?;
        if lanes.is_empty() {
            return Ok(seen);
        }
        for lane in lanes {
            let mut replies = Vec::new();
            seen += settle_lane(app, lane, |reply| replies.push(reply)).await.people;
            for reply in replies {
                send(app, reply).await;
            }
        }
    }
}

/// Whether nothing is due.
pub async fn settled(app: &App) -> sqlx::Result<bool> {
    let now = app.clock.now();
    Ok(store::leftovers(&app.db, now, now).await?.is_empty())
}

/// What one look at a lane came to.
#[derive(Default)]
struct Looked {
    people: usize,
    may_have_more: bool,
}

/// Settles due events of a lane, one person after another, and tells `owed` of each reply that is to be sent.
async fn settle_lane(app: &App, lane: i64, mut owed: impl FnMut(ReplyId)) -> Looked {
    let people = match store::undone(&app.db, lane, app.clock.now()).await {
        Ok(people) => people,
        Err(error) => {
            tracing::warn!(%error, "undone events could not be read");
            return Looked::default();
        }
    };
    let events: usize = people.values().map(Vec::len).sum();
    for (person, events) in &people {
        match settle(app, person, events).await {
            Some(replies) => replies.into_iter().for_each(&mut owed),
            None => return Looked { people: people.len(), may_have_more: false },
        }
    }
    Looked { people: people.len(), may_have_more: i64::try_from(events).is_ok_and(|events| events >= store::BATCH) }
}

async fn send(app: &App, reply: ReplyId) {
    if let Err(error) = replies::send(app, reply).await {
        tracing::warn!(reply.id = %reply, %error, "a reply could not be settled; the sweep will");
    }
}

/// Commits the effects of a person's events together; singly when that fails. Gives the replies to send; none when the
/// database was away, and the events wait.
async fn settle(app: &App, person: &Person, events: &[Undone]) -> Option<Vec<ReplyId>> {
    let profile = match &person.line_user_id {
        Some(user) => profiles::wanted(app, person.account, user, super::PROFILE_PATIENCE).await,
        None => None,
    };
    match guarded(Box::pin(together(app, person, events, profile.as_ref()))).await {
        Ok(replies) => Some(replies),
        Err(trouble) if trouble.is_the_store() => {
            tracing::warn!(error = %trouble, "events wait: the database did not answer");
            None
        }
        Err(_) => Box::pin(singly(app, person, events)).await,
    }
}

/// Under the lock of her row each event is first marked: what another replica has done since it was read is left out.
async fn together(
    app: &App,
    person: &Person,
    events: &[Undone],
    profile: Option<&friends::Profile>,
) -> Result<Vec<ReplyId>, Trouble> {
    let mut tx = app.db.begin().await?;
    let mut chat = effects::Chat::open(app, &mut tx, person, profile).await?;
    for event in events {
        if store::done(&mut tx, person, &event.id).await? {
            chat.apply(app, &mut tx, person, event).await?;
        }
    }
    tx.commit().await?;
    Ok(chat.replies)
}

async fn singly(app: &App, person: &Person, events: &[Undone]) -> Option<Vec<ReplyId>> {
    let mut replies = Vec::new();
    for event in events {
        match guarded(Box::pin(together(app, person, std::slice::from_ref(event), None))).await {
            Ok(owed) => replies.extend(owed),
            Err(trouble) if trouble.is_the_store() => return None,
            Err(trouble) => {
                tracing::error!(event.id, event.attempts = event.attempts + 1, error = %trouble, "a webhook event failed");
                if let Err(error) = store::failed(app, person, event, &trouble.to_string()).await {
                    tracing::warn!(%error, "a failed try could not be counted");
                    return None;
                }
            }
        }
    }
    Some(replies)
}

/// Why events could not be settled.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Store(#[from] sqlx::Error),
    #[error(transparent)]
    Poison(#[from] Poison),
    #[error("the program panicked over it: {0}")]
    Panic(String),
}

impl Trouble {
    /// Whether the database was away, which is no fault of the event.
    fn is_the_store(&self) -> bool {
        let error = match self {
            Self::Store(error)
            | Self::Poison(Poison::Store(error) | Poison::Answer(conversations::Fault::Store(error))) => error,
            _ => return false,
        };
        crate::store::is_unavailable(error)
    }
}

/// Runs `settling`; a panic in it is one more way for an event to fail.
async fn guarded<T>(settling: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    AssertUnwindSafe(settling).catch_unwind().await.unwrap_or_else(|panic| {
        let said = panic
            .downcast_ref::<&str>()
            .map(|text| String::from(*text))
            .or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Trouble::Panic(said.unwrap_or_default()))
    })
}
