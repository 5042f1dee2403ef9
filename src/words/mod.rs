//! The message catalogues: every sentence a member, a clerk or a marketer reads, in Traditional Chinese, Japanese and
//! English, as Fluent files beside this one. One file a face, the same keys in each language (a test holds them together).

mod dates;
mod tame;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use serde::{Deserialize, Serialize};
use unic_langid::LanguageIdentifier;

pub use fluent_bundle::FluentValue;
pub use tame::{steers, tame};

/// The languages we speak. Traditional Chinese is the first and the fallback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, sqlx::Type)]
#[sqlx(type_name = "text")]
pub enum Lang {
    /// Traditional Chinese, as in Taiwan.
    #[default]
    #[serde(rename = "zh-Hant")]
    #[sqlx(rename = "zh-Hant")]
    ZhHant,
    /// Japanese.
    #[serde(rename = "ja")]
    #[sqlx(rename = "ja")]
    Ja,
    /// English.
    #[serde(rename = "en")]
    #[sqlx(rename = "en")]
    En,
}

impl Lang {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ZhHant, Self::Ja, Self::En];

    /// The BCP 47 tag, also the `lang` of a page.
    pub fn tag(self) -> &'static str {
        match self {
            Self::ZhHant => "zh-Hant",
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// The best of ours for a tag like LINE's `language` or one entry of `Accept-Language`.
    pub fn nearest(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_', ';']).next().unwrap_or_default().trim().to_ascii_lowercase();
        match primary.as_str() {
            "zh" => Some(Self::ZhHant),
            "ja" => Some(Self::Ja),
            "en" => Some(Self::En),
            _ => None,
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Lang {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|lang| lang.tag() == text).ok_or_else(|| String::from("one of zh-Hant, ja, en"))
    }
}

#[derive(rust_embed::RustEmbed)]
#[folder = "src/words"]
#[include = "*.ftl"]
struct Catalogues;

type Bundle = FluentBundle<FluentResource>;

/// All catalogues, read once.
#[derive(Clone)]
pub struct Words(Arc<[(Lang, Bundle); 3]>);

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Words")
    }
}

impl Words {
    /// Reads the catalogues that are part of the program.
    ///
    /// # Panics
    /// When a catalogue is broken, which the tests would have shown.
    pub fn load() -> Self {
        Self(Arc::new(Lang::ALL.map(|lang| (lang, bundle(lang)))))
    }

    /// Words in one language.
    pub fn voice(&self, lang: Lang) -> Voice {
        Voice { words: self.clone(), lang }
    }

    fn bundle(&self, lang: Lang) -> &Bundle {
        self.0.iter().find(|(l, _)| *l == lang).map(|(_, bundle)| bundle).expect("every language has a bundle")
    }
}

fn bundle(lang: Lang) -> Bundle {
    let locale: LanguageIdentifier = lang.tag().parse().expect("our tags are well-formed");
    let mut bundle = Bundle::new_concurrent(vec![locale]);
    bundle.set_use_isolating(false);
    bundle
        .add_function("WITHIN", |given, _| match given {
            [FluentValue::String(title)] => FluentValue::from(within(title)),
            _ => FluentValue::Error,
        })
        .expect("the first of its name");
    let folder = format!("{}/", lang.tag());
    for path in Catalogues::iter().filter(|path| path.starts_with(&folder)) {
        let file = Catalogues::get(&path).expect("a listed file is there");
        let text = String::from_utf8(file.data.into_owned()).expect("catalogues are UTF-8");
        let resource = FluentResource::try_new(text).unwrap_or_else(|(_, errors)| panic!("{path}: {errors:?}"));
        bundle.add_resource(resource).unwrap_or_else(|errors| panic!("{path}: {errors:?}"));
    }
    bundle
}

/// A title within an English sentence: 「A free latte」 there becomes 「a free latte」. Other words stand as the brand wrote them.
fn within(title: &str) -> String {
    match title.split_once(' ') {
        Some((article @ ("A" | "An" | "The"), rest)) => format!("{} {rest}", article.to_ascii_lowercase()),
        _ => String::from(title),
    }
}

/// Speaks one language.
#[derive(Debug, Clone)]
pub struct Voice {
    words: Words,
    /// Which one.
    pub lang: Lang,
}

impl Voice {
    /// The sentence `key`.
    pub fn say(&self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// The sentence `key` with its blanks filled.
    pub fn say_with(&self, key: &str, blanks: &[(&str, FluentValue<'_>)]) -> String {
        let bundle = self.words.bundle(self.lang);
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            debug_assert!(false, "no sentence {key:?} in {}", self.lang);
            return String::from(key);
        };
        let args: FluentArgs<'_> = blanks.iter().map(|(name, value)| (*name, value.clone())).collect();
        let mut errors = Vec::new();
        let said = bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
        debug_assert!(errors.is_empty(), "{key} in {}: {errors:?}", self.lang);
        said
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// key → the file it stands in, for one language.
    fn keys(lang: Lang) -> BTreeMap<String, String> {
        let folder = format!("{}/", lang.tag());
        let mut keys = BTreeMap::new();
        for path in Catalogues::iter().filter(|path| path.starts_with(&folder)) {
            let text = Catalogues::get(&path).expect("listed").data.into_owned();
            for line in String::from_utf8(text).expect("UTF-8").lines() {
                let key = line.split('=').next().unwrap_or_default().trim();
                if line.starts_with(|c: char| c.is_ascii_lowercase()) && line.contains('=') {
                    let twice = keys.insert(String::from(key), path[folder.len()..].to_owned());
                    assert!(twice.is_none(), "{key} stands twice in {lang}");
                }
            }
        }
        keys
    }

    #[test]
    fn every_language_has_every_sentence() {
        let first = keys(Lang::ZhHant);
        for lang in [Lang::Ja, Lang::En] {
            assert_eq!(first, keys(lang), "{lang} differs from zh-Hant");
        }
        let _ = Words::load();
    }

    #[test]
    fn a_gift_is_named_within_a_sentence() {
        let en = Words::load().voice(Lang::En);
        for (title, said) in [
            ("A free latte", "9 more for a free latte"),
            ("An Affogato", "9 more for an Affogato"),
            ("Free latte", "9 more for Free latte"),
            ("A", "9 more for A"),
        ] {
            assert_eq!(en.say_with("stamps-more", &[("more", 9.into()), ("gift", title.into())]), said);
        }
    }

    #[test]
    fn the_nearest_language_is_found() {
        assert_eq!(Lang::nearest("zh-TW"), Some(Lang::ZhHant));
        assert_eq!(Lang::nearest("ja"), Some(Lang::Ja));
        assert_eq!(Lang::nearest("en-GB;q=0.8"), Some(Lang::En));
        assert_eq!(Lang::nearest("fr"), None);
    }
}
