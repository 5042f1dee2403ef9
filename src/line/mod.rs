//! LINE as types and a client, knowing nothing of this product.
//!
//! [`signature`] and [`webhook`] read what LINE sends.

pub mod signature;
pub mod webhook;
