//! `shuke jobs` and `shuke events`: what failed for good is seen and tried again.

use serde_json::json;
use shuke::clock::Clock;
use shuke::jobs::{self, When};
use shuke::members::timeline::Happened;
use shuke::staff::audit;
use shuke::store::{OpenOptions, query};

use super::Terminal;
use crate::harness::{Fresh, each_engine};
use crate::shop::Shop;

async fn on_each(body: impl AsyncFn(&Fresh, &Shop, Terminal)) {
    each_engine(OpenOptions::default(), async |fresh| {
        let shop = Shop::open_at(&fresh.db, Clock::system()).await;
        body(fresh, &shop, Terminal::on(fresh)).await;
    })
    .await;
}

async fn actions(shop: &Shop) -> Vec<(String, String)> {
    let lines = audit::page(&shop.app.db, None, 10).await.unwrap();
    lines.into_iter().map(|line| (line.action, line.subject)).collect()
}

#[tokio::test]
async fn a_dead_job_is_listed_with_why_and_revived() {
    on_each(async |fresh, shop, terminal| {
        assert_eq!(terminal.run(&["jobs", "list"]).out, "No job is dead.\n");
        let app = &shop.app;
        let mut tx = app.db.begin().await.unwrap();
        let (member, entry) = (app.ids.make(), app.ids.make());
        let happened = Happened { member, entry, kind: String::from("nothing"), at: app.clock.now() };
        for who in ["one", "two"] {
            jobs::enqueue(&mut tx, &app.ids, app.clock.now(), &happened, When::now().unique(who)).await.unwrap();
        }
        tx.commit().await.unwrap();
        query(fresh.db.writer(), "update job set state = 'dead', attempts = 10, error = 'LINE was away'")
            .execute()
            .await
            .unwrap();

        let list = terminal.run(&["jobs", "list", "--format", "json"]).json();
        let items = list["items"].as_array().unwrap();
        assert_eq!((items.len(), &list["next"]), (2, &json!(null)));
        assert_eq!((&items[0]["attempts"], &items[0]["error"]), (&json!(10), &json!("LINE was away")));
        let id = items[0]["id"].as_str().unwrap();
        let said = terminal.run(&["jobs", "list"]);
        assert!(said.out.contains(id) && said.out.contains("LINE was away"), "{}", said.out);
        let rest = terminal.run(&["jobs", "list", "--after", id, "--format", "json"]).json();
        assert_eq!(rest["items"], json!([items[1]]));

        assert_eq!(
            terminal.run(&["jobs", "revive", id, "--format", "json"]).json(),
            json!({ "id": id, "revived": true })
        );
        assert_eq!(jobs::count(&app.db).await.unwrap(), (1, 0, 1));
        terminal.run(&["jobs", "revive", id]).failed(1, &[id, "jobs list"]);
        terminal.run(&["jobs", "revive", "42"]).failed(64, &["42"]);
        assert_eq!(actions(shop).await, [(String::from("job.revived"), String::from(id))]);
    })
    .await;
}

#[tokio::test]
async fn a_parked_event_is_listed_with_why_and_replayed() {
    on_each(async |fresh, shop, terminal| {
        assert_eq!(terminal.run(&["events", "list"]).out, "No event is parked.\n");
        let mei = shop.joins("小美測試").await;
        shop.sandbox.say(&mei, "會員卡").await.unwrap();
        query(
            fresh.db.writer(),
            "update event set state = 'parked', attempts = 5, error = 'it broke' where state = 'new'",
        )
        .execute()
        .await
        .unwrap();
        shop.settle().await;
        let before = shop.messages(&mei).len();

        let list = terminal.run(&["events", "list", "--format", "json"]).json();
        assert_eq!((&list["count"], &list["items"][0]["kind"]), (&json!(1), &json!("message")));
        assert_eq!(list["items"][0]["error"], "it broke");
        let id = list["items"][0]["id"].as_str().unwrap();
        let said = terminal.run(&["events", "list"]);
        assert!(said.out.contains(id) && said.out.contains("it broke"), "{}", said.out);
        assert!(!said.out.contains("會員卡"), "what somebody wrote is not shown");

        assert_eq!(
            terminal.run(&["events", "replay", id, "--format", "json"]).json(),
            json!({ "id": id, "replayed": true })
        );
        shop.settle().await;
        assert_eq!(shop.messages(&mei).len(), before + 1, "she has her answer");
        terminal.run(&["events", "replay", id]).failed(1, &[id, "events list"]);
        assert_eq!(actions(shop).await, [(String::from("event.replayed"), String::from(id))]);
    })
    .await;
}
