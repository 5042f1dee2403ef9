//! The body of a webhook, after its signature was checked: for whom it is, and each event as the bytes LINE sent, with the
//! heading it is filed under. [`Event`] is the typed view of such bytes.
//!
//! LINE adds events, message types, values and properties without notice, so everything here tolerates what it does not
//! know: only a body that is no webhook at all is refused. Source: LINE Developers, "Webhook event objects", read 2026-08.

mod clean;
mod content;
mod event;
mod heading;
mod kind;

use serde::Deserialize;
use serde_json::value::RawValue;

pub use content::{Content, ContentProvider, Emoji, ImageSet, Mention, Mentionee, Message};
pub use event::{Event, Mode, Source, millis};
pub use heading::Heading;
pub use kind::{Beacon, Kind, Membership, Module, Postback, PostbackParams};

/// Events in one delivery, at most. LINE names no number; a body of 2 MiB could hold about 10,000 small ones.
pub const MOST_EVENTS: usize = 10_000;

/// How deep a body may nest. LINE's deepest known event stays under 10; our parser's own limit is 128.
const DEEPEST: usize = 64;

/// One webhook request.
#[derive(Debug)]
pub struct Delivery<'a> {
    /// The bot's own user id; tells the account where several share one address.
    pub destination: Option<String>,
    /// None for a connectivity check, which must be answered with 200.
    pub events: Vec<RawEvent<'a>>,
}

/// One event, as sent.
#[derive(Debug, Clone)]
pub struct RawEvent<'a> {
    raw: &'a RawValue,
    /// What it is filed under.
    pub heading: Heading,
}

impl<'a> RawEvent<'a> {
    /// The exact bytes LINE sent for this event, which is what is to be stored.
    pub fn bytes(&self) -> &'a [u8] {
        self.raw.get().as_bytes()
    }
}

/// Why a signed body is no webhook (400).
#[derive(Debug, thiserror::Error)]
pub enum NotAWebhook {
    /// Not JSON, or JSON of another shape.
    #[error("the body is not a webhook: {0}")]
    Shape(#[from] serde_json::Error),
    /// Nested beyond reason.
    #[error("the body nests deeper than {DEEPEST} levels")]
    TooDeep,
    /// More events than one delivery may carry.
    #[error("the body carries {0} events, more than {MOST_EVENTS}")]
    TooManyEvents(usize),
    /// A member of `events` is not an object.
    #[error("event {0} is not an object")]
    NotAnObject(usize),
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(default)]
    destination: Option<String>,
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

impl<'a> Delivery<'a> {
    /// Reads the body of a webhook whose signature was found good.
    pub fn parse(body: &'a [u8]) -> Result<Self, NotAWebhook> {
        if nests_deeper_than(DEEPEST, body) {
            return Err(NotAWebhook::TooDeep);
        }
        let body: Body<'a> = serde_json::from_slice(body)?;
        if body.events.len() > MOST_EVENTS {
            return Err(NotAWebhook::TooManyEvents(body.events.len()));
        }
        // Checked here rather than by the typed view, so that one odd event does not refuse the others.
        if let Some(at) = body.events.iter().position(|raw| !raw.get().starts_with('{')) {
            return Err(NotAWebhook::NotAnObject(at));
        }
        let read = |raw: &'a RawValue| RawEvent { raw, heading: Heading::read(raw.get()) };
        Ok(Self { destination: body.destination, events: body.events.into_iter().map(read).collect() })
    }
}

/// Whether brackets nest deeper than `limit`. Looks at brackets outside of strings only, in one pass, without recursion.
fn nests_deeper_than(limit: usize, json: &[u8]) -> bool {
    // So few that they could not; counting is much faster than following.
    if json.iter().map(|byte| usize::from(byte | 0x20 == b'{')).sum::<usize>() <= limit {
        return false;
    }
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn delivery(body: &str) -> Delivery<'_> {
        Delivery::parse(body.as_bytes()).expect("a webhook")
    }

