//! What giving stamps would do.

use std::collections::BTreeMap;

use super::{is_own_card, stamp};
use crate::app::App;
use crate::ids::{CardId, MemberId};
use crate::loyalty::stamps::Card;
use crate::loyalty::store;
use crate::loyalty::terms::Terms;
use crate::loyalty::types::{Answer, By, Place, Refusal};
use crate::loyalty::wallet::{Broken, Giving, Now, Wallet};
use crate::spec::Texts;

/// Stamps one thinks of giving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// To whom.
    pub member: MemberId,
    /// The stamp card's name.
    pub card: String,
    /// How many at most.
    pub most: i64,
    /// Where.
    pub place: Place,
    /// By whom.
    pub by: By,
}

/// What would happen. Nothing did.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// The card the stamps go onto as it is; none when they begin one.
    pub before: Option<Card>,
    /// The cards touched as they would stand, oldest first: each one filled, and last the one the next stamp goes onto.
    pub cards: Vec<Card>,
    /// The rewards that would be earned, in order, as members read them.
    pub earns: Vec<Texts>,
    /// Stamps that would be lost beyond the goal.
    pub dropped: i64,
}

/// Decides as [`stamp`](super::stamp()) would for 1, 2, 3 … stamps, as far as one visit may earn them, and writes nothing. What
/// she has is read once; each number is decided on a copy of it.
pub async fn preview(app: &App, ask: &Ask) -> sqlx::Result<Answer<Vec<Preview>>> {
    let Some(mut wallet) = store::look(&app.db, ask.member, &ask.card).await? else {
        return Ok(Err(Refusal::UnknownMember));
    };
    if is_own_card(&app.db, &ask.by, ask.member).await? {
        return Ok(Err(Refusal::OwnCard));
    }
    let now = Now::of(app);
    let terms = match stamp::ready(&app.db, &mut wallet, &ask.card, &ask.place, now).await? {
        Ok(terms) => terms,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let seen = Seen { before: std::mem::take(&mut wallet.before.cards), terms: &terms };
    let mut previews = Vec::new();
    for stamps in 1..=ask.most.max(1) {
        match seen.after(wallet.clone(), ask, stamps, now)? {
            Ok(preview) => previews.push(preview),
            // What stands in the way of the first stamp stands in the way of all; more than so many is not offered.
            Err(refusal) if previews.is_empty() => return Ok(Err(refusal)),
            Err(_) => break,
        }
    }
    Ok(Ok(previews))
}

/// What every number of stamps is decided by.
struct Seen<'a> {
    before: BTreeMap<CardId, Card>,
    terms: &'a Terms,
}

impl Seen<'_> {
    /// What so many stamps would make of a wallet.
    fn after(&self, mut wallet: Wallet, ask: &Ask, stamps: i64, now: Now<'_>) -> Result<Answer<Preview>, Broken> {
        let giving = Giving { programme: &ask.card, stamps, place: &ask.place, actor: &ask.by.actor };
        let entry = match wallet.stamp(self.terms, giving, now)? {
            Ok(entry) => entry,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let entry = wallet.link(entry).expect("it was appended a moment ago").entry.clone();
        let stamped = super::answers::stamped(&wallet, &entry, false);
        let before = stamped.cards.first().and_then(|card| self.before.get(&card.id)).cloned();
        let mut earns = Vec::new();
        for voucher in &stamped.vouchers {
            earns.push(self.terms.of_voucher(voucher)?.terms.title.clone());
        }
        Ok(Ok(Preview { before, cards: stamped.cards, earns, dropped: stamped.dropped }))
    }
}
