//! What LINE's answers mean. LINE asks to branch on the status; texts are looked at only where a status has several meanings.
//!
//! Sources: Messaging API reference, "Status codes", "Error responses", "Error messages", read 2026-08.

use bytes::Bytes;
use chrono::TimeDelta;
use http::{HeaderMap, Response, StatusCode};
use serde::Deserialize;

use super::transport::Lost;

/// LINE's id of a request, to be kept: LINE's support asks for it.
const REQUEST_ID: &str = "x-line-request-id";
/// LINE's id of the request that was accepted before under the same retry key.
const ACCEPTED_REQUEST_ID: &str = "x-line-accepted-request-id";

/// Why a call brought nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There was no answer.
    #[error(transparent)]
    Lost(#[from] Lost),
    /// LINE said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// LINE is ill (5xx), or what answered was not LINE.
    #[error("LINE answered {status} with something else than expected (request {})", request_id.as_deref().unwrap_or("unknown"))]
    Broken {
        /// The HTTP status.
        status: u16,
        /// LINE's id of the request.
        request_id: Option<String>,
    },
}

/// LINE's no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("LINE refused with {status}: {}", self.words())]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// What LINE says; may be empty.
    pub message: String,
    /// What LINE says of single properties.
    pub details: Vec<Detail>,
    /// LINE's id of the request.
    pub request_id: Option<String>,
    /// How long LINE asks to wait. No LINE document mentions the header; a proxy may set it.
    pub retry_after: Option<TimeDelta>,
}

/// What LINE says of one property.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Detail {
    /// What is wrong.
    #[serde(default)]
    pub message: Option<String>,
    /// Where: `messages[0].text`, or `/body/contents/0` within Flex contents.
    #[serde(default)]
    pub property: Option<String>,
}

/// What LINE's answer with an error may look like: the API's form, and that of the token endpoints.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorBody {
    message: Option<String>,
    details: Option<Vec<Detail>>,
    error: Option<String>,
    error_description: Option<String>,
}

impl Error {
    /// LINE answered, and the answer was no: trying again changes nothing.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_))
    }

    /// There is no such thing, or LINE does not show it to us.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.status == 404)
    }
}

impl Refusal {
    /// Reads an answer of 4xx.
    pub(in crate::line) fn read(answer: &Response<Bytes>) -> Self {
        let body: ErrorBody = serde_json::from_slice(answer.body()).unwrap_or_default();
        let message = body.message.or(body.error_description).or(body.error).unwrap_or_default();
        Self {
            status: answer.status().as_u16(),
            // LINE writes some messages with a no-break space.
            message: message.replace('\u{a0}', " "),
            details: body.details.unwrap_or_default(),
            request_id: request_id(answer.headers()),
            retry_after: retry_after(answer.headers()),
        }
    }

    /// The message and the details in one line.
    fn words(&self) -> String {
        let mut words = self.message.clone();
        for detail in &self.details {
            let (property, message) =
                (detail.property.as_deref().unwrap_or("?"), detail.message.as_deref().unwrap_or("?"));
            words.push_str(&format!("; {property}: {message}"));
        }
        words
    }

    /// The month's messages are used up, or reserved by a delivery that is under way: then less is used than the quota allows.
    pub fn is_monthly_limit(&self) -> bool {
        self.status == 429 && self.message.to_ascii_lowercase().contains("monthly limit")
    }

    /// The reply token was used before, or is too old.
    pub fn is_dead_reply_token(&self) -> bool {
        self.status == 400 && self.message.to_ascii_lowercase().contains("invalid reply token")
    }

    /// LINE knows no such user for this account (a push to a well-formed id of another provider).
    pub fn is_unknown_recipient(&self) -> bool {
        self.status == 400 && self.message.to_ascii_lowercase().starts_with("failed to send messages")
    }

    /// The place in `to` that LINE takes no exception from: with one malformed id the whole request is refused.
    pub fn invalid_recipient(&self) -> Option<usize> {
        if self.status != 400 {
            return None;
        }
        let texts = self.details.iter().filter_map(|detail| detail.property.as_deref()).chain([self.message.as_str()]);
        texts.filter_map(recipient_in).next()
    }
}

/// The index of `to[index]` in LINE's words.
fn recipient_in(text: &str) -> Option<usize> {
    let (before, rest) = text.split_once("to[")?;
    let stands_alone = before.chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '.');
    rest.split_once(']')?.0.parse().ok().filter(|_| stands_alone)
}

