//! Who gets to the counter: the table, and where it leads those it does not let in.

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};

use super::{BandPart, words};
use crate::problem::Problem;
use crate::staff::{Device, Permission, Signed, device_of, session_of};
use crate::web::Page;
use crate::web::access::{Access, Route, access_to};
use crate::web::cookies::Cookie;
use crate::web::face::Face;
use crate::web::pieces::Tone;
use crate::web::reader::Reader;

/// Every route of this face and who gets in.
pub static TABLE: [Route; 12] = [
    Route { method: Method::GET, path: "/counter", access: Access::Everyone },
    Route { method: Method::GET, path: "/counter/enrol", access: Access::Everyone },
    Route { method: Method::POST, path: "/counter/enrol", access: Access::Everyone },
    Route { method: Method::GET, path: "/counter/sign-in", access: Access::Device },
    Route { method: Method::POST, path: "/counter/sign-in", access: Access::Device },
    Route { method: Method::POST, path: "/counter/sign-out", access: Access::Device },
    Route { method: Method::GET, path: "/counter/scanner-test", access: Access::Device },
    Route { method: Method::GET, path: "/counter/", access: Access::Staff(Permission::SeeMember) },
    Route { method: Method::POST, path: "/counter/scan", access: Access::Staff(Permission::SeeMember) },
    Route { method: Method::POST, path: "/counter/stamp", access: Access::Staff(Permission::Stamp) },
    Route { method: Method::POST, path: "/counter/redeem", access: Access::Staff(Permission::Redeem) },
    Route { method: Method::POST, path: "/counter/undo", access: Access::Staff(Permission::UndoOwn) },
];

/// The device a request comes from.
#[derive(Debug, Clone)]
pub struct OnDevice(pub Device);

/// Who works on it.
#[derive(Debug, Clone)]
pub struct Clerk(pub Signed);

impl<S: Sync> FromRequestParts<S> for OnDevice {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let device = parts.extensions.get::<Self>().cloned();
        device.ok_or_else(|| Problem::unforeseen("a handler of the counter asks for a device the table lets stay away"))
    }
}

impl<S: Sync> FromRequestParts<S> for Clerk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let clerk = parts.extensions.get::<Self>().cloned();
        clerk.ok_or_else(|| Problem::unforeseen("a handler of the counter asks for somebody the table lets stay away"))
    }
}

/// Lets in whom the table names; others are led to the code, or to the PIN.
pub async fn admit(
    State(face): State<Face>,
    reader: Reader,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let permission = match access_to(&TABLE, &request) {
        None => return Err(Problem::not_found("There is no such page.")),
        Some(Access::Everyone) => return Ok(next.run(request).await),
        Some(Access::Device) => None,
        Some(Access::Staff(permission)) => Some(permission),
        Some(Access::Visitor | Access::Member) => return Err(Problem::forbidden("This is not for staff.")),
    };
    let Some((device, device_token)) = device(&face, request.headers()).await? else {
        // Who comes from the enrolment and still has no device has a browser that keeps no cookies.
        let kept = request.uri().query() == Some(AFTER_ENROLMENT);
        return Ok(face.send_to(reader, if kept { "/enrol?no-cookies" } else { "/enrol" }));
    };
    request.extensions_mut().insert(OnDevice(device));
    if let Some(permission) = permission {
        let Some(signed) = signed(&face, &device_token, request.headers()).await? else {
            // Who brings a session that is no more was not asked whether to end it.
            let had_one = Cookie::Clerk.of(&face.app.settings, request.headers()).is_some();
            let to = if had_one { format!("/sign-in?{LOCKED}") } else { String::from("/sign-in") };
            return Ok(face.send_to(reader, &to));
        };
        if !signed.may(permission) {
            return not_her_role(&face, reader).await;
        }
        request.extensions_mut().insert(Clerk(signed));
    }
    Ok(next.run(request).await)
}

async fn not_her_role(face: &Face, reader: Reader) -> Result<Response, Problem> {
    if !reader.is_part {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "role",
            "Your role may not do this; ask a manager to sign in.",
        ));
    }
    let scene = face.scene(reader.lang).await?;
    let band = words::band(&scene, Tone::Refused, "refused-role", &[]);
    let page = Page::new(BandPart { shell: scene.shell, band }, &face.policy());
    Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}

/// The query of the first address after an enrolment.
pub(super) const AFTER_ENROLMENT: &str = "enrolled";

/// The word in the address of the sign-in page that says that a session has locked itself. The open desk uses it too.
pub(super) const LOCKED: &str = "locked";

async fn device(face: &Face, headers: &HeaderMap) -> Result<Option<(Device, String)>, Problem> {
    let Some(token) = Cookie::Device.of(&face.app.settings, headers) else { return Ok(None) };
    Ok(device_of(&face.app, &token).await?.map(|device| (device, token)))
}

async fn signed(face: &Face, device_token: &str, headers: &HeaderMap) -> Result<Option<Signed>, Problem> {
    let Some(token) = Cookie::Clerk.of(&face.app.settings, headers) else { return Ok(None) };
    Ok(session_of(&face.app, device_token, &token).await?)
}
