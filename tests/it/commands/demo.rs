//! `shuke demo` and `shuke sandbox` as somebody starts them.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::crash::{free_port, wait_until};
use crate::harness::{BrandFolder, fresh_folder};

const PROGRAM: &str = env!("CARGO_BIN_EXE_shuke");

/// A folder whose name a shell and a settings file would both take apart, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = fresh_folder(&format!("shuke demo {name} {}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The program, started and watched.
struct Started {
    child: Child,
    out: PathBuf,
}

impl Started {
    fn new(folder: &Path, arguments: &[&str], more: &[(&str, &str)]) -> Self {
        let out = folder.join("out");
        let said = File::create(&out).expect("a file");
        let mut command = Command::new(PROGRAM);
        command.args(arguments).env_clear().current_dir(folder).envs(more.iter().copied());
        command.stdin(Stdio::null()).stderr(said.try_clone().expect("a file")).stdout(said);
        Self { child: command.spawn().expect("the program starts"), out }
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.out).unwrap_or_default()
    }

    async fn says(&mut self, words: &str) {
        wait_until(words, async || {
            let ended = self.child.try_wait().expect("a child");
            assert!(ended.is_none(), "it ended: {}", self.said());
            self.said().contains(words)
        })
        .await;
    }

    /// As Ctrl-C does.
    fn interrupt(&self) {
        let sent = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    async fn ended(&mut self) -> ExitStatus {
        let mut ended = None;
        wait_until("it ends", async || {
            ended = self.child.try_wait().expect("a child");
            ended.is_some()
        })
        .await;
        ended.expect("it has ended")
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("it said:\n{}", self.said());
        }
    }
}

#[tokio::test]
async fn the_demo_lives_in_a_folder_of_any_name_and_its_commands_can_be_typed() {
    let folder = Folder::new("$HOME #1 it's");
    let (port, sandbox) = (free_port().to_string(), free_port().to_string());
    let brand = env!("CARGO_MANIFEST_DIR");
    let arguments = ["demo", "--members", "2", "--port", &port, "--sandbox-port", &sandbox, "--brand", brand];
    let mut demo = Started::new(&folder.0, &[&arguments[..], &["--data", "the data"]].concat(), &[]);
    demo.says("Ctrl-C stops.").await;
    let said = demo.said();
    let typed = said.lines().find(|line| line.ends_with(" status winback")).expect("a command to type").trim();
    assert!(typed.contains("--env-file 'the data/shuke.env'"), "{typed}");
    let ran = Command::new("sh").args(["-c", typed]).current_dir(&folder.0).output().expect("a shell");
    let answer = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(answer.contains("還沒有送過"), "it read its settings and its database: {answer}");
    assert!(answer.contains("--env-file 'the data/shuke.env' plan winback"), "what to type next: {answer}");
    demo.interrupt();
    assert!(demo.ended().await.success());
    assert!(folder.0.join("the data/shuke.db").exists());
}

#[tokio::test]
async fn a_second_start_finds_what_the_first_left_and_demo_reset_starts_over() {
    let folder = Folder::new("again");
    let (port, sandbox) = (free_port().to_string(), free_port().to_string());
    let brand = env!("CARGO_MANIFEST_DIR");
    let arguments = ["demo", "--members", "2", "--port", &port, "--sandbox-port", &sandbox, "--brand", brand];
    let until_ready = async || {
        let mut demo = Started::new(&folder.0, &arguments, &[]);
        demo.says("Ctrl-C stops.").await;
        demo.interrupt();
        assert!(demo.ended().await.success());
        demo.said()
    };
    let found = "What the last start left was found";
    assert!(!until_ready().await.contains(found));
    assert!(until_ready().await.contains(found));
    let makefile = Path::new(brand).join("Makefile");
    let make = Command::new("make").arg("-f").arg(makefile).arg("demo-reset").current_dir(&folder.0).output();
    let make = make.expect("make runs");
    assert!(make.status.success(), "{}", String::from_utf8_lossy(&make.stderr));
    assert!(!folder.0.join("data/demo").exists());
    assert!(!until_ready().await.contains(found));
}

