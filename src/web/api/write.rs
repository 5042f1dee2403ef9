//! Writes of programs. With an `Idempotency-Key` the first answer is kept in the transaction of what it did, refusals too, and
//! the same request again gets the same bytes; another request under the same key gets 409.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ask;
use super::caller::Caller;
use crate::app::App;
use crate::problem::Problem;
use crate::staff::answers::{self, Answer, Claim, LONGEST_KEY};
use crate::staff::api_keys::ApiKey;
use crate::store::Tx;

/// The largest body of a write.
pub(super) const LARGEST_BODY: usize = 64 * 1024;
const KEY: &str = "idempotency-key";
const REPLAYED: &str = "idempotent-replayed";

/// A write as it came in.
pub(super) struct Write {
    /// Who asks.
    pub by: ApiKey,
    headers: HeaderMap,
    body: Bytes,
    keyed: Option<answers::Request>,
}

impl FromRequest<App> for Write {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Caller(by) = Caller::from_request_parts(&mut parts, app).await?;
        let body = Limited::new(body, LARGEST_BODY).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                let detail = format!("The body is larger than {LARGEST_BODY} bytes.");
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
            } else {
                Problem::malformed("The body could not be read to its end.")
            }
        })?;
        let body = body.to_bytes();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let keyed =
            key_of(&parts.headers)?.map(|key| answers::Request::new(by.id, key, parts.method.as_str(), path, &body));
        Ok(Self { by, headers: parts.headers, body, keyed })
    }
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut all = headers.get_all(KEY).iter();
    let (first, second) = (all.next(), all.next());
    let Some(key) = first else { return Ok(None) };
    match key.to_str() {
        Ok(key) if second.is_none() && (1..=LONGEST_KEY).contains(&key.len()) => Ok(Some(String::from(key))),
        _ => Err(Problem::malformed(format!(
            "Idempotency-Key must be one value of 1 to {LONGEST_KEY} plain letters, digits and signs; a UUID is good."
        ))),
    }
}

/// Whether a write is to be done.
pub(super) enum Begun {
    /// Do it in this transaction and give the answer to [`Act::answer`].
    New(Act),
    /// It was answered before.
    Known(Response),
}

/// A write being done.
pub(super) struct Act {
    /// Everything it changes is changed in here.
    pub tx: Tx,
    keyed: Option<answers::Request>,
}

/// An answer to a write.
pub(super) struct Done {
    status: StatusCode,
    body: String,
    is_repeat: bool,
}

impl Done {
    /// 204: it is so now.
    pub fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: String::new(), is_repeat: false }
    }

    /// 201 with what was made; `is_repeat` when it had been made before under the same reference.
    pub fn created(made: &impl Serialize, is_repeat: bool) -> Self {
        let body = serde_json::to_string(made).expect("answers are plain data");
        Self { status: StatusCode::CREATED, body, is_repeat }
    }
}

impl Write {
    /// Reads the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        ask::json(&self.headers, &self.body)
    }

    /// Begins, unless the same request was answered before.
    pub async fn begin(self, app: &App) -> Result<Begun, Problem> {
        let mut tx = app.db.begin().await?;
        let Some(keyed) = self.keyed else { return Ok(Begun::New(Act { tx, keyed: None })) };
        match answers::claim(app, &mut tx, &keyed).await? {
            Claim::New => Ok(Begun::New(Act { tx, keyed: Some(keyed) })),
            Claim::Known(answer) => {
                tx.commit().await?;
                Ok(Begun::Known(response(&answer, true)))
            }
            Claim::OtherRequest => {
                tx.commit().await?;
                Err(Problem::conflict(
                    "idempotency_key_reused",
                    "This Idempotency-Key was used for another request. Use a new one for each write.",
                ))
            }
        }
    }
}

impl Act {
    /// Keeps the answer with what was done, a refusal too, and gives it once both are on disk.
    pub async fn answer(mut self, app: &App, outcome: Result<Done, Problem>) -> Result<Response, Problem> {
        let (answer, is_repeat) = match outcome {
            Ok(done) => (Answer { status: done.status.as_u16(), body: done.body }, done.is_repeat),
            Err(problem) => (Answer { status: problem.status.as_u16(), body: problem.body().to_string() }, false),
        };
        if let Some(keyed) = &self.keyed {
            answers::keep(&mut self.tx, keyed, &answer).await?;
        }
        self.tx.commit().await?;
        app.jobs_bell.notify_one();
        Ok(response(&answer, is_repeat))
    }
}

fn response(answer: &Answer, is_repeat: bool) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, answer.body.clone()).into_response();
    let headers = response.headers_mut();
    if answer.body.is_empty() {
        headers.remove(header::CONTENT_TYPE);
    } else {
        let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    if is_repeat {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}
