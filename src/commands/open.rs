//! Opening what a command works on: the settings, the store, the App.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use anyhow::Context as _;
use tokio::sync::Notify;
use tracing_subscriber::EnvFilter;

use crate::app::{App, Parts};
use crate::clock::{Chance, Clock};
use crate::ids::Ids;
use crate::line::client::{Client, Setup};
use crate::settings::{self, LogFormat, Raw, Settings};
use crate::store::{Db, OpenOptions, Schema, install};
use crate::words::Words;
use crate::worker;

/// Where the command was told to look.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// `--env-file`.
    pub env_file: Option<PathBuf>,
    /// `--brand`.
    pub brand: Option<PathBuf>,
}

impl Place {
    /// The settings, or every fault in them on standard error.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        let raw = Raw::read(self.env_file.as_deref())?;
        let mut settings = Settings::check(&raw).map_err(|faults| {
            let list: Vec<String> = faults.iter().map(|fault| format!("  {fault}")).collect();
            anyhow::anyhow!(
                "Some settings are missing or wrong. Put them into .env (see .env.example) or the environment:\n\n{}\n\n\
                 To try everything without a LINE account: shuke demo",
                list.join("\n")
            )
        })?;
        if let Some(brand) = &self.brand {
            settings.brand_dir.clone_from(brand);
        }
        Ok(settings)
    }

    /// The folder with the brand's files, for commands that need nothing else.
    pub fn brand_dir(&self) -> anyhow::Result<PathBuf> {
        match &self.brand {
            Some(brand) => Ok(brand.clone()),
            None => Ok(settings::brand_dir(&Raw::read(self.env_file.as_deref())?)),
        }
    }

    /// The database alone, for commands that need no LINE settings.
    pub async fn database(&self) -> anyhow::Result<Db> {
        let url = settings::database_url(&Raw::read(self.env_file.as_deref())?);
        Db::open(&url, OpenOptions::default())
            .await
            .with_context(|| format!("The database {} cannot be opened", shown(&url)))
    }

    /// The App on a store that is migrated, for commands beside a running service.
    pub async fn app(&self) -> anyhow::Result<App> {
        let app = app(self.settings()?, Clock::system()).await?;
        match app.db.schema().await.context("The database cannot be asked")? {
            Schema::Current => {}
            Schema::Behind(_) => anyhow::bail!(
                "The database is not yet at this program's schema. Run `shuke migrate`, or start `shuke serve`, which does the same."
            ),
            Schema::Newer(found) => {
                anyhow::bail!("The database was migrated by a newer Shuke (migration {found}). Use the newer program.")
            }
        }
        if let Some(installed) = install::find(&app.db).await?
            && app.settings.is_sandbox()
        {
            app.clock.set_offset_us(installed.clock_offset_us);
        }
        Ok(app)
    }
}

/// Builds the App on the settings' database; the store must be migrated.
pub async fn app(settings: Settings, clock: Clock) -> anyhow::Result<App> {
    let db = Db::open(&settings.database_url, OpenOptions::default())
        .await
        .with_context(|| format!("The database {} cannot be opened", shown(&settings.database_url)))?;
    let chance = Chance::system();
    let ids = Ids::new(clock.clone(), chance.clone());
    let setup = Setup {
        channel_id: settings.channel_id.clone(),
        channel_secret: settings.channel_secret.clone(),
        access_token: settings.channel_access_token.clone(),
        api_base: settings.line_api_base.clone(),
        data_api_base: settings.line_data_api_base.clone(),
    };
    let line = Client::new(setup, clock.clone()).context("The connection to LINE cannot be prepared")?;
    let holder = ids.make();
    Ok(App::new(Parts {
        db,
        line,
        secret: settings.secret.clone(),
        words: Words::load(),
        holder,
        subscribed: worker::SUBSCRIBED,
        jobs_bell: Notify::new(),
        sender_bell: Notify::new(),
        clock,
        chance,
        ids,
        settings,
    }))
}

/// A database address without its password.
fn shown(url: &str) -> String {
    let url = url.split('?').next().unwrap_or_default();
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        _ => String::from(url),
    }
}

/// Starts logging for a command that a person waits for: what went wrong beside it, in lines of text.
pub fn start_logging_of_a_command() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time();
    lines.with_ansi(std::io::stderr().is_terminal()).with_target(false).compact().init();
}

/// Starts logging: JSON unless on a terminal, without personal data by the rules of the house.
pub fn start_logging(format: Option<LogFormat>) {
    let format = format.unwrap_or(if std::io::stderr().is_terminal() { LogFormat::Pretty } else { LogFormat::Json });
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Json => lines.json().flatten_event(true).init(),
        LogFormat::Pretty => lines.with_target(false).compact().init(),
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (url, words) in [
            ("sqlite://data/shuke.db", "sqlite://data/shuke.db"),
            ("postgres://shuke:hidden@db.example/shuke", "postgres://…@db.example/shuke"),
            ("postgres://db.example/shuke?user=shuke&password=hidden", "postgres://db.example/shuke"),
            ("postgres://a:b@c@db.example/shuke?password=hidden", "postgres://…@db.example/shuke"),
        ] {
            assert_eq!(shown(url), words);
        }
    }
}
