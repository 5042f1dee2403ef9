//! What a connection is at, so that who dawdles is told from who rests: a stranger's headers, an answer under way, silence
//! between two requests.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tokio_util::io::InspectReader;

use super::Patience;

/// What a connection is at, and since when.
#[derive(Debug, Clone, Copy)]
enum At {
    /// It was opened, or the first bytes of a request have come, and its headers are not whole.
    Headers(Instant),
    /// A request is being answered.
    Answer,
    /// It was answered, and nothing has come since.
    Rest(Instant),
}

/// The stage of one connection, seen from its bytes and from its requests.
#[derive(Debug, Clone)]
pub struct Stage(Arc<Mutex<At>>);

impl Stage {
    /// Of a connection that was just opened.
    pub fn opened() -> Self {
        Self(Arc::new(Mutex::new(At::Headers(Instant::now()))))
    }

    fn at(&self) -> MutexGuard<'_, At> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `stream`, whose incoming bytes move the stage.
    pub fn watch<T: AsyncRead + AsyncWrite + Unpin>(&self, stream: T) -> impl AsyncRead + AsyncWrite + Unpin + use<T> {
        let stage = self.clone();
        InspectReader::new(stream, move |bytes: &[u8]| stage.heard(bytes))
    }

    fn heard(&self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let mut at = self.at();
        if let At::Rest(_) = *at {
            *at = At::Headers(Instant::now());
        }
    }

    /// The headers of a request have come. It is being answered until what this gives is dropped.
    pub fn asked(&self) -> Asked {
        *self.at() = At::Answer;
        Asked(self.clone())
    }

    /// Ends when the client has been waited for as long as `patience` says: shorter where others find no place.
    pub async fn out_of_patience(&self, patience: Patience, is_crowded: impl Fn() -> bool) {
        loop {
            tokio::time::sleep(patience.headers / 2).await;
            let is_over = match *self.at() {
                At::Answer => false,
                At::Headers(since) => since.elapsed() >= patience.headers,
                At::Rest(since) if is_crowded() => since.elapsed() >= patience.headers,
                At::Rest(since) => since.elapsed() >= patience.idle,
            };
            if is_over {
                return;
            }
        }
    }
}

/// A request under way. When this is dropped the connection rests.
#[derive(Debug)]
pub struct Asked(Stage);

impl Drop for Asked {
    fn drop(&mut self) {
        *self.0.at() = At::Rest(Instant::now());
    }
}

/// The body of an answer, which is under way until this is dropped: streams stay open as long as somebody listens.
pub struct Answer {
    body: Body,
    _asked: Asked,
}

impl Answer {
    /// The body `body` of the answer to `asked`.
    pub fn new(body: Body, asked: Asked) -> Self {
        Self { body, _asked: asked }
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
