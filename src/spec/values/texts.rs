//! One text in the languages it was written in.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::words::Lang;

/// A text as `好久不見`, or in several languages as `{ zh-Hant: 好久不見, ja: お久しぶりです }`. Traditional Chinese stands in
/// for a language that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Texts {
    /// Traditional Chinese.
    #[serde(rename = "zh-Hant")]
    pub zh_hant: String,
    /// Japanese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ja: Option<String>,
    /// English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Texts {
    /// The text in `lang`, or the Traditional Chinese one.
    pub fn in_lang(&self, lang: Lang) -> &str {
        let other = match lang {
            Lang::ZhHant => None,
            Lang::Ja => self.ja.as_deref(),
            Lang::En => self.en.as_deref(),
        };
        other.unwrap_or(&self.zh_hant)
    }

    /// For garde: none of them is blank or has more than `limit` characters.
    ///
    /// # Errors
    /// One is or has.
    pub fn within(&self, limit: usize) -> garde::Result {
        for text in self.all() {
            if text.trim().is_empty() {
                return Err(garde::Error::new("length is lower than 1"));
            }
            if text.chars().count() > limit {
                return Err(garde::Error::new(format!("length is greater than {limit}")));
            }
        }
        Ok(())
    }

    /// Every text that is there.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        [Some(self.zh_hant.as_str()), self.ja.as_deref(), self.en.as_deref()].into_iter().flatten()
    }

    /// The longest of them, in characters.
    pub fn longest(&self) -> &str {
        self.all().max_by_key(|text| text.chars().count()).unwrap_or(&self.zh_hant)
    }
}

impl From<String> for Texts {
    fn from(zh_hant: String) -> Self {
        Self { zh_hant, ja: None, en: None }
    }
}

/// The longer way to write it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByLang {
    #[serde(rename = "zh-Hant")]
    zh_hant: String,
    #[serde(default)]
    ja: Option<String>,
    #[serde(default)]
    en: Option<String>,
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrLangs;

        impl<'de> Visitor<'de> for TextOrLangs {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts::from(String::from(text)))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Texts, E> {
                Ok(Texts::from(number.to_string()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Texts, E> {
                Ok(Texts::from(number.to_string()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Texts, A::Error> {
                let ByLang { zh_hant, ja, en } = ByLang::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Texts { zh_hant, ja, en })
            }
        }

        deserializer.deserialize_any(TextOrLangs)
    }
}

impl JsonSchema for Texts {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Texts")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A text, or one in each language: { zh-Hant: …, ja: …, en: … }.",
            "anyOf": [
                { "type": "string", "minLength": 1 },
                {
                    "type": "object",
                    "properties": {
                        "zh-Hant": { "type": "string" }, "ja": { "type": "string" }, "en": { "type": "string" },
                    },
                    "required": ["zh-Hant"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}
