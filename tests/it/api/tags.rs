//! Tags, and the key that makes a write happen once.

use http::Method;
use serde_json::json;
use shuke::members::{tags, timeline};
use shuke::staff::api_keys::Scope;

use super::Program;
use crate::harness::on_both;
use crate::shop::Shop;

const BOTH: [Scope; 2] = [Scope::MembersRead, Scope::MembersWrite];

#[tokio::test]
async fn a_tag_is_put_on_and_taken_off() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let member = shop.member_id(&mei).await;
        let program = Program::with(&shop, "crm", &BOTH).await;
        let path = format!("/api/v1/members/{member}/tags/%E5%B8%B8%E5%AE%A2");
        for _ in 0..2 {
            let put = program.call(Method::PUT, &path, &[], "").await;
            assert_eq!((put.status.as_u16(), &put.body), (204, &json!(null)));
            assert!(!put.headers.contains_key("content-type"));
        }
        assert_eq!(program.get(&format!("/api/v1/members/{member}")).await.body["tags"], json!(["常客"]));
        for _ in 0..2 {
            assert_eq!(program.call(Method::DELETE, &path, &[], "").await.status, 204);
        }
        assert!(tags::of(&db, member).await.expect("a read").is_empty());
        let lines = timeline::page(&db, member, None, 100).await.expect("a read");
        let kinds: Vec<_> =
            lines.iter().map(|line| line.kind.as_str()).filter(|kind| kind.ends_with("tagged")).collect();
        assert_eq!(kinds, ["untagged", "tagged"], "each change once");
    })
    .await;
}

#[tokio::test]
async fn a_tag_nobody_could_read_and_a_member_nobody_knows_are_refused() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let member = shop.member_id(&mei).await;
        let program = Program::with(&shop, "crm", &BOTH).await;
        let long = "a".repeat(51);
        for tag in ["%20", "a%0Ab", "a%00b", "%FF", &long] {
            let path = format!("/api/v1/members/{member}/tags/{tag}");
            program.call(Method::PUT, &path, &[], "").await.is_problem(400, "malformed");
        }
        let nobody = "/api/v1/members/00000000-0000-7000-8000-000000000000/tags/vip";
        program.call(Method::PUT, nobody, &[], "").await.is_problem(404, "not_found");
        program.call(Method::DELETE, nobody, &[], "").await.is_problem(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn the_same_write_under_the_same_key_is_done_once() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let member = shop.member_id(&mei).await;
        let program = Program::with(&shop, "crm", &BOTH).await;
        let path = format!("/api/v1/members/{member}/tags/vip");
        let key = [("idempotency-key", "order-4711")];
        let first = program.call(Method::PUT, &path, &key, "").await;
        assert_eq!(first.status, 204);
        assert!(!first.headers.contains_key("idempotent-replayed"));
        assert_eq!(program.call(Method::DELETE, &path, &[], "").await.status, 204);
        let again = program.call(Method::PUT, &path, &key, "").await;
        assert_eq!((again.status.as_u16(), again.headers["idempotent-replayed"].as_bytes()), (204, &b"true"[..]));
        assert!(tags::of(&db, member).await.expect("a read").is_empty(), "the first answer again, nothing done");

        program.call(Method::DELETE, &path, &key, "").await.is_problem(409, "idempotency_key_reused");
        let other = format!("/api/v1/members/{member}/tags/vvip");
        program.call(Method::PUT, &other, &key, "").await.is_problem(409, "idempotency_key_reused");
        program.call(Method::PUT, &path, &key, "{}").await.is_problem(409, "idempotency_key_reused");
        assert!(tags::of(&db, member).await.expect("a read").is_empty());

        let neighbour = Program::with(&shop, "other crm", &BOTH).await;
        assert_eq!(neighbour.call(Method::PUT, &other, &key, "").await.status, 204, "keys are each program's own");
        assert_eq!(tags::of(&db, member).await.expect("a read"), ["vvip"]);
    })
    .await;
}

#[tokio::test]
async fn a_refusal_takes_no_key_and_a_key_that_is_none_is_not_taken() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let program = Program::with(&shop, "crm", &BOTH).await;
        let nobody = "/api/v1/members/00000000-0000-7000-8000-000000000000/tags/vip";
        let key = [("idempotency-key", "k1")];
        let first = program.call(Method::PUT, nobody, &key, "").await;
        let again = program.call(Method::PUT, nobody, &key, "").await;
        first.is_problem(404, "not_found");
        again.is_problem(404, "not_found");
        assert_eq!(first.body, again.body);
        assert!(!again.headers.contains_key("idempotent-replayed"), "it was judged anew");
        let mei = shop.joins("小美測試").await;
        let known = format!("/api/v1/members/{}/tags/vip", shop.member_id(&mei).await);
        assert_eq!(program.call(Method::PUT, &known, &key, "").await.status, 204, "nothing was done under this key");
        program.call(Method::PUT, nobody, &key, "").await.is_problem(409, "idempotency_key_reused");
        let long = "k".repeat(201);
        for wrong in [
            &[("idempotency-key", "")][..],
            &[("idempotency-key", &long)],
            &[("idempotency-key", "a"), ("idempotency-key", "b")],
        ] {
            program.call(Method::PUT, nobody, wrong, "").await.is_problem(400, "malformed");
        }
        let huge = "x".repeat(64 * 1024 + 1);
        program.call(Method::PUT, nobody, &[], &huge).await.is_problem(413, "too_large");
    })
    .await;
}
