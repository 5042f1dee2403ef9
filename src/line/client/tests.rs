use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::fake::{Fake, answer};
use super::*;
use crate::ids::LineUserId;

const MEI: &str = "U4af4980629aaaaaaaaaaaaaaaaaaaaaa";

fn mei() -> LineUserId {
    MEI.parse().expect("an id")
}

fn of(body: Value) -> Fake {
    Fake::answering(move |_| Ok(answer(200, &body)))
}

fn asked(line: &Fake) -> Vec<String> {
    let as_line = |r: &Request<Bytes>| format!("{} {} {}", r.method(), r.uri(), String::from_utf8_lossy(r.body()));
    line.seen().iter().map(|request| String::from(as_line(request).trim_end())).collect()
}

#[tokio::test]
async fn a_profile_is_looked_up_by_its_exact_path() {
    let line = of(json!({ "userId": MEI, "displayName": "美" }));
    let profile = line.client().profile(&mei()).await.expect("a profile");
    assert_eq!((profile.display_name.as_str(), profile.language), ("美", None));
    assert_eq!(asked(&line), [format!("GET https://api.line.me/v2/bot/profile/{MEI}")]);
    assert_eq!(line.seen()[0].headers()[AUTHORIZATION], "Bearer long-lived");
}

#[tokio::test]
async fn quota_and_consumption() {
    let limit = |body: Value| async move { of(body).client().quota().await.expect("a quota").limit };
    assert_eq!(limit(json!({ "type": "limited", "value": 1000 })).await, Some(1000));
    assert_eq!(limit(json!({ "type": "none" })).await, None);
    assert_eq!(of(json!({ "totalUsage": 500 })).client().consumption().await.expect("a number"), 500);
}

#[tokio::test]
async fn the_account_and_its_webhook() {
    let info = json!({ "userId": MEI, "basicId": "@216ru", "displayName": "熟客咖啡", "chatMode": "bot", "markAsReadMode": "manual" });
    assert_eq!(of(info).client().bot_info().await.expect("an account").basic_id, "@216ru");
    let endpoint =
        of(json!({ "endpoint": "https://example.com/line/webhook", "active": true })).client().webhook_endpoint().await;
    assert!(endpoint.expect("an answer").expect("an address").is_active);
    let unset = Fake::answering(|_| Ok(answer(404, &json!({ "message": "Webhook endpoint not found" }))));
    assert_eq!(unset.client().webhook_endpoint().await.expect("an answer"), None);
    let line = of(
        json!({ "success": false, "timestamp": "2020-09-30T05:38:20.031Z", "statusCode": 500, "reason": "ERROR_STATUS_CODE", "detail": "500" }),
    );
    assert_eq!(line.client().test_webhook().await.expect("an answer").status_code, 500);
    assert_eq!(asked(&line), ["POST https://api.line.me/v2/bot/channel/webhook/test {}"]);
}

