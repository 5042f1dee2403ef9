//! A chat as the phone shows it, item by item: what came by which way, what the person said and whether it arrived.

use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::icon;
use crate::ids::LineUserId;
use crate::line::flex;
use crate::sandbox::world::record::{Attempt, Did, Outcome, Request, Via};
use crate::sandbox::world::{Bubble, Content, Delivery, World};
use crate::words::Voice;

/// Items drawn when a chat is opened; the history has the rest.
const SHOWN: usize = 200;

/// How to draw.
pub struct Look<'a> {
    /// In whose language.
    pub voice: &'a Voice,
    /// In which zone times are told.
    pub zone: Tz,
    /// The day it is there.
    pub today: NaiveDate,
}

/// A small line under a bubble.
struct Mark {
    tone: &'static str,
    icon: &'static str,
    text: String,
}

/// One thing in a chat.
#[derive(Template)]
#[template(path = "page/item.html")]
struct Item<'a> {
    key: &'a str,
    day: Option<String>,
    note: Option<String>,
    is_mine: bool,
    leads: bool,
    kind: &'a str,
    body: String,
    time: String,
    marks: Vec<Mark>,
}

impl Item<'_> {
    fn icon(&self, name: &str) -> String {
        icon(name)
    }
}

/// `{"key", "html"}` of everything that came or changed after `since`, oldest first.
pub fn items(world: &World, user: &LineUserId, since: u64, look: &Look<'_>) -> askama::Result<Vec<Value>> {
    let chat = world.chats.get(user).map(Vec::as_slice).unwrap_or_default();
    let shown: Vec<&Bubble> = chat.iter().filter(|bubble| is_visible(bubble)).collect();
    let first = shown.len().saturating_sub(SHOWN);
    let mut items = Vec::new();
    for (place, bubble) in shown.iter().enumerate().skip(first) {
        let event = event_of(world, user, bubble);
        if changed_at(bubble, event) <= since {
            continue;
        }
        let before = place.checked_sub(1).map(|before| shown[before]);
        let key = key_of(bubble);
        let html = draw(bubble, before, event, &key, look).render()?;
        items.push(json!({ "key": key, "html": html }));
    }
    Ok(items)
}

/// The quick replies under the chat: those of its last item, if that came from the account.
pub fn quick_replies(world: &World, user: &LineUserId) -> String {
    let last = world.chats.get(user).and_then(|chat| chat.last()).filter(|bubble| bubble.via().is_some());
    last.and_then(Bubble::message).map(|message| flex::quick_replies(&message)).unwrap_or_default()
}

fn is_visible(bubble: &Bubble) -> bool {
    !matches!(bubble.content, Content::Mine(Did::Tapped))
}

fn key_of(bubble: &Bubble) -> String {
    match &bubble.content {
        Content::Theirs { index, .. } => format!("{}-{index}", bubble.seq),
        Content::Mine(_) => bubble.seq.to_string(),
    }
}

/// The event LINE made of an act: the record right after it.
fn event_of<'a>(world: &'a World, user: &LineUserId, bubble: &Bubble) -> Option<&'a Delivery> {
    if bubble.via().is_some() {
        return None;
    }
    let index = world.webhooks.binary_search_by_key(&(bubble.seq + 1), |event| event.webhook.seq).ok()?;
    Some(&world.webhooks[index]).filter(|event| event.webhook.user == *user)
}

fn changed_at(bubble: &Bubble, event: Option<&Delivery>) -> u64 {
    let tried = event.and_then(|event| event.attempts.last()).map_or(0, |attempt| attempt.seq);
    bubble.seq.max(tried)
}

