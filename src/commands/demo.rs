//! `shuke demo`: the whole product on this machine, with no LINE account and no question asked. The service and the sandbox
//! run in one process on a SQLite file; a second start finds its data and its phones.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::open::{self, Place};
use super::print::shell;
use super::serve::{Running, stop_asked};
use super::{Exit, dress, seed};
use crate::app::App;
use crate::assets;
use crate::clock::{Chance, Clock};
use crate::ids::{Actor, Ids};
use crate::sandbox::{self, Config, DeskKeys, Keeper, SITE, Sandbox};
use crate::settings::{Raw, Settings, env_line};
use crate::staff::devices;
use crate::store::install;

/// Where the demo lives and listens.
#[derive(Debug, Clone, clap::Args)]
pub struct Demo {
    /// The folder the demo keeps its data in.
    #[arg(long, value_name = "DIR", default_value = "data/demo")]
    data: PathBuf,
    /// Port of the service.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Port of the sandbox.
    #[arg(long, default_value_t = 8090)]
    sandbox_port: u16,
    /// How many members to make up on an empty store.
    #[arg(long, value_name = "COUNT", default_value_t = 500)]
    members: usize,
}

/// Runs the demo until Ctrl-C.
pub async fn demo(place: &Place, demo: Demo) -> anyhow::Result<Exit> {
    if let Err(refused) = sandbox::refuse_real_credentials(|name| std::env::var(name).ok()) {
        eprintln!("{refused}");
        return Ok(Exit::Refused);
    }
    let started = Instant::now();
    let stop = asked_to_stop();
    let listener = port(demo.sandbox_port).await?;
    // Tried before anything is made; the service takes it for good.
    drop(port(demo.port).await?);
    let is_found = demo.data.join(DATABASE).exists();
    std::fs::create_dir_all(&demo.data)
        .with_context(|| format!("The folder {} cannot be made", demo.data.display()))?;
    let settings = demo.settings(place)?;
    open::start_logging(settings.log_format);

    let app = open::app(settings, Clock::system()).await?;
    let sandbox = demo.sandbox(&app)?;
    let running = Running::start(app.clone()).await?;
    sandbox.on_clock(keep_offset(&app));
    let serving = tokio::spawn({
        let (sandbox, stop) = (sandbox.clone(), stop.clone());
        async move { sandbox.serve(listener, stop.cancelled_owned()).await }
    });
    // What is made up is written group by group, and the next start goes on with the rest.
    let opened = stop.run_until_cancelled(demo.open_shop(&app, &sandbox, started, is_found)).await;
    if let Some(Err(error)) = opened {
        return Err(error);
    }
    stop.cancelled().await;
    println!("\nStopping.");
    running.stop().await;
    serving.await?;
    Ok(Exit::Ok)
}

/// Cancelled by Ctrl-C or SIGTERM, whatever is under way.
fn asked_to_stop() -> CancellationToken {
    let (stop, asked) = (CancellationToken::new(), stop_asked());
    let cancelled = stop.clone();
    tokio::spawn(async move {
        asked.await;
        cancelled.cancel();
    });
    stop
}

async fn port(port: u16) -> anyhow::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).await.with_context(|| {
        format!("Port {port} is taken, by another demo perhaps; --port and --sandbox-port take others")
    })
}

/// The file of the database within the demo's folder.
const DATABASE: &str = "shuke.db";

/// The store the device code is for.
const STORE: &str = "zhongshan";

/// What the page tells a newcomer at the counter: a fresh device code, and who may sign in.
fn desk_keys(app: &App) -> sandbox::MakeDeskKeys {
    let app = app.clone();
    Box::new(move || {
        let app = app.clone();
        Box::pin(async move {
            let device_code = match devices::make_code(&app, STORE, "", &Actor::operator()).await {
                Ok(devices::Made::Code(code)) => code.text,
                Ok(unmade) => {
                    tracing::warn!(?unmade, "no device code was made");
                    return None;
                }
                Err(error) => {
                    tracing::warn!(%error, "no device code was made");
                    return None;
                }
            };
            let keeper = |who: &seed::Colleague| Keeper { name: String::from(who.name), pin: String::from(who.pin) };
            Some(DeskKeys {
                device_code,
                people: [seed::CLERK, seed::MANAGER, seed::OWNER].iter().map(keeper).collect(),
            })
        })
    })
}

/// Writes the clock's offset where the command line beside the demo reads it.
fn keep_offset(app: &App) -> sandbox::ClockMoved {
    let db = app.db.clone();
    let (moved, mut moves) = watch::channel(0);
    // One after the other, so that the last move is the one that stays.
    tokio::spawn(async move {
        while moves.changed().await.is_ok() {
            let offset_us = *moves.borrow_and_update();
            if let Err(error) = install::set_clock_offset(&db, offset_us).await {
                tracing::warn!(%error, "the moved clock could not be kept");
            }
        }
    });
    Box::new(move |offset_us| {
        moved.send_replace(offset_us);
    })
}

