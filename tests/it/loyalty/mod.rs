//! The reward engine on both databases: what a visit does, what is done once, what is taken back, what ends by itself, and
//! that the ledger tells it all.

mod hold;
mod lapse;
mod ledger;
mod look;
mod once;
mod seed;
mod stamps;
mod vouchers;
