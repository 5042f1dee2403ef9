//! Ways to LINE on which a test stands in the middle, for a replica over it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use shuke::line::client::{Lost, Transport};
use shuke::sandbox::Sandbox;
use tokio::sync::{Barrier, Notify};

/// On it the first request to a path that `is_held` waits for the test.
pub struct Waits {
    line: Arc<dyn Transport>,
    is_held: fn(&str) -> bool,
    is_over: AtomicBool,
    /// Rings when the request is there.
    pub asked: Notify,
    /// Lets it go on.
    pub go_on: Notify,
}

impl Waits {
    pub fn new(sandbox: &Sandbox, is_held: fn(&str) -> bool) -> Arc<Self> {
        let line = sandbox.transport();
        Arc::new(Self { line, is_held, is_over: AtomicBool::new(false), asked: Notify::new(), go_on: Notify::new() })
    }
}

impl Transport for Waits {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Lost>> {
        Box::pin(async move {
            if (self.is_held)(request.uri().path()) && !self.is_over.swap(true, Ordering::Relaxed) {
                self.asked.notify_one();
                self.go_on.notified().await;
            }
            self.line.send(request).await
        })
    }
}

/// On it requests to a path that `is_held` go on only when so many are under way at once.
pub struct Together {
    line: Arc<dyn Transport>,
    is_held: fn(&str) -> bool,
    all: Barrier,
}

impl Together {
    pub fn new(sandbox: &Sandbox, is_held: fn(&str) -> bool, count: usize) -> Arc<Self> {
        Arc::new(Self { line: sandbox.transport(), is_held, all: Barrier::new(count) })
    }
}

impl Transport for Together {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Lost>> {
        Box::pin(async move {
            if (self.is_held)(request.uri().path()) {
                self.all.wait().await;
            }
            self.line.send(request).await
        })
    }
}
