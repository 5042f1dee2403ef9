//! Where a value stands in its file.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::ops::Deref;

use garde::Validate;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_saphyr::Spanned;

use super::Fault;

/// A line and a column of a file, both from 1; the column counts characters. Zero means unknown: the value came from the
/// database, not from a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Place {
    /// The line, from 1.
    pub line: u64,
    /// The character of that line, from 1.
    pub column: u64,
}

/// A value that remembers where it stood in the file. Equal values are equal wherever they stood; in JSON it is the value.
#[derive(Debug, Clone, Copy, Default)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stood.
    pub place: Place,
}

impl<T> At<T> {
    /// A value that came from no file.
    pub fn nowhere(value: T) -> Self {
        Self { value, place: Place::default() }
    }
}

impl<T> Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq> PartialEq for At<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for At<T> {}

impl<T: PartialOrd> PartialOrd for At<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Ord> Ord for At<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

impl<T: fmt::Display> fmt::Display for At<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: Serialize> Serialize for At<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Outside a file the reader's span type does not read plain values: serde_json gives it none of its newtype.
        if READING.with_borrow(Option::is_none) {
            return T::deserialize(deserializer).map(Self::nowhere);
        }
        let spanned = Spanned::<T>::deserialize(deserializer)?;
        Ok(Self { value: spanned.value, place: here(spanned.referenced) })
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: Validate> Validate for At<T> {
    type Context = T::Context;

    fn validate_into(&self, context: &T::Context, parent: &mut dyn FnMut() -> garde::Path, report: &mut garde::Report) {
        self.value.validate_into(context, parent, report);
    }
}

/// What is known while one document is read: where it starts in its file, and the values that could not be read.
#[derive(Default)]
struct Reading {
    lines_before: u64,
    faults: Vec<Fault>,
}

thread_local! {
    static READING: RefCell<Option<Reading>> = const { RefCell::new(None) };
}

/// Runs `read` on a document that has `lines_before` lines of its file above it. Gives its answer and the faults its values
/// left behind.
pub(super) fn reading<T>(lines_before: u64, read: impl FnOnce() -> T) -> (T, Vec<Fault>) {
    let outer = READING.replace(Some(Reading { lines_before, faults: Vec::new() }));
    let answer = read();
    let inner = READING.replace(outer);
    (answer, inner.map(|reading| reading.faults).unwrap_or_default())
}

/// Leaves a fault behind and lets the reading go on; gives it back when nothing is being read from a file.
pub(super) fn leave(fault: Fault) -> Result<(), Fault> {
    READING.with_borrow_mut(|reading| match reading {
        Some(reading) => {
            reading.faults.push(fault);
            Ok(())
        }
        None => Err(fault),
    })
}

/// The place in the file of a location in the document being read.
pub(super) fn here(location: serde_saphyr::Location) -> Place {
    if location.line() == 0 {
        return Place::default();
    }
    let before = READING.with_borrow(|reading| reading.as_ref().map_or(0, |reading| reading.lines_before));
    Place { line: location.line() + before, column: location.column() }
}
