//! `shuke events`: webhook events that failed five times and wait for a person, and how to have one tried again.

use std::io::Write;

use serde_json::json;

use super::open::Place;
use super::{Exit, Format, print};
use crate::app::App;
use crate::ids::Actor;
use crate::intake::{self, Parked};
use crate::staff::audit;

/// Parked webhook events.
#[derive(Debug, clap::Args)]
pub struct Events {
    #[command(subcommand)]
    act: Act,
    /// How to print.
    #[arg(long, value_enum, default_value_t, global = true)]
    format: Format,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// List the parked ones, oldest first, a hundred at most.
    List,
    /// Have a parked one tried again, five times as at first.
    Replay {
        /// LINE's id of the event, as `list` shows it.
        id: String,
    },
}

/// Lists or replays events.
pub async fn events(place: &Place, args: Events) -> anyhow::Result<Exit> {
    let app = place.app().await?;
    let mut out = std::io::stdout().lock();
    match args.act {
        Act::List => list(&app, &mut out, args.format).await,
        Act::Replay { id } => replay(&app, &mut out, id.trim(), args.format).await,
    }
}

async fn list(app: &App, out: &mut impl Write, format: Format) -> anyhow::Result<Exit> {
    let (parked, count) = (intake::parked(&app.db).await?, intake::parked_count(&app.db).await?);
    match format {
        Format::Json => {
            let item =
                |event: &Parked| json!({ "id": event.id, "kind": event.kind, "at": event.at, "error": event.error });
            let items: Vec<_> = parked.iter().map(item).collect();
            print::json(out, &json!({ "items": items, "count": count }))?;
        }
        Format::Human if parked.is_empty() => writeln!(out, "No event is parked.")?,
        Format::Human => {
            let row = |event: &Parked| {
                let error = event.error.clone().unwrap_or_default();
                [event.id.clone(), event.kind.clone(), print::moment(event.at), error]
            };
            let rows: Vec<_> = parked.iter().map(row).collect();
            print::table(out, ["ID", "KIND", "HAPPENED", "ERROR"], &rows)?;
            if let Some(more) = i64::try_from(rows.len()).ok().map(|shown| count - shown).filter(|more| *more > 0) {
                writeln!(out, "\n… and {more} more, shown when these are done.")?;
            }
        }
    }
    Ok(Exit::Ok)
}

async fn replay(app: &App, out: &mut impl Write, id: &str, format: Format) -> anyhow::Result<Exit> {
    if !intake::revive(app, id).await? {
        eprintln!("No parked event has the id {id:?}; `shuke events list` shows those there are.");
        return Ok(Exit::Failed);
    }
    let mut tx = app.db.begin().await?;
    audit::record(app, &mut tx, &Actor::operator(), "event.replayed", id, json!({})).await?;
    tx.commit().await?;
    match format {
        Format::Json => print::json(out, &json!({ "id": id, "replayed": true }))?,
        Format::Human => writeln!(
            out,
            "The event waits for its turn; the running service takes it within a second. A reply it may owe leaves only while\n\
             LINE still takes its token, about a minute after the message."
        )?,
    }
    Ok(Exit::Ok)
}
