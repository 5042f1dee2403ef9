//! The accept loop. `axum::serve` has no time-outs and no limit of connections; here slow clients are cut off, and nobody gets
//! a place who finds all taken.

mod stage;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::problem::Problem;
use stage::{Answer, Stage};

/// How long a client may take, and how many may be here.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The headers of a request must have come by then, from the connection's opening or from their first byte. A connection
    /// is cut off up to half of this later.
    pub headers: Duration,
    /// Between requests it may be silent so long. Proxies keep connections for up to two minutes (Caddy; nginx and ALB one),
    /// and a webhook sent on one that is being closed is lost. Where three quarters of the places are taken, it may be silent
    /// only for as long as `headers`.
    pub idle: Duration,
    /// A request must have been read and answered by then; streams only have to begin.
    pub answer: Duration,
    /// Connections at once; who comes later waits.
    pub places: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(5),
            idle: Duration::from_secs(180),
            answer: Duration::from_secs(10),
            places: PLACES,
        }
    }
}

impl Patience {
    fn is_crowded(&self, places: &Semaphore) -> bool {
        places.available_permits() * 4 < self.places
    }
}

/// Connections at once.
pub const PLACES: usize = 2048;
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
    let places = Arc::new(Semaphore::new(patience.places));
    let next = async || {
        let place = Arc::clone(&places).acquire_owned().await.expect("it is never closed");
        (place, listener.accept().await)
    };
    loop {
        let (place, accepted) = tokio::select! {
            next = next() => next,
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
        let (router, stop, places) = (router.clone(), stop.clone(), Arc::clone(&places));
        tasks.spawn(async move {
            let stage = Stage::opened();
            tokio::select! {
                () = connection(stream, stage.clone(), router, stop) => {}
                () = stage.out_of_patience(patience, || patience.is_crowded(&places)) => {}
            }
            drop(place);
        });
    }
}

/// Serves one connection to its end.
async fn connection(stream: TcpStream, stage: Stage, router: Router, stop: CancellationToken) {
    let _ = stream.set_nodelay(true);
    let watched = TokioIo::new(stage.watch(stream));
    let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let asked = stage.asked();
        let answered = router.clone().oneshot(request.map(axum::body::Body::new) as Request);
        async move { answered.await.map(|response| response.map(|body| Answer::new(body, asked))) }
    });
    let mut builder = Builder::new(hyper_util::rt::TokioExecutor::new()).http1_only();
    builder.http1().max_buf_size(HEADER_BYTES).max_headers(HEADERS);
    let connection = builder.serve_connection(watched, service);
    tokio::pin!(connection);
    let finished = tokio::select! {
        finished = connection.as_mut() => finished,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = finished {
        tracing::debug!(%error, "a connection ended early");
    }
}
