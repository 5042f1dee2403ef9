//! How webhooks reach the service: signed, to an address or straight into its router, with redelivery, duplicates and
//! another order on demand.

use std::collections::VecDeque;
use std::time::Duration;

use axum::body::Body;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use http::{Request, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::Sandbox;
use super::api::answer::Answer;
use super::world::World;
use super::world::events;
use super::world::record::{Attempt, Outcome, Record};
use crate::line::signature;

/// How long LINE waits for an answer: 2 s. "Check webhook error statistics", read 2026-08.
pub(super) const DEADLINE: Duration = Duration::from_secs(2);

/// The path events take in a router when no address was set.
const USUAL_PATH: &str = "/line/webhook";

/// When an event that was not taken comes again, after the try before. LINE does not tell its own times; these are ours.
const AGAIN_AFTER_S: [i64; 7] = [5, 15, 60, 300, 900, 3_600, 10_800];

/// How webhooks are delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Habits {
    /// Whether what was not taken comes again. Off at LINE unless switched on in its console.
    pub redelivery: bool,
    /// How many more times each event arrives, at the same moment.
    pub duplicates: u8,
    /// Whether events wait until they are released.
    pub hold: bool,
    /// How they are signed.
    pub signature: Signature,
}

/// How a webhook is signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// As LINE signs.
    #[default]
    Right,
    /// With another channel's secret.
    Wrong,
    /// Not at all.
    Missing,
}

/// In which order held events are released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// As they happened.
    #[default]
    AsHappened,
    /// Last first.
    Reversed,
    /// Any; the dice of the sandbox decide.
    Shuffled,
}

/// Events on their way.
#[derive(Debug, Default)]
pub(super) struct Post {
    held: VecDeque<String>,
    again: Vec<(DateTime<Utc>, String)>,
}

impl Sandbox {
    /// Sets how webhooks are delivered.
    pub fn set_habits(&self, habits: Habits) {
        self.lock().habits = habits;
        self.turned();
    }

    /// How webhooks are delivered.
    pub fn habits(&self) -> Habits {
        self.lock().habits
    }

    /// How many events wait for release.
    pub fn held(&self) -> usize {
        self.lock().post.held.len()
    }

    /// Sends a fresh event, or holds it. The outcome is none when it was held or there is nowhere to send it.
    pub(super) async fn post(&self, event_id: String) -> Option<Outcome> {
        let duplicates = {
            let mut inside = self.lock();
            if inside.habits.hold {
                inside.post.held.push_back(event_id);
                drop(inside);
                self.turned();
                return None;
            }
            inside.habits.duplicates
        };
        let copies = (0..=duplicates).map(|_| self.deliver(vec![event_id.clone()], false));
        join_all(copies).await.into_iter().next().flatten()
    }

    /// Releases held events in an order, so many to a request, and tells how many there were.
    pub async fn release(&self, order: Order, per_request: usize) -> usize {
        let (mut events, duplicates) = {
            let mut inside = self.lock();
            (Vec::from(std::mem::take(&mut inside.post.held)), inside.habits.duplicates)
        };
        match order {
            Order::AsHappened => {}
            Order::Reversed => events.reverse(),
            Order::Shuffled => self.shuffle(&mut events),
        }
        for together in events.chunks(per_request.max(1)) {
            join_all((0..=duplicates).map(|_| self.deliver(together.to_vec(), false))).await;
        }
        events.len()
    }

    fn shuffle(&self, events: &mut [String]) {
        for last in (1..events.len()).rev() {
            let other = self.0.ids.below(u64::try_from(last + 1).unwrap_or(1));
            events.swap(last, usize::try_from(other).unwrap_or_default());
        }
    }

    /// Sends again what is due by the clock; tells how many events that were.
    pub async fn redeliver_due(&self) -> usize {
        let now = self.0.clock.now();
        let due: Vec<String> = {
            let mut inside = self.lock();
            let again = std::mem::take(&mut inside.post.again);
            let (due, later): (Vec<_>, Vec<_>) = again.into_iter().partition(|(at, _)| *at <= now);
            inside.post.again = later;
            due.into_iter().map(|(_, event_id)| event_id).collect()
        };
        self.redeliver(due).await
    }

    /// Sends again at once everything that was sent and never taken, whether redelivery is on or not.
    pub async fn redeliver_all(&self) -> usize {
        let lost = {
            let mut inside = self.lock();
            inside.post.again.clear();
            unreceived(&inside.world)
        };
        self.redeliver(lost).await
    }

    /// Sends the newest event once more: as a redelivery, or as the plain double LINE warns of. The outcome is none when there
    /// is no event yet, or nowhere to send it.
    pub async fn send_again(&self, redelivery: bool) -> Option<Outcome> {
        let last = self.look(|world| world.webhooks.last().map(|event| event.webhook.event_id.clone()))?;
        self.deliver(vec![last], redelivery).await
    }

    async fn redeliver(&self, events: Vec<String>) -> usize {
        for event_id in &events {
            self.deliver(vec![event_id.clone()], true).await;
        }
        events.len()
    }

