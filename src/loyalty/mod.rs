//! The reward engine: stamp cards, vouchers, and the ledger that both are only a cache of.

pub mod calendar;
pub mod coupons;
mod holdings;
pub mod ledger;
#[cfg(test)]
mod model;
pub mod spec;
pub mod stamps;
pub mod terms;
mod types;
mod views;

pub use holdings::{Held, Holding, holdings};
pub use types::{Answer, Authority, By, Place, Refusal};
pub use views::{Next, Standing, Usable, standing, usable_vouchers};
