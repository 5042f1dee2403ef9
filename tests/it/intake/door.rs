//! The webhook's door: who is let in, and what LINE is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::Response;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use shuke::intake::Intake;
use shuke::line::signature;
use shuke::members::accounts::Directory;
use shuke::sandbox::Signature;
use shuke::store::{Db, OpenOptions, query};
use shuke::web::line::{LARGEST_BODY, Line, routes};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::crash::wait_until;
use crate::harness::{each_engine, on_both};
use crate::shop::Shop;

async fn door(shop: &Shop) -> Router {
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let intake = Intake::start(&shop.app, &tasks, &stop, false);
    let accounts = Directory::load(&shop.app.db).await.expect("accounts");
    routes(Line { app: shop.app.clone(), intake, accounts })
}

/// Knocks with a body and a signature; the status alone.
async fn knock(door: &Router, body: impl Into<Body>, signature: Option<&str>) -> StatusCode {
    answer(door, body, signature).await.status()
}

async fn answer(door: &Router, body: impl Into<Body>, signature: Option<&str>) -> Response {
    let mut request = Request::post("/line/webhook");
    if let Some(signature) = signature {
        request = request.header(signature::HEADER, signature);
    }
    let request = request.body(body.into()).expect("a request");
    door.clone().oneshot(request).await.expect("an answer")
}

/// Knocks as LINE does.
async fn knock_signed(shop: &Shop, door: &Router, body: &[u8]) -> StatusCode {
    let signature = signature::sign(&shop.sandbox.config().channel.secret, body);
    knock(door, body.to_vec(), Some(&signature)).await
}

async fn stored(db: &Db) -> i64 {
    query(db, "select count(*) from event").value().await.expect("a count")
}

fn webhook(events: &[Value]) -> Vec<u8> {
    json!({ "destination": "U00000000000000000000000000000b07", "events": events }).to_string().into_bytes()
}

fn follow(id: &str) -> Value {
    json!({
        "type": "follow", "mode": "active", "timestamp": 1_772_418_600_000_i64, "webhookEventId": id,
        "source": { "type": "user", "userId": "U0123456789abcdef0123456789abcdef" },
        "deliveryContext": { "isRedelivery": false }, "replyToken": "b60d432864f44d079f6d8efe86cf404b",
        "follow": { "isUnblocked": false },
    })
}

#[tokio::test]
async fn without_lines_signature_nothing_is_read_or_stored() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let door = door(&shop).await;
        let body = webhook(&[follow("01A")]);
        let secret = shop.sandbox.config().channel.secret.clone();
        let good = signature::sign(&secret, &body);
        let other = signature::sign("another channel's secret", &body);
        for wrong in [None, Some(""), Some("%%%"), Some(other.as_str()), Some(good.trim_end_matches('='))] {
            assert_eq!(knock(&door, body.clone(), wrong).await, StatusCode::UNAUTHORIZED, "{wrong:?}");
        }
        let mut changed = body.clone();
        changed.push(b' ');
        assert_eq!(knock(&door, changed, Some(&good)).await, StatusCode::UNAUTHORIZED, "one byte more");
        assert_eq!(stored(&db).await, 0);
        assert_eq!(knock(&door, body, Some(&good)).await, StatusCode::OK);
        assert_eq!(stored(&db).await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_signed_but_no_webhook_is_refused_whole() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let door = door(&shop).await;
        let deep = format!("{{\"events\":[{}]}}", "[".repeat(5_000));
        for body in ["", "no json", "[]", "{}", "{\"events\":{}}", "{\"events\":[1]}", deep.as_str()] {
            assert_eq!(knock_signed(&shop, &door, body.as_bytes()).await, StatusCode::BAD_REQUEST, "{body:.40}");
        }
        let too_large = vec![b' '; LARGEST_BODY + 1];
        assert_eq!(knock_signed(&shop, &door, &too_large).await, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(stored(&db).await, 0);
        assert_eq!(knock_signed(&shop, &door, &webhook(&[])).await, StatusCode::OK, "LINE's own check has no events");
    })
    .await;
}

/// Strangers who begin large bodies and never end them: they take turns, and keep nobody's usual webhook waiting.
#[tokio::test]
async fn large_bodies_take_turns_and_usual_ones_need_not_wait() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let door = door(&shop).await;
        let begun = Arc::new(AtomicUsize::new(0));
        let mut strangers = JoinSet::new();
        for _ in 0..40 {
            let (door, begun) = (door.clone(), Arc::clone(&begun));
            strangers.spawn(async move {
                let parts = futures_util::stream::unfold(0_u8, move |part| {
                    let begun = Arc::clone(&begun);
                    async move {
                        match part {
                            0 => Some((Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 65 * 1024])), 1)),
                            _ => {
                                begun.fetch_add(1, Ordering::Relaxed);
                                std::future::pending().await
                            }
                        }
                    }
                });
                let request = Request::post("/line/webhook").body(Body::from_stream(parts));
                door.oneshot(request.expect("a request")).await
            });
        }
        wait_until("some have a turn", async || begun.load(Ordering::Relaxed) == 16).await;
        let body = webhook(&[follow("01A")]);
        let signature = signature::sign(&shop.sandbox.config().channel.secret, &body);
        let usual = Request::post("/line/webhook").header(signature::HEADER, signature);
        let usual = usual.body(Body::from(body)).expect("a request");
        assert_eq!(door.clone().oneshot(usual).await.expect("an answer").status(), StatusCode::OK);
        assert_eq!(begun.load(Ordering::Relaxed), 16, "the others wait");
    })
    .await;
}

