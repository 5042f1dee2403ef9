//! FAULTS F2: killed in the middle of a send, at each named point and anywhere. Started again, the service brings it to its
//! end; LINE's history shows nobody with two copies and everybody with one.

use std::os::unix::process::ExitStatusExt as _;

use serde_json::Value;
use shuke::clock::Clock;
use shuke::delivery::fault::POINTS;
use shuke::ids::LineUserId;
use shuke::members::accounts;
use shuke::sandbox::{Fault, FaultKind};
use shuke::store::{OpenOptions, install};

use super::{Line, Service, free_port, rounds, wait_until};
use crate::harness::{BrandFolder, Fresh, each_engine};
use crate::shop;

/// How a process ends at a named point: as under `kill -9`, nothing is flushed and nobody is told.
const SIGKILL: i32 = 9;

/// People who share one request, and people with a request each.
const NAMESAKES: usize = 40;
const OTHERS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_point_in_the_commands_own_work() {
    each_engine(OpenOptions::default(), async |fresh| {
        let mut push = Push::prepare(fresh).await;
        push.service.start().await;
        let digest = push.plan();
        let applying = push.command(&["apply", &digest, "--no-wait"]).env("SHUKE_CRASH_AT", "planned").output();
        assert_eq!(applying.expect("it starts").status.signal(), Some(SIGKILL));
        assert_eq!(push.copies(), [NAMESAKES + OTHERS], "nothing leaves of a run that is not open");
        let again = push.run(&["apply", &digest, "--no-wait", "--format", "json"]);
        assert_eq!(again["outcome"], "already_run", "{again}");
        push.comes_to_its_end().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_request_taken_but_not_committed() {
    killed_at("leased").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_key_on_disk_and_nothing_sent() {
    killed_at("keyed").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_request_sent_and_no_answer() {
    killed_at("sent-not-answered").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_answer_heard_and_not_written_down() {
    killed_at("answered-not-marked").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_answer_written_down() {
    killed_at("marked").await;
}

#[test]
fn every_point_has_its_test() {
    assert_eq!(POINTS, ["planned", "leased", "keyed", "sent-not-answered", "answered-not-marked", "marked"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anywhere_while_line_is_slow() {
    each_engine(OpenOptions::default(), async |fresh| {
        let mut push = Push::prepare(fresh).await;
        let slow = Fault { count: None, ms: 400, ..Fault::times(FaultKind::Slow, 1) };
        push.service.start().await;
        push.apply();
        push.line.sandbox.fault(slow);
        for _ in 0..rounds() {
            let before = push.asked();
            wait_until("LINE was asked some more", async || push.asked() > before || push.status()["state"] == "done")
                .await;
            push.service.kill();
            push.service.start().await;
        }
        push.line.sandbox.tune(|world| world.faults.clear());
        push.comes_to_its_end().await;
    })
    .await;
}

/// Ends the service at a point, the first time it comes there and the fifth, then lets it finish.
async fn killed_at(point: &str) {
    each_engine(OpenOptions::default(), async |fresh| {
        let mut push = Push::prepare(fresh).await;
        push.service.start_with(&[("SHUKE_CRASH_AT", point)]).await;
        push.apply();
        let ended = push.service.ended().await;
        assert_eq!(ended.signal(), Some(SIGKILL), "{point}: {ended}");
        let at = if point == "leased" { String::from(point) } else { format!("{point}:5") };
        push.service.start_with(&[("SHUKE_CRASH_AT", &at)]).await;
        // What was under way together may have been marked by one commit: then there is no fifth time.
        wait_until("it ended again, or is done", async || push.service.has_ended() || push.status()["state"] == "done")
            .await;
        if push.service.has_ended() {
            let ended = push.service.ended().await;
            assert_eq!(ended.signal(), Some(SIGKILL), "{at}: {ended}");
        }
        push.service.kill();
        push.service.start().await;
        push.comes_to_its_end().await;
    })
    .await;
}

/// A shop with people, LINE, and the service that is to be killed.
struct Push {
    line: Line,
    service: Service,
    phones: Vec<LineUserId>,
    brand: BrandFolder,
}

impl Push {
    async fn prepare(fresh: &Fresh) -> Self {
        let port = free_port();
        let line = Line::for_service_on(port).await;
        let service = Service::new(&fresh.url, line.address, port);
        let app = shop::app_over(&fresh.db, Clock::system(), &line.sandbox);
        install::ensure(&app.db, &app.ids, app.clock.now()).await.unwrap();
        let account = accounts::ensure(&app).await.unwrap();
        let names = (0..NAMESAKES).map(|_| String::from("常客")).chain((0..OTHERS).map(|n| format!("常客{n}")));
        let phones = shop::regulars(&app, &line.sandbox, account, names).await;
        let brand = BrandFolder::copied();
        brand.edit("campaigns/winback.yaml", "lapsed-60d", "everyone");
        Self { line, service, phones, brand }
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = self.service.command(arguments);
        command.arg("--brand").arg(self.brand.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Value {
        let output = self.command(arguments).output().expect("the program starts");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Plans; the digest.
    fn plan(&self) -> String {
        let plan = self.run(&["plan", "winback", "--format", "json"]);
        assert_eq!(plan["messages"], NAMESAKES + OTHERS);
        assert_eq!(plan["requests"], 1 + OTHERS);
        String::from(plan["digest"].as_str().expect("a digest"))
    }

    fn apply(&self) {
        let digest = self.plan();
        let applied = self.run(&["apply", &digest, "--no-wait", "--format", "json"]);
        assert_eq!(applied["outcome"], "started", "{applied}");
    }

    fn status(&self) -> Value {
        self.run(&["status", "winback", "--format", "json"])
    }

    fn copies(&self) -> Vec<usize> {
        shop::copies(&self.line.sandbox, &self.phones)
    }

    fn asked(&self) -> usize {
        let is_send = |endpoint: &str| ["push", "multicast"].contains(&endpoint);
        self.line.sandbox.look(|world| world.requests.iter().filter(|request| is_send(&request.endpoint)).count())
    }

    async fn comes_to_its_end(&mut self) {
        wait_until("the run is done", async || self.status()["state"] == "done").await;
        let all = NAMESAKES + OTHERS;
        assert_eq!(self.copies(), [0, all], "everybody has one, nobody two");
        let status = self.status();
        assert_eq!((&status["planned"], &status["accepted"]), (&Value::from(all), &Value::from(all)), "{status}");
        shop::keys_are_sound(&self.line.sandbox);
        self.service.kill();
    }
}
