//! `shuke api-key`, `shuke staff`, `shuke device`.

use chrono::TimeDelta;
use serde_json::json;
use shuke::clock::Clock;
use shuke::members::{Number, accounts};
use shuke::staff::{self, Role, SignIn, api_keys, devices};
use shuke::store::{OpenOptions, install};

use super::Terminal;
use crate::harness::{Fresh, each_engine};
use crate::shop::Shop;
use crate::web::PIN;

async fn on_each(body: impl AsyncFn(&Fresh, &Shop, Terminal)) {
    each_engine(OpenOptions::default(), async |fresh| {
        let shop = Shop::open_at(&fresh.db, Clock::system()).await;
        accounts::ensure(&shop.app).await.expect("an account");
        body(fresh, &shop, Terminal::on(fresh)).await;
    })
    .await;
}

#[tokio::test]
async fn a_key_is_printed_once_works_and_is_shut_out() {
    on_each(async |_, shop, terminal| {
        let made = terminal
            .run(&[
                "api-key",
                "create",
                "till 1",
                "--scope",
                "members:read",
                "--scope",
                "loyalty:write",
                "--format",
                "json",
            ])
            .json();
        assert_eq!(made["scopes"], json!(["members:read", "loyalty:write"]));
        let token = made["key"].as_str().expect("the key");
        let key = api_keys::key_of(&shop.app, token).await.expect("a read").expect("it works");
        assert_eq!(key.name, "till 1");

        let list = terminal.run(&["api-key", "list"]);
        assert!(list.out.contains("till 1") && list.out.contains("members:read loyalty:write"), "{}", list.out);
        assert!(!list.out.contains(token), "the key is shown once");
        terminal.run(&["api-key", "create", "till 1", "--scope", "members:read"]).failed(1, &["till 1", "another"]);
        assert_eq!(terminal.run(&["api-key", "revoke", "till 1", "--format", "json"]).json()["changed"], true);
        assert_eq!(terminal.run(&["api-key", "revoke", "till 1", "--format", "json"]).json()["changed"], false);
        assert!(api_keys::key_of(&shop.app, token).await.expect("a read").is_none(), "it is shut out");
        terminal.run(&["api-key", "revoke", "till 2"]).failed(1, &["till 2", "api-key list"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_understood_says_what_would_be() {
    on_each(async |_, _, terminal| {
        terminal
            .run(&["api-key", "create", "x", "--scope", "members"])
            .failed(64, &["members:read", "campaigns:write"]);
        terminal.run(&["api-key", "create", "x"]).failed(64, &["--scope"]);
        terminal.run(&["api-key", "create", " ", "--scope", "members:read"]).failed(1, &["1 to 60 letters"]);
        terminal.run(&["staff", "add", "Mei", "--role", "boss"]).failed(64, &["clerk, manager, owner"]);
        terminal.run(&["device", "code", "xinyi"]).failed(1, &["xinyi", "zhongshan, yongkang, online"]);
        terminal.run(&["device", "revoke", "42"]).failed(64, &["42"]);
    })
    .await;
}

#[tokio::test]
async fn a_clerk_is_added_signs_in_gets_another_pin_and_leaves() {
    on_each(async |_, shop, terminal| {
        let add = ["staff", "add", "小美", "--role", "clerk", "--store", "zhongshan"];
        terminal.fed(&add, "1234\n").failed(1, &["first anybody would try"]);
        terminal.fed(&add, "12\n").failed(1, &["4 to 6 digits"]);
        terminal.fed(&add, "").failed(1, &["--make-pin"]);
        let added = terminal.fed(&add, "4071\n");
        assert_eq!(added.code, 0, "{}", added.err);
        assert!(!added.out.contains("4071"), "a PIN somebody chose is not repeated");
        terminal.fed(&add, "4071\n").failed(1, &["小美"]);
        terminal
            .fed(&["staff", "add", "Ken", "--role", "clerk", "--store", "xinyi"], "4071\n")
            .failed(1, &["zhongshan"]);

        let device = enrolled(shop, &terminal).await;
        let person = staff::people::by_name(&shop.app.db, "小美").await.expect("a read").expect("added");
        let signs_in = async |pin: &str| {
            matches!(staff::sign_in(&shop.app, &device, person.id, pin).await.expect("a try"), SignIn::In { .. })
        };
        assert!(signs_in("4071").await);
        let changed = terminal.run(&["staff", "pin", "小美", "--make-pin", "--format", "json"]).json();
        let pin = changed["pin"].as_str().expect("the new PIN");
        assert!(!signs_in("4071").await && signs_in(pin).await);

        let list = terminal.run(&["staff", "list"]);
        assert!(
            list.out.contains("小美") && list.out.contains("zhongshan") && list.out.contains("active"),
            "{}",
            list.out
        );
        assert_eq!(terminal.run(&["staff", "disable", "小美"]).code, 0);
        assert!(!signs_in(pin).await, "she is let in no more");
        terminal.run(&["staff", "disable", "小美"]).failed(1, &["小美", "staff list"]);
    })
    .await;
}

#[tokio::test]
async fn a_clerks_own_card_is_linked_by_its_number_and_unlinked() {
    on_each(async |_, shop, terminal| {
        for name in ["小安", "小宜"] {
            shop.employs(name, Role::Clerk, "zhongshan").await;
        }
        let phone = shop.joins("小安測試").await;
        let number = shop.member(&phone).await.number;
        let digits = number.as_str();
        let mistyped = format!("{}{}", &digits[..7], (digits[7..].parse::<u8>().unwrap() + 1) % 10);
        terminal.run(&["staff", "link", "小安", &mistyped]).failed(1, &[&mistyped, "check digit"]);
        terminal.run(&["staff", "link", "小安", "1234"]).failed(1, &["8 digits"]);
        terminal.run(&["staff", "link", "小明", digits]).failed(1, &["小明", "staff list"]);
        let nobodys = loop {
            let other = Number::random(&shop.app.chance);
            if other != number {
                break other;
            }
        };
        terminal.run(&["staff", "link", "小安", nobodys.as_str()]).failed(1, &["No member", &nobodys.grouped()]);

        let linked = terminal.run(&["staff", "link", "小安", &number.grouped(), "--format", "json"]).json();
        assert_eq!(linked, json!({ "name": "小安", "number": digits, "linked": true, "changed": true }));
        let again = terminal.run(&["staff", "link", "小安", digits, "--format", "json"]).json();
        assert_eq!(again["changed"], false);
        terminal.run(&["staff", "link", "小宜", digits]).failed(1, &["小安's own", "staff unlink 小安"]);
        let list = terminal.run(&["staff", "list"]).out;
        assert!(list.contains(&number.grouped()), "{list}");

        // What the counter asks before a stamp or a redemption.
        let device = enrolled(shop, &terminal).await;
        let is_hers = async |name: &str| {
            let who = staff::people::by_name(&shop.app.db, name).await.unwrap().unwrap().id;
            let signed = match staff::sign_in(&shop.app, &device, who, PIN).await.unwrap() {
                SignIn::In { signed, .. } => signed,
                other => panic!("{other:?}"),
            };
            signed.member == Some(shop.member_id(&phone).await)
        };
        assert!(is_hers("小安").await && !is_hers("小宜").await);

        let gone = terminal.run(&["staff", "unlink", "小安", "--format", "json"]).json();
        assert_eq!(gone, json!({ "name": "小安", "linked": false, "changed": true }));
        assert!(!is_hers("小安").await);
        assert_eq!(terminal.run(&["staff", "unlink", "小安", "--format", "json"]).json()["changed"], false);
        let lines = staff::audit::page(&shop.app.db, None, 20).await.unwrap();
        let actions: Vec<&str> = lines.iter().map(|line| line.action.as_str()).collect();
        assert!(actions.contains(&"staff.card_linked") && actions.contains(&"staff.card_unlinked"), "{actions:?}");
    })
    .await;
}

async fn enrolled(shop: &Shop, terminal: &Terminal) -> staff::Device {
    let made = terminal.run(&["device", "code", "zhongshan", "--name", "收銀台", "--format", "json"]).json();
    let code = made["code"].as_str().expect("a code");
    match devices::enrol(&shop.app, code).await.expect("a write") {
        devices::Enrolled::Done { device, .. } => device,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_device_is_enrolled_by_a_code_and_revoked() {
    on_each(async |_, shop, terminal| {
        let device = enrolled(shop, &terminal).await;
        assert_eq!((device.store.as_str(), device.name.as_str()), ("zhongshan", "收銀台"));
        let id = device.id.to_string();
        let list = terminal.run(&["device", "list"]);
        assert!(list.out.contains(&id) && list.out.contains("never used"), "{}", list.out);
        assert_eq!(terminal.run(&["device", "revoke", &id]).code, 0);
        assert!(terminal.run(&["device", "list"]).out.contains("revoked"));
        let nobody = "00000000-0000-7000-8000-000000000000";
        terminal.run(&["device", "revoke", nobody]).failed(1, &[nobody, "device list"]);
    })
    .await;
}

#[tokio::test]
async fn a_code_lives_in_the_time_of_the_sandbox() {
    on_each(async |fresh, _, terminal| {
        let ahead = TimeDelta::days(40);
        let micros = ahead.num_microseconds().expect("small");
        install::set_clock_offset(&fresh.db, micros).await.expect("a write");
        let made = terminal.run(&["device", "code", "zhongshan", "--format", "json"]).json();
        let ends: chrono::DateTime<chrono::Utc> = made["expires_at"].as_str().expect("a time").parse().expect("a time");
        assert!(ends > Clock::system().now() + TimeDelta::days(39), "{ends}");
    })
    .await;
}

#[tokio::test]
async fn an_empty_database_is_named_with_what_to_do() {
    each_engine(OpenOptions::default(), async |fresh| {
        shuke::store::query(fresh.db.writer(), "update _sqlx_migrations set success = false")
            .execute()
            .await
            .expect("done");
        Terminal::on(fresh).run(&["api-key", "list"]).failed(1, &["shuke migrate"]);
    })
    .await;
}
