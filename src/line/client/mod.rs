//! The client of LINE's Messaging API: the token, the way there and back, and the look-ups everybody may make. What goes out
//! to people goes through [`send`](super::send).

mod answer;
mod base;
mod login;
mod lookups;
mod token;
mod transport;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderValue};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};

use crate::clock::Clock;

pub use answer::{Detail, Error, Refusal};
pub(in crate::line) use answer::{accepted_request_id, request_id};
pub use base::{API, Base, DATA_API, NotLine};
pub use login::{IdToken, NotVerified};
pub use lookups::{BotInfo, Profile, Quota, Validate, WebhookEndpoint, WebhookTest};
pub use transport::{Http, Lost, Transport};

use token::{Held, Issued, Tokens};

/// What a client needs to know.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The Messaging API channel.
    pub channel_id: String,
    /// Its secret, for which LINE issues tokens.
    pub channel_secret: SecretString,
    /// A long-lived token from the console; without one, short ones are fetched.
    pub access_token: Option<SecretString>,
    /// [`API`], or a double on this machine.
    pub api_base: String,
    /// [`DATA_API`], or a double on this machine.
    pub data_api_base: String,
}

/// Speaks to LINE for one channel. Clones share the token and the connections.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    transport: Arc<dyn Transport>,
    channel_id: String,
    channel_secret: SecretString,
    api: Base,
    tokens: Tokens,
    clock: Clock,
    /// With the moment at which it was noted.
    skew: Mutex<Option<(TimeDelta, Instant)>>,
}