#[tokio::test]
async fn an_event_is_stored_once_however_often_it_comes() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let door = door(&shop).await;
        let mut without_id = follow("");
        without_id.as_object_mut().expect("an object").remove("webhookEventId");
        let body = webhook(&[follow("01A"), follow("01A"), follow("01B"), without_id]);
        for _ in 0..3 {
            assert_eq!(knock_signed(&shop, &door, &body).await, StatusCode::OK);
        }
        assert_eq!(stored(&db).await, 3, "two ids, and one event known by its bytes");
    })
    .await;
}

#[tokio::test]
async fn a_type_nobody_knows_is_kept() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let door = door(&shop).await;
        let event = json!({ "type": "tomorrow", "webhookEventId": "01T", "timestamp": 1, "new": { "x": [1, 2] } });
        assert_eq!(knock_signed(&shop, &door, &webhook(&[event])).await, StatusCode::OK);
        shop.settle().await;
        let row = query(&db, "select kind, state from event").one::<(String, String)>().await.expect("a row");
        assert_eq!(row, (String::from("tomorrow"), String::from("done")));
    })
    .await;
}

#[tokio::test]
async fn a_store_that_is_away_is_never_answered_with_200() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let door = door(&shop).await;
        shop.app.db.close().await;
        assert_eq!(
            knock_signed(&shop, &door, &webhook(&[follow("01A")])).await,
            StatusCode::SERVICE_UNAVAILABLE,
            "LINE has to come again"
        );
    })
    .await;
}

/// The store would wait for an hour; the door does not, whether the day's key is not known yet or only the disk is busy.
#[tokio::test]
async fn a_store_that_takes_long_is_not_waited_for_longer_than_line_waits() {
    const HOUR: Duration = Duration::from_secs(3600);
    let options = OpenOptions { patience: HOUR, postgres_statement: HOUR, ..OpenOptions::default() };
    each_engine(options, async |fresh| {
        let shop = Shop::open(&fresh.db).await;
        let door = door(&shop).await;
        for (knocked, stored_before) in [("01A", 0), ("01B", 1)] {
            let mut held = fresh.db.begin().await.expect("it begins");
            if fresh.db.is_postgres() {
                query(&mut held, "lock table event, day_key in exclusive mode").execute().await.expect("locked");
            }
            let body = webhook(&[follow(knocked)]);
            let signature = signature::sign(&shop.sandbox.config().channel.secret, &body);
            let told = answer(&door, body.clone(), Some(&signature));
            let told = timeout(Duration::from_secs(20), told).await.expect("LINE has long gone");
            assert_eq!(told.status(), StatusCode::SERVICE_UNAVAILABLE);
            let told = axum::body::to_bytes(told.into_body(), usize::MAX).await.expect("a body");
            assert_eq!(serde_json::from_slice::<Value>(&told).expect("JSON")["code"], "unavailable");
            assert_eq!(stored(&fresh.db).await, stored_before);
            held.roll_back();
            assert_eq!(knock_signed(&shop, &door, &body).await, StatusCode::OK, "LINE comes again");
            assert_eq!(stored(&fresh.db).await, stored_before + 1, "once, though the first was written late");
        }
    })
    .await;
}

#[tokio::test]
async fn the_sandbox_can_knock_wrongly_too() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let habits = shop.sandbox.habits();
        for signature in [Signature::Wrong, Signature::Missing] {
            shop.sandbox.set_habits(shuke::sandbox::Habits { signature, ..habits });
            shop.follows("不明人士").await;
        }
        assert_eq!(stored(&db).await, 0);
    })
    .await;
}

/// Requests that wait together share a commit. One the store cannot take is told so, and the others are stored.
#[tokio::test]
async fn one_bad_request_is_not_everybodys_503() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let door = door(&shop).await;
        let of_kind = |id: &str, kind: &str| {
            let mut event = follow(id);
            event["type"] = json!(kind);
            webhook(&[event])
        };
        // A store that takes only one such event stands for whatever it may refuse.
        query(db.writer(), "create unique index one_alone on event (kind) where kind = 'odd'").execute().await.unwrap();
        assert_eq!(knock_signed(&shop, &door, &of_kind("01A", "odd")).await, StatusCode::OK);
        let [first, second, third] = [of_kind("01B", "follow"), of_kind("01C", "odd"), of_kind("01D", "follow")];
        let told = tokio::join!(
            knock_signed(&shop, &door, &first),
            knock_signed(&shop, &door, &second),
            knock_signed(&shop, &door, &third)
        );
        assert_eq!(told, (StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE, StatusCode::OK));
        assert_eq!(stored(&db).await, 3);
    })
    .await;
}
