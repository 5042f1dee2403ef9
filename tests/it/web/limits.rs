//! Limits of the accept loop: FAULTS F22, F23, with less patience than the service has.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::{get, post};
use futures_util::StreamExt as _;
use shuke::web::http::{self, Patience};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::harness::on_both;
use crate::shop::Shop;

/// A service that reads what it is sent and gives it back.
fn echo() -> Router {
    Router::new().route("/", post(async |body: Bytes| body))
}

async fn served(router: Router) -> SocketAddr {
    served_with(router, Patience::default().places).await
}

async fn served_with(router: Router, places: usize) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (headers, answer) = (Duration::from_millis(300), Duration::from_millis(600));
    let patience = Patience { headers, idle: Duration::from_secs(60), answer, places };
    tokio::spawn(http::serve(listener, router, patience, TaskTracker::new(), CancellationToken::new()));
    address
}

/// What comes back for these bytes until the connection is closed.
async fn sent(bytes: &str) -> String {
    sent_to(echo(), bytes).await
}

async fn sent_to(router: Router, bytes: &str) -> String {
    let mut stream = TcpStream::connect(served(router).await).await.expect("it accepts");
    stream.write_all(bytes.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    let end = timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    assert!(end.is_ok(), "the connection stays open");
    String::from_utf8(answer).expect("text")
}

#[tokio::test]
async fn whoever_dawdles_over_the_headers_is_cut_off() {
    let answer = sent("POST / HTTP/1.1\r\nhost: here\r\n").await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
}

const ASKS: &[u8] = b"POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 2\r\n\r\nhi";

/// Asks on an open connection, and is answered.
async fn asks(stream: &mut TcpStream) {
    stream.write_all(ASKS).await.expect("sent");
    let mut heard = vec![0; 4096];
    let read = timeout(Duration::from_secs(20), stream.read(&mut heard)).await.expect("in time").expect("an answer");
    assert!(heard[..read].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&heard[..read]));
}

/// That the other side closes the connection without a word.
async fn is_cut_off(stream: &mut TcpStream) {
    let read = timeout(Duration::from_secs(20), stream.read(&mut [0; 64])).await.expect("the connection stays open");
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
}

#[tokio::test]
async fn who_has_asked_may_be_silent_for_longer_than_a_stranger_but_not_dawdle() {
    let mut stream = TcpStream::connect(served(echo()).await).await.expect("it accepts");
    asks(&mut stream).await;
    tokio::time::sleep(Duration::from_millis(900)).await;
    asks(&mut stream).await;
    stream.write_all(&ASKS[..20]).await.expect("sent");
    is_cut_off(&mut stream).await;
}

/// The first byte of a stream that never ends.
#[tokio::test]
async fn a_stream_lasts_as_long_as_somebody_listens() {
    let endless = || async {
        let first = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"first"))]);
        Body::from_stream(first.chain(futures_util::stream::pending()))
    };
    let router = Router::new().route("/", get(endless));
    let mut stream = TcpStream::connect(served_with(router, 1).await).await.expect("it accepts");
    stream.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await.expect("sent");
    let mut heard = [0; 4096];
    let read = stream.read(&mut heard).await.expect("an answer");
    assert!(heard[..read].starts_with(b"HTTP/1.1 200"));
    let more = async { while stream.read(&mut heard).await.is_ok_and(|read| read > 0) {} };
    assert!(timeout(Duration::from_millis(1500), more).await.is_err(), "it was cut off");
}

/// One place, and somebody who rests in it: she gives it up soon, and who waits is served.
#[tokio::test]
async fn where_all_places_are_taken_who_rests_gives_hers_up() {
    let address = served_with(echo(), 1).await;
    let mut resting = TcpStream::connect(address).await.expect("it accepts");
    asks(&mut resting).await;
    let mut waiting = TcpStream::connect(address).await.expect("the system takes it");
    asks(&mut waiting).await;
    is_cut_off(&mut resting).await;
}

#[tokio::test]
async fn whoever_dawdles_over_the_body_is_told_so() {
    let answer = sent("POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 10\r\n\r\nabc").await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("application/problem+json") && answer.contains(r#""code":"too_slow""#), "{answer}");
}

/// A clerk's form that never arrives whole: her page says so in her words, a program gets the problem.
#[tokio::test]
async fn whoever_dawdles_over_a_form_is_told_so_in_words() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let form = |accept: &str| {
            format!(
                "POST /counter/enrol HTTP/1.1\r\nhost: localhost:8080\r\nconnection: close\r\naccept: {accept}\r\n\
                 accept-language: zh-TW\r\nsec-fetch-site: same-origin\r\n\
                 content-type: application/x-www-form-urlencoded\r\ncontent-length: 14\r\n\r\ncode=3467"
            )
        };
        let page = sent_to(shop.pages.clone(), &form("text/html,*/*")).await;
        assert!(page.starts_with("HTTP/1.1 408"), "{page}");
        assert!(page.contains("content-type: text/html") && page.contains("content-security-policy:"), "{page}");
        assert!(page.contains("系統出了點狀況") && page.contains("請回到櫃台看最近紀錄"), "{page}");
        let problem = sent_to(shop.pages.clone(), &form("application/json")).await;
        assert!(problem.starts_with("HTTP/1.1 408") && problem.contains(r#""code":"too_slow""#), "{problem}");
    })
    .await;
}

#[tokio::test]
async fn forms_and_data_larger_than_anybody_sends_are_refused() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mut browser = shop.browser();
        let letters = |count: usize| "a".repeat(count);
        let read = browser.post("/counter/enrol", &[("code", &letters(15_000))]).await;
        assert_eq!(read.leads_to(), "/counter/enrol?unknown");
        let refused = browser.post("/counter/enrol", &[("code", &letters(17_000))]).await;
        assert_eq!(refused.status, 413);
        refused.says("沒有收到這個操作");
        let token = |count| serde_json::json!({ "id_token": letters(count) });
        assert_eq!(browser.json("/m/session", &token(15_000)).await.status, 401);
        assert_eq!(browser.json("/m/session", &token(17_000)).await.status, 413);
    })
    .await;
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
