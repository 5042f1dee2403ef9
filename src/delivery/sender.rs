//! The one sender: whichever replica holds the lease. It takes what is due, sends it, and writes down every answer.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::claim::{self, Claim, Claimed};
use super::lanes::{Lane, Room};
use super::outcome::{Heard, Next, Standing, decide};
use super::runs::Kind;
use super::{approval, fault, line_side, replies, settle};
use crate::app::App;
use crate::ids::{BatchId, RunId};
use crate::jobs::guarded;
use crate::line::budget::Endpoint;
use crate::store::lease::{self, Lease};
use crate::store::{On, query};

/// The lease of the sender.
pub(super) const LEASE: &str = "sender";

/// How long the lease lasts. Short, so that a restarted service goes on soon; what is lost by losing it is only time.
const LEASE_TIME: TimeDelta = TimeDelta::seconds(3);

/// Requests on their way at once, by way. At 100 ms an answer that is 640 a second for pushes; LINE allows 2,000, and 200
/// multicasts (LINE Messaging API reference, "Rate limits", read 2026-08).
const MOST_PUSHES: usize = 64;
const MOST_MULTICASTS: usize = 8;

/// Answers written down at once on PostgreSQL. Each waits for the row of the lease, so more of them would only keep the
/// connections that the counter and the webhook need. SQLite writes one at a time by itself, and many in one commit.
const MOST_SETTLED: usize = 2;

/// Requests on their way when the service is told to stop have this long to come back.
const DRAIN: Duration = Duration::from_secs(4);

/// How often it looks for work that nobody rang for.
const TICK: Duration = Duration::from_secs(1);

/// Between two looks for work at least, so that several requests share a transaction.
const BREATH: Duration = Duration::from_millis(15);

/// What a step did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stepped {
    /// Requests that were tried.
    pub sent: usize,
    /// When there is more to do, as far as known; none while another replica is the sender.
    pub next_at: Option<DateTime<Utc>>,
}

/// The sender of this process. Clones are the same one.
#[derive(Clone)]
pub struct Sender(Arc<Inner>);

struct Inner {
    app: App,
    /// Answers that may be written down at once.
    settling: Semaphore,
    state: Mutex<State>,
}

struct State {
    lease: Option<Lease>,
    in_flight: HashMap<BatchId, Kind>,
    multicast: Lane,
    push: Lane,
    /// Runs an answer of LINE has stopped, and whether that is on disk yet.
    stopped: HashMap<RunId, bool>,
}

impl Sender {
    /// A sender that has sent nothing yet.
    pub fn new(app: App) -> Self {
        let at_once = if app.db.is_postgres() { MOST_SETTLED } else { Semaphore::MAX_PERMITS };
        Self(Arc::new(Inner { app, settling: Semaphore::new(at_once), state: Mutex::new(State::new()) }))
    }

    /// Sends what is due now and waits for the answers. Does nothing while another replica is the sender.
    pub async fn step(&self) -> sqlx::Result<Stepped> {
        let Some(lease) = self.hold().await? else { return Ok(Stepped::default()) };
        self.tidy().await?;
        let claim = self.claim(&lease).await?;
        let sent = claim.batches.len();
        for outcome in join_all(claim.batches.into_iter().map(|batch| self.deliver(&lease, batch))).await {
            outcome?;
        }
        approval::finish(&self.0.app).await?;
        let now = self.0.app.clock.now();
        Ok(Stepped { sent, next_at: if sent > 0 { Some(now) } else { claim.next_at } })
    }

