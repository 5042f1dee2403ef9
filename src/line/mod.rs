//! LINE as types and a client, knowing nothing of this product.
//!
//! [`signature`] and [`webhook`] read what LINE sends; [`message`] is what we send, with LINE's limits checked before a byte
//! leaves; [`flex`] draws messages; [`client`] looks things up; [`send`], which `delivery` alone may use, sends; [`budget`]
//! keeps below LINE's rates.

pub mod budget;
pub mod client;
pub mod flex;
pub mod message;
pub mod send;
pub mod signature;
pub mod webhook;
