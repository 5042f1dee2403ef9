//! The accept loop. `axum::serve` has no time-out for headers; slow clients are cut off here instead.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;
use tower_http::timeout::TimeoutLayer;

/// A client must have sent its headers by then.
const HEADERS_WITHIN: Duration = Duration::from_secs(5);
/// A request must have been read and answered by then; streams only have to begin.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Most bytes of headers, and most headers, before 431.
const HEADER_BYTES: usize = 32 * 1024;
const HEADERS: usize = 100;

/// Serves `router` until `stop`; connections then finish the request they are in. Each is a task of `tasks`.
pub async fn serve(listener: TcpListener, router: Router, tasks: TaskTracker, stop: CancellationToken) {
    let router = router.layer(TimeoutLayer::with_status_code(http::StatusCode::REQUEST_TIMEOUT, ANSWER_WITHIN));
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
            let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
                router.clone().oneshot(request.map(axum::body::Body::new) as Request)
            });
            let mut builder = Builder::new(hyper_util::rt::TokioExecutor::new()).http1_only();
            builder
                .http1()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADERS_WITHIN)
                .max_buf_size(HEADER_BYTES)
                .max_headers(HEADERS);
            let connection = builder.serve_connection(TokioIo::new(stream), service);
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
        });
    }
}
