//! The way a request takes to LINE and an answer takes back: real HTTP in production, the sandbox's router in tests.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use http::{Request, Response};
use reqwest::redirect::Policy;

/// A request's bytes in, an answer's bytes out.
pub trait Transport: Send + Sync {
    /// Sends `request` and waits for the whole answer.
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Lost>>;
}

/// No answer. What matters is whether LINE may have got the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// Not one byte of it reached LINE.
    #[error("LINE could not be reached: {0}")]
    NotSent(String),
    /// Nobody can tell.
    #[error("LINE gave no answer: {0}")]
    Unknown(String),
}

/// HTTP over TLS, or in the clear to this machine.
#[derive(Debug, Clone)]
pub struct Http(reqwest::Client);

/// To open a connection, name look-up and TLS included.
const CONNECT: Duration = Duration::from_secs(5);
/// From the start of a request to the end of its answer.
const WHOLE: Duration = Duration::from_secs(15);
/// LINE's answers are small; nothing we ask for comes near this.
const MOST_BYTES: usize = 1024 * 1024;

impl Http {
    /// A transport with time-outs, that follows no redirect. `is_loopback` keeps proxies out of the way to this machine.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(is_loopback: bool) -> Result<Self, Lost> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("shuke/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .pool_idle_timeout(Duration::from_secs(60))
            .redirect(Policy::none());
        builder = if is_loopback { builder.no_proxy() } else { builder.https_only(true) };
        builder.build().map(Self).map_err(|error| Lost::NotSent(error.to_string()))
    }
}

impl Transport for Http {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Lost>> {
        Box::pin(async move {
            let request = reqwest::Request::try_from(request).map_err(|error| Lost::NotSent(said(error)))?;
            let answer = self.0.execute(request).await.map_err(|error| {
                if error.is_connect() || error.is_builder() {
                    Lost::NotSent(said(error))
                } else {
                    Lost::Unknown(said(error))
                }
            })?;
            read(answer).await
        })
    }
}

async fn read(mut answer: reqwest::Response) -> Result<Response<Bytes>, Lost> {
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| Lost::Unknown(said(error)))? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(Lost::Unknown(format!("the answer is larger than {MOST_BYTES} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    let mut whole = Response::new(body.freeze());
    *whole.status_mut() = answer.status();
    *whole.headers_mut() = std::mem::take(answer.headers_mut());
    Ok(whole)
}

/// An error with its causes and without the address, which may hold a user id.
fn said(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        words.push_str(": ");
        words.push_str(&error.to_string());
        cause = error.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    fn get(address: &str) -> Request<Bytes> {
        Request::get(address).body(Bytes::new()).expect("a request")
    }

    async fn answers(bytes: &'static [u8]) -> Result<Response<Bytes>, Lost> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}/v2/bot/info", listener.local_addr().expect("an address"));
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(bytes).await;
        });
        Http::new(true).expect("a transport").send(get(&address)).await
    }

    #[tokio::test]
    async fn an_answer_comes_whole() {
        let answer = answers(b"HTTP/1.1 200 OK\r\nx-line-request-id: r\r\ncontent-length: 2\r\n\r\n{}")
            .await
            .expect("an answer");
        assert_eq!((answer.status().as_u16(), &answer.body()[..]), (200, &b"{}"[..]));
        assert_eq!(answer.headers()["x-line-request-id"], "r");
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let answer = answers(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n").await;
        assert_eq!(answer.expect("an answer").status().as_u16(), 302);
    }

    #[tokio::test]
    async fn who_never_connected_sent_nothing() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}/", listener.local_addr().expect("an address"));
        drop(listener);
        let lost = Http::new(true).expect("a transport").send(get(&address)).await;
        assert!(matches!(lost, Err(Lost::NotSent(_))), "{lost:?}");
    }

    #[tokio::test]
    async fn a_connection_cut_after_the_request_leaves_doubt() {
        for cut in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{", b"garbage\r\n\r\n"] {
            let lost = answers(cut).await;
            assert!(matches!(lost, Err(Lost::Unknown(_))), "{lost:?}");
        }
    }

    #[tokio::test]
    async fn an_endless_answer_is_cut_off() {
        static HUGE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let huge = HUGE.get_or_init(|| [&b"HTTP/1.1 200 OK\r\n\r\n"[..], &vec![b'a'; MOST_BYTES + 1]].concat());
        assert!(matches!(answers(huge).await, Err(Lost::Unknown(_))));
    }

    #[tokio::test]
    async fn clear_text_goes_to_this_machine_only() {
        let lost = Http::new(false).expect("a transport").send(get("http://127.0.0.1:1/")).await;
        assert!(matches!(lost, Err(Lost::NotSent(_))), "{lost:?}");
    }
}
