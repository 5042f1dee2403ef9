//! The sheet after a reading: who it is, what will happen, one big button.

use super::Act;
use super::acts::{place_of, refused, right_of};
use super::list::told;
use crate::ids::{Actor, ActorKind, MemberId};
use crate::loyalty::spec::{Per, StampCard};
use crate::loyalty::stamps::rules::OWN_UNDO;
use crate::loyalty::stamps::{Card, CardState};
use crate::loyalty::{self, Ask, Preview, Refusal, Shelved};
use crate::members::{self, friends};
use crate::problem::Problem;
use crate::spec::definitions;
use crate::staff::scans::{Line, Method};
use crate::staff::{self, Signed};
use crate::web::face::{Face, Scene};
use crate::web::pieces::good_in;

/// How many of the member's last acts that stand are shown.
const LAST_ACTS: usize = 5;

/// The person at the counter, as far as a clerk should see.
#[derive(Debug, Clone)]
pub struct Who {
    /// The letter in the round, where there is no picture.
    pub initial: String,
    /// The address of her picture, on this service.
    pub picture: Option<String>,
    /// Her name, masked: 王○美.
    pub name: String,
    /// The member number in groups of four.
    pub number: String,
    /// The tier's name; empty where the brand has none.
    pub tier: String,
    /// What to know: 生日月, 手動輸入.
    pub notes: Vec<String>,
}

/// What a stamp card offers now.
#[derive(Debug, Clone)]
pub enum Offer {
    /// Stamps can be given.
    Stamps {
        /// The stamp card's name in the brand's files.
        programme: String,
        /// Its title.
        title: String,
        /// What the stepper counts when 1, 2, 3 … are given, a word each: 杯.
        units: Vec<String>,
        /// Stamps on the card now.
        stamps: i64,
        /// Stamps it takes.
        goal: i64,
        /// What happens when 1, 2, 3 … are given, a sentence each; as many as may be given in one visit.
        outcomes: Vec<String>,
    },
    /// Not now, and why.
    Refused {
        /// Its title.
        title: String,
        /// What is so, big: 「10 分鐘內已蓋過」.
        words: String,
        /// What to do next.
        next: String,
    },
}

impl Offer {
    /// The sentences for 1, 2, 3 … stamps as JSON for the island.
    pub fn outcomes_json(&self) -> String {
        match self {
            Self::Stamps { outcomes, .. } => serde_json::to_string(outcomes).expect("sentences become JSON"),
            Self::Refused { .. } => String::from("[]"),
        }
    }
}

/// A voucher that can be redeemed on the spot.
#[derive(Debug, Clone)]
pub struct SheetVoucher {
    /// Its id. Its code stays out of the page: whoever knows it can use the voucher.
    pub id: String,
    /// The coupon's title.
    pub title: String,
    /// Until when.
    pub when: String,
    /// Where it is good, when that is not here; empty else.
    pub elsewhere: String,
    /// Whether it was the one that was read.
    pub is_read: bool,
}

/// The sheet.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The reading it rests on; what is done on one is done once.
    pub scan: String,
    /// Who it is.
    pub who: Who,
    /// What each stamp card offers; empty where a voucher's own code was read.
    pub offers: Vec<Offer>,
    /// What she may redeem.
    pub vouchers: Vec<SheetVoucher>,
    /// Why vouchers cannot be redeemed now (the number was typed); empty when they can.
    pub no_redeeming: String,
    /// Her last acts, newest first: here and elsewhere, by whomever. Empty where a voucher's own code was read.
    pub acts: Vec<Act>,
    /// What can be taken back of what was done before those; folded away.
    pub older: Vec<Act>,
    /// Whether one of the last minutes can be taken back: then the list is open.
    pub is_acts_open: bool,
}

/// The sheet of a reading.
pub(super) async fn sheet_of(face: &Face, scene: &Scene, by: &Signed, reading: &Line) -> Result<Sheet, Problem> {
    let member = reading.member.ok_or_else(|| Problem::unforeseen("a reading that shows nobody has no sheet"))?;
    let mut sheet = Sheet {
        scan: reading.id.to_string(),
        who: who(face, scene, reading, member).await?,
        offers: Vec::new(),
        vouchers: Vec::new(),
        no_redeeming: String::new(),
        acts: Vec::new(),
        older: Vec::new(),
        is_acts_open: false,
    };
    let shelf = loyalty::shelf(&face.app.db, member).await?;
    if let Some(read) = reading.voucher {
        sheet
            .vouchers
            .extend(shelf.iter().filter(|held| held.voucher.id == read).map(|held| ticket(scene, by, held, true)));
        return Ok(sheet);
    }
    let usable = shelf.iter().filter(|held| held.is_usable(scene.now)).rev();
    sheet.vouchers.extend(usable.map(|held| ticket(scene, by, held, false)));
    if reading.method == Method::Number {
        sheet.no_redeeming = scene.shell.say("no-redeeming-typed");
    }
    for published in definitions::all_latest::<StampCard>(&face.app.db).await? {
        sheet.offers.push(offer(face, scene, by, (reading, member), &published.body).await?);
    }
    let mut names = Vec::new();
    let recent = loyalty::lately_with(&face.app, &right_of(by), member, LAST_ACTS).await?;
    for (acts, list) in [(recent.last, &mut sheet.acts), (recent.older, &mut sheet.older)] {
        for act in acts {
            sheet.is_acts_open |= act.may_undo && scene.now < act.line.recorded_at + OWN_UNDO;
            let about = where_and_by(face, scene, by, &act, &mut names).await?;
            list.push(told(scene, &act, about));
        }
    }
    Ok(sheet)
}

