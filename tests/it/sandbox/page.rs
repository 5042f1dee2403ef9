//! The page for people: what it draws, what it escapes, how it stays true while things happen.

use futures_util::StreamExt as _;
use shuke::sandbox::{DeskKeys, Endpoint, Fault, FaultKind, Habits, Keeper, Order, SITE, Tile};

use super::*;

const HOSTILE: &str = "<img src=x onerror=alert(1)>\"'><script>";

/// What is new on a phone after a place: the next place, and the drawn items by their keys.
async fn phone(it: &Box, user: &LineUserId, since: u64) -> (u64, Vec<(String, String)>) {
    let body = it.get(&format!("/phones/{user}?since={since}&lang=zh-Hant")).await.body;
    let items = body["items"].as_array().expect("items").iter();
    let item = |item: &Value| {
        (item["key"].as_str().expect("a key").to_owned(), item["html"].as_str().expect("HTML").to_owned())
    };
    (body["next"].as_u64().expect("a place"), items.map(item).collect())
}

async fn html(it: &Box, user: &LineUserId) -> String {
    phone(it, user, 0).await.1.into_iter().map(|(_, html)| html).collect()
}

#[tokio::test]
async fn the_page_draws_in_three_languages_under_a_strict_policy() {
    let config = Config { chat_bar: String::from("會員選單"), ..Config::beside(8090, 8080) };
    let it = Box::with(open(config)).await;
    for (lang, tag, drawer) in
        [("zh-Hant", "zh-Hant-TW", "測試工具"), ("ja", "ja", "テストツール"), ("en", "en", "Test bench")]
    {
        let answer = it.get(&format!("/?lang={lang}")).await;
        let page = answer.body.as_str().expect("HTML");
        assert_eq!(answer.status, 200);
        assert!(page.contains(&format!("<html lang=\"{tag}\">")) && page.contains(drawer), "{lang}");
        assert!(!page.contains(">sandbox-"), "a sentence is missing in {lang}");
        assert!(page.contains("http://shuke.localhost:8080/counter/") && page.contains("會員選單"), "{lang}");
        assert!(!page.contains("<script>") && !page.contains("<style") && !page.contains(" style="), "nothing inline");
        let policy = answer.headers["content-security-policy"].to_str().expect("text");
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval'; style-src 'self';"), "{policy}");
        assert!(policy.contains("frame-src http://*.shuke.localhost:8080 http://shuke.localhost:8080;"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("'unsafe-eval'"), "{policy}");
    }
    let request = Request::get("/").header("accept-language", "fr, ja;q=0.8, en;q=0.7").body(Body::empty());
    let page = it.ask(request.expect("a request")).await.body;
    assert!(page.as_str().is_some_and(|page| page.contains("<html lang=\"ja\">")), "the browser's own language");
}

#[tokio::test]
async fn the_first_two_phones_are_strangers_and_stay_the_same() {
    let it = Box::new().await;
    for _ in 0..2 {
        it.get("/").await;
    }
    let people = it.get("/phones").await.body["items"].as_array().cloned().expect("people");
    assert_eq!(people.len(), 2);
    assert!(people.iter().all(|person| person["friendship"] == "stranger"), "{people:?}");
    let found = it.get("/phones?q=%E5%B0%8F%E7%BE%8E").await.body;
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
    let nobody = format!("/phones/U{}", "9".repeat(32));
    assert_eq!(it.get(&nobody).await.status, 404);
}

#[tokio::test]
async fn what_a_name_or_a_message_says_is_never_markup() {
    let mut config = Config::in_memory();
    config.channel.name = String::from(HOSTILE);
    config.rich_menu = vec![Tile {
        label: String::from(HOSTILE),
        icon: String::from("x\"><script>"),
        action: json!({ "type": "message", "text": HOSTILE }),
    }];
    let it = Box::with(open(config)).await;
    let mei = it.friend(HOSTILE).await;
    it.sandbox.say(&mei, HOSTILE).await.expect("writes");
    let shown = json!({ "type": "postback", "data": HOSTILE, "displayText": HOSTILE });
    it.sandbox.tap(&mei, &shown, None).await.expect("taps");
    let words = json!({ "type": "text", "text": HOSTILE });
    let flex = json!({ "type": "flex", "altText": HOSTILE, "contents": { "type": "bubble", "body": { "type": "box",
        "layout": "vertical", "contents": [words, { "type": "button", "action": { "type": "uri", "label": HOSTILE, "uri": "https://a.example/" } }] } } });
    let quick = json!({ "type": "text", "text": HOSTILE, "quickReply": { "items": [{ "type": "action",
        "action": { "type": "message", "label": "<b>好</b>", "text": HOSTILE } }] } });
    assert_eq!(it.post(PUSH, &json!({ "to": mei.as_str(), "messages": [flex, quick] })).await.status, 200);

    let page = it.get("/").await.body.as_str().expect("HTML").to_owned();
    let tape = it.get("/tape").await.body.as_str().expect("HTML").to_owned();
    let chat = it.get(&format!("/phones/{mei}")).await.body;
    let buttons = chat["quick"].as_str().expect("HTML").to_owned();
    assert_eq!(chat["person"]["name"], HOSTILE, "a name is data of the page's script, which shows it as text");
    for (place, drawn) in [("page", page), ("tape", tape), ("chat", html(&it, &mei).await), ("quick replies", buttons)]
    {
        for mark in ["<img src=x", "<script>", "onerror=alert(1)>", "<b>好"] {
            assert!(!drawn.contains(mark), "{place}: {mark} in {drawn}");
        }
        assert!(drawn.contains("&#60;img src=x") || drawn.contains("&lt;"), "{place} shows what was said: {drawn}");
    }
}

#[tokio::test]
async fn a_bubble_tells_how_it_came_and_whether_hers_arrived() {
    let it = Box::new().await;
    it.sandbox.deliver_to(axum::Router::new().route("/line/webhook", axum::routing::post(|| async { "ok" })));
    let mei = it.friend("測試小美").await;
    it.sandbox.say(&mei, "會員卡").await.expect("writes");
    let token = it.history().await["webhooks"][1]["event"]["replyToken"].as_str().expect("a token").to_owned();
    it.post(REPLY, &json!({ "replyToken": token, "messages": [text("一"), text("二")] })).await;
    it.post(PUSH, &json!({ "to": mei.as_str(), "messages": [text("三")] })).await;
    it.sandbox.fault(Fault::times(FaultKind::ErrorAfter, 1).at(Endpoint::Multicast));
    it.post(MULTICAST, &json!({ "to": [mei.as_str()], "messages": [text("四")] })).await;

    let (_, items) = phone(&it, &mei, 0).await;
    let of = |said: &str| {
        let found = items.iter().find(|(_, html)| html.contains(&format!(">{said}</p>")));
        found.map(|(_, html)| html.clone()).unwrap_or_else(|| panic!("{said} is missing in {items:?}"))
    };
    assert!(items[0].1.contains("加入了好友"), "{items:?}");
    assert!(of("會員卡").contains("mine") && of("會員卡").contains("已送達"));
    assert!(!of("一").contains("mark "), "the way is told once, under the last of a reply");
    assert!(of("二").contains("回覆・免費"));
    assert!(of("三").contains("推播・計 1 則"));
    assert!(of("四").contains("群發 1 人") && of("四").contains("回 500，其實已送出"));
}

#[tokio::test]
async fn a_phone_asks_for_what_is_new_and_gets_what_changed() {
    let it = Box::new().await;
    it.sandbox.deliver_to(axum::Router::new().route("/line/webhook", axum::routing::post(|| async { "ok" })));
    let mei = it.friend("測試小美").await;
    it.sandbox.set_habits(Habits { hold: true, ..Habits::default() });
    it.sandbox.say(&mei, "喂").await.expect("writes");
    let (place, items) = phone(&it, &mei, 0).await;
    assert_eq!(items.len(), 2);
    assert!(items[1].1.contains("還沒送出"), "{}", items[1].1);
    assert_eq!(phone(&it, &mei, place).await.1, [], "nothing is new");

    assert_eq!(it.sandbox.release(Order::AsHappened, 1).await, 1);
    let (_, changed) = phone(&it, &mei, place).await;
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert_eq!(changed[0].0, items[1].0, "the same bubble");
    assert!(changed[0].1.contains("已送達"), "{}", changed[0].1);
}

#[tokio::test]
async fn quick_replies_stand_until_something_else_comes() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    let quick = json!({ "type": "text", "text": "要嗎", "quickReply": { "items": [{ "type": "action",
        "action": { "type": "message", "label": "要", "text": "要" } }] } });
    it.post(PUSH, &json!({ "to": mei.as_str(), "messages": [quick] })).await;
    let buttons = async || it.get(&format!("/phones/{mei}")).await.body["quick"].as_str().expect("HTML").to_owned();
    assert!(buttons().await.contains("data-action"), "{}", buttons().await);
    it.sandbox.say(&mei, "再想想").await.expect("writes");
    assert_eq!(buttons().await, "");
}

