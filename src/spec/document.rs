//! What a room's file types promise.

use schemars::JsonSchema;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};

use super::place::leave;
use super::{At, Fault};

/// One YAML document of the brand's folder, as a struct. `#[serde(deny_unknown_fields)]` on every struct below it; no
/// `untagged` and no `flatten`, which lose positions; `At<…>` around what another file or rule may find fault with.
pub trait Document: DeserializeOwned + Serialize + JsonSchema + garde::Validate<Context = ()> {
    /// What is wrong with its values beyond what each one's own type and garde's rules see: rules over two fields.
    fn faults(&self) -> Vec<Fault> {
        Vec::new()
    }
}

/// A document, or a part of one, that is published by version in the `definition` table.
pub trait Defined: Serialize + DeserializeOwned {
    /// The kind in the table, for example `coupon`.
    const KIND: &'static str;

    /// The name within its kind.
    fn name(&self) -> &str;
}

/// A key that is part of the format but has no effect yet. Whoever writes it is told so instead of being ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotYet;

impl<'de> Deserialize<'de> for NotYet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = At::<IgnoredAny>::deserialize(deserializer)?;
        let fault = Fault::new("not-yet", given.place).hint("not-yet-hint");
        leave(fault).map(|()| Self).map_err(|fault| serde::de::Error::custom(fault.pack()))
    }
}

impl Serialize for NotYet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}
