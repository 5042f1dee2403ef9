//! Walk 4 in a terminal: `shuke plan`, `apply`, `status`, `pause`, `resume`, `cancel`, as the program itself.

use serde_json::{Value, json};
use shuke::clock::Clock;
use shuke::ids::LineUserId;
use shuke::members::accounts;
use shuke::sandbox::{Endpoint, Fault, FaultKind};
use shuke::store::{OpenOptions, install};

use super::Said;
use crate::crash::{Line, Service, free_port, wait_until};
use crate::harness::{BrandFolder, Fresh, each_engine};
use crate::shop;

/// A marketer with an editor and a terminal, beside a service.
pub(super) struct Desk {
    pub line: Line,
    pub service: Service,
    pub brand: BrandFolder,
    pub phones: Vec<LineUserId>,
}

impl Desk {
    /// Three regulars, to all of whom `winback` goes.
    pub async fn set_up(fresh: &Fresh) -> Self {
        Self::with(fresh, &["王小美", "陳大安", "林阿如"]).await
    }

    /// The same with regulars of these names.
    pub async fn with(fresh: &Fresh, names: &[&str]) -> Self {
        let port = free_port();
        let line = Line::for_service_on(port).await;
        let service = Service::new(&fresh.url, line.address, port);
        let app = shop::app_over(&fresh.db, Clock::system(), &line.sandbox);
        install::ensure(&app.db, &app.ids, app.clock.now()).await.unwrap();
        let account = accounts::ensure(&app).await.unwrap();
        let names = names.iter().map(|name| String::from(*name));
        let phones = shop::regulars(&app, &line.sandbox, account, names).await;
        let brand = BrandFolder::copied();
        brand.edit("campaigns/winback.yaml", "lapsed-60d", "everyone");
        Self { line, service, brand, phones }
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        let mut command = self.service.command(arguments);
        Said::from(command.arg("--brand").arg(self.brand.path()).output().expect("the program starts"))
    }

    pub fn copies(&self) -> Vec<usize> {
        shop::copies(&self.line.sandbox, &self.phones)
    }
}

