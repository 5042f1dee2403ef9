//! What programs build on: every name in an answer, as the description tells it, and where a list ends.

use chrono::TimeDelta;
use http::Method;
use serde_json::{Value, json};
use shuke::staff::api_keys::{self, Scope};
use shuke::web::api;

use super::Program;
use crate::harness::on_both;
use crate::shop::Shop;

/// Names of an object, in the order of the alphabet.
fn names(object: &Value) -> Vec<&str> {
    object.as_object().unwrap_or_else(|| panic!("no object: {object}")).keys().map(String::as_str).collect()
}

/// What the description says of an object: its names, all of them always there.
#[track_caller]
fn is_described(description: &Value, schema: &str, object: &Value) {
    let described = &description["components"]["schemas"][schema];
    assert_eq!(names(&described["properties"]), names(object), "{schema}");
    let mut required: Vec<&str> = described["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    required.sort_unstable();
    assert_eq!(required, names(object), "{schema}: what may be left out");
}

#[tokio::test]
async fn every_answer_has_exactly_the_promised_names() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("王小美").await;
        let till = Program::with(&shop, "till", &Scope::ALL).await;
        let key = api_keys::by_name(&db, "till").await.unwrap().unwrap().id;
        let description = till.get(api::DESCRIPTION).await.body;
        let is_described = |schema: &str, object: &Value| is_described(&description, schema, object);
        let (known, path) = (shop.member(&mei).await, format!("/api/v1/members/{}", shop.member_id(&mei).await));

        let tagged = till.call(Method::PUT, &format!("{path}/tags/vip"), &[], "").await;
        assert_eq!((tagged.status.as_u16(), &tagged.body), (204, &Value::Null));
        let member = till.get(&path).await.body;
        assert_eq!(
            member,
            json!({
                "id": known.id, "number": known.number, "name": "王＊美",
                "friend": { "line_user_id": mei, "state": "following" },
                "joined_at": "2026-03-02T02:30:00Z", "tags": ["vip"], "version": known.version + 1,
                "created_at": "2026-03-02T02:30:00Z",
            })
        );
        is_described("Member", &member);
        is_described("Friend", &member["friend"]);
        let found = till.get(&format!("/api/v1/members?line_user_id={mei}")).await.body;
        assert_eq!(found, json!({ "items": [member], "next": null }));
        is_described("Members", &found);

        let given = till.stamps(&mei, 10, "R-1").await;
        assert_eq!((given.status.as_u16(), names(&given.body)), (201, vec!["card", "entry", "vouchers"]));
        is_described("Given", &given.body);
        is_described("Card", &given.body["card"]);
        shop.advance(TimeDelta::minutes(10)).await;
        let card = till.stamps(&mei, 4, "R-2").await.body["card"].take();
        let cards = till.get(&format!("{path}/cards")).await.body;
        let full = &cards["items"][1];
        assert_eq!(
            cards,
            json!({ "items": [
                {
                    "id": card["id"], "card": "coffee", "version": 1, "stamps": 4, "goal": 10, "completed": false,
                    "last_stamp_at": "2026-03-02T02:40:00Z", "expires_at": "2026-09-30T16:00:00Z",
                },
                {
                    "id": full["id"], "card": "coffee", "version": 1, "stamps": 10, "goal": 10, "completed": true,
                    "last_stamp_at": "2026-03-02T02:30:00Z", "expires_at": null,
                },
            ], "next": null })
        );
        assert!(full["id"].is_string() && card["id"].is_string(), "{cards}");
        assert_eq!(cards["items"][0], card);
        is_described("Cards", &cards);
        is_described("Card", full);

        let vouchers = till.get(&format!("{path}/vouchers")).await.body;
        let voucher = &vouchers["items"][0];
        assert_eq!(
            voucher,
            &json!({
                "id": voucher["id"], "code": voucher["code"], "coupon": "free-latte", "state": "issued",
                "issued_at": "2026-03-02T02:30:00Z", "expires_at": "2026-04-01T16:00:00Z",
            })
        );
        assert!(voucher["id"].is_string() && voucher["code"].is_string(), "{voucher}");
        is_described("Vouchers", &vouchers);
        is_described("Voucher", voucher);
        assert_eq!(given.body["vouchers"], vouchers["items"]);

        shop.advance(TimeDelta::hours(1)).await;
        let code = voucher["code"].as_str().unwrap();
        let taken = till.redeems(code, "yongkang", "R-3").await;
        assert_eq!((taken.status.as_u16(), names(&taken.body)), (201, vec!["redemption", "voucher"]));
        is_described("Taken", &taken.body);
        is_described("Voucher", &taken.body["voucher"]);
        let again = till.redeems(code, "zhongshan", "R-4").await;
        assert_eq!(again.status, 409);
        assert_eq!(
            again.body,
            json!({
                "code": "already_redeemed", "status": 409, "title": "Conflict",
                "detail": "The voucher was used before; `first` says when, where and by whom.",
                "first": { "at": "2026-03-02T03:40:00Z", "store": "yongkang", "by": "till" },
            })
        );
        is_described("AlreadyRedeemed", &again.body);
        is_described("First", &again.body["first"]);

        let timeline = till.get(&format!("{path}/timeline")).await.body;
        let item = &timeline["items"][0];
        assert_eq!(
            item,
            &json!({
                "id": item["id"], "kind": "voucher_redeemed", "at": "2026-03-02T03:40:00Z",
                "recorded_at": "2026-03-02T03:40:00Z", "actor": { "kind": "api", "id": key },
                "summary": "在 yongkang 使用優惠券",
            })
        );
        assert!(item["id"].is_string(), "{item}");
        is_described("Timeline", &timeline);
        is_described("TimelineItem", item);
        is_described("Doer", &item["actor"]);
    })
    .await;
}

