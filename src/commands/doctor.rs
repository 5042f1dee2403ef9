//! `shuke doctor`: settings, database, clock and LINE, each with its cause and what to do. Exit 1 when something must be
//! mended, 4 when LINE could not be reached.

use std::io::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::open::{self, Place};
use super::secrets::{self, Stored};
use super::{Exit, Format, print};
use crate::app::App;
use crate::clock::Clock;
use crate::settings::{Raw, Settings};
use crate::store::Schema;
use crate::words::tame;
use crate::{assets, brand};

/// One thing looked at.
#[derive(Debug, Serialize)]
struct Check {
    what: &'static str,
    verdict: Verdict,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Good,
    Warning,
    Bad,
    /// LINE or the network did not answer.
    Unreachable,
}

impl Check {
    fn good(what: &'static str, detail: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Good, detail: detail.into(), mend: None }
    }

    fn of(what: &'static str, verdict: Verdict, detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what, verdict, detail: detail.into(), mend: Some(mend.into()) }
    }
}

/// Looks at everything and prints what it found.
pub async fn doctor(place: &Place, format: Format) -> anyhow::Result<Exit> {
    let mut checks = Vec::new();
    match Settings::check(&Raw::read(place.env_file.as_deref())?) {
        Err(faults) => {
            checks.extend(faults.into_iter().map(|fault| {
                Check::of("settings", Verdict::Bad, format!("{} {}", fault.name, fault.what), fault.hint)
            }));
        }
        Ok(mut settings) => {
            if let Some(brand) = &place.brand {
                settings.brand_dir.clone_from(brand);
            }
            checks.push(Check::good("settings", "all that is needed is there"));
            checks.push(brand_check(&settings));
            match open::app(settings, Clock::system()).await {
                Ok(app) => {
                    let database = database(&app).await;
                    let is_good = database.verdict == Verdict::Good;
                    checks.push(database);
                    if is_good {
                        checks.push(secret(&app).await);
                    }
                    line(&app, &mut checks).await;
                }
                Err(error) => checks.push(Check::of(
                    "database",
                    Verdict::Bad,
                    format!("{error:#}"),
                    "check DATABASE_URL, the folder's rights, or the server",
                )),
            }
        }
    }
    let missing = assets::missing();
    checks.push(if missing.is_empty() {
        Check::good("pages", "styles and scripts are built in")
    } else {
        Check::of(
            "pages",
            Verdict::Warning,
            format!("missing: {}", missing.join(", ")),
            "`make web` (Node 20), then build again",
        )
    });
    show(&checks, format)?;
    Ok(verdict(&checks))
}

fn verdict(checks: &[Check]) -> Exit {
    let any = |verdict| checks.iter().any(|check| check.verdict == verdict);
    if any(Verdict::Bad) {
        Exit::Failed
    } else if any(Verdict::Unreachable) {
        Exit::Remote
    } else {
        Exit::Ok
    }
}

fn show(checks: &[Check], format: Format) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match format {
        Format::Json => print::json(&mut out, &checks)?,
        Format::Human => {
            for check in checks {
                let mark = match check.verdict {
                    Verdict::Good => "✓",
                    Verdict::Warning => "!",
                    Verdict::Bad | Verdict::Unreachable => "✗",
                };
                writeln!(out, "{mark} {:<10} {}", check.what, tame(&check.detail))?;
                if let Some(mend) = &check.mend {
                    writeln!(out, "  {:<10} → {mend}", "")?;
                }
            }
        }
    }
    Ok(())
}

fn brand_check(settings: &Settings) -> Check {
    match brand::read(&settings.brand_dir) {
        Ok(_) => Check::good("brand", format!("{} reads without a fault", settings.brand_dir.display())),
        Err(faults) => Check::of(
            "brand",
            Verdict::Bad,
            format!("{} faults in {}", faults.len(), settings.brand_dir.display()),
            "`shuke validate` shows each with its place",
        ),
    }
}

async fn database(app: &App) -> Check {
    match app.db.schema().await {
        Ok(Schema::Current) => match app.db.check_writable().await {
            Ok(()) => Check::good("database", "opens, takes a write, and is at this program's schema"),
            Err(error) => Check::of(
                "database",
                Verdict::Bad,
                format!("takes no write: {error}"),
                "check the disk's space and the folder's rights, or the rights of DATABASE_URL's user",
            ),
        },
        Ok(Schema::Newer(found)) => Check::of(
            "database",
            Verdict::Bad,
            format!("was migrated by a newer Shuke (migration {found})"),
            "start the newer program again",
        ),
        Ok(_) => Check::of(
            "database",
            Verdict::Warning,
            "is not yet at this program's schema",
            "`shuke migrate`, or start `shuke serve`, which does the same",
        ),
        Err(error) => Check::of("database", Verdict::Bad, error.to_string(), "check DATABASE_URL and the server"),
    }
}

