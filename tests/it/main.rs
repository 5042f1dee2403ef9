//! The integration tests: one binary, so that it links once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod api;
mod architecture;
mod at_rest;
mod brand;
mod campaigns;
mod chat;
mod commands;
mod contract;
mod crash;
mod delivery;
mod harness;
mod intake;
mod jobs;
mod licenses;
mod logs;
mod loyalty;
mod members;
mod ops;
mod sandbox;
mod shop;
mod staff;
mod store;
mod web;
mod words;