/// A client that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum NoClient {
    /// An address is neither LINE's nor this machine's.
    #[error(transparent)]
    NotLine(#[from] NotLine),
    /// The transport cannot be set up.
    #[error(transparent)]
    Transport(#[from] Lost),
}

/// One call, before it has a token.
pub(in crate::line) struct Call {
    /// For metrics: the path without ids.
    pub name: &'static str,
    pub method: Method,
    pub path: String,
    /// Besides the token's.
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Call {
    fn get(name: &'static str, path: impl Into<String>) -> Self {
        Self { name, method: Method::GET, path: path.into(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// A call with a JSON body.
    pub(in crate::line) fn post(name: &'static str, path: impl Into<String>, body: Bytes) -> Self {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        Self { name, method: Method::POST, path: path.into(), headers, body }
    }

    fn form(name: &'static str, path: &str, fields: &[(&str, &str)]) -> Self {
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, form)]);
        Self { name, method: Method::POST, path: String::from(path), headers, body: form_body(fields).into() }
    }
}

impl Client {
    /// A client over HTTP.
    pub fn new(setup: Setup, clock: Clock) -> Result<Self, NoClient> {
        let is_loopback = Base::parse(&setup.api_base, API)?.is_loopback();
        let http = Http::new(is_loopback)?;
        Ok(Self::over(Arc::new(http), setup, clock)?)
    }

    /// A client over another transport, such as the sandbox's router.
    pub fn over(transport: Arc<dyn Transport>, setup: Setup, clock: Clock) -> Result<Self, NotLine> {
        let api = Base::parse(&setup.api_base, API)?;
        // No call of today needs the other host; a wrong one is still to be said at start.
        Base::parse(&setup.data_api_base, DATA_API)?;
        Ok(Self(Arc::new(Inner {
            transport,
            channel_id: setup.channel_id,
            channel_secret: setup.channel_secret,
            api,
            tokens: Tokens::new(setup.access_token),
            clock,
            skew: Mutex::new(None),
        })))
    }

    /// Whether it speaks to a double on this machine rather than to LINE.
    pub fn is_loopback(&self) -> bool {
        self.0.api.is_loopback()
    }

    /// How far LINE's clock was ahead of ours at its last answer, to the second and by the answer's time on the way.
    pub fn clock_skew(&self) -> Option<TimeDelta> {
        self.skew().map(|(skew, _)| skew)
    }

    fn skew(&self) -> Option<(TimeDelta, Instant)> {
        *self.0.skew.lock().expect("no thread panicked while noting the clock")
    }

    /// The same asked now; none when LINE gives no answer. A refusal tells the time too, of the token as of the call.
    pub async fn ask_clock(&self) -> Option<TimeDelta> {
        let asked = Instant::now();
        let _ = self.call(&Call::get("/v2/bot/info", "/v2/bot/info")).await;
        self.skew().filter(|(_, noted)| *noted >= asked).map(|(skew, _)| skew)
    }

    /// Makes a call with the channel's token. A fetched token that LINE does not take is replaced, and the call made again,
    /// once: an answer of 401 means that LINE did nothing.
    pub(in crate::line) async fn call(&self, call: &Call) -> Result<Response<Bytes>, Uncalled> {
        let token = self.token().await.map_err(Uncalled::NoToken)?;
        let answer = self.exchange(call, Some(&token)).await.map_err(Uncalled::Lost)?;
        if answer.status() != StatusCode::UNAUTHORIZED || !self.forget(&token).await {
            return Ok(answer);
        }
        let token = self.token().await.map_err(Uncalled::NoToken)?;
        self.exchange(call, Some(&token)).await.map_err(Uncalled::Lost)
    }

    /// A call without a token.
    async fn call_openly(&self, call: &Call) -> Result<Response<Bytes>, Lost> {
        self.exchange(call, None).await
    }

    async fn exchange(&self, call: &Call, token: Option<&SecretString>) -> Result<Response<Bytes>, Lost> {
        let request = self.request(call, token).map_err(|error| Lost::NotSent(error.to_string()))?;
        let started = Instant::now();
        let outcome = self.0.transport.send(request).await;
        let status = match &outcome {
            Ok(answer) => answer.status().as_u16().to_string(),
            Err(Lost::NotSent(_)) => String::from("not_sent"),
            Err(Lost::Unknown(_)) => String::from("no_answer"),
        };
        let took = started.elapsed();
        if let Ok(answer) = &outcome {
            self.note_clock(answer.headers());
            let request_id = request_id(answer.headers());
            tracing::debug!(
                line.endpoint = call.name,
                status,
                line.request_id = request_id,
                took_ms = took.as_millis(),
                "called LINE"
            );
        }
        metrics::counter!("line_requests_total", "endpoint" => call.name, "status" => status).increment(1);
        metrics::histogram!("line_request_seconds", "endpoint" => call.name).record(took.as_secs_f64());
        outcome
    }

    fn request(&self, call: &Call, token: Option<&SecretString>) -> http::Result<Request<Bytes>> {
        let mut request = Request::builder().method(call.method.clone()).uri(self.0.api.at(&call.path));
        if let Some(token) = token {
            let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()))?;
            bearer.set_sensitive(true);
            request = request.header(AUTHORIZATION, bearer);
        }
        let mut request = request.body(call.body.clone())?;
        request.headers_mut().extend(call.headers.clone());
        Ok(request)
    }

    async fn token(&self) -> Result<SecretString, Error> {
        let held = match &self.0.tokens {
            Tokens::LongLived(token) => return Ok(token.clone()),
            Tokens::Stateless(held) => held,
        };
        let mut held = held.lock().await;
        if let Some(token) = held.as_ref().and_then(|held| held.fresh(self.0.clock.now())) {
            return Ok(token);
        }
        let call = Call::form(
            "/oauth2/v3/token",
            "/oauth2/v3/token",
            &[
                ("grant_type", "client_credentials"),
                ("client_id", &self.0.channel_id),
                ("client_secret", self.0.channel_secret.expose_secret()),
            ],
        );
        let now = self.0.clock.now();
        let issued: Issued = answer::read(&self.call_openly(&call).await?)?;
        let fresh = held.insert(Held::new(issued, now));
        // Even one that lives for no time at all is good for this call.
        Ok(fresh.token())
    }

    /// Drops a token LINE does not take; false when there is no other to be had.
    async fn forget(&self, token: &SecretString) -> bool {
        let Tokens::Stateless(held) = &self.0.tokens else { return false };
        let mut held = held.lock().await;
        if held.as_ref().is_some_and(|held| held.is(token)) {
            *held = None;
        }
        true
    }

    fn note_clock(&self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|date| DateTime::parse_from_rfc2822(date.to_str().ok()?).ok());
        if let Some(date) = date {
            let skew = date.with_timezone(&Utc) - self.0.clock.now();
            *self.0.skew.lock().expect("no thread panicked while noting the clock") = Some((skew, Instant::now()));
        }
    }
}

/// Why a call with a token was not made or brought no answer.
#[derive(Debug)]
pub(in crate::line) enum Uncalled {
    /// No token could be had, so the call was not made.
    NoToken(Error),
    /// The call itself was lost.
    Lost(Lost),
}

impl From<Uncalled> for Error {
    fn from(uncalled: Uncalled) -> Self {
        match uncalled {
            Uncalled::NoToken(error) => error,
            Uncalled::Lost(lost) => lost.into(),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("channel_id", &self.0.channel_id)
            .field("api", &self.0.api)
            .finish_non_exhaustive()
    }
}

/// Fields as `application/x-www-form-urlencoded`.
fn form_body(fields: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        if !body.is_empty() {
            body.push('&');
        }
        body.push_str(name);
        body.push('=');
        for byte in value.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => body.push(char::from(byte)),
                b' ' => body.push('+'),
                _ => body.push_str(&format!("%{byte:02X}")),
            }
        }
    }
    body
}

#[cfg(test)]
pub(in crate::line) mod fake;

#[cfg(test)]
mod tests;
