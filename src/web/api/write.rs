//! Writes of programs. With an `Idempotency-Key` the answer to what was done is kept in its transaction, and the same request
//! again gets the same bytes, or hears that it was taken back since; another request under the same key gets 409. What was
//! refused is not kept: the same request again is judged anew.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::caller::Caller;
use super::{ask, refused};
use crate::app::App;
use crate::ids::{EntryId, MemberId};
use crate::loyalty;
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
    /// It was done before, and this is what was answered.
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
    answer: Answer,
    is_repeat: bool,
}

impl Done {
    /// 204: it is so now.
    pub fn nothing() -> Self {
        let answer = Answer { status: StatusCode::NO_CONTENT.as_u16(), body: String::new(), entry: None };
        Self { answer, is_repeat: false }
    }

    /// 201 with what an entry of a member's ledger made; `is_repeat` when it had been made before under the same reference.
    pub fn created(made: &impl Serialize, member: MemberId, entry: EntryId, is_repeat: bool) -> Self {
        let body = serde_json::to_string(made).expect("answers are plain data");
        let answer = Answer { status: StatusCode::CREATED.as_u16(), body, entry: Some((member, entry)) };
        Self { answer, is_repeat }
    }
}

impl Write {
    /// Reads the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        ask::json(&self.headers, &self.body)
    }

    /// Begins, unless the same request was done before: then its answer comes again, unless what it tells of was taken back.
    pub async fn begin(self, app: &App) -> Result<Begun, Problem> {
        let mut tx = app.db.begin().await?;
        let Some(keyed) = self.keyed else { return Ok(Begun::New(Act { tx, keyed: None })) };
        match answers::claim(app, &mut tx, &keyed).await? {
            Claim::New => Ok(Begun::New(Act { tx, keyed: Some(keyed) })),
            Claim::Known(answer) => {
                let taken_back = match answer.entry {
                    Some((member, entry)) => loyalty::taken_back(&mut tx, member, entry).await?,
                    None => None,
                };
                let known = match taken_back {
                    Some(refusal) => Err(refused::problem(&mut tx, &refusal).await?),
                    None => Ok(Begun::Known(response(&answer, true))),
                };
                tx.commit().await?;
                known
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
    /// Keeps the answer with what was done, and gives it once both are on disk. A refusal gives the key free again.
    pub async fn answer(mut self, app: &App, outcome: Result<Done, Problem>) -> Result<Response, Problem> {
        if let Some(keyed) = &self.keyed {
            match &outcome {
                Ok(done) => answers::keep(&mut self.tx, keyed, &done.answer).await?,
                Err(_) => answers::forget(&mut self.tx, keyed).await?,
            }
        }
        self.tx.commit().await?;
        let Done { answer, is_repeat } = outcome?;
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
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if is_repeat {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}
