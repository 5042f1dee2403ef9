//! Every route of both faces for everybody who could ask: deny by default, and exactly who gets in.

use http::{Method, header};
use shuke::ids::Actor;
use shuke::staff::api_keys::{self, Scope};
use shuke::staff::{Permission, Role};
use shuke::web::access::{Access, Route};
use shuke::web::{counter, member};

use super::{Answer, Browser};
use crate::harness::on_both;
use crate::shop::Shop;

/// Who may ask, in the order of the columns.
const WHO: [&str; 8] = ["anonymous", "api key", "friend", "member", "device", "clerk", "manager", "owner"];

/// Exactly who gets in, route by route. A new route is written here too, or the test fails.
const EXPECTED: [(&str, [bool; 8]); 25] = [
    //                               anon   key    friend member device clerk  manager owner
    ("GET /", [true, true, true, true, true, true, true, true]),
    ("GET /m", [true, true, true, true, true, true, true, true]),
    ("POST /m/session", [true, true, true, true, true, true, true, true]),
    ("POST /m/join", [false, false, true, true, false, false, false, false]),
    ("GET /m/", [false, false, false, true, false, false, false, false]),
    ("GET /m/pass", [false, false, false, true, false, false, false, false]),
    ("GET /m/events", [false, false, false, true, false, false, false, false]),
    ("GET /m/stamps", [false, false, false, true, false, false, false, false]),
    ("GET /m/vouchers", [false, false, false, true, false, false, false, false]),
    ("GET /m/vouchers/{id}", [false, false, false, true, false, false, false, false]),
    ("GET /m/me", [false, false, false, true, false, false, false, false]),
    ("POST /m/me/offers", [false, false, false, true, false, false, false, false]),
    ("POST /m/me/language", [false, false, false, true, false, false, false, false]),
    ("GET /counter", [true, true, true, true, true, true, true, true]),
    ("GET /counter/enrol", [true, true, true, true, true, true, true, true]),
    ("POST /counter/enrol", [true, true, true, true, true, true, true, true]),
    ("GET /counter/sign-in", [false, false, false, false, true, true, true, true]),
    ("POST /counter/sign-in", [false, false, false, false, true, true, true, true]),
    ("POST /counter/sign-out", [false, false, false, false, true, true, true, true]),
    ("GET /counter/scanner-test", [false, false, false, false, true, true, true, true]),
    ("GET /counter/", [false, false, false, false, false, true, true, true]),
    ("POST /counter/scan", [false, false, false, false, false, true, true, true]),
    ("POST /counter/stamp", [false, false, false, false, false, true, true, true]),
    ("POST /counter/redeem", [false, false, false, false, false, true, true, true]),
    ("POST /counter/undo", [false, false, false, false, false, true, true, true]),
];

#[tokio::test]
async fn exactly_those_get_in_who_are_written_here() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let table: Vec<&Route> = member::TABLE.iter().chain(&counter::TABLE).collect();
        let names: Vec<String> = table.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
        assert_eq!(names, EXPECTED.map(|(name, _)| String::from(name)), "the tables of the faces and this test");
        let mut browsers = Vec::new();
        for who in WHO {
            browsers.push(browser_of(&shop, who).await);
        }
        for (route, (name, expected)) in table.iter().zip(EXPECTED) {
            for (at, (who, may)) in WHO.into_iter().zip(expected).enumerate() {
                let mut browser = browsers[at].clone();
                if route.path == "/counter/sign-out" {
                    browser = browser_of(&shop, who).await;
                }
                let answer = ask(&mut browser, &route.method, route.path).await;
                assert!(answer.status < 500, "{who} at {name}: {}", answer.body);
                assert_eq!(got_in(route, &answer), may, "{who} at {name}: {} {}", answer.status, answer.leads_to());
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_in_no_table_is_there_for_nobody() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        for who in WHO {
            let mut browser = browser_of(&shop, who).await;
            for (method, path) in [
                (Method::DELETE, "/m/me"),
                (Method::PUT, "/counter/stamp"),
                (Method::GET, "/counter/stamp"),
                (Method::POST, "/m/"),
                (Method::GET, "/counter/console"),
                (Method::GET, "/m/a/b/c"),
            ] {
                assert_eq!(ask(&mut browser, &method, path).await.status, 404, "{who} {method} {path}");
            }
        }
    })
    .await;
}

#[test]
fn each_act_at_the_counter_asks_for_its_own_permission() {
    let staff = |path: &str| counter::TABLE.iter().find(|route| route.path == path).map(|route| route.access);
    for (path, permission) in [
        ("/counter/", Permission::SeeMember),
        ("/counter/scan", Permission::SeeMember),
        ("/counter/stamp", Permission::Stamp),
        ("/counter/redeem", Permission::Redeem),
        ("/counter/undo", Permission::UndoOwn),
    ] {
        assert_eq!(staff(path), Some(Access::Staff(permission)), "{path}");
    }
}

async fn browser_of(shop: &Shop, who: &str) -> Browser {
    match who {
        "anonymous" => shop.browser(),
        "api key" => {
            let mut browser = shop.browser();
            let name = shop.app.ids.random_uuid().to_string();
            let created = api_keys::create(&shop.app, &name, &Scope::ALL, &Actor::operator()).await.unwrap();
            let api_keys::Created::Key { token, .. } = created else { panic!("{created:?}") };
            browser.more.insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
            browser
        }
        "friend" => {
            let phone = shop.sandbox.add_user("路過的人");
            shop.opens_pages(&phone).await
        }
        "member" => {
            let phone = shop.joins("小美測試").await;
            shop.opens_pages(&phone).await
        }
        "device" => shop.device("zhongshan").await,
        role => {
            let name = shop.app.ids.random_uuid().to_string();
            let id = shop.employs(&name, role.parse::<Role>().unwrap(), "zhongshan").await;
            shop.till("zhongshan", id).await
        }
    }
}

async fn ask(browser: &mut Browser, method: &Method, path: &str) -> Answer {
    let path = path.replace("{id}", "01950000-0000-7000-8000-000000000001");
    let accept = if path.ends_with("/pass") || path.ends_with("/events") { "application/json" } else { "text/html" };
    let form = (*method != Method::GET).then(|| ("application/x-www-form-urlencoded", String::from("x=1")));
    // The stream of events has no end of its own; its head says enough.
    let method = if path.ends_with("/events") { Method::HEAD } else { method.clone() };
    browser.ask(method, &path, accept, form).await
}

/// Whether a handler was reached: the doors answer with the page that signs in, the way to the code or the PIN, or a no.
fn got_in(route: &Route, answer: &Answer) -> bool {
    let is_led_away = match answer.leads_to() {
        "/counter/enrol" => true,
        "/counter/sign-in" => route.path != "/counter/sign-out",
        "/m/" => route.method == Method::POST,
        _ => false,
    };
    let is_page_of_the_door = answer.body.contains("data-liff-id") || answer.body.contains("action=\"/m/join\"");
    !(is_led_away || is_page_of_the_door || [401, 403].contains(&answer.status))
}
