//! Replies, pushes and multicasts.

use super::*;

#[tokio::test]
async fn a_reply_token_answers_once_and_dies_after_a_minute() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    let token = it.reply_token(&mei);
    let body = json!({ "replyToken": token, "messages": [text("歡迎"), text("請看")] });

    let first = it.post(REPLY, &body).await;
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(first.body["sentMessages"].as_array().map(Vec::len), Some(2));
    let second = it.post(REPLY, &body).await;
    assert_eq!((second.status.as_u16(), says(&second)), (400, "Invalid reply token"));
    assert_eq!(it.texts(&mei), ["歡迎", "請看"]);

    it.sandbox.say(&mei, "會員卡").await.expect("she may write");
    let late = json!({ "replyToken": it.reply_token(&mei), "messages": [text("太晚")] });
    it.advance(TimeDelta::seconds(60));
    let third = it.post(REPLY, &late).await;
    assert_eq!((third.status.as_u16(), says(&third)), (400, "Invalid reply token"));
    assert_eq!(it.texts(&mei).len(), 2);
    assert_eq!(it.get("/v2/bot/message/quota/consumption").await.body["totalUsage"], 0, "replies are free");
}

#[tokio::test]
async fn a_message_that_is_refused_does_not_use_the_token_up() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    let token = it.reply_token(&mei);
    let refused = it.post(REPLY, &json!({ "replyToken": token, "messages": [text("")] })).await;
    assert_eq!(refused.body["message"], "The request body has 1 error(s)");
    assert_eq!(refused.body["details"][0], json!({ "message": "May not be empty", "property": "messages[0].text" }));
    assert_eq!(it.post(REPLY, &json!({ "replyToken": token, "messages": [text("好")] })).await.status, 200);
}

#[tokio::test]
async fn a_retry_key_is_refused_on_a_reply() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    let body = json!({ "replyToken": it.reply_token(&mei), "messages": [text("歡迎")] });
    assert_eq!(it.keyed(REPLY, &body, KEY).await.status, 400);
    assert!(it.texts(&mei).is_empty());
    assert_eq!(it.keyed(PUSH, &body, "no-uuid").await.status, 400);
}

#[tokio::test]
async fn the_same_retry_key_is_answered_409_for_a_day_and_sends_once() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    let body = json!({ "to": mei.as_str(), "messages": [text("好久不見")] });
    let first = it.keyed(PUSH, &body, KEY).await;
    let again = it.keyed(PUSH, &body, &KEY.to_uppercase()).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (200, 409));
    assert_eq!(says(&again), "The retry key is already accepted");
    assert_eq!(again.headers["x-line-accepted-request-id"], first.headers["x-line-request-id"]);
    assert_ne!(again.headers["x-line-request-id"], first.headers["x-line-request-id"], "each attempt has its own id");
    assert_eq!(again.body["sentMessages"][0]["id"], first.body["sentMessages"][0]["id"]);
    assert_eq!(it.texts(&mei), ["好久不見"]);

    let other = json!({ "to": mei.as_str(), "messages": [text("別的話")] });
    assert_eq!(it.keyed(PUSH, &other, KEY).await.status, 409);
    let history = it.history().await;
    let repeats: Vec<&Value> = pushes(&history).map(|request| &request["repeats"]["same_body"]).collect();
    assert_eq!(repeats, [&Value::Null, &json!(true), &json!(false)], "the judge sees that a key carried another body");

    it.advance(TimeDelta::hours(24));
    let it = Box::with(it.sandbox).await;
    assert_eq!(it.keyed(PUSH, &body, KEY).await.status, 200, "a day later the key is a new one");
    assert_eq!(it.texts(&mei).len(), 2, "and sends again: the trap of old keys");
}

fn pushes(history: &Value) -> impl Iterator<Item = &Value> {
    history["requests"].as_array().into_iter().flatten().filter(|request| request["endpoint"] == "push")
}

#[tokio::test]
async fn a_refused_request_does_not_bind_its_key() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    assert_eq!(it.keyed(PUSH, &json!({ "to": mei.as_str(), "messages": [] }), KEY).await.status, 400);
    assert_eq!(it.keyed(PUSH, &json!({ "to": mei.as_str(), "messages": [text("好")] }), KEY).await.status, 200);
}

#[tokio::test]
async fn a_multicast_is_refused_as_a_whole_for_one_bad_id() {
    let it = Box::new().await;
    let (mei, jun) = (it.friend("測試小美").await, it.friend("測試阿俊").await);
    let group = format!("C{}", "0".repeat(32));
    let to_many: Vec<&str> = vec![mei.as_str(); 501];
    for (to, message, detail) in [
        (
            json!([mei.as_str(), group]),
            "The property, to[1], in the request body is invalid (line: -, column: -)",
            None,
        ),
        (
            json!(["U123", jun.as_str()]),
            "The property, to[0], in the request body is invalid (line: -, column: -)",
            None,
        ),
        (json!(mei.as_str()), "The property, to, in the request body is invalid (line: -, column: -)", None),
        (json!([]), "The request body has 1 error(s)", Some("May not be empty")),
        (json!(to_many), "The request body has 1 error(s)", Some("Size must be between 1 and 500")),
    ] {
        let answer = it.post(MULTICAST, &json!({ "to": to, "messages": [text("全部")] })).await;
        assert_eq!((answer.status.as_u16(), says(&answer)), (400, message));
        assert_eq!(answer.body["details"][0]["message"].as_str(), detail);
    }
    assert!(it.texts(&mei).is_empty() && it.texts(&jun).is_empty(), "nobody receives");
    let six = json!({ "to": [mei.as_str()], "messages": vec![text("六"); 6] });
    assert_eq!(it.post(MULTICAST, &six).await.body["details"][0]["message"], "Size must be between 1 and 5");
}

