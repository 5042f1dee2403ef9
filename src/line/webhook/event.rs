//! The typed view of one event. What is missing or of another type than expected reads as absent.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::ids::LineUserId;

use super::clean::clean;
use super::content::Message;

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What LINE calls it; empty where it does not say.
    pub name: String,
    /// What happened.
    pub kind: Kind,
    /// Whether this channel is the one to answer.
    pub mode: Mode,
    /// When it happened. Events may arrive in another order than this.
    pub timestamp: Option<DateTime<Utc>>,
    /// LINE's id of the event (`webhookEventId`), the same when it is delivered again. Where it is absent, the caller names
    /// the event by a hash of its bytes.
    pub id: Option<String>,
    /// LINE says that this is a second delivery. Duplicates come without it too.
    pub is_redelivery: bool,
    /// Who or which chat it came from; absent for a failed account link and for `delivery`.
    pub source: Option<Source>,
    reply_token: Option<String>,
}

/// Whether this channel is the one to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is.
    Active,
    /// Another module holds the chat: nothing may be sent.
    Standby,
    /// A mode we do not know; treated like standby.
    Unknown,
}

/// Where an event came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A chat with one person. The id is absent for someone who never gave consent.
    User {
        /// Who.
        user: Option<LineUserId>,
    },
    /// A group chat.
    Group {
        /// `C` and 32 hexadecimal digits.
        group: String,
        /// Who spoke; only in message events.
        user: Option<LineUserId>,
    },
    /// A chat of several people without a group.
    Room {
        /// `R` and 32 hexadecimal digits.
        room: String,
        /// Who spoke; only in message events.
        user: Option<LineUserId>,
    },
    /// A source we do not know.
    Unknown {
        /// What LINE calls it.
        kind: String,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Someone wrote.
    Message(Message),
    /// Someone changed a text they had written. The largest timestamp of one message id is the latest text.
    MessageEdited(Message),
    /// Someone took a message back; LINE asks that it be hidden and deleted.
    Unsend {
        /// The message taken back.
        message_id: String,
    },
    /// Someone added or unblocked the account.
    Follow {
        /// LINE's guess whether it was an unblocking.
        is_unblocked: Option<bool>,
    },
    /// Someone blocked the account.
    Unfollow,
    /// The account was added to a group or room.
    Join,
    /// The account was removed from a group or room.
    Leave,
    /// People joined a group or room the account is in.
    MemberJoined {
        /// Those whose ids LINE tells.
        members: Vec<LineUserId>,
    },
    /// People left a group or room the account is in.
    MemberLeft {
        /// Those whose ids LINE tells.
        members: Vec<LineUserId>,
    },
    /// Someone tapped an action.
    Postback(Postback),
    /// Someone watched a video to its end.
    VideoPlayComplete {
        /// The tracking id the video was sent with.
        tracking_id: String,
    },
    /// Someone came near a beacon.
    Beacon(Beacon),
    /// Someone linked their account with ours, or the link failed.
    AccountLink {
        /// It worked.
        is_ok: bool,
        /// The nonce we made.
        nonce: String,
    },
    /// Someone joined, left or renewed a paid membership of the account.
    Membership(Membership),
    /// A module channel was attached or detached.
    Module(Module),
    /// The module channel now holds the chat.
    Activated {
        /// Until when.
        expires_at: Option<DateTime<Utc>>,
    },
    /// The module channel no longer holds the chat.
    Deactivated,
    /// LINE suspended the account.
    BotSuspended,
    /// LINE lifted the suspension.
    BotResumed,
    /// A notification message addressed by phone number was delivered.
    Delivery {
        /// A hashed phone number or the delivery's tag.
        data: String,
    },
    /// An event we do not know, or one we know whose body has another shape.
    Unknown {
        /// What LINE calls it; empty when it does not say.
        kind: String,
    },
}

/// A tap on an action.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Postback {
    /// The data the action was sent with.
    pub data: String,
    /// What was picked.
    #[serde(default)]
    pub params: Option<PostbackParams>,
}

/// What was picked in a date picker, or how a rich menu switch went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PostbackParams {
    /// `YYYY-MM-DD`.
    pub date: Option<String>,
    /// `HH:MM`.
    pub time: Option<String>,
    /// `YYYY-MM-DDTHH:MM`, without a zone.
    pub datetime: Option<String>,
    /// The alias switched to.
    pub new_rich_menu_alias_id: Option<String>,
    /// `SUCCESS`, `RICHMENU_ALIAS_ID_NOTFOUND`, `RICHMENU_NOTFOUND`, `FAILED`.
    pub status: Option<String>,
}

