//! `shuke jobs`: later steps nobody tries any more, each with why, and how to have one tried again.

use serde_json::json;

use super::open::Place;
use super::print::{self, List, Out, PAGE};
use super::{Acts, Exit};
use crate::app::App;
use crate::ids::{Actor, JobId};
use crate::jobs::{self, Dead};
use crate::staff::audit;

/// Jobs that were given up.
#[derive(Debug, clap::Subcommand)]
pub enum Act {
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
pub async fn jobs(place: &Place, args: Acts<Act>) -> anyhow::Result<Exit> {
    let app = place.app().await?;
    let mut out = Out::new(args.format);
    match args.act {
        Act::List { after } => list(&app, &mut out, after).await,
        Act::Revive { id } => revive(&app, &mut out, id).await,
    }
}

async fn list(app: &App, out: &mut Out, after: Option<JobId>) -> anyhow::Result<Exit> {
    let dead = jobs::list(&app.db, after, i64::try_from(PAGE + 1)?).await?;
    let none = match after {
        None => String::from("No job is dead."),
        Some(after) => format!("No dead job follows {after}."),
    };
    let item = |job: &Dead| {
        json!({
            "id": job.id, "name": job.name, "attempts": job.attempts, "error": job.error, "created_at": job.created_at,
        })
    };
    let row = |job: &Dead| {
        let error = job.error.clone().unwrap_or_default();
        [job.id.to_string(), job.name.clone(), job.attempts.to_string(), print::moment(job.created_at), error]
    };
    let list = List::page(dead, "shuke jobs list", |job| job.id.to_string());
    out.list(&list, none, item, ["ID", "NAME", "TRIES", "SINCE", "ERROR"], row)
}

async fn revive(app: &App, out: &mut Out, id: JobId) -> anyhow::Result<Exit> {
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
    let words = "The job waits for its turn; the running service takes it within a second.";
    out.done(&json!({ "id": id, "revived": true }), words)
}
