//! Stamps and vouchers over the API.

use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use serde_json::{Value, json};
use shuke::ids::LineUserId;
use shuke::loyalty::{self, By, Undo};
use shuke::staff::api_keys::Scope;

use super::{Answer, Program};
use crate::harness::on_both;
use crate::shop::{MEMBERS_ONLY, Shop, clerk, zhongshan};

pub(super) const ALL: [Scope; 2] = [Scope::MembersRead, Scope::LoyaltyWrite];
const JSON: (&str, &str) = ("content-type", "application/json");

impl Program<'_> {
    pub(super) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, &[JSON], &body.to_string()).await
    }

    pub(super) async fn stamps(&self, phone: &LineUserId, stamps: i64, reference: &str) -> Answer {
        let body = sale(&self.shop.member_id(phone).await.to_string(), stamps, reference);
        self.post("/api/v1/stamps", &body).await
    }

    pub(super) async fn redeems(&self, code: &str, store: &str, reference: &str) -> Answer {
        let body = json!({ "voucher": code, "store": store, "reference": reference });
        self.post("/api/v1/redemptions", &body).await
    }

    /// What a member has, by a list's name.
    pub(super) async fn list(&self, phone: &LineUserId, name: &str) -> Vec<Value> {
        let answer = self.get(&format!("/api/v1/members/{}/{name}", self.shop.member_id(phone).await)).await;
        assert_eq!((answer.status.as_u16(), &answer.body["next"]), (200, &Value::Null), "{}", answer.body);
        answer.body["items"].as_array().expect("a list").clone()
    }
}

fn sale(member: &str, stamps: i64, reference: &str) -> Value {
    json!({ "member": member, "card": "coffee", "stamps": stamps, "store": "zhongshan", "reference": reference })
}

#[tokio::test]
async fn stamps_fill_a_card_and_the_card_becomes_a_voucher() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.follows("小美測試").await;
        let till = Program::with(&shop, "till", &ALL).await;
        let given = till.stamps(&mei, 7, "R-1").await;
        assert_eq!(given.status, 201, "a friend collects before she joins: {}", given.body);
        let card = &given.body["card"];
        assert_eq!((&card["card"], &card["stamps"], &card["goal"]), (&json!("coffee"), &json!(7), &json!(10)));
        assert_eq!((&card["completed"], &card["version"]), (&json!(false), &json!(1)));
        assert_eq!(card["last_stamp_at"], "2026-03-02T02:30:00Z");
        assert!(given.body["entry"].is_string() && card["expires_at"].is_string());
        assert_eq!(given.body["vouchers"], json!([]));
        assert_eq!(till.list(&mei, "cards").await, std::slice::from_ref(card));

        shop.advance(TimeDelta::minutes(10)).await;
        let full = till.stamps(&mei, 5, "R-2").await;
        assert_eq!(full.status, 201, "{}", full.body);
        assert_eq!((&full.body["card"]["stamps"], &full.body["card"]["completed"]), (&json!(2), &json!(false)));
        let [voucher] = &full.body["vouchers"].as_array().expect("a list")[..] else { panic!("{}", full.body) };
        assert_eq!((&voucher["coupon"], &voucher["state"]), (&json!("free-latte"), &json!("issued")));
        assert_eq!(till.list(&mei, "vouchers").await, std::slice::from_ref(voucher));
        let cards = till.list(&mei, "cards").await;
        let stamps: Vec<_> = cards.iter().map(|card| (card["stamps"].clone(), card["completed"].clone())).collect();
        assert_eq!(stamps, [(json!(2), json!(false)), (json!(10), json!(true))]);

        let history = till.list(&mei, "timeline").await;
        assert_eq!(history[0]["kind"], "stamped");
        assert_eq!(history[0]["summary"], "在 zhongshan 集了 5 點");
        assert_eq!(history[0]["actor"]["kind"], "api");
    })
    .await;
}

