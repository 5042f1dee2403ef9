//! The state of LINE in a box: a plain value, made of nothing but the records of what happened plus three things that may be
//! forgotten at a restart (rate buckets, fault switches, how webhooks are to be delivered).

mod endpoint;
pub mod events;
pub mod faults;
pub mod people;
pub mod rate;
pub mod record;
pub mod tokens;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Datelike, FixedOffset, TimeDelta, Utc};
use serde_json::Value;

pub use endpoint::Endpoint;

use self::faults::Faults;
use self::people::{Friendship, Person};
use self::rate::Rates;
use self::record::{Act, Attempt, Did, Record, Request, Via, Webhook};
use self::tokens::ReplyToken;
use crate::ids::LineUserId;

/// How long LINE remembers a retry key after the request that was accepted. "Retry an API request", read 2026-08.
pub const RETRY_KEY_LIFE: TimeDelta = TimeDelta::hours(24);

/// Everything LINE knows.
#[derive(Debug)]
pub struct World {
    /// The users, by id.
    pub people: BTreeMap<LineUserId, Person>,
    /// What stands in each user's chat, oldest first.
    pub chats: HashMap<LineUserId, Vec<Bubble>>,
    /// Every request, oldest first.
    pub requests: Vec<Arc<Request>>,
    /// Every webhook event and the tries to deliver it, oldest first.
    pub webhooks: Vec<Delivery>,
    /// Where webhooks go; none when unset.
    pub webhook_url: Option<String>,
    /// Messages a month may have; none is without limit.
    pub quota: Option<i64>,
    /// Messages a running narrowcast holds back. LINE then says the month is used up although it is not.
    pub reserved: i64,
    /// Whether a multicast to somebody LINE does not know is refused, as its table of errors says, or passes over her, as its
    /// list of conditions says.
    pub refuses_strangers: bool,
    /// Channel access tokens made before this instant are dead.
    pub tokens_live_from: Option<DateTime<Utc>>,
    /// What goes wrong on demand.
    pub faults: Faults,
    /// The rate buckets.
    pub rates: Rates,
    reply_tokens: HashMap<String, ReplyToken>,
    retry_keys: HashMap<String, Arc<Request>>,
    used: HashMap<Month, i64>,
    event_index: HashMap<String, usize>,
    next_seq: u64,
    next_message: u64,
}

/// A calendar month in UTC+9, the zone of LINE's statistics. In which zone the quota's month turns, LINE does not tell.
pub type Month = (i32, u32);

/// One thing in a chat.
#[derive(Debug, Clone)]
pub struct Bubble {
    /// Place in the history.
    pub seq: u64,
    /// When it came.
    pub at: DateTime<Utc>,
    /// What it is.
    pub content: Content,
}

/// What stands in a chat.
#[derive(Debug, Clone)]
pub enum Content {
    /// The user's own act.
    Mine(Did),
    /// A message of the account: which request brought it, and which of its messages it is.
    Theirs {
        /// The request.
        request: Arc<Request>,
        /// Position in its `messages`.
        index: usize,
    },
}

/// A webhook event on its way.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The event.
    pub webhook: Webhook,
    /// The tries so far.
    pub attempts: Vec<Attempt>,
}

impl Delivery {
    /// Whether the service took it.
    pub fn is_received(&self) -> bool {
        self.attempts.iter().any(|attempt| attempt.outcome.is_received())
    }
}

impl World {
    /// An empty world.
    pub fn new(quota: Option<i64>, seed: u64) -> Self {
        Self {
            people: BTreeMap::new(),
            chats: HashMap::new(),
            requests: Vec::new(),
            webhooks: Vec::new(),
            webhook_url: None,
            quota,
            reserved: 0,
            refuses_strangers: false,
            tokens_live_from: None,
            faults: Faults::new(seed),
            rates: Rates::default(),
            reply_tokens: HashMap::new(),
            retry_keys: HashMap::new(),
            used: HashMap::new(),
            event_index: HashMap::new(),
            next_seq: 1,
            next_message: 468_789_000_000_000_001,
        }
    }

    /// The place the next record takes.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// The number the next message takes; ids are numbers written as text and unique on the platform.
    pub fn next_message(&self) -> u64 {
        self.next_message
    }

    /// Takes a record in. The only way the world changes, apart from what a restart may forget.
    pub fn apply(&mut self, record: Record) {
        match record {
            Record::User(user) => {
                let id = user.id.clone();
                let stranger = Person { user, friendship: Friendship::Stranger, has_written: false };
                self.people.entry(id).or_insert(stranger);
            }
            Record::Act(act) => self.apply_act(act),
            Record::Webhook(webhook) => self.apply_webhook(webhook),
            Record::Attempt(attempt) => self.apply_attempt(attempt),
            Record::Request(request) => self.apply_request(Arc::from(request)),
            Record::Endpoint(url) => self.webhook_url = url,
            Record::Revoked(at) => self.tokens_live_from = Some(at),
        }
    }

    fn apply_act(&mut self, act: Act) {
        self.next_seq = self.next_seq.max(act.seq + 1);
        let Some(person) = self.people.get_mut(&act.user) else { return };
        match &act.did {
            Did::Followed => person.friendship = Friendship::Following,
            Did::Blocked => person.friendship = Friendship::Blocked,
            Did::Said(message) => {
                person.has_written = true;
                self.next_message = self.next_message.max(number_of(&message["id"]) + 1);
            }
            Did::Showed(_) | Did::Tapped => {}
        }
        let bubble = Bubble { seq: act.seq, at: act.at, content: Content::Mine(act.did) };
        self.chats.entry(act.user).or_default().push(bubble);
    }

