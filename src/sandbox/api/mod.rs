//! LINE's API under LINE's own paths: what comes in is judged, what is decided is recorded, then the answer leaves, or what
//! the fault switches make of it.

mod account;
pub mod answer;
pub mod check;
pub mod send;

use std::collections::HashMap;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request as HttpRequest, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use self::answer::Answer;
use self::send::{Send, Verdict};
use super::serve::Broken;
use super::world::Endpoint;
use super::world::faults::{Fault, FaultKind};
use super::world::record::{Record, Request};
use super::{Inside, Sandbox};
use crate::problem::Problem;

/// Bytes in a request, at most. Messaging API reference, "Status codes", read 2026-08.
const BODY_MOST: usize = 2 * 1024 * 1024;

const RETRY_KEY: &str = "x-line-retry-key";

/// The routes. A path LINE does not have, a slash at the end too, is answered as LINE answers it.
pub(super) fn router(_: &Sandbox) -> Router<Sandbox> {
    Router::new()
        .route("/v2/bot/message/reply", post(|s, r| line(s, Endpoint::Reply, r)))
        .route("/v2/bot/message/push", post(|s, r| line(s, Endpoint::Push, r)))
        .route("/v2/bot/message/multicast", post(|s, r| line(s, Endpoint::Multicast, r)))
        .route("/v2/bot/message/validate/reply", post(|s, r| line(s, Endpoint::Validate, r)))
        .route("/v2/bot/message/validate/push", post(|s, r| line(s, Endpoint::Validate, r)))
        .route("/v2/bot/message/validate/multicast", post(|s, r| line(s, Endpoint::Validate, r)))
        .route("/v2/bot/message/validate/narrowcast", post(|s, r| line(s, Endpoint::Validate, r)))
        .route("/v2/bot/message/validate/broadcast", post(|s, r| line(s, Endpoint::Validate, r)))
        .route("/v2/bot/message/quota", get(|s, r| line(s, Endpoint::Quota, r)))
        .route("/v2/bot/message/quota/consumption", get(|s, r| line(s, Endpoint::Consumption, r)))
        .route("/v2/bot/profile/{user_id}", get(|s, r| line(s, Endpoint::Profile, r)))
        .route("/v2/bot/info", get(|s, r| line(s, Endpoint::BotInfo, r)))
        .route(
            "/v2/bot/channel/webhook/endpoint",
            get(|s, r| line(s, Endpoint::WebhookGet, r)).put(|s, r| line(s, Endpoint::WebhookSet, r)),
        )
        .route("/v2/bot/channel/webhook/test", post(|s, r| line(s, Endpoint::WebhookTest, r)))
        .route("/oauth2/v3/token", post(|s, r| line(s, Endpoint::Token, r)))
        .route("/oauth2/v2.1/verify", post(|s, r| line(s, Endpoint::VerifyIdToken, r)))
        .method_not_allowed_fallback(wrong_method)
}

/// A path nobody has. Below LINE's prefixes that is LINE's answer, and stands in the history.
pub(super) async fn unknown_path(state: State<Sandbox>, request: HttpRequest) -> Response {
    let path = request.uri().path();
    if ["/v2/", "/oauth2/", "/v3/"].iter().any(|prefix| path.starts_with(prefix)) {
        return line(state, Endpoint::Unknown, request).await;
    }
    Problem::not_found("The sandbox has no such page.").into_response()
}

