//! The file `brand.yaml`: who the brand is, its stores, what a message costs it, and what it says at the door. It stands on
//! this floor because every room above asks it something.

use chrono_tz::Tz;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::colour::{Colour, LEAST_CONTRAST};
use super::{At, Currency, Date, Defined, Document, Fault, Name, Texts, UnitPrice, Zone};
use crate::words::Lang;

/// Letters of an address LINE opens, at most.
const LONGEST_ADDRESS: usize = 1000;

/// The brand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct BrandFile {
    /// A short name for programs.
    #[garde(skip)]
    pub brand: At<Name>,
    /// The name members read.
    #[garde(custom(short))]
    pub title: Texts,
    /// The zone whose clock and calendar all rules follow.
    #[garde(skip)]
    pub timezone: Zone,
    /// The money of the brand.
    #[garde(skip)]
    pub currency: Currency,
    /// The language of members of whom no other is known.
    #[serde(default)]
    #[garde(skip)]
    #[schemars(with = "LangTag")]
    pub language: Lang,
    /// The places where members are served.
    #[garde(length(min = 1, max = 2000), dive)]
    pub stores: Vec<Store>,
    /// How the brand looks.
    #[serde(default)]
    #[garde(skip)]
    pub theme: Theme,
    /// What LINE's plan of this account gives and costs.
    #[garde(skip)]
    pub tariff: Tariff,
    /// Joining, and what is said about it.
    #[garde(dive)]
    pub membership: Membership,
}

/// A place where members are served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// Its code, in every record of what happened there.
    #[garde(skip)]
    pub code: At<Name>,
    /// Its name.
    #[garde(custom(short))]
    pub name: Texts,
    /// Where it is; none for a shop on the web.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub address: Option<Texts>,
}

/// How the brand looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// The colour of stamps and of the one primary action; white text must be readable on it.
    pub seal: At<Colour>,
}

impl Default for Theme {
    /// Vermilion.
    fn default() -> Self {
        Self { seal: At::nowhere(Colour { rgb: [0xc0, 0x35, 0x2b] }) }
    }
}

/// What LINE's plan of this account gives and costs. LINE and the country fix it, so it names where it was read and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tariff {
    /// The plan's name.
    pub plan: String,
    /// Messages a month the plan's fee includes.
    pub free_messages: u32,
    /// The price of each message after those; left out where none can be bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_per_message: Option<At<UnitPrice>>,
    /// Where this was read.
    pub source: String,
    /// The day it was read.
    pub read_on: Date,
}

/// Joining, and what is said about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// Rewards only for those who took their membership card. Otherwise a friend collects stamps before she joins.
    #[serde(default = "yes")]
    #[garde(skip)]
    pub needed_for_rewards: bool,
    /// The template that greets a new friend.
    #[garde(skip)]
    pub welcome: At<String>,
    /// The template for a friend who blocked us and came back; `welcome` where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub welcome_back: Option<At<String>>,
    /// The template that answers 領取會員卡.
    #[garde(skip)]
    pub joined: At<String>,
    /// What a member agrees to when she joins.
    #[garde(dive)]
    pub consent: Consent,
}

/// What a member agrees to when she joins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// The wording's version; give a new one whenever a word changes, since it is stored with each consent.
    #[garde(length(chars, min = 1, max = 40))]
    pub version: String,
    /// The wording.
    #[garde(custom(wording))]
    pub text: Texts,
    /// The https address of the privacy notice, which stands beside the wording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub privacy: Option<At<String>>,
}

/// The languages we speak, for editors.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used; Lang stands below schemars")]
enum LangTag {
    #[serde(rename = "zh-Hant")]
    ZhHant,
    #[serde(rename = "ja")]
    Ja,
    #[serde(rename = "en")]
    En,
}

impl BrandFile {
    /// The zone whose clock and calendar all rules follow.
    pub fn zone(&self) -> Tz {
        self.timezone.0
    }

    /// The store with this code.
    pub fn store(&self, code: &str) -> Option<&Store> {
        self.stores.iter().find(|store| store.code.as_str() == code)
    }

    /// The address of the privacy notice; empty where there is none.
    pub fn privacy(&self) -> String {
        self.membership.consent.privacy.as_ref().map(|address| address.value.clone()).unwrap_or_default()
    }

    /// Every template it says.
    pub fn templates(&self) -> impl Iterator<Item = &At<String>> {
        let Membership { welcome, welcome_back, joined, .. } = &self.membership;
        [welcome, joined].into_iter().chain(welcome_back)
    }

    /// The template for a friend who came back.
    pub fn welcome_back(&self) -> &At<String> {
        self.membership.welcome_back.as_ref().unwrap_or(&self.membership.welcome)
    }
}

impl Document for BrandFile {
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (index, store) in self.stores.iter().enumerate() {
            if self.stores[..index].iter().any(|other| other.code == store.code) {
                faults.push(
                    Fault::new("store-twice", store.code.place).with("store", &store.code).hint("store-twice-hint"),
                );
            }
        }
        let seal = &self.theme.seal;
        let contrast = seal.contrast(Colour::WHITE);
        if contrast < LEAST_CONTRAST {
            let fault =
                Fault::new("pale-seal", seal.place).with("colour", seal).with("contrast", format!("{contrast:.1}"));
            faults.push(fault.with("shade", seal.readable_on(Colour::WHITE)).hint("pale-seal-hint"));
        }
        if let Some(price) = self.tariff.price_per_message.as_ref().filter(|price| price.currency != self.currency) {
            let fault = Fault::new("other-currency", price.place).with("given", price.currency.code());
            faults.push(fault.with("currency", self.currency.code()).hint("other-currency-hint"));
        }
        if let Some(address) = self.membership.consent.privacy.as_ref().filter(|address| !is_https(address)) {
            faults.push(Fault::new("not-an-address", address.place).hint("not-an-address-hint"));
        }
        faults
    }
}

/// Whether LINE and a browser open it as an address over https.
fn is_https(address: &str) -> bool {
    let uri = address.parse::<http::Uri>().ok();
    address.len() <= LONGEST_ADDRESS && uri.is_some_and(|uri| uri.scheme_str() == Some("https"))
}

impl Defined for BrandFile {
    const KIND: &'static str = "brand";

    /// There is one brand in a store, so its definition always has the same name.
    fn name(&self) -> &str {
        "brand"
    }
}

fn yes() -> bool {
    true
}

fn short(texts: &Texts, _: &()) -> garde::Result {
    texts.within(40)
}

fn wording(texts: &Texts, _: &()) -> garde::Result {
    texts.within(500)
}
