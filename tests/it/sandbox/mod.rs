//! LINE in a box answers as LINE would, and its history tells the truth.

mod api;
mod client;
mod command;
mod faults;
mod page;
mod people;
mod restart;
mod sending;
mod sessions;
mod sockets;
mod webhooks;

use axum::body::Body;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::{Value, json};
use shuke::clock::{Chance, Clock};
use shuke::ids::{Ids, LineUserId};
use shuke::sandbox::{Broken, Config, Outcome, Sandbox};
use tower::ServiceExt;

/// A sandbox and the token of a service that uses it.
struct Box {
    sandbox: Sandbox,
    bearer: String,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
    broken: Option<Broken>,
}

fn start() -> DateTime<Utc> {
    "2027-03-04T03:30:00Z".parse().expect("a time")
}

fn open(config: Config) -> Sandbox {
    open_seeded(config, 1)
}

fn open_seeded(config: Config, seed: u64) -> Sandbox {
    let clock = Clock::still(start());
    Sandbox::open(config, clock.clone(), Ids::new(clock, Chance::seeded(seed))).expect("a sandbox opens")
}

impl Box {
    async fn new() -> Self {
        Self::with(open(Config::in_memory())).await
    }

    async fn with(sandbox: Sandbox) -> Self {
        let mut it = Self { sandbox, bearer: String::new() };
        it.bearer = it.fresh_bearer().await;
        it
    }

    async fn fresh_bearer(&self) -> String {
        let channel = &self.sandbox.config().channel;
        let form = format!("grant_type=client_credentials&client_id={}&client_secret={}", channel.id, channel.secret);
        let answer = self.form("/oauth2/v3/token", &form).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body["expires_in"], 900);
        format!("Bearer {}", answer.body["access_token"].as_str().expect("a token"))
    }

    async fn form(&self, path: &str, form: &str) -> Answer {
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(form.to_owned())).expect("a request")).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.json(Method::POST, path, body, None).await
    }

    async fn keyed(&self, path: &str, body: &Value, key: &str) -> Answer {
        self.json(Method::POST, path, body, Some(key)).await
    }

    async fn json(&self, method: Method, path: &str, body: &Value, key: Option<&str>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", &self.bearer)
            .header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("X-Line-Retry-Key", key);
        }
        self.ask(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header("authorization", &self.bearer);
        self.ask(request.body(Body::empty()).expect("a request")).await
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.sandbox.router().oneshot(request).await.expect("a router answers");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
        let body =
            serde_json::from_slice(&bytes).unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into_owned().into());
        Answer { status: parts.status, headers: parts.headers, body, broken: parts.extensions.get().copied() }
    }

    /// A friend of the account.
    async fn friend(&self, name: &str) -> LineUserId {
        let user = self.sandbox.add_user(name);
        self.sandbox.follow(&user).await.expect("a stranger may follow");
        user
    }

    fn advance(&self, by: TimeDelta) {
        self.sandbox.advance(by);
    }

    /// The texts the account put on a phone, oldest first.
    fn texts(&self, user: &LineUserId) -> Vec<String> {
        self.sandbox.look(|world| {
            let chat = world.chats.get(user).map(Vec::as_slice).unwrap_or_default();
            let theirs = chat.iter().filter(|bubble| bubble.via().is_some());
            theirs.filter_map(|bubble| bubble.message()?["text"].as_str().map(String::from)).collect()
        })
    }

    async fn history(&self) -> Value {
        self.get("/history").await.body
    }

    fn reply_token(&self, user: &LineUserId) -> String {
        self.sandbox.look(|world| {
            let events = world.webhooks.iter().rev().filter(|delivery| delivery.webhook.user == *user);
            let token = events.filter_map(|delivery| delivery.webhook.reply_token()).next();
            String::from(token.expect("an event with a token"))
        })
    }
}

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

fn says(answer: &Answer) -> &str {
    answer.body["message"].as_str().unwrap_or_default()
}

const PUSH: &str = "/v2/bot/message/push";
const MULTICAST: &str = "/v2/bot/message/multicast";
const REPLY: &str = "/v2/bot/message/reply";
const KEY: &str = "123e4567-e89b-42d3-a456-426614174000";

fn received(outcome: Option<Outcome>) -> bool {
    outcome.is_some_and(Outcome::is_received)
}
