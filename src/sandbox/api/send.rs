//! Reply, push, multicast and validate: what LINE decides, as functions on the world.

use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Value, json};

use super::answer::{Answer, Detail};
use super::check;
use crate::ids::{Ids, LineUserId};
use crate::sandbox::world::events;
use crate::sandbox::world::record::{Repeat, Request, Sent, Via};
use crate::sandbox::world::{Endpoint, World};

/// Ids in one multicast, at most. Messaging API reference, "Send multicast message", read 2026-08.
const MULTICAST_MOST: usize = 500;

/// What LINE decided about a request.
#[derive(Debug)]
pub struct Verdict {
    /// The answer.
    pub answer: Answer,
    /// The users named in it.
    pub recipients: Vec<LineUserId>,
    /// What goes out, when it was accepted.
    pub sent: Option<Sent>,
    /// The earlier request, when its retry key was accepted before.
    pub repeats: Option<Repeat>,
}

impl From<Answer> for Verdict {
    fn from(answer: Answer) -> Self {
        Self { answer, recipients: Vec::new(), sent: None, repeats: None }
    }
}

/// A request that sends, as read from the wire.
#[derive(Debug)]
pub struct Send<'a> {
    /// Reply, push or multicast.
    pub endpoint: Endpoint,
    /// The body.
    pub body: &'a Value,
    /// SHA-256 of the body's bytes in hexadecimal.
    pub body_sha256: &'a str,
    /// The retry key, in its canonical form.
    pub retry_key: Option<&'a str>,
    /// When.
    pub now: DateTime<Utc>,
}

/// Decides a reply, a push or a multicast.
pub fn decide(world: &World, send: &Send<'_>, ids: &Ids) -> Verdict {
    if let Some(earlier) = send.retry_key.and_then(|key| world.accepted_under(key, send.now)) {
        return repeated(earlier, send);
    }
    let recipients = match recipients(world, send) {
        Ok(recipients) => recipients,
        Err(answer) => return answer.into(),
    };
    let faults = check_body(send.body);
    if !faults.is_empty() {
        return Verdict { recipients: recipients.users, ..Answer::faulty(&faults).into() };
    }
    accept(world, send, recipients, ids)
}

/// Decides a validation: the messages alone are looked at.
pub fn validate(body: &Value) -> Answer {
    match check::messages(body) {
        faults if faults.is_empty() => Answer::ok(json!({})),
        faults => Answer::faulty(&faults),
    }
}

struct Recipients {
    via: Via,
    users: Vec<LineUserId>,
    reply_token: Option<String>,
}

fn recipients(world: &World, send: &Send<'_>) -> Result<Recipients, Answer> {
    match send.endpoint {
        Endpoint::Reply => {
            let token = send.body["replyToken"].as_str().filter(|token| !token.is_empty());
            let token = token.ok_or_else(|| empty("replyToken"))?;
            let alive = world.reply_token(token).filter(|token| token.is_alive(send.now));
            let user = alive.map(|token| token.user.clone()).ok_or_else(|| Answer::bad("Invalid reply token"))?;
            Ok(Recipients { via: Via::Reply, users: vec![user], reply_token: Some(String::from(token)) })
        }
        Endpoint::Multicast => {
            let to = match send.body.get("to") {
                Some(Value::Array(to)) if to.len() > MULTICAST_MOST => {
                    let detail = Detail::new("to", format!("Size must be between 1 and {MULTICAST_MOST}"));
                    return Err(Answer::faulty(&[detail]));
                }
                Some(Value::Array(to)) if !to.is_empty() => to,
                Some(Value::Array(_)) | None => return Err(empty("to")),
                Some(_) => return Err(Answer::invalid_property("to")),
            };
            let users = to.iter().enumerate().map(|(index, id)| user_id(id, &format!("to[{index}]")));
            let users: Vec<LineUserId> = users.collect::<Result<_, _>>()?;
            // Unknown users of good form are passed over: LINE's condition list says so, its error table says 400.
            if world.refuses_strangers && users.iter().any(|user| !world.people.contains_key(user)) {
                return Err(Answer::bad("Failed to send messages"));
            }
            Ok(Recipients { via: Via::Multicast, users, reply_token: None })
        }
        _ => {
            let to = send.body.get("to").filter(|to| to.as_str() != Some("")).ok_or_else(|| empty("to"))?;
            let user = user_id(to, "to")?;
            if !world.people.contains_key(&user) {
                return Err(Answer::bad("Failed to send messages"));
            }
            Ok(Recipients { via: Via::Push, users: vec![user], reply_token: None })
        }
    }
}

