//! Values that may be said not to be there.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Written, read_written};
use crate::spec::Fault;

/// A value, or the word `none` where there is to be none: leaving a key out may mean a default instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrNone<T>(pub Option<T>);

impl<T: Written> Written for OrNone<T> {
    fn read(text: &str) -> Result<Self, Fault> {
        if text == "none" { Ok(Self(None)) } else { T::read(text).map(|value| Self(Some(value))) }
    }

    fn stand_in() -> Self {
        Self(None)
    }
}

impl<'de, T: Written> Deserialize<'de> for OrNone<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_written(deserializer)
    }
}

impl<T: fmt::Display> Serialize for OrNone<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_str("none"),
        }
    }
}

impl<T: JsonSchema> JsonSchema for OrNone<T> {
    fn schema_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}OrNone", T::schema_name()))
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [value, { "const": "none" }] })
    }
}
