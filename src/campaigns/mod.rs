//! Pushes: plan → digest → apply → run.
//!
//! Marketers write a campaign as `campaigns/NAME.yaml` (see [`spec`]).

pub mod spec;

pub use spec::{Audience, Campaign, Freeze};
