//! The integration tests: one binary, so that it links once.

mod architecture;
mod chat;
mod harness;
mod sandbox;
mod shop;
