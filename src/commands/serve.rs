//! `shuke serve`: the service until Ctrl-C or SIGTERM, then a drain of at most five seconds.

use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::open::{self, Place};
use super::{Exit, secrets};
use crate::app::App;
use crate::brand;
use crate::clock::Clock;
use crate::delivery::copies;
use crate::intake::Intake;
use crate::members::accounts::{self, Directory};
use crate::store::install;
use crate::web::http::Patience;
use crate::{assets, web, worker};

/// How long a stop waits for requests and sends that are under way, and then for the database's last words: five seconds in
/// all, after which a process manager would lose its patience.
const DRAIN: Duration = Duration::from_millis(4500);
const CLOSING: Duration = Duration::from_millis(500);

/// More than two listeners' connections and the database need.
const OPEN_FILES: u64 = 8192;

/// Runs the service.
pub async fn serve(place: &Place) -> anyhow::Result<Exit> {
    let settings = place.settings()?;
    open::start_logging(settings.log_format);
    if settings.is_sandbox() {
        tracing::warn!(
            line_api_base = settings.line_api_base,
            "LINE is a sandbox on this machine: nothing reaches real phones"
        );
    }
    let missing = assets::missing();
    if !missing.is_empty() {
        tracing::warn!(
            missing = missing.join(", "),
            "pages are missing their styles and scripts; `make web` builds them (Node 20)"
        );
    }
    let app = open::app(settings, Clock::system()).await?;
    let running = Running::start(app).await?;
    tracing::info!(bind = %running.app.settings.bind, version = env!("CARGO_PKG_VERSION"), "ready");
    stop_asked().await;
    tracing::info!("stopping");
    running.stop().await;
    Ok(Exit::Ok)
}

/// The service with all its tasks.
pub struct Running {
    /// Its parts.
    pub app: App,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Running {
    /// Migrates, publishes the brand on an empty store, and starts serving and working.
    pub async fn start(app: App) -> anyhow::Result<Self> {
        allow_open_files();
        app.db.migrate().await.context("The database could not be brought to this program's schema")?;
        let installed = install::ensure(&app.db, &app.ids, app.clock.now()).await?;
        if app.settings.is_sandbox() {
            app.clock.set_offset_us(installed.clock_offset_us);
        }
        secrets::refuse_another_secret(&app).await?;
        accounts::ensure(&app).await?;
        brand::publish_first(&app).await?;
        copies::pause_left_open(&app).await?;
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let intake = Intake::start(&app, &tasks, &stop, true);
        let line = web::line::Line { app: app.clone(), intake, accounts: Directory::load(&app.db).await? };
        worker::start(&app, &tasks, &stop);
        if app.secret.is_changing() {
            tasks.spawn(secrets::wrap_anew(app.clone(), stop.clone()));
        }
        let (pages, ops) = web::routers(&app, line, &stop);
        tasks.spawn(web::ops::upkeep(stop.clone()));
        let serve = async |address, name, router| {
            let listener = TcpListener::bind(address)
                .await
                .with_context(|| format!("The address {address} ({name}) cannot be used"))?;
            tasks.spawn(web::http::serve(listener, router, Patience::default(), tasks.clone(), stop.clone()));
            anyhow::Ok(())
        };
        match app.settings.ops_bind {
            Some(ops_bind) => {
                serve(ops_bind, "OPS_BIND", ops).await?;
                serve(app.settings.bind, "BIND", pages).await?;
            }
            None => serve(app.settings.bind, "BIND", pages.merge(ops)).await?,
        }
        Ok(Self { app, tasks, stop })
    }

    /// Takes no new work, finishes what is under way, closes the store.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(DRAIN, self.tasks.wait()).await.is_err() {
            tracing::warn!("some work did not end in time; what it had not finished goes on at the next start");
        }
        if tokio::time::timeout(CLOSING, self.app.db.close()).await.is_err() {
            tracing::warn!("the database was not closed in time; it takes back what was not committed");
        }
    }
}

/// Raises the number of files and connections the system lets the program have open: often it is 1,024 where more may be asked
/// for.
fn allow_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let enough = limit.maximum.map_or(OPEN_FILES, |most| most.min(OPEN_FILES));
    if limit.current.is_some_and(|current| current < enough) {
        let raised = Rlimit { current: Some(enough), ..limit };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!(%error, "the number of open files could not be raised");
        }
    }
}

/// Waits for Ctrl-C or SIGTERM, from the call on.
pub fn stop_asked() -> impl Future<Output = ()> + Send {
    let listen = |kind| signal(kind).expect("signals can be listened to");
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt()), listen(SignalKind::terminate()));
    async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}
