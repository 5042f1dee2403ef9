//! The operator's face: whether the process is there, whether it would take a write, what it has done, which version it is.
//! On `BIND`, or on `OPS_BIND` alone where that is set. Nothing here names a person.

mod gauges;
mod measure;
mod meters;
mod ready;

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::header;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use self::ready::Ready;
use crate::app::App;
use crate::problem::Problem;

pub use measure::measured;

/// How often histograms are folded together, so that they stay small while nobody asks for them.
const FOLD_EVERY: Duration = Duration::from_secs(5);

/// The operator's routes. From now on this process counts.
pub fn routes(app: &App) -> Router {
    meters::start();
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz).with_state(Ready::new(app)))
        .route("/metrics", get(metrics))
        .route("/version", get(version))
        .with_state(app.clone())
}

/// Keeps the meters small until `stop`.
pub async fn upkeep(stop: CancellationToken) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(FOLD_EVERY) => meters::fold(),
            () = stop.cancelled() => return,
        }
    }
}

/// The process answers; says nothing of the database.
async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether the database is at this program's schema and took a write within the last second.
async fn readyz(State(ready): State<Ready>) -> Result<&'static str, Problem> {
    ready.ask().await.map(|()| "ready\n")
}

/// Everything counted, for Prometheus. What stands in the database is asked at this moment.
async fn metrics(State(app): State<App>) -> Response {
    gauges::look(&app).await;
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], meters::text()).into_response()
}

async fn version(State(app): State<App>) -> Response {
    let store = if app.db.is_postgres() { "postgres" } else { "sqlite" };
    Json(json!({ "name": "shuke", "version": env!("CARGO_PKG_VERSION"), "store": store })).into_response()
}
