//! The face for programs: points of sale, web shops, partners. JSON in and out, one bearer key a program, each route under
//! one scope. [`table`] is the whole of it; what is not in it cannot be reached.
//!
//! Lists are `{"items", "next"}`; errors are `application/problem+json` with a stable `code`. A rule's refusal is 422. A write
//! may carry an `Idempotency-Key`: what was done is kept for a week and answered again ([`write`]).

mod ask;
mod caller;
mod member_lists;
mod members;
mod openapi;
mod places;
mod redemptions;
mod refused;
pub mod shapes;
mod stamps;
mod tags;
mod timeline;
mod write;

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodRouter, any, delete, get, post, put};
use http::{HeaderValue, Method, Uri, header};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::app::App;
use crate::problem::Problem;
use crate::staff::api_keys::Scope;

pub use openapi::document;

/// Where the description stands; the one address that asks for no key.
pub const DESCRIPTION: &str = "/api/openapi.json";

/// One route: what it is called by, and the scope that opens it.
pub struct Route {
    /// How it is called.
    pub method: Method,
    /// Its address, with names in braces.
    pub path: &'static str,
    /// What a key needs for it.
    pub scope: Scope,
    handler: MethodRouter<App>,
}

/// Every route.
pub fn table() -> Vec<Route> {
    use Scope::{LoyaltyWrite, MembersRead, MembersWrite};
    vec![
        read("/api/v1/members", MembersRead, members::list),
        read("/api/v1/members/{id}", MembersRead, members::find),
        read("/api/v1/members/{id}/cards", MembersRead, member_lists::cards),
        read("/api/v1/members/{id}/vouchers", MembersRead, member_lists::vouchers),
        read("/api/v1/members/{id}/timeline", MembersRead, timeline::page),
        Route { method: Method::PUT, path: TAG, scope: MembersWrite, handler: put(tags::put_on) },
        Route { method: Method::DELETE, path: TAG, scope: MembersWrite, handler: delete(tags::take_off) },
        create("/api/v1/stamps", LoyaltyWrite, stamps::give),
        create("/api/v1/redemptions", LoyaltyWrite, redemptions::redeem),
    ]
}

const TAG: &str = "/api/v1/members/{id}/tags/{tag}";

fn read<T: 'static>(path: &'static str, scope: Scope, handler: impl Handler<T, App>) -> Route {
    Route { method: Method::GET, path, scope, handler: get(handler) }
}

fn create<T: 'static>(path: &'static str, scope: Scope, handler: impl Handler<T, App>) -> Route {
    Route { method: Method::POST, path, scope, handler: post(handler) }
}

/// The routes of [`table`], each behind its scope.
pub fn routes(app: &App) -> Router {
    let mut router = Router::new().route(DESCRIPTION, get(openapi::serve));
    for route in table() {
        router = router.route(route.path, caller::behind(route.scope, app, route.handler));
    }
    router
        .method_not_allowed_fallback(wrong_method)
        .route("/api/{*rest}", any(unknown))
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .with_state(app.clone())
}

async fn unknown(uri: Uri) -> Problem {
    Problem::not_found(format!("There is no {}. {DESCRIPTION} lists what there is.", uri.path()))
}

async fn wrong_method(method: Method, uri: Uri) -> Problem {
    let detail = format!("{} does not take {method}. {DESCRIPTION} says what it takes.", uri.path());
    Problem::new(http::StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}
