//! Who gets in where: every route with every kind of key, and the description beside them.

use std::collections::BTreeMap;

use http::Method;
use serde_json::Value;
use shuke::ids::Actor;
use shuke::staff::api_keys::{self, Scope};
use shuke::web::api;

use super::{Program, new_key};
use crate::harness::on_both;
use crate::shop::Shop;

#[tokio::test]
async fn each_route_opens_to_its_scope_and_to_nothing_else() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let member = shop.member_id(&mei).await.to_string();
        let revoked = new_key(&shop, "revoked", &Scope::ALL).await;
        let key = api_keys::by_name(&shop.app.db, "revoked").await.expect("a read").expect("made");
        assert!(api_keys::revoke(&shop.app, key.id, &Actor::operator()).await.expect("a write"));
        let mut keys: Vec<(String, Option<String>, Option<Scope>)> = vec![
            (String::from("no key"), None, None),
            (String::from("a wrong key"), Some(format!("shuke_{}", "A".repeat(43))), None),
            (String::from("half a key"), Some(String::from("shuke_")), None),
            (String::from("a revoked key"), Some(revoked), None),
        ];
        for scope in Scope::ALL {
            keys.push((format!("a key for {scope}"), Some(new_key(&shop, scope.word(), &[scope]).await), Some(scope)));
        }
        for route in api::table() {
            let path = route.path.replace("{id}", &member).replace("{tag}", "vip");
            for (what, key, scope) in &keys {
                let program = Program { shop: &shop, key: key.clone() };
                let answer = program.call(route.method.clone(), &path, &[], "").await;
                let case = format!("{} {} with {what}", route.method, route.path);
                match scope {
                    None => {
                        assert_eq!(answer.status, 401, "{case}");
                        answer.is_problem(401, "unauthenticated");
                        assert!(answer.headers.contains_key("www-authenticate"), "{case}");
                    }
                    Some(scope) if *scope == route.scope => {
                        assert!(![401, 403, 404, 405].contains(&answer.status.as_u16()), "{case}: {}", answer.body);
                    }
                    Some(_) => {
                        assert_eq!(answer.status, 403, "{case}");
                        answer.is_problem(403, "missing_scope");
                        assert_eq!(answer.body["scope"], route.scope.word(), "{case}");
                    }
                }
                assert_eq!(answer.headers["cache-control"], "no-store", "{case}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_description_tells_of_every_route_and_its_scope() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let anybody = Program { shop: &shop, key: None };
        let answer = anybody.get(api::DESCRIPTION).await;
        assert_eq!(answer.status, 200);
        let mut described = BTreeMap::new();
        let mut names = Vec::new();
        for (path, methods) in answer.body["paths"].as_object().expect("paths") {
            for (method, operation) in methods.as_object().expect("methods") {
                let scope = &operation["security"][0]["key"][0];
                described
                    .insert(format!("{} {path}", method.to_uppercase()), String::from(scope.as_str().expect("one")));
                names.push(String::from(operation["operationId"].as_str().expect("a name")));
                assert!(operation["summary"].is_string(), "{method} {path} says what it is");
                assert_parameters(path, operation);
                for (status, response) in operation["responses"].as_object().expect("answers") {
                    let words = response["description"].as_str().unwrap_or_default();
                    assert!(!words.is_empty(), "{method} {path} says what {status} is");
                }
                for status in ["400", "401", "403"] {
                    let content = &operation["responses"][status]["content"]["application/problem+json"];
                    assert!(content.is_object(), "{method} {path} describes {status}");
                }
            }
        }
        let routes: BTreeMap<String, String> = api::table()
            .iter()
            .map(|route| (format!("{} {}", route.method, route.path), String::from(route.scope.word())))
            .collect();
        assert_eq!(described, routes);
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count, "each has a name of its own");
        assert_eq!(answer.body["components"]["securitySchemes"]["key"]["scheme"], "bearer");
        assert_references(&answer.body, &answer.body);
    })
    .await;
}

/// Every name in braces is described.
fn assert_parameters(path: &str, operation: &Value) {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    for name in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
        let is_there = parameters.iter().any(|parameter| parameter["name"] == name && parameter["in"] == "path");
        assert!(is_there, "{path}: {name} is not described");
    }
}

/// Every `$ref` leads somewhere.
fn assert_references(document: &Value, part: &Value) {
    match part {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                let pointer = reference.trim_start_matches('#');
                assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
            }
            fields.values().for_each(|inner| assert_references(document, inner));
        }
        Value::Array(items) => items.iter().for_each(|inner| assert_references(document, inner)),
        _ => {}
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_same_form() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let program = Program::with(&shop, "till", &Scope::ALL).await;
        program.get("/api/v1/nothing").await.is_problem(404, "not_found");
        program.get("/api/v2/members").await.is_problem(404, "not_found");
        program.call(Method::PATCH, "/api/v1/members", &[], "").await.is_problem(405, "method_not_allowed");
        program.get("/api/v1/members/42").await.is_problem(400, "malformed");
        program.get("/api/v1/members?line_user=U").await.is_problem(400, "malformed");
        program.get("/api/v1/members?limit=0").await.is_problem(400, "malformed");
        let nobody = "/api/v1/members/00000000-0000-7000-8000-000000000000";
        program.get(nobody).await.is_problem(404, "not_found");
        program.get(&format!("{nobody}/timeline")).await.is_problem(404, "not_found");
    })
    .await;
}
