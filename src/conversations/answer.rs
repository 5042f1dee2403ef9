//! From what came in to what is said, within the transaction of the event.

use chrono::{DateTime, TimeDelta, Utc};

use super::offer;
use super::scene::Scene;
use super::spec::{Replies, Show, fold};
use crate::app::App;
use crate::delivery::replies;
use crate::ids::Actor;
use crate::line::message::{Action, Message};
use crate::members::consent::{self, MARKETING, Question, Source};
use crate::members::friends::Friend;
use crate::members::{self};
use crate::spec::definitions;
use crate::spec::template::RenderFault;
use crate::store::Tx;
use crate::words::Lang;

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

/// Messages that follow those of the template `joined`.
pub const AFTER_JOINING: usize = 2;
const CONSENT_YES: &str = "consent/yes";
const CONSENT_NO: &str = "consent/no";
/// Words that stop offers, whatever the brand's files say.
const NO_OFFERS: [&str; 10] = [
    "不要優惠訊息",
    "取消訂閱",
    "退訂",
    "不要再傳了",
    "お知らせ不要",
    "配信停止",
    "配信を停止",
    "no offers",
    "unsubscribe",
    "stop",
];
/// Words that ask for the card as the button 領取會員卡 does, for LINE on a computer, which shows no buttons of a menu.
const JOINING: [&str; 3] = ["領取會員卡", "会員証を受け取る", "get my member card"];

/// What is to be said.
enum Answer {
    /// Nothing.
    Silence,
    /// The greeting.
    Welcome { is_return: bool },
    /// What the card is for, what she agrees to, and the button.
    Invitation,
    /// Her new card.
    Joined,
    /// The card she had before.
    JoinedBefore,
    /// That offers will come, or not.
    Offers { granted: bool },
    /// Whatever the brand's files answer to these words.
    ToWords(String),
}

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
    let answer = act(&mut scene, tx, incoming, at).await?;
    say(&scene, tx, answer).await
}

/// Does what came in says, as [`answer`] does, and says nothing.
///
/// # Errors
/// Those of the store.
pub async fn take_note(
    app: &App,
    tx: &mut Tx,
    friend: &Friend,
    incoming: Incoming,
    at: DateTime<Utc>,
) -> Result<(), Fault> {
    if let Some(mut scene) = Scene::of(app, tx, friend).await? {
        act(&mut scene, tx, incoming, at).await?;
    }
    Ok(())
}

async fn act(scene: &mut Scene<'_>, tx: &mut Tx, incoming: Incoming, at: DateTime<Utc>) -> Result<Answer, Fault> {
    match incoming {
        Incoming::Followed { is_return } => Ok(Answer::Welcome { is_return }),
        Incoming::Tapped(data) => {
            if let Some(wording) = offer::seen(&data) {
                return join(scene, tx, wording, at).await;
            }
            let yes = data.strip_prefix(CONSENT_YES).map(|asked| (true, asked));
            let answered = yes.or_else(|| data.strip_prefix(CONSENT_NO).map(|asked| (false, asked)));
            match answered {
                Some((granted, asked)) => match asked_in(asked, scene.voice.lang) {
                    Some(wording) => agree(scene, tx, granted, &wording, at).await,
                    None => Ok(Answer::Silence),
                },
                None => Ok(Answer::Silence),
            }
        }
        Incoming::Said(text) => {
            let said = fold(&text);
            if let Some(words) = NO_OFFERS.iter().find(|words| fold(words) == said) {
                agree(scene, tx, false, &format!("said/{words}"), at).await
            } else if JOINING.iter().any(|words| fold(words) == said) {
                join(scene, tx, None, at).await
            } else {
                Ok(Answer::ToWords(said))
            }
        }
    }
}

/// A wording that came into her chat counts as seen for so long when a tap says nothing of it.
const SEEN_FOR: TimeDelta = TimeDelta::days(1);

/// And only when it had been there for so long before the tap: the second tap of a hasty thumb, or a tap that was made before
/// and comes late, saw nothing of it. She who reads it finds its own button, which needs no wait.
const READ_IN: TimeDelta = TimeDelta::seconds(3);

