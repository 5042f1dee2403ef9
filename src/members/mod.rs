//! The people: accounts, friends, members, their tags and consent, their history and the pass they show at the counter.
//!
//! A *friend* is a LINE user of one account; a *member* is the person. The member row exists from the first event that names
//! a LINE user; `joined_at` stays empty until she taps 領取會員卡 (or staff or an import joins her). Every fact that an event
//! sets keeps the event's own time, and an older event never overwrites it, so the order in which events arrive does not
//! matter. What identifies a person is sealed under a key of her own.

pub mod accounts;
pub mod consent;
pub mod friends;
pub mod keys;
mod number;
pub mod pass;
pub mod past;
mod people;
pub mod profiles;
pub mod sessions;
pub mod tags;
pub mod timeline;

pub use number::{Number, WrongNumber};
pub use people::{
    Member, bump_version, bump_versions, by_line_user, by_number, create, find, in_account_of, join, page, set_language,
};
