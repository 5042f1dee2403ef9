//! Sending: replies, pushes and multicasts. Only `delivery` may use this room, because everything that goes out to people
//! passes its gate.
//!
//! A caller prepares the exact bytes, stores them and the retry key, and only then sends. Sources: Messaging API reference,
//! "Send reply message", "Send push message", "Send multicast message", "Retry a failed API request", read 2026-08.

mod outcome;

use bytes::Bytes;
use http::HeaderValue;
use serde::Serialize;
use uuid::Uuid;

use super::client::{Call, Client};
use crate::ids::LineUserId;

pub use outcome::{Outcome, SentMessage};

/// Recipients of one multicast, at most.
pub const MOST_RECIPIENTS: usize = 500;
/// Bytes of one request, at most (LINE answers 413 beyond 2 MB).
pub const MOST_BYTES: usize = 2_000_000;

/// What may be said besides the messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// No sound and no banner on the phone.
    pub is_silent: bool,
    /// The name under which LINE counts views and clicks: 1–30 of `A-Z a-z 0-9 _`, at most 1,000 names a month, beyond which
    /// the message is sent and the name dropped.
    pub unit: Option<String>,
}

/// A request that LINE would refuse as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unpreparable {
    /// Nobody to send to.
    #[error("a multicast needs a recipient")]
    NoRecipient,
    /// More than [`MOST_RECIPIENTS`].
    #[error("a multicast has at most {MOST_RECIPIENTS} recipients, not {0}")]
    TooManyRecipients(usize),
    /// Someone would get it twice; LINE does not say whether they would.
    #[error("recipient {0} of a multicast stands there twice")]
    Twice(usize),
    /// More than [`MOST_BYTES`].
    #[error("a request has at most {MOST_BYTES} bytes, not {0}")]
    TooLarge(usize),
    /// The name of the unit is not of LINE's form.
    #[error("a unit's name has 1 to 30 of A-Z a-z 0-9 _")]
    Unit,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a, M: ?Sized> {
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<To<'a>>,
    messages: &'a M,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    notification_disabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_aggregation_units: Option<[&'a str; 1]>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum To<'a> {
    One(&'a LineUserId),
    Many(&'a [LineUserId]),
}

/// The bytes of a reply. `messages` is written as a list of message objects, typed or frozen.
pub fn prepare_reply(
    token: &str,
    messages: &(impl Serialize + ?Sized),
    options: &Options,
) -> Result<Bytes, Unpreparable> {
    // A reply is not counted under a name.
    write(Some(token), None, messages, &Options { unit: None, ..options.clone() })
}

/// The bytes of a push to one person.
pub fn prepare_push(
    to: &LineUserId,
    messages: &(impl Serialize + ?Sized),
    options: &Options,
) -> Result<Bytes, Unpreparable> {
    write(None, Some(To::One(to)), messages, options)
}

/// The bytes of a multicast to 1 to 500 people, none of them twice.
pub fn prepare_multicast(
    to: &[LineUserId],
    messages: &(impl Serialize + ?Sized),
    options: &Options,
) -> Result<Bytes, Unpreparable> {
    if to.is_empty() {
        return Err(Unpreparable::NoRecipient);
    }
    if to.len() > MOST_RECIPIENTS {
        return Err(Unpreparable::TooManyRecipients(to.len()));
    }
    let mut seen = std::collections::HashSet::new();
    if let Some(twice) = to.iter().position(|recipient| !seen.insert(recipient)) {
        return Err(Unpreparable::Twice(twice));
    }
    write(None, Some(To::Many(to)), messages, options)
}

fn write(
    reply_token: Option<&str>,
    to: Option<To<'_>>,
    messages: &(impl Serialize + ?Sized),
    options: &Options,
) -> Result<Bytes, Unpreparable> {
    let unit = options.unit.as_deref();
    let is_name =
        |name: &str| (1..=30).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if unit.is_some_and(|unit| !is_name(unit)) {
        return Err(Unpreparable::Unit);
    }
    let body = Body {
        reply_token,
        to,
        messages,
        notification_disabled: options.is_silent,
        custom_aggregation_units: unit.map(|unit| [unit]),
    };
    let bytes = serde_json::to_vec(&body).expect("messages are plain data with text keys");
    if bytes.len() > MOST_BYTES { Err(Unpreparable::TooLarge(bytes.len())) } else { Ok(bytes.into()) }
}

/// Sends a reply: free, once, and never tried again, since a reply takes no retry key.
pub async fn reply(client: &Client, body: Bytes) -> Outcome {
    let path = "/v2/bot/message/reply";
    Outcome::of(client.call(&Call::post(path, path, body)).await)
}

/// Sends a push under a retry key. The same key with the same bytes is the same request for 24 hours from its first try,
/// and a new one after that: never pass a key older than that.
pub async fn push(client: &Client, body: Bytes, retry_key: Uuid) -> Outcome {
    keyed(client, "/v2/bot/message/push", body, retry_key).await
}

/// Sends a multicast under a retry key, which works as for [`push`].
pub async fn multicast(client: &Client, body: Bytes, retry_key: Uuid) -> Outcome {
    keyed(client, "/v2/bot/message/multicast", body, retry_key).await
}

async fn keyed(client: &Client, path: &'static str, body: Bytes, retry_key: Uuid) -> Outcome {
    let mut call = Call::post(path, path, body);
    let key = HeaderValue::try_from(retry_key.hyphenated().to_string()).expect("a UUID is plain ASCII");
    call.headers.insert("x-line-retry-key", key);
    Outcome::of_keyed(client.call(&call).await)
}

#[cfg(test)]
mod tests;