/// Makes a member, where she saw what she agrees to as it stands now.
async fn join(scene: &mut Scene<'_>, tx: &mut Tx, wording: Option<&str>, at: DateTime<Utc>) -> Result<Answer, Fault> {
    if scene.member.is_joined() {
        return Ok(Answer::JoinedBefore);
    }
    let version = scene.brand.membership.consent.version.clone();
    let is_seen = match wording {
        Some(seen) => seen == version,
        None => {
            let Friend { account, line_user_id, .. } = &scene.friend;
            // By our clock too: LINE's, which tells of the tap, may be ahead of it.
            let times = (at - SEEN_FOR, at.min(scene.app.clock.now()) - READ_IN);
            replies::has_shown(&mut *tx, *account, line_user_id, &version, times).await?
        }
    };
    if !is_seen {
        return Ok(Answer::Invitation);
    }
    let actor = Actor::member(scene.member.id);
    let is_new = members::join(scene.app, tx, scene.member.id, at, &actor, Source::Chat, &version).await?;
    if !is_new {
        return Ok(Answer::JoinedBefore);
    }
    scene.member.joined_at = Some(at);
    Ok(Answer::Joined)
}

/// The text of the question about offers a button stood under. A button of the first text carries no name of it.
fn asked_in(rest: &str, lang: Lang) -> Option<String> {
    match rest.strip_prefix('/') {
        None if rest.is_empty() => Some(Question::IN_CHAT.first(lang)),
        Some(wording) if Question::IN_CHAT.knows(wording) => Some(String::from(wording)),
        _ => None,
    }
}

async fn agree(
    scene: &Scene<'_>,
    tx: &mut Tx,
    granted: bool,
    wording: &str,
    at: DateTime<Utc>,
) -> Result<Answer, Fault> {
    let at = consent::heard(scene.app, tx, scene.member.id, MARKETING, granted, at).await?;
    let answer = consent::Answer { purpose: MARKETING, granted, source: Source::Chat, wording, at };
    consent::record(scene.app, tx, scene.member.id, answer, &Actor::member(scene.member.id)).await?;
    Ok(Answer::Offers { granted })
}

async fn say(scene: &Scene<'_>, tx: &mut Tx, answer: Answer) -> Result<Vec<Message>, Fault> {
    match answer {
        Answer::Silence => Ok(Vec::new()),
        Answer::Welcome { is_return: true } => scene.say(tx, &scene.brand.welcome_back().value).await,
        Answer::Welcome { is_return: false } => scene.say(tx, &scene.brand.membership.welcome.value).await,
        Answer::Invitation => Ok(vec![scene.invitation()]),
        Answer::JoinedBefore => {
            Ok(vec![Message::text(scene.voice.say("chat-joined-already")), scene.member_card(tx).await?])
        }
        Answer::Joined => joined(scene, tx).await,
        Answer::Offers { granted } => {
            let key = if granted { "chat-consent-thanks" } else { "chat-consent-declined" };
            Ok(vec![Message::text(scene.voice.say(key))])
        }
        Answer::ToWords(said) => by_keyword(scene, tx, &said).await,
    }
}

/// Her new card, and whether she wants offers: [`AFTER_JOINING`] messages after those of the brand.
async fn joined(scene: &Scene<'_>, tx: &mut Tx) -> Result<Vec<Message>, Fault> {
    let mut messages = scene.say(tx, &scene.brand.membership.joined.value).await?;
    messages.push(scene.member_card(tx).await?);
    if !consent::is_granted(tx, scene.member.id, MARKETING).await? {
        let yes = scene.voice.say("chat-consent-yes");
        let no = scene.voice.say("chat-consent-no");
        let asked = Question::IN_CHAT.wording(scene.voice.lang);
        messages.push(Message::text(scene.voice.say(Question::IN_CHAT.key)).with_quick_replies([
            Action::postback(yes.clone(), format!("{CONSENT_YES}/{asked}")).shown_as(yes),
            Action::postback(no.clone(), format!("{CONSENT_NO}/{asked}")).shown_as(no),
        ]));
    }
    Ok(messages)
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
