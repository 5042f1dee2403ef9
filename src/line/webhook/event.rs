//! The typed view of one event. What is missing or of another type than expected reads as absent.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::clean::clean;
use super::kind::Kind;
use crate::ids::LineUserId;

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

impl Event {
    /// Reads one event from the bytes that were stored for it. What cannot be read at all is an unknown event from nowhere.
    pub fn parse(raw: &[u8]) -> Self {
        let event: Map<String, Value> =
            std::str::from_utf8(raw).ok().and_then(|text| serde_json::from_str(&clean(text)).ok()).unwrap_or_default();
        Self {
            name: text_of(&event, "type").unwrap_or_default(),
            kind: Kind::read(&event),
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

/// An instant from the milliseconds since 1970 that LINE writes.
pub fn millis(value: &Value) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(value.as_i64()?)
}

pub(super) fn text_of(object: &Map<String, Value>, key: &str) -> Option<String> {
    object.get(key)?.as_str().map(String::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MEI: &str = "U4af4980629aaaaaaaaaaaaaaaaaaaaaa";

    fn read(event: &Value) -> Event {
        Event::parse(event.to_string().as_bytes())
    }

    fn mei() -> LineUserId {
        MEI.parse().expect("an id")
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
}
