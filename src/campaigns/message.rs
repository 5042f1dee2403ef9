//! What one person would read: the template filled with what she has, in her language.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::proposal::Proposal;
use crate::app::App;
use crate::delivery::bodies::{self, Hash};
use crate::line::message::check_json;
use crate::loyalty::spec::StampCard;
use crate::loyalty::{Held, Holding};
use crate::members::friends;
use crate::secret::DataKey;
use crate::segments::Chosen;
use crate::spec::template::{BrandData, CardData, Data, MemberData, Pages};
use crate::spec::{Defined as _, Texts, definitions};
use crate::words::Lang;

/// Messages as they would leave.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Written {
    /// The keyed hash of `text`.
    pub hash: Hash,
    /// The list of message objects as JSON.
    pub text: String,
}

/// Fills one template for many people.
pub(super) struct Press<'a> {
    app: &'a App,
    proposal: &'a Proposal<'a>,
    /// Whether it names her, so that her messages are sealed.
    pub is_personal: bool,
    /// Whether it speaks of what she has.
    pub asks_holdings: bool,
    /// Titles of stamp cards as older cards were begun under, by name and version.
    older_titles: HashMap<(String, i64), Option<Texts>>,
    /// What everybody who reads a language gets, where nothing of it is about her.
    same_for_all: HashMap<Lang, Option<Written>>,
}

impl<'a> Press<'a> {
    pub fn new(app: &'a App, proposal: &'a Proposal<'a>) -> Self {
        let asked = proposal.template.file.asked();
        let asks = |paths: &[&str]| asked.iter().any(|path| paths.contains(&path.as_str()));
        Self {
            app,
            proposal,
            is_personal: asks(&["member", "member.name", "member.number"]),
            asks_holdings: asks(&["member", "member.vouchers"]) || asked.iter().any(|path| path.starts_with("cards")),
            older_titles: HashMap::new(),
            same_for_all: HashMap::new(),
        }
    }

    /// Reads the titles that cards begun under older terms have.
    pub async fn learn_titles<'h>(&mut self, holdings: impl Iterator<Item = &'h Holding>) -> sqlx::Result<()> {
        for held in holdings.flat_map(|holding| &holding.cards) {
            let place = (held.programme.clone(), held.version);
            if self.is_newest(held) || self.older_titles.contains_key(&place) {
                continue;
            }
            let kept = definitions::at_version::<StampCard>(&self.app.db, &held.programme, held.version).await?;
            self.older_titles.insert(place, kept.map(|kept| kept.body.title));
        }
        Ok(())
    }

    /// The messages of one person; none when LINE would refuse them.
    pub fn print(&mut self, person: &Chosen, key: &DataKey, holding: Option<&Holding>) -> Option<Written> {
        let lang = self.lang_of(person);
        if self.is_personal || self.asks_holdings {
            return self.fill(lang, &self.data(person, key, holding, lang));
        }
        if let Some(written) = self.same_for_all.get(&lang) {
            return written.clone();
        }
        let written = self.fill(lang, &self.data(person, key, None, lang));
        self.same_for_all.insert(lang, written.clone());
        written
    }

    /// The language she is written to in.
    pub fn lang_of(&self, person: &Chosen) -> Lang {
        person.language.unwrap_or(self.proposal.brand.language)
    }

    fn fill(&self, lang: Lang, data: &Data) -> Option<Written> {
        let path = &self.proposal.template.path;
        let messages = self.proposal.template.file.render(lang, data).inspect_err(|fault| {
            tracing::warn!(template = path, %fault, "a template does not fill for somebody");
        });
        let messages: Vec<Value> = messages.ok()?;
        if let Err(faults) = check_json(&messages) {
            tracing::warn!(
                template = path,
                faults = faults.len(),
                "LINE would refuse a message as it reads for somebody"
            );
            return None;
        }
        let text = serde_json::to_string(&messages).expect("messages are plain data with text keys");
        Some(Written { hash: bodies::hash(self.app, text.as_bytes()), text })
    }

    fn data(&self, person: &Chosen, key: &DataKey, holding: Option<&Holding>, lang: Lang) -> Data {
        let name = person.sealed_name.as_ref().and_then(|name| friends::opened_name(key, person.member, name));
        let number = if person.is_joined { person.number.grouped() } else { String::new() };
        Data {
            brand: BrandData { name: String::from(self.proposal.brand.title.in_lang(lang)) },
            member: MemberData {
                name: name.unwrap_or_default(),
                number,
                joined: person.is_joined,
                vouchers: holding.map_or(0, |holding| holding.vouchers),
            },
            cards: self.cards(holding, lang),
            pages: Pages::of(&self.app.settings.liff_id),
        }
    }

    /// Every stamp card there is: her own copy, or the empty one she would begin.
    fn cards(&self, holding: Option<&Holding>, lang: Lang) -> BTreeMap<String, CardData> {
        let held = |name: &str| holding?.cards.iter().find(|held| held.programme == name);
        let card = |terms: &StampCard| match held(terms.name()) {
            Some(held) => CardData::new(self.title(held, terms).in_lang(lang), held.stamps, held.goal),
            None => CardData::new(terms.title.in_lang(lang), 0, terms.goal),
        };
        self.proposal.stamp_cards.iter().map(|terms| (String::from(terms.name()), card(terms))).collect()
    }

    fn title<'t>(&'t self, held: &Held, newest: &'t StampCard) -> &'t Texts {
        let older = self.older_titles.get(&(held.programme.clone(), held.version));
        older.and_then(Option::as_ref).unwrap_or(&newest.title)
    }

    fn is_newest(&self, held: &Held) -> bool {
        self.proposal.version_of(&held.programme) == Some(held.version)
    }
}
