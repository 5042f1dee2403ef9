//! The store's promises, each on both engines where both make them.

mod install;
mod leases;
mod migrations;
mod pages;
mod queries;
mod shared_commits;
mod transactions;
