//! What the program weighs: its file, its memory at rest, its start.

use std::fmt;
use std::io::{BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::ours;
use super::place::{Engine, Place, Running};

/// What it weighs.
pub struct Weights(Vec<(String, String, &'static str)>);

impl fmt::Display for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | measured | goal |\n| --- | --- | --- |")?;
        self.0.iter().try_for_each(|(what, measured, goal)| writeln!(f, "| {what} | {measured} | {goal} |"))
    }
}

/// Weighs what is shipped, where it was built (`cargo build --profile dist`), else this build.
pub async fn all(place: &mut Place) -> Result<Weights, String> {
    let (program, is_dist) = program();
    let size = std::fs::metadata(&program).map_err(|error| error.to_string())?.len();
    let build = if is_dist { "profile `dist`" } else { "this build, not `dist`" };
    let mut weights = Vec::new();
    let mut weigh = |what: &str, measured: String, goal| weights.push((String::from(what), measured, goal));
    weigh("the binary", format!("{:.1} MB ({build})", size as f64 / 1e6), "≤ 24 MB");
    let url = place.fresh_database(Engine::Sqlite).await?;
    let (first, again) = (serve(&program, &url).await?, serve(&program, &url).await?);
    weigh("`shuke serve` at rest, resident", megabytes(&again), "≤ 24 MB");
    weigh("the same after a first start, which makes the database", megabytes(&first), "≤ 24 MB");
    weigh("`shuke serve`, start to ready, empty database", milliseconds(first.ready_after), "");
    weigh("the same on a database that is there", milliseconds(again.ready_after), "");
    let builds = [("", &program), (", the build of `make demo`", &built_for_demo())];
    for (build, program) in builds.into_iter().filter(|(_, program)| program.exists()) {
        let (folder, ports) = (place.new_folder()?, [free_port()?, free_port()?]);
        let (first, again) = (demo(program, &folder, ports)?, demo(program, &folder, ports)?);
        weigh(&format!("`shuke demo`{build}, start to ready, a shop to be made up"), milliseconds(first), "≤ 1 s");
        weigh("the same, again", milliseconds(again), "");
    }
    Ok(Weights(weights))
}

fn megabytes(rest: &Rest) -> String {
    format!("{:.1} MB", rest.kibibytes as f64 * 1024.0 / 1e6)
}

fn milliseconds(took: Duration) -> String {
    format!("{:.0} ms", took.as_secs_f64() * 1e3)
}

fn program() -> (PathBuf, bool) {
    let dist = build_of("dist");
    if dist.exists() { (dist, true) } else { (PathBuf::from(THIS_BUILD), false) }
}

fn built_for_demo() -> PathBuf {
    build_of("debug")
}

const THIS_BUILD: &str = env!("CARGO_BIN_EXE_shuke");

/// The program of another profile, which may not be there.
fn build_of(profile: &str) -> PathBuf {
    let target = Path::new(THIS_BUILD).parent().and_then(Path::parent).unwrap_or(Path::new("target"));
    target.join(profile).join("shuke")
}

/// A service that has nothing to do.
struct Rest {
    ready_after: Duration,
    /// As /proc tells it, whose kB are 1,024 bytes.
    kibibytes: u64,
}

/// Starts the service, and looks at it five seconds later.
async fn serve(program: &Path, url: &str) -> Result<Rest, String> {
    let port = free_port()?;
    let mut command = Command::new(program);
    command.arg("serve").env_clear().envs(ours::settings(url)).env("RUST_LOG", "error");
    command.env("BIND", format!("127.0.0.1:{port}"));
    let (running, ready_after) = ready(command, port).await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", running.0.id())).map_err(|error| error.to_string())?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    let kibibytes = line.split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or_default();
    Ok(Rest { ready_after, kibibytes })
}

/// The time until it prints that it is ready, which it does after the shop is made up.
fn demo(program: &Path, folder: &Path, [port, sandbox]: [u16; 2]) -> Result<Duration, String> {
    let mut command = Command::new(program);
    command.arg("demo").env_clear().env("RUST_LOG", "error").current_dir(env!("CARGO_MANIFEST_DIR"));
    command.arg("--data").arg(folder.join("demo"));
    command.args(["--port", &port.to_string(), "--sandbox-port", &sandbox.to_string()]);
    let started = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut running = Running(child.map_err(|error| error.to_string())?);
    let said = running.0.stdout.take().map(BufReader::new).ok_or("its output is not to be read")?;
    said.lines()
        .map_while(Result::ok)
        .find(|line| line.contains("is ready after"))
        .map(|_| started.elapsed())
        .ok_or_else(|| String::from("the demo ended by itself"))
}

/// Starts a program and waits until it says that it is ready.
async fn ready(mut command: Command, port: u16) -> Result<(Running, Duration), String> {
    let client = reqwest::Client::builder().no_proxy().build().map_err(|error| error.to_string())?;
    let address = format!("http://127.0.0.1:{port}/readyz");
    let started = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut running = Running(child.map_err(|error| error.to_string())?);
    while started.elapsed() < Duration::from_secs(60) {
        if client.get(&address).send().await.is_ok_and(|answer| answer.status() == 200) {
            return Ok((running, started.elapsed()));
        }
        if let Ok(Some(ended)) = running.0.try_wait() {
            return Err(format!("it ended by itself ({ended})"));
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Err(String::from("not ready within a minute"))
}

fn free_port() -> Result<u16, String> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| error.to_string())?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}
