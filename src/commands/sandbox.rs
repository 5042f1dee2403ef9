//! `shuke sandbox`: LINE in a box alone, for a service one runs oneself.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tokio::net::TcpListener;

use super::open::{self, Place};
use super::serve::stop_asked;
use super::{Exit, dress};
use crate::clock::{Chance, Clock};
use crate::ids::Ids;
use crate::sandbox::{self, Config, SITE, Sandbox};
use crate::secret::new_token;

/// Where the sandbox listens and keeps its history.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Port of the sandbox.
    #[arg(long, default_value_t = 8090)]
    port: u16,
    /// Port of the service that uses it, on this machine.
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    service_port: u16,
    /// The folder that keeps the phones and what they got.
    #[arg(long, value_name = "DIR", default_value = "data/sandbox")]
    data: PathBuf,
    /// Messages a month; 0 is none at all.
    #[arg(long, value_name = "COUNT", default_value_t = 5_000, value_parser = clap::value_parser!(i64).range(0..))]
    quota: i64,
}

/// Runs the sandbox until Ctrl-C.
pub async fn sandbox(place: &Place, args: Args) -> anyhow::Result<Exit> {
    if let Err(refused) = sandbox::refuse_real_credentials(|name| std::env::var(name).ok()) {
        eprintln!("{refused}");
        return Ok(Exit::Refused);
    }
    open::start_logging(None);
    let listener = TcpListener::bind(("127.0.0.1", args.port))
        .await
        .with_context(|| format!("Port {} is taken, by another sandbox perhaps; --port takes another", args.port))?;
    let folder = place.brand_dir()?;
    let history = args.data.join("line.jsonl");
    let config = Config {
        history: Some(history.clone()),
        quota: Some(args.quota),
        shares_clock: false,
        ..Config::beside(args.port, args.service_port)
    };
    let config = if folder.join("brand.yaml").exists() { dress::dress(config, &folder) } else { config };
    let clock = Clock::system();
    let sandbox = Sandbox::open(config, clock.clone(), Ids::new(clock, Chance::system()))
        .with_context(|| format!("{} cannot be read; remove it to start with new phones", history.display()))?;
    greet(&sandbox, &args, &history)?;
    sandbox.serve(listener, stop_asked()).await;
    println!("\nStopped.");
    Ok(Exit::Ok)
}

fn greet(sandbox: &Sandbox, args: &Args, history: &Path) -> anyhow::Result<()> {
    let (port, service) = (args.port, args.service_port);
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "\nLINE in a box listens; nothing here reaches real phones.\n\n  \
         Phones    http://{SITE}:{port}/\n  \
         History   http://{SITE}:{port}/history, kept in {}\n\n\
         A service on port {service} uses it with these settings, in its .env or environment (a fresh secret each\n\
         time: keep the first):\n",
        history.display()
    )?;
    for (name, value) in sandbox.config().settings(port, service) {
        writeln!(out, "{name}={value}")?;
    }
    let secret = new_token(&Chance::system());
    writeln!(out, "SHUKE_SECRET={secret}\n\nCtrl-C stops; the next start knows its phones.")?;
    Ok(out.flush()?)
}