    /// Sends until told to stop, then lets what is on its way come back. Beside it, the replies a crash left are sent: neither
    /// waits for the other.
    pub async fn run(&self, stop: CancellationToken) {
        let (mut tasks, mut replying) = (JoinSet::new(), JoinSet::new());
        replying.spawn(replies::keep_sweeping(self.0.app.clone(), TICK, stop.clone()));
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pause = TICK;
        loop {
            let is_tick = tokio::select! {
                () = stop.cancelled() => break,
                _ = tick.tick() => true,
                () = self.0.app.sender_bell.notified() => false,
                () = tokio::time::sleep(pause) => false,
                Some(_) = tasks.join_next() => false,
            };
            pause = self.start_due(&mut tasks, is_tick).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the sender could not look for work; it will again in a second");
                TICK
            });
        }
        let drained = tokio::time::timeout(DRAIN, async {
            while tasks.join_next().await.is_some() {}
            while replying.join_next().await.is_some() {}
        });
        if drained.await.is_err() {
            tracing::warn!(
                left = tasks.len() + replying.len(),
                "requests were still on their way at the stop; their answers are asked for at the next start"
            );
        }
        self.let_go().await;
    }

    /// Lets go what is due; how long until it is worth looking again.
    async fn start_due(&self, tasks: &mut JoinSet<()>, is_tick: bool) -> sqlx::Result<Duration> {
        let Some(lease) = self.hold().await? else { return Ok(TICK) };
        if is_tick {
            self.tidy().await?;
        }
        let claim = self.claim(&lease).await?;
        for batch in claim.batches {
            let (sender, lease) = (self.clone(), lease.clone());
            tasks.spawn(async move {
                if let Err(error) = sender.deliver(&lease, batch).await {
                    tracing::warn!(%error, "an answer of LINE could not be written down; it is asked for again under the same key");
                }
            });
        }
        let wait = claim.next_at.map(|at| (at - self.0.app.clock.now()).to_std().unwrap_or_default());
        Ok(wait.unwrap_or(TICK).clamp(BREATH, TICK))
    }

    /// The lease, taken or prolonged; none while another replica has it.
    async fn hold(&self) -> sqlx::Result<Option<Lease>> {
        let app = &self.0.app;
        let now = app.clock.now();
        let known = self.state().lease.clone();
        if let Some(lease) =
            known.filter(|lease| lease.ends_at - now > LEASE_TIME * 2 / 3 && lease.ends_at - now <= LEASE_TIME)
        {
            return Ok(Some(lease));
        }
        let taken = lease::take(app.db.writer(), LEASE, app.holder, now, LEASE_TIME).await?;
        self.state().lease.clone_from(&taken);
        Ok(taken)
    }

    async fn let_go(&self) {
        let lease = self.state().lease.take();
        if let Some(lease) = lease
            && let Err(error) = lease::release(self.0.app.db.writer(), &lease).await
        {
            tracing::warn!(%error, "the sender's lease could not be given back; it ends by itself");
        }
    }

    async fn tidy(&self) -> sqlx::Result<()> {
        let on_their_way: Vec<BatchId> = self.state().in_flight.keys().copied().collect();
        while settle::end_cancelled(&self.0.app, &on_their_way, false).await? {}
        approval::finish(&self.0.app).await
    }

    async fn claim(&self, lease: &Lease) -> sqlx::Result<Claim> {
        let now = self.0.app.clock.now();
        let (rooms, in_flight, stops) = {
            let state = self.state();
            let stops: Vec<RunId> =
                state.stopped.iter().filter(|(_, is_written)| **is_written).map(|(run, _)| *run).collect();
            (state.rooms(now), state.in_flight.keys().copied().collect::<HashSet<_>>(), stops)
        };
        let claim = claim::claim(&self.0.app, lease, rooms, &in_flight).await?;
        let mut state = self.state();
        for batch in &claim.batches {
            state.in_flight.insert(batch.id, batch.kind);
            state.lane(batch.kind).take(1, now);
            if stops.contains(&batch.run) {
                state.stopped.remove(&batch.run);
            }
        }
        Ok(claim)
    }

    /// Sends one request and writes down what came of it. After a panic nobody knows whether LINE took it, as after a lost
    /// connection.
    async fn deliver(&self, lease: &Lease, batch: Claimed) -> sqlx::Result<()> {
        let _on_its_way = OnItsWay { sender: self.clone(), batch: batch.id };
        match guarded(self.send(lease, &batch)).await {
            Ok(outcome) => outcome,
            Err(panic) => {
                tracing::error!(batch.id = %batch.id, run.id = %batch.run, panic, "the program panicked over a request to LINE");
                self.conclude(lease, &batch, Heard::Silence(panic), true).await
            }
        }
    }

    async fn send(&self, lease: &Lease, batch: &Claimed) -> sqlx::Result<()> {
        let app = &self.0.app;
        let is_stopped = self.state().stopped.contains_key(&batch.run);
        let heard = if is_stopped {
            Heard::NotSent(String::from("the run was stopped before this request left"))
        } else {
            fault::point("keyed");
            let heard = line_side::send(app, batch).await;
            fault::point("answered-not-marked");
            heard
        };
        self.conclude(lease, batch, heard, !is_stopped).await
    }

    /// Decides what an answer means, and writes it down. It tells something of LINE only when LINE was asked.
    async fn conclude(&self, lease: &Lease, batch: &Claimed, heard: Heard, was_asked: bool) -> sqlx::Result<()> {
        let app = &self.0.app;
        let (now, dice) = (app.clock.now(), app.chance.below(1_000));
        let standing = Standing {
            attempts: batch.attempts,
            first_tried_at: batch.first_tried_at,
            recipients: batch.recipients.len(),
            reserved_since: batch.reserved_since,
        };
        let next = decide(heard.clone(), standing, now, dice);
        let stops = matches!(next, Next::Again { pause: Some(_), .. } | Next::Untried { pause: Some(_), .. });
        {
            let mut state = self.state();
            if was_asked {
                state.lane(batch.kind).hear(&heard, now, dice);
            }
            if stops {
                state.stopped.entry(batch.run).or_insert(false);
            }
        }
        log(batch, &heard, &next);
        let settled = {
            let _turn = self.0.settling.acquire().await.expect("it is never closed");
            settle::settle(app, lease, batch, next, heard == Heard::MonthReserved).await
        };
        fault::point("marked");
        if stops {
            self.state().stop_settled(batch.run, settled.is_ok());
        }
        if !settled? {
            tracing::warn!(batch.id = %batch.id, "the lease was lost before an answer was written down");
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What a panic left half-done here is paces and counts, which the next answers put right.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request on its way; over when it is dropped, whatever ended it.
struct OnItsWay {
    sender: Sender,
    batch: BatchId,
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        self.sender.state().in_flight.remove(&self.batch);
    }
}

/// How many requests may leave, by way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rooms {
    pub multicast: Room,
    pub push: Room,
}

