//! From what came in to what is said, within the transaction of the event.

use chrono::{DateTime, Utc};

use super::scene::Scene;
use super::spec::{Replies, Show, fold};
use crate::app::App;
use crate::ids::Actor;
use crate::line::message::{Action, Message};
use crate::members::consent::{self, MARKETING};
use crate::members::friends::Friend;
use crate::members::{self};
use crate::spec::definitions;
use crate::spec::template::RenderFault;
use crate::store::Tx;

/// What came in from a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// She added the account, or came back after a block.
    Followed {
        /// She had been here before.
        is_return: bool,
    },
    /// She wrote this.
    Said(String),
    /// She tapped something that carries this data.
    Tapped(String),
}

/// Why no answer could be put together. The event is tried again; nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database.
    #[error(transparent)]
    Store(#[from] sqlx::Error),
    /// A published template does not fill.
    #[error("the template {path} does not fill: {fault}")]
    Template {
        /// Which.
        path: String,
        /// Why.
        fault: RenderFault,
    },
    /// A reply names a template nobody published.
    #[error("the template {0} is not published")]
    NoTemplate(String),
    /// What a template gives is no message of LINE's.
    #[error("the template gives something that is no message: {0}")]
    NoMessage(#[from] serde_json::Error),
}

/// The postback of the button that makes a member.
pub const JOIN: &str = "join";
const CONSENT_YES: &str = "consent/yes";
const CONSENT_NO: &str = "consent/no";
/// Words that stop offers, whatever the brand's files say.
const NO_OFFERS: [&str; 4] = ["不要優惠訊息", "お知らせ不要", "no offers", "stop"];
/// Words that do what the button 領取會員卡 does, for LINE on a computer, which shows no buttons of a menu.
const JOINING: [&str; 3] = ["領取會員卡", "会員証を受け取る", "get my member card"];

/// Works out the answer and does what it says: joining and consent are facts of `at`, the event's own time. An empty list
/// is silence.
pub async fn answer(
    app: &App,
    tx: &mut Tx,
    friend: &Friend,
    incoming: Incoming,
    at: DateTime<Utc>,
) -> Result<Vec<Message>, Fault> {
    let Some(mut scene) = Scene::of(app, tx, friend).await? else { return Ok(Vec::new()) };
    match incoming {
        Incoming::Followed { is_return: true } => scene.say(tx, &scene.brand.welcome_back().value).await,
        Incoming::Followed { is_return: false } => scene.say(tx, &scene.brand.membership.welcome.value).await,
        Incoming::Tapped(data) => match data.as_str() {
            JOIN => join(&mut scene, tx, at).await,
            CONSENT_YES => agree(&scene, tx, true, at).await,
            CONSENT_NO => agree(&scene, tx, false, at).await,
            _ => Ok(Vec::new()),
        },
        Incoming::Said(text) => {
            let said = fold(&text);
            if NO_OFFERS.iter().any(|words| fold(words) == said) {
                agree(&scene, tx, false, at).await
            } else if JOINING.iter().any(|words| fold(words) == said) {
                join(&mut scene, tx, at).await
            } else {
                by_keyword(&scene, tx, &said).await
            }
        }
    }
}

async fn by_keyword(scene: &Scene<'_>, tx: &mut Tx, said: &str) -> Result<Vec<Message>, Fault> {
    let files = definitions::all_latest::<Replies>(&mut *tx).await?;
    let replies = files.iter().flat_map(|published| &published.body.file.replies);
    let hit = replies.into_iter().find(|reply| reply.when.iter().any(|words| fold(words) == said));
    let fallback = files.iter().find_map(|published| published.body.file.fallback.as_ref());
    match (hit, fallback) {
        (Some(reply), _) => match (&reply.show, &reply.say) {
            (Some(show), _) => show_own(scene, tx, *show).await,
            (None, Some(template)) => scene.say(tx, template).await,
            (None, None) => Ok(Vec::new()),
        },
        (None, Some(fallback)) => scene.say(tx, &fallback.say).await,
        (None, None) => Ok(Vec::new()),
    }
}

async fn show_own(scene: &Scene<'_>, tx: &mut Tx, show: Show) -> Result<Vec<Message>, Fault> {
    if !scene.member.is_joined() && (show == Show::MemberCard || scene.brand.membership.needed_for_rewards) {
        return Ok(vec![scene.invitation()]);
    }
    Ok(match show {
        Show::MemberCard => vec![scene.member_card(tx).await?],
        Show::StampCard => scene.stamp_cards(tx).await?,
        Show::Vouchers => vec![scene.vouchers(tx).await?],
    })
}

/// Makes a member, shows her card, and asks whether she wants offers.
async fn join(scene: &mut Scene<'_>, tx: &mut Tx, at: DateTime<Utc>) -> Result<Vec<Message>, Fault> {
    let actor = Actor::member(scene.member.id);
    let wording = scene.brand.membership.consent.version.clone();
    let is_new = members::join(scene.app, tx, scene.member.id, at, &actor, &wording).await?;
    if !is_new {
        return Ok(vec![Message::text(scene.voice.say("chat-joined-already")), scene.member_card(tx).await?]);
    }
    scene.member.joined_at = Some(at);
    let mut messages = scene.say(tx, &scene.brand.membership.joined.value).await?;
    messages.push(scene.member_card(tx).await?);
    if !consent::is_granted(tx, scene.member.id, MARKETING).await? {
        let yes = scene.voice.say("chat-consent-yes");
        let no = scene.voice.say("chat-consent-no");
        messages.push(Message::text(scene.voice.say("chat-consent-ask")).with_quick_replies([
            Action::postback(yes.clone(), CONSENT_YES).shown_as(yes),
            Action::postback(no.clone(), CONSENT_NO).shown_as(no),
        ]));
    }
    Ok(messages)
}

async fn agree(scene: &Scene<'_>, tx: &mut Tx, granted: bool, at: DateTime<Utc>) -> Result<Vec<Message>, Fault> {
    let wording = format!("chat-consent-ask/{}", scene.voice.lang);
    let answer = consent::Answer { purpose: MARKETING, granted, wording: &wording, at };
    consent::record(scene.app, tx, scene.member.id, answer, &Actor::member(scene.member.id)).await?;
    let key = if granted { "chat-consent-thanks" } else { "chat-consent-declined" };
    Ok(vec![Message::text(scene.voice.say(key))])
}
