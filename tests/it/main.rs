//! The integration tests: one binary, so that it links once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod chat;
mod contract;
mod harness;
mod intake;
mod jobs;
mod members;
mod sandbox;
mod shop;
mod store;
mod web;
