//! `shuke apply DIGEST`: does what a plan showed, once. It writes rows; the service sends. Waits for the end and shows how far
//! it is, unless told not to, or when no service is there.

use std::io::{IsTerminal as _, Write};
use std::time::Duration;

use serde_json::json;

use super::open::Place;
use super::plan::silent;
use super::status;
use super::teller::{Teller, grouped};
use super::{Exit, Format, print, validate};
use crate::app::App;
use crate::brand::{self, Outcome};
use crate::campaigns::{self, Difference, Status};
use crate::delivery::{self, Pause, State};
use crate::ids::{Actor, RunId};
use crate::spec::definitions::Change;

/// How often it looks how far the run is, and how many looks without a service mean that there is none: 5 s.
const LOOK: Duration = Duration::from_millis(250);
const LOOKS_WITHOUT_SERVICE: u32 = 20;

/// What to apply.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The digest a plan ended with: twelve letters and digits, such as 3f9c1a2b4d5e.
    digest: String,
    /// Return at once instead of waiting until everything was sent.
    #[arg(long)]
    no_wait: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Applies and waits.
pub async fn apply(place: &Place, args: Args) -> anyhow::Result<Exit> {
    let app = place.app().await?;
    let mut out = std::io::stdout().lock();
    let brand = match validate::readable(&mut out, &app.settings.brand_dir, args.format)? {
        Ok(brand) => brand,
        Err(exit) => return Ok(exit),
    };
    let teller = Teller::new(place, &app, brand.profile.zone());
    let digest = args.digest.trim().to_ascii_lowercase();
    let outcome = match brand::apply(&app, &brand, &digest, &Actor::operator()).await {
        Ok(outcome) => outcome,
        Err(error) => return silent(error, &teller),
    };
    let mut teller = Told { teller: &teller, format: args.format, out: &mut out };
    match outcome {
        Outcome::NoSuchPlan => teller.no_such_plan(&digest),
        Outcome::Refused(found) => {
            let campaign = campaigns::by_digest(&app.db, &digest).await?.map(|plan| plan.campaign);
            teller.refused(campaign.as_deref().filter(|campaign| !campaign.is_empty()), &found)
        }
        Outcome::Published(changes) => teller.published(&changes),
        Outcome::AlreadyRun(ran) => {
            let status = campaigns::status_of(&app, ran.run).await?.ok_or(sqlx::Error::RowNotFound)?;
            teller.already_run(&status)
        }
        Outcome::Started(run) => teller.started(&app, run, args.no_wait).await,
    }
}

/// Tells what came of it.
struct Told<'a, W: Write> {
    teller: &'a Teller,
    format: Format,
    out: &'a mut W,
}