#[tokio::test]
async fn the_live_stream_tells_each_thing_that_happens() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    let request = Request::get("/live").body(Body::empty()).expect("a request");
    let answer = it.sandbox.router().oneshot(request).await.expect("a router answers");
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut beats = answer.into_body().into_data_stream();
    let mut beat = async || {
        let next = tokio::time::timeout(std::time::Duration::from_secs(5), beats.next()).await;
        let bytes = next.expect("it is told").expect("it goes on").expect("bytes");
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        text.trim().strip_prefix("data: ").unwrap_or_else(|| panic!("{text}")).parse::<u64>().expect("a place")
    };
    let first = beat().await;
    assert_eq!(first, it.history().await["next"].as_u64().expect("a place"), "at once, where things stand");
    it.sandbox.say(&mei, "喂").await.expect("writes");
    let second = beat().await;
    assert!(second > first, "{second} after {first}");
    it.advance(TimeDelta::minutes(10));
    assert_eq!(beat().await, second, "a dial was turned: nothing is new in the chats, yet the page is told");
}

#[tokio::test]
async fn the_dials_say_where_they_stand() {
    let it = Box::with(open(Config { quota: Some(3), ..Config::in_memory() })).await;
    let mei = it.friend("測試小美").await;
    it.post(PUSH, &json!({ "to": mei.as_str(), "messages": [text("一")] })).await;
    it.sandbox.fault(Fault { count: None, ..Fault::times(FaultKind::Slow, 1) }.at(Endpoint::Push));
    let dials = it.get("/dials?lang=zh-Hant").await.body;
    assert_eq!(dials["quota"], "本月已用 1／3 則");
    assert_eq!(dials["faults"], json!(["已送出，回應很慢・push・一直"]));
    assert_eq!(dials["now"], start().timestamp_millis());
}

