//! Where servers run: a folder, a PostgreSQL that syncs, a slow disk, a core of their own.

use std::fmt;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::net::TcpListener;

use super::events::Requests;
use super::load::{self, Run};
use super::machine;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file, synced before each answer.
    Sqlite,
    /// The same on a disk whose sync takes 2 ms more.
    SqliteSlow,
    /// A server that syncs before each answer.
    Postgres,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite FULL",
            Self::SqliteSlow => "SQLite FULL, sync + 2 ms",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// Tells the parent where a server listens, on its standard output.
pub async fn announced() -> Result<TcpListener, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(|error| error.to_string())?;
    let port = listener.local_addr().map_err(|error| error.to_string())?.port();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{port}").and_then(|()| out.flush()).map_err(|error| error.to_string())?;
    Ok(listener)
}

/// A program that is ended when it goes out of sight.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The place.
pub struct Place {
    /// Everything made here goes with it.
    pub folder: PathBuf,
    slow_sync: PathBuf,
    cluster: String,
    made: usize,
}

impl Place {
    /// Makes the folder, the slow disk and the PostgreSQL.
    pub fn prepare() -> Result<Self, String> {
        let folder = std::env::temp_dir().join(format!("shuke-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| format!("no folder: {error}"))?;
        let slow_sync = folder.join("slow_sync.so");
        let source = Path::new(ROOT).join("benches/intake/slow_sync.c");
        let compiled =
            Command::new("cc").args(["-shared", "-fPIC", "-O2", "-o"]).arg(&slow_sync).arg(source).arg("-ldl").status();
        if !compiled.is_ok_and(|status| status.success()) {
            return Err(String::from("slow_sync.c could not be compiled; `cc` is needed"));
        }
        let cluster = postgres(&folder, "start")?;
        Ok(Self { folder, slow_sync, cluster, made: 0 })
    }

    /// Runs a fresh server on a fresh database under load.
    pub async fn run(
        &mut self,
        server: &str,
        engine: Engine,
        requests: &Requests,
        connections: usize,
        seconds: f64,
    ) -> Result<Run, String> {
        let url = self.fresh_database(engine).await?;
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut command = machine::on_core(0, &program);
        command.arg(server).arg(&url).stdin(Stdio::null()).stdout(Stdio::piped());
        if engine == Engine::SqliteSlow {
            command.env("LD_PRELOAD", &self.slow_sync);
        }
        let mut running = Running(command.spawn().map_err(|error| error.to_string())?);
        let port = said_port(&mut running)?;
        let run = load::run(&running, port, requests, connections, seconds).await;
        drop(running);
        self.forget(engine, &url).await?;
        run.map_err(|why| format!("{server} on {engine}: {why}"))
    }

    /// A database nobody has used.
    pub async fn fresh_database(&mut self, engine: Engine) -> Result<String, String> {
        self.made += 1;
        if engine != Engine::Postgres {
            return Ok(format!("sqlite://{}/{}/shuke.db", self.new_folder()?.display(), self.made));
        }
        let name = format!("bench_{}", self.made);
        self.tell_postgres(format!("create database {name}")).await?;
        Ok(self.cluster.replacen("/postgres?", &format!("/{name}?"), 1))
    }

    /// A folder nobody has used.
    pub fn new_folder(&mut self) -> Result<PathBuf, String> {
        self.made += 1;
        let folder = self.folder.join(self.made.to_string());
        std::fs::create_dir_all(folder.join((self.made).to_string())).map_err(|error| error.to_string())?;
        Ok(folder)
    }

    async fn forget(&self, engine: Engine, url: &str) -> Result<(), String> {
        if engine == Engine::Postgres {
            let name = url.split('?').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
            return self.tell_postgres(format!("drop database {name} with (force)")).await;
        }
        let file = url.trim_start_matches("sqlite://");
        let folder = Path::new(file).parent().ok_or("a folder")?;
        std::fs::remove_dir_all(folder).map_err(|error| error.to_string())
    }

    async fn tell_postgres(&self, sql: String) -> Result<(), String> {
        let mut admin = PgConnection::connect(&self.cluster).await.map_err(|error| error.to_string())?;
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await.map(drop).map_err(|error| error.to_string())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = postgres(&self.folder, "stop");
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The throw-away PostgreSQL of the tests, here with an honest disk.
fn postgres(folder: &Path, act: &str) -> Result<String, String> {
    let script = Path::new(ROOT).join("tests/postgres.sh");
    let output = machine::on_core(0, &script)
        .arg(act)
        .env("SHUKE_TEST_PG_SYNC", "1")
        .env("SHUKE_TEST_PG_DIR", folder.with_extension("pg"))
        .output()
        .map_err(|error| format!("{}: {error}", script.display()))?;
    if !output.status.success() {
        return Err(format!("no PostgreSQL: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from(String::from_utf8_lossy(&output.stdout).trim()))
}

fn said_port(running: &mut Running) -> Result<u16, String> {
    let out = running.0.stdout.take().ok_or("a server speaks")?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line).map_err(|error| error.to_string())?;
    line.trim().parse().map_err(|_| String::from("a server ended before it listened"))
}
