//! `shuke restored`: says that this database is a restored copy. A new epoch begins, and no run that was approved before it
//! leaves by itself, for the original may have sent it meanwhile. Plans that wait to be applied are withdrawn for the same reason.

use std::io::Write;

use serde_json::json;

use super::open::Place;
use super::teller::{Teller, grouped};
use super::{Exit, Format, print, status};
use crate::app::App;
use crate::campaigns::{self, Status};
use crate::delivery::copies;
use crate::ids::{Actor, RunId};
use crate::staff::audit;
use crate::store::install;

/// Begins a new epoch and shows what stands still now.
pub async fn restored(place: &Place, format: Format) -> anyhow::Result<Exit> {
    let app = place.app().await?;
    let Some((epoch, runs)) = begin_epoch(&app).await? else {
        eprintln!("This database was never started, so nothing in it was approved. Is DATABASE_URL the restored one?");
        return Ok(Exit::Failed);
    };
    let mut still = Vec::with_capacity(runs.len());
    for run in runs {
        still.extend(campaigns::status_of(&app, run).await?);
    }
    let teller = status::teller(place, &app).await?;
    show(&mut std::io::stdout().lock(), epoch, &still, &teller, format)?;
    Ok(Exit::Ok)
}

/// The new epoch and the runs it stops; none before the first start.
async fn begin_epoch(app: &App) -> sqlx::Result<Option<(i64, Vec<RunId>)>> {
    let mut tx = app.db.begin().await?;
    let epoch = install::raise_epoch(&mut tx).await?;
    let begun = match (epoch, install::find(&mut tx).await?) {
        (Some(epoch), Some(installed)) => {
            let runs = copies::stop_all_of_another_epoch(app, &mut tx).await?;
            campaigns::withdraw(&mut tx).await?;
            let detail = json!({ "epoch": epoch, "stopped": runs });
            let subject = installed.id.to_string();
            audit::record(app, &mut tx, &Actor::operator(), "install.restored", &subject, detail).await?;
            Some((epoch, runs))
        }
        _ => None,
    };
    tx.commit().await?;
    Ok(begun)
}

fn show(out: &mut impl Write, epoch: i64, still: &[Status], teller: &Teller, format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        let run = |status: &Status| json!({ "campaign": status.campaign, "run": status.run, "planned": status.planned, "waiting": status.more.waiting });
        let runs: Vec<_> = still.iter().map(run).collect();
        return print::json(out, &json!({ "epoch": epoch, "runs": runs }));
    }
    writeln!(
        out,
        "This database is a restored copy from now on (epoch {epoch}): nothing approved before leaves by itself,\n\
         and plans made before are withdrawn."
    )?;
    if still.is_empty() {
        writeln!(out, "No run was under way in it. Start the service: {}", teller.command("serve"))?;
        return Ok(());
    }
    writeln!(
        out,
        "\nThese runs stand still and are never resumed here; the original may have sent what is left of them:\n"
    )?;
    let row = |status: &Status| {
        [status.campaign.clone(), status.run.to_string(), grouped(status.planned), grouped(status.more.waiting)]
    };
    let rows: Vec<_> = still.iter().map(row).collect();
    print::table(out, ["CAMPAIGN", "RUN", "PLANNED", "LEFT"], &rows)?;
    let name = still.last().map_or("NAME", |status| status.campaign.as_str());
    writeln!(
        out,
        "\nStart the service; then end each of them and, for those who have not got it, make a new plan, which needs a new\n\
         approval. This copy does not know whom the original reached after the backup: look there first.\n  {}\n  {}\n  {}",
        teller.command("serve"),
        teller.command(&format!("cancel {name}")),
        teller.command(&format!("plan {name}"))
    )?;
    Ok(())
}