/// A beacon's signal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Beacon {
    /// The beacon.
    pub hwid: String,
    /// `enter`, `banner` or `stay` (repeated every 10 s or more).
    #[serde(rename = "type")]
    pub kind: String,
    /// The beacon's own message, in hexadecimal.
    #[serde(default)]
    pub dm: Option<String>,
}

/// A change of a paid membership.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Membership {
    /// `joined`, `left` or `renewed`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which plan.
    #[serde(default)]
    pub membership_id: Option<i64>,
}

/// A change of a module channel.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Module {
    /// `attached` or `detached`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The account it is about.
    #[serde(default)]
    pub bot_id: Option<String>,
    /// What it may do.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Why it was detached.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Event {
    /// Reads one event from the bytes that were stored for it. What cannot be read at all is an unknown event from nowhere.
    pub fn parse(raw: &[u8]) -> Self {
        let event: Map<String, Value> =
            std::str::from_utf8(raw).ok().and_then(|text| serde_json::from_str(&clean(text)).ok()).unwrap_or_default();
        Self {
            name: text_of(&event, "type").unwrap_or_default(),
            kind: kind(&event),
            mode: match text_of(&event, "mode").as_deref() {
                Some("active") | None => Mode::Active,
                Some("standby") => Mode::Standby,
                Some(_) => Mode::Unknown,
            },
            timestamp: event.get("timestamp").and_then(millis),
            id: text_of(&event, "webhookEventId").filter(|id| !id.is_empty()),
            is_redelivery: event
                .get("deliveryContext")
                .and_then(|context| context.get("isRedelivery"))
                .and_then(Value::as_bool)
                .unwrap_or_default(),
            source: event.get("source").and_then(Value::as_object).map(source),
            reply_token: text_of(&event, "replyToken").filter(|token| !token.is_empty()),
        }
    }

    /// The person whose chat with the account it is of. Who speaks in a group has no part in it: she need not be a friend.
    pub fn user_id(&self) -> Option<&LineUserId> {
        match self.source.as_ref()? {
            Source::User { user } => user.as_ref(),
            Source::Group { .. } | Source::Room { .. } | Source::Unknown { .. } => None,
        }
    }

    /// The token for a free reply; none while another module holds the chat.
    pub fn reply_token(&self) -> Option<&str> {
        if self.mode == Mode::Active { self.reply_token.as_deref() } else { None }
    }

    /// What to put events of one origin in order by: the person of a chat, the group or the room; else nothing.
    pub fn source_key(&self) -> Option<&str> {
        if let Some(user) = self.user_id() {
            return Some(user.as_str());
        }
        match self.source.as_ref()? {
            Source::Group { group, .. } => Some(group),
            Source::Room { room, .. } => Some(room),
            Source::User { .. } | Source::Unknown { .. } => None,
        }
    }
}

fn kind(event: &Map<String, Value>) -> Kind {
    let name = text_of(event, "type").unwrap_or_default();
    known_kind(&name, event).unwrap_or(Kind::Unknown { kind: name })
}

/// The event as one of ours; none for a name we do not know or a body that lacks what makes the event.
fn known_kind(name: &str, event: &Map<String, Value>) -> Option<Kind> {
    let inner = |key: &str, field: &str| text_of(event.get(key)?.as_object()?, field);
    Some(match name {
        "message" => Kind::Message(Message::read(event.get("message")?)?),
        "messageEdited" => Kind::MessageEdited(Message::read(event.get("message")?)?),
        "unsend" => Kind::Unsend { message_id: inner("unsend", "messageId")? },
        "follow" => Kind::Follow { is_unblocked: event.get("follow").and_then(|f| f.get("isUnblocked")?.as_bool()) },
        "unfollow" => Kind::Unfollow,
        "join" => Kind::Join,
        "leave" => Kind::Leave,
        "memberJoined" => Kind::MemberJoined { members: members(event, "joined") },
        "memberLeft" => Kind::MemberLeft { members: members(event, "left") },
        "postback" => Kind::Postback(shaped(event.get("postback")?)?),
        "videoPlayComplete" => Kind::VideoPlayComplete { tracking_id: inner("videoPlayComplete", "trackingId")? },
        "beacon" => Kind::Beacon(shaped(event.get("beacon")?)?),
        "accountLink" => Kind::AccountLink {
            is_ok: inner("link", "result")? == "ok",
            nonce: inner("link", "nonce").unwrap_or_default(),
        },
        "membership" => Kind::Membership(shaped(event.get("membership")?)?),
        "module" => Kind::Module(shaped(event.get("module")?)?),
        "activated" => {
            Kind::Activated { expires_at: event.get("chatControl").and_then(|c| c.get("expireAt")).and_then(millis) }
        }
        "deactivated" => Kind::Deactivated,
        "botSuspended" => Kind::BotSuspended,
        "botResumed" => Kind::BotResumed,
        "delivery" => Kind::Delivery { data: inner("delivery", "data")? },
        _ => return None,
    })
}