#[tokio::test]
async fn a_voucher_is_taken_once_and_a_second_try_is_told_of_the_first() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let till = Program::with(&shop, "till 1", &ALL).await;
        let other = Program::with(&shop, "till 2", &ALL).await;
        let full = till.stamps(&mei, 10, "R-1").await;
        let code = full.body["vouchers"][0]["code"].as_str().expect("a code");
        shop.advance(TimeDelta::hours(1)).await;
        let taken = till.redeems(code, "yongkang", "R-2").await;
        assert_eq!(taken.status, 201, "{}", taken.body);
        assert_eq!(
            (&taken.body["voucher"]["state"], &taken.body["voucher"]["code"]),
            (&json!("redeemed"), &json!(code))
        );
        assert!(taken.body["redemption"].is_string());

        shop.advance(TimeDelta::hours(1)).await;
        let second = other.redeems(code, "zhongshan", "R-2").await;
        second.is_problem(409, "already_redeemed");
        let first = json!({ "at": "2026-03-02T03:30:00Z", "store": "yongkang", "by": "till 1" });
        assert_eq!(second.body["first"], first);
        till.redeems(code, "yongkang", "R-3").await.is_problem(409, "already_redeemed");
        let again = till.redeems(code, "yongkang", "R-2").await;
        assert_eq!((again.status.as_u16(), &again.body), (201, &taken.body), "the same sale gets the first answer");
        assert!(again.headers.contains_key("idempotent-replayed"));
        till.redeems(code, "zhongshan", "R-2").await.is_problem(409, "reference_reused");
        let typed = code.to_lowercase();
        let typed = format!("{}-{} {}", &typed[..5], &typed[5..10], &typed[10..]);
        till.redeems(&typed, "yongkang", "R-4").await.is_problem(409, "already_redeemed");
    })
    .await;
}

#[tokio::test]
async fn one_sale_earns_stamps_and_takes_a_voucher() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let till = Program::with(&shop, "till", &ALL).await;
        let full = till.stamps(&mei, 10, "R-7").await;
        let code = full.body["vouchers"][0]["code"].as_str().expect("a code");
        let taken = till.redeems(code, "zhongshan", "R-7").await;
        assert_eq!(taken.status, 201, "{}", taken.body);
        assert_eq!(till.stamps(&mei, 10, "R-7").await.body, full.body);
        assert_eq!(till.redeems(code, "zhongshan", "R-7").await.body, taken.body);
        till.redeems(code, "yongkang", "R-7").await.is_problem(409, "reference_reused");
    })
    .await;
}

#[tokio::test]
async fn a_sale_counts_once_under_its_reference() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (mei, ken) = (shop.joins("小美測試").await, shop.joins("阿健測試").await);
        let till = Program::with(&shop, "till 1", &ALL).await;
        let first = till.stamps(&mei, 2, "R-1").await;
        assert_eq!(first.status, 201);
        shop.advance(TimeDelta::hours(1)).await;
        assert_eq!(till.stamps(&mei, 3, "R-2").await.status, 201);
        let again = till.stamps(&mei, 2, "R-1").await;
        assert_eq!((again.status.as_u16(), &again.body), (201, &first.body), "the first answer, whatever came since");
        till.stamps(&mei, 3, "R-1").await.is_problem(409, "reference_reused");
        till.stamps(&ken, 2, "R-1").await.is_problem(409, "reference_reused");
        let other = Program::with(&shop, "till 2", &ALL).await;
        assert_eq!(other.stamps(&ken, 1, "R-1").await.status, 201, "references are each program's own");
        assert_eq!(till.list(&mei, "cards").await[0]["stamps"], 5);
    })
    .await;
}