    #[test]
    fn a_connectivity_check_has_no_events() {
        let check = delivery(r#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}"#);
        assert_eq!(check.destination.as_deref(), Some("U8e742f61d673b39c7fff3cecb7536ef0"));
        assert!(check.events.is_empty());
        assert!(delivery(r#"{"events":[]}"#).destination.is_none());
    }

    #[test]
    fn an_event_keeps_its_exact_bytes() {
        let event = "{ \"type\" :\"follow\",\n  \"new\":[1.50, 1e3, \"\\u7f8e\\/\\u0000\"], \"type2\":null }";
        let body = format!("{{\"events\" : [ {event} ,{{}}], \"destination\":\"x\"}}");
        let read = delivery(&body);
        assert_eq!(read.events[0].bytes(), event.as_bytes());
        assert_eq!(read.events[1].bytes(), b"{}");
    }

    #[test]
    fn what_is_no_webhook_is_refused() {
        let many = format!(r#"{{"events":[{}]}}"#, vec!["{}"; MOST_EVENTS + 1].join(","));
        for body in
            ["", "null", "[]", "{}", "events", r#"{"events":{}}"#, r#"{"events":null}"#, r#"{"events":[1]}"#, &many]
        {
            assert!(Delivery::parse(body.as_bytes()).is_err(), "{}", &body[..body.len().min(40)]);
        }
        assert!(Delivery::parse(b"{\"events\":[{\"type\":\"\xff\"}]}").is_err());
    }

    #[test]
    fn a_body_a_million_levels_deep_is_refused_without_descending_into_it() {
        let deep = 1_000_000;
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let body = format!(r#"{{"events":[{{"a":{}1{}}}]}}"#, open.repeat(deep), close.repeat(deep));
            assert!(matches!(Delivery::parse(body.as_bytes()), Err(NotAWebhook::TooDeep)));
            assert!(matches!(Delivery::parse(open.repeat(deep).as_bytes()), Err(NotAWebhook::TooDeep)));
        }
    }

    #[test]
    fn brackets_in_texts_do_not_nest() {
        let text = "[{\\\"".repeat(1_000);
        let body =
            format!(r#"{{"events":[{{"type":"message","message":{{"type":"text","id":"1","text":"{text}"}}}}]}}"#);
        assert_eq!(delivery(&body).events.len(), 1);
    }

    const SAMPLE: &str = r#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[
        {"type":"message","mode":"active","timestamp":1627356924513,"webhookEventId":"01FZ74A0TDDPYRVKNK77XKC3ZR",
         "deliveryContext":{"isRedelivery":false},"replyToken":"nHuyWiB7yP5Zw52FIkcQobQuGDXCTA",
         "source":{"type":"user","userId":"U4af4980629aaaaaaaaaaaaaaaaaaaaaa"},
         "message":{"id":"444573844083572737","type":"text","text":"\u7f8e \ud83d\ude00","quoteToken":"q3Plxr4AgKd",
         "emojis":[{"index":0,"length":6,"productId":"5ac1bfd5040ab15980c9b435","emojiId":"001"}]}},
        {"type":"postback","timestamp":1,"source":{"type":"group","groupId":"C1"},"postback":{"data":"a=b"}}]}"#;

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            let _ = Delivery::parse(&bytes);
        }

        #[test]
        fn a_damaged_webhook_is_read_or_refused(
            at in 0..SAMPLE.len(), gone in 0_usize..40, with in proptest::collection::vec(any::<u8>(), 0..20)
        ) {
            let mut body = SAMPLE.as_bytes().to_vec();
            let end = (at + gone).min(body.len());
            body.splice(at..end, with);
            if let Ok(read) = Delivery::parse(&body) {
                for event in &read.events {
                    prop_assert!(body.windows(event.bytes().len()).any(|slice| slice == event.bytes()));
                }
            }
        }

        #[test]
        fn events_are_slices_of_the_body(texts in proptest::collection::vec(".{0,30}", 0..6), blanks in "[ \n\t]{0,4}") {
            let events: Vec<String> = texts
                .iter()
                .map(|text| format!("{{{blanks}\"type\":\"x\",{blanks}\"text\":{}}}", serde_json::json!(text)))
                .collect();
            let body = format!("{{\"events\":[{blanks}{}]}}", events.join(&format!("{blanks},{blanks}")));
            let read = delivery(&body);
            let kept: Vec<&[u8]> = read.events.iter().map(RawEvent::bytes).collect();
            prop_assert_eq!(kept, events.iter().map(String::as_bytes).collect::<Vec<_>>());
        }
    }
}
