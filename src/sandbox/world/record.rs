//! What happens in the sandbox, as records. The world is the fold of its records and nothing else, so that writing them
//! down one a line is enough for a second start to know its phones.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::people::User;
use crate::ids::LineUserId;

/// One thing that happened.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// A LINE user came to be.
    User(User),
    /// A person did something on her phone.
    Act(Act),
    /// LINE made a webhook event of it.
    Webhook(Webhook),
    /// LINE tried to deliver an event.
    Attempt(Attempt),
    /// The service asked LINE something.
    Request(Box<Request>),
    /// The webhook address was set, or taken away.
    Endpoint(Option<String>),
    /// All channel access tokens made before this instant died.
    Revoked(DateTime<Utc>),
}

/// What a person did.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Act {
    /// Place in the history; grows by one with each record.
    pub seq: u64,
    /// When, by the sandbox's clock.
    pub at: DateTime<Utc>,
    /// Who.
    pub user: LineUserId,
    /// What.
    pub did: Did,
}

/// The acts of a person. Only those that show on her phone or change how she stands to the account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Did {
    /// Added the account, or took back a block.
    Followed,
    /// Blocked the account.
    Blocked,
    /// Sent a message.
    Said(Value),
    /// Tapped something that shows this text in the chat (LINE's `displayText`).
    Showed(String),
    /// Tapped something that shows nothing.
    Tapped,
}

/// A webhook event and the token it carries.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Webhook {
    /// Place in the history.
    pub seq: u64,
    /// LINE's `webhookEventId`.
    pub event_id: String,
    /// When the event happened.
    pub at: DateTime<Utc>,
    /// Who caused it.
    pub user: LineUserId,
    /// The event as it is sent, with `isRedelivery` false.
    pub event: Value,
}

impl Webhook {
    /// The reply token the event carries.
    pub fn reply_token(&self) -> Option<&str> {
        self.event["replyToken"].as_str()
    }
}

/// One try to deliver an event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attempt {
    /// Place in the history.
    pub seq: u64,
    /// Which event.
    pub event_id: String,
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// Whether it said `isRedelivery`.
    pub redelivery: bool,
    /// What came back.
    pub outcome: Outcome,
}

/// What came back from the service. The names are LINE's own (error statistics of webhooks, read 2026-08).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An HTTP status; 2xx means received.
    Status(u16),
    /// Nobody listened there.
    CouldNotConnect,
    /// No answer within two seconds.
    RequestTimeout,
    /// The connection broke.
    Unclassified,
}

impl Outcome {
    /// Whether LINE takes the event as received.
    pub fn is_received(self) -> bool {
        matches!(self, Self::Status(200..=299))
    }
}

/// One request of the service to LINE, and what became of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    /// Place in the history.
    pub seq: u64,
    /// `x-line-request-id` of the answer.
    pub id: String,
    /// When it came in.
    pub at: DateTime<Utc>,
    /// The HTTP method.
    pub method: String,
    /// The path asked for.
    pub path: String,
    /// Our name of the endpoint (`push`, `multicast`).
    pub endpoint: String,
    /// `X-Line-Retry-Key`, where one came.
    pub retry_key: Option<String>,
    /// SHA-256 of the body's bytes in hexadecimal.
    pub body_sha256: String,
    /// The body, where it is JSON. Forms carry secrets and are not kept.
    pub body: Option<Box<RawValue>>,
    /// The users it names, in their order; for a reply, whose token it was.
    pub recipients: Vec<LineUserId>,
    /// What LINE made of it.
    pub status: u16,
    /// What the caller saw; none when the connection was cut or nothing was answered.
    pub answered: Option<u16>,
    /// The fault that was applied.
    pub fault: Option<String>,
    /// For a 409: the request that was accepted under the key, and whether its body was the same.
    pub repeats: Option<Repeat>,
    /// For an accepted message: what went out.
    pub sent: Option<Sent>,
}

/// A retry key that came again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// `x-line-request-id` of the request that was accepted.
    pub accepted_request_id: String,
    /// Whether the bytes are the same. LINE asks for it; the checker asserts it.
    pub same_body: bool,
}

/// What an accepted request put on phones.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sent {
    /// By which way.
    pub via: Via,
    /// Those of the recipients who got nothing: blocked, no friends, unknown.
    pub missed: Vec<LineUserId>,
    /// Ids of the messages, the same for each recipient.
    pub message_ids: Vec<String>,
    /// The reply token that was used up.
    pub reply_token: Option<String>,
    /// How many recipients count against the month. Replies are free.
    pub counted: i64,
}

/// The ways a message reaches a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// Free, with a reply token.
    Reply,
    /// To one.
    Push,
    /// To up to 500.
    Multicast,
}

impl Request {
    /// The messages of the body, in order.
    pub fn messages(&self) -> Vec<Value> {
        #[derive(Deserialize)]
        struct Body {
            #[serde(default)]
            messages: Vec<Value>,
        }
        let body = self.body.as_deref().map(RawValue::get).unwrap_or("{}");
        serde_json::from_str::<Body>(body).map(|body| body.messages).unwrap_or_default()
    }

    /// The recipients a message reached, in order. One named twice is reached twice: LINE does not say what it does with
    /// doubles, so the sandbox shows them.
    pub fn reached(&self) -> impl Iterator<Item = &LineUserId> {
        let missed: &[LineUserId] = self.sent.as_ref().map(|sent| sent.missed.as_slice()).unwrap_or_default();
        let everyone: &[LineUserId] = if self.sent.is_some() { &self.recipients } else { &[] };
        let missed: std::collections::HashSet<&LineUserId> = missed.iter().collect();
        everyone.iter().filter(move |user| !missed.contains(user))
    }
}
