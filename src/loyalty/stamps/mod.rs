//! Stamp cards: what a visit earns, milestones, and taking a visit back.

pub mod rules;
mod types;

pub use types::{Card, CardMove, CardState, Milestone, MilestoneMove, Opened};
