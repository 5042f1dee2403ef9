//! The rest of LINE's API, and its manners.

use super::*;

#[tokio::test]
async fn nothing_goes_without_a_living_token() {
    let mut it = Box::new().await;
    let request = Request::get("/v2/bot/info").body(Body::empty()).expect("a request");
    let answer = it.ask(request).await;
    assert_eq!(answer.status, 401);
    assert!(says(&answer).starts_with("Authentication failed"), "{}", answer.body);
    assert_eq!(it.get("/v2/bot/info").await.status, 200);
    it.sandbox.revoke_tokens();
    assert_eq!(it.get("/v2/bot/info").await.status, 401);
    it.advance(TimeDelta::seconds(1));
    it.bearer = it.fresh_bearer().await;
    assert_eq!(it.get("/v2/bot/info").await.status, 200, "a fresh one is good again");
    it.advance(TimeDelta::minutes(15));
    assert_eq!(it.get("/v2/bot/info").await.status, 401, "a token lives a quarter of an hour");
}

#[tokio::test]
async fn a_token_is_issued_to_the_channel_only() {
    let it = Box::new().await;
    let id = &it.sandbox.config().channel.id;
    let wrong = format!("grant_type=client_credentials&client_id={id}&client_secret=wrong");
    let answer = it.form("/oauth2/v3/token", &wrong).await;
    assert_eq!((answer.status.as_u16(), answer.body["error"].as_str()), (400, Some("invalid_client")));
}

#[tokio::test]
async fn every_answer_has_a_request_id_and_paths_are_exact() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    let body = json!({ "to": mei.as_str(), "messages": [text("好")] });
    for (method, path, status) in [
        (Method::POST, "/v2/bot/message/push/", 404),
        (Method::POST, "/v2/bot/message/shout", 404),
        (Method::PUT, "/v2/bot/message/push", 405),
        (Method::GET, "/v2/bot/message/push", 405),
    ] {
        let answer = it.json(method.clone(), path, &body, None).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}");
        assert!(answer.headers.contains_key("x-line-request-id"), "{method} {path}");
    }
    assert!(it.texts(&mei).is_empty());
}

#[tokio::test]
async fn a_body_must_be_json_and_fit() {
    let it = Box::new().await;
    let ask = async |kind: &str, body: Vec<u8>| {
        let request = Request::post(PUSH).header("authorization", &it.bearer).header("content-type", kind);
        it.ask(request.body(Body::from(body)).expect("a request")).await
    };
    assert_eq!(ask("text/plain", b"{}".to_vec()).await.status, 415);
    let broken = ask("application/json", b"{\"to\":".to_vec()).await;
    assert_eq!(broken.status, 400);
    assert!(says(&broken).starts_with("The request body could not be parsed as JSON (line: 1"), "{}", broken.body);
    assert_eq!(ask("application/json", vec![b' '; 2 * 1024 * 1024 + 1]).await.status, 413);
}

#[tokio::test]
async fn a_profile_is_given_of_friends_and_of_who_wrote() {
    let it = Box::new().await;
    let mei = it.sandbox.add_user("測試小美");
    let path = format!("/v2/bot/profile/{mei}");
    assert_eq!(it.get(&path).await.status, 404, "a stranger");
    it.sandbox.say(&mei, "請問").await.expect("she may write");
    assert_eq!(it.get(&path).await.body["displayName"], "測試小美", "a stranger who wrote");
    it.sandbox.follow(&mei).await.expect("she may follow");
    let profile = it.get(&path).await.body;
    assert_eq!((&profile["userId"], &profile["language"]), (&json!(mei.as_str()), &json!("zh-TW")));
    let picture =
        profile["pictureUrl"].as_str().and_then(|url| url.strip_prefix("http://localhost:8090")).expect("ours");
    assert!(it.get(picture).await.body.as_str().is_some_and(|svg| svg.starts_with("<svg")));
    it.sandbox.block(&mei).await.expect("she may block");
    assert_eq!(it.get(&path).await.status, 404, "who blocked");
    assert_eq!(it.get("/v2/bot/profile/Mei").await.status, 400);
}

#[tokio::test]
async fn messages_can_be_validated_without_sending() {
    let it = Box::new().await;
    let good = it.post("/v2/bot/message/validate/push", &json!({ "messages": [text("好")] })).await;
    assert_eq!((good.status.as_u16(), good.body), (200, json!({})));
    let bad = it.post("/v2/bot/message/validate/multicast", &json!({ "messages": [text("")] })).await;
    assert_eq!(bad.body["details"][0]["property"], "messages[0].text");
}

#[tokio::test]
async fn an_id_token_of_a_phone_is_verified_with_lines_words() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    let page = it.sandbox.open_liff(&mei, "stamps").expect("her phone opens it");
    assert_eq!(page.url, "http://localhost:8080/m/stamps");
    let client = &it.sandbox.config().channel.login_channel_id;
    let verify = async |token: &str, client: &str| {
        it.form("/oauth2/v2.1/verify", &format!("id_token={token}&client_id={client}")).await
    };
    let good = verify(&page.id_token, client).await;
    assert_eq!((good.status.as_u16(), &good.body["sub"]), (200, &json!(mei.as_str())));
    let other = verify(&page.id_token, "1").await;
    assert_eq!((other.status.as_u16(), &other.body["error_description"]), (400, &json!("Invalid IdToken Audience.")));
    it.advance(TimeDelta::hours(1));
    assert_eq!(verify(&page.id_token, client).await.body["error_description"], "IdToken expired.");
}