async fn wrong_method(State(sandbox): State<Sandbox>) -> Response {
    let answer = Answer::refused(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
    signed_off(answer.into_response(), &sandbox.0.ids.random_uuid().to_string(), sandbox.0.clock.now())
}

/// Adds what every answer of LINE carries: its id, and the time, which here is the sandbox's.
fn signed_off(mut response: Response, id: &str, now: DateTime<Utc>) -> Response {
    let date = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    for (name, value) in [(HeaderName::from_static("x-line-request-id"), id), (header::DATE, date.as_str())] {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// A request as it came in.
struct Call {
    endpoint: Endpoint,
    method: String,
    path: String,
    headers: HeaderMap,
    /// None when it was longer than a request may be.
    body: Option<Bytes>,
    body_sha256: String,
    form: HashMap<String, String>,
    now: DateTime<Utc>,
}

async fn line(State(sandbox): State<Sandbox>, endpoint: Endpoint, request: HttpRequest) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_MOST).await.ok();
    let bytes = body.clone().unwrap_or_default();
    let call = Call {
        endpoint,
        method: parts.method.to_string(),
        path: String::from(parts.uri.path()),
        form: form_of(endpoint, &parts.headers, &bytes).await,
        headers: parts.headers,
        body,
        body_sha256: hex(&Sha256::digest(&bytes)),
        now: sandbox.0.clock.now(),
    };
    let id = sandbox.0.ids.random_uuid().to_string();
    let (mut answer, fault) = sandbox.decide(&call, &id);
    if endpoint == Endpoint::WebhookTest && answer.status.is_success() {
        answer = sandbox.test_webhook(&call.json().unwrap_or_default()).await;
    }
    signed_off(strike(answer, fault).await, &id, call.now)
}

/// The fields of a form; empty for anything else.
async fn form_of(endpoint: Endpoint, headers: &HeaderMap, body: &Bytes) -> HashMap<String, String> {
    if !matches!(endpoint, Endpoint::Token | Endpoint::VerifyIdToken) {
        return HashMap::new();
    }
    let mut request = HttpRequest::post("/").body(Body::from(body.clone())).expect("a request without parts is sound");
    if let Some(kind) = headers.get(header::CONTENT_TYPE) {
        request.headers_mut().insert(header::CONTENT_TYPE, kind.clone());
    }
    axum::Form::<HashMap<String, String>>::from_request(request, &()).await.map(|form| form.0).unwrap_or_default()
}

impl Call {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.body.as_deref()?).ok()
    }

    /// The retry key in its canonical form; the error is LINE's answer. LINE does not publish the texts of these two.
    fn retry_key(&self) -> Result<Option<String>, Answer> {
        let Some(key) = self.headers.get(RETRY_KEY) else { return Ok(None) };
        if !self.endpoint.takes_retry_key() {
            return Err(Answer::bad("The retry key cannot be used with this endpoint"));
        }
        let key = key.to_str().ok().filter(|key| key.len() == 36).and_then(|key| uuid::Uuid::try_parse(key).ok());
        key.map(|key| Some(key.to_string())).ok_or_else(|| Answer::bad("The retry key is invalid"))
    }
}

impl Sandbox {
    /// Judges a call, writes it down with the fault that strikes it, and gives LINE's answer.
    fn decide(&self, call: &Call, id: &str) -> (Answer, Option<Fault>) {
        let inside = &mut *self.lock();
        let before = inside.world.faults.strike(call.endpoint, true);
        let verdict = match &before {
            Some(fault) => Verdict::from(refusal_of(fault.kind)),
            None => self.judge(inside, call).unwrap_or_else(Verdict::from),
        };
        let done = verdict.answer.status.is_success();
        let fault = before.or_else(|| if done { inside.world.faults.strike(call.endpoint, false) } else { None });
        let answer = verdict.answer.clone();
        let request = record_of(call, id, verdict, fault.as_ref(), inside.world.next_seq());
        self.keep(inside, Record::Request(Box::new(request)));
        (answer, fault)
    }

    fn judge(&self, inside: &mut Inside, call: &Call) -> Result<Verdict, Answer> {
        let channel = &self.0.config.channel;
        if call.endpoint.wants_token() {
            account::authenticate(&inside.world, channel, &self.0.key, call.header("authorization"), call.now)?;
        }
        if !inside.world.rates.take(call.endpoint, call.now) {
            return Err(Answer::too_fast());
        }
        if call.body.is_none() {
            return Err(Answer::too_large());
        }
        let retry_key = call.retry_key()?;
        let world = &inside.world;
        let answer = match call.endpoint {
            Endpoint::Reply | Endpoint::Push | Endpoint::Multicast => {
                let body = json_body(call)?;
                let (body_sha256, retry_key) = (call.body_sha256.as_str(), retry_key.as_deref());
                let send = Send { endpoint: call.endpoint, body: &body, body_sha256, retry_key, now: call.now };
                return Ok(send::decide(world, &send, &self.0.ids));
            }
            Endpoint::Validate => send::validate(&json_body(call)?),
            Endpoint::Profile => account::profile(world, last_segment(&call.path), |user| self.picture_url(user)),
            Endpoint::Quota => account::quota(world),
            Endpoint::Consumption => account::consumption(world, call.now),
            Endpoint::BotInfo => account::bot_info(channel),
            Endpoint::WebhookGet => account::webhook_endpoint(world),
            Endpoint::WebhookSet => {
                let url = account::webhook_address(&json_body(call)?)?;
                self.keep(inside, Record::Endpoint(Some(url)));
                Answer::ok(serde_json::json!({}))
            }
            Endpoint::WebhookTest => Answer::ok(Value::Null),
            Endpoint::Token => account::token(channel, &self.0.key, &call.form, call.now),
            Endpoint::VerifyIdToken => account::verify_id_token(&self.0.key, &call.form, call.now),
            Endpoint::Unknown => Answer::not_found(),
        };
        Ok(answer.into())
    }
}

