//! `shuke demo`: the whole product on this machine, with no LINE account and no question asked. The service and the sandbox
//! run in one process on a SQLite file; a second start finds its data and its phones.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tokio::net::TcpListener;

use super::open::{self, Place};
use super::serve::{Running, stop_asked};
use super::{Exit, seed};
use crate::clock::{Chance, Clock};
use crate::ids::Ids;
use crate::sandbox::{Channel, Config, Sandbox};
use crate::settings::{self, Raw, Settings};
use crate::staff;
use crate::store::install;

/// Where the demo lives and listens.
#[derive(Debug, Clone, clap::Args)]
pub struct Demo {
    /// The folder the demo keeps its data in.
    #[arg(long, default_value = "data/demo")]
    data: PathBuf,
    /// Port of the service.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Port of the sandbox.
    #[arg(long, default_value_t = 8090)]
    sandbox_port: u16,
    /// How many members to make up on an empty store.
    #[arg(long, default_value_t = 500)]
    members: usize,
}

/// Runs the demo until Ctrl-C.
pub async fn demo(place: &Place, demo: Demo) -> anyhow::Result<Exit> {
    let set = settings::line_credentials_set();
    if !set.is_empty() {
        eprintln!(
            "The demo refuses to start while LINE credentials are set in the environment ({}): it must never reach real people.\n\
             Start it from a shell without them.",
            set.join(", ")
        );
        return Ok(Exit::Refused);
    }
    std::fs::create_dir_all(&demo.data).with_context(|| format!("The folder {} cannot be made", demo.data.display()))?;
    let env_file = demo.data.join("shuke.env");
    let settings = demo.settings(&env_file, place)?;
    open::start_logging(settings.log_format);

    let clock = Clock::system();
    let app = open::app(settings, clock.clone()).await?;
    app.db.migrate().await.context("The demo's database could not be brought to this program's schema; `make demo-reset` starts over")?;
    let installed = install::ensure(&app.db, &app.ids, clock.now()).await?;
    clock.set_offset_us(installed.clock_offset_us);

    let sandbox = demo.sandbox(&clock)?;
    let keep = app.clone();
    sandbox.on_clock(Box::new(move |offset_us| {
        let app = keep.clone();
        tokio::spawn(async move {
            if let Err(error) = install::set_clock_offset(&app.db, offset_us).await {
                tracing::warn!(%error, "the moved clock could not be kept");
            }
        });
    }));
    let sandbox_bind = ("127.0.0.1", demo.sandbox_port);
    let listener = TcpListener::bind(sandbox_bind).await.with_context(|| format!("Port {} is taken; --sandbox-port takes another", demo.sandbox_port))?;
    let serving = tokio::spawn({
        let sandbox = sandbox.clone();
        async move { sandbox.serve(listener, stop_asked()).await }
    });
    let running = Running::start(app.clone()).await?;
    let people = seed::fill(&app, &sandbox, demo.members).await?;
    let desk = staff::demo_desk(&app).await?;
    demo.greet(&env_file, people, &desk)?;

    stop_asked().await;
    println!("\nStopping.");
    running.stop().await;
    serving.await?;
    Ok(Exit::Ok)
}

impl Demo {
    /// Settings of the demo: written beside its data, so that the command line can be used on it.
    fn settings(&self, env_file: &Path, place: &Place) -> anyhow::Result<Settings> {
        let channel = Channel::made_up();
        if !env_file.exists() {
            let secret = crate::secret::new_token(&Chance::system());
            let data = std::path::absolute(&self.data)?;
            let brand = std::path::absolute(place.brand.as_deref().unwrap_or(Path::new(".")))?;
            let lines = [
                ("LINE_CHANNEL_SECRET", channel.secret.clone()),
                ("LINE_CHANNEL_ID", channel.id.clone()),
                ("LINE_LOGIN_CHANNEL_ID", channel.login_channel_id.clone()),
                ("LIFF_ID", channel.liff_id.clone()),
                ("LINE_API_BASE", format!("http://127.0.0.1:{}", self.sandbox_port)),
                ("LINE_DATA_API_BASE", format!("http://127.0.0.1:{}", self.sandbox_port)),
                ("DATABASE_URL", format!("sqlite://{}", data.join("shuke.db").display())),
                ("PUBLIC_URL", format!("http://{}:{}", settings::SANDBOX_HOST, self.port)),
                ("BIND", format!("127.0.0.1:{}", self.port)),
                ("BRAND_DIR", brand.display().to_string()),
                ("SHUKE_SECRET", secret),
            ];
            let text: String = lines.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
            std::fs::write(env_file, format!("# The demo's settings, for `shuke --env-file {}`.\n{text}", env_file.display()))?;
        }
        // The demo reads this file alone: an .env meant for a real channel must not leak into it.
        Settings::check(&Raw::of_file(env_file)?).map_err(|faults| {
            let list: Vec<String> = faults.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("{} is damaged; `make demo-reset` starts over:\n{}", env_file.display(), list.join("\n"))
        })
    }

    fn sandbox(&self, clock: &Clock) -> anyhow::Result<Sandbox> {
        let config = Config {
            history: Some(self.data.join("line.jsonl")),
            ..Config::beside(self.sandbox_port, self.port)
        };
        let ids = Ids::new(clock.clone(), Chance::system());
        Ok(Sandbox::open(config, clock.clone(), ids)?)
    }

    fn greet(&self, env_file: &Path, people: usize, desk: &staff::Desk) -> anyhow::Result<()> {
        let shuke = std::env::current_exe().map_or_else(|_| String::from("shuke"), |path| short(&path));
        let run = format!("{shuke} --env-file {}", env_file.display());
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            "\n熟客 Shuke is ready: a coffee shop with {people} members, on this machine alone.\n\n  \
             Phones and counter   http://shuke.localhost:{}/\n  \
             Counter alone        http://shuke.localhost:{}/counter/\n  \
             Device code          {}   (store {}, good for a day)\n  \
             Clerk and PIN        {}  {}\n\n\
             To try as a marketer:\n  {run} validate\n  {run} plan winback\n  {run} apply DIGEST\n  {run} status winback\n\n\
             Another device code:   {run} device code zhongshan\n\
             Ctrl-C stops; `make demo` again finds everything; `make demo-reset` starts over.",
            self.sandbox_port, self.port, desk.device_code, desk.store, desk.clerk, desk.pin
        )?;
        Ok(out.flush()?)
    }
}

/// A path as one would type it from here.
fn short(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).map_or_else(|_| path.display().to_string(), |inside| format!("./{}", inside.display()))
}