impl State {
    fn new() -> Self {
        Self {
            lease: None,
            in_flight: HashMap::new(),
            multicast: Lane::new(Endpoint::Multicast),
            push: Lane::new(Endpoint::Push),
            stopped: HashMap::new(),
        }
    }

    fn lane(&mut self, kind: Kind) -> &mut Lane {
        match kind {
            Kind::Multicast => &mut self.multicast,
            Kind::Push => &mut self.push,
        }
    }

    /// The stop of a run is on disk, or could not be written: then LINE is asked again, and says it again.
    fn stop_settled(&mut self, run: RunId, is_written: bool) {
        if is_written {
            self.stopped.insert(run, true);
        } else if self.stopped.get(&run) == Some(&false) {
            self.stopped.remove(&run);
        }
    }

    fn rooms(&self, now: DateTime<Utc>) -> Rooms {
        let in_flight = |kind: Kind| self.in_flight.values().filter(|other| **other == kind).count();
        Rooms {
            multicast: self.multicast.room(MOST_MULTICASTS, in_flight(Kind::Multicast), now),
            push: self.push.room(MOST_PUSHES, in_flight(Kind::Push), now),
        }
    }
}

fn log(batch: &Claimed, heard: &Heard, next: &Next) {
    let outcome = match heard {
        Heard::Accepted { .. } => "accepted",
        Heard::UnknownRecipient(_) | Heard::SomebodyUnknown => "unknown_recipient",
        Heard::Refused(_) => "refused",
        Heard::TooFast { .. } => "too_fast",
        Heard::MonthSpent => "month_spent",
        Heard::MonthReserved => "month_reserved",
        Heard::TokenRefused => "token_refused",
        Heard::Forbidden => "forbidden",
        Heard::Silence(_) => "silence",
        Heard::NotSent(_) => "not_sent",
    };
    let kind = match batch.kind {
        Kind::Multicast => "multicast",
        Kind::Push => "push",
    };
    metrics::counter!("shuke_sends_total", "kind" => kind, "outcome" => outcome).increment(1);
    match next {
        Next::Accepted { .. } => {
            tracing::debug!(batch.id = %batch.id, run.id = %batch.run, kind, "LINE took a request")
        }
        Next::Again { pause: Some(_), .. } | Next::Untried { pause: Some(_), .. } => {
            tracing::error!(batch.id = %batch.id, run.id = %batch.run, kind, outcome, "LINE's answer stops the run");
        }
        _ => {
            tracing::warn!(batch.id = %batch.id, run.id = %batch.run, kind, outcome, attempts = batch.attempts, "LINE did not take a request")
        }
    }
}

/// Whether some process sends at present.
pub async fn is_alive(on: impl Into<On<'_>>, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let ends_at =
        query(on, "select ends_at from lease where name = $1").bind(LEASE).optional_value::<DateTime<Utc>>().await?;
    Ok(ends_at.is_some_and(|ends_at| ends_at > now))
}
