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
use super::journal::Row;
use super::store::{self, Person, Undone};
use crate::app::App;
use crate::conversations;
use crate::delivery::replies;
use crate::ids::ReplyId;
use crate::members::{friends, profiles};

/// Tasks that work on different people at the same time.
const WORKERS: usize = 8;
/// People one task may have waiting; beyond it the sweep finds them.
const WAITING: usize = 10_000;
/// Replies on their way to LINE at once.
const REPLIES_AT_ONCE: usize = 64;
/// Age from which an undone event is a leftover rather than in a queue here.
const LEFTOVER_AFTER: TimeDelta = TimeDelta::seconds(2);

/// The queues of one process.
pub(super) struct Dispatch(Vec<mpsc::Sender<Person>>);

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

    /// Says that these people have undone events.
    pub fn wake(&self, persons: BTreeSet<Person>) {
        for person in persons {
            queue(&self.0, person);
        }
    }
}

fn queue(queues: &[mpsc::Sender<Person>], person: Person) {
    if !queues.is_empty() {
        let lane = usize::try_from(person.lane).unwrap_or_default();
        // A full queue is no loss: the event is stored, and the sweep comes by each second.
        let _ = queues[lane % queues.len()].try_send(person);
    }
}

/// Whose events these are.
pub(super) fn persons(rows: &[Row]) -> BTreeSet<Person> {
    rows.iter()
        .map(|row| Person { account: row.account, lane: row.lane, line_user_id: row.line_user_id.clone() })
        .collect()
}

async fn work(
    app: App,
    mut waiting: mpsc::Receiver<Person>,
    tasks: TaskTracker,
    at_once: Arc<Semaphore>,
    stop: CancellationToken,
) {
    loop {
        let person = tokio::select! {
            person = waiting.recv() => person,
            () = stop.cancelled() => None,
        };
        let Some(person) = person else { return };
        let mut people = BTreeSet::from([person]);
        while let Ok(next) = waiting.try_recv() {
            people.insert(next);
        }
        for person in people {
            for reply in settle(&app, &person).await {
                let (app, at_once) = (app.clone(), Arc::clone(&at_once));
                tasks.spawn(async move {
                    let _place = at_once.acquire().await;
                    send(&app, reply).await;
                });
            }
        }
    }
}

async fn sweep(app: App, queues: Vec<mpsc::Sender<Person>>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            () = stop.cancelled() => return,
        }
        let now = app.clock.now();
        match store::leftovers(&app.db, now - LEFTOVER_AFTER, now).await {
            Ok(people) => people.into_iter().for_each(|person| queue(&queues, person)),
            Err(error) => tracing::warn!(%error, "the sweep for undone events could not read"),
        }
    }
}

/// Settles everything that is due, by hand: for tests and simulation. Gives the number of people seen.
pub async fn settle_all(app: &App) -> sqlx::Result<usize> {
    let mut seen = 0;
    loop {
        let now = app.clock.now();
        let people = store::leftovers(&app.db, now, now).await?;
        if people.is_empty() {
            return Ok(seen);
        }
        seen += people.len();
        for person in people {
            for reply in settle(app, &person).await {
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

async fn send(app: &App, reply: ReplyId) {
    if let Err(error) = replies::send(app, reply).await {
        tracing::warn!(reply.id = %reply, %error, "a reply could not be settled; the sweep will");
    }
}

/// Commits the effects of all undone events of a person; singly when together fails. Gives the replies to send.
async fn settle(app: &App, person: &Person) -> Vec<ReplyId> {
    let profile = match &person.line_user_id {
        Some(user) => profiles::wanted(app, person.account, user, super::PROFILE_PATIENCE).await,
        None => None,
    };
    let together = guarded(Box::pin(together(app, person, profile.as_ref()))).await;
    let trouble = match together {
        Ok(replies) => return replies,
        Err(trouble) => trouble,
    };
    if trouble.is_the_store() {
        tracing::warn!(error = %trouble, "events wait: the database did not answer");
        return Vec::new();
    }
    Box::pin(singly(app, person)).await
}

async fn together(app: &App, person: &Person, profile: Option<&friends::Profile>) -> Result<Vec<ReplyId>, Trouble> {
    let mut tx = app.db.begin().await?;
    let now = app.clock.now();
    let mut chat = effects::Chat::open(app, &mut tx, person, profile).await?;
    for event in store::undone(&mut tx, person, now).await? {
        chat.apply(app, &mut tx, person, &event).await?;
        store::done(&mut tx, person, &event.id).await?;
    }
    tx.commit().await?;
    Ok(chat.replies)
}

async fn singly(app: &App, person: &Person) -> Vec<ReplyId> {
    let mut replies = Vec::new();
    let events = match store::undone(&app.db, person, app.clock.now()).await {
        Ok(events) => events,
        Err(error) => {
            tracing::warn!(%error, "undone events could not be read");
            return replies;
        }
    };
    for event in events {
        match guarded(Box::pin(alone(app, person, &event))).await {
            Ok(owed) => replies.extend(owed),
            Err(trouble) if trouble.is_the_store() => return replies,
            Err(trouble) => {
                tracing::error!(event.id, event.attempts = event.attempts + 1, error = %trouble, "a webhook event failed");
                if let Err(error) = store::failed(app, person, &event, &trouble.to_string()).await {
                    tracing::warn!(%error, "a failed try could not be counted");
                }
            }
        }
    }
    replies
}

async fn alone(app: &App, person: &Person, event: &Undone) -> Result<Vec<ReplyId>, Trouble> {
    let mut tx = app.db.begin().await?;
    let mut chat = effects::Chat::open(app, &mut tx, person, None).await?;
    if store::done(&mut tx, person, &event.id).await? {
        chat.apply(app, &mut tx, person, event).await?;
    }
    tx.commit().await?;
    Ok(chat.replies)
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
