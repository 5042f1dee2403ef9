//! The operator's face: whether the process is there, whether it would take a write, what it has done, which version it is.
//! On `BIND`, or on `OPS_BIND` alone where that is set. Nothing here names a person.

mod gauges;
mod measure;
mod meters;

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{StatusCode, header};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::problem::Problem;
use crate::store::Schema;

pub use measure::measured;

/// An answer about readiness that takes longer is a no.
const READY_WITHIN: Duration = Duration::from_secs(2);
/// How often histograms are folded together, so that they stay small while nobody asks for them.
const FOLD_EVERY: Duration = Duration::from_secs(5);

/// The operator's routes. From now on this process counts.
pub fn routes(app: &App) -> Router {
    meters::start();
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
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

/// Whether the database is at this program's schema and takes a write now.
async fn readyz(State(app): State<App>) -> Result<&'static str, Problem> {
    match tokio::time::timeout(READY_WITHIN, ready(&app)).await {
        Ok(ready) => ready.map(|()| "ready\n"),
        Err(_) => Err(Problem::unavailable("The database does not answer within 2 s.")),
    }
}

async fn ready(app: &App) -> Result<(), Problem> {
    let away = |error: sqlx::Error| {
        tracing::warn!(%error, "not ready: the database takes no write");
        Problem::unavailable("The database takes no write now; the log says why.")
    };
    match app.db.schema().await.map_err(away)? {
        Schema::Current => app.db.check_writable().await.map_err(away),
        Schema::Behind(count) => Err(not_migrated(format!(
            "{count} migrations are missing. Run `shuke migrate`, or start `shuke serve`, which does the same."
        ))),
        Schema::Newer(found) => {
            Err(not_migrated(format!("A newer Shuke was here (migration {found}). Start the newer program again.")))
        }
    }
}

fn not_migrated(detail: String) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_migrated", detail)
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