#[tokio::test]
async fn messages_are_validated_for_their_way_of_sending() {
    let line = of(json!({}));
    let messages = [crate::line::message::Message::text("a")];
    line.client().validate(Validate::Multicast, &messages).await.expect("valid");
    assert_eq!(
        asked(&line),
        [r#"POST https://api.line.me/v2/bot/message/validate/multicast {"messages":[{"text":"a","type":"text"}]}"#]
    );
    let refusing = Fake::answering(|_| Ok(answer(400, &json!({ "message": "The request body has 1 error(s)" }))));
    assert!(refusing.client().validate(Validate::Push, &messages).await.expect_err("a refusal").is_refusal());
}

/// A LINE that issues `token-1`, `token-2`, … and takes those from `takes` on.
fn issuing(takes: usize) -> Fake {
    let issued = AtomicUsize::new(0);
    Fake::stateless(move |request| {
        if request.uri().path() == "/oauth2/v3/token" {
            let number = issued.fetch_add(1, Ordering::Relaxed) + 1;
            return Ok(answer(
                200,
                &json!({ "token_type": "Bearer", "access_token": format!("token-{number}"), "expires_in": 900 }),
            ));
        }
        let bearer = request.headers()[AUTHORIZATION].to_str().expect("a token");
        let number: usize = bearer.trim_start_matches("Bearer token-").parse().expect("a number");
        Ok(if number >= takes {
            answer(200, &json!({ "totalUsage": number }))
        } else {
            answer(401, &json!({ "message": "Authentication failed" }))
        })
    })
}

#[tokio::test]
async fn a_token_is_fetched_once_and_again_after_twelve_minutes() {
    let line = issuing(1);
    let client = line.client();
    let (a, b) = tokio::join!(client.consumption(), client.consumption());
    assert_eq!((a.expect("a number"), b.expect("a number")), (1, 1));
    line.clock.advance(TimeDelta::minutes(11));
    assert_eq!(client.consumption().await.expect("a number"), 1);
    line.clock.advance(TimeDelta::minutes(1));
    assert_eq!(client.consumption().await.expect("a number"), 2);
    assert_eq!(
        asked(&line)[0],
        "POST https://api.line.me/oauth2/v3/token grant_type=client_credentials&client_id=1234567890&client_secret=s%3De%26c+r%2Bet"
    );
    assert!(!line.seen()[0].headers().contains_key(AUTHORIZATION));
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_replaced_once() {
    let client = issuing(2).client();
    assert_eq!(client.consumption().await.expect("a number"), 2);
    let line = issuing(9);
    assert!(line.client().consumption().await.expect_err("a refusal").is_refusal());
    assert_eq!(line.seen().len(), 4);
}

#[tokio::test]
async fn a_long_lived_token_that_is_not_taken_is_not_tried_again() {
    let line = Fake::answering(|_| Ok(answer(401, &json!({}))));
    assert!(line.client().consumption().await.expect_err("a refusal").is_refusal());
    assert_eq!(line.seen().len(), 1);
}

#[tokio::test]
async fn the_clock_of_line_is_noted() {
    let line = Fake::answering(|_| {
        let mut answer = answer(200, &json!({ "totalUsage": 1 }));
        answer.headers_mut().insert(DATE, HeaderValue::from_static("Fri, 04 Oct 2024 00:00:40 GMT"));
        Ok(answer)
    });
    let client = line.client();
    assert_eq!(client.clock_skew(), None);
    client.consumption().await.expect("a number");
    assert_eq!(client.clock_skew(), Some(TimeDelta::seconds(40)));
}

#[tokio::test]
async fn a_refusal_tells_the_time_and_silence_does_not() {
    let refuses = |_: &Request<Bytes>| {
        let mut answer = answer(400, &json!({ "error": "invalid_client" }));
        answer.headers_mut().insert(DATE, HeaderValue::from_static("Fri, 04 Oct 2024 00:00:40 GMT"));
        Ok(answer)
    };
    let (no_token, refused) = (Fake::stateless(refuses), Fake::answering(refuses));
    for line in [no_token, refused] {
        assert_eq!(line.client().ask_clock().await, Some(TimeDelta::seconds(40)));
    }
    let silent = AtomicBool::new(false);
    let line = Fake::answering(move |request| {
        if silent.swap(true, Ordering::Relaxed) { Err(Lost::Unknown(String::new())) } else { refuses(request) }
    });
    let client = line.client();
    assert!(client.ask_clock().await.is_some());
    assert_eq!(client.ask_clock().await, None, "what was noted before says nothing of now");
}

#[test]
fn nothing_secret_is_shown() {
    let client = Fake::stateless(|_| Err(Lost::NotSent(String::new()))).client();
    let shown = format!("{client:?}");
    assert!(!shown.contains("s=e&c") && shown.contains("1234567890"), "{shown}");
}

#[test]
fn only_line_or_this_machine_is_spoken_to() {
    let setup = |api: &str, data: &str| Setup {
        channel_id: String::new(),
        channel_secret: "".into(),
        access_token: None,
        api_base: String::from(api),
        data_api_base: String::from(data),
    };
    let client = |api: &str, data: &str| Client::new(setup(api, data), Clock::system());
    assert!(client("http://127.0.0.1:8090", "http://127.0.0.1:8090").expect("a client").is_loopback());
    assert!(!client(API, DATA_API).expect("a client").is_loopback());
    assert!(client("https://example.com", DATA_API).is_err());
    assert!(client(API, "https://example.com").is_err());
}

/// A token that claims this audience.
fn claiming(aud: &str) -> String {
    format!("eyJhbGciOiJFUzI1NiJ9.{}.c2ln", URL_SAFE_NO_PAD.encode(json!({ "aud": aud, "sub": "anyone" }).to_string()))
}

fn claims(more: Value) -> Value {
    let at = 20_000 * 86_400;
    let mut claims = json!({ "iss": "https://access.line.me", "sub": MEI, "aud": "2001", "exp": at + 3600, "iat": at, "name": "美" });
    claims.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    claims
}

async fn verify(token: &str, status: u16, body: Value) -> Result<IdToken, NotVerified> {
    let line = Fake::answering(move |_| Ok(answer(status, &body)));
    line.client().verify_id_token(token, &[String::from("2001"), String::from("2002")]).await
}

#[tokio::test]
async fn an_id_token_is_verified_by_line_for_the_channel_it_claims() {
    let body = claims(json!({}));
    let line = Fake::answering(move |_| Ok(answer(200, &body)));
    let token = claiming("2001");
    let verified =
        line.client().verify_id_token(&token, &[String::from("1999"), String::from("2001")]).await.expect("verified");
    assert_eq!((verified.sub, verified.name.as_deref()), (mei(), Some("美")));
    assert_eq!(asked(&line), [format!("POST https://api.line.me/oauth2/v2.1/verify id_token={token}&client_id=2001")]);
    assert!(!line.seen()[0].headers().contains_key(AUTHORIZATION));
}

#[tokio::test]
async fn an_id_token_of_elsewhere_is_not_even_asked_about() {
    let line = Fake::answering(|_| panic!("asked"));
    let client = line.client();
    let verify = async |token: &str| client.verify_id_token(token, &[String::from("2001")]).await;
    assert!(matches!(verify(&claiming("3001")).await, Err(NotVerified::OtherAudience)));
    for token in ["", "a.b.c", "..", "a.e30.c", &"a".repeat(10_000)] {
        assert!(matches!(verify(token).await, Err(NotVerified::Forged(_))), "{token}");
    }
}

#[tokio::test]
async fn why_an_id_token_is_not_verified() {
    let token = claiming("2001");
    let no = |words: &str| json!({ "error": "invalid_request", "error_description": words });
    assert!(matches!(verify(&token, 400, no("IdToken expired.")).await, Err(NotVerified::Expired)));
    assert!(matches!(verify(&token, 400, no("Invalid IdToken Audience.")).await, Err(NotVerified::OtherAudience)));
    for words in ["Invalid IdToken.", "Invalid IdToken Issuer.", "Invalid IdToken Nonce.", "Something new"] {
        assert!(matches!(verify(&token, 400, no(words)).await, Err(NotVerified::Forged(_))), "{words}");
    }
    for status in [429, 500, 503] {
        assert!(matches!(verify(&token, status, json!({})).await, Err(NotVerified::Unasked(_))), "{status}");
    }
}

#[tokio::test]
async fn an_answer_of_the_wrong_kind_lets_nobody_in() {
    let token = claiming("2001");
    let verify = |more: Value| verify(&token, 200, claims(more));
    assert!(verify(json!({})).await.is_ok());
    assert!(matches!(verify(json!({ "iss": "https://example.com" })).await, Err(NotVerified::Forged(_))));
    assert!(matches!(verify(json!({ "aud": "2002" })).await, Err(NotVerified::OtherAudience)));
    assert!(matches!(verify(json!({ "exp": 20_000 * 86_400 - 60 })).await, Err(NotVerified::Expired)));
    assert!(matches!(verify(json!({ "sub": "mei" })).await, Err(NotVerified::Unasked(_))));
    assert!(matches!(verify(json!({ "exp": "soon" })).await, Err(NotVerified::Unasked(_))));
}
