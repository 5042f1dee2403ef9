//! What the account answers in chat.
//!
//! Marketers write the answers in `conversations/*.yaml` (see [`spec`]).

pub mod spec;

pub use spec::{Fallback, Replies, RepliesFile, Reply, Show};
