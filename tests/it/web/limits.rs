//! Limits of the accept loop: FAULTS F22, F23, with less patience than the service has.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use shuke::web::http::{self, Patience};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A service that reads what it is sent and gives it back.
async fn served() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().route("/", post(async |body: Bytes| body));
    let (headers, answer) = (Duration::from_millis(300), Duration::from_millis(600));
    let patience = Patience { headers, idle: Duration::from_secs(60), answer };
    tokio::spawn(http::serve(listener, router, patience, TaskTracker::new(), CancellationToken::new()));
    address
}

/// What comes back for these bytes until the connection is closed.
async fn sent(bytes: &str) -> String {
    let mut stream = TcpStream::connect(served().await).await.expect("it accepts");
    stream.write_all(bytes.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    assert!(end.is_ok(), "the connection stays open");
    String::from_utf8(answer).expect("text")
}

#[tokio::test]
async fn whoever_dawdles_over_the_headers_is_cut_off() {
    let answer = sent("POST / HTTP/1.1\r\nhost: here\r\n").await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn who_has_asked_may_be_silent_for_longer_than_a_stranger() {
    let mut stream = TcpStream::connect(served().await).await.expect("it accepts");
    let mut heard = vec![0; 4096];
    for pause in [0, 900] {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        stream.write_all(b"POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 2\r\n\r\nhi").await.expect("sent");
        let read = stream.read(&mut heard).await.expect("an answer");
        assert!(
            heard[..read].starts_with(b"HTTP/1.1 200"),
            "after {pause} ms: {}",
            String::from_utf8_lossy(&heard[..read])
        );
    }
}

#[tokio::test]
async fn whoever_dawdles_over_the_body_is_told_so() {
    let answer = sent("POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 10\r\n\r\nabc").await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("application/problem+json") && answer.contains(r#""code":"too_slow""#), "{answer}");
}

#[tokio::test]
async fn too_many_and_too_large_headers_are_refused() {
    let with = |headers: String| format!("POST / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n{headers}\r\n");
    let many = |count| (0..count).map(|n| format!("x-{n}: 1\r\n")).collect::<String>();
    assert!(sent(&with(many(90))).await.starts_with("HTTP/1.1 200"));
    assert!(sent(&with(many(101))).await.starts_with("HTTP/1.1 431"));
    assert!(sent(&with(format!("x: {}\r\n", "a".repeat(16 * 1024)))).await.starts_with("HTTP/1.1 200"));
    let answer = sent(&with(format!("x: {}\r\n", "a".repeat(64 * 1024)))).await;
    // Where the refusal comes before all was sent, the system may drop it with the connection.
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
}
