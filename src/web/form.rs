//! What a form sends.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequest, Request};
use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The fields of a form. One that is too large is told so (413); any other that is not of the form asked for is malformed.
#[derive(Debug)]
pub(super) struct Fields<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Fields<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let read: Result<Form<T>, FormRejection> = Form::from_request(request, state).await;
        read.map(|Form(fields)| Self(fields)).map_err(|rejection| match rejection.status() {
            status @ StatusCode::PAYLOAD_TOO_LARGE => Problem::new(status, "too_large", rejection.body_text()),
            _ => Problem::malformed(rejection.body_text()),
        })
    }
}
