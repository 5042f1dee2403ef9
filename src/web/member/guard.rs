//! Who gets into the member's pages: the table, and what happens to whoever it does not let in.

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};

use super::entry;
use crate::members::{Member, sessions};
use crate::problem::Problem;
use crate::web::access::{Access, Route, access_to};
use crate::web::cookies::Cookie;
use crate::web::face::Face;
use crate::web::reader::Reader;

/// Every route of this face and who gets in.
pub static TABLE: [Route; 13] = [
    Route { method: Method::GET, path: "/", access: Access::Everyone },
    Route { method: Method::GET, path: "/m", access: Access::Everyone },
    Route { method: Method::POST, path: "/m/session", access: Access::Everyone },
    Route { method: Method::POST, path: "/m/join", access: Access::Visitor },
    Route { method: Method::GET, path: "/m/", access: Access::Member },
    Route { method: Method::GET, path: "/m/pass", access: Access::Member },
    Route { method: Method::GET, path: "/m/events", access: Access::Member },
    Route { method: Method::GET, path: "/m/stamps", access: Access::Member },
    Route { method: Method::GET, path: "/m/vouchers", access: Access::Member },
    Route { method: Method::GET, path: "/m/vouchers/{id}", access: Access::Member },
    Route { method: Method::GET, path: "/m/me", access: Access::Member },
    Route { method: Method::POST, path: "/m/me/offers", access: Access::Member },
    Route { method: Method::POST, path: "/m/me/language", access: Access::Member },
];

/// Who looks at a page: LINE vouched for her, and we gave her a session.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The person.
    pub member: Member,
    /// Her session's token.
    pub token: String,
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let visitor = parts.extensions.get::<Self>().cloned();
        visitor.ok_or_else(|| {
            Problem::unforeseen("a handler of the member's pages asks for somebody the table lets stay away")
        })
    }
}

/// Lets in whom the table names.
pub async fn admit(
    State(face): State<Face>,
    reader: Reader,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let is_for_members = match access_to(&TABLE, &request) {
        None => return Err(Problem::not_found("There is no such page.")),
        Some(Access::Everyone) => return Ok(next.run(request).await),
        Some(Access::Visitor) => false,
        Some(Access::Member) => true,
        Some(Access::Device | Access::Staff(_)) => return Err(Problem::forbidden("This is not for members.")),
    };
    let is_look = request.method() == Method::GET || request.method() == Method::HEAD;
    let Some(visitor) = visitor(&face, request.headers()).await? else {
        let wanted = wanted(request.uri());
        return stranger(&face, reader, is_look, &wanted).await;
    };
    if is_for_members && !visitor.member.is_joined() {
        return not_yet_a_member(&face, reader, is_look, &visitor).await;
    }
    request.extensions_mut().insert(visitor);
    Ok(next.run(request).await)
}

async fn visitor(face: &Face, headers: &HeaderMap) -> Result<Option<Visitor>, Problem> {
    let Some(token) = Cookie::Member.of(&face.app.settings, headers) else { return Ok(None) };
    let member = sessions::member(&face.app, &token).await?;
    Ok(member.map(|member| Visitor { member, token }))
}

/// Somebody without a session: a page that signs her in through LINE and leads her on to where she wanted to go.
async fn stranger(face: &Face, reader: Reader, is_look: bool, wanted: &str) -> Result<Response, Problem> {
    if reader.is_part {
        // The page she looks at was drawn for a session that is over: all of it is loaded anew.
        let refresh = (HeaderName::from_static("hx-refresh"), HeaderValue::from_static("true"));
        return Ok((StatusCode::UNAUTHORIZED, [refresh]).into_response());
    }
    if !is_look {
        return Ok(face.send_to(reader, "/"));
    }
    if !reader.wants_page {
        return Err(Problem::unauthenticated("Sign in through LINE first."));
    }
    entry::sign_in_page(face, reader, wanted).await
}

async fn not_yet_a_member(face: &Face, reader: Reader, is_look: bool, visitor: &Visitor) -> Result<Response, Problem> {
    if !is_look {
        return Ok(face.send_to(reader, "/"));
    }
    if !reader.wants_page {
        return Err(Problem::forbidden("Take the membership card first."));
    }
    entry::join_page(face, reader, &visitor.member).await
}

/// Where she wanted to go. A link into the app comes in at its first page with the rest of its path in `liff.state`
/// (LIFF documentation, "Opening a LIFF app", read 2026-08).
pub(super) fn wanted(uri: &Uri) -> String {
    let query = uri.query().unwrap_or_default();
    let state = query.split('&').find_map(|pair| pair.strip_prefix("liff.state="));
    match state.and_then(path_in_state) {
        Some(path) => format!("/m{path}"),
        None => String::from(uri.path()),
    }
}

/// The path a `liff.state` names, when it is one of this face.
pub(super) fn path_in_state(state: &str) -> Option<String> {
    let path = state.replace("%2F", "/").replace("%2f", "/");
    let path = path.split(['?', '#', '%']).next().unwrap_or_default();
    let is_plain = path.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'/' || b == b'-');
    (path.starts_with('/') && !path.starts_with("//") && path.len() <= 64 && is_plain).then(|| String::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_into_this_face_and_nowhere_else() {
        for (uri, path) in [
            ("/m/", "/m/"),
            ("/m/stamps", "/m/stamps"),
            ("/m/?liff.state=%2Fvouchers", "/m/vouchers"),
            ("/m/?x=1&liff.state=/stamps%3Fa%3D1", "/m/stamps"),
            ("/m/?liff.state=%2F%2Fevil.example", "/m/"),
            ("/m/?liff.state=https%3A%2F%2Fevil.example", "/m/"),
            ("/m/?liff.state=/../counter", "/m/"),
            ("/m/?liff.state=", "/m/"),
        ] {
            assert_eq!(wanted(&uri.parse().unwrap()), path, "{uri}");
        }
    }
}
