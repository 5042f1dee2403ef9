//! LINE as types and a client, knowing nothing of this product.
//!
//! [`signature`] and [`webhook`] read what LINE sends; [`message`] is what we send, with LINE's limits checked before a byte
//! leaves.

pub mod message;
pub mod signature;
pub mod webhook;