fn source(source: &Map<String, Value>) -> Source {
    let kind = text_of(source, "type").unwrap_or_default();
    let user = text_of(source, "userId").and_then(|id| id.parse().ok());
    match (kind.as_str(), text_of(source, "groupId"), text_of(source, "roomId")) {
        ("user", ..) => Source::User { user },
        ("group", Some(group), _) => Source::Group { group, user },
        ("room", _, Some(room)) => Source::Room { room, user },
        _ => Source::Unknown { kind },
    }
}

fn members(event: &Map<String, Value>, key: &str) -> Vec<LineUserId> {
    let members = event.get(key).and_then(|inner| inner.get("members")).and_then(Value::as_array);
    members.into_iter().flatten().filter_map(|member| member.get("userId")?.as_str()?.parse().ok()).collect()
}

/// An instant from the milliseconds since 1970 that LINE writes.
pub fn millis(value: &Value) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(value.as_i64()?)
}

fn text_of(object: &Map<String, Value>, key: &str) -> Option<String> {
    object.get(key)?.as_str().map(String::from)
}

fn shaped<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::content::Content;
    use super::*;

    const MEI: &str = "U4af4980629aaaaaaaaaaaaaaaaaaaaaa";

    fn read(event: &Value) -> Event {
        Event::parse(event.to_string().as_bytes())
    }

    fn of(kind: &str, body: Value) -> Kind {
        let mut event = json!({ "type": kind, "timestamp": 1, "source": { "type": "user", "userId": MEI } });
        event.as_object_mut().expect("an object").extend(body.as_object().expect("an object").clone());
        read(&event).kind
    }

    fn mei() -> LineUserId {
        MEI.parse().expect("an id")
    }

    #[test]
    fn every_event_of_the_reference_is_known() {
        let members = json!({ "members": [{ "type": "user", "userId": MEI }, { "type": "user" }, 7] });
        let text = json!({ "message": { "id": "1", "type": "text", "text": "hi" } });
        let expires = DateTime::from_timestamp_millis(1_700_000_000_000);
        let cases = [
            (
                "unsend",
                json!({ "unsend": { "messageId": "325708" } }),
                Kind::Unsend { message_id: String::from("325708") },
            ),
            ("follow", json!({ "follow": { "isUnblocked": true } }), Kind::Follow { is_unblocked: Some(true) }),
            ("follow", json!({}), Kind::Follow { is_unblocked: None }),
            ("unfollow", json!({}), Kind::Unfollow),
            ("join", json!({}), Kind::Join),
            ("leave", json!({}), Kind::Leave),
            ("memberJoined", json!({ "joined": members }), Kind::MemberJoined { members: vec![mei()] }),
            ("memberLeft", json!({ "left": members }), Kind::MemberLeft { members: vec![mei()] }),
            (
                "videoPlayComplete",
                json!({ "videoPlayComplete": { "trackingId": "track" } }),
                Kind::VideoPlayComplete { tracking_id: String::from("track") },
            ),
            (
                "beacon",
                json!({ "beacon": { "hwid": "d41d8cd98f", "type": "enter" } }),
                Kind::Beacon(Beacon { hwid: String::from("d41d8cd98f"), kind: String::from("enter"), dm: None }),
            ),
            (
                "accountLink",
                json!({ "link": { "result": "ok", "nonce": "n" } }),
                Kind::AccountLink { is_ok: true, nonce: String::from("n") },
            ),
            (
                "membership",
                json!({ "membership": { "type": "joined", "membershipId": 3189 } }),
                Kind::Membership(Membership { kind: String::from("joined"), membership_id: Some(3189) }),
            ),
            (
                "module",
                json!({ "module": { "type": "attached", "botId": "U1", "scopes": ["message:send"] } }),
                Kind::Module(Module {
                    kind: String::from("attached"),
                    bot_id: Some(String::from("U1")),
                    scopes: vec![String::from("message:send")],
                    reason: None,
                }),
            ),
            (
                "activated",
                json!({ "chatControl": { "expireAt": 1_700_000_000_000_i64 } }),
                Kind::Activated { expires_at: expires },
            ),
            ("deactivated", json!({}), Kind::Deactivated),
            ("botSuspended", json!({}), Kind::BotSuspended),
            ("botResumed", json!({}), Kind::BotResumed),
            ("delivery", json!({ "delivery": { "data": "tag" } }), Kind::Delivery { data: String::from("tag") }),
            ("pets", json!({ "pets": 2 }), Kind::Unknown { kind: String::from("pets") }),
            ("postback", json!({ "postback": { "no": "data" } }), Kind::Unknown { kind: String::from("postback") }),
        ];
        for (kind, body, expected) in cases {
            assert_eq!(of(kind, body), expected);
        }
        assert!(
            matches!(of("message", text.clone()), Kind::Message(Message { id, content: Content::Text { .. }, .. }) if id == "1")
        );
        assert!(matches!(of("messageEdited", text), Kind::MessageEdited(_)));
    }

    #[test]
    fn a_postback_keeps_what_was_picked() {
        let picked =
            of("postback", json!({ "postback": { "data": "a=1", "params": { "datetime": "2027-01-01T10:00" } } }));
        let Kind::Postback(postback) = picked else { panic!("a postback") };
        assert_eq!(postback.data, "a=1");
        assert_eq!(postback.params.and_then(|params| params.datetime).as_deref(), Some("2027-01-01T10:00"));
    }

    #[test]
    fn the_common_fields_are_read() {
        let event = read(&json!({
            "type": "follow", "mode": "active", "timestamp": 1_462_629_479_859_i64, "webhookEventId": "01FZ", "replyToken": "r",
            "deliveryContext": { "isRedelivery": true }, "source": { "type": "user", "userId": MEI },
        }));
        assert_eq!(event.timestamp.map(|at| at.timestamp_millis()), Some(1_462_629_479_859));
        assert_eq!(event.id.as_deref(), Some("01FZ"));
        assert!(event.is_redelivery);
        assert_eq!(event.user_id(), Some(&mei()));
        assert_eq!(event.source_key(), Some(MEI));
        assert_eq!(event.reply_token(), Some("r"));
    }

    #[test]
    fn nothing_is_required() {
        for raw in [&b"{}"[..], b"", b"[]", b"\xff", b"{\"timestamp\":1e999}"] {
            assert_eq!(Event::parse(raw), read(&json!({})));
        }
        let event = read(&json!({}));
        assert_eq!(event.kind, Kind::Unknown { kind: String::new() });
        assert_eq!((event.timestamp, &event.id, event.is_redelivery, &event.source), (None, &None, false, &None));
        assert_eq!((event.user_id(), event.source_key(), event.reply_token()), (None, None, None));
    }

    #[test]
    fn what_has_another_type_than_expected_reads_as_absent() {
        let event = read(&json!({
            "type": 7, "mode": 7, "timestamp": "soon", "webhookEventId": 7, "deliveryContext": [], "source": "Mei", "replyToken": {},
        }));
        assert_eq!(event.kind, Kind::Unknown { kind: String::new() });
        assert_eq!((event.timestamp, &event.id, &event.source), (None, &None, &None));
    }

    #[test]
    fn an_event_in_standby_gives_no_reply_token() {
        for mode in ["standby", "something new"] {
            assert_eq!(read(&json!({ "type": "follow", "mode": mode, "replyToken": "r" })).reply_token(), None);
        }
    }

    #[test]
    fn the_source_key_is_the_person_or_the_group() {
        let cases = [
            (json!({ "type": "user", "userId": MEI }), Some(MEI)),
            (json!({ "type": "user" }), None),
            (json!({ "type": "user", "userId": "mei" }), None),
            (json!({ "type": "group", "groupId": "C1" }), Some("C1")),
            (json!({ "type": "group", "groupId": "C1", "userId": MEI }), Some("C1")),
            (json!({ "type": "room", "roomId": "R1" }), Some("R1")),
            (json!({ "type": "square", "squareId": "S1" }), None),
        ];
        for (source, expected) in cases {
            assert_eq!(read(&json!({ "type": "join", "source": source })).source_key(), expected, "{source}");
        }
    }

    #[test]
    fn a_text_loses_null_characters_and_half_surrogates() {
        let raw = br#"{"type":"message","message":{"id":"1","type":"text","text":"a\u0000b\ud83dc"}}"#;
        let Kind::Message(message) = Event::parse(raw).kind else { panic!("a message") };
        assert_eq!(message.text(), Some("ab\u{fffd}c"));
    }
}
