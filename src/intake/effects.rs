//! What one event does: the friend's state, the person's history, and the reply owed. Every fact keeps the event's own time.

use chrono::{DateTime, TimeDelta, Utc};

use super::store::{Person, Undone};
use super::{journal, keys, store};
use crate::app::App;
use crate::conversations::{self, Incoming};
use crate::delivery::replies::{self, Owed};
use crate::ids::{Actor, ReplyId};
use crate::line::webhook::{Content, Event, Kind, Message, Source};
use crate::members::friends::{self, Friend, FriendState, Profile};
use crate::members::{self, profiles, timeline};
use crate::store::Tx;

/// How long a reply token is used after the webhook came: LINE says within a minute.
const TOKEN_LIVES: TimeDelta = TimeDelta::seconds(55);
/// After this since the event itself a redelivered token is dead.
const TOKEN_DEAD: TimeDelta = TimeDelta::minutes(20);

/// An event whose effects cannot be worked out, however often one tries.
#[derive(Debug, thiserror::Error)]
pub(super) enum Poison {
    #[error("its bytes are gone: dropped after 30 days, taken back or erased")]
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
        let Some(friend) = self.friend.clone() else {
            // Who speaks in a group is nobody to us: when she takes her words back, nothing would lead to them.
            if matches!(event.kind, Kind::Message(_)) {
                store::forget_bytes(tx, person, &stored.id).await?;
            }
            return Ok(());
        };
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
                said(app, tx, person, stored, &friend, message, &actor).await?;
                message.text().map(|text| Incoming::Said(String::from(text)))
            }
            Kind::Unsend { message_id } => {
                let mut events = timeline::take_back(tx, friend.member, message_id, at).await?;
                events.extend(parked_as(app, tx, person, message_id).await?);
                for event in events {
                    store::forget_bytes(tx, person, &event).await?;
                }
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

/// The parked events of a person that are this message: only their bytes say so.
async fn parked_as(app: &App, tx: &mut Tx, person: &Person, message_id: &str) -> sqlx::Result<Vec<String>> {
    let mut found = Vec::new();
    for parked in store::parked_messages(&mut *tx, person).await? {
        if message_in(app, tx, person, &parked).await?.as_deref() == Some(message_id) {
            found.push(parked.id);
        }
    }
    Ok(found)
}

/// The id of the message an event is; none where it is something else or its bytes do not open.
async fn message_in(app: &App, tx: &mut Tx, person: &Person, stored: &Undone) -> sqlx::Result<Option<String>> {
    match opened(app, tx, person, stored).await {
        Ok(Event { kind: Kind::Message(message), .. }) => Ok(Some(message.id)),
        Err(Poison::Store(error)) => Err(error),
        Ok(_) | Err(_) => Ok(None),
    }
}

/// Removes the bytes of a message that was parked, where its writer took it back while it was tried.
pub(super) async fn forget_if_taken_back(app: &App, tx: &mut Tx, person: &Person, parked: &Undone) -> sqlx::Result<()> {
    let Some(message) = message_in(app, tx, person, parked).await? else { return Ok(()) };
    let Some(user) = &person.line_user_id else { return Ok(()) };
    if members::in_account_of(&mut *tx, person.account, user).await?.is_none() {
        return Ok(());
    }
    // Under the lock of her row, so that a taking back under way elsewhere is seen.
    let friend = friends::meet(app, tx, person.account, user).await?;
    if timeline::is_taken_back(&mut *tx, friend.member, &message).await? {
        store::forget_bytes(tx, person, &parked.id).await?;
    }
    Ok(())
}

/// Writes what someone sent into her history; the words are sealed, or left out where she has taken them back. Then the event
/// keeps none either.
async fn said(
    app: &App,
    tx: &mut Tx,
    person: &Person,
    stored: &Undone,
    friend: &Friend,
    message: &Message,
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
    let entry = timeline::Entry::new("said", stored.at, actor);
    let mut entry = entry.with("message", &message.id).with("event", &stored.id).with("type", kind);
    if timeline::is_taken_back(&mut *tx, friend.member, &message.id).await? {
        store::forget_bytes(tx, person, &stored.id).await?;
    } else if let Some(text) = message.text() {
        entry = entry.private(text);
    }
    timeline::record(app, tx, friend.member, entry).await.map(drop)
}
