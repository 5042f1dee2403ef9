//! What one event does: the friend's state, the person's history, and the reply owed. Every fact keeps the event's own time.

use chrono::{DateTime, TimeDelta, Utc};

use super::store::{Person, Undone};
use super::{journal, keys};
use crate::app::App;
use crate::conversations::{self, Incoming};
use crate::delivery::replies::{self, Owed};
use crate::ids::{Actor, ReplyId};
use crate::line::webhook::{Content, Event, Kind, Message, Source};
use crate::members::friends::{self, Friend, FriendState, Profile};
use crate::members::{profiles, timeline};
use crate::store::Tx;

/// How long a reply token is used after the webhook came: LINE says within a minute.
const TOKEN_LIVES: TimeDelta = TimeDelta::seconds(55);
/// After this since the event itself a redelivered token is dead.
const TOKEN_DEAD: TimeDelta = TimeDelta::minutes(20);

/// An event whose effects cannot be worked out, however often one tries.
#[derive(Debug, thiserror::Error)]
pub(super) enum Poison {
    #[error("its bytes are gone: dropped after 30 days or erased")]
    Gone,
    #[error("its bytes do not open: {0}")]
    Sealed(#[from] crate::secret::Unsealable),
    #[error("the key of {0} is missing")]
    NoKey(chrono::NaiveDate),
    #[error(transparent)]
    Store(#[from] sqlx::Error),
    #[error("no answer could be written: {0}")]
    Answer(#[from] conversations::Fault),
}

/// Whether an event is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// As the brand's files say.
    Answering,
    /// No answer can be written: what happened is kept without one.
    Silent,
}

/// One person's chat within one transaction; her row is locked.
pub(super) struct Chat {
    friend: Option<Friend>,
    /// Replies owed, to be sent after the commit.
    pub replies: Vec<ReplyId>,
}

impl Chat {
    /// Locks the person's row, making it at the first event that names her, and keeps a fresh profile.
    pub async fn open(app: &App, tx: &mut Tx, person: &Person, profile: Option<&Profile>) -> sqlx::Result<Self> {
        let friend = match &person.line_user_id {
            Some(user) => Some(friends::meet(app, tx, person.account, user).await?),
            None => None,
        };
        if let Some(friend) = &friend {
            match profile {
                Some(profile) => friends::keep_profile(app, tx, friend, profile).await?,
                None if friend.profile_at.is_none() => profiles::fetch_later(app, tx, friend).await?,
                None => {}
            }
        }
        Ok(Self { friend, replies: Vec::new() })
    }

    /// Does what the event says. Events without a person, and those in groups, are kept and have no effect on a member.
    pub async fn apply(
        &mut self,
        app: &App,
        tx: &mut Tx,
        person: &Person,
        stored: &Undone,
        manner: Manner,
    ) -> Result<(), Poison> {
        let event = opened(app, tx, person, stored).await?;
        let Some(friend) = self.friend.clone() else { return Ok(()) };
        if !matches!(event.source, Some(Source::User { .. })) {
            return Ok(());
        }
        let at = stored.at;
        let actor = Actor::member(friend.member);
        let incoming = match &event.kind {
            Kind::Follow { is_unblocked } => {
                let is_return = is_unblocked.unwrap_or_default() || friend.state == FriendState::Blocked;
                self.turn(app, tx, FriendState::Following, at, &actor).await?;
                Some(Incoming::Followed { is_return })
            }
            Kind::Unfollow => {
                self.turn(app, tx, FriendState::Blocked, at, &actor).await?;
                None
            }
            Kind::Message(message) => {
                said(app, tx, &friend, message, at, &actor).await?;
                message.text().map(|text| Incoming::Said(String::from(text)))
            }
            Kind::Unsend { message_id } => {
                timeline::take_back(tx, friend.member, message_id, at).await?;
                None
            }
            Kind::Postback(postback) => Some(Incoming::Tapped(postback.data.clone())),
            _ => None,
        };
        let (Some(incoming), token) = (incoming, event.reply_token()) else { return Ok(()) };
        if manner == Manner::Silent {
            return Ok(conversations::take_note(app, tx, &friend, incoming, at).await?);
        }
        let messages = conversations::answer(app, tx, &friend, incoming, at).await?;
        let expires_at = (stored.received_at + TOKEN_LIVES).min(at + TOKEN_DEAD);
        if let (Some(token), false) = (token, messages.is_empty()) {
            let owed = Owed {
                account: person.account,
                line_user_id: &friend.line_user_id,
                member: friend.member,
                event: &stored.id,
                token,
                messages: &messages,
                consent: conversations::shown_in(&messages),
                expires_at,
            };
            self.replies.extend(replies::owe(app, tx, owed).await?);
        }
        Ok(())
    }

    /// Takes over a newer state and writes it into the history.
    async fn turn(
        &mut self,
        app: &App,
        tx: &mut Tx,
        state: FriendState,
        at: DateTime<Utc>,
        actor: &Actor,
    ) -> sqlx::Result<()> {
        let Some(friend) = &mut self.friend else { return Ok(()) };
        if friends::set_state(tx, friend, state, at).await? {
            let kind = match (friend.state, state) {
                (_, FriendState::Blocked) => "unfollowed",
                (FriendState::Blocked, _) => "returned",
                _ => "followed",
            };
            timeline::record(app, tx, friend.member, timeline::Entry::new(kind, at, actor)).await?;
            (friend.state, friend.state_at) = (state, at);
        }
        Ok(())
    }
}

async fn opened(app: &App, tx: &mut Tx, person: &Person, stored: &Undone) -> Result<Event, Poison> {
    let sealed = stored.sealed_raw.as_ref().ok_or(Poison::Gone)?;
    let key = keys::stored(app, tx, stored.day).await?.ok_or(Poison::NoKey(stored.day))?;
    let raw = key.decrypt(&journal::context(person.account, &stored.id), sealed)?;
    Ok(Event::parse(&raw))
}

/// Writes what someone sent into her history; the words are sealed, or left out where she has taken them back.
async fn said(
    app: &App,
    tx: &mut Tx,
    friend: &Friend,
    message: &Message,
    at: DateTime<Utc>,
    actor: &Actor,
) -> sqlx::Result<()> {
    let kind = match &message.content {
        Content::Text { .. } => "text",
        Content::Image { .. } => "image",
        Content::Video { .. } => "video",
        Content::Audio { .. } => "audio",
        Content::File { .. } => "file",
        Content::Location { .. } => "location",
        Content::Sticker { .. } => "sticker",
        Content::Unknown { .. } => "unknown",
    };
    let mut entry = timeline::Entry::new("said", at, actor).with("message", &message.id).with("type", kind);
    if let Some(text) = message.text()
        && !timeline::is_taken_back(&mut *tx, friend.member, &message.id).await?
    {
        entry = entry.private(text);
    }
    timeline::record(app, tx, friend.member, entry).await.map(drop)
}
