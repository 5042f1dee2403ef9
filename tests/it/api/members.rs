//! Reading members.

use http::Method;
use shuke::ids::ActorKind;
use shuke::staff::api_keys::Scope;
use shuke::staff::audit;

use super::Program;
use crate::harness::on_both;
use crate::shop::Shop;

#[tokio::test]
async fn a_member_is_found_by_her_line_user_id() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (mei, ken) = (shop.joins("小美測試").await, shop.follows("阿健測試").await);
        let program = Program::with(&shop, "till", &[Scope::MembersRead]).await;
        let found = program.get(&format!("/api/v1/members?line_user_id={mei}")).await;
        assert_eq!(found.status, 200);
        assert_eq!(found.body["next"], serde_json::Value::Null);
        let [member] = &found.body["items"].as_array().expect("a list")[..] else { panic!("{}", found.body) };
        let known = shop.member(&mei).await;
        assert_eq!(member["id"], known.id.to_string());
        assert_eq!(member["number"], known.number.as_str());
        assert_eq!(member["friend"]["line_user_id"], mei.as_str());
        assert_eq!(member["friend"]["state"], "following");
        assert_eq!(member["joined_at"], "2026-03-02T02:30:00Z");
        assert_eq!(member["tags"], serde_json::json!([]));
        assert_eq!(member["version"], known.version);
        let one = program.get(&format!("/api/v1/members/{}", known.id)).await;
        assert_eq!(&one.body, member, "the same alone");

        let friend = program.get(&format!("/api/v1/members?line_user_id={ken}")).await;
        assert_eq!(friend.body["items"][0]["joined_at"], serde_json::Value::Null, "he took no card");
        let stranger = shop.sandbox.add_user("沒人測試");
        let nobody = program.get(&format!("/api/v1/members?line_user_id={stranger}")).await;
        assert_eq!((nobody.status.as_u16(), &nobody.body["items"]), (200, &serde_json::json!([])));
        program.get("/api/v1/members?line_user_id=Mei").await.is_problem(400, "malformed");
    })
    .await;
}

#[tokio::test]
async fn names_are_masked_unless_a_key_may_and_asks_and_that_is_written_down() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("林小美").await;
        let member = shop.member_id(&mei).await;
        let path = format!("/api/v1/members/{member}");
        let reader = Program::with(&shop, "reader", &[Scope::MembersRead]).await;
        assert_eq!(reader.get(&path).await.body["name"], "林＊美");
        assert_eq!(reader.get(&format!("{path}?names=masked")).await.body["name"], "林＊美");
        reader.get(&format!("{path}?names=full")).await.is_problem(403, "missing_scope");
        reader.get("/api/v1/members?names=full").await.is_problem(403, "missing_scope");
        let named = async || {
            let lines = audit::page(&db, None, 100).await.expect("a read");
            lines.into_iter().filter(|line| line.action == "member.named").collect::<Vec<_>>()
        };
        assert!(named().await.is_empty(), "nobody saw a name");

        let both = Program::with(&shop, "both", &[Scope::MembersRead, Scope::MembersWrite]).await;
        assert_eq!(both.get(&path).await.body["name"], "林＊美", "masked is what one gets");
        assert_eq!(both.get(&format!("{path}?names=full")).await.body["name"], "林小美");
        let all = both.get("/api/v1/members?names=full").await;
        assert_eq!(all.body["items"][0]["name"], "林小美");
        let lines = named().await;
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.subject == member.to_string() && line.actor_kind == ActorKind::Api));
    })
    .await;
}

#[tokio::test]
async fn all_members_come_page_by_page() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mut known = Vec::new();
        for name in ["甲測試", "乙測試", "丙測試", "丁測試", "戊測試"] {
            let phone = shop.follows(name).await;
            known.push(shop.member_id(&phone).await.to_string());
        }
        let program = Program::with(&shop, "shop", &[Scope::MembersRead]).await;
        let (mut seen, mut path) = (Vec::new(), String::from("/api/v1/members?limit=2"));
        loop {
            let page = program.get(&path).await.body;
            let items = page["items"].as_array().expect("a list");
            assert!(items.len() <= 2);
            seen.extend(items.iter().map(|member| String::from(member["id"].as_str().expect("an id"))));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/api/v1/members?limit=2&after={next}");
        }
        known.sort();
        assert_eq!(seen, known, "each once, in order");
    })
    .await;
}

#[tokio::test]
async fn her_history_is_told_in_the_language_asked_for_without_her_words() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        shop.advance(chrono::TimeDelta::minutes(1)).await;
        shop.says(&mei, "我的秘密").await;
        let path = format!("/api/v1/members/{}/timeline", shop.member_id(&mei).await);
        let program = Program::with(&shop, "crm", &[Scope::MembersRead]).await;
        let told = program.call(Method::GET, &path, &[("accept-language", "en")], "").await;
        let items = told.body["items"].as_array().expect("a list");
        let summaries: Vec<_> = items.iter().map(|item| item["summary"].as_str().expect("text")).collect();
        assert_eq!(summaries, ["Sent a message (text)", "Took the membership card", "Added the account as a friend"]);
        assert_eq!(items[0]["kind"], "said");
        assert_eq!(items[0]["actor"]["kind"], "member");
        assert_eq!(items[0]["at"], "2026-03-02T02:31:00Z");
        assert!(items[0]["recorded_at"].is_string());
        assert!(!told.body.to_string().contains("秘密"), "{}", told.body);
        let first = program.get(&format!("{path}?limit=1")).await.body;
        assert_eq!(first["items"][0]["summary"], "傳來訊息（text）");
        let next = first["next"].as_str().expect("there is more");
        let rest = program.get(&format!("{path}?before={next}")).await.body;
        assert_eq!((rest["items"].as_array().expect("a list").len(), &rest["next"]), (2, &serde_json::Value::Null));
    })
    .await;
}