/// `SHUKE_WEB_DIST` is heard in builds with debug assertions only.
#[cfg(debug_assertions)]
#[tokio::test]
async fn without_its_bundles_the_program_runs_and_says_which_are_missing() {
    let folder = Folder::new("bare");
    let (port, sandbox) = (free_port().to_string(), free_port().to_string());
    let brand = env!("CARGO_MANIFEST_DIR");
    let arguments = ["demo", "--members", "2", "--port", &port, "--sandbox-port", &sandbox, "--brand", brand];
    let nothing = [("SHUKE_WEB_DIST", "nowhere")];
    let mut demo = Started::new(&folder.0, &arguments, &nothing);
    demo.says("`make web` needs Node 20").await;
    let said = demo.said();
    for bundle in shuke::assets::BUNDLES {
        assert!(said.contains(bundle), "{bundle}: {said}");
    }
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    for page in [format!("http://127.0.0.1:{port}/counter/"), format!("http://127.0.0.1:{sandbox}/")] {
        let answer = client.get(&page).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{page}");
        let text = answer.text().await.expect("text");
        assert!(text.contains("class=\"bare\"") && text.contains("make web"), "{page} says why it looks so: {text}");
    }
    let mut doctor = Command::new(PROGRAM);
    doctor.args(["--env-file", "data/demo/shuke.env", "doctor"]).env_clear().envs(nothing).current_dir(&folder.0);
    let doctor = String::from_utf8(doctor.output().expect("it runs").stdout).expect("text");
    assert!(doctor.contains("missing: member.css, ") && doctor.contains("make web"), "{doctor}");
    demo.interrupt();
    assert!(demo.ended().await.success());
}

#[tokio::test]
async fn ctrl_c_ends_the_demo_while_it_makes_up_its_members() {
    let folder = Folder::new("interrupted");
    let (port, sandbox) = (free_port().to_string(), free_port().to_string());
    let brand = env!("CARGO_MANIFEST_DIR");
    let arguments = ["demo", "--members", "100000", "--port", &port, "--sandbox-port", &sandbox, "--brand", brand];
    let mut demo = Started::new(&folder.0, &arguments, &[]);
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().expect("a client");
    let ready = format!("http://127.0.0.1:{port}/readyz");
    wait_until("it serves", async || client.get(&ready).send().await.is_ok_and(|answer| answer.status() == 200)).await;
    demo.interrupt();
    assert!(demo.ended().await.success());
    let said = demo.said();
    assert!(said.contains("Stopping.") && !said.contains("is ready"), "{said}");
}

#[test]
fn a_taken_port_is_named_with_the_option_that_takes_another() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let taken_port = taken.local_addr().expect("an address").port().to_string();
    let free = free_port().to_string();
    let folder = Folder::new("taken");
    for (port, sandbox) in [(&taken_port, &free), (&free, &taken_port)] {
        let arguments = ["demo", "--port", port, "--sandbox-port", sandbox, "--brand", env!("CARGO_MANIFEST_DIR")];
        let ran = Command::new(PROGRAM).args(arguments).env_clear().current_dir(&folder.0).output().expect("it runs");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(1), "{said}");
        assert!(said.contains(&taken_port) && said.contains("--port") && said.contains("--sandbox-port"), "{said}");
        assert!(!folder.0.join("data").exists(), "nothing was made");
    }
}

#[tokio::test]
async fn the_sandbox_wears_the_brand_of_the_environment() {
    let folder = Folder::new("dressed");
    let brand = BrandFolder::copied();
    let port = free_port().to_string();
    let brand_dir = brand.path().to_str().expect("text");
    let mut sandbox = Started::new(&folder.0, &["sandbox", "--port", &port], &[("BRAND_DIR", brand_dir)]);
    sandbox.says("Ctrl-C stops").await;
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let state = client.get(format!("http://127.0.0.1:{port}/state")).send().await.expect("an answer");
    let state: serde_json::Value = serde_json::from_str(&state.text().await.expect("text")).expect("JSON");
    assert_eq!(state["channel"]["name"], "熟客咖啡");
    sandbox.interrupt();
    assert!(sandbox.ended().await.success());
}