/// LINE's id of the request.
pub(in crate::line) fn request_id(headers: &HeaderMap) -> Option<String> {
    text_of(headers, REQUEST_ID)
}

/// LINE's id of the request accepted before.
pub(in crate::line) fn accepted_request_id(headers: &HeaderMap) -> Option<String> {
    text_of(headers, ACCEPTED_REQUEST_ID)
}

fn text_of(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(String::from)
}

/// Whole seconds, at most an hour; dates and anything else are not read.
fn retry_after(headers: &HeaderMap) -> Option<TimeDelta> {
    let seconds = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim().parse::<u32>().ok()?;
    Some(TimeDelta::seconds(i64::from(seconds.min(3_600))))
}

/// The answer of a look-up: its body as `T`, or why not.
pub(super) fn read<T: serde::de::DeserializeOwned>(answer: &Response<Bytes>) -> Result<T, Error> {
    let broken = || Error::Broken { status: answer.status().as_u16(), request_id: request_id(answer.headers()) };
    match answer.status() {
        status if status.is_success() => serde_json::from_slice(answer.body()).map_err(|_| broken()),
        StatusCode::REQUEST_TIMEOUT => Err(broken()),
        status if status.is_client_error() => Err(Refusal::read(answer).into()),
        _ => Err(broken()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Response<Bytes> {
        let answer = Response::builder().status(status).header("X-Line-Request-Id", "r-1");
        answer.body(Bytes::copy_from_slice(body.as_bytes())).expect("an answer")
    }

    #[test]
    fn both_forms_of_errors_are_read() {
        let refusal = Refusal::read(&answer(
            400,
            r#"{"message":"The request body has 1 error(s)","details":[{"message":"May not be empty","property":"messages[0].text"}]}"#,
        ));
        assert_eq!(
            refusal.to_string(),
            "LINE refused with 400: The request body has 1 error(s); messages[0].text: May not be empty"
        );
        assert_eq!(refusal.request_id.as_deref(), Some("r-1"));
        let oauth =
            Refusal::read(&answer(400, r#"{"error":"invalid_client","error_description":"invalid client_secret"}"#));
        assert_eq!(oauth.message, "invalid client_secret");
    }

    #[test]
    fn an_error_without_words_is_still_an_error() {
        for body in ["", "<html>", "[]", "7", r#"{"message":null,"key":null,"details":null}"#, r#"{"message":7}"#] {
            assert_eq!(Refusal::read(&answer(403, body)).message, "", "{body}");
        }
    }

    #[test]
    fn statuses_that_have_several_meanings_are_told_apart_by_their_words() {
        let said = |status: u16, message: &str| {
            Refusal::read(&answer(status, &serde_json::json!({ "message": message }).to_string()))
        };
        assert!(said(429, "You have reached your monthly limit.").is_monthly_limit());
        assert!(!said(429, "The API rate limit has been exceeded. Try again later.").is_monthly_limit());
        assert!(!said(429, "").is_monthly_limit());
        assert!(said(400, "Invalid reply token").is_dead_reply_token());
        assert!(said(400, "Failed to send messages").is_unknown_recipient());
        assert_eq!(
            said(400, "The property, to[1], in the request body is invalid (line: -, column: -)").invalid_recipient(),
            Some(1)
        );
        assert_eq!(said(400, "The property, 'to[499]', is invalid").invalid_recipient(), Some(499));
        assert_eq!(said(400, "The property, photo[1], is invalid").invalid_recipient(), None);
        assert_eq!(said(400, "The property, a.to[1], is invalid").invalid_recipient(), None);
        assert_eq!(said(400, "to[x]").invalid_recipient(), None);
        assert_eq!(said(403, "to[1]").invalid_recipient(), None);
        let in_details = Refusal::read(&answer(400, r#"{"message":"x","details":[{"property":"to[3]"}]}"#));
        assert_eq!(in_details.invalid_recipient(), Some(3));
    }

    #[test]
    fn look_ups_are_read_or_say_why_not() {
        let read = |status, body| read::<serde_json::Value>(&answer(status, body));
        assert!(read(200, "{}").is_ok());
        assert!(matches!(read(200, "garbage"), Err(Error::Broken { status: 200, .. })));
        assert!(read(404, "{}").expect_err("a refusal").is_not_found());
        assert!(read(400, "{}").expect_err("a refusal").is_refusal());
        for status in [302, 408, 500, 502, 503] {
            assert!(matches!(read(status, "{}"), Err(Error::Broken { .. })), "{status}");
        }
    }
}