impl<W: Write> Told<'_, W> {
    fn no_such_plan(&mut self, digest: &str) -> anyhow::Result<Exit> {
        match self.format {
            Format::Json => print::json(self.out, &json!({ "outcome": "no_such_plan" }))?,
            Format::Human => eprintln!("{}", self.teller.say_with("push-no-such-plan", &[("digest", digest.into())])),
        }
        Ok(Exit::Failed)
    }

    fn refused(&mut self, campaign: Option<&str>, found: &[Difference]) -> anyhow::Result<Exit> {
        if self.format == Format::Json {
            print::json(self.out, &json!({ "outcome": "refused", "campaign": campaign, "because": found }))?;
            return Ok(Exit::Refused);
        }
        let under_way = campaign.zip(found.iter().find_map(|difference| match difference {
            Difference::UnderWay(run) => Some(run),
            _ => None,
        }));
        let head = match campaign {
            Some(_) if under_way.is_some() => "push-refused-under-way",
            Some(_) => "push-refused",
            None => "push-refused-publish",
        };
        eprintln!("{}", self.teller.say(head));
        for difference in found {
            eprintln!("  - {}", self.teller.difference(difference));
        }
        let next = match (under_way, campaign) {
            (Some((campaign, run)), _) => status::end_first(self.teller, campaign, run),
            (None, Some(campaign)) => self.teller.next("push-plan-again", &format!("plan {campaign}")),
            (None, None) => self.teller.next("push-plan-again", "plan"),
        };
        eprintln!("{next}");
        Ok(Exit::Refused)
    }

    fn published(&mut self, changes: &[Change]) -> anyhow::Result<Exit> {
        if self.format == Format::Json {
            print::json(self.out, &json!({ "outcome": "published", "changes": changes }))?;
            return Ok(Exit::Ok);
        }
        if changes.is_empty() {
            writeln!(self.out, "{}", self.teller.say("push-published-before"))?;
            return Ok(Exit::Ok);
        }
        writeln!(self.out, "{}", self.teller.say("push-published"))?;
        for change in changes {
            writeln!(self.out, "  - {}", self.teller.change(change))?;
        }
        Ok(Exit::Ok)
    }

    fn already_run(&mut self, status: &Status) -> anyhow::Result<Exit> {
        if self.format == Format::Json {
            print::json(self.out, &json!({ "outcome": "already_run", "run": status.run, "status": status }))?;
            return Ok(Exit::Ok);
        }
        let key = match status.state {
            State::Preparing | State::Open | State::Paused => "push-already-started",
            State::Done | State::Cancelled => "push-already-ran",
        };
        writeln!(self.out, "{}\n", self.teller.under_way(key, status.more.at, status.state))?;
        status::show(self.out, status, self.teller)?;
        Ok(Exit::Ok)
    }

    async fn started(&mut self, app: &App, run: RunId, no_wait: bool) -> anyhow::Result<Exit> {
        let first = campaigns::status_of(app, run).await?.ok_or(sqlx::Error::RowNotFound)?;
        if self.format == Format::Human {
            let blanks = [
                ("n", first.planned.into()),
                ("campaign", first.campaign.as_str().into()),
                ("count", grouped(first.planned).into()),
            ];
            writeln!(self.out, "{}", self.teller.say_with("push-started", &blanks))?;
        }
        let (status, is_alive) = if no_wait { (first, true) } else { self.watch(app, first).await? };
        if self.format == Format::Json {
            let answer = json!({ "outcome": "started", "run": run, "service": is_alive, "status": status });
            print::json(self.out, &answer)?;
        } else if no_wait || !is_alive {
            let key = if no_wait { "push-not-waiting" } else { "push-no-service" };
            writeln!(self.out, "{}", self.teller.next(key, &format!("status {}", status.campaign)))?;
        } else {
            writeln!(self.out)?;
            status::show(self.out, &status, self.teller)?;
        }
        Ok(if no_wait || !is_alive { Exit::Ok } else { exit_of(&status) })
    }

    /// Looks until the run has ended or stands still, or until no service was alive for a while.
    async fn watch(&mut self, app: &App, first: Status) -> anyhow::Result<(Status, bool)> {
        let mut bar = Bar { is_on: self.format == Format::Human && std::io::stderr().is_terminal(), is_shown: false };
        let (mut status, mut looks_without) = (first, 0);
        while matches!(status.state, State::Preparing | State::Open) {
            bar.show(&status, self.teller);
            tokio::time::sleep(LOOK).await;
            let is_alive = delivery::is_alive(&app.db, app.clock.now()).await?;
            looks_without = if is_alive { 0 } else { looks_without + 1 };
            if looks_without >= LOOKS_WITHOUT_SERVICE {
                bar.clear();
                return Ok((status, false));
            }
            status = campaigns::status_of(app, status.run).await?.ok_or(sqlx::Error::RowNotFound)?;
        }
        bar.clear();
        Ok((status, true))
    }
}

/// How far the run is, on one line of a terminal that is written over.
struct Bar {
    is_on: bool,
    is_shown: bool,
}

impl Bar {
    fn show(&mut self, status: &Status, teller: &Teller) {
        if self.is_on {
            let done = status.planned - status.more.waiting;
            let blanks = [("done", grouped(done).into()), ("all", grouped(status.planned).into())];
            eprint!("\r\u{1b}[K{}", teller.say_with("push-progress", &blanks));
            self.is_shown = true;
        }
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.is_shown) {
            eprint!("\r\u{1b}[K");
        }
    }
}

/// A run that stands still is an outcome of its own: for LINE's reasons, or for ours.
fn exit_of(status: &Status) -> Exit {
    let because = |pause: Pause| status.paused_because.as_deref() == Some(pause.word());
    match status.state {
        State::Paused if because(Pause::Token) || because(Pause::Forbidden) => Exit::Remote,
        State::Paused => Exit::Refused,
        State::Cancelled => Exit::Failed,
        State::Preparing | State::Open | State::Done => Exit::Ok,
    }
}
