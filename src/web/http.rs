//! The accept loop. `axum::serve` has no time-out for headers; slow clients are cut off here instead: before their first
//! request soon, after it when they have been silent, or at their headers, for as long as a proxy rests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::problem::Problem;

/// How long a client may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The headers of its first request must have come by then.
    pub headers: Duration,
    /// Between requests it may be silent so long. Proxies keep connections for up to two minutes (Caddy; nginx and ALB one),
    /// and a webhook sent on one that is being closed is lost.
    pub idle: Duration,
    /// A request must have been read and answered by then; streams only have to begin.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { headers: Duration::from_secs(5), idle: Duration::from_secs(180), answer: Duration::from_secs(10) }
    }
}

/// Most bytes of headers, and most headers, before 431.
const HEADER_BYTES: usize = 32 * 1024;
const HEADERS: usize = 100;

/// When a face that has words of its own for one who was too slow says them: a little before they are said without it.
#[derive(Debug, Clone, Copy)]
pub struct SpeakBy(pub Instant);

/// What one who was too slow is told.
pub fn too_slow() -> Problem {
    let why = "The request was not read and answered in time. Ask again: what was kept is not done twice.";
    Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", why)
}

async fn in_time(State(patience): State<Patience>, mut request: Request, next: Next) -> Response {
    let now = Instant::now();
    request.extensions_mut().insert(SpeakBy(now + patience.answer * 9 / 10));
    timeout_at(now + patience.answer, next.run(request)).await.unwrap_or_else(|_| too_slow().into_response())
}

/// Serves `router` until `stop`; connections then finish the request they are in. Each is a task of `tasks`.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    let router = router.layer(from_fn_with_state(patience, in_time));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let (router, stop) = (router.clone(), stop.clone());
        tasks.spawn(async move {
            let was_heard = Arc::new(AtomicBool::new(false));
            let hears = Arc::clone(&was_heard);
            let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                hears.store(true, Ordering::Relaxed);
                router.clone().oneshot(request.map(axum::body::Body::new) as Request)
            });
            let mut builder = Builder::new(hyper_util::rt::TokioExecutor::new()).http1_only();
            builder
                .http1()
                .timer(TokioTimer::new())
                .header_read_timeout(patience.idle)
                .max_buf_size(HEADER_BYTES)
                .max_headers(HEADERS);
            let connection = builder.serve_connection(TokioIo::new(stream), service);
            tokio::pin!(connection);
            let nothing_came = async {
                tokio::time::sleep(patience.headers).await;
                if was_heard.load(Ordering::Relaxed) {
                    std::future::pending::<()>().await;
                }
            };
            let finished = tokio::select! {
                finished = connection.as_mut() => finished,
                () = nothing_came => return,
                () = stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = finished {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
}
