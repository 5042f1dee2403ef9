//! The published terms of stamp cards and coupons.

/// One published version of something.
#[derive(Debug, Clone, PartialEq)]
pub struct Edition<T> {
    /// Its version, from 1.
    pub version: i64,
    /// What it says.
    pub terms: T,
}
