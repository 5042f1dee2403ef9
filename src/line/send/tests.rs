use serde_json::json;

use super::*;
use crate::line::client::Lost;
use crate::line::client::fake::{Fake, answer};
use crate::line::message::Message;

fn user(n: usize) -> LineUserId {
    format!("U{n:032x}").parse().expect("an id")
}

fn hello() -> [Message; 1] {
    [Message::text("您好")]
}

fn key() -> Uuid {
    Uuid::from_u128(0x0123_4567_89ab_4cde_8f01_2345_6789_abcd)
}

fn text(bytes: &Bytes) -> &str {
    std::str::from_utf8(bytes).expect("JSON")
}

#[test]
fn bodies_are_exactly_these_bytes() {
    let silent = Options { is_silent: true, unit: Some(String::from("winback")) };
    let message = r#"{"type":"text","text":"您好"}"#;
    let cases = [
        (prepare_reply("r", &hello(), &Options::default()), format!(r#"{{"replyToken":"r","messages":[{message}]}}"#)),
        (
            prepare_reply("r", &hello(), &silent),
            format!(r#"{{"replyToken":"r","messages":[{message}],"notificationDisabled":true}}"#),
        ),
        (
            prepare_push(&user(1), &hello(), &Options::default()),
            format!(r#"{{"to":"{}","messages":[{message}]}}"#, user(1)),
        ),
        (
            prepare_multicast(&[user(1), user(2)], &hello(), &silent),
            format!(
                r#"{{"to":["{}","{}"],"messages":[{message}],"notificationDisabled":true,"customAggregationUnits":["winback"]}}"#,
                user(1),
                user(2)
            ),
        ),
    ];
    for (prepared, expected) in cases {
        assert_eq!(text(&prepared.expect("a body")), expected);
    }
}

#[test]
fn frozen_messages_go_out_as_they_were_frozen() {
    let frozen =
        serde_json::value::RawValue::from_string(String::from(r#"[ {"text":"a","type":"text"} ]"#)).expect("JSON");
    let body = prepare_push(&user(1), &*frozen, &Options::default()).expect("a body");
    assert!(text(&body).contains(r#""messages":[ {"text":"a","type":"text"} ]"#));
}

#[test]
fn what_line_would_refuse_as_a_whole_is_not_prepared() {
    let many: Vec<LineUserId> = (0..501).map(user).collect();
    let none = Options::default();
    let unit = |name: &str| Options { unit: Some(String::from(name)), ..Options::default() };
    assert!(prepare_multicast(&many[..500], &hello(), &none).is_ok());
    assert_eq!(prepare_multicast(&[], &hello(), &none), Err(Unpreparable::NoRecipient));
    assert_eq!(prepare_multicast(&many, &hello(), &none), Err(Unpreparable::TooManyRecipients(501)));
    assert_eq!(prepare_multicast(&[user(1), user(2), user(1)], &hello(), &none), Err(Unpreparable::Twice(2)));
    for name in ["", "win-back", "優惠", &"a".repeat(31)] {
        assert_eq!(prepare_push(&user(1), &hello(), &unit(name)), Err(Unpreparable::Unit), "{name}");
    }
    let large = [Message::text("a".repeat(MOST_BYTES))];
    assert!(matches!(prepare_push(&user(1), &large, &none), Err(Unpreparable::TooLarge(_))));
}

#[tokio::test]
async fn a_retry_key_goes_with_pushes_and_multicasts_and_never_with_a_reply() {
    let line = Fake::answering(|_| Ok(answer(200, &json!({}))));
    let client = line.client();
    let body = Bytes::from_static(b"{}");
    reply(&client, body.clone()).await;
    push(&client, body.clone(), key()).await;
    multicast(&client, body.clone(), key()).await;
    let seen = line.seen();
    let sent: Vec<_> =
        seen.iter().map(|request| (request.uri().path(), request.headers().get("x-line-retry-key"))).collect();
    let hyphenated = http::HeaderValue::from_static("01234567-89ab-4cde-8f01-23456789abcd");
    assert_eq!(
        sent,
        [
            ("/v2/bot/message/reply", None),
            ("/v2/bot/message/push", Some(&hyphenated)),
            ("/v2/bot/message/multicast", Some(&hyphenated)),
        ]
    );
    assert!(
        seen.iter().all(|request| request.headers()["content-type"] == "application/json" && request.body() == &body)
    );
}

/// One try against a LINE that answers like this.
async fn push_meets(status: u16, body: serde_json::Value) -> Outcome {
    let line = Fake::answering(move |_| Ok(answer(status, &body)));
    push(&line.client(), Bytes::from_static(b"{}"), key()).await
}

#[tokio::test]
async fn every_answer_has_its_class() {
    let accepted =
        push_meets(200, json!({ "sentMessages": [{ "id": "461230966842064897", "quoteToken": "q" }, { "id": 7 }] }))
            .await;
    let Outcome::Accepted { request_id, by_retry: false, sent } = accepted else { panic!("{accepted:?}") };
    assert_eq!(request_id.as_deref(), Some("r-1"));
    assert_eq!(sent.iter().map(|sent| sent.id.as_str()).collect::<Vec<_>>(), ["461230966842064897", "7"]);

    let said = |message: &str| json!({ "message": message });
    assert!(matches!(push_meets(202, json!({})).await, Outcome::Accepted { .. }));
    assert_eq!(
        push_meets(409, said("The retry key is already accepted")).await,
        Outcome::Accepted { request_id: Some(String::from("a-1")), by_retry: true, sent: Vec::new() }
    );
    assert!(matches!(push_meets(400, said("The request body has 1 error(s)")).await, Outcome::Refused(_)));
    assert!(matches!(push_meets(401, said("Authentication failed")).await, Outcome::Unauthorized(_)));
    assert!(matches!(
        push_meets(403, said("Access to this API is not available for your account")).await,
        Outcome::Forbidden(_)
    ));
    assert!(matches!(push_meets(404, said("Not found")).await, Outcome::Refused(_)));
    assert!(matches!(push_meets(413, json!({})).await, Outcome::Refused(_)));
    assert_eq!(push_meets(429, said("You have reached your monthly limit.")).await, Outcome::MonthlyLimit);
    for message in ["The API rate limit has been exceeded. Try again later.", "", "Something else"] {
        assert_eq!(push_meets(429, said(message)).await, Outcome::RateLimited { retry_after: None });
    }
    for status in [302, 408, 500, 502, 503, 504, 599] {
        assert!(matches!(push_meets(status, json!({})).await, Outcome::Unknown(_)), "{status}");
    }
    assert!(matches!(push_meets(200, json!("garbage")).await, Outcome::Unknown(_)));
}

#[tokio::test]
async fn without_an_answer_it_matters_whether_anything_was_sent() {
    for (lost, expected) in [
        (Lost::NotSent(String::from("refused")), Outcome::NotSent(String::from("refused"))),
        (Lost::Unknown(String::from("time-out")), Outcome::Unknown(String::from("time-out"))),
    ] {
        let line = Fake::answering(move |_| Err(lost.clone()));
        assert_eq!(push(&line.client(), Bytes::new(), key()).await, expected);
    }
}

#[tokio::test]
async fn a_reply_is_never_accepted_by_retry() {
    let line = Fake::answering(|_| Ok(answer(409, &json!({}))));
    assert!(matches!(reply(&line.client(), Bytes::new()).await, Outcome::Refused(_)));
    let line = Fake::answering(|_| Ok(answer(400, &json!({ "message": "Invalid reply token" }))));
    let refused = reply(&line.client(), Bytes::new()).await;
    assert!(matches!(&refused, Outcome::Refused(refusal) if refusal.is_dead_reply_token()), "{refused:?}");
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let outcome = |status: u16| async move {
        let line = Fake::stateless(move |request| match request.uri().path() {
            "/oauth2/v3/token" => Ok(answer(status, &json!({ "error": "invalid_client" }))),
            _ => panic!("sent without a token"),
        });
        push(&line.client(), Bytes::new(), key()).await
    };
    assert!(matches!(outcome(400).await, Outcome::Unauthorized(_)));
    assert!(matches!(outcome(500).await, Outcome::NotSent(_)));
    assert!(matches!(outcome(429).await, Outcome::RateLimited { .. }));
}
