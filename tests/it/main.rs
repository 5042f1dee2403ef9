//! The integration tests: one binary, so that it links once.

mod contract;
mod harness;
mod jobs;
mod sandbox;
mod store;