pub(super) fn digest_of(plan: &Value) -> &str {
    plan["digest"].as_str().expect("a digest")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn planned_applied_and_watched() {
    each_engine(OpenOptions::default(), async |fresh| {
        let mut desk = Desk::set_up(fresh).await;
        desk.service.start().await;
        let plan = desk.run(&["plan", "winback", "--format", "json"]).json();
        assert_eq!(
            plan.as_object().unwrap().keys().collect::<Vec<_>>(),
            ["audience", "campaign", "changes", "cost", "digest", "messages", "quota", "requests", "samples"]
        );
        assert_eq!((&plan["audience"], &plan["messages"]), (&json!({ "in": 3, "out": [] }), &json!(3)));
        assert_eq!(desk.run(&["plan", "winback", "--detailed-exitcode"]).code, 2);

        let applied = desk.run(&["apply", digest_of(&plan), "--format", "json"]).json();
        assert_eq!(applied["outcome"], "started");
        assert_eq!(applied["status"]["state"], "done", "it waited: {applied}");
        assert_eq!(desk.copies(), [0, 3]);
        let status = desk.run(&["status", "winback", "--format", "json"]).json();
        assert_eq!(
            status,
            json!({
                "campaign": "winback", "run": applied["run"], "state": "done", "planned": 3, "accepted": 3, "refused": 0,
                "skipped": [], "unknown": 0, "paused_because": null,
            })
        );

        let again = desk.run(&["apply", digest_of(&plan)]);
        assert_eq!(again.code, 0);
        assert!(again.out.contains("這次沒有送出任何訊息"), "{}", again.out);
        assert_eq!(desk.run(&["plan", "winback", "--detailed-exitcode"]).code, 0, "it was sent already");
        assert_eq!(desk.copies(), [0, 3]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_is_refused_with_three_and_named() {
    each_engine(OpenOptions::default(), async |fresh| {
        let mut desk = Desk::set_up(fresh).await;
        desk.service.start().await;
        let plan = desk.run(&["plan", "winback", "--format", "json"]).json();
        desk.brand.edit("templates/winback.yaml", "好久不見", "很久不見");
        desk.run(&["apply", digest_of(&plan)]).failed(3, &["沒有送出", "訊息範本 templates/winback.yaml 改過", "plan winback"]);
        let refused = desk.run(&["apply", digest_of(&plan), "--format", "json"]);
        assert_eq!(refused.code, 3);
        let refused: Value = serde_json::from_str(&refused.out).unwrap();
        assert_eq!(
            refused,
            json!({
                "outcome": "refused", "campaign": "winback",
                "because": [{ "what": "file", "kind": "template", "name": "templates/winback.yaml", "change": "changed" }],
            })
        );
        assert_eq!(desk.copies(), [3]);
        desk.run(&["apply", "0123456789ab"]).failed(1, &["沒有代碼是「0123456789ab」的計畫"]);

        desk.brand.edit("templates/winback.yaml", "很久不見", "{{ member.nmae }}");
        desk.run(&["plan", "winback"]).failed(1, &["templates/winback.yaml", "member.nmae", "member.name"]);
        desk.run(&["apply", digest_of(&plan)]).failed(1, &["templates/winback.yaml"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_service_it_is_written_down_and_said_so() {
    each_engine(OpenOptions::default(), async |fresh| {
        let mut desk = Desk::set_up(fresh).await;
        let plan = desk.run(&["plan", "winback", "--format", "json"]).json();
        let applied = desk.run(&["apply", digest_of(&plan)]);
        assert_eq!(applied.code, 0, "{}{}", applied.out, applied.err);
        assert!(applied.out.contains("服務沒有在執行") && applied.out.contains("status winback"), "{}", applied.out);
        assert_eq!(desk.copies(), [3]);
        assert_eq!(desk.run(&["pause", "winback", "--format", "json"]).json()["state"], "paused");
        let status = desk.run(&["status", "winback"]);
        assert!(status.out.contains("暫停：有人按了暫停") && status.out.contains("resume winback"), "{}", status.out);

        desk.service.start().await;
        assert_eq!(desk.run(&["resume", "winback"]).code, 0);
        wait_until("all was sent", async || desk.copies() == [0, 3]).await;
        wait_until("it is done", async || {
            desk.run(&["status", "winback", "--format", "json"]).json()["state"] == "done"
        })
        .await;
        desk.run(&["cancel", "winback"]).failed(1, &["送完"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_plan_beside_a_run_is_refused_with_what_to_do_first() {
    each_engine(OpenOptions::default(), async |fresh| {
        let mut desk = Desk::set_up(fresh).await;
        let plan = desk.run(&["plan", "winback", "--format", "json"]).json();
        let applied = desk.run(&["apply", digest_of(&plan), "--no-wait", "--format", "json"]).json();
        desk.brand.edit("templates/winback.yaml", "好久不見", "好久沒見");
        let said = desk.run(&["plan", "winback"]);
        assert_eq!(said.code, 0, "{}", said.err);
        for words in ["那一次還沒結束（送出中）", "status winback", "cancel winback"] {
            assert!(said.out.contains(words), "{words:?} is not in: {}", said.out);
        }
        assert!(!said.out.contains("24 小時內"), "it would be refused: {}", said.out);

        let second = desk.run(&["plan", "winback", "--format", "json"]);
        assert!(second.err.contains("還沒結束"), "{}", second.err);
        let second = second.json();
        let digest = digest_of(&second);
        desk.run(&["apply", digest]).failed(3, &["沒有送出：", "（送出中）", "status winback", "cancel winback"]);
        assert_eq!(desk.run(&["pause", "winback"]).code, 0);
        desk.run(&["apply", digest]).failed(3, &["沒有送出：", "（暫停）", "resume winback", "cancel winback"]);
        let refused = desk.run(&["apply", digest, "--format", "json"]);
        assert_eq!(refused.code, 3);
        let refused: Value = serde_json::from_str(&refused.out).unwrap();
        let because = &refused["because"];
        assert_eq!(
            because,
            &json!([{
                "what": "under_way", "run": applied["run"], "at": because[0]["at"], "state": "paused", "restored_copy": false,
            }])
        );

        assert_eq!(desk.run(&["restored"]).code, 0);
        let third = desk.run(&["plan", "winback", "--format", "json"]).json();
        let said = desk.run(&["apply", digest_of(&third)]);
        assert!(!said.err.contains("resume winback"), "it is always refused: {}", said.err);
        said.failed(3, &["沒有送出：", "備份之後", "cancel winback", "plan winback"]);
        assert_eq!(desk.run(&["cancel", "winback"]).code, 0);
        desk.service.start().await;
        let fourth = desk.run(&["plan", "winback", "--format", "json"]).json();
        let applied = desk.run(&["apply", digest_of(&fourth), "--format", "json"]).json();
        assert_eq!(applied["status"]["state"], "done", "{applied}");
        assert_eq!(desk.copies(), [0, 3]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_line_is_away_nothing_is_planned_and_four_says_so() {
    each_engine(OpenOptions::default(), async |fresh| {
        let desk = Desk::set_up(fresh).await;
        let nowhere = Service::new(&fresh.url, std::net::SocketAddr::from(([127, 0, 0, 1], 9)), free_port());
        let mut command = nowhere.command(&["plan", "winback"]);
        let said = Said::from(command.arg("--brand").arg(desk.brand.path()).output().unwrap());
        said.failed(4, &["問不到 LINE 的額度"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_line_or_the_month_forbids_ends_with_its_own_code() {
    each_engine(OpenOptions::default(), async |fresh| {
        let mut desk = Desk::set_up(fresh).await;
        desk.service.start().await;
        let plan = desk.run(&["plan", "winback", "--format", "json"]).json();
        desk.line.sandbox.tune(|world| world.quota = Some(2));
        desk.run(&["apply", digest_of(&plan)]).failed(3, &["要送 3 則，本月只剩 2 則"]);
        let short = desk.run(&["plan", "winback"]);
        assert!(short.out.contains("還差 1 則"), "{}", short.out);

        desk.line.sandbox.tune(|world| world.quota = Some(500));
        desk.line.sandbox.fault(Fault { count: None, ..Fault::times(FaultKind::Forbidden, 1).at(Endpoint::Push) });
        let stopped = desk.run(&["apply", digest_of(&plan)]);
        assert_eq!(stopped.code, 4, "{}{}", stopped.out, stopped.err);
        assert!(stopped.out.contains("暫停：LINE 不讓這個帳號送訊息"), "{}", stopped.out);
        assert_eq!(desk.copies(), [3]);

        desk.line.sandbox.tune(|world| world.faults.clear());
        assert_eq!(desk.run(&["resume", "winback"]).code, 0);
        wait_until("all was sent", async || desk.copies() == [0, 3]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_are_none_are_answered_with_those_there_are() {
    each_engine(OpenOptions::default(), async |fresh| {
        let desk = Desk::set_up(fresh).await;
        desk.run(&["plan", "winbak"]).failed(1, &["沒有叫「winbak」的推播", "winback"]);
        desk.run(&["status", "winback"]).failed(1, &["還沒有送過", "plan winback"]);
        desk.run(&["pause", "winback"]).failed(1, &["還沒有送過"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_files_alone_are_planned_and_published() {
    each_engine(OpenOptions::default(), async |fresh| {
        let mut desk = Desk::set_up(fresh).await;
        desk.service.start().await;
        desk.brand.edit("campaigns/winback.yaml", "everyone", "lapsed-60d");
        let same = desk.run(&["plan", "--format", "json"]).json();
        assert_eq!((&same["campaign"], &same["changes"]), (&Value::Null, &json!([])));
        assert_eq!(desk.run(&["plan", "--detailed-exitcode"]).code, 0);

        desk.brand.edit("rewards/coffee.yaml", "cool_down: 10m", "cool_down: 30m");
        let said = desk.run(&["plan", "--detailed-exitcode"]);
        assert_eq!(said.code, 2);
        assert!(said.out.contains("更新集點卡 coffee"), "{}", said.out);
        let plan = desk.run(&["plan", "--format", "json"]).json();
        let applied = desk.run(&["apply", digest_of(&plan), "--format", "json"]).json();
        assert_eq!(
            applied,
            json!({
                "outcome": "published",
                "changes": [{ "kind": "stamp_card", "name": "coffee", "change": "changed" }],
            })
        );
        assert!(desk.run(&["apply", digest_of(&plan)]).out.contains("已經發布了"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_writes_nothing_but_itself_to_the_terminal() {
    each_engine(OpenOptions::default(), async |fresh| {
        let desk = Desk::with(fresh, &["王\u{1b}[2A\u{1b}[2K\u{202e}美"]).await;
        for form in ["human", "json"] {
            let said = desk.run(&["plan", "winback", "--format", form]);
            assert_eq!(said.code, 0, "{}", said.err);
            assert!(said.out.contains('王') && said.out.contains('美'), "her name is in the sample: {}", said.out);
            let steers = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
            assert!(!said.out.contains(steers), "{:?}", said.out);
        }
    })
    .await;
}