#[tokio::test]
async fn a_multicast_reaches_friends_and_counts_them_alone() {
    let it = Box::new().await;
    let (mei, jun) = (it.friend("測試小美").await, it.friend("測試阿俊").await);
    let stranger = it.sandbox.add_user("測試路人");
    it.sandbox.block(&jun).await.expect("a friend may block");
    let unknown = format!("U{}", "f".repeat(32));
    let to = json!([mei.as_str(), jun.as_str(), stranger.as_str(), unknown]);
    let answer = it.post(MULTICAST, &json!({ "to": to, "messages": [text("一"), text("二")] })).await;
    assert_eq!((answer.status.as_u16(), &answer.body), (200, &json!({})));
    assert_eq!(it.texts(&mei), ["一", "二"]);
    assert!(it.texts(&jun).is_empty() && it.texts(&stranger).is_empty());
    assert_eq!(it.get("/v2/bot/message/quota/consumption").await.body["totalUsage"], 1, "people, not messages");
    let history = it.history().await;
    let last = history["requests"].as_array().and_then(|all| all.iter().rfind(|r| r["endpoint"] == "multicast"));
    assert_eq!(last.expect("recorded")["reached"], json!([mei.as_str()]));
}

#[tokio::test]
async fn a_push_to_who_blocked_is_taken_and_goes_nowhere_and_to_nobody_is_refused() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    it.sandbox.block(&mei).await.expect("a friend may block");
    let answer = it.post(PUSH, &json!({ "to": mei.as_str(), "messages": [text("在嗎")] })).await;
    assert_eq!(answer.status, 200);
    assert!(it.texts(&mei).is_empty());
    let nobody = format!("U{}", "e".repeat(32));
    let answer = it.post(PUSH, &json!({ "to": nobody, "messages": [text("在嗎")] })).await;
    assert_eq!((answer.status.as_u16(), says(&answer)), (400, "Failed to send messages"));
    let answer = it.post(PUSH, &json!({ "to": "Mei", "messages": [text("在嗎")] })).await;
    assert_eq!(says(&answer), "The property, to, in the request body is invalid (line: -, column: -)");
}

#[tokio::test]
async fn the_month_runs_out_in_the_middle_and_begins_anew() {
    let it = Box::with(open(Config { quota: Some(3), ..Config::in_memory() })).await;
    let people = [it.friend("測試甲").await, it.friend("測試乙").await];
    let to: Vec<&str> = people.iter().map(LineUserId::as_str).collect();
    let body = json!({ "to": to, "messages": [text("活動")] });
    assert_eq!(it.get("/v2/bot/message/quota").await.body, json!({ "type": "limited", "value": 3 }));
    assert_eq!(it.keyed(MULTICAST, &body, KEY).await.status, 200);
    let spent = it.keyed(MULTICAST, &body, "123e4567-e89b-42d3-a456-426614174001").await;
    assert_eq!((spent.status.as_u16(), says(&spent)), (429, "You have reached your monthly limit."));
    assert_eq!(it.keyed(MULTICAST, &body, KEY).await.status, 409, "what was accepted stays accepted");
    assert_eq!(it.get("/v2/bot/message/quota/consumption").await.body["totalUsage"], 2);
    assert_eq!(it.texts(&people[0]), ["活動"]);

    it.advance(TimeDelta::days(28));
    let it = Box::with(it.sandbox).await;
    assert_eq!(it.post(MULTICAST, &body).await.status, 200);
}

#[tokio::test]
async fn a_narrowcast_elsewhere_makes_the_month_look_spent() {
    let it = Box::with(open(Config { quota: Some(10), ..Config::in_memory() })).await;
    let mei = it.friend("測試小美").await;
    it.sandbox.tune(|world| world.reserved = 10);
    let answer = it.post(PUSH, &json!({ "to": mei.as_str(), "messages": [text("好")] })).await;
    assert_eq!(says(&answer), "You have reached your monthly limit.");
    assert_eq!(
        it.get("/v2/bot/message/quota/consumption").await.body["totalUsage"],
        0,
        "which tells it from a real end"
    );
}

#[tokio::test]
async fn the_201st_multicast_in_a_second_is_too_fast() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    let body = json!({ "to": [mei.as_str()], "messages": [text("快")] });
    for _ in 0..200 {
        assert_eq!(it.post(MULTICAST, &body).await.status, 200);
    }
    let answer = it.post(MULTICAST, &body).await;
    let message = "The API rate limit has been exceeded. Try again later.";
    assert_eq!((answer.status.as_u16(), says(&answer)), (429, message));
    it.advance(TimeDelta::seconds(1));
    assert_eq!(it.post(MULTICAST, &body).await.status, 200);
}
