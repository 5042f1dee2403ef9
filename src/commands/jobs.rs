//! `shuke jobs`: later steps nobody tries any more, each with why, and how to have one tried again.

use std::io::Write;

use serde_json::json;

use super::open::Place;
use super::{Exit, Format, print};
use crate::app::App;
use crate::ids::{Actor, JobId};
use crate::jobs::{self, Dead};
use crate::staff::audit;

/// Dead jobs on one page.
const PAGE: i64 = 100;

/// Jobs that were given up.
#[derive(Debug, clap::Args)]
pub struct Jobs {
    #[command(subcommand)]
    act: Act,
    /// How to print.
    #[arg(long, value_enum, default_value_t, global = true)]
    format: Format,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// List the dead ones, oldest first, a hundred at a time.
    List {
        /// Go on after this one.
        #[arg(long, value_name = "ID")]
        after: Option<JobId>,
    },
    /// Have a dead one tried again, ten times as at first.
    Revive {
        /// The job, as `list` shows it.
        id: JobId,
    },
}

/// Lists or revives jobs.
pub async fn jobs(place: &Place, args: Jobs) -> anyhow::Result<Exit> {
    let app = place.app().await?;
    let mut out = std::io::stdout().lock();
    match args.act {
        Act::List { after } => list(&app, &mut out, after, args.format).await,
        Act::Revive { id } => revive(&app, &mut out, id, args.format).await,
    }
}

async fn list(app: &App, out: &mut impl Write, after: Option<JobId>, format: Format) -> anyhow::Result<Exit> {
    let mut dead = jobs::list(&app.db, after, PAGE + 1).await?;
    let is_all = i64::try_from(dead.len()).is_ok_and(|count| count <= PAGE);
    dead.truncate(usize::try_from(PAGE)?);
    let next = if is_all { None } else { dead.last().map(|job| job.id) };
    match format {
        Format::Json => {
            let item = |job: &Dead| {
                json!({
                    "id": job.id, "name": job.name, "attempts": job.attempts, "error": job.error,
                    "created_at": job.created_at,
                })
            };
            let items: Vec<_> = dead.iter().map(item).collect();
            print::json(out, &json!({ "items": items, "next": next }))?;
        }
        Format::Human if dead.is_empty() => writeln!(out, "No job is dead.")?,
        Format::Human => {
            let row = |job: &Dead| {
                let error = job.error.clone().unwrap_or_default();
                [job.id.to_string(), job.name.clone(), job.attempts.to_string(), print::moment(job.created_at), error]
            };
            let rows: Vec<_> = dead.iter().map(row).collect();
            print::table(out, ["ID", "NAME", "TRIES", "SINCE", "ERROR"], &rows)?;
            if let Some(next) = next {
                writeln!(out, "\nThere are more: `shuke jobs list --after {next}`.")?;
            }
        }
    }
    Ok(Exit::Ok)
}

async fn revive(app: &App, out: &mut impl Write, id: JobId, format: Format) -> anyhow::Result<Exit> {
    let mut tx = app.db.begin().await?;
    let is_revived = jobs::revive(&mut tx, id, app.clock.now()).await?;
    if is_revived {
        audit::record(app, &mut tx, &Actor::operator(), "job.revived", &id.to_string(), json!({})).await?;
    }
    tx.commit().await?;
    if !is_revived {
        eprintln!(
            "No dead job has the id {id}, or another that does the same waits already. `shuke jobs list` shows the dead ones."
        );
        return Ok(Exit::Failed);
    }
    match format {
        Format::Json => print::json(out, &json!({ "id": id, "revived": true }))?,
        Format::Human => writeln!(out, "The job waits for its turn; the running service takes it within a second.")?,
    }
    Ok(Exit::Ok)
}
