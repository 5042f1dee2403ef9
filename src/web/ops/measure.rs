//! How long requests take, by the route they matched: never by the address itself, which may hold an id.

use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{self, Next};
use axum::response::Response;
use http::Method;

/// The same routes, measured.
pub fn measured(router: Router) -> Router {
    router.layer(middleware::from_fn(measure))
}

async fn measure(request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().cloned();
    let method = known(request.method());
    let started = Instant::now();
    let response = next.run(request).await;
    let path = path.map_or_else(|| String::from("none"), |path| String::from(path.as_str()));
    let status = String::from(response.status().as_str());
    metrics::histogram!("http_request_seconds", "method" => method, "path" => path, "status" => status)
        .record(started.elapsed().as_secs_f64());
    response
}

/// A client may make up methods; a series for each would fill the memory.
fn known(method: &Method) -> &'static str {
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS]
        .iter()
        .zip(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
        .find(|(known, _)| *known == method)
        .map_or("other", |(_, name)| name)
}
