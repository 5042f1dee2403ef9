//! A LINE for the tests of this room: a function from a request to an answer that remembers what it was asked.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta};
use futures_util::future::BoxFuture;
use http::{Request, Response};
use serde_json::Value;

use super::{API, Client, DATA_API, Lost, Setup, Transport};
use crate::clock::Clock;

type Answers = dyn Fn(&Request<Bytes>) -> Result<Response<Bytes>, Lost> + Send + Sync;

/// LINE, as far as a test needs it.
#[derive(Clone)]
pub struct Fake {
    answers: Arc<Answers>,
    seen: Arc<Mutex<Vec<Request<Bytes>>>>,
    is_stateless: bool,
    /// The client's clock.
    pub clock: Clock,
}

/// An answer with LINE's headers.
pub fn answer(status: u16, body: &Value) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .header("x-line-request-id", "r-1")
        .header("x-line-accepted-request-id", "a-1")
        .body(Bytes::from(body.to_string()))
        .expect("an answer")
}

impl Fake {
    /// For a client with a long-lived token.
    pub fn answering(
        answers: impl Fn(&Request<Bytes>) -> Result<Response<Bytes>, Lost> + Send + Sync + 'static,
    ) -> Self {
        let clock = Clock::still(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        Self { answers: Arc::new(answers), seen: Arc::default(), is_stateless: false, clock }
    }

    /// For a client that fetches its tokens.
    pub fn stateless(
        answers: impl Fn(&Request<Bytes>) -> Result<Response<Bytes>, Lost> + Send + Sync + 'static,
    ) -> Self {
        Self { is_stateless: true, ..Self::answering(answers) }
    }

    /// A client of this LINE.
    pub fn client(&self) -> Client {
        let setup = Setup {
            channel_id: String::from("1234567890"),
            channel_secret: "s=e&c r+et".into(),
            access_token: (!self.is_stateless).then(|| "long-lived".into()),
            api_base: String::from(API),
            data_api_base: String::from(DATA_API),
        };
        Client::over(Arc::new(self.clone()), setup, self.clock.clone()).expect("LINE's own addresses")
    }

    /// What was asked so far.
    pub fn seen(&self) -> Vec<Request<Bytes>> {
        self.seen.lock().expect("no test panicked in here").clone()
    }
}

impl Transport for Fake {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Lost>> {
        let answer = (self.answers)(&request);
        self.seen.lock().expect("no test panicked in here").push(request);
        Box::pin(std::future::ready(answer))
    }
}
