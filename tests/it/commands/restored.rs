//! `shuke restored`, and a service that starts on a database nobody has sent from for most of a day.

use chrono::TimeDelta;
use serde_json::json;
use shuke::clock::Clock;
use shuke::staff::audit;
use shuke::store::{OpenOptions, install, query};

use super::Terminal;
use super::pushes::{Desk, digest_of};
use crate::crash::wait_until;
use crate::harness::{Fresh, each_engine};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_copy_sends_nothing_until_there_is_a_new_plan() {
    each_engine(OpenOptions::default(), async |fresh| {
        let mut desk = Desk::set_up(fresh).await;
        let plan = desk.run(&["plan", "winback", "--format", "json"]).json();
        desk.run(&["apply", digest_of(&plan), "--no-wait", "--format", "json"]).json();
        desk.brand.edit("templates/winback.yaml", "好久不見", "好久沒見");
        let waiting = desk.run(&["plan", "winback", "--format", "json"]).json();

        let said = desk.run(&["restored"]);
        assert_eq!(said.code, 0, "{}", said.err);
        for words in ["restored copy", "winback", "cancel winback", "plan winback", "serve"] {
            assert!(said.out.contains(words), "{words:?} is not in: {}", said.out);
        }
        desk.service.start().await;
        wait_until("a sender is there", async || {
            let held = query(&fresh.db, "select count(*) from lease where name = 'sender'").value::<i64>().await;
            held.unwrap() == 1
        })
        .await;
        let status = desk.run(&["status", "winback", "--format", "json"]).json();
        assert_eq!((&status["state"], &status["paused_because"]), (&json!("paused"), &json!("restored_copy")));
        assert_eq!(desk.copies(), [3], "nothing left");
        let status_said = desk.run(&["status", "winback"]).out;
        assert!(!status_said.contains("resume winback"), "it is always refused: {status_said}");
        for words in ["備份之後", "cancel winback", "plan winback"] {
            assert!(status_said.contains(words), "{words:?} is not in: {status_said}");
        }
        desk.run(&["resume", "winback"]).failed(3, &["還原的副本", "cancel winback", "plan winback"]);

        // A second time it says the same again, and of one more epoch.
        let again = desk.run(&["restored", "--format", "json"]).json();
        assert_eq!(
            again,
            json!({ "epoch": 3, "runs": [{ "campaign": "winback", "run": status["run"], "planned": 3, "waiting": 3 }] })
        );
        assert_eq!(install::find(&fresh.db).await.unwrap().unwrap().epoch, 3);
        let lines = audit::page(&fresh.db, None, 10).await.unwrap();
        let told = lines.iter().find(|line| line.action == "install.restored").expect("a line of the audit");
        assert_eq!((told.actor_id.as_str(), &told.detail["epoch"]), ("cli", &json!(3)));

        let cancelled = desk.run(&["cancel", "winback"]);
        assert!(cancelled.code == 0 && cancelled.out.contains("plan winback"), "{}", cancelled.out);
        desk.run(&["apply", digest_of(&waiting)]).failed(1, &[digest_of(&waiting)]);
        desk.brand.edit("templates/winback.yaml", "好久沒見", "很久不見");
        let plan = desk.run(&["plan", "winback", "--format", "json"]).json();
        let applied = desk.run(&["apply", digest_of(&plan), "--format", "json"]).json();
        assert_eq!(applied["status"]["state"], "done", "{applied}");
        assert_eq!(desk.copies(), [0, 3]);
    })
    .await;
}

#[tokio::test]
async fn a_database_that_was_never_started_is_no_copy() {
    each_engine(OpenOptions::default(), async |fresh| {
        Terminal::on(fresh).run(&["restored"]).failed(1, &["never started"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_lay_open_for_most_of_a_day_waits_for_a_person() {
    each_engine(OpenOptions::default(), async |fresh| {
        let mut desk = Desk::set_up(fresh).await;
        let plan = desk.run(&["plan", "winback", "--format", "json"]).json();
        desk.run(&["apply", digest_of(&plan), "--no-wait", "--format", "json"]).json();
        made_older(fresh, TimeDelta::hours(21)).await;
        desk.service.start().await;
        let status = desk.run(&["status", "winback"]);
        assert!(status.out.contains("服務停了將近一天") && status.out.contains("resume winback"), "{}", status.out);
        assert_eq!(desk.copies(), [3], "nothing left");
        assert_eq!(desk.run(&["resume", "winback"]).code, 0);
        wait_until("all was sent", async || desk.copies() == [0, 3]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_goes_on_after_a_night_or_while_another_replica_sends() {
    each_engine(OpenOptions::default(), async |fresh| {
        let mut desk = Desk::set_up(fresh).await;
        let plan = desk.run(&["plan", "winback", "--format", "json"]).json();
        desk.run(&["apply", digest_of(&plan), "--no-wait", "--format", "json"]).json();
        if fresh.engine == "SQLite" {
            made_older(fresh, TimeDelta::hours(19)).await;
        } else {
            // It waits for the month's end, say; another replica sent an hour ago.
            made_older(fresh, TimeDelta::days(3)).await;
            query(fresh.db.writer(), "insert into lease (name, holder, token, ends_at) values ('sender', $1, 1, $2)")
                .bind(uuid::Uuid::nil())
                .bind(Clock::system().now() - TimeDelta::hours(1))
                .execute()
                .await
                .unwrap();
        }
        desk.service.start().await;
        wait_until("all was sent", async || desk.copies() == [0, 3]).await;
    })
    .await;
}

/// As if everything had been applied so long ago.
async fn made_older(fresh: &Fresh, by: TimeDelta) {
    query(fresh.db.writer(), "update approval set created_at = $1, changed_at = $1")
        .bind(Clock::system().now() - by)
        .execute()
        .await
        .unwrap();
}
