//! LINE's answers, in LINE's words. Messaging API reference, "Error responses" and "Error messages", read 2026-08.

use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

/// What LINE answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The JSON body.
    pub body: Value,
    /// For a 409: which request was accepted (`x-line-accepted-request-id`).
    pub accepted_request_id: Option<String>,
}

/// One thing that is wrong with a request body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Detail {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub property: String,
}

impl Detail {
    /// `message` about `property`.
    pub fn new(property: impl Into<String>, message: impl Into<String>) -> Self {
        Self { message: message.into(), property: property.into() }
    }
}

impl Answer {
    /// 200 with `body`.
    pub fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body, accepted_request_id: None }
    }

    /// A refusal with LINE's `message`.
    pub fn refused(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, body: json!({ "message": message.into() }), accepted_request_id: None }
    }

    /// 400 with `message`.
    pub fn bad(message: impl Into<String>) -> Self {
        Self::refused(StatusCode::BAD_REQUEST, message)
    }

    /// 400 that names each fault of the body.
    pub fn faulty(details: &[Detail]) -> Self {
        let message = format!("The request body has {} error(s)", details.len());
        Self { body: json!({ "message": message, "details": details }), ..Self::bad("") }
    }

    /// 400 for a property of the wrong form.
    pub fn invalid_property(property: &str) -> Self {
        Self::bad(format!("The property, {property}, in the request body is invalid (line: -, column: -)"))
    }

    /// 401.
    pub fn unauthenticated(reason: &str) -> Self {
        let message = format!(
            "Authentication failed due to the following reason: {reason}. Confirm that the access token in the \
             authorization header is valid."
        );
        Self::refused(StatusCode::UNAUTHORIZED, message)
    }

    /// 403.
    pub fn forbidden() -> Self {
        Self::refused(StatusCode::FORBIDDEN, "Access to this API is not available for your account")
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::refused(StatusCode::NOT_FOUND, "Not found")
    }

    /// 413.
    pub fn too_large() -> Self {
        Self::refused(StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large")
    }

    /// 429, too many requests.
    pub fn too_fast() -> Self {
        Self::refused(StatusCode::TOO_MANY_REQUESTS, "The API rate limit has been exceeded. Try again later.")
    }

    /// 429, no messages left this month.
    pub fn month_spent() -> Self {
        Self::refused(StatusCode::TOO_MANY_REQUESTS, "You have reached your monthly limit.")
    }

    /// 500.
    pub fn broken() -> Self {
        Self::refused(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
    }

    /// A refusal of the login endpoints, in OAuth's form.
    pub fn oauth(error: &str, description: &str) -> Self {
        let body = json!({ "error": error, "error_description": description });
        Self { body, ..Self::bad("") }
    }
}
