//! The heading of an event: what must be known to store it. Its fields are read without building the rest, since a webhook is
//! answered only after all its events are stored; [`Event`] reads everything when its effects are worked out.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::event::Event;
use crate::ids::LineUserId;

/// Longest name of a kind that is kept; LINE's own are under 20.
const LONGEST_KIND: usize = 64;

/// What an event is filed under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// LINE's id of the event (`webhookEventId`).
    pub id: Option<String>,
    /// Its type, as LINE calls it.
    pub kind: String,
    /// When it happened.
    pub timestamp: Option<DateTime<Utc>>,
    /// The person whose chat with the account it is of; nobody who speaks in a group.
    pub user: Option<LineUserId>,
    /// The group or room it came from.
    pub chat: Option<String>,
}

/// Texts are borrowed: one with an escape in it does not fit here and takes the long way.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Short<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a str>,
    webhook_event_id: Option<&'a str>,
    timestamp: Option<i64>,
    #[serde(borrow)]
    source: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShortSource<'a> {
    #[serde(rename = "type")]
    kind: Option<&'a str>,
    user_id: Option<&'a str>,
    group_id: Option<&'a str>,
    room_id: Option<&'a str>,
}

impl Heading {
    /// Reads it from an event's own bytes.
    pub fn read(raw: &str) -> Self {
        Self::the_short_way(raw).unwrap_or_else(|| Self::of(&Event::parse(raw.as_bytes())))
    }

    /// What to put events of one origin in order by: the person of a chat, the group or the room; else nothing.
    pub fn source_key(&self) -> Option<&str> {
        self.user.as_ref().map(LineUserId::as_str).or(self.chat.as_deref())
    }

    fn of(event: &Event) -> Self {
        let user = event.user_id().cloned();
        let chat = if user.is_some() { None } else { event.source_key().map(String::from) };
        Self { id: event.id.clone(), kind: kept(&event.name), timestamp: event.timestamp, user, chat }
    }

    /// None when anything is not as LINE writes it.
    fn the_short_way(raw: &str) -> Option<Self> {
        let event: Short<'_> = serde_json::from_str(raw).ok()?;
        let timestamp = match event.timestamp {
            Some(at) => Some(DateTime::from_timestamp_millis(at)?),
            None => None,
        };
        let (user, chat) = match event.source {
            None => (None, None),
            Some(source) if source.get().starts_with('{') => origin(&serde_json::from_str(source.get()).ok()?),
            Some(_) => return None,
        };
        Some(Self {
            id: event.webhook_event_id.filter(|id| !id.is_empty()).map(String::from),
            kind: kept(event.kind.unwrap_or_default()),
            timestamp,
            user,
            chat,
        })
    }
}

fn origin(source: &ShortSource<'_>) -> (Option<LineUserId>, Option<String>) {
    match (source.kind.unwrap_or_default(), source.group_id, source.room_id) {
        ("user", ..) => (source.user_id.and_then(|id| id.parse().ok()), None),
        ("group", Some(chat), _) | ("room", _, Some(chat)) => (None, Some(String::from(chat))),
        _ => (None, None),
    }
}

fn kept(kind: &str) -> String {
    String::from(kind.get(..kind.len().min(LONGEST_KIND)).unwrap_or("unknown"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const USER: &str = "U8e742f61d673b39c7fff3cecb7536ef0";

    /// Pieces of events, right ones and wrong ones.
    fn value() -> impl Strategy<Value = String> {
        prop::sample::select(vec![
            String::from("\"message\""),
            String::from("\"user\""),
            String::from("\"group\""),
            String::from("\"room\""),
            format!("\"{USER}\""),
            format!("\"\\u0055{}\"", &USER[1..]),
            String::from("\"\\u0000a\""),
            String::from("\"\""),
            String::from("null"),
            String::from("1627356924513"),
            String::from("99999999999999999"),
            String::from("1.5"),
            String::from("true"),
            String::from("[\"user\",\"x\"]"),
            format!("\"{}\"", "長".repeat(30)),
        ])
    }

    fn object(names: &'static [&'static str]) -> impl Strategy<Value = String> {
        prop::collection::vec((prop::sample::select(names), value()), 0..6).prop_map(|fields| {
            let fields: Vec<_> = fields.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
            format!("{{{}}}", fields.join(","))
        })
    }

    proptest! {
        #[test]
        fn both_ways_lead_to_the_same(
            head in object(&["type", "webhookEventId", "timestamp", "mode"]),
            source in object(&["type", "userId", "groupId", "roomId"]),
            (has_source, is_odd) in (any::<bool>(), value()),
        ) {
            let source = if has_source { source } else { is_odd };
            let event = format!("{},\"source\":{source}}}", head.trim_end_matches('}')).replacen("{,", "{", 1);
            let long = Heading::of(&Event::parse(event.as_bytes()));
            prop_assert_eq!(Heading::read(&event), long, "{}", event);
        }
    }

    #[test]
    fn who_speaks_in_a_group_is_not_the_person_of_a_chat() {
        for (kind, id) in [("group", "groupId"), ("room", "roomId")] {
            let event = format!(r#"{{"type":"message","source":{{"type":"{kind}","{id}":"C1","userId":"{USER}"}}}}"#);
            let heading = Heading::the_short_way(&event).expect("nothing odd");
            assert_eq!((heading.user.as_ref(), heading.source_key()), (None, Some("C1")));
        }
    }

    #[test]
    fn an_event_as_line_writes_it_goes_the_short_way() {
        let event = format!(
            r#"{{"type":"message","mode":"active","timestamp":1627356924513,"webhookEventId":"01FZ74A0TDDPYRVKNK77XKC3ZR","source":{{"type":"user","userId":"{USER}"}},"message":{{"type":"text","id":"1","text":"\u7f8e 集點卡"}}}}"#
        );
        let heading = Heading::the_short_way(&event).expect("nothing odd");
        assert_eq!(heading.source_key(), Some(USER));
        assert_eq!(heading, Heading::of(&Event::parse(event.as_bytes())));
    }
}