/// Whether the stored keys open.
async fn secret(app: &App) -> Check {
    let changing = if app.secret.is_changing() {
        "; two secrets are given: once `shuke serve` has logged that every key is under the current one, leave the other out"
    } else {
        ""
    };
    match secrets::stored_keys(app).await {
        Ok(Stored::Open) => Check::good("secret", format!("the stored keys open{changing}")),
        Ok(Stored::SomeClosed) => Check::of("secret", Verdict::Warning, secrets::SOME_CLOSED, secrets::MEND),
        Ok(Stored::AllClosed) => Check::of("secret", Verdict::Bad, secrets::ALL_CLOSED, secrets::MEND),
        Err(error) => Check::of("secret", Verdict::Bad, error.to_string(), "try again"),
    }
}

/// How far this machine's clock may be from LINE's before passes and signatures of time suffer.
const SKEW_SECONDS: i64 = 30;

async fn line(app: &App, checks: &mut Vec<Check>) {
    let info = tokio::time::timeout(Duration::from_secs(15), app.line.bot_info()).await;
    let info = match info {
        Ok(Ok(info)) => info,
        Ok(Err(error)) => {
            let verdict = if error.is_refusal() { Verdict::Bad } else { Verdict::Unreachable };
            checks.push(Check::of(
                "LINE",
                verdict,
                error.to_string(),
                "check LINE_CHANNEL_ID and LINE_CHANNEL_SECRET, and that this machine reaches api.line.me",
            ));
            return;
        }
        Err(_) => {
            checks.push(Check::of(
                "LINE",
                Verdict::Unreachable,
                "no answer within 15 s",
                "check that this machine reaches api.line.me",
            ));
            return;
        }
    };
    checks.push(Check::good("LINE", format!("speaks for {} ({})", info.display_name, info.basic_id)));
    if let Some(skew) = app.line.clock_skew() {
        checks.push(if skew.num_seconds().abs() <= SKEW_SECONDS {
            Check::good("clock", format!("within {SKEW_SECONDS} s of LINE's"))
        } else {
            Check::of(
                "clock",
                Verdict::Bad,
                format!("{} s away from LINE's", skew.num_seconds()),
                if app.settings.is_sandbox() {
                    "the sandbox's clock was moved, which the running service follows; with a real channel, let this machine keep time by NTP"
                } else {
                    "let this machine keep time by NTP: passes live 30 s"
                },
            )
        });
    }
    match (app.line.quota().await, app.line.consumption().await) {
        (Ok(quota), Ok(used)) => {
            let limit = quota.limit.map_or_else(|| String::from("no limit"), |limit| limit.to_string());
            checks.push(Check::good("quota", format!("{used} messages used this month, of {limit}")));
        }
        (Err(error), _) | (_, Err(error)) => {
            checks.push(Check::of("quota", Verdict::Unreachable, error.to_string(), "try again"))
        }
    }
    // The sandbox calls the service's own address: names under .localhost are for browsers.
    let ours = if app.settings.is_sandbox() {
        format!("http://{}", app.settings.bind)
    } else {
        app.settings.public_url.clone()
    };
    let wanted = format!("{ours}/line/webhook");
    match app.line.webhook_endpoint().await {
        Ok(Some(endpoint)) if endpoint.endpoint == wanted && endpoint.is_active => {
            // No call of LINE's API tells of the switch.
            let unseen =
                if app.settings.is_sandbox() { "" } else { "; see in the console that Webhook redelivery is on" };
            checks.push(Check::good("webhook", format!("{wanted}{unseen}")))
        }
        Ok(Some(endpoint)) => checks.push(Check::of(
            "webhook",
            Verdict::Bad,
            format!(
                "LINE calls {}{}",
                endpoint.endpoint,
                if endpoint.is_active { "" } else { ", and is switched off" }
            ),
            format!("set it to {wanted} in the console, switch on Use webhook and Webhook redelivery"),
        )),
        Ok(None) => checks.push(Check::of(
            "webhook",
            Verdict::Bad,
            "none is set at LINE",
            format!("set {wanted} in the console, switch on Use webhook and Webhook redelivery"),
        )),
        Err(error) => checks.push(Check::of("webhook", Verdict::Unreachable, error.to_string(), "try again")),
    }
}