fn empty(property: &str) -> Answer {
    Answer::faulty(&[Detail::new(property, "May not be empty")])
}

fn user_id(id: &Value, property: &str) -> Result<LineUserId, Answer> {
    id.as_str().and_then(|id| id.parse().ok()).ok_or_else(|| Answer::invalid_property(property))
}

fn check_body(body: &Value) -> Vec<Detail> {
    let mut faults = check::messages(body);
    if body.get("notificationDisabled").is_some_and(|value| !value.is_boolean()) {
        faults.push(Detail::new("notificationDisabled", "must be a boolean"));
    }
    if let Some(units) = body.get("customAggregationUnits") {
        let names = units.as_array().map(Vec::as_slice).unwrap_or_default();
        let is_good = |name: &Value| {
            name.as_str().is_some_and(|name| {
                (1..=30).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            })
        };
        if names.len() > 1 || !units.is_array() {
            faults.push(Detail::new("customAggregationUnits", "Size must be between 0 and 1"));
        } else if !names.iter().all(is_good) {
            faults.push(Detail::new("customAggregationUnits[0]", "must be 1 to 30 of A-Z, a-z, 0-9 and _"));
        }
    }
    faults
}

fn repeated(earlier: &Request, send: &Send<'_>) -> Verdict {
    let repeat = Repeat { accepted_request_id: earlier.id.clone(), same_body: earlier.body_sha256 == send.body_sha256 };
    let mut answer = Answer::refused(StatusCode::CONFLICT, "The retry key is already accepted");
    if let Some(sent) = earlier.sent.as_ref().filter(|sent| sent.via == Via::Push) {
        answer.body["sentMessages"] = sent.message_ids.iter().map(|id| json!({ "id": id })).collect();
    }
    answer.accepted_request_id = Some(repeat.accepted_request_id.clone());
    Verdict { answer, recipients: earlier.recipients.clone(), sent: None, repeats: Some(repeat) }
}

fn accept(world: &World, send: &Send<'_>, recipients: Recipients, ids: &Ids) -> Verdict {
    let Recipients { via, users, reply_token } = recipients;
    let missed = world.missed(&users);
    // LINE counts recipients, not messages; who blocked or is unknown is not counted; replies are free.
    let reached = i64::try_from(users.len() - missed.len()).unwrap_or(i64::MAX);
    let counted = if via == Via::Reply { 0 } else { reached };
    if counted > 0 && world.quota.is_some_and(|quota| world.used(send.now) + world.reserved + counted > quota) {
        return Verdict { recipients: users, ..Answer::month_spent().into() };
    }
    let count = send.body["messages"].as_array().map_or(0, Vec::len);
    let message_ids: Vec<String> = (world.next_message()..).take(count).map(|id| id.to_string()).collect();
    let answer = match via {
        Via::Multicast => Answer::ok(json!({})),
        Via::Reply | Via::Push => Answer::ok(json!({ "sentMessages": sent_messages(send.body, &message_ids, ids) })),
    };
    let sent = Sent { via, missed, message_ids, reply_token, counted };
    Verdict { answer, recipients: users, sent: Some(sent), repeats: None }
}

/// Ids in the order sent; only what can be quoted has a quote token.
fn sent_messages(body: &Value, message_ids: &[String], ids: &Ids) -> Vec<Value> {
    let messages = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let one = |(id, message): (&String, &Value)| match message["type"].as_str() {
        Some("text" | "textV2" | "sticker" | "image" | "video" | "flex" | "template") => {
            json!({ "id": id, "quoteToken": events::token(ids) })
        }
        _ => json!({ "id": id }),
    };
    message_ids.iter().zip(messages).map(one).collect()
}
