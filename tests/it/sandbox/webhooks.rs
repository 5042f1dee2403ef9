//! How events reach the service.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use shuke::line::signature;
use shuke::sandbox::{Habits, Order, Signature};

use super::*;

/// A service that checks signatures, remembers what came, and answers with the given statuses, then 200.
#[derive(Clone, Default)]
struct Service {
    seen: Arc<Mutex<Vec<Value>>>,
    answers: Arc<Mutex<Vec<u16>>>,
}

impl Service {
    fn answering(answers: &[u16]) -> Self {
        Self { answers: Arc::new(Mutex::new(answers.iter().rev().copied().collect())), ..Self::default() }
    }

    fn router(&self) -> Router {
        Router::new().route("/line/webhook", post(Self::take)).with_state(self.clone())
    }

    async fn take(State(service): State<Self>, headers: HeaderMap, body: Bytes) -> StatusCode {
        let secret = &shuke::sandbox::Channel::made_up().secret;
        if signature::verify_headers(secret, &body, &headers).is_err() {
            return StatusCode::UNAUTHORIZED;
        }
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        service.seen.lock().expect("a lock").extend(body["events"].as_array().cloned().unwrap_or_default());
        let status = service.answers.lock().expect("a lock").pop().unwrap_or(200);
        StatusCode::from_u16(status).expect("a status")
    }

    fn ids(&self) -> Vec<String> {
        let seen = self.seen.lock().expect("a lock");
        seen.iter().filter_map(|event| event["webhookEventId"].as_str().map(String::from)).collect()
    }

    fn texts(&self) -> Vec<String> {
        let seen = self.seen.lock().expect("a lock");
        seen.iter().filter_map(|event| event["message"]["text"].as_str().map(String::from)).collect()
    }
}

async fn with(service: &Service) -> Box {
    let it = Box::new().await;
    it.sandbox.deliver_to(service.router());
    it
}

#[tokio::test]
async fn an_event_arrives_signed_and_its_outcome_is_on_record() {
    let service = Service::default();
    let it = with(&service).await;
    let mei = it.sandbox.add_user("測試小美");
    let happened = it.sandbox.follow(&mei).await.expect("follows");
    assert!(received(happened.outcome));
    assert_eq!(service.ids(), [happened.event_id.expect("an event")]);
    it.sandbox.set_habits(Habits { signature: Signature::Wrong, ..Habits::default() });
    let refused = it.sandbox.say(&mei, "喂").await.expect("writes");
    assert_eq!(refused.outcome, Some(Outcome::Status(401)));
    let history = it.history().await;
    assert_eq!(history["webhooks"][0]["attempts"][0]["outcome"], json!({ "status": 200 }));
    assert_eq!(history["webhooks"][1]["received"], false);
}

#[tokio::test]
async fn what_was_not_taken_comes_again_until_it_is_taken() {
    let service = Service::answering(&[503, 500]);
    let it = with(&service).await;
    it.sandbox.set_habits(Habits { redelivery: true, ..Habits::default() });
    let mei = it.friend("測試小美").await;
    let token = it.reply_token(&mei);
    assert_eq!(it.sandbox.redeliver_due().await, 0, "not yet due");
    it.advance(TimeDelta::minutes(2));
    assert_eq!(it.sandbox.redeliver_due().await, 1);
    it.advance(TimeDelta::minutes(2));
    assert_eq!(it.sandbox.redeliver_due().await, 1);
    it.advance(TimeDelta::hours(12));
    assert_eq!(it.sandbox.redeliver_due().await, 0, "taken at last");
    let seen = service.seen.lock().expect("a lock").clone();
    let flags: Vec<&Value> = seen.iter().map(|event| &event["deliveryContext"]["isRedelivery"]).collect();
    assert_eq!(flags, [false, true, true]);
    assert!(
        seen.iter().all(|event| event["replyToken"] == token.as_str() && event["timestamp"] == seen[0]["timestamp"])
    );
}

#[tokio::test]
async fn a_redelivered_events_token_lives_a_minute_more() {
    let service = Service::answering(&[503]);
    let it = with(&service).await;
    it.sandbox.set_habits(Habits { redelivery: true, ..Habits::default() });
    let mei = it.friend("測試小美").await;
    it.advance(TimeDelta::minutes(10));
    it.sandbox.redeliver_due().await;
    it.advance(TimeDelta::seconds(59));
    let body = json!({ "replyToken": it.reply_token(&mei), "messages": [text("歡迎")] });
    assert_eq!(it.post(REPLY, &body).await.status, 200);
}

#[tokio::test]
async fn without_redelivery_a_lost_event_stays_lost_until_asked_for() {
    let service = Service::answering(&[503]);
    let it = with(&service).await;
    it.friend("測試小美").await;
    it.advance(TimeDelta::hours(1));
    assert_eq!(it.sandbox.redeliver_due().await, 0);
    assert_eq!(it.sandbox.redeliver_all().await, 1);
    assert_eq!(service.ids().len(), 2);
}

#[tokio::test]
async fn duplicates_and_another_order_come_on_demand() {
    let service = Service::default();
    let it = with(&service).await;
    let mei = it.friend("測試小美").await;
    it.sandbox.set_habits(Habits { duplicates: 2, ..Habits::default() });
    it.sandbox.say(&mei, "三次").await.expect("writes");
    assert_eq!(service.texts(), ["三次", "三次", "三次"]);

    it.sandbox.set_habits(Habits { hold: true, ..Habits::default() });
    for said in ["一", "二", "三"] {
        assert_eq!(it.sandbox.say(&mei, said).await.expect("writes").outcome, None);
    }
    assert_eq!(service.texts().len(), 3, "held");
    assert_eq!(it.sandbox.release(Order::Reversed, 2).await, 3);
    assert_eq!(service.texts()[3..], ["三", "二", "一"]);
}

#[tokio::test]
async fn the_connectivity_check_is_an_empty_webhook() {
    let service = Service::default();
    let it = with(&service).await;
    assert!(it.sandbox.send_webhook(&[]).await.is_received());
    let none = it.post("/v2/bot/channel/webhook/test", &json!({})).await;
    assert_eq!(none.status, 404, "no address was set");
    let set = json!({ "endpoint": "http://127.0.0.1:1/line/webhook" });
    assert_eq!(it.json(Method::PUT, "/v2/bot/channel/webhook/endpoint", &set, None).await.status, 200);
    assert_eq!(it.get("/v2/bot/channel/webhook/endpoint").await.body["endpoint"], set["endpoint"]);
    let tested = it.post("/v2/bot/channel/webhook/test", &json!({})).await;
    assert_eq!((tested.body["success"].as_bool(), tested.body["reason"].as_str()), (Some(true), Some("OK")));
    let elsewhere = it.post("/v2/bot/channel/webhook/test", &set).await;
    assert_eq!(elsewhere.body["reason"], "COULD_NOT_CONNECT");
    let bad = json!({ "endpoint": "ftp://example.com" });
    assert_eq!(it.json(Method::PUT, "/v2/bot/channel/webhook/endpoint", &bad, None).await.status, 400);
}
