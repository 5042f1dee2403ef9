//! The ledger: append-only, one chain of hashes a member, one root over the chains a day.

pub mod chain;
pub mod replay;
pub mod roots;
mod types;

pub use types::{Draft, Entry, EntryKind, FORMAT, Moves};
