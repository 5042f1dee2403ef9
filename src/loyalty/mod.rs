//! The reward engine: stamp cards, vouchers, and the ledger that both are only a cache of.
//!
//! An act (`stamp`, `undo`, `redeem`, `undo_redemption`) is done once for each [`Key`]; asked again it gives its first answer.
//! It is one transaction under the lock of the member's chain: what she has is loaded into a `Wallet`, the rules decide on
//! it, and the entry is written with the cards, milestones, vouchers and the history it changes. Each entry tells all it did
//! and seals the one before it, so that `ledger::verify` rebuilds every balance without knowing any rule. What may not be is a
//! [`Refusal`], an answer like any other.

mod acts;
pub mod calendar;
pub mod coupons;
mod holdings;
mod keys;
mod lapse;
mod lately;
pub mod ledger;
#[cfg(test)]
mod model;
mod past;
mod shelf;
pub mod spec;
pub mod stamps;
mod store;
pub mod terms;
mod types;
mod views;
mod wallet;

pub use acts::{
    Ask, Preview, Redeem, Redeemed, Stamp, Stamped, Undo, UndoRedemption, Undone, Why, is_pass_used, preview, redeem,
    redeem_in, stamp, stamp_in, taken_back, undo, undo_for, undo_in, undo_redemption, undo_redemption_in,
};
pub use holdings::{Held, Holding, holdings};
pub use keys::Key;
pub use lapse::lapse;
pub use lately::{Act, Recent, lately, lately_with, told};
pub use past::Past;
pub use shelf::{Shelved, preview_redemption, shelf, shelved};
pub use types::{Answer, Authority, By, Place, Refusal};
pub use views::{
    Done, Line, Next, Standing, Usable, acts_by, cards_of, history, line, standing, usable_vouchers, voucher,
    voucher_by_code, vouchers_of,
};
