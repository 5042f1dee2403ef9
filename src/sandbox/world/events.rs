//! Webhook events, word for word as LINE makes them. Messaging API reference, "Webhook event objects", read 2026-08.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::record::Webhook;
use crate::ids::{Ids, LineUserId};

/// What happened, before LINE makes an event of it.
#[derive(Debug, Clone)]
pub enum Happening {
    /// Added the account (`false`) or took back a block (`true`).
    Follow {
        /// LINE's `isUnblocked`.
        unblocked: bool,
    },
    /// Blocked it. Nothing can be replied to it.
    Unfollow,
    /// Sent a message; the object as it stands in the event, with its id.
    Message(Value),
    /// Tapped a postback.
    Postback {
        /// Its data, at most 300.
        data: String,
        /// What a picker or a menu switch adds.
        params: Option<Value>,
    },
}

/// Makes the event of a happening.
pub fn webhook(happening: Happening, user: &LineUserId, seq: u64, ids: &Ids, now: DateTime<Utc>) -> Webhook {
    let event_id = ulid(ids.make());
    let mut event = Map::new();
    let (kind, replies) = match &happening {
        Happening::Follow { .. } => ("follow", true),
        Happening::Unfollow => ("unfollow", false),
        Happening::Message(_) => ("message", true),
        Happening::Postback { .. } => ("postback", true),
    };
    event.insert(String::from("type"), kind.into());
    event.insert(String::from("mode"), "active".into());
    event.insert(String::from("timestamp"), now.timestamp_millis().into());
    event.insert(String::from("source"), json!({ "type": "user", "userId": user.as_str() }));
    event.insert(String::from("webhookEventId"), event_id.clone().into());
    event.insert(String::from("deliveryContext"), json!({ "isRedelivery": false }));
    if replies {
        event.insert(String::from("replyToken"), ids.random_uuid().simple().to_string().into());
    }
    match happening {
        Happening::Follow { unblocked } => {
            event.insert(String::from("follow"), json!({ "isUnblocked": unblocked }));
        }
        Happening::Unfollow => {}
        Happening::Message(message) => {
            event.insert(String::from("message"), message);
        }
        Happening::Postback { data, params } => {
            let mut postback = json!({ "data": data });
            if let Some(params) = params {
                postback["params"] = params;
            }
            event.insert(String::from("postback"), postback);
        }
    }
    Webhook { seq, event_id, at: now, user: user.clone(), event: Value::Object(event) }
}

/// A text a user wrote, as the event carries it.
pub fn text_message(id: u64, text: &str, ids: &Ids) -> Value {
    json!({ "type": "text", "id": id.to_string(), "quoteToken": token(ids), "text": text })
}

/// An event as it is sent again: the same but for the flag.
pub fn redelivered(event: &Value) -> Value {
    let mut event = event.clone();
    event["deliveryContext"]["isRedelivery"] = true.into();
    event
}

/// The body of a webhook with these events.
pub fn body(destination: &str, events: &[Value]) -> Vec<u8> {
    json!({ "destination": destination, "events": events }).to_string().into_bytes()
}

/// A quote token: opaque, without end.
pub fn token(ids: &Ids) -> String {
    crate::secret::base64(&ids.bytes::<24>())
}

/// A UUID v7 written as a ULID: both begin with 48 bits of milliseconds.
pub fn ulid(id: Uuid) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = id.as_u128();
    (0..26)
        .rev()
        .map(|place| LETTERS[usize::try_from((bits >> (place * 5)) & 31).unwrap_or_default()] as char)
        .collect()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::clock::{Chance, Clock};

    fn ids() -> Ids {
        Ids::new(Clock::still(DateTime::UNIX_EPOCH + TimeDelta::days(20_000)), Chance::seeded(1))
    }

    #[test]
    fn event_ids_are_ulids_in_order_of_time() {
        let ids = ids();
        let made: Vec<String> = (0..50).map(|_| ulid(ids.make())).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(made.iter().all(|id| id.len() == 26 && id.starts_with("01")));
        assert_eq!(ulid(Uuid::from_u128(u128::MAX)), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    }

    #[test]
    fn a_redelivery_differs_in_its_flag_only() {
        let user = format!("U{}", "b".repeat(32)).parse().expect("an id");
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let first = webhook(Happening::Follow { unblocked: false }, &user, 1, &ids(), now).event;
        let mut second = redelivered(&first);
        assert_eq!(second["deliveryContext"]["isRedelivery"], true);
        second["deliveryContext"]["isRedelivery"] = false.into();
        assert_eq!(first, second);
    }

    #[test]
    fn a_block_cannot_be_answered() {
        let user = format!("U{}", "b".repeat(32)).parse().expect("an id");
        let event = webhook(Happening::Unfollow, &user, 1, &ids(), DateTime::UNIX_EPOCH).event;
        assert!(event.get("replyToken").is_none());
    }
}