    /// One request with these events; records what came of each.
    async fn deliver(&self, event_ids: Vec<String>, redelivery: bool) -> Option<Outcome> {
        let at = self.0.clock.now();
        let events: Vec<Value> = {
            let mut inside = self.lock();
            if inside.service.is_none() && inside.world.webhook_url.is_none() {
                return None;
            }
            event_ids.iter().for_each(|event_id| inside.world.token_leaves(event_id, at));
            let found = event_ids.iter().filter_map(|event_id| inside.world.delivery(event_id));
            found
                .map(|delivery| &delivery.webhook.event)
                .map(|event| if redelivery { events::redelivered(event) } else { event.clone() })
                .collect()
        };
        let outcome = self.send_webhook(&events).await;
        let inside = &mut *self.lock();
        for event_id in event_ids {
            let seq = inside.world.next_seq();
            let attempt = Attempt { seq, event_id: event_id.clone(), at, redelivery, outcome };
            self.keep(inside, Record::Attempt(attempt));
            if inside.habits.redelivery && !outcome.is_received() {
                inside.post.again.retain(|(_, other)| *other != event_id);
                inside.post.again.extend(next_try(&inside.world, &event_id).map(|due| (due, event_id)));
            }
        }
        Some(outcome)
    }

    /// Signs events and sends them as one webhook; with none it is LINE's connectivity check.
    pub async fn send_webhook(&self, events: &[Value]) -> Outcome {
        let body = events::body(self.0.config.channel.bot_user_id.as_str(), events);
        let (habits, service, url) = {
            let inside = self.lock();
            (inside.habits, inside.service.clone(), inside.world.webhook_url.clone())
        };
        let secret = &self.0.config.channel.secret;
        let signed = match habits.signature {
            Signature::Right => Some(signature::sign(secret, &body)),
            Signature::Wrong => Some(signature::sign(&format!("{secret}?"), &body)),
            Signature::Missing => None,
        };
        match (service, url) {
            (Some(service), url) => {
                let path = url.as_deref().and_then(path_of).unwrap_or_else(|| String::from(USUAL_PATH));
                let request = Request::post(path).header(header::CONTENT_TYPE, "application/json; charset=utf-8");
                let request = signed.iter().fold(request, |request, signed| request.header(signature::HEADER, signed));
                let Ok(request) = request.body(Body::from(body)) else { return Outcome::Unclassified };
                match service.oneshot(request).await {
                    Ok(answer) => Outcome::Status(answer.status().as_u16()),
                }
            }
            (None, Some(url)) => self.send_over_http(&url, body, signed).await,
            (None, None) => Outcome::CouldNotConnect,
        }
    }

    async fn send_over_http(&self, url: &str, body: Vec<u8>, signed: Option<String>) -> Outcome {
        let client = self.0.http.get_or_init(|| {
            let client = reqwest::Client::builder().timeout(DEADLINE).redirect(reqwest::redirect::Policy::none());
            client.no_proxy().build().expect("TLS starts with the crypto this program is built with")
        });
        let request = client.post(url).header(header::CONTENT_TYPE, "application/json; charset=utf-8");
        let request = signed.iter().fold(request, |request, signed| request.header(signature::HEADER, signed));
        match request.body(body).send().await {
            Ok(answer) => Outcome::Status(answer.status().as_u16()),
            Err(error) if error.is_timeout() => Outcome::RequestTimeout,
            Err(error) if error.is_connect() => Outcome::CouldNotConnect,
            Err(_) => Outcome::Unclassified,
        }
    }

    /// `POST /v2/bot/channel/webhook/test`.
    pub(super) async fn test_webhook(&self, body: &Value) -> Answer {
        if body.get("endpoint").is_none() && self.look(|world| world.webhook_url.is_none()) {
            return Answer::not_found();
        }
        let outcome = match body["endpoint"].as_str() {
            Some(url) => {
                let empty = events::body(self.0.config.channel.bot_user_id.as_str(), &[]);
                let signed = signature::sign(&self.0.config.channel.secret, &empty);
                self.send_over_http(url, empty, Some(signed)).await
            }
            None => self.send_webhook(&[]).await,
        };
        let (status, reason) = match outcome {
            Outcome::Status(status @ 200..=299) => (i32::from(status), "OK"),
            Outcome::Status(status) => (i32::from(status), "ERROR_STATUS_CODE"),
            Outcome::CouldNotConnect => (0, "COULD_NOT_CONNECT"),
            Outcome::RequestTimeout => (0, "REQUEST_TIMEOUT"),
            Outcome::Unclassified => (0, "UNCLASSIFIED"),
        };
        let timestamp = self.0.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let detail = StatusCode::from_u16(u16::try_from(status).unwrap_or_default()).ok();
        let detail = detail.map_or_else(|| String::from(reason), |status| status.as_u16().to_string());
        Answer::ok(json!({
            "success": outcome.is_received(), "timestamp": timestamp, "statusCode": status, "reason": reason, "detail": detail,
        }))
    }
}

/// The path and query of an address.
fn path_of(url: &str) -> Option<String> {
    url.parse::<http::Uri>().ok()?.path_and_query().map(|path| String::from(path.as_str()))
}

/// Events that were tried and never taken, oldest first.
fn unreceived(world: &World) -> Vec<String> {
    let lost = world.webhooks.iter().filter(|delivery| !delivery.attempts.is_empty() && !delivery.is_received());
    lost.map(|delivery| delivery.webhook.event_id.clone()).collect()
}

/// When an event comes again; none once it was taken or the tries are used up.
fn next_try(world: &World, event_id: &str) -> Option<DateTime<Utc>> {
    let delivery = world.delivery(event_id).filter(|delivery| !delivery.is_received())?;
    let redelivered = delivery.attempts.iter().filter(|attempt| attempt.redelivery).count();
    let last = delivery.attempts.last()?.at;
    AGAIN_AFTER_S.get(redelivered).map(|&seconds| last + TimeDelta::seconds(seconds))
}
