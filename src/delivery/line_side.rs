//! From our words to LINE's and back: the bytes of a request, and what an answer means for us.

use bytes::Bytes;
use serde_json::value::RawValue;

use super::claim::Claimed;
use super::outcome::Heard;
use super::runs::Kind;
use super::{fault, quota};
use crate::app::App;
use crate::ids::LineUserId;
use crate::line::message::Message;
use crate::line::send::{self, Options, Outcome};

/// The bytes of a request. `messages` is the text of a list of message objects, which stays as it is.
pub(super) fn prepare(kind: Kind, to: &[LineUserId], messages: &str) -> Result<Bytes, String> {
    let frozen: &RawValue = serde_json::from_str(messages).map_err(|error| error.to_string())?;
    match (kind, to) {
        (Kind::Multicast, to) => send::prepare_multicast(to, frozen, &Options::default()),
        (Kind::Push, [to]) => send::prepare_push(to, frozen, &Options::default()),
        (Kind::Push, to) => return Err(format!("a push goes to one person, not {}", to.len())),
    }
    .map_err(|error| error.to_string())
}

/// Sends a request that is on disk.
pub(super) async fn send(app: &App, batch: &Claimed) -> Heard {
    let request = async {
        match batch.kind {
            Kind::Multicast => send::multicast(&app.line, batch.body.clone(), batch.retry_key).await,
            Kind::Push => send::push(&app.line, batch.body.clone(), batch.retry_key).await,
        }
    };
    match fault::during("sent-not-answered", request).await {
        Outcome::MonthlyLimit => month(app, batch).await,
        outcome => heard(outcome, batch.kind),
    }
}

/// Sends a reply.
pub(super) async fn reply(app: &App, token: &str, messages: &[Message]) -> Heard {
    match send::prepare_reply(token, messages, &Options::default()) {
        Ok(body) => heard(send::reply(&app.line, body).await, Kind::Multicast),
        Err(error) => Heard::Refused(error.to_string()),
    }
}

fn heard(outcome: Outcome, kind: Kind) -> Heard {
    match outcome {
        Outcome::Accepted { request_id, .. } => Heard::Accepted { request_id },
        Outcome::Refused(refusal) => match refusal.invalid_recipient() {
            Some(index) => Heard::UnknownRecipient(index),
            None if refusal.is_unknown_recipient() => match kind {
                Kind::Push => Heard::UnknownRecipient(0),
                Kind::Multicast => Heard::SomebodyUnknown,
            },
            None => Heard::Refused(refusal.to_string()),
        },
        Outcome::RateLimited { retry_after } => Heard::TooFast { wait: retry_after },
        Outcome::MonthlyLimit => Heard::MonthSpent,
        Outcome::Unauthorized(_) => Heard::TokenRefused,
        Outcome::Forbidden(_) => Heard::Forbidden,
        Outcome::Unknown(why) => Heard::Silence(why),
        Outcome::NotSent(why) => Heard::NotSent(why),
    }
}

/// Whether the month is spent, or another delivery under way holds what this request needs. (LINE refuses with the same words
/// while a narrowcast keeps messages reserved; consumption is then below the quota. Messaging API reference, read 2026-08.)
async fn month(app: &App, batch: &Claimed) -> Heard {
    let need = i64::try_from(batch.recipients.len()).unwrap_or(i64::MAX);
    match quota::month(app).await {
        Ok((Some(limit), used)) if limit - used >= need => Heard::MonthReserved,
        _ => Heard::MonthSpent,
    }
}
