//! The one way an error becomes HTTP: a status, a stable code, a sentence for a person (RFC 9457, `application/problem+json`).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value};

use crate::clock::Chance;

/// An answer that says why not. The web faces turn it into a page for a person who asked for one.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// A stable word a program may branch on.
    pub code: &'static str,
    /// What is so, why, and what to do next, in one or two sentences.
    pub detail: String,
    /// Further fields of the answer (`until`, `first`).
    pub more: Map<String, Value>,
}

impl Problem {
    /// A problem with `detail` for a person to read.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), more: Map::new() }
    }

    /// Adds a field to the answer.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl serde::Serialize) -> Self {
        self.more.insert(String::from(name), serde_json::to_value(value).unwrap_or_default());
        self
    }

    /// 400: the request is not of the form asked for.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }

    /// 401: who is asking is not known.
    pub fn unauthenticated(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
    }

    /// 403: who is asking may not.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404: there is no such thing.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// 409: the same key with other content, or a state that does not allow it.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 422: a rule says no.
    pub fn refused(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 503: it cannot be done now.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
    }

    /// 500 for an error nobody foresaw: logged here once with a reference number, told without detail.
    pub fn unforeseen(error: impl std::fmt::Display) -> Self {
        let reference = Chance::system().below(u64::from(u32::MAX));
        tracing::error!(reference, %error, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            format!("Something went wrong here, reference {reference:08x}."),
        )
    }

    /// The body of the answer.
    pub fn body(&self) -> Value {
        let mut body = self.more.clone();
        body.insert(String::from("code"), self.code.into());
        body.insert(String::from("title"), self.status.canonical_reason().unwrap_or("Error").into());
        body.insert(String::from("detail"), self.detail.clone().into());
        body.insert(String::from("status"), self.status.as_u16().into());
        Value::Object(body)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body().to_string()).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response.extensions_mut().insert(self);
        response
    }
}