#[tokio::test]
async fn what_a_program_sends_is_described_by_the_promised_names() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let description = Program { shop: &shop, key: None }.get(api::DESCRIPTION).await.body;
        for (schema, sent) in [
            ("NewStamps", json!({ "member": 0, "card": 0, "stamps": 0, "store": 0, "reference": 0 })),
            ("NewRedemption", json!({ "voucher": 0, "store": 0, "reference": 0 })),
        ] {
            is_described(&description, schema, &sent);
        }
    })
    .await;
}

#[tokio::test]
async fn a_list_whose_last_item_ends_a_page_has_no_next_page() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        for name in ["乙測試", "丙測試", "丁測試"] {
            shop.follows(name).await;
        }
        shop.says(&mei, "會員卡").await;
        shop.says(&mei, "集點卡").await;
        let program = Program::with(&shop, "crm", &[Scope::MembersRead]).await;
        let timeline = format!("/api/v1/members/{}/timeline", shop.member_id(&mei).await);
        for (path, cursor) in [("/api/v1/members", "after"), (timeline.as_str(), "before")] {
            let page = async |query: String| program.get(&format!("{path}?{query}")).await.body;
            let whole = page(String::from("limit=4")).await;
            let ids: Vec<&Value> = whole["items"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
            assert_eq!((ids.len(), &whole["next"]), (4, &Value::Null), "{path}");
            let first = page(String::from("limit=2")).await;
            assert_eq!((&first["items"][1]["id"], &first["next"]), (ids[1], ids[1]), "{path}");
            let rest = page(format!("limit=2&{cursor}={}", ids[1].as_str().unwrap())).await;
            assert_eq!(rest["items"], json!(whole["items"].as_array().unwrap()[2..]), "{path}");
            assert_eq!(rest["next"], Value::Null, "{path}");
            program.get(&format!("{path}?{cursor}=7")).await.is_problem(400, "malformed");
            program.get(&format!("{path}?limit=101")).await.is_problem(400, "malformed");
        }
    })
    .await;
}
