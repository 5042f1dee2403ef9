//! What people do, and the events that makes.

use shuke::sandbox::{ActRefused, NewUser};

use super::*;

async fn events(it: &Box, user: &LineUserId) -> Vec<Value> {
    let history = it.get(&format!("/history?phone={user}")).await.body;
    let all = history["webhooks"].as_array().cloned().unwrap_or_default();
    all.into_iter().map(|webhook| webhook["event"].clone()).collect()
}

#[tokio::test]
async fn acts_make_the_events_line_makes() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    it.sandbox.say(&mei, "會員卡").await.expect("writes");
    let postback = json!({ "type": "postback", "label": "領取", "data": "join", "displayText": "領取會員卡" });
    it.sandbox.tap(&mei, &postback, None).await.expect("taps");
    it.sandbox.tap(&mei, &json!({ "type": "message", "label": "集點卡", "text": "集點卡" }), None).await.expect("taps");
    let picker = json!({ "type": "datetimepicker", "data": "birthday", "mode": "date" });
    it.sandbox.tap(&mei, &picker, Some("1990-02-28")).await.expect("picks");
    it.sandbox.block(&mei).await.expect("blocks");
    it.sandbox.follow(&mei).await.expect("comes back");

    let events = events(&it, &mei).await;
    let kinds: Vec<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
    assert_eq!(kinds, ["follow", "message", "postback", "message", "postback", "unfollow", "follow"]);
    assert_eq!(events[0]["follow"]["isUnblocked"], false);
    assert_eq!(events[1]["message"]["text"], "會員卡");
    assert_eq!(events[2]["postback"], json!({ "data": "join" }));
    assert_eq!(events[4]["postback"], json!({ "data": "birthday", "params": { "date": "1990-02-28" } }));
    assert!(events[5].get("replyToken").is_none());
    assert_eq!(events[6]["follow"]["isUnblocked"], true);
    for event in &events {
        assert_eq!(event["timestamp"], start().timestamp_millis());
        assert_eq!(event["source"], json!({ "type": "user", "userId": mei.as_str() }));
        assert_eq!(event["webhookEventId"].as_str().map(str::len), Some(26));
    }
    let ids: std::collections::HashSet<&Value> = events.iter().map(|event| &event["webhookEventId"]).collect();
    assert_eq!(ids.len(), events.len());
}

#[tokio::test]
async fn the_product_reads_every_event_the_sandbox_makes() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    it.sandbox.say(&mei, "會員卡").await.expect("writes");
    it.sandbox.send(&mei, json!({ "type": "location", "latitude": 25.03, "longitude": 121.52 })).await.expect("sends");
    it.sandbox.block(&mei).await.expect("blocks");
    let bodies: Vec<Value> = events(&it, &mei).await;
    let body = json!({ "destination": it.sandbox.config().channel.bot_user_id.as_str(), "events": bodies }).to_string();
    let read = shuke::line::webhook::Delivery::parse(body.as_bytes()).expect("a webhook");
    assert_eq!(read.events.len(), 4);
}

#[tokio::test]
async fn a_person_cannot_do_what_line_does_not_offer() {
    let it = Box::new().await;
    let mei = it.sandbox.add_user("測試小美");
    assert_eq!(it.sandbox.block(&mei).await, Err(ActRefused::NotNow), "a stranger has nothing to block");
    it.sandbox.follow(&mei).await.expect("follows");
    assert_eq!(it.sandbox.follow(&mei).await, Err(ActRefused::NotNow));
    it.sandbox.block(&mei).await.expect("blocks");
    assert_eq!(it.sandbox.say(&mei, "喂").await, Err(ActRefused::Blocked));
    let nobody = format!("U{}", "9".repeat(32)).parse().expect("an id");
    assert_eq!(it.sandbox.say(&nobody, "喂").await, Err(ActRefused::NoSuchUser));
    let answer = it.post(&format!("/users/{mei}/say"), &json!({ "text": "喂" })).await;
    assert_eq!((answer.status.as_u16(), answer.body["code"].as_str()), (409, Some("blocked")));
}

#[tokio::test]
async fn members_of_the_demo_are_there_before_the_service() {
    let it = Box::new().await;
    let id = |n: usize| format!("U{n:032x}").parse::<LineUserId>().expect("an id");
    let new = (0..500).map(|n| NewUser {
        id: Some(id(n)),
        name: format!("測試會員{n}"),
        following: true,
        ..NewUser::default()
    });
    assert_eq!(it.sandbox.seed(new).len(), 500);
    assert_eq!(it.get(&format!("/v2/bot/profile/{}", id(499))).await.body["displayName"], "測試會員499");
    assert_eq!(it.get("/state").await.body["webhooks"], 0, "no event was made of it");
}

#[tokio::test]
async fn history_is_read_by_phone_and_from_a_place_on() {
    let it = Box::new().await;
    let (mei, jun) = (it.friend("測試小美").await, it.friend("測試阿俊").await);
    let push = async |user: &LineUserId, said: &str| {
        it.post(PUSH, &json!({ "to": user.as_str(), "messages": [text(said)] })).await;
    };
    push(&mei, "一").await;
    let place = it.history().await["next"].as_u64().expect("a place");
    push(&mei, "二").await;
    push(&jun, "三").await;
    let part = it.get(&format!("/history?phone={mei}&since={place}")).await.body;
    assert_eq!(part["requests"].as_array().map(Vec::len), Some(1));
    let bubbles = part["phones"][mei.as_str()].as_array().expect("her phone");
    assert_eq!(bubbles.len(), 1);
    assert_eq!((&bubbles[0]["message"]["text"], &bubbles[0]["via"]), (&json!("二"), &json!("push")));
    assert_eq!(bubbles[0]["request"], part["requests"][0]["id"]);
    assert!(part["phones"].get(jun.as_str()).is_none());
}
