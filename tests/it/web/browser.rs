//! A browser, as far as a test needs one: it keeps cookies and says where it comes from.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use futures_util::StreamExt as _;
use http::{HeaderMap, Method, Request, header};
use serde_json::Value;
use tower::ServiceExt as _;

/// The host of the service.
const HOST: &str = "localhost:8080";

/// A browser before the service.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    /// Its cookies by name.
    pub cookies: BTreeMap<String, String>,
    /// `Accept-Language`.
    pub language: &'static str,
    /// Headers it sends besides.
    pub more: HeaderMap,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, read to its end.
    pub body: String,
}

impl Browser {
    /// One that has seen nothing yet.
    pub fn new(router: Router) -> Self {
        Self { router, cookies: BTreeMap::new(), language: "zh-TW,zh;q=0.9", more: HeaderMap::new() }
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, "text/html", None).await
    }

    /// Fetches data, as a script does.
    pub async fn fetch(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, "application/json", None).await
    }

    /// Sends a form as a page without scripts does.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.ask(Method::POST, path, "text/html", Some(("application/x-www-form-urlencoded", encoded(form)))).await
    }

    /// Sends a form as htmx does, and gets a part of the page.
    pub async fn part(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.more.insert("hx-request", "true".parse().expect("a value"));
        let answer =
            self.ask(Method::POST, path, "*/*", Some(("application/x-www-form-urlencoded", encoded(form)))).await;
        self.more.remove("hx-request");
        answer
    }

    /// Sends JSON, as a script does.
    pub async fn json(&mut self, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path, "*/*", Some(("application/json", body.to_string()))).await
    }

    /// Asks with any method.
    pub async fn ask(&mut self, method: Method, path: &str, accept: &str, body: Option<(&str, String)>) -> Answer {
        let response = self.begin(method, path, accept, body).await;
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
        let body = String::from_utf8(bytes.to_vec()).expect("text");
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Opens a stream of events and gives them one by one.
    pub async fn events(&mut self, path: &str) -> impl futures_util::Stream<Item = String> + Unpin + use<> {
        let response = self.begin(Method::GET, path, "text/event-stream", None).await;
        assert_eq!(response.status(), 200);
        Box::pin(
            response
                .into_body()
                .into_data_stream()
                .map(|chunk| String::from_utf8(chunk.expect("a chunk").to_vec()).expect("text")),
        )
    }

    async fn begin(
        &mut self,
        method: Method,
        path: &str,
        accept: &str,
        body: Option<(&str, String)>,
    ) -> axum::response::Response {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST)
            .header(header::ACCEPT, accept)
            .header(header::ACCEPT_LANGUAGE, self.language);
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        if !self.more.contains_key("sec-fetch-site") {
            request = request.header("sec-fetch-site", "same-origin");
        }
        for (name, value) in &self.more {
            request = request.header(name, value);
        }
        let body = match body {
            Some((kind, text)) => {
                request = request.header(header::CONTENT_TYPE, kind);
                Body::from(text)
            }
            None => Body::empty(),
        };
        let request = request.body(body).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        for value in response.headers().get_all(header::SET_COOKIE) {
            let text = value.to_str().expect("text");
            let pair = text.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie");
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(String::from(name), String::from(value));
            }
        }
        response
    }
}

impl Answer {
    /// Where a redirect leads, or where htmx is told to go; empty for other answers.
    pub fn leads_to(&self) -> &str {
        let of = |name: &str| self.headers.get(name).and_then(|value| value.to_str().ok());
        of("location").or(of("hx-redirect")).unwrap_or_default()
    }

    /// A header's text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Whether the page says this.
    #[track_caller]
    pub fn says(&self, words: &str) {
        assert!(self.body.contains(words), "the page does not say {words:?}: {}", self.body);
    }

    /// Whether it does not.
    #[track_caller]
    pub fn says_nothing_of(&self, words: &str) {
        assert!(!self.body.contains(words), "the page says {words:?}: {}", self.body);
    }

    /// The value of the first field of this name in a form.
    #[track_caller]
    pub fn field(&self, name: &str) -> String {
        self.fields(name).into_iter().next().unwrap_or_else(|| panic!("no field {name:?} in {}", self.body))
    }

    /// The values of all fields of this name.
    pub fn fields(&self, name: &str) -> Vec<String> {
        let mark = format!("name=\"{name}\" value=\"");
        let starts = self.body.split(mark.as_str()).skip(1);
        starts.map(|rest| String::from(rest.split('"').next().unwrap_or_default())).collect()
    }
}

fn encoded(form: &[(&str, &str)]) -> String {
    let letters = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
                other => format!("%{other:02X}"),
            })
            .collect()
    };
    form.iter().map(|(name, value)| format!("{}={}", letters(name), letters(value))).collect::<Vec<_>>().join("&")
}
