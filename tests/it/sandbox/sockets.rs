//! The sandbox on a socket: what only a connection can show.

use std::time::Duration;

use shuke::sandbox::{Endpoint, Fault, FaultKind};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::*;

#[tokio::test]
async fn over_a_socket_a_cut_is_a_cut_and_silence_is_silence() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let served = {
        let sandbox = it.sandbox.clone();
        tokio::spawn(async move {
            sandbox
                .serve(listener, async {
                    let _ = stopped.await;
                })
                .await
        })
    };
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).no_proxy().build().expect("a client");
    let push = async |patience: u64| {
        let body = json!({ "to": mei.as_str(), "messages": [text("好")] }).to_string();
        let request = client.post(format!("http://{address}{PUSH}")).timeout(Duration::from_millis(patience));
        request.header("authorization", &it.bearer).header("content-type", "application/json").body(body).send().await
    };
    assert_eq!(push(5_000).await.expect("an answer").status(), 200);
    it.sandbox.fault(Fault::times(FaultKind::CutAfter, 1).at(Endpoint::Push));
    let cut = push(5_000).await.expect_err("no answer");
    assert!(!cut.is_timeout(), "{cut:?}");
    it.sandbox.fault(Fault::times(FaultKind::NoAnswer, 1).at(Endpoint::Push));
    assert!(push(100).await.expect_err("no answer").is_timeout());
    assert_eq!(it.texts(&mei).len(), 3, "all three were done");
    stop.send(()).expect("it listens");
    served.await.expect("it stops");
}

#[tokio::test]
async fn webhooks_go_over_http_to_the_address_that_was_set() {
    let it = Box::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let set = json!({ "endpoint": format!("http://{address}/line/webhook") });
    it.json(Method::PUT, "/v2/bot/channel/webhook/endpoint", &set, None).await;
    let service = axum::Router::new().route("/line/webhook", axum::routing::post(|| async { "ok" }));
    let served = tokio::spawn(async move { axum::serve(listener, service).await });
    let mei = it.sandbox.add_user("測試小美");
    assert!(received(it.sandbox.follow(&mei).await.expect("follows").outcome));
    served.abort();
    let _ = served.await;
    let lost = it.sandbox.say(&mei, "喂").await.expect("writes");
    assert_eq!(lost.outcome, Some(Outcome::CouldNotConnect));
}
