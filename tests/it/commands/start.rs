//! Before the service runs: `shuke validate`, `migrate`, `doctor`, and `serve` where something is missing.

use std::net::SocketAddr;
use std::process::{Command, Stdio};

use chrono::TimeDelta;
use serde_json::{Value, json};
use shuke::store::{Db, OpenOptions, query};

use super::{Said, Terminal};
use crate::crash::{Line, Service, free_port};
use crate::harness::{BrandFolder, Fresh, each_engine, postgres};
use crate::shop::Shop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_in_the_files_exits_with_one_and_what_is_published_stays() {
    each_engine(OpenOptions::default(), async |fresh| {
        let shop = Shop::open(&fresh.db).await;
        let published = async || {
            let rows = query(&fresh.db, "select kind, name, hash from definition order by kind, name");
            rows.all::<(String, String, String)>().await.unwrap()
        };
        let before = published().await;
        assert!(!before.is_empty());
        let brand = BrandFolder::copied();
        let mut terminal = Terminal::on(fresh);
        let folder = brand.path().to_str().unwrap();
        assert_eq!(terminal.run(&["validate", "--brand", folder]).code, 0);

        brand.edit("rewards/coffee.yaml", "cool_down: 10m", "cool_down: ten minutes");
        let said = terminal.run(&["validate", "--brand", folder]);
        assert_eq!(said.code, 1, "{}{}", said.out, said.err);
        assert!(said.out.contains("rewards/coffee.yaml:") && said.out.contains("ten minutes"), "{}", said.out);
        let said = terminal.run(&["validate", "--brand", folder, "--format", "json"]);
        let report: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!((said.code, &report["valid"]), (1, &json!(false)));
        assert_eq!(report["diagnostics"][0]["file"], "rewards/coffee.yaml");

        terminal.0.start_with(&[("BRAND_DIR", folder)]).await;
        assert_eq!(published().await, before, "a service that starts on them goes on with what is published");
        drop(shop);
    })
    .await;
}

#[test]
fn a_service_without_settings_names_each_that_is_missing() {
    let terminal = Terminal::at("sqlite://never/made.db");
    let missing = ["LINE_CHANNEL_SECRET", "LINE_LOGIN_CHANNEL_ID", "SHUKE_SECRET"];
    let mut command = terminal.0.command(&["serve"]);
    for name in missing {
        command.env_remove(name);
    }
    let said = Said::from(command.env("BIND", "nowhere").output().unwrap());
    said.failed(1, &missing);
    said.failed(1, &["BIND is \"nowhere\"", ".env.example", "openssl rand", "shuke demo"]);
    assert!(!said.err.contains("LIFF_ID"), "what is there is not named: {}", said.err);
}

#[tokio::test]
async fn a_database_is_brought_to_the_schema_once_and_not_back() {
    each_engine(OpenOptions::default(), async |fresh| {
        let url = match fresh.engine {
            "SQLite" => fresh.url.replace("shuke.db", "empty.db"),
            _ => postgres::empty_database(&format!("shuke_migrate_{}", std::process::id())).await,
        };
        let terminal = Terminal::at(&url);
        terminal.run(&["api-key", "list"]).failed(1, &["shuke migrate"]);
        for time in ["the first", "a second"] {
            let said = terminal.run(&["migrate"]);
            assert_eq!(said.code, 0, "{time} time: {}", said.err);
            assert!(said.out.contains("at the schema of version"), "{}", said.out);
        }
        assert_eq!(terminal.run(&["api-key", "list"]).code, 0);

        let db = Db::open(&url, OpenOptions::default()).await.unwrap();
        query(db.writer(), "update _sqlx_migrations set version = 99990101000000").execute().await.unwrap();
        db.close().await;
        terminal.run(&["migrate"]).failed(1, &["newer Shuke", "99990101000000"]);
        if fresh.engine != "SQLite" {
            postgres::drop_database(&url).await;
        }
    })
    .await;
}

/// Doctor for programs.
const DOCTOR: &[&str] = &["doctor", "--format", "json"];

/// Doctor beside a LINE of this machine.
struct Surgery {
    line: Line,
    service: Service,
}

impl Surgery {
    async fn open(fresh: &Fresh) -> Self {
        let port = free_port();
        let line = Line::for_service_on(port).await;
        let service = Service::new(&fresh.url, line.address, port);
        Self { line, service }
    }

    /// What it found, by what it looked at, and how it ended.
    fn looks(&self) -> (i32, Vec<(String, String, String)>) {
        let (said, checks) = self.says(self.service.command(DOCTOR));
        let word = |check: &Value, key: &str| String::from(check[key].as_str().unwrap());
        let line = |check: &Value| (word(check, "what"), word(check, "verdict"), word(check, "detail"));
        // Whether the pages are built in is the build's, not this machine's.
        (said.code, checks.iter().map(line).filter(|(what, ..)| what != "pages").collect())
    }

    fn says(&self, mut doctor: Command) -> (Said, Vec<Value>) {
        let said = Said::from(doctor.output().unwrap());
        let checks = serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {}", said.err));
        (said, checks)
    }

