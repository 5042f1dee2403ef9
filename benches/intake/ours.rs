//! The product's own path to an acknowledgement, whole, with the dispatch of effects at rest: what W1 counts.

use std::process::ExitCode;

use shuke::app::{App, Parts};
use shuke::clock::{Chance, Clock};
use shuke::ids::Ids;
use shuke::intake::Intake;
use shuke::line::client::{Client, Setup};
use shuke::members::accounts::{self, Directory};
use shuke::sandbox::Channel;
use shuke::settings::{Raw, Settings};
use shuke::store::{Db, OpenOptions};
use shuke::words::Words;
use shuke::{brand, web, worker};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::place;

/// Serves the product until it is killed.
pub async fn serve(url: &str) -> Result<ExitCode, String> {
    let app = app(url).await?;
    app.db.migrate().await.map_err(|error| error.to_string())?;
    accounts::ensure(&app).await.map_err(|error| error.to_string())?;
    brand::publish_first(&app).await.map_err(|error| error.to_string())?;
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let intake = Intake::start(&app, &tasks, &stop, false);
    let accounts = Directory::load(&app.db).await.map_err(|error| error.to_string())?;
    let (pages, ops) = web::routers(&app, web::line::Line { app: app.clone(), intake, accounts }, &stop);
    let listener = place::announced().await?;
    web::http::serve(listener, pages.merge(ops), web::http::Patience::default(), tasks, stop).await;
    Ok(ExitCode::SUCCESS)
}

async fn app(url: &str) -> Result<App, String> {
    let settings = Settings::check(&Raw::of(settings(url))).map_err(|faults| format!("{faults:?}"))?;
    let (clock, chance) = (Clock::system(), Chance::system());
    let ids = Ids::new(clock.clone(), chance.clone());
    let setup = Setup {
        channel_id: settings.channel_id.clone(),
        channel_secret: settings.channel_secret.clone(),
        access_token: None,
        api_base: settings.line_api_base.clone(),
        data_api_base: settings.line_data_api_base.clone(),
    };
    Ok(App::new(Parts {
        db: Db::open(&settings.database_url, OpenOptions::default()).await.map_err(|error| error.to_string())?,
        line: Client::new(setup, clock.clone()).map_err(|error| error.to_string())?,
        secret: settings.secret.clone(),
        words: Words::load(),
        holder: ids.make(),
        subscribed: worker::SUBSCRIBED,
        jobs_bell: Notify::new(),
        sender_bell: Notify::new(),
        clock,
        chance,
        ids,
        settings,
    }))
}

/// Settings for the sandbox's channel; nobody listens where LINE should be.
pub fn settings(url: &str) -> Vec<(&'static str, String)> {
    let channel = Channel::made_up();
    vec![
        ("LINE_CHANNEL_SECRET", channel.secret),
        ("LINE_CHANNEL_ID", channel.id),
        ("LINE_LOGIN_CHANNEL_ID", channel.login_channel_id),
        ("LIFF_ID", channel.liff_id),
        ("LINE_API_BASE", String::from("http://127.0.0.1:9")),
        ("LINE_DATA_API_BASE", String::from("http://127.0.0.1:9")),
        ("PUBLIC_URL", String::from("http://localhost:8080")),
        ("SHUKE_SECRET", String::from("a secret of the benchmark in 32 letters")),
        ("DATABASE_URL", String::from(url)),
        ("BRAND_DIR", String::from(env!("CARGO_MANIFEST_DIR"))),
    ]
}
