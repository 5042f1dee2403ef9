//! What the account answers in chat: the greeting, the tap that makes a member, keyword replies, and her own cards and
//! vouchers drawn from her real state. Everything here is said by free reply.
//!
//! Marketers write the answers in `conversations/*.yaml` (see [`spec`]) and the words in `templates/`; what belongs to the
//! product itself (joining, saying no to offers) always works, whatever the files say.

mod answer;
pub mod cards;
mod offer;
mod scene;
pub mod spec;

pub use answer::{AFTER_JOINING, Fault, Incoming, answer, take_note};
pub use offer::shown_in;
pub use spec::{Fallback, Replies, RepliesFile, Reply, Show};
