//! Pushes: plan → digest → apply → run.
//!
//! Marketers write a campaign as `campaigns/NAME.yaml` (see [`spec`]). A **plan** ([`plan`]) asks the segment's rule once,
//! freezes the people it gives (each in, or out with the gate's reason) and their messages, and works out quota and cost; a
//! digest covers it. A digest is accepted as long as nothing of what was planned has changed and no other run of the campaign
//! is under way ([`apply`]); then the **run** is created, in the transaction that publishes the definitions it rests on, and
//! its deliveries and batches are all written before the first byte leaves ([`prepare`]). What leaves, and what comes of it, is
//! `delivery`'s; [`status`] reads it from rows. `brand` puts these steps together with the brand's files.

pub mod apply;
mod cost;
mod digest;
mod history;
mod jobs;
mod message;
mod plan;
mod proposal;
mod runs;
pub mod spec;
mod status;
mod store;
mod types;

pub use apply::Applied;
pub use digest::{Difference, Fingerprint};
pub use history::{Ran, UnderWay, last_run};
pub use jobs::PrepareRun;
pub use plan::{PushError, plan, plan_definitions};
pub use proposal::Proposal;
pub use runs::{Steered, cancel, pause, prepare, resume};
pub use spec::{Audience, Campaign, Freeze};
pub use status::{Progress, Status, status, status_of};
pub use store::{Kept, by_digest, forget_bodies, sweep, withdraw};
pub use types::{Count, DIGEST_DIGITS, More, People, Plan, QuotaLine, Sample};
