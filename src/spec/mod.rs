//! The marketer's files as values: YAML read with positions, faults that say where and what would be right, the small typed
//! values every file uses (`10m`, `"22:00"`, `10%`, `80 TWD`), message templates, JSON Schema for editors, and the table of
//! published definitions.
//!
//! A room describes its own kind of file as a plain struct (`serde`, `garde`, `schemars`) in its `spec.rs` and implements
//! [`Document`]. Reading never stops at the first wrong value: a value that cannot be read leaves a [`Fault`] and a stand-in, so
//! that one run of `shuke validate` shows everything that is wrong. Only a wrong shape (an unknown key, a list where a text is
//! wanted) ends the reading of its document.

pub mod brand_file;
pub mod canonical;
pub mod colour;
pub mod definitions;
mod document;
mod fault;
mod place;
mod read;
pub mod schema;
mod shape;
mod source;
pub mod template;
pub mod tree;
pub mod values;

pub use document::{Defined, Document, NotYet};
pub use fault::{Diagnostic, Fault, nearest, render};
pub use place::{At, Place};
pub use read::{Doc, documents, read};
pub use source::{MAX_BYTES, Source};
pub use values::{
    Currency, Date, Duration, LocalDateTime, Money, Name, OrNone, Percent, Period, Texts, TimeOfDay, UnitPrice, Zone,
};