    /// The one thing that is not good, and how it ended.
    fn finds(&self) -> (i32, String, String, String) {
        let (code, checks) = self.looks();
        let bad: Vec<_> = checks.iter().filter(|(_, verdict, _)| verdict != "good").collect();
        let [(what, verdict, detail)] = bad.as_slice() else { panic!("{checks:#?}") };
        (code, what.clone(), verdict.clone(), detail.clone())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_finds_nothing_where_all_is_well_and_each_thing_that_is_not() {
    each_engine(OpenOptions::default(), async |fresh| {
        let shop = Shop::open(&fresh.db).await;
        let mut surgery = Surgery::open(fresh).await;
        let (code, checks) = surgery.looks();
        assert_eq!(code, 0, "{checks:#?}");
        let looked_at: Vec<&str> = checks.iter().map(|(what, ..)| what.as_str()).collect();
        assert_eq!(looked_at, ["settings", "brand", "database", "secret", "LINE", "clock", "quota", "webhook"]);
        assert!(checks.iter().all(|(_, verdict, _)| verdict == "good"), "{checks:#?}");
        let said = Said::from(surgery.service.run(&["doctor"]));
        assert!(said.out.contains("✓ database   opens, takes a write"), "{}", said.out);

        surgery.line.sandbox.tune(|world| world.webhook_url = Some(String::from("http://127.0.0.1:9/elsewhere")));
        let (code, what, verdict, detail) = surgery.finds();
        assert_eq!((code, what.as_str(), verdict.as_str()), (1, "webhook", "bad"));
        assert!(detail.contains("http://127.0.0.1:9/elsewhere"), "{detail}");
        let port = surgery.service.url("/line/webhook");
        surgery.line.sandbox.tune(|world| world.webhook_url = Some(port.clone()));

        no_write_is_taken(fresh).await;
        let (code, what, verdict, detail) = surgery.finds();
        assert_eq!((code, what.as_str(), verdict.as_str()), (1, "database", "bad"));
        assert!(detail.starts_with("takes no write: "), "{detail}");
        drop(shop);

        let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
        surgery.service = Service::new(&fresh.url, nowhere, free_port());
        let (_, checks) = surgery.looks();
        assert!(checks.iter().any(|(what, verdict, _)| what == "LINE" && verdict == "unreachable"), "{checks:#?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_tells_of_a_clock_that_is_not_lines_and_of_each_setting_that_is_wrong() {
    each_engine(OpenOptions::default(), async |fresh| {
        let shop = Shop::open(&fresh.db).await;
        let surgery = Surgery::open(fresh).await;
        for seconds in [60, -60] {
            surgery.line.sandbox.advance(TimeDelta::seconds(seconds));
            let (code, what, verdict, detail) = surgery.finds();
            assert_eq!((code, what.as_str(), verdict.as_str()), (1, "clock", "bad"));
            let by: i64 = detail.strip_suffix(" s away from LINE's").unwrap().parse().unwrap();
            assert!((by - seconds).abs() <= 5, "{detail}");
            surgery.line.sandbox.advance(TimeDelta::seconds(-seconds));
        }
        drop(shop);

        let mut doctor = surgery.service.command(DOCTOR);
        doctor.env_remove("SHUKE_SECRET").env("BIND", "nowhere");
        let (said, checks) = surgery.says(doctor);
        let settings: Vec<_> = checks.iter().filter(|check| check["what"] == "settings").collect();
        let [secret, bind] = settings[..] else { panic!("{checks:#?}") };
        assert_eq!((said.code, &secret["verdict"], &bind["verdict"]), (1, &json!("bad"), &json!("bad")));
        let is_told = |check: &Value, key: &str, words: &str| check[key].as_str().unwrap().contains(words);
        assert!(is_told(secret, "detail", "SHUKE_SECRET") && is_told(secret, "mend", "openssl rand"), "{secret}");
        assert!(is_told(bind, "detail", "BIND is \"nowhere\""), "{bind}");
        assert!(checks.iter().all(|check| check["what"] != "database"), "nothing is opened with wrong settings");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doctor_ends_with_four_where_line_alone_is_away() {
    each_engine(OpenOptions::default(), async |fresh| {
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
        let said = Said::from(Service::new(&fresh.url, nowhere, free_port()).run(&["doctor"]));
        assert_eq!(said.code, 4, "{}{}", said.out, said.err);
        assert!(said.out.contains("✗ LINE") && said.out.contains("→ check LINE_CHANNEL_ID"), "{}", said.out);
    })
    .await;
}

/// From now on the database reads and does not write, as with a full disk or the wrong user.
async fn no_write_is_taken(fresh: &Fresh) {
    let refuse = match fresh.engine {
        "SQLite" => {
            "create trigger no_write before update on install begin select raise(abort, 'the disk is full'); end"
        }
        _ => {
            "do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$"
        }
    };
    query(fresh.db.writer(), refuse).execute().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_wrong_beside_a_plan_is_told_on_standard_error() {
    each_engine(OpenOptions::default(), async |fresh| {
        let desk = super::pushes::Desk::set_up(fresh).await;
        let mut command = desk.service.command(&["plan", "winback", "--format", "json", "--brand"]);
        let command = command.arg(desk.brand.path()).env("SHUKE_SECRET", "another secret that nothing was made under");
        let said = Said::from(command.env_remove("RUST_LOG").output().unwrap());
        assert!(said.err.contains("a member's key does not open"), "{}{}", said.out, said.err);
        assert_eq!(said.json()["campaign"], "winback", "and nothing of it on standard output");
    })
    .await;
}

#[test]
fn who_reads_only_the_head_hears_no_complaint() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shuke"));
    command.args(["validate", "--format", "json", "--brand", env!("CARGO_MANIFEST_DIR")]).env_clear();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn what_is_no_id_is_told_what_one_looks_like() {
    let ran = Command::new(env!("CARGO_BIN_EXE_shuke")).args(["device", "revoke", "nope"]).env_clear().output();
    let ran = ran.expect("the program runs");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(64), "{said}");
    assert!(said.contains("an id looks like") && said.contains("lists show"), "{said}");
}
