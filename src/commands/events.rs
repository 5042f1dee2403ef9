//! `shuke events`: webhook events that failed five times and wait for a person, and how to have one tried again.

use serde_json::json;

use super::open::Place;
use super::print::{self, List, Out, PAGE};
use super::{Acts, Exit};
use crate::app::App;
use crate::ids::Actor;
use crate::intake::{self, Parked, Revived};
use crate::staff::audit;

/// Parked webhook events.
#[derive(Debug, clap::Subcommand)]
pub enum Act {
    /// List the parked ones and those kept without an answer, oldest first, a hundred at a time.
    List {
        /// Go on after this one.
        #[arg(long, value_name = "ID")]
        after: Option<String>,
    },
    /// Have a parked one tried again, five times as at first. One kept without an answer, or whose content was removed since, is
    /// put away: there is nothing left to try.
    Replay {
        /// LINE's id of the event, as `list` shows it.
        id: String,
    },
}

/// Lists or replays events.
pub async fn events(place: &Place, args: Acts<Act>) -> anyhow::Result<Exit> {
    let app = place.app().await?;
    let mut out = Out::new(args.format);
    match args.act {
        Act::List { after } => list(&app, &mut out, after.as_deref().map(str::trim)).await,
        Act::Replay { id } => replay(&app, &mut out, id.trim()).await,
    }
}

async fn list(app: &App, out: &mut Out, after: Option<&str>) -> anyhow::Result<Exit> {
    let parked = intake::parked(&app.db, after, i64::try_from(PAGE + 1)?).await?;
    let none = match after {
        None => String::from("No event is parked."),
        Some(after) => format!("No parked event follows {after:?}; `shuke events list` shows them from the first."),
    };
    let item = |event: &Parked| {
        json!({
            "id": event.id, "kind": event.kind, "at": event.at, "error": event.error,
            "kept_without_answer": event.is_kept,
        })
    };
    let row = |event: &Parked| {
        let error = event.error.clone().unwrap_or_default();
        [event.id.clone(), event.kind.clone(), print::moment(event.at), error]
    };
    let list = List::page(parked, "shuke events list", |event| event.id.clone());
    out.list(&list, none, item, ["ID", "KIND", "HAPPENED", "ERROR"], row)
}

async fn replay(app: &App, out: &mut Out, id: &str) -> anyhow::Result<Exit> {
    let mut tx = app.db.begin().await?;
    let revived = intake::revive(&mut tx, id).await?;
    let action = match revived {
        Some(Revived::Waits) => Some("event.replayed"),
        Some(Revived::PutAway | Revived::Removed) => Some("event.put_away"),
        None => None,
    };
    if let Some(action) = action {
        audit::record(app, &mut tx, &Actor::operator(), action, id, json!({})).await?;
    }
    tx.commit().await?;
    let words = match revived {
        Some(Revived::Waits) => {
            "The event waits for its turn; the running service takes it within a second. A reply it may owe leaves only while\n\
             LINE still takes its token, about a minute after the message."
        }
        Some(Revived::PutAway) => {
            "What happened was kept when the event failed; only its answer is missing, and LINE takes none for it any more.\n\
             So nothing is tried again: the event is put away and not listed from now on."
        }
        Some(Revived::Removed) => {
            "The content of this event was removed: its writer took it back, or it was older than 30 days. So there is nothing\n\
             to try again: the event is put away and not listed from now on."
        }
        None => {
            eprintln!("No parked event has the id {id:?}; `shuke events list` shows those there are.");
            return Ok(Exit::Failed);
        }
    };
    let mut done = json!({ "id": id, "replayed": revived == Some(Revived::Waits) });
    if revived == Some(Revived::Removed) {
        done["content_removed"] = json!(true);
    }
    out.done(&done, words)
}
