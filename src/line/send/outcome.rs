//! What a try to send brought, sorted by what can be done next.

use bytes::Bytes;
use chrono::TimeDelta;
use http::{Response, StatusCode};
use serde::Deserialize;

use super::super::client::{Error, Lost, Refusal, Uncalled, accepted_request_id, request_id};

/// What a try to send brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// LINE took it. That is not yet delivery: who has blocked the account is counted as taken too.
    Accepted {
        /// LINE's id of the request that was accepted.
        request_id: Option<String>,
        /// It had been accepted at an earlier try under the same retry key (409).
        by_retry: bool,
        /// One for each message, for replies and pushes.
        sent: Vec<SentMessage>,
    },
    /// LINE refused it for good; the same bytes will be refused again.
    Refused(Refusal),
    /// Over the rate limit, or a 429 we do not know: nothing was taken; wait, then try again.
    RateLimited {
        /// How long LINE asks to wait, where something says so.
        retry_after: Option<TimeDelta>,
    },
    /// The month's messages are used up, or held by another delivery under way (then consumption is below the quota).
    MonthlyLimit,
    /// LINE does not take the token, or gives none for the channel's id and secret.
    Unauthorized(Refusal),
    /// The account or its plan may not send.
    Forbidden(Refusal),
    /// Nobody can tell whether LINE took it: no answer, 5xx, or an answer that is not LINE's.
    Unknown(String),
    /// Not one byte of it reached LINE.
    NotSent(String),
}

/// A message LINE took.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SentMessage {
    /// LINE's id of it.
    #[serde(deserialize_with = "text_or_number")]
    pub id: String,
    /// With it a later message can quote this one.
    #[serde(default)]
    pub quote_token: Option<String>,
}

/// LINE's documents say number, its samples text.
fn text_or_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Text(String),
        Number(u64),
    }
    Ok(match Id::deserialize(deserializer)? {
        Id::Text(id) => id,
        Id::Number(id) => id.to_string(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    #[serde(default)]
    sent_messages: Vec<SentMessage>,
}

impl Outcome {
    /// Of a request without a retry key.
    pub(super) fn of(called: Result<Response<Bytes>, Uncalled>) -> Self {
        match called {
            Ok(answer) => Self::read(&answer),
            Err(Uncalled::Lost(Lost::NotSent(why))) => Self::NotSent(why),
            Err(Uncalled::Lost(Lost::Unknown(why))) => Self::Unknown(why),
            // Without a token the request itself was not made.
            Err(Uncalled::NoToken(Error::Refused(refusal))) if refusal.status == 429 => {
                Self::RateLimited { retry_after: refusal.retry_after }
            }
            Err(Uncalled::NoToken(Error::Refused(refusal))) => Self::Unauthorized(refusal),
            Err(Uncalled::NoToken(error)) => Self::NotSent(format!("no channel access token: {error}")),
        }
    }

    /// Of a request with a retry key, for which 409 means that it was accepted before.
    pub(super) fn of_keyed(called: Result<Response<Bytes>, Uncalled>) -> Self {
        match called {
            Ok(answer) if answer.status() == StatusCode::CONFLICT => {
                let sent = serde_json::from_slice::<Sent>(answer.body()).map(|sent| sent.sent_messages);
                Self::Accepted {
                    request_id: accepted_request_id(answer.headers()),
                    by_retry: true,
                    sent: sent.unwrap_or_default(),
                }
            }
            called => Self::of(called),
        }
    }

    fn read(answer: &Response<Bytes>) -> Self {
        let request_id = request_id(answer.headers());
        let doubt = || {
            let id = request_id.as_deref().unwrap_or("unknown");
            Self::Unknown(format!("an answer of {} that says nothing (request {id})", answer.status().as_u16()))
        };
        match answer.status() {
            status if status.is_success() => match serde_json::from_slice::<Sent>(answer.body()) {
                Ok(sent) => Self::Accepted { request_id, by_retry: false, sent: sent.sent_messages },
                Err(_) => doubt(),
            },
            StatusCode::UNAUTHORIZED => Self::Unauthorized(Refusal::read(answer)),
            StatusCode::FORBIDDEN => Self::Forbidden(Refusal::read(answer)),
            // Said by something on the way that gave up waiting.
            StatusCode::REQUEST_TIMEOUT => doubt(),
            StatusCode::TOO_MANY_REQUESTS => match Refusal::read(answer) {
                refusal if refusal.is_monthly_limit() => Self::MonthlyLimit,
                refusal => Self::RateLimited { retry_after: refusal.retry_after },
            },
            status if status.is_client_error() => Self::Refused(Refusal::read(answer)),
            _ => doubt(),
        }
    }
}
