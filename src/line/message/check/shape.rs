//! The words the tables of this folder are written in: what an object of LINE's may hold.

use super::super::fault::Unit;

/// One kind of object.
pub struct Shape {
    /// Its properties, without `type`.
    pub fields: &'static [Field],
    /// LINE refuses properties it does not know. Seen for Flex contents only (line-bot-sdk-python issue 111).
    pub is_closed: bool,
    /// The anchor in LINE's Messaging API reference, read 2026-08.
    pub source: &'static str,
    /// What cannot be said of one property alone.
    pub also: Option<Also>,
}

/// A rule over several properties of one object.
pub type Also = for<'a> fn(&mut super::walk::Walk, &super::walk::Node<'a>, &Shape);

/// One property.
pub struct Field {
    pub name: &'static str,
    pub is_required: bool,
    pub is: Is,
}

/// What a value must be.
pub enum Is {
    /// Any text.
    Text,
    /// A text of this length.
    Length(usize, usize, Unit),
    Bool,
    Number,
    Integer(i64, i64),
    OneOf(&'static [&'static str]),
    /// An address to fetch: https, at most 2,000 UTF-16 units.
    Https,
    /// An address to open: http, https, line or tel, at most 1,000 UTF-16 units.
    Uri,
    /// `#RRGGBB` or `#RRGGBBAA`.
    Color,
    /// Pixels, perhaps a percentage, or one of the words.
    Measure {
        percent: bool,
        words: &'static [&'static str],
    },
    /// `width:height`, each 1–100,000, the height at most three times the width.
    Ratio,
    /// Degrees in [0, 360).
    Angle,
    /// 0–100 %.
    Percent,
    Object(&'static Shape),
    /// An object whose `type` says which.
    Tagged(&'static [(&'static str, &'static Shape)]),
    /// From so many to so many of these.
    List(usize, usize, &'static Is),
    /// Values of one kind under free names.
    Map(&'static Is),
}

pub const fn required(name: &'static str, is: Is) -> Field {
    Field { name, is_required: true, is }
}

pub const fn optional(name: &'static str, is: Is) -> Field {
    Field { name, is_required: false, is }
}

/// An object that may hold further properties. A macro, because the list must live as long as the table.
macro_rules! open {
    ($source:expr, [$($field:expr),* $(,)?]) => {
        Shape { fields: &[$($field),*], is_closed: false, source: $source, also: None }
    };
    ($source:expr, [$($field:expr),* $(,)?], also: $also:expr) => {
        Shape { fields: &[$($field),*], is_closed: false, source: $source, also: Some($also) }
    };
}

/// An object that may hold no others.
macro_rules! closed {
    ($source:expr, [$($field:expr),* $(,)?]) => {
        Shape { fields: &[$($field),*], is_closed: true, source: $source, also: None }
    };
    ($source:expr, [$($field:expr),* $(,)?], also: $also:expr) => {
        Shape { fields: &[$($field),*], is_closed: true, source: $source, also: Some($also) }
    };
}

pub(super) use {closed, open};

/// Up to so many UTF-16 units, and not none.
pub const fn utf16(most: usize) -> Is {
    Is::Length(1, most, Unit::Utf16)
}

/// Up to so many characters as people count them, and not none.
pub const fn graphemes(most: usize) -> Is {
    Is::Length(1, most, Unit::Graphemes)
}
