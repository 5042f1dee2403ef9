//! Whether what a browser keeps of a page still holds: her version, as an ETag. It covers all else a page may be drawn
//! from: whose it is, the language, the day, the brand's published files, and this program.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::members::Member;
use crate::spec::definitions;
use crate::web::face::Scene;

/// Bytes of the hash: enough to tell a member's pages apart, and nobody else sees hers.
const BYTES: usize = 12;

/// The tag of a member's pages as they are now.
pub(super) async fn tag(app: &App, scene: &Scene, member: &Member) -> sqlx::Result<String> {
    let revision = definitions::revision(&app.db).await?;
    let facts = format!(
        "{}/{}/{}/{}/{revision}/{}/{}",
        member.id,
        member.version,
        scene.voice().lang,
        scene.today(),
        env!("CARGO_PKG_VERSION"),
        crate::assets::asset("member.js"),
    );
    let hash = Sha256::digest(facts);
    let digits: String = hash.iter().take(BYTES).map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("W/\"{digits}\""))
}

/// Whether the browser has the page under this tag.
pub(super) fn has(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    known.split(',').any(|known| known.trim() == tag)
}

/// The answer that the page still holds.
pub(super) fn still(tag: &str) -> Response {
    tagged(StatusCode::NOT_MODIFIED.into_response(), tag)
}

/// Puts the tag on a page. The browser may keep it for herself, and asks each time whether it still holds.
pub(super) fn tagged(mut response: Response, tag: &str) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::from_str(tag).expect("a tag is plain digits"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("cookie, accept-language, hx-request"));
    response
}