impl Demo {
    /// Makes up the shop where it is not there yet, and tells how to use it. `is_found`: an earlier start has left its data.
    async fn open_shop(&self, app: &App, sandbox: &Sandbox, started: Instant, is_found: bool) -> anyhow::Result<()> {
        let members = seed::fill(app, sandbox, self.members).await?;
        let code = match devices::make_code(app, STORE, "", &Actor::operator()).await? {
            devices::Made::Code(code) => code.text,
            unmade => anyhow::bail!("No device can be enrolled at the store {STORE}: {unmade:?}"),
        };
        sandbox.on_desk_keys(desk_keys(app));
        self.greet(members, &code, started, is_found)
    }

    fn env_file(&self) -> PathBuf {
        self.data.join("shuke.env")
    }

    /// Settings of the demo: written beside its data, so that the command line can be used on it. The secret stays.
    fn settings(&self, place: &Place) -> anyhow::Result<Settings> {
        let env_file = self.env_file();
        let kept = if env_file.exists() { Raw::of_file(&env_file)?.value("SHUKE_SECRET") } else { None };
        let secret = kept.unwrap_or_else(|| crate::secret::new_token(&Chance::system()));
        let data = std::path::absolute(&self.data)?;
        let brand = std::path::absolute(place.brand.as_deref().unwrap_or(Path::new(".")))?;
        let mut lines = Config::in_memory().settings(self.sandbox_port, self.port);
        lines.push(("DATABASE_URL", format!("sqlite://{}", data.join(DATABASE).display())));
        lines.push(("BRAND_DIR", brand.display().to_string()));
        lines.push(("SHUKE_SECRET", secret));
        let text: String = lines.iter().map(|(name, value)| env_line(name, value)).collect();
        let text = format!("# The demo's settings, for `shuke --env-file` and the path of this file.\n{text}");
        std::fs::write(&env_file, text).with_context(|| format!("{} cannot be written", env_file.display()))?;
        // The demo reads this file alone: an .env meant for a real channel must not leak into it.
        Settings::check(&Raw::of_file(&env_file)?).map_err(|faults| {
            let list: Vec<String> = faults.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("The demo's own settings are wrong:\n{}", list.join("\n"))
        })
    }

    fn sandbox(&self, app: &App) -> anyhow::Result<Sandbox> {
        let history = self.data.join("line.jsonl");
        let config = Config { history: Some(history.clone()), ..Config::beside(self.sandbox_port, self.port) };
        let config = dress::dress(config, &app.settings.brand_dir);
        let ids = Ids::new(app.clock.clone(), Chance::system());
        Sandbox::open(config, app.clock.clone(), ids)
            .with_context(|| format!("{} cannot be read; `make demo-reset` starts over", history.display()))
    }

    fn greet(&self, members: usize, code: &str, started: Instant, is_found: bool) -> anyhow::Result<()> {
        let shuke = std::env::current_exe().map_or_else(|_| String::from("shuke"), |path| short(&path));
        let run = format!("{} --env-file {}", shell(&shuke), shell(&self.env_file().display().to_string()));
        let (phones, service) = (self.sandbox_port, self.port);
        let (clerk, manager) = (&seed::CLERK, &seed::MANAGER);
        let found = if is_found {
            "\nWhat the last start left was found: the shop's data, and the phones with their chats."
        } else {
            ""
        };
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            "\n熟客 Shuke is ready after {:.1} s: a coffee shop with {members} members, on this machine alone.{found}\n\n  \
             Phones and counter   http://{SITE}:{phones}/\n  \
             Counter alone        http://{SITE}:{service}/counter/\n  \
             Device code          {code}   (for the store {STORE}, good for ten minutes)\n  \
             Clerk, PIN           {}  {}\n  \
             Manager, PIN         {}  {}\n\n\
             As a marketer, in another terminal:\n  \
             {run} validate\n  \
             {run} plan winback\n  \
             {run} apply DIGEST\n  \
             {run} status winback\n\n\
             Another device code    {run} device code {STORE}\n\
             Is every balance true  {run} ledger verify\n\n\
             Ctrl-C stops. `make demo` again finds everything; `make demo-reset` starts over.",
            started.elapsed().as_secs_f64(),
            clerk.name,
            clerk.pin,
            manager.name,
            manager.pin,
        )?;
        let missing = assets::missing();
        if !missing.is_empty() {
            writeln!(
                out,
                "\nPages are missing their styles and scripts ({}): `make web` needs Node 20.",
                missing.join(", ")
            )?;
        }
        Ok(out.flush()?)
    }
}

/// A path as one would type it from here.
fn short(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).map_or_else(|_| path.display().to_string(), |inside| format!("./{}", inside.display()))
}
