//! From stored events to their effects: local queues for speed, a sweep for what a crash or another replica left behind.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use futures_util::future::join_all;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::TRIES;
use super::effects::{self, Manner, Poison};
use super::store::{self, Person, Undone};
use crate::app::App;
use crate::conversations;
use crate::delivery::replies;
use crate::ids::ReplyId;
use crate::jobs;
use crate::members::friends::Profile;
use crate::members::profiles;

/// Tasks that work on different people at the same time.
const WORKERS: usize = 8;
/// Wake-ups one task may have waiting; beyond it the sweep finds the events.
const WAITING: usize = 1_000;
/// Replies on their way to LINE at once.
const REPLIES_AT_ONCE: usize = 64;
/// Profiles one task asks LINE for at once.
const PROFILES_AT_ONCE: usize = 16;
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
            let settled = async {
                let mut held = BTreeSet::new();
                while settle_lane(&app, lane, &mut held, owed).await.may_have_more && !stop.is_cancelled() {}
            };
            if let Err(panic) = jobs::guarded(settled).await {
                tracing::error!(panic, lane, "a lane could not be settled; the sweep comes back to it");
            }
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

/// Settles everything that is due and can be, by hand: for tests and simulation. Gives the number of people seen.
pub async fn settle_all(app: &App) -> sqlx::Result<usize> {
    let mut seen = 0;
    loop {
        let now = app.clock.now();
        let mut settled = 0;
        for lane in store::leftovers(&app.db, now, now).await? {
            let mut held = BTreeSet::new();
            let mut may_have_more = true;
            while may_have_more {
                let mut replies = Vec::new();
                let looked = settle_lane(app, lane, &mut held, |reply| replies.push(reply)).await;
                seen += looked.people;
                settled += looked.settled;
                may_have_more = looked.may_have_more;
                for reply in replies {
                    send(app, reply).await;
                }
            }
        }
        if settled == 0 {
            return Ok(seen);
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
    settled: usize,
    may_have_more: bool,
}

/// Settles due events of a lane, one person after another, and tells `owed` of each reply that is to be sent. A person whose
/// rows somebody else holds goes into `held` and is left out of further looks with it: she holds up nobody, however many
/// events of hers wait.
async fn settle_lane(app: &App, lane: i64, held: &mut BTreeSet<Person>, mut owed: impl FnMut(ReplyId)) -> Looked {
    let people = match store::undone(&app.db, lane, held, app.clock.now()).await {
        Ok(people) => people,
        Err(error) => {
            tracing::warn!(%error, "undone events could not be read");
            return Looked::default();
        }
    };
    let profiles = profiles_of(app, people.keys()).await;
    let events: usize = people.values().map(Vec::len).sum();
    let mut looked = Looked { people: people.len(), ..Looked::default() };
    let mut newly_held = 0;
    for ((person, events), profile) in people.iter().zip(profiles) {
        let went = settle(app, person, events, profile.as_ref()).await;
        went.replies.into_iter().for_each(&mut owed);
        match went.end {
            End::Settled => looked.settled += 1,
            End::Held => newly_held += usize::from(held.insert(person.clone())),
            End::Away => return looked,
        }
    }
    let went_on = looked.settled + newly_held > 0;
    looked.may_have_more = went_on && i64::try_from(events).is_ok_and(|events| events >= store::BATCH);
    looked
}

/// The profiles of those of whom none is known yet, asked for together: a lane waits for the slowest, not for all.
async fn profiles_of(app: &App, people: impl Iterator<Item = &Person>) -> Vec<Option<Profile>> {
    let people: Vec<&Person> = people.collect();
    let mut profiles = Vec::with_capacity(people.len());
    for some in people.chunks(PROFILES_AT_ONCE) {
        profiles.extend(join_all(some.iter().map(|person| profile_of(app, person))).await);
    }
    profiles
}

async fn profile_of(app: &App, person: &Person) -> Option<Profile> {
    profiles::wanted(app, person.account, person.line_user_id.as_ref()?, super::PROFILE_PATIENCE).await
}

async fn send(app: &App, reply: ReplyId) {
    if let Err(error) = replies::send(app, reply).await {
        tracing::warn!(reply.id = %reply, %error, "a reply could not be settled; the sweep will");
    }
}

/// How far the events of a person came, and the replies to send.
struct Went {
    replies: Vec<ReplyId>,
    end: End,
}

/// Why it went no further.
enum End {
    /// Each event is done, or its try counted.
    Settled,
    /// Somebody else holds her rows: what is left waits.
    Held,
    /// The database was away: what is left waits.
    Away,
}

/// Commits the effects of a person's events together; singly when that fails.
async fn settle(app: &App, person: &Person, events: &[Undone], profile: Option<&Profile>) -> Went {
    match guarded(together(app, person, events, profile)).await {
        Ok(replies) => Went { replies, end: End::Settled },
        Err(trouble) => match trouble.of_the_store() {
            Some(end) => Went { replies: Vec::new(), end },
            None => Box::pin(singly(app, person, events)).await,
        },
    }
}

/// Under the lock of her row each event is first marked: what another replica has done since it was read is left out.
async fn together(
    app: &App,
    person: &Person,
    events: &[Undone],
    profile: Option<&Profile>,
) -> Result<Vec<ReplyId>, Trouble> {
    let mut tx = app.db.begin().await?;
    let mut chat = effects::Chat::open(app, &mut tx, person, profile).await?;
    for event in events {
        if store::done(&mut tx, person, &event.id).await? {
            chat.apply(app, &mut tx, person, event, Manner::Answering).await?;
        }
    }
    tx.commit().await?;
    Ok(chat.replies)
}

async fn singly(app: &App, person: &Person, events: &[Undone]) -> Went {
    let mut went = Went { replies: Vec::new(), end: End::Settled };
    for event in events {
        match guarded(together(app, person, std::slice::from_ref(event), None)).await {
            Ok(owed) => went.replies.extend(owed),
            Err(trouble) => {
                let end = match trouble.of_the_store() {
                    Some(end) => Some(end),
                    None => failed(app, person, event, &trouble).await,
                };
                if let Some(end) = end {
                    went.end = end;
                    return went;
                }
            }
        }
    }
    went
}

/// Counts a failed try. After the last one an event to which only no answer can be written is kept without it.
async fn failed(app: &App, person: &Person, event: &Undone, trouble: &Trouble) -> Option<End> {
    let attempts = event.attempts + 1;
    tracing::error!(event.id, event.attempts = attempts, error = %trouble, "a webhook event failed");
    if attempts >= TRIES && trouble.is_of_the_answer() {
        match guarded(silently(app, person, event, trouble)).await {
            Ok(()) => return None,
            Err(more) => {
                if let Some(end) = more.of_the_store() {
                    return Some(end);
                }
                tracing::error!(event.id, error = %more, "a webhook event failed without its answer too");
            }
        }
    }
    match store::failed(app, person, event, &trouble.to_string()).await {
        Ok(is_parked) => {
            if is_parked && let Err(error) = guarded(parked(app, person, event)).await {
                tracing::warn!(event.id, %error, "whether a parked message was taken back could not be seen");
            }
            None
        }
        Err(error) => {
            tracing::warn!(%error, "a failed try could not be counted");
            Some(Trouble::Store(error).of_the_store().unwrap_or(End::Held))
        }
    }
}

/// A parked message keeps its bytes for a replay, unless its writer took it back meanwhile.
async fn parked(app: &App, person: &Person, event: &Undone) -> Result<(), Trouble> {
    let mut tx = app.db.begin().await?;
    effects::forget_if_taken_back(app, &mut tx, person, event).await?;
    Ok(tx.commit().await?)
}

/// Keeps what happened, without an answer, and why there is none.
async fn silently(app: &App, person: &Person, event: &Undone, trouble: &Trouble) -> Result<(), Trouble> {
    let mut tx = app.db.begin().await?;
    let mut chat = effects::Chat::open(app, &mut tx, person, None).await?;
    let why = format!("kept without an answer: {trouble}");
    if store::unanswered(&mut tx, person, event, &why).await? {
        chat.apply(app, &mut tx, person, event, Manner::Silent).await?;
    }
    Ok(tx.commit().await?)
}

/// Why events could not be settled.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Store(#[from] sqlx::Error),
    #[error(transparent)]
    Poison(#[from] Poison),
    #[error("{0}")]
    Panic(String),
}

impl Trouble {
    /// Where the store was in the way, which is no fault of the event: how it ends.
    fn of_the_store(&self) -> Option<End> {
        let error = match self {
            Self::Store(error)
            | Self::Poison(Poison::Store(error) | Poison::Answer(conversations::Fault::Store(error))) => error,
            _ => return None,
        };
        let end = match (crate::store::is_contended(error), crate::store::is_unavailable(error)) {
            (true, _) => End::Held,
            (false, true) => End::Away,
            (false, false) => return None,
        };
        tracing::warn!(%error, "events wait for the database");
        Some(end)
    }

    /// Whether what happened is clear and only the answer is not. A panic is taken for that until it comes again.
    fn is_of_the_answer(&self) -> bool {
        matches!(self, Self::Poison(Poison::Answer(_)) | Self::Panic(_))
    }
}

/// Runs `settling`; a panic in it is one more way for an event to fail.
async fn guarded<T>(settling: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    jobs::guarded(settling).await.unwrap_or_else(|panic| Err(Trouble::Panic(panic)))
}
