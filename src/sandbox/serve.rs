//! The sandbox on a socket. hyper is driven by hand for one reason: a fault may cut the connection before the first byte of
//! the answer, or never answer, which a router cannot say.

use std::future::Future;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt;

use super::Sandbox;

/// An answer that is none: the mark a fault leaves on a response for whoever carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The connection breaks.
    #[error("the connection was cut")]
    Cut,
    /// Nothing ever comes.
    #[error("no answer came")]
    Silent,
}

impl IntoResponse for Broken {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(self);
        response
    }
}

impl Sandbox {
    /// Serves the sandbox on `listener` until `stop` is done, and delivers again what is due. Pages that watch are cut at
    /// the end: they reconnect by themselves.
    pub async fn serve(&self, listener: TcpListener, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut connections = JoinSet::new();
        let mut second = tokio::time::interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                () = &mut stop => break,
                _ = second.tick() => {
                    let sandbox = self.clone();
                    connections.spawn(async move { sandbox.redeliver_due().await; });
                    while connections.try_join_next().is_some() {}
                }
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => { connections.spawn(one_connection(self.clone(), stream)); }
                    Err(error) => tracing::warn!(%error, "the sandbox could not take a connection"),
                },
            }
        }
        connections.shutdown().await;
    }
}

async fn one_connection(sandbox: Sandbox, stream: TcpStream) {
    let router = sandbox.router();
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let router = router.clone();
        async move {
            let Ok(response) = router.oneshot(request.map(Body::new)).await;
            match response.extensions().get::<Broken>() {
                None => Ok(response),
                Some(Broken::Cut) => Err(Broken::Cut),
                Some(Broken::Silent) => std::future::pending().await,
            }
        }
    });
    let _ = stream.set_nodelay(true);
    // An error here is a client that left or a connection we were told to cut; either way it is over.
    let _ = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
}
