//! What a template may ask for.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

/// What the blanks of a template are filled from. Every field is always there, so that no message fails for one member.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Data {
    /// The brand.
    pub brand: BrandData,
    /// The person the message is for.
    pub member: MemberData,
    /// Her stamp cards by the names of their programmes, also those she has no stamp on yet.
    pub cards: BTreeMap<String, CardData>,
    /// Addresses of her pages in LINE.
    pub pages: Pages,
}

/// `{{ brand.… }}`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BrandData {
    /// The brand's name in her language.
    pub name: String,
}

/// `{{ member.… }}`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MemberData {
    /// The name she has in LINE; empty when it is not known.
    pub name: String,
    /// Her member number in groups of four; empty until she joined.
    pub number: String,
    /// Whether she took her membership card.
    pub joined: bool,
    /// Vouchers she can use now.
    pub vouchers: i64,
}

/// `{{ cards.coffee.… }}`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CardData {
    /// The card's title.
    pub title: String,
    /// Stamps on her open card.
    pub stamps: i64,
    /// Stamps of a full card.
    pub goal: i64,
    /// Stamps still missing.
    pub missing: i64,
}

/// `{{ pages.… }}`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pages {
    /// Her pass.
    pub card: String,
    /// Her stamp cards.
    pub stamps: String,
    /// Her vouchers.
    pub vouchers: String,
}

impl CardData {
    /// A card with so many stamps of those that fill it.
    pub fn new(title: &str, stamps: i64, goal: i64) -> Self {
        Self { title: String::from(title), stamps, goal, missing: (goal - stamps).max(0) }
    }
}

impl Pages {
    /// The pages of the LIFF app `liff_id`.
    pub fn of(liff_id: &str) -> Self {
        let page = |path: &str| format!("https://liff.line.me/{liff_id}{path}");
        Self { card: page(""), stamps: page("/stamps"), vouchers: page("/vouchers") }
    }
}

impl Data {
    /// Data with every text as long and every number as large as it can be in earnest, for a brand with these stamp cards
    /// (name and title). LINE display names have at most 20 characters (LINE's app, 2026-08).
    pub fn longest<'a>(brand: &str, cards: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let card = |title: &str| CardData { title: String::from(title), stamps: 100, goal: 100, missing: 100 };
        Self {
            brand: BrandData { name: String::from(brand) },
            member: MemberData {
                name: "熟".repeat(20),
                number: String::from("0000 0000 0000"),
                joined: true,
                vouchers: 999,
            },
            cards: cards.into_iter().map(|(name, title)| (String::from(name), card(title))).collect(),
            pages: Pages::of("1234567890-AbcdEfgh"),
        }
    }

    /// The same data for somebody of whom nothing is known.
    #[must_use]
    pub fn emptied(&self) -> Self {
        let mut data = self.clone();
        data.member = MemberData { name: String::new(), number: String::new(), joined: false, vouchers: 0 };
        for card in data.cards.values_mut() {
            (card.stamps, card.goal, card.missing) = (0, 1, 1);
        }
        data
    }

    /// Every path a blank may name: `member`, `member.name`, `cards.coffee.missing`.
    pub fn paths(&self) -> BTreeSet<String> {
        let mut paths = BTreeSet::new();
        add_paths("", &serde_json::to_value(self).unwrap_or_default(), &mut paths);
        paths
    }
}

fn add_paths(prefix: &str, value: &Value, paths: &mut BTreeSet<String>) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        add_paths(&path, value, paths);
        paths.insert(path);
    }
}
