//! The API as a program meets it, through the router.

mod doors;
mod members;
mod rewards;
mod shapes;
mod tags;

use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;
use shuke::ids::Actor;
use shuke::staff::api_keys::{self, Created, Scope};
use tower::ServiceExt as _;

use crate::shop::Shop;

/// A program with a key.
pub struct Program<'a> {
    shop: &'a Shop,
    /// What it sends.
    pub key: Option<String>,
}

/// What it got.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl<'a> Program<'a> {
    /// With a key that has these scopes.
    pub async fn with(shop: &'a Shop, name: &str, scopes: &[Scope]) -> Self {
        Self { shop, key: Some(new_key(shop, name, scopes).await) }
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &[], "").await
    }

    /// Asks with any method.
    pub async fn call(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(String::from(body))).expect("a request");
        let response = self.shop.pages.clone().oneshot(request).await.expect("a router answers");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

impl Answer {
    /// That it is a problem of this status and code, with a sentence.
    fn is_problem(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), &self.body["code"]), (status, &Value::from(code)), "{}", self.body);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert!(self.body["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{}", self.body);
        assert_eq!(self.body["status"], status);
    }
}

async fn new_key(shop: &Shop, name: &str, scopes: &[Scope]) -> String {
    match api_keys::create(&shop.app, name, scopes, &Actor::operator()).await.expect("a write") {
        Created::Key { token, .. } => token,
        other => panic!("no key: {other:?}"),
    }
}
