//! The exchange between LINE and the service, newest first: events that left, requests that came, and what came of each.

use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::{chat, icon};
use crate::ids::LineUserId;
use crate::sandbox::history;
use crate::sandbox::world::record::{Outcome, Request};
use crate::sandbox::world::{Delivery, World};
use crate::words::Voice;

/// Rows shown; the history has them all.
const ROWS: usize = 40;

struct Row {
    seq: u64,
    time: String,
    icon: &'static str,
    what: String,
    whom: String,
    came: String,
    is_good: bool,
    detail: String,
}

#[derive(Template)]
#[template(path = "page/tape.html")]
struct Tape<'a> {
    voice: &'a Voice,
    rows: Vec<Row>,
}

impl Tape<'_> {
    fn icon(&self, name: &str) -> String {
        icon(name)
    }
}

/// The newest rows.
pub fn draw(world: &World, voice: &Voice, zone: Tz) -> askama::Result<String> {
    let events = world.webhooks.iter().rev().take(ROWS).map(|event| event_row(world, event, voice, zone));
    let requests = world.requests.iter().rev().take(ROWS).map(|request| request_row(world, request, voice, zone));
    let mut rows: Vec<Row> = events.chain(requests).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.seq));
    rows.truncate(ROWS);
    Tape { voice, rows }.render()
}

fn event_row(world: &World, event: &Delivery, voice: &Voice, zone: Tz) -> Row {
    let last = event.attempts.last();
    let again = if event.attempts.len() > 1 { format!(" ×{}", event.attempts.len()) } else { String::new() };
    let kind = event.webhook.event["type"].as_str().unwrap_or_default();
    Row {
        seq: event.webhook.seq,
        time: time(event.webhook.at, zone),
        icon: "arrow-up-right",
        what: format!("{kind}{again}"),
        whom: name_of(world, &event.webhook.user),
        came: match last.map(|last| last.outcome) {
            None => voice.say("sandbox-arrival-waits"),
            Some(Outcome::Status(status)) => status.to_string(),
            Some(other) => chat::outcome(other, voice),
        },
        is_good: event.is_received(),
        detail: pretty(&history::webhook_json(event)),
    }
}

fn request_row(world: &World, request: &Request, voice: &Voice, zone: Tz) -> Row {
    let whom = match request.recipients.as_slice() {
        [] => String::new(),
        [one] => name_of(world, one),
        many => {
            let count = i64::try_from(many.len()).unwrap_or(i64::MAX);
            voice.say_with("sandbox-tape-people", &[("count", count.into())])
        }
    };
    let came = match (request.answered, &request.fault) {
        (Some(status), None) => status.to_string(),
        (Some(status), Some(fault)) => format!("{status} {fault}"),
        (None, fault) => fault.clone().unwrap_or_default(),
    };
    Row {
        seq: request.seq,
        time: time(request.at, zone),
        icon: "arrow-down-left",
        what: request.endpoint.clone(),
        whom,
        came,
        is_good: request.answered.is_some_and(|status| status < 400) && request.fault.is_none(),
        detail: pretty(&history::request_json(request)),
    }
}

fn time(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%H:%M:%S").to_string()
}

fn name_of(world: &World, user: &LineUserId) -> String {
    world.people.get(user).map(|person| person.user.name.clone()).unwrap_or_default()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("JSON is written as text")
}