#[tokio::test]
async fn under_one_idempotency_key_the_first_answer_comes_again_byte_for_byte() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let till = Program::with(&shop, "till", &ALL).await;
        let member = shop.member_id(&mei).await.to_string();
        let key = [JSON, ("idempotency-key", "8c5e9a52")];
        let post = async |body: Value| till.call(Method::POST, "/api/v1/stamps", &key, &body.to_string()).await;
        let first = post(sale(&member, 1, "R-1")).await;
        assert_eq!(first.status, 201);
        let again = post(sale(&member, 1, "R-1")).await;
        assert_eq!((again.status.as_u16(), &again.body), (201, &first.body));
        assert_eq!(again.headers["idempotent-replayed"], "true");
        post(sale(&member, 2, "R-2")).await.is_problem(409, "idempotency_key_reused");
        assert_eq!(till.list(&mei, "cards").await[0]["stamps"], 1);
    })
    .await;
}

#[tokio::test]
async fn a_till_that_waits_as_told_gets_the_stamps_under_the_same_key() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let till = Program::with(&shop, "till", &ALL).await;
        assert_eq!(till.stamps(&mei, 1, "R-1").await.status, 201);
        let member = shop.member_id(&mei).await.to_string();
        let key = [JSON, ("idempotency-key", "8c5e9a53")];
        let post = async |body: Value| till.call(Method::POST, "/api/v1/stamps", &key, &body.to_string()).await;
        let soon = post(sale(&member, 1, "R-2")).await;
        soon.is_problem(422, "too_soon");
        let until: DateTime<Utc> = soon.body["until"].as_str().expect("a time").parse().expect("a time");
        shop.advance(until - shop.app.clock.now() - TimeDelta::seconds(1)).await;
        post(sale(&member, 1, "R-2")).await.is_problem(422, "too_soon");
        shop.advance(TimeDelta::seconds(1)).await;
        let given = post(sale(&member, 1, "R-2")).await;
        assert_eq!(given.status, 201, "{}", given.body);
        assert!(!given.headers.contains_key("idempotent-replayed"));
        let again = post(sale(&member, 1, "R-2")).await;
        assert_eq!((again.status.as_u16(), &again.body), (201, &given.body));
        assert_eq!(till.list(&mei, "cards").await[0]["stamps"], 2, "once");
    })
    .await;
}

#[tokio::test]
async fn what_a_rule_refuses_has_its_code_and_says_when_it_will_not() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let till = Program::with(&shop, "till", &ALL).await;
        assert_eq!(till.stamps(&mei, 1, "R-1").await.status, 201);
        let soon = till.stamps(&mei, 1, "R-2").await;
        soon.is_problem(422, "too_soon");
        assert_eq!(soon.body["until"], "2026-03-02T02:40:00Z");
        for (stamps, reference) in [(0, "R-3"), (11, "R-4"), (-1, "R-5")] {
            let wrong = till.stamps(&mei, stamps, reference).await;
            wrong.is_problem(422, "amount");
            assert_eq!(wrong.body["at_most"], 10);
        }
        let member = shop.member_id(&mei).await.to_string();
        let with = |name: &str, value: Value| {
            let mut body = sale(&member, 1, "R-6");
            body[name] = value;
            body
        };
        let path = "/api/v1/stamps";
        till.post(path, &with("card", json!("tea"))).await.is_problem(422, "unknown_card");
        let store = till.post(path, &with("store", json!("xinyi"))).await;
        store.is_problem(422, "unknown_store");
        assert_eq!(store.body["known"], json!(["zhongshan", "yongkang", "online"]));
        let nobody = json!("00000000-0000-7000-8000-000000000000");
        till.post(path, &with("member", nobody)).await.is_problem(422, "unknown_member");
        till.redeems("7KQ3M-9XWPA-4TRGY", "zhongshan", "R-7").await.is_problem(422, "unknown_voucher");
        till.redeems("", "zhongshan", "R-8").await.is_problem(422, "unknown_voucher");

        shop.advance(TimeDelta::minutes(10)).await;
        let full = till.stamps(&mei, 9, "R-9").await;
        let code = String::from(full.body["vouchers"][0]["code"].as_str().expect("a code"));
        shop.advance(TimeDelta::days(40)).await;
        till.redeems(&code, "zhongshan", "R-10").await.is_problem(422, "voucher_expired");
        assert_eq!(till.list(&mei, "vouchers").await[0]["state"], "expired");
    })
    .await;
}

