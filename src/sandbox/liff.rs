//! LIFF without LINE: our own stub of the SDK, and the addresses and frame names that tell it who is there.

use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header;
use serde_json::json;

use super::world::people::{Friendship, Person};
use crate::ids::LineUserId;

/// What a frame's name, or an address's fragment, begins with.
const MARK: &str = "liff=";

/// The stub: defines `liff` with the calls our pages make, from what the frame's name says. Ours, not LINE's code.
pub const STUB: &str = include_str!("liff_stub.js");

/// `GET /liff-stub.js`, for the product's router to take in when it runs against the sandbox. Never merge it into a service
/// with a real channel: whoever can set a frame's name could then pose as anyone the page believes the SDK about. (The ID
/// token is checked by the server, so what she could do is little; but a door nobody needs stays shut.)
pub fn stub_router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Router::new().route("/liff-stub.js", get(move || async move { (headers, STUB) }))
}

/// The stub's text for a service whose LINE is `api_base`; none when that is not on loopback, that is for a real channel.
pub fn stub_for(api_base: &str) -> Option<&'static str> {
    let host = api_base.parse::<http::Uri>().ok()?.host().map(String::from)?;
    matches!(host.as_str(), "127.0.0.1" | "localhost" | "[::1]").then_some(STUB)
}

/// The path below the LIFF endpoint that `uri` opens; none when it is no address of the app.
pub(super) fn path_in_app(uri: &str, liff_id: &str, endpoint: &str) -> Option<String> {
    let app = [format!("https://liff.line.me/{liff_id}"), format!("https://miniapp.line.me/{liff_id}")];
    let direct = endpoint.replace("{phone}.", "");
    let direct = direct.trim_end_matches('/');
    let rest = app.iter().find_map(|app| uri.strip_prefix(app.as_str())).or_else(|| uri.strip_prefix(direct))?;
    match rest.chars().next() {
        None => Some(String::new()),
        Some('/') => Some(String::from(&rest[1..])),
        Some('?' | '#') => Some(String::from(rest)),
        Some(_) => None,
    }
}

/// The page's address on a phone: the endpoint with the path below it.
pub(super) fn page_url(endpoint: &str, user: &LineUserId, path: &str) -> String {
    let base = endpoint.replace("{phone}", &user.as_str()[..9].to_lowercase());
    match (path, base.ends_with('/')) {
        ("", _) => base,
        (path, true) => format!("{base}{path}"),
        (path, false) if path.starts_with(['?', '#']) => format!("{base}{path}"),
        (path, false) => format!("{base}/{path}"),
    }
}

/// What the stub reads: who is there, in base64 of JSON, after a mark.
pub(super) fn frame_name(liff_id: &str, person: &Person, picture: &str, id_token: &str) -> String {
    let user = &person.user;
    let blob = json!({
        "liffId": liff_id,
        "idToken": id_token,
        "profile": { "userId": user.id.as_str(), "displayName": user.name, "pictureUrl": picture },
        "friend": person.friendship == Friendship::Following,
        "os": user.os,
        "language": user.language.as_deref().unwrap_or("zh-TW"),
        "context": { "type": "utou", "userId": user.id.as_str(), "liffId": liff_id, "viewType": "full" },
    });
    format!("{MARK}{}", URL_SAFE_NO_PAD.encode(blob.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_app_are_told_from_others() {
        let endpoint = "http://{phone}.shuke.localhost:8080/m/";
        for (uri, path) in [
            ("https://liff.line.me/20-ab", Some("")),
            ("https://liff.line.me/20-ab/stamps?x=1", Some("stamps?x=1")),
            ("https://liff.line.me/20-ab?x=1", Some("?x=1")),
            ("https://liff.line.me/20-abc", None),
            ("http://shuke.localhost:8080/m/vouchers", Some("vouchers")),
            ("http://shuke.localhost:8080/menu", None),
            ("https://example.com/", None),
        ] {
            assert_eq!(path_in_app(uri, "20-ab", endpoint).as_deref(), path, "{uri}");
        }
    }

    #[test]
    fn each_phone_can_have_a_host_of_its_own() {
        let user = format!("U{}", "ab".repeat(16)).parse().expect("an id");
        assert_eq!(page_url("http://{phone}.s.localhost/m/", &user, "stamps"), "http://uabababab.s.localhost/m/stamps");
        assert_eq!(page_url("http://localhost/m", &user, "?a=1"), "http://localhost/m?a=1");
        assert_eq!(page_url("http://localhost/m", &user, "stamps"), "http://localhost/m/stamps");
    }

    #[test]
    fn a_real_channel_gets_no_stub() {
        for (base, given) in [
            ("https://api.line.me", false),
            ("http://127.0.0.1:8090", true),
            ("http://localhost:8090", true),
            ("http://localhost.example.com", false),
            ("nonsense", false),
        ] {
            assert_eq!(stub_for(base).is_some(), given, "{base}");
        }
    }
}
