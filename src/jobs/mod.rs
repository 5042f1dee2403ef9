//! The durable queue: steps that must happen later, after the commit that asked for them, even if the process dies.
//!
//! A job is a row written in the transaction that wants it. A worker claims rows under a lease, does them, and takes the row
//! away; where it fails, the row waits for its next try after a published back-off; after ten tries, or when a step gives up,
//! it is dead: shown with its error until a person revives it. A worker that dies leaves rows whose lease runs out; [`sweep`]
//! brings them back. So a job may run twice and is written to not mind. Times come from the wall clock: where it steps back,
//! what then lies further ahead than any wait can reach counts as over.

mod backoff;
mod dead;
mod guard;
mod queue;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use backoff::{ATTEMPTS, pause_after};
pub use dead::{Dead, count, list, revive};
pub use guard::guarded;
pub use queue::{Claimed, Fate, Wait, When, claim, enqueue, finish, give_up, retry_later, sweep};

/// What a job is made of. Its fields are stored as JSON: add new ones with `#[serde(default)]`, keep a released name until no
/// row has it.
pub trait Task: Serialize + DeserializeOwned + Send + Sync {
    /// The name in the queue, in kebab-case.
    const NAME: &'static str;
    /// Grows when an older body could no longer be read as a new one.
    const FORMAT: i64 = 1;
}