fn draw<'a>(
    bubble: &Bubble,
    before: Option<&Bubble>,
    event: Option<&Delivery>,
    key: &'a str,
    look: &Look<'_>,
) -> Item<'a> {
    let Look { voice, zone, today } = look;
    let local = |at: DateTime<Utc>| at.with_timezone(zone).naive_local();
    let day = local(bubble.at).date();
    let is_new_day = before.is_none_or(|before| local(before.at).date() != day);
    let said_day = || if day == *today { voice.say("sandbox-today") } else { voice.day(day, *today) };
    let is_mine = bubble.via().is_none();
    let message = bubble.message();
    let (kind, body) = message.as_ref().map(|message| drawn(message, voice)).unwrap_or_default();
    let marks = match &bubble.content {
        Content::Mine(_) => event.map(|event| arrival(&event.attempts, voice)).into_iter().collect(),
        Content::Theirs { request, index } => way(request, *index, voice),
    };
    Item {
        key,
        day: is_new_day.then(said_day),
        note: note_of(bubble, voice),
        is_mine,
        leads: before.is_none_or(|before| before.via().is_none()) || is_new_day,
        kind,
        body,
        time: local(bubble.at).format("%H:%M").to_string(),
        marks,
    }
}

/// What an act that is no message says in the middle of the chat.
fn note_of(bubble: &Bubble, voice: &Voice) -> Option<String> {
    match &bubble.content {
        Content::Mine(Did::Followed) => Some(voice.say("sandbox-note-followed")),
        Content::Mine(Did::Blocked) => Some(voice.say("sandbox-note-blocked")),
        _ => None,
    }
}

/// A message and the name of its look: `text`, `flex`, or `thing` for what stands there as a sign with a word.
fn drawn(message: &Value, voice: &Voice) -> (&'static str, String) {
    let sign = |name, key: &str| ("thing", format!("{}<span>{}</span>", icon(name), voice.say(key)));
    match message["type"].as_str().unwrap_or_default() {
        "flex" => ("flex", flex::message(message)),
        "image" => sign("photo", "sandbox-thing-image"),
        "sticker" => sign("sticker-2", "sandbox-thing-sticker"),
        "video" => sign("video", "sandbox-thing-video"),
        "audio" => sign("microphone", "sandbox-thing-audio"),
        "location" => sign("map-pin", "sandbox-thing-location"),
        _ => ("text", flex::message(message)),
    }
}

/// How a message of the account came, told once under the last of a request's messages.
fn way(request: &Request, index: usize, voice: &Voice) -> Vec<Mark> {
    let Some(sent) = request.sent.as_ref().filter(|sent| index + 1 == sent.message_ids.len()) else {
        return Vec::new();
    };
    let people = i64::try_from(request.reached().count()).unwrap_or(i64::MAX);
    let mut marks = vec![match sent.via {
        Via::Reply => Mark { tone: "free", icon: "arrow-back-up", text: voice.say("sandbox-way-reply") },
        Via::Push => Mark { tone: "paid", icon: "bell", text: voice.say("sandbox-way-push") },
        Via::Multicast => Mark {
            tone: "paid",
            icon: "speakerphone",
            text: voice.say_with("sandbox-way-multicast", &[("people", people.into())]),
        },
    }];
    if let Some(fault) = &request.fault {
        let text = voice.say(&format!("sandbox-fault-{fault}"));
        marks.push(Mark { tone: "wrong", icon: "bolt", text });
    }
    marks
}

/// Whether the service took what the person did.
fn arrival(attempts: &[Attempt], voice: &Voice) -> Mark {
    let Some(last) = attempts.last() else {
        return Mark { tone: "waits", icon: "clock", text: voice.say("sandbox-arrival-waits") };
    };
    if attempts.iter().any(|attempt| attempt.outcome.is_received()) {
        let times = i64::try_from(attempts.len()).unwrap_or(i64::MAX);
        let text = match times {
            1 => voice.say("sandbox-arrival-received"),
            _ => voice.say_with("sandbox-arrival-received-times", &[("times", times.into())]),
        };
        return Mark { tone: "took", icon: "check", text };
    }
    Mark { tone: "wrong", icon: "alert-triangle", text: outcome(last.outcome, voice) }
}

/// What came back from the service, in words.
pub fn outcome(outcome: Outcome, voice: &Voice) -> String {
    match outcome {
        Outcome::Status(status) => voice.say_with("sandbox-arrival-status", &[("status", i64::from(status).into())]),
        Outcome::CouldNotConnect => voice.say("sandbox-arrival-nobody"),
        Outcome::RequestTimeout => voice.say("sandbox-arrival-slow"),
        Outcome::Unclassified => voice.say("sandbox-arrival-cut"),
    }
}