#[tokio::test]
async fn a_body_that_does_not_fit_changes_nothing_and_says_where() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let till = Program::with(&shop, "till", &ALL).await;
        let good = sale(&shop.member_id(&mei).await.to_string(), 1, "R-1").to_string();
        let path = "/api/v1/stamps";
        let long = format!("\"{}\"", "R".repeat(201));
        for (wrong, right, word) in [
            ("\"stamp\"", "\"stamps\"", "unknown field `stamp`"),
            ("\"1\"", "1", "expected i64"),
            ("1.5", "1", "expected i64"),
            ("99999999999999999999", "1", "expected i64"),
            ("\"\"", "\"R-1\"", "reference must have 1 to 200 letters"),
            (&long, "\"R-1\"", "reference must have 1 to 200 letters"),
            ("\"R\\u0000\"", "\"R-1\"", "reference must have 1 to 200 letters"),
        ] {
            let body = good
                .replace(&format!(":{right}"), &format!(":{wrong}"))
                .replace(&format!("{right}:"), &format!("{wrong}:"));
            assert_ne!(body, good);
            let answer = till.call(Method::POST, path, &[JSON], &body).await;
            answer.is_problem(400, "malformed");
            assert!(answer.body["detail"].as_str().expect("text").contains(word), "{}", answer.body);
        }
        till.call(Method::POST, path, &[JSON], "").await.is_problem(400, "malformed");
        till.call(Method::POST, path, &[JSON], &"[".repeat(10_000)).await.is_problem(400, "malformed");
        let form = ("content-type", "application/x-www-form-urlencoded");
        till.call(Method::POST, path, &[form], &good).await.is_problem(415, "not_json");
        till.call(Method::POST, path, &[], &good).await.is_problem(415, "not_json");
        assert!(till.list(&mei, "cards").await.is_empty(), "nothing was given");
    })
    .await;
}

#[tokio::test]
async fn a_till_that_repeats_what_was_taken_back_is_told_so() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let till = Program::with(&shop, "till", &ALL).await;
        let keyed = async |path: &str, key: &str, body: &Value| {
            till.call(Method::POST, path, &[JSON, ("idempotency-key", key)], &body.to_string()).await
        };
        let stamps = sale(&shop.member_id(&mei).await.to_string(), 10, "R-1");
        let full = keyed("/api/v1/stamps", "K-1", &stamps).await;
        assert_eq!(till.stamps(&mei, 10, "R-1").await.body, full.body);
        let code = full.body["vouchers"][0]["code"].as_str().expect("a code");
        let redemption = json!({ "voucher": code, "store": "zhongshan", "reference": "R-2" });
        let taken = keyed("/api/v1/redemptions", "K-2", &redemption).await;
        assert_eq!(taken.status, 201, "{}", taken.body);
        assert_eq!(till.redeems(code, "zhongshan", "R-2").await.body, taken.body);
        let undo = async || {
            let (member, by) = (shop.member_id(&mei).await, By::manager(clerk()));
            let newest = loyalty::history(&db, member, 10).await.unwrap();
            let entry =
                newest.iter().find(|line| line.amount >= 0 && line.reverses.is_none() && !line.is_undone).unwrap().id;
            let ask = Undo { member, entry, place: zhongshan(), key: shop.fresh_key(), by };
            loyalty::undo(&shop.app, &ask).await.unwrap().expect("a manager may");
            entry
        };
        let entry = undo().await;
        for again in [
            till.redeems(code, "zhongshan", "R-2").await,
            keyed("/api/v1/redemptions", "K-2", &redemption).await,
            keyed("/api/v1/redemptions", "K-3", &redemption).await,
            keyed("/api/v1/redemptions", "K-3", &redemption).await,
        ] {
            again.is_problem(409, "taken_back");
            assert_eq!(again.body["entry"], json!(entry));
            assert_eq!(again.body["taken_back_at"], json!(shop.app.clock.now()));
            assert!(!again.headers.contains_key("idempotent-replayed"));
        }
        assert_eq!(till.list(&mei, "vouchers").await[0]["state"], "issued", "nothing may be handed out for it");

        let entry = undo().await;
        assert_eq!(full.body["entry"], json!(entry));
        for again in [till.stamps(&mei, 10, "R-1").await, keyed("/api/v1/stamps", "K-1", &stamps).await] {
            again.is_problem(409, "taken_back");
            assert!(!again.headers.contains_key("idempotent-replayed"));
        }
        assert!(till.list(&mei, "cards").await.is_empty());
        assert_eq!(till.stamps(&mei, 10, "R-3").await.status, 201, "a new reference gives them");
    })
    .await;
}

