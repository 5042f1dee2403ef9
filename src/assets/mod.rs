//! The bundled styles and scripts of the pages: `web/dist`, made by `make web`, embedded into a release and read from disk in
//! a development build. They are kept squeezed (gzip), as nearly every client takes them. The program also builds and runs
//! without them; then [`missing`] names what is absent, and `demo`, `serve`, `doctor` and the pages themselves say so.

#[cfg(debug_assertions)]
mod elsewhere;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::OnceLock;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flate2::read::GzDecoder;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::problem::Problem;

#[derive(rust_embed::RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Dist;

/// What pages may ask for. `web/build.mjs` makes these.
pub const BUNDLES: [&str; 10] = [
    "member.css",
    "counter.css",
    "phone.css",
    "member.js",
    "sign-in.js",
    "counter.js",
    "scanner-test.js",
    "phone.js",
    "icons.svg",
    "seal.svg",
];

/// Plain name → hashed name. Read once in a release, at each look in a development build, where the files may change.
fn manifest() -> Cow<'static, BTreeMap<String, String>> {
    fn read() -> BTreeMap<String, String> {
        file("manifest.json").and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }
    static EMBEDDED: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    if cfg!(debug_assertions) { Cow::Owned(read()) } else { Cow::Borrowed(EMBEDDED.get_or_init(read)) }
}

/// The address of a bundle by its plain name: `member.css` → `/assets/member-5WOIJJ67.css`. A bundle that was not built keeps
/// its plain name, which answers 404.
pub fn asset(name: &str) -> String {
    match manifest().get(name) {
        Some(hashed) => format!("/assets/{hashed}"),
        None => format!("/assets/{name}"),
    }
}

/// The bundles that were not built into this program (or, in a development build, are not in `web/dist`). `make web` builds them.
pub fn missing() -> Vec<&'static str> {
    let there = manifest();
    BUNDLES.into_iter().filter(|name| there.get(*name).is_none_or(|hashed| squeezed(hashed).is_none())).collect()
}

/// `GET /assets/…`. Names carry a hash of their content, so browsers keep them for a year.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{name}", get(serve))
}

async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(kind) = content_type(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let Some(squeezed) = squeezed(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let is_squeezed = takes_gzip(&headers);
    let body = match squeezed {
        squeezed if !is_squeezed => match unsqueezed(&squeezed) {
            Ok(bytes) => Body::from(bytes),
            Err(error) => return Problem::unforeseen(error).into_response(),
        },
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_squeezed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn squeezed(name: &str) -> Option<Cow<'static, [u8]>> {
    file(&format!("{name}.gz"))
}

/// A file of `web/dist`.
fn file(name: &str) -> Option<Cow<'static, [u8]>> {
    #[cfg(debug_assertions)]
    if let Some(folder) = elsewhere::folder() {
        return std::fs::read(folder.join(name)).ok().map(Cow::Owned);
    }
    Dist::get(name).map(|file| file.data)
}

fn unsqueezed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut plain)?;
    Ok(plain)
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted
        .split(',')
        .any(|part| part.split(';').next().is_some_and(|coding| coding.trim().eq_ignore_ascii_case("gzip")))
}

/// The type of a file by its ending; `None` for what is not for browsers (the manifest, the squeezed copies).
fn content_type(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "wasm" => "application/wasm",
        "png" => "image/png",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use tower::ServiceExt as _;

    use super::*;

    #[test]
    fn the_list_of_bundles_is_the_builders() {
        let builder = include_str!("../../web/build.mjs");
        for name in BUNDLES.into_iter().filter(|name| !name.ends_with(".svg")) {
            let source =
                name.strip_suffix(".js").map_or_else(|| format!("styles/{name}"), |stem| format!("islands/{stem}.ts"));
            assert!(builder.contains(&format!("\"{source}\"")), "web/build.mjs does not build {name}");
        }
    }

    #[tokio::test]
    async fn what_is_not_there_is_not_found_and_what_is_may_be_kept() {
        let ask = async |path: &str| {
            let request = http::Request::get(path)
                .header("accept-encoding", "br, gzip;q=0.9")
                .body(Body::empty())
                .expect("a request");
            router::<()>().oneshot(request).await.expect("an answer")
        };
        for path in ["/assets/manifest.json", "/assets/nothing.js", "/assets/..%2Fbuild.mjs", "/assets/member.css.gz"] {
            assert_eq!(ask(path).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
        if !missing().contains(&"icons.svg") {
            let answer = ask(&asset("icons.svg")).await;
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(answer.headers()["content-type"], "image/svg+xml");
            assert_eq!(answer.headers()["content-encoding"], "gzip");
            assert!(answer.headers()["cache-control"].to_str().expect("text").contains("immutable"));
            let plain = http::Request::get(asset("icons.svg")).body(Body::empty()).expect("a request");
            let plain = router::<()>().oneshot(plain).await.expect("an answer");
            assert!(!plain.headers().contains_key("content-encoding"));
            let bytes = axum::body::to_bytes(plain.into_body(), usize::MAX).await.expect("a body");
            assert!(bytes.starts_with(b"<svg"), "who takes no gzip gets it as it is");
        } else {
            assert_eq!(ask(&asset("icons.svg")).await.status(), StatusCode::NOT_FOUND);
        }
    }
}
