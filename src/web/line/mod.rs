//! LINE's face: the webhook. The signature is checked on the raw bytes before anything else is looked at, and 200 is said
//! only after the events are on disk. Anything else makes LINE come again.

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use secrecy::ExposeSecret as _;
use tokio::sync::Semaphore;

use crate::app::App;
use crate::intake::Intake;
use crate::line::signature;
use crate::line::webhook::Delivery;
use crate::members::accounts::Directory;
use crate::problem::Problem;

/// The largest body LINE's webhook may have: 2 MiB, the limit LINE sets for requests the other way.
pub const LARGEST_BODY: usize = 2 * 1024 * 1024;

/// So much of a body is read as it comes. For more of it there are turns, so that strangers cannot fill the memory before the
/// signature is looked at. LINE's webhooks are of a few KiB.
const USUAL_BODY: usize = 64 * 1024;
static LARGE_BODIES: Semaphore = Semaphore::const_new(16);

/// What the webhook needs.
#[derive(Clone)]
pub struct Line {
    /// The service.
    pub app: App,
    /// Where events go.
    pub intake: Intake,
    /// Whose events these may be.
    pub accounts: Directory,
}

/// The webhook's route.
pub fn routes(line: Line) -> Router {
    Router::new().route("/line/webhook", post(webhook)).with_state(line)
}

async fn webhook(State(line): State<Line>, request: Request) -> Response {
    let answer = received(&line, request).await;
    let (status, response) = match answer {
        Ok(()) => (StatusCode::OK, StatusCode::OK.into_response()),
        Err(problem) => (problem.status, problem.into_response()),
    };
    metrics::counter!("shuke_webhooks_total", "status" => String::from(status.as_str())).increment(1);
    response
}

async fn received(line: &Line, request: Request) -> Result<(), Problem> {
    let (parts, mut body) = request.into_parts();
    let (mut bytes, mut turn) = (Vec::new(), None);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::malformed("The body could not be read to its end."))?;
        let Ok(data) = frame.into_data() else { continue };
        let length = bytes.len() + data.len();
        if length > LARGEST_BODY {
            let why = format!("No webhook is larger than {LARGEST_BODY} bytes.");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", why));
        }
        if length > USUAL_BODY && turn.is_none() {
            turn = Some(LARGE_BODIES.acquire().await.map_err(Problem::unforeseen)?);
        }
        bytes.extend_from_slice(&data);
    }
    take(line, &parts.headers, &bytes).await
}

async fn take(line: &Line, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
    let secret = line.app.settings.channel_secret.expose_secret();
    signature::verify_headers(secret, body, headers).map_err(|_| {
        metrics::counter!("shuke_bad_signatures_total").increment(1);
        Problem::unauthenticated("The signature is missing or does not fit this body and this channel.")
    })?;
    let delivery =
        Delivery::parse(body).map_err(|error| Problem::malformed(format!("Signed, but no webhook: {error}.")))?;
    if delivery.events.is_empty() {
        return Ok(());
    }
    let account = line
        .accounts
        .of_destination(delivery.destination.as_deref())
        .ok_or_else(|| Problem::malformed("The destination names none of our accounts."))?;
    line.intake.accept(account, delivery.events).await.map_err(|error| {
        tracing::warn!(%error, "a webhook was turned away; LINE comes again if redelivery is on");
        Problem::unavailable("The events were not stored in time. Send them again: what was kept is not taken twice.")
    })
}
