//! What every test stands on: a fresh database of each engine, a clock that stands still, ids from a seed.

pub mod brand_folder;
pub mod databases;
pub mod postgres;

use chrono::{DateTime, Utc};
use shuke::clock::{Chance, Clock};
use shuke::ids::Ids;

pub use brand_folder::BrandFolder;
pub use databases::{Fresh, each_engine, fresh_folder, on_both};

/// Monday, 2 March 2026, 10:30 in Taipei.
pub fn a_monday() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_418_600, 0).expect("in range")
}

/// A clock that stands still there.
pub fn still_clock() -> Clock {
    Clock::still(a_monday())
}

/// Ids that every run makes alike.
pub fn ids() -> Ids {
    Ids::new(still_clock(), Chance::seeded(7))
}
