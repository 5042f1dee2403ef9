//! The ledger: append-only, one chain of hashes a member, one root over the chains a day. The balances in `card`, `voucher`,
//! `milestone` and `redemption` are only a cache of it; [`verify()`] rebuilds and compares them.

pub mod chain;
mod compare;
mod days;
mod kept;
pub mod replay;
pub mod roots;
mod types;
mod verify;

pub use days::close_days;
pub use types::{Draft, Entry, EntryKind, FORMAT, Moves};
pub use verify::{Difference, Report, What, verify};
