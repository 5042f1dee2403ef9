//! `shuke jobs` and `shuke events`: what failed for good is seen and tried again.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shuke::clock::Clock;
use shuke::intake;
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
        assert_eq!((&list["items"][0]["kind"], &list["next"]), (&json!("message"), &json!(null)));
        assert_eq!(list["items"][0]["error"], "it broke");
        assert_eq!(list["items"][0]["kept_without_answer"], false);
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

#[tokio::test]
async fn an_event_kept_without_an_answer_is_put_away_and_not_said_to_wait() {
    on_each(async |fresh, shop, terminal| {
        let mei = shop.joins("小美測試").await;
        let before = shop.messages(&mei).len();
        let kept =
            "update event set state = 'unanswered', error = 'kept without an answer: no words' where kind = 'follow'";
        query(fresh.db.writer(), kept).execute().await.unwrap();

        let list = terminal.run(&["events", "list", "--format", "json"]).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        assert_eq!(list["items"][0]["kept_without_answer"], true);
        let id = list["items"][0]["id"].as_str().unwrap();
        let said = terminal.run(&["events", "replay", id]);
        assert!(said.out.contains("put away") && !said.out.contains("waits for its turn"), "{}", said.out);
        shop.settle().await;
        assert_eq!(shop.messages(&mei).len(), before, "nothing is done again");
        assert_eq!(terminal.run(&["events", "list"]).out, "No event is parked.\n");
        assert_eq!(actions(shop).await, [(String::from("event.put_away"), String::from(id))]);

        query(fresh.db.writer(), kept).execute().await.unwrap();
        let said = terminal.run(&["events", "replay", id, "--format", "json"]).json();
        assert_eq!(said, json!({ "id": id, "replayed": false }));
    })
    .await;
}

#[tokio::test]
async fn an_event_whose_content_was_removed_is_not_said_to_wait() {
    on_each(async |fresh, shop, terminal| {
        let mei = shop.joins("小美測試").await;
        shop.sandbox.say(&mei, "會員卡").await.unwrap();
        let removed = "update event set state = 'parked', error = 'it broke', sealed_raw = null where state = 'new'";
        query(fresh.db.writer(), removed).execute().await.unwrap();
        let before = shop.messages(&mei).len();
        let list = terminal.run(&["events", "list", "--format", "json"]).json();
        let id = list["items"][0]["id"].as_str().unwrap();
        let said = terminal.run(&["events", "replay", id]);
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(said.out.contains("removed") && !said.out.contains("waits for its turn"), "{}", said.out);
        shop.settle().await;
        assert_eq!(shop.messages(&mei).len(), before, "nothing is tried");
        assert_eq!(terminal.run(&["events", "list"]).out, "No event is parked.\n");
        assert_eq!(actions(shop).await, [(String::from("event.put_away"), String::from(id))]);

        let again = "update event set state = 'parked' where kind = 'message'";
        query(fresh.db.writer(), again).execute().await.unwrap();
        let said = terminal.run(&["events", "replay", id, "--format", "json"]).json();
        assert_eq!(said, json!({ "id": id, "replayed": false, "content_removed": true }));
    })
    .await;
}

#[tokio::test]
async fn parked_events_are_listed_a_hundred_at_a_time_also_where_many_happened_at_once() {
    on_each(async |fresh, shop, terminal| {
        let (now, mut tx) = (shop.app.clock.now(), fresh.db.begin().await.unwrap());
        for n in 0..102_i64 {
            query(
                &mut tx,
                "insert into event (account, lane, id, kind, at, received_at, day, state)
                 values ($1, $2, $3, 'message', $4, $5, $6, 'parked')",
            )
            .bind(shop.account)
            .bind(n % 64)
            .bind(format!("01EVENT{n:03}"))
            .bind(if n < 99 { now } else { now - TimeDelta::minutes(1) })
            .bind(now)
            .bind(now.date_naive())
            .execute()
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        let ids = |page: &Value| {
            let ids = page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned());
            ids.collect::<Vec<_>>()
        };
        let first = terminal.run(&["events", "list", "--format", "json"]).json();
        let next = first["next"].as_str().unwrap();
        let rest = terminal.run(&["events", "list", "--after", next, "--format", "json"]).json();
        assert_eq!((ids(&first).len(), &rest["next"]), (100, &json!(null)));
        let all: Vec<_> = ids(&first).into_iter().chain(ids(&rest)).collect();
        let expected: Vec<_> = (99..102).chain(0..99).map(|n| format!("01EVENT{n:03}")).collect();
        assert_eq!(all, expected, "each once, oldest first");

        let said = terminal.run(&["events", "list"]).out;
        assert!(said.contains(&format!("There are more: `shuke events list --after {next}`.")), "{said}");
        let said = terminal.run(&["events", "list", "--after", "nothing of ours"]).out;
        assert!(said.starts_with("No parked event follows \"nothing of ours\""), "{said}");
    })
    .await;
}

#[tokio::test]
async fn an_event_whose_replay_the_audit_cannot_keep_stays_parked() {
    on_each(async |fresh, shop, terminal| {
        let mei = shop.joins("小美測試").await;
        shop.sandbox.say(&mei, "會員卡").await.unwrap();
        let alter = async |sql: &'static str| query(fresh.db.writer(), sql).execute().await.map(drop).unwrap();
        alter("update event set state = 'parked' where state = 'new'").await;
        let parked = intake::parked(&fresh.db, None, 10).await.unwrap();
        alter("alter table audit rename column subject to away").await;
        terminal.run(&["events", "replay", &parked[0].id]).failed(1, &[]);
        assert_eq!(intake::parked(&fresh.db, None, 10).await.unwrap().len(), 1);
        alter("alter table audit rename column away to subject").await;
        terminal.run(&["events", "replay", &parked[0].id, "--format", "json"]).json();
        shop.settle().await;
        assert!(intake::parked(&fresh.db, None, 10).await.unwrap().is_empty());
    })
    .await;
}
