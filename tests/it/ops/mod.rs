//! What the operator asks: is it there, is it ready, what has it done.

use axum::body::Body;
use chrono::TimeDelta;
use http::{Request, StatusCode};
use shuke::sandbox::{Habits, Signature};
use shuke::web;
use tower::ServiceExt as _;

use crate::harness::on_both;
use crate::shop::Shop;

async fn get(router: &axum::Router, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let response = router.clone().oneshot(request).await.expect("a router answers");
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    (parts.status, String::from_utf8(bytes.to_vec()).expect("text"))
}

#[tokio::test]
async fn a_service_that_works_is_there_and_ready() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        assert_eq!(get(&shop.ops, "/healthz").await.0, 200);
        assert_eq!(get(&shop.ops, "/readyz").await, (StatusCode::OK, String::from("ready\n")));
        let (status, version) = get(&shop.ops, "/version").await;
        assert_eq!(status, 200);
        assert!(version.contains(env!("CARGO_PKG_VERSION")), "{version}");
    })
    .await;
}

#[tokio::test]
async fn a_service_whose_database_is_gone_is_there_but_not_ready() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        db.close().await;
        assert_eq!(get(&shop.ops, "/healthz").await.0, 200);
        let (status, problem) = get(&shop.ops, "/readyz").await;
        assert_eq!(status, 503);
        assert!(problem.contains("\"unavailable\""), "{problem}");
    })
    .await;
}

#[tokio::test]
async fn whether_it_is_ready_is_looked_at_once_a_second() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        assert_eq!(get(&shop.ops, "/readyz").await.0, 200);
        db.close().await;
        shop.app.clock.advance(TimeDelta::milliseconds(999));
        assert_eq!(get(&shop.ops, "/readyz").await.0, 200, "a stranger who asks again writes nothing");
        shop.app.clock.advance(TimeDelta::milliseconds(1));
        assert_eq!(get(&shop.ops, "/readyz").await.0, 503);
    })
    .await;
}

#[tokio::test]
async fn an_older_schema_is_not_ready_and_says_what_to_do() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shuke::store::query(db.writer(), "update _sqlx_migrations set success = false").execute().await.expect("done");
        let (status, problem) = get(&shop.ops, "/readyz").await;
        assert_eq!(status, 503);
        assert!(problem.contains("\"not_migrated\"") && problem.contains("shuke migrate"), "{problem}");
    })
    .await;
}

#[tokio::test]
async fn what_happened_is_counted_and_nobody_is_named() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        shop.sandbox.set_habits(Habits { signature: Signature::Wrong, ..Habits::default() });
        shop.says(&mei, "偽造").await;
        let (status, text) = get(&shop.ops, "/metrics").await;
        assert_eq!(status, 200);
        for series in [
            "shuke_webhooks_total{status=\"200\"}",
            "shuke_webhooks_total{status=\"401\"}",
            "shuke_bad_signatures_total",
            "shuke_events_accepted_total",
            "shuke_replies_total{state=\"sent\"}",
            "shuke_jobs{state=\"waiting\"}",
            "shuke_jobs{state=\"dead\"}",
            "shuke_events_parked",
            "http_request_seconds_count{method=\"POST\",path=\"/line/webhook\",status=\"200\"}",
            "shuke_build_info{version=",
        ] {
            let line = text.lines().find(|line| line.starts_with(series));
            assert!(line.is_some(), "{series} is missing in:\n{text}");
            let idle = series.contains("shuke_jobs") || series.contains("parked");
            assert!(idle || !line.expect("found").ends_with(" 0"), "{series} did not count");
        }
        assert!(cfg!(not(target_os = "linux")) || text.contains("process_resident_memory_bytes "), "{text}");
        assert!(!text.contains(mei.as_str()) && !text.contains("小美"), "a person is named in:\n{text}");
    })
    .await;
}

#[tokio::test]
async fn the_operators_routes_are_apart_from_the_pages() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        for path in ["/healthz", "/readyz", "/metrics", "/version"] {
            assert_eq!(get(&shop.pages, path).await.0, 404, "{path} is not among the pages");
        }
        assert_eq!(get(&shop.ops, web::api::DESCRIPTION).await.0, 404);
        let together = shop.pages.clone().merge(shop.ops.clone());
        assert_eq!(get(&together, "/healthz").await.0, 200);
        assert_eq!(get(&together, web::api::DESCRIPTION).await.0, 200);
    })
    .await;
}
