//! The small values every file uses. Each is written as a person would write it, read with a place, and stored as it was
//! written.

mod calendar;
mod duration;
mod money;
mod name;
mod or_none;
mod percent;
mod texts;

use serde::{Deserialize, Deserializer};

use super::place::leave;
use super::{At, Fault};

pub use calendar::{Date, LocalDateTime, TimeOfDay, Zone};
pub use duration::{Duration, Period};
pub use money::{Currency, Money, UnitPrice};
pub use name::Name;
pub use or_none::OrNone;
pub use percent::Percent;
pub use texts::Texts;

/// A value written as a text.
pub(super) trait Written: Sized {
    /// Reads it.
    fn read(text: &str) -> Result<Self, Fault>;

    /// What stands in for one that could not be read, so that the rest of the file is read too. It never leaves the reader.
    fn stand_in() -> Self;
}

/// Reads a written value. One that is wrong leaves its fault behind while a file is read, and is an error otherwise.
pub(super) fn read_written<'de, D: Deserializer<'de>, T: Written>(deserializer: D) -> Result<T, D::Error> {
    let given = At::<String>::deserialize(deserializer)?;
    match T::read(given.value.trim()) {
        Ok(value) => Ok(value),
        Err(fault) => {
            let fault = fault.at(given.place).with("given", &given.value);
            leave(fault).map(|()| T::stand_in()).map_err(|fault| serde::de::Error::custom(fault.pack()))
        }
    }
}

/// serde and schemars for a type that is [`Written`] and has `Display`.
macro_rules! written {
    ($name:ident, $doc:literal, $pattern:literal) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::spec::values::read_written(deserializer)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::spec::Fault;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                <Self as crate::spec::values::Written>::read(text)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "description": $doc, "pattern": $pattern })
            }
        }
    };
}

pub(super) use written;