fn json_body(call: &Call) -> Result<Value, Answer> {
    let kind = call.header("content-type").unwrap_or("null");
    if !kind.starts_with("application/json") {
        let message = format!("The content type, {kind}, is not supported");
        return Err(Answer::refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let body = call.body.as_deref().unwrap_or_default();
    let parsed: Result<Value, _> = serde_json::from_slice(body);
    parsed.ok().filter(Value::is_object).ok_or_else(|| {
        let (line, column) = match serde_json::from_slice::<Value>(body) {
            Err(error) => (error.line(), error.column()),
            Ok(_) => (1, 1),
        };
        Answer::bad(format!("The request body could not be parsed as JSON (line: {line}, column: {column})"))
    })
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn refusal_of(kind: FaultKind) -> Answer {
    match kind {
        FaultKind::RateLimited => Answer::too_fast(),
        FaultKind::MonthSpent => Answer::month_spent(),
        FaultKind::Revoked => Answer::unauthenticated("invalid token"),
        FaultKind::Forbidden => Answer::forbidden(),
        _ => Answer::broken(),
    }
}

fn record_of(call: &Call, id: &str, verdict: Verdict, fault: Option<&Fault>, seq: u64) -> Request {
    let status = verdict.answer.status.as_u16();
    let answered = match fault.map(|fault| fault.kind) {
        Some(FaultKind::CutBefore | FaultKind::CutAfter | FaultKind::NoAnswer) => None,
        Some(FaultKind::ErrorAfter) => Some(500),
        _ => Some(status),
    };
    Request {
        seq,
        id: String::from(id),
        at: call.now,
        method: call.method.clone(),
        path: call.path.clone(),
        endpoint: String::from(call.endpoint.name()),
        retry_key: call.retry_key().ok().flatten(),
        body_sha256: call.body_sha256.clone(),
        body: one_line(call),
        recipients: verdict.recipients,
        status,
        answered,
        fault: fault.map(|fault| String::from(fault.kind.name())),
        repeats: verdict.repeats,
        sent: verdict.sent,
    }
}

/// The body as JSON without line ends, which part the history's records.
fn one_line(call: &Call) -> Option<Box<RawValue>> {
    let text = std::str::from_utf8(call.body.as_deref()?).ok()?;
    if text.contains(['\n', '\r']) {
        return serde_json::value::to_raw_value(&call.json()?).ok();
    }
    serde_json::from_str(text).ok()
}

/// Lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The answer as it leaves, with what the fault makes of it.
async fn strike(answer: Answer, fault: Option<Fault>) -> Response {
    let Some(fault) = fault else { return answer.into_response() };
    match fault.kind {
        FaultKind::ErrorAfter => Answer::broken().into_response(),
        FaultKind::CutBefore | FaultKind::CutAfter => Broken::Cut.into_response(),
        FaultKind::NoAnswer => Broken::Silent.into_response(),
        FaultKind::Garbage => ([(header::CONTENT_TYPE, "application/json")], "{\"sentMess").into_response(),
        FaultKind::Slow => {
            tokio::time::sleep(Duration::from_millis(fault.ms)).await;
            answer.into_response()
        }
        _ => answer.into_response(),
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body.to_string()).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(id) = self.accepted_request_id.and_then(|id| HeaderValue::from_str(&id).ok()) {
            response.headers_mut().insert(HeaderName::from_static("x-line-accepted-request-id"), id);
        }
        response
    }
}
