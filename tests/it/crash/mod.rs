//! The real program as a child process that is killed without warning and started again, against a LINE this test serves.
//! The judge is LINE's own history, and the database the program left.

mod intake;
// A released program has no points at which it ends.
#[cfg(debug_assertions)]
mod send;
mod stop;

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use shuke::clock::{Chance, Clock};
use shuke::ids::Ids;
use shuke::sandbox::{Config, Sandbox};
use tokio::sync::oneshot;

use crate::harness::fresh_folder;
use crate::shop;

/// How long a program may take to be ready: generous, for a machine that does other things besides.
const READY_TRIES: usize = 3000;
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// How often a program is killed in each test: `SHUKE_CRASH_ROUNDS`, else a few times.
pub fn rounds() -> usize {
    std::env::var("SHUKE_CRASH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(4)
}

/// LINE on a port of its own, with the service's webhook address set.
pub struct Line {
    /// What LINE knows.
    pub sandbox: Sandbox,
    /// Where it listens.
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
}

impl Line {
    /// Serves LINE for a service that will listen on `port`.
    pub async fn for_service_on(port: u16) -> Self {
        let config =
            Config { webhook_url: Some(format!("http://127.0.0.1:{port}/line/webhook")), ..Config::in_memory() };
        let clock = Clock::system();
        let ids = Ids::new(clock.clone(), Chance::system());
        let sandbox = Sandbox::open(config, clock, ids).expect("a sandbox opens");
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let served = sandbox.clone();
        tokio::spawn(async move {
            let until = async {
                let _ = stopped.await;
            };
            served.serve(listener, until).await;
        });
        Self { sandbox, address, stop: Some(stop) }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        drop(self.stop.take());
    }
}

/// `shuke serve` on a database, and what is needed to start it again.
pub struct Service {
    settings: Vec<(&'static str, String)>,
    folder: PathBuf,
    port: u16,
    /// Where its health is asked: its own port, until a test gives it `OPS_BIND`.
    pub ops_port: u16,
    child: Option<Child>,
}

impl Service {
    /// A service that is not started yet, on a free port.
    pub fn new(database_url: &str, line: SocketAddr, port: u16) -> Self {
        let folder = fresh_folder(&format!("shuke-crash-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut settings = shop::raw_settings(&shuke::sandbox::Channel::made_up());
        settings.retain(|(name, _)| !["LINE_API_BASE", "LINE_DATA_API_BASE", "PUBLIC_URL"].contains(name));
        settings.extend([
            ("LINE_API_BASE", format!("http://{line}")),
            ("LINE_DATA_API_BASE", format!("http://{line}")),
            ("PUBLIC_URL", format!("http://127.0.0.1:{port}")),
            ("DATABASE_URL", String::from(database_url)),
            ("BIND", format!("127.0.0.1:{port}")),
            ("LOG_FORMAT", String::from("json")),
            ("RUST_LOG", String::from("warn")),
        ]);
        Self { settings, folder, port, ops_port: port, child: None }
    }

    /// Where it is reached.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Where its operator reaches it.
    pub fn ops_url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.ops_port)
    }

    /// Writes a file into the folder it runs in.
    pub fn has_file(&self, name: &str, text: &str) {
        std::fs::write(self.folder.join(name), text).expect("a file");
    }

    /// Takes a setting out of its environment; what it said.
    pub fn is_not_told(&mut self, name: &str) -> String {
        let at = self.settings.iter().position(|(told, _)| *told == name).expect("it is told so far");
        self.settings.remove(at).1
    }

    /// Another command of the program beside the running service, to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).stdin(Stdio::null()).output().expect("the program starts")
    }

    /// The program with these settings and no others.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shuke"));
        command.args(arguments).env_clear().current_dir(&self.folder);
        command.envs(self.settings.iter().map(|(name, value)| (*name, value)));
        command
    }

    /// Starts it and waits until it is ready.
    pub async fn start(&mut self) {
        self.start_with(&[]).await;
    }

    /// The same with something more in its environment.
    pub async fn start_with(&mut self, more: &[(&str, &str)]) {
        let log = File::options().create(true).append(true).open(self.folder.join("log")).expect("a log file");
        let mut command = self.command(&["serve"]);
        command.envs(more.iter().copied());
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn();
        self.child = Some(child.expect("the program starts"));
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().expect("a client");
        for _ in 0..READY_TRIES {
            if let Some(ended) = self.child.as_mut().and_then(|child| child.try_wait().expect("a child")) {
                panic!("the service ended by itself ({ended}):\n{}", self.log());
            }
            if client.get(self.ops_url("/readyz")).send().await.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
        panic!("the service is not ready:\n{}", self.log());
    }

    /// Ends it as a power failure would (SIGKILL), in the middle of whatever it does.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            if child.try_wait().expect("a child").is_none() {
                child.kill().expect("it can be killed");
            }
            child.wait().expect("it is gone");
        }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.as_ref().expect("it was started").id()
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_none_or(|child| child.try_wait().expect("a child").is_some())
    }

    /// Waits until it has ended by itself.
    pub async fn ended(&mut self) -> ExitStatus {
        for _ in 0..READY_TRIES {
            if let Some(status) = self.child.as_mut().expect("it was started").try_wait().expect("a child") {
                self.child = None;
                return status;
            }
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
        panic!("the service goes on:\n{}", self.log());
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("the service said:\n{}", self.log());
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A port nobody listens on at this moment, and below those the system gives to connections that leave (from 32768 on): one of
/// them could take it while a service is down.
pub fn free_port() -> u16 {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    let candidates = std::iter::from_fn(|| {
        let nth = std::process::id().wrapping_mul(16).wrapping_add(TRIED.fetch_add(1, Ordering::Relaxed));
        u16::try_from(12_000 + nth % 20_000).ok()
    });
    let is_free = |port: &u16| std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    candidates.take(20_000).find(is_free).expect("a port is free")
}

/// Asks `is_so` until it is.
///
/// # Panics
/// When it is not after a minute.
pub async fn wait_until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..READY_TRIES {
        if is_so().await {
            return;
        }
        tokio::time::sleep(BETWEEN_TRIES).await;
    }
    panic!("waited in vain until {what}");
}
