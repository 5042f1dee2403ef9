//! LINE in a box: a double of the LINE platform. It is the demo, the test rig, the judge of crash tests and the load target.
//!
//! [`World`] is everything LINE knows, a plain value made of the records of what happened. [`api`] answers the service under
//! LINE's own paths; [`person`](Sandbox::follow) acts make webhook events, which leave signed and are delivered as LINE
//! delivers them; [`control`] is the HTTP of the test rig; [`page`] shows phones beside the counter. As a library it needs no sockets: give the
//! service [`Sandbox::router`] or the transport over it, and the sandbox the service's own router.

pub mod api;
pub mod config;
pub mod control;
pub mod deliver;
mod guard;
mod history;
mod journal;
mod keys;
pub mod liff;
mod page;
mod person;
mod serve;
mod transport;
pub mod world;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use axum::Router;
use tokio::sync::watch;

pub use self::config::{Channel, Config, SITE, Tile};
pub use self::deliver::{Habits, Order, Signature};
pub use self::guard::refuse_real_credentials;
pub use self::history::{Since, view};
pub use self::keys::{DeskKeys, Keeper, MakeDeskKeys};
pub use self::person::{ActRefused, Happened, LiffPage, NewUser, Opens};
pub use self::serve::Broken;
pub use self::world::faults::{Fault, FaultKind};
pub use self::world::people::{Friendship, Os, User};
pub use self::world::record::{Outcome, Request, Via};
pub use self::world::{Endpoint, World};

use self::journal::Journal;
use self::world::record::Record;
use self::world::tokens::TokenKey;
use crate::clock::Clock;
use crate::ids::Ids;

/// A running sandbox. Clones are the same one.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    config: Config,
    clock: Clock,
    ids: Ids,
    key: TokenKey,
    inside: Mutex<Inside>,
    /// The place the next record takes, told to whoever watches.
    grown: watch::Sender<u64>,
    /// Made at the first webhook that leaves by a socket: reading the machine's certificates takes a while.
    http: OnceLock<reqwest::Client>,
    clock_moved: Mutex<Option<ClockMoved>>,
    desk_keys: OnceLock<MakeDeskKeys>,
}

/// Told when the sandbox moved the clock, with the new offset in microseconds.
pub type ClockMoved = Box<dyn Fn(i64) + Send + Sync>;

struct Inside {
    world: World,
    journal: Option<Journal>,
    habits: Habits,
    post: deliver::Post,
    service: Option<Router>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("channel", &self.0.config.channel).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Opens a sandbox; with a history file it knows the phones and chats of its last run. `clock` is the service's own, so
    /// that both live in one time.
    ///
    /// # Errors
    /// The history file does not open, or a line before its last is broken.
    pub fn open(config: Config, clock: Clock, ids: Ids) -> std::io::Result<Self> {
        let mut world = World::new(config.quota, config.seed);
        world.webhook_url.clone_from(&config.webhook_url);
        let journal =
            config.history.as_deref().map(|path| Journal::open(path, |record| world.apply(record))).transpose()?;
        let key = TokenKey::new(&config.channel.secret);
        let grown = watch::Sender::new(world.next_seq());
        let inside =
            Inside { world, journal, habits: Habits::default(), post: deliver::Post::default(), service: None };
        let clock_moved = Mutex::new(None);
        let http = OnceLock::new();
        Ok(Self(Arc::new(Inner {
            config,
            clock,
            ids,
            key,
            inside: Mutex::new(inside),
            grown,
            http,
            clock_moved,
            desk_keys: OnceLock::new(),
        })))
    }

    /// Its settings.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Its clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// LINE's API, the controls and the page, as one router.
    pub fn router(&self) -> Router {
        api::router(self)
            .merge(control::router(self))
            .merge(page::router())
            .fallback(api::unknown_path)
            .with_state(self.clone())
    }

    /// Delivers webhooks into `service` from now on, without sockets.
    pub fn deliver_to(&self, service: Router) {
        self.lock().service = Some(service);
    }

    /// Looks at the world as it is now.
    pub fn look<T>(&self, at: impl FnOnce(&World) -> T) -> T {
        at(&self.lock().world)
    }

    /// Turns the knobs a restart forgets: faults, rates, quota.
    pub fn tune<T>(&self, knobs: impl FnOnce(&mut World) -> T) -> T {
        let turned = knobs(&mut self.lock().world);
        self.turned();
        turned
    }

    /// Switches a fault on.
    pub fn fault(&self, fault: Fault) {
        self.tune(|world| world.faults.add(fault));
    }

    /// Kills every channel access token made until now.
    pub fn revoke_tokens(&self) {
        let now = self.0.clock.now();
        self.keep(&mut self.lock(), Record::Revoked(now));
    }

    /// Moves the clock, the service's too.
    pub fn advance(&self, by: chrono::TimeDelta) {
        self.0.clock.advance(by);
        let told = self.0.clock_moved.lock().expect("no thread panicked in the callback");
        if let Some(told) = told.as_ref() {
            told(self.0.clock.offset_us());
        }
        drop(told);
        self.turned();
    }

    /// Calls `told` with the clock's offset in microseconds after each move.
    pub fn on_clock(&self, told: ClockMoved) {
        *self.0.clock_moved.lock().expect("no thread panicked in the callback") = Some(told);
    }

    /// Grows with each record, and is told again when a dial was turned; for pages and tests that wait for something to happen.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.0.grown.subscribe()
    }

    /// Tells whoever watches that a dial was turned, which is no record.
    fn turned(&self) {
        self.0.grown.send_modify(|_| ());
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.inside.lock().expect("no thread panicked while it changed the world")
    }

    /// Writes a record down and takes it in.
    fn keep(&self, inside: &mut Inside, record: Record) {
        if let Some(journal) = &mut inside.journal {
            journal.append(&record);
        }
        inside.world.apply(record);
        self.0.grown.send_replace(inside.world.next_seq());
    }
}