#[tokio::test]
async fn the_tape_tells_what_came_of_each_exchange() {
    let it = Box::new().await;
    it.sandbox.deliver_to(axum::Router::new().route("/line/webhook", axum::routing::post(|| async { "ok" })));
    let mei = it.friend("測試小美").await;
    it.sandbox.fault(Fault::times(FaultKind::ErrorAfter, 1).at(Endpoint::Push));
    it.post(PUSH, &json!({ "to": mei.as_str(), "messages": [text("一")] })).await;
    let tape = it.get("/tape?lang=zh-Hant").await.body;
    let rows: Vec<&str> = tape.as_str().expect("HTML").split("<summary>").skip(1).collect();
    let row = |what: &str| {
        let mark = format!("<code>{what}</code>");
        *rows.iter().find(|row| row.contains(&mark)).unwrap_or_else(|| panic!("no {what} in {rows:?}"))
    };
    assert!(row("push").contains("<span class=\"tape-came wrong\">500 error_after</span>"), "{}", row("push"));
    assert!(row("follow").contains("<span class=\"tape-came\">200</span>"), "{}", row("follow"));
    assert!(rows[0].contains("push") && rows[0].contains("測試小美"), "the newest comes first: {}", rows[0]);
}

#[tokio::test]
async fn the_last_event_can_be_sent_once_more() {
    let it = Box::new().await;
    assert_eq!(it.post("/webhooks/again", &json!({ "redelivery": true })).await.body["outcome"], Value::Null);
    it.sandbox.deliver_to(axum::Router::new().route("/line/webhook", axum::routing::post(|| async { "ok" })));
    it.friend("測試小美").await;
    let again = it.post("/webhooks/again", &json!({ "redelivery": true })).await;
    assert_eq!(again.body["outcome"]["status"], 200);
    it.post("/webhooks/again", &json!({ "redelivery": false })).await;
    let attempts = it.history().await["webhooks"][0]["attempts"].as_array().cloned().expect("attempts");
    let marks: Vec<&Value> = attempts.iter().map(|attempt| &attempt["redelivery"]).collect();
    assert_eq!(marks, [false, true, false]);
}

#[tokio::test]
async fn who_runs_the_service_may_hand_out_keys_to_the_counter() {
    let it = Box::with(open(Config::beside(8090, 8080))).await;
    let has_menu = async || it.get("/").await.body.as_str().is_some_and(|page| page.contains("data-keys"));
    assert!(!has_menu().await, "a sandbox alone has none");
    assert_eq!(it.post("/desk-keys", &json!({})).await.status, 404);
    it.sandbox.on_desk_keys(std::boxed::Box::new(|| {
        let keeper = Keeper { name: String::from("小安"), pin: String::from("2807") };
        let keys = DeskKeys { device_code: String::from("AAAA-BBBB"), people: vec![keeper] };
        std::boxed::Box::pin(async { Some(keys) })
    }));
    assert!(has_menu().await);
    let keys = it.post("/desk-keys", &json!({})).await.body;
    assert_eq!(keys, json!({ "device_code": "AAAA-BBBB", "people": [{ "name": "小安", "pin": "2807" }] }));
}

#[tokio::test]
async fn two_phones_are_two_sessions() {
    let it = Box::with(open(Config::beside(8090, 8080))).await;
    let [mei, hong] = it.sandbox.first_phones();
    let open = |user: &LineUserId| it.sandbox.open_liff(user, "stamps").expect("opens");
    let (hers, his) = (open(&mei), open(&hong));
    let host = |url: &str| url.parse::<http::Uri>().expect("an address").host().expect("a host").to_owned();
    assert_ne!(host(&hers.url), host(&his.url), "cookies belong to a host: each phone has its own");
    for page in [&hers, &his] {
        assert!(host(&page.url).ends_with(&format!(".{SITE}")), "below the page's site, so that frames keep cookies");
        assert!(page.url.ends_with(":8080/m/stamps"), "{}", page.url);
    }
    let client = it.sandbox.client();
    let audience = [it.sandbox.config().channel.login_channel_id.clone()];
    for (page, who) in [(&hers, &mei), (&his, &hong)] {
        assert_eq!(client.verify_id_token(&page.id_token, &audience).await.expect("a good token").sub, *who);
    }
    assert_ne!(hers.frame_name, his.frame_name);
}

#[test]
fn the_service_frames_for_the_site_the_sandbox_is_on() {
    assert_eq!(SITE, shuke::settings::SANDBOX_HOST);
}
