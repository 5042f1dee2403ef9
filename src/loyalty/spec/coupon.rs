//! A coupon, as a marketer writes it.

use std::borrow::Cow;
use std::fmt;

use garde::Validate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::spec::{At, Defined, Document, Duration, Fault, Name, OrNone, Period, Texts};

/// A coupon: what a voucher is good for, and how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Coupon {
    /// Its name. Vouchers refer to it for ever, so it cannot be changed.
    #[garde(skip)]
    pub coupon: At<Name>,
    /// What members read.
    #[garde(custom(|title: &Texts, _: &()| title.within(60)))]
    pub title: Texts,
    /// What it gives.
    #[garde(skip)]
    pub kind: CouponKind,
    /// How long a voucher is good.
    #[serde(default)]
    #[garde(skip)]
    pub valid: Valid,
    /// How it is used.
    #[serde(default)]
    #[garde(skip)]
    pub redeem: Redeeming,
}

/// What a coupon gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CouponKind {
    /// The thing its title names, free.
    FreeItem,
}

/// How long a voucher is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Valid {
    /// This long after `from`, in days or longer to the end of the last day; `none` for ever.
    #[serde(rename = "for")]
    pub lasts: OrNone<Period>,
    /// Counted from here.
    #[serde(default)]
    pub from: ValidFrom,
}

/// Where a voucher's time is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValidFrom {
    /// The instant it was given.
    #[default]
    Issue,
}

/// How a voucher is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Redeeming {
    /// Who takes it.
    #[serde(default)]
    pub by: RedeemedBy,
    /// Where it is good.
    #[serde(default)]
    pub stores: Stores,
    /// How long whoever took it may undo that. Managers have 30 days.
    #[serde(default = "ten_minutes_exact")]
    pub undo: Duration,
}

/// Who takes a voucher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RedeemedBy {
    /// Staff at the counter, or the store's till.
    #[default]
    StaffScan,
}

/// The stores a voucher is good in: the word `all`, or a list of codes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Stores {
    /// Everywhere.
    #[default]
    All,
    /// In these.
    Only(Vec<At<Name>>),
}

impl Stores {
    /// Whether `store` is one of them.
    pub fn include(&self, store: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(stores) => stores.iter().any(|name| name.as_str() == store),
        }
    }

    /// Their codes, where they are listed.
    pub fn listed(&self) -> &[At<Name>] {
        match self {
            Self::All => &[],
            Self::Only(stores) => stores,
        }
    }
}

impl Serialize for Stores {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::Only(stores) => stores.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Stores {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AllOrList;

        impl<'de> Visitor<'de> for AllOrList {
            type Value = Stores;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("all, or a list of store codes")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Stores, E> {
                if text == "all" { Ok(Stores::All) } else { Err(E::unknown_variant(text, &["all"])) }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Stores, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(items)).map(Stores::Only)
            }
        }

        deserializer.deserialize_any(AllOrList)
    }
}

impl JsonSchema for Stores {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Stores")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let name = generator.subschema_for::<Name>();
        json_schema!({
            "description": "The word all, or a list of store codes.",
            "anyOf": [{ "const": "all" }, { "type": "array", "items": name, "minItems": 1 }],
        })
    }
}

impl Document for Coupon {
    fn faults(&self) -> Vec<Fault> {
        match &self.redeem.stores {
            Stores::Only(stores) if stores.is_empty() => {
                vec![Fault::new("no-stores", self.coupon.place).hint("no-stores-hint")]
            }
            _ => Vec::new(),
        }
    }
}

impl Defined for Coupon {
    const KIND: &'static str = "coupon";

    fn name(&self) -> &str {
        self.coupon.as_str()
    }
}

fn ten_minutes_exact() -> Duration {
    Duration::minutes(10)
}

impl Default for Valid {
    /// Thirty days from issue.
    fn default() -> Self {
        Self { lasts: OrNone(Some(Period::days(30))), from: ValidFrom::Issue }
    }
}

impl Default for Redeeming {
    fn default() -> Self {
        Self { by: RedeemedBy::StaffScan, stores: Stores::default(), undo: ten_minutes_exact() }
    }
}