    fn apply_webhook(&mut self, webhook: Webhook) {
        self.next_seq = self.next_seq.max(webhook.seq + 1);
        if let Some(token) = webhook.reply_token() {
            self.reply_tokens.insert(String::from(token), ReplyToken::new(webhook.user.clone(), webhook.at));
        }
        self.event_index.insert(webhook.event_id.clone(), self.webhooks.len());
        self.webhooks.push(Delivery { webhook, attempts: Vec::new() });
    }

    fn apply_attempt(&mut self, attempt: Attempt) {
        self.next_seq = self.next_seq.max(attempt.seq + 1);
        self.token_leaves(&attempt.event_id, attempt.at);
        let Some(&index) = self.event_index.get(&attempt.event_id) else { return };
        self.webhooks[index].attempts.push(attempt);
    }

    fn apply_request(&mut self, request: Arc<Request>) {
        self.next_seq = self.next_seq.max(request.seq + 1);
        if let Some(sent) = &request.sent {
            if let Some(token) = sent.reply_token.as_deref().and_then(|token| self.reply_tokens.get_mut(token)) {
                token.used = true;
            }
            if let Some(key) = &request.retry_key {
                self.retry_keys.insert(key.clone(), Arc::clone(&request));
            }
            *self.used.entry(month_of(request.at)).or_default() += sent.counted;
            for id in &sent.message_ids {
                self.next_message = self.next_message.max(id.parse().unwrap_or(0) + 1);
            }
            for user in request.reached() {
                let chat = self.chats.entry(user.clone()).or_default();
                chat.extend((0..sent.message_ids.len()).map(|index| Bubble {
                    seq: request.seq,
                    at: request.at,
                    content: Content::Theirs { request: Arc::clone(&request), index },
                }));
            }
        }
        self.requests.push(request);
    }

    /// An event's webhook leaves now: its reply token lives a minute from here.
    pub fn token_leaves(&mut self, event_id: &str, now: DateTime<Utc>) {
        let Some(delivery) = self.delivery(event_id) else { return };
        let Some(token) = delivery.webhook.reply_token().map(String::from) else { return };
        if let Some(token) = self.reply_tokens.get_mut(&token) {
            token.sent_at = token.sent_at.max(Some(now));
        }
    }

    /// An event by its id.
    pub fn delivery(&self, event_id: &str) -> Option<&Delivery> {
        self.event_index.get(event_id).map(|&index| &self.webhooks[index])
    }

    /// A reply token, dead or alive.
    pub fn reply_token(&self, token: &str) -> Option<&ReplyToken> {
        self.reply_tokens.get(token)
    }

    /// The request accepted under a retry key, while LINE remembers it.
    pub fn accepted_under(&self, retry_key: &str, now: DateTime<Utc>) -> Option<&Arc<Request>> {
        self.retry_keys.get(retry_key).filter(|request| now < request.at + RETRY_KEY_LIFE)
    }

    /// Messages used in the month of `now`.
    pub fn used(&self, now: DateTime<Utc>) -> i64 {
        self.used.get(&month_of(now)).copied().unwrap_or_default()
    }

    /// How the user stands to the account; none for a user LINE does not know.
    pub fn friendship(&self, user: &LineUserId) -> Option<Friendship> {
        self.people.get(user).map(|person| person.friendship)
    }

    /// Those of `to` a message does not reach.
    pub fn missed(&self, to: &[LineUserId]) -> Vec<LineUserId> {
        let missed: HashSet<&LineUserId> =
            to.iter().filter(|user| self.friendship(user) != Some(Friendship::Following)).collect();
        to.iter().filter(|user| missed.contains(user)).cloned().collect()
    }
}

impl Bubble {
    /// The message as it stands in the chat, in LINE's JSON; none for acts that show nothing.
    pub fn message(&self) -> Option<Value> {
        match &self.content {
            Content::Mine(Did::Said(message)) => Some(message.clone()),
            Content::Mine(Did::Showed(text)) => Some(serde_json::json!({ "type": "text", "text": text })),
            Content::Mine(_) => None,
            Content::Theirs { request, index } => request.messages().into_iter().nth(*index),
        }
    }

    /// By which way it came; none for the user's own.
    pub fn via(&self) -> Option<Via> {
        match &self.content {
            Content::Theirs { request, .. } => request.sent.as_ref().map(|sent| sent.via),
            Content::Mine(_) => None,
        }
    }
}

/// The month a moment belongs to, in UTC+9.
pub fn month_of(at: DateTime<Utc>) -> Month {
    let zone = FixedOffset::east_opt(9 * 3600).expect("nine hours are an offset");
    let local = at.with_timezone(&zone);
    (local.year(), local.month())
}

fn number_of(id: &Value) -> u64 {
    id.as_str().and_then(|id| id.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_turns_at_three_in_the_afternoon_of_the_day_before_in_utc() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        assert_eq!(month_of(at("2027-01-31T14:59:59Z")), (2027, 1));
        assert_eq!(month_of(at("2027-01-31T15:00:00Z")), (2027, 2));
    }
}
