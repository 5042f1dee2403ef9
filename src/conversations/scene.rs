//! Everything an answer draws on: the brand, the person, her language, and her state as of this transaction.

use std::collections::BTreeMap;

use super::answer::Fault;
use super::cards::{self, Look, StampCard, Ticket};
use super::offer;
use crate::app::App;
use crate::line::message::Message;
use crate::loyalty::{self, Standing};
use crate::members::friends::{self, Friend};
use crate::members::{self, Member};
use crate::spec::brand_file::BrandFile;
use crate::spec::definitions;
use crate::spec::template::{BrandData, CardData, Data, MemberData, Pages, Template};
use crate::store::Tx;
use crate::words::Voice;

/// Stamp cards shown at once; a reply holds five messages.
const CARDS: usize = 3;

/// One chat at one moment.
pub(super) struct Scene<'a> {
    pub app: &'a App,
    pub brand: BrandFile,
    pub friend: Friend,
    pub member: Member,
    pub voice: Voice,
    seal: String,
    title: String,
}

impl<'a> Scene<'a> {
    /// The scene of a friend's chat; none before a brand was published.
    pub async fn of(app: &'a App, tx: &mut Tx, friend: &Friend) -> Result<Option<Self>, Fault> {
        let Some(brand) = definitions::latest::<BrandFile>(&mut *tx, "brand").await? else { return Ok(None) };
        let brand = brand.body;
        let Some(member) = members::find(tx, friend.member).await? else { return Ok(None) };
        let voice = app.words.voice(member.language.unwrap_or(brand.language));
        let title = String::from(brand.title.in_lang(voice.lang));
        Ok(Some(Self { app, seal: brand.theme.seal.to_string(), title, brand, friend: friend.clone(), member, voice }))
    }

    /// What a template says to her. Where it offers the card, what she agrees to stands above the button.
    pub async fn say(&self, tx: &mut Tx, path: &str) -> Result<Vec<Message>, Fault> {
        let template = definitions::latest::<Template>(&mut *tx, path)
            .await?
            .ok_or_else(|| Fault::NoTemplate(String::from(path)))?;
        let data = self.data(tx).await?;
        let rendered = template
            .body
            .file
            .render(self.voice.lang, &data)
            .map_err(|fault| Fault::Template { path: String::from(path), fault })?;
        let rendered = if self.member.is_joined() {
            rendered
        } else {
            offer::with_consent(rendered, &self.look(), &self.brand.membership.consent)
        };
        Ok(rendered.into_iter().map(serde_json::from_value).collect::<Result<_, _>>()?)
    }

    /// What asks her to take her card.
    pub fn invitation(&self) -> Message {
        offer::invitation(&self.look(), &self.brand.membership.consent)
    }

    pub async fn member_card(&self, tx: &mut Tx) -> Result<Message, Fault> {
        let card = self.cards(tx).await?.into_iter().next();
        let vouchers = self.tickets(tx).await?.len();
        let number = self.member.number.grouped();
        let vouchers = i64::try_from(vouchers).unwrap_or(i64::MAX);
        let (alt, contents) = cards::member_card(&self.look(), &number, card.as_ref().map(|(_, card)| card), vouchers);
        Ok(Message::flex(alt, contents))
    }

    /// The cards she may collect on; the invitation where she may on none before she joins.
    pub async fn stamp_cards(&self, tx: &mut Tx) -> Result<Vec<Message>, Fault> {
        let look = self.look();
        let standing = loyalty::standing(self.app, tx, self.member.id).await?;
        if standing.is_empty() {
            return Ok(vec![Message::text(self.voice.say("chat-no-card"))]);
        }
        let hers = standing.into_iter().filter(|card| self.member.is_joined() || !card.joined_only);
        let shown: Vec<Message> = hers
            .take(CARDS)
            .map(|card| {
                let (alt, contents) = cards::stamp_card(&look, &self.card(card));
                Message::flex(alt, contents)
            })
            .collect();
        Ok(if shown.is_empty() { vec![self.invitation()] } else { shown })
    }

    pub async fn vouchers(&self, tx: &mut Tx) -> Result<Message, Fault> {
        let tickets = self.tickets(tx).await?;
        Ok(match cards::vouchers(&self.look(), &tickets) {
            Some((alt, contents)) => Message::flex(alt, contents),
            None => Message::text(self.voice.say("chat-no-vouchers")),
        })
    }

    /// Her open card of each stamp card there is, an empty one where she has none yet, by name.
    async fn cards(&self, tx: &mut Tx) -> Result<Vec<(String, StampCard)>, Fault> {
        let standing = loyalty::standing(self.app, tx, self.member.id).await?;
        Ok(standing.into_iter().map(|card| (card.programme.clone(), self.card(card))).collect())
    }

    /// A card in her language.
    fn card(&self, standing: Standing) -> StampCard {
        let next = standing.next.map(|next| (next.position, String::from(next.title.in_lang(self.voice.lang))));
        StampCard {
            title: String::from(standing.title.in_lang(self.voice.lang)),
            stamps: standing.stamps,
            goal: standing.goal,
            next,
            expires_at: standing.expires_at,
        }
    }

    /// The vouchers she can use now, the one that ends first in front.
    async fn tickets(&self, tx: &mut Tx) -> Result<Vec<Ticket>, Fault> {
        let usable = loyalty::usable_vouchers(self.app, tx, self.member.id).await?;
        Ok(usable
            .into_iter()
            .map(|voucher| Ticket {
                title: String::from(voucher.title.in_lang(self.voice.lang)),
                expires_at: voucher.expires_at,
            })
            .collect())
    }

    async fn data(&self, tx: &mut Tx) -> Result<Data, Fault> {
        let name = friends::name_of(self.app, &mut *tx, self.member.id).await?.unwrap_or_default();
        let cards: BTreeMap<String, CardData> = self
            .cards(tx)
            .await?
            .into_iter()
            .map(|(programme, card)| (programme, CardData::new(&card.title, card.stamps, card.goal)))
            .collect();
        let vouchers = i64::try_from(self.tickets(tx).await?.len()).unwrap_or(i64::MAX);
        let is_joined = self.member.is_joined();
        let number = if is_joined { self.member.number.grouped() } else { String::new() };
        Ok(Data {
            brand: BrandData { name: self.title.clone() },
            member: MemberData { name, number, joined: is_joined, vouchers },
            cards,
            pages: Pages::of(&self.app.settings.liff_id),
        })
    }

    fn look(&self) -> Look<'_> {
        Look {
            brand: &self.title,
            seal: &self.seal,
            liff_id: &self.app.settings.liff_id,
            zone: self.brand.zone(),
            voice: &self.voice,
            now: self.app.clock.now(),
        }
    }
}
