//! The history as JSON: the judge's view. Nothing in it is a guess of the service; it is what LINE was asked and what phones got.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::world::record::Request;
use super::world::{Bubble, Content, Delivery, World};
use crate::ids::LineUserId;

/// Which part of the history.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// Only what concerns this user.
    #[serde(default)]
    pub phone: Option<LineUserId>,
    /// Only what has a greater `seq`.
    #[serde(default)]
    pub since: u64,
}

/// `{"next", "requests": […], "phones": {"U…": […]}, "webhooks": […]}`, each oldest first.
pub fn view(world: &World, wanted: &Since) -> Value {
    let concerns = |user: &LineUserId| wanted.phone.as_ref().is_none_or(|phone| phone == user);
    let requests = world.requests.iter().filter(|request| request.seq > wanted.since);
    let requests = requests.filter(|request| wanted.phone.is_none() || request.recipients.iter().any(concerns));
    let mut chats: Vec<_> = world.chats.iter().filter(|(user, _)| concerns(user)).collect();
    chats.sort_by_key(|(user, _)| *user);
    let mut phones = Map::new();
    for (user, chat) in chats {
        let bubbles: Vec<Value> = chat.iter().filter(|bubble| bubble.seq > wanted.since).map(bubble_json).collect();
        if !bubbles.is_empty() {
            phones.insert(String::from(user.as_str()), bubbles.into());
        }
    }
    let webhooks = world.webhooks.iter().filter(|delivery| concerns(&delivery.webhook.user));
    let webhooks = webhooks.filter(|delivery| last_seq(delivery) > wanted.since);
    json!({
        "next": world.next_seq() - 1,
        "requests": requests.map(|request| request_json(request)).collect::<Vec<_>>(),
        "phones": phones,
        "webhooks": webhooks.map(webhook_json).collect::<Vec<_>>(),
    })
}

fn last_seq(delivery: &Delivery) -> u64 {
    delivery.attempts.last().map_or(delivery.webhook.seq, |attempt| attempt.seq)
}

pub(super) fn request_json(request: &Request) -> Value {
    json!({
        "seq": request.seq, "id": request.id, "at": request.at, "method": request.method, "path": request.path,
        "endpoint": request.endpoint, "retry_key": request.retry_key, "body_sha256": request.body_sha256,
        "body": request.body, "recipients": request.recipients, "status": request.status,
        "answered": request.answered, "fault": request.fault, "accepted": request.sent.is_some(),
        "repeats": request.repeats, "reached": request.reached().collect::<Vec<_>>(),
        "counted": request.sent.as_ref().map_or(0, |sent| sent.counted),
    })
}

fn bubble_json(bubble: &Bubble) -> Value {
    let (request, did) = match &bubble.content {
        Content::Theirs { request, .. } => (Some(&request.id), None),
        Content::Mine(did) => (None, Some(did)),
    };
    json!({
        "seq": bubble.seq, "at": bubble.at, "from": if did.is_some() { "user" } else { "account" },
        "via": bubble.via(), "request": request, "did": did, "message": bubble.message(),
    })
}

pub(super) fn webhook_json(delivery: &Delivery) -> Value {
    let webhook = &delivery.webhook;
    json!({
        "seq": webhook.seq, "event_id": webhook.event_id, "at": webhook.at, "user": webhook.user,
        "type": webhook.event["type"], "event": webhook.event, "received": delivery.is_received(),
        "attempts": delivery.attempts,
    })
}
