//! The parts every handler and job may use, and the trait of a durable job.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;

use chrono::TimeDelta;
use tokio::sync::Notify;

use crate::clock::{Chance, Clock};
use crate::ids::{HolderId, Ids};
use crate::jobs::Task;
use crate::line::client::Client;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::store::Db;
use crate::words::Words;

/// The running service: a handle that is cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What an [`App`] is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time, as the product sees it.
    pub clock: Clock,
    /// Random numbers.
    pub chance: Chance,
    /// New ids.
    pub ids: Ids,
    /// Profile, quota, tokens and the like at LINE. Sending is `delivery`'s alone.
    pub line: Client,
    /// How to run.
    pub settings: Settings,
    /// `SHUKE_SECRET`.
    pub secret: Secret,
    /// The message catalogues.
    pub words: Words,
    /// This process as a holder of leases.
    pub holder: HolderId,
    /// Timeline kinds somebody reacts to (`worker` knows who).
    pub subscribed: &'static [&'static str],
    /// Rung after a commit that left work for the queue.
    pub jobs_bell: Notify,
    /// Rung after a commit that left requests to LINE.
    pub sender_bell: Notify,
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("App")
    }
}

/// A later step that survives a crash. It may run twice: write it so that the second time changes nothing.
pub trait Job: Task {
    /// Does the step. `attempt` counts from 1.
    fn run(&self, app: &App, attempt: i64) -> impl Future<Output = Result<(), Retry>> + Send;
}

/// What becomes of a job that did not get done.
#[derive(Debug)]
pub enum Retry {
    /// Not an error: not yet. Uses up no attempt.
    Later(TimeDelta),
    /// Never: the job is dead at once and shown with this reason.
    GiveUp(String),
    /// It failed; tried again after the published back-off, dead after ten attempts.
    Failed(String),
}

impl<E: std::error::Error> From<E> for Retry {
    fn from(error: E) -> Self {
        Self::Failed(error.to_string())
    }
}
