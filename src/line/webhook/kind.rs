//! What an event says that happened. What is missing or of another type than expected reads as absent.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::content::Message;
use super::event::{millis, text_of};
use crate::ids::LineUserId;

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

impl Kind {
    /// What an event says that happened.
    pub(super) fn read(event: &Map<String, Value>) -> Self {
        let name = text_of(event, "type").unwrap_or_default();
        known(&name, event).unwrap_or(Self::Unknown { kind: name })
    }
}

/// The event as one of ours; none for a name we do not know or a body that lacks what makes the event.
fn known(name: &str, event: &Map<String, Value>) -> Option<Kind> {
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

fn members(event: &Map<String, Value>, key: &str) -> Vec<LineUserId> {
    let members = event.get(key).and_then(|inner| inner.get("members")).and_then(Value::as_array);
    members.into_iter().flatten().filter_map(|member| member.get("userId")?.as_str()?.parse().ok()).collect()
}

fn shaped<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::content::Content;
    use super::super::event::Event;
    use super::*;

    const MEI: &str = "U4af4980629aaaaaaaaaaaaaaaaaaaaaa";

    fn of(kind: &str, body: Value) -> Kind {
        let mut event = json!({ "type": kind, "timestamp": 1, "source": { "type": "user", "userId": MEI } });
        event.as_object_mut().expect("an object").extend(body.as_object().expect("an object").clone());
        Event::parse(event.to_string().as_bytes()).kind
    }

    #[test]
    fn every_event_of_the_reference_is_known() {
        let mei: LineUserId = MEI.parse().expect("an id");
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
            ("memberJoined", json!({ "joined": members }), Kind::MemberJoined { members: vec![mei.clone()] }),
            ("memberLeft", json!({ "left": members }), Kind::MemberLeft { members: vec![mei.clone()] }),
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
    fn a_text_loses_null_characters_and_half_surrogates() {
        let raw = br#"{"type":"message","message":{"id":"1","type":"text","text":"a\u0000b\ud83dc"}}"#;
        let Kind::Message(message) = Event::parse(raw).kind else { panic!("a message") };
        assert_eq!(message.text(), Some("ab\u{fffd}c"));
    }
}
