//! The integration tests: one binary, so that it links once.

mod architecture;
mod chat;
mod contract;
mod harness;
mod jobs;
mod sandbox;
mod shop;
mod store;
