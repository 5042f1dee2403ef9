//! A page: a checked template with the headers that keep it private and keep foreign script out.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::problem::Problem;

/// Where a page may load from and who may frame it: its content security policy. Nothing inline, no `eval`, on any page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    scripts: Vec<String>,
    connects: Vec<String>,
    frames: Vec<String>,
    framed_by: Vec<String>,
    has_wasm: bool,
    has_camera: bool,
}

/// What LINE's LIFF SDK talks to (hosts found in SDK 2.31, read 2026-11).
const LIFF_HOSTS: [&str; 6] = [
    "https://api.line.me",
    "https://access.line.me",
    "https://liffsdk.line-scdn.net",
    "https://liff.line.me",
    "https://liff-subwindow.line.me",
    "https://uts-front.line-apps.com",
];

impl Policy {
    /// Only what we serve ourselves.
    pub fn own() -> Self {
        Self {
            scripts: Vec::new(),
            connects: Vec::new(),
            frames: Vec::new(),
            framed_by: Vec::new(),
            has_wasm: false,
            has_camera: false,
        }
    }

    /// Besides, the LIFF SDK at `sdk` (an address; LINE's own, or the sandbox's stub) and what it talks to.
    #[must_use]
    pub fn with_liff(mut self, sdk: &str) -> Self {
        let origin = origin_of(sdk);
        if origin.ends_with(".line-scdn.net") {
            self.connects.extend(LIFF_HOSTS.map(String::from));
            self.frames.extend(LIFF_HOSTS.map(String::from));
        } else if !origin.is_empty() {
            self.connects.push(origin.clone());
        }
        if !origin.is_empty() {
            self.scripts.push(origin);
        }
        self
    }

    /// Besides, the camera and the code reader's WebAssembly.
    #[must_use]
    pub fn with_scanner(mut self) -> Self {
        self.has_wasm = true;
        self.has_camera = true;
        self
    }

    /// Pages of `origin` may show this page in a frame. For the sandbox alone.
    #[must_use]
    pub fn framed_by(mut self, origin: Option<&str>) -> Self {
        self.framed_by.extend(origin.map(String::from));
        self
    }

    fn security(&self) -> String {
        let list = |own: &str, others: &[String]| {
            let mut all = vec![own];
            all.extend(others.iter().map(String::as_str));
            all.join(" ")
        };
        let scripts = list(if self.has_wasm { "'self' 'wasm-unsafe-eval'" } else { "'self'" }, &self.scripts);
        let connects = list("'self'", &self.connects);
        let frames = if self.frames.is_empty() { String::from("'none'") } else { self.frames.join(" ") };
        let framed_by =
            if self.framed_by.is_empty() { String::from("'none'") } else { list("'self'", &self.framed_by) };
        format!(
            "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; \
             connect-src {connects}; frame-src {frames}; font-src 'self'; manifest-src 'self'; base-uri 'none'; \
             form-action 'self'; frame-ancestors {framed_by}"
        )
    }

    /// Puts the policy on an answer.
    pub fn put_on(&self, response: &mut Response) {
        let headers = response.headers_mut();
        let policy =
            HeaderValue::from_str(&self.security()).expect("origins were parsed from addresses: no control letters");
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        let camera = if self.has_camera {
            "camera=(self), microphone=(), geolocation=()"
        } else {
            "camera=(), microphone=(), geolocation=()"
        };
        headers.insert("permissions-policy", HeaderValue::from_static(camera));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Scheme, host and port of an address; empty when it has none.
fn origin_of(address: &str) -> String {
    let clean = address.bytes().all(|b| b.is_ascii_graphic() && b != b';' && b != b',' && b != b'\'');
    match address.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) if clean => {
            format!("{scheme}://{}", rest.split(['/', '?', '#']).next().unwrap_or_default())
        }
        _ => String::new(),
    }
}

/// An answer drawn from a template.
#[derive(Debug)]
pub struct Page<T> {
    /// What is drawn.
    pub content: T,
    /// The status, 200 unless it is said otherwise.
    pub status: StatusCode,
    /// Where it may load from.
    pub policy: Policy,
}

impl<T: Template> Page<T> {
    /// A page under `policy`.
    pub fn new(content: T, policy: &Policy) -> Self {
        Self { content, status: StatusCode::OK, policy: policy.clone() }
    }

    /// The same with another status.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
}

impl<T: Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        let html = match self.content.render() {
            Ok(html) => html,
            Err(error) => return Problem::unforeseen(error).into_response(),
        };
        let mut response = (self.status, html).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        self.policy.put_on(&mut response);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_lets_in_only_what_was_named() {
        let own = Policy::own().security();
        assert!(own.contains("script-src 'self';") && own.contains("frame-ancestors 'none'"), "{own}");
        for policy in [
            Policy::own().with_scanner(),
            Policy::own().with_liff("https://static.line-scdn.net/liff/edge/versions/2.27.2/sdk.js"),
            Policy::own().framed_by(Some("http://localhost:8090")),
        ] {
            let text = policy.security();
            assert!(!text.contains("'unsafe-inline'") && !text.contains("'unsafe-eval'"), "{text}");
        }
        let liff = Policy::own().with_liff("https://static.line-scdn.net/liff/edge/2/sdk.js").security();
        assert!(liff.contains("script-src 'self' https://static.line-scdn.net;"), "{liff}");
        let stub = Policy::own().with_liff("http://localhost:8090/liff/sdk.js").security();
        assert!(stub.contains("script-src 'self' http://localhost:8090;") && !stub.contains("line.me"), "{stub}");
        assert!(Policy::own().with_scanner().security().contains("'wasm-unsafe-eval'"));
    }

    #[test]
    fn an_address_cannot_smuggle_in_a_rule() {
        for wrong in ["https://a; script-src *", "javascript:alert(1)", "", "https://a'b/"] {
            assert_eq!(origin_of(wrong), "", "{wrong}");
        }
        assert_eq!(origin_of("http://localhost:8090/x?y"), "http://localhost:8090");
    }
}
