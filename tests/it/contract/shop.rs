//! What the sample shop really says to its customers, held against LINE's description: cards drawn from real state, the brand's
//! templates, a push.

use bytes::Bytes;
use chrono::TimeDelta;
use http::Request;
use shuke::line::client::API;
use shuke::sandbox;

use super::description;
use crate::harness::on_both;
use crate::shop::Shop;

#[tokio::test]
async fn what_the_shop_says_fits_lines_description() {
    let Some(description) = description() else { return };
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.follows("王小美").await;
        shop.says(&mei, "會員卡").await;
        shop.taps(&mei, "領取會員卡").await;
        shop.agrees(&mei).await;
        shop.stamps(&mei, 7).await;
        for words in ["會員卡", "集點卡", "優惠券", "營業時間"] {
            shop.says(&mei, words).await;
        }
        shop.advance(TimeDelta::minutes(30)).await;
        shop.stamps(&mei, 3).await;
        for words in ["會員卡", "集點卡", "優惠券"] {
            shop.says(&mei, words).await;
        }
        shop.advance(TimeDelta::days(70)).await;
        shop.starts("winback").await;
        shop.send().await;
        assert_eq!(shop.pushed(&mei).len(), 1, "the push came");

        let said: Vec<Request<Bytes>> = shop.sandbox.look(|world| {
            let messages = world.requests.iter().filter(|request| request.sent.is_some());
            messages.map(|request| as_sent(request)).collect()
        });
        assert!(said.len() > 9, "{} requests", said.len());
        for request in said {
            let (told, body) = (description.faults(&request), String::from_utf8_lossy(request.body()));
            assert_eq!(told, Vec::<String>::new(), "{} {body}", request.uri());
        }
    })
    .await;
}

/// The request again, with what LINE's description asks of its headers and the sandbox does not keep.
fn as_sent(request: &sandbox::Request) -> Request<Bytes> {
    let body = request.body.as_ref().map(|body| String::from(body.get())).unwrap_or_default();
    let mut again = Request::builder()
        .method(request.method.as_str())
        .uri(format!("{API}{}", request.path))
        .header("authorization", "Bearer t")
        .header("content-type", "application/json");
    if let Some(key) = &request.retry_key {
        again = again.header("x-line-retry-key", key);
    }
    again.body(Bytes::from(body)).expect("a request")
}