/// 「永康店・小安」: where something was done and by whom; the store alone where no person and no program did it. `names` are
/// those that were looked up before.
async fn where_and_by(
    face: &Face,
    scene: &Scene,
    by: &Signed,
    act: &loyalty::Act,
    names: &mut Vec<(Actor, String)>,
) -> Result<String, Problem> {
    let actor = act.actor();
    let store = scene.store_name(&act.line.store);
    if actor == by.actor() {
        return Ok(scene.voice().say_with("act-where-you", &[("store", store.into())]));
    }
    if !matches!(actor.kind, ActorKind::Staff | ActorKind::Api) {
        return Ok(store);
    }
    let known = names.iter().find(|(known, _)| *known == actor).map(|(_, name)| name.clone());
    let who = match known {
        Some(name) => name,
        None => {
            let name = staff::name_of(&face.app.db, &actor).await?;
            names.push((actor, name.clone()));
            name
        }
    };
    Ok(scene.voice().say_with("act-where-by", &[("store", store.into()), ("by", who.into())]))
}

async fn who(face: &Face, scene: &Scene, reading: &Line, member: MemberId) -> Result<Who, Problem> {
    let app = &face.app;
    let known = members::find(&app.db, member).await?;
    let known = known.ok_or_else(|| Problem::unforeseen("a reading shows somebody who is not there"))?;
    let name = friends::face_of(app, &app.db, member).await?.map(|face| face.masked()).unwrap_or_default();
    let mut notes = Vec::new();
    if reading.method == Method::Number {
        notes.push(scene.shell.say("note-typed"));
    }
    if !known.is_joined() {
        notes.push(scene.shell.say("note-not-joined"));
    }
    Ok(Who {
        initial: name.chars().next().map(String::from).unwrap_or_else(|| String::from("熟")),
        picture: None,
        name: if name.is_empty() { scene.shell.say("sheet-label") } else { name },
        number: known.number.grouped(),
        tier: String::new(),
        notes,
    })
}

fn ticket(scene: &Scene, by: &Signed, held: &Shelved, is_read: bool) -> SheetVoucher {
    let good_here = held.stores.include(&by.store);
    SheetVoucher {
        id: held.voucher.id.to_string(),
        title: String::from(held.title.in_lang(scene.voice().lang)),
        when: match held.voucher.expires_at {
            Some(end) => scene.voice().until_day(scene.last_day(end), scene.today()),
            None => scene.shell.say("ticket-no-end"),
        },
        elsewhere: if good_here { String::new() } else { good_in(scene, &held.stores) },
        is_read,
    }
}

/// What a stamp card offers: a sentence for each number of stamps that may be given, or why none may.
async fn offer(
    face: &Face,
    scene: &Scene,
    by: &Signed,
    (reading, member): (&Line, MemberId),
    card: &StampCard,
) -> Result<Offer, Problem> {
    let title = String::from(card.title.in_lang(scene.voice().lang));
    let programme = card.stamp_card.to_string();
    let (place, by) = (place_of(scene, by), right_of(by));
    let ask = Ask { member, card: programme.clone(), most: card.earn.at_most, place, by };
    let previews = match loyalty::preview(&face.app, &ask).await? {
        Ok(previews) => previews,
        Err(refusal) => {
            let band = refused(face, scene, &refusal).await?;
            return Ok(Offer::Refused { title, words: band.words, next: band.next });
        }
    };
    if let Some(window) = reading.pass_window
        && loyalty::is_pass_used(&face.app.db, member, window, &programme).await?
    {
        let band = refused(face, scene, &Refusal::PassUsed).await?;
        return Ok(Offer::Refused { title, words: band.words, next: band.next });
    }
    let before = previews.first().and_then(|first| first.before.as_ref());
    let (stamps, goal) = before.map_or((0, card.goal), |before| (before.stamps, before.goal));
    let outcomes = (1..).zip(&previews).map(|(amount, preview)| outcome(scene, amount, preview)).collect();
    let unit = match card.earn.per {
        Per::Visit => "stepper-unit-visit",
        Per::Drink => "stepper-unit-drink",
        Per::Item => "stepper-unit-item",
    };
    let units = (1..).zip(&previews).map(|(amount, _): (i64, _)| scene.shell.fill(unit, "amount", amount)).collect();
    Ok(Offer::Stamps { programme, title, units, stamps, goal, outcomes })
}

/// Whether stamps filled a card and began the next one, told by the cards they touched.
pub(super) fn is_full(cards: &[Card]) -> bool {
    let is_completed = |card: &Card| card.state == CardState::Completed;
    cards.iter().any(is_completed) && cards.last().is_some_and(|last| !is_completed(last))
}

/// 「＋1 點 → 8／10」, or what it gives, and that the card fills up where it does; and how many stamps would be lost.
fn outcome(scene: &Scene, amount: i64, preview: &Preview) -> String {
    let outcome = counted(scene, amount, preview);
    if preview.dropped == 0 {
        return outcome;
    }
    scene.voice().say_with("outcome-dropped", &[("outcome", outcome.into()), ("dropped", preview.dropped.into())])
}

fn counted(scene: &Scene, amount: i64, preview: &Preview) -> String {
    let voice = scene.voice();
    let (after, goal) = preview.cards.last().map_or((0, 0), |card| (card.stamps, card.goal));
    let blanks = [("amount", amount.into()), ("after", after.into()), ("goal", goal.into())];
    if preview.earns.is_empty() {
        return voice.say_with("outcome", &blanks);
    }
    let gifts: Vec<&str> = preview.earns.iter().map(|title| title.in_lang(voice.lang)).collect();
    let [amount, after, goal] = blanks;
    let gift = ("gift", gifts.join(&voice.say("list-comma")).into());
    let key = if is_full(&preview.cards) { "outcome-full" } else { "outcome-gift" };
    voice.say_with(key, &[amount, after, goal, gift])
}