#[tokio::test]
async fn the_same_sale_sent_ten_times_at_once_counts_once() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let till = Program::with(&shop, "till", &ALL).await;
        let key = [JSON, ("idempotency-key", "once")];
        let body = sale(&shop.member_id(&mei).await.to_string(), 1, "R-1").to_string();
        let calls = (0..10).map(|n| {
            // Half of them repeat themselves properly, half have only the reference.
            let headers = if n % 2 == 0 { &key[..] } else { &key[..1] };
            till.call(Method::POST, "/api/v1/stamps", headers, &body)
        });
        let answers = futures_util::future::join_all(calls).await;
        let entries: std::collections::BTreeSet<String> =
            answers.iter().map(|answer| answer.body["entry"].to_string()).collect();
        assert!(answers.iter().all(|answer| answer.status == 201));
        assert_eq!(entries.len(), 1, "one entry");
        assert_eq!(till.list(&mei, "cards").await[0]["stamps"], 1);
    })
    .await;
}

#[tokio::test]
async fn who_may_only_read_sees_no_code_that_could_be_used() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let till = Program::with(&shop, "till", &ALL).await;
        let full = till.stamps(&mei, 10, "R-1").await;
        let code = &full.body["vouchers"][0]["code"];
        assert!(code.is_string());
        assert_eq!(&till.list(&mei, "vouchers").await[0]["code"], code);
        let report = Program::with(&shop, "report", &[Scope::MembersRead]).await;
        let seen = report.list(&mei, "vouchers").await;
        assert_eq!((&seen[0]["coupon"], &seen[0]["code"]), (&json!("free-latte"), &Value::Null));
        assert!(seen[0].get("code").is_some(), "null, not left out");
    })
    .await;
}

#[tokio::test]
async fn a_card_whose_name_no_database_keeps_is_no_card() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let till = Program::with(&shop, "till", &ALL).await;
        let mut body = sale(&shop.member_id(&mei).await.to_string(), 1, "R-1");
        body["card"] = json!("cof\u{0}fee");
        till.post("/api/v1/stamps", &body).await.is_problem(422, "unknown_card");
    })
    .await;
}

#[tokio::test]
async fn where_stamps_are_for_members_a_friend_gets_none_until_she_joins() {
    for (file, open, members_only) in MEMBERS_ONLY {
        on_both(async |db| {
            let shop = Shop::open(&db).await;
            shop.edits(file, open, members_only);
            shop.publishes_edits().await;
            let mei = shop.follows("小美測試").await;
            let till = Program::with(&shop, "till", &ALL).await;
            till.stamps(&mei, 1, "R-1").await.is_problem(422, "not_joined");
            assert!(till.list(&mei, "cards").await.is_empty(), "{file}");
            shop.taps(&mei, "領取會員卡").await;
            let given = till.stamps(&mei, 1, "R-1").await;
            assert_eq!(
                (given.status.as_u16(), &given.body["card"]["stamps"]),
                (201, &json!(1)),
                "{file}: {}",
                given.body
            );
        })
        .await;
    }
}
