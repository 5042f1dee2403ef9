//! `shuke status NAME`: how the newest run of a campaign stands, from rows alone.

use std::io::Write;

use serde_json::json;

use super::open::Place;
use super::teller::{Sheet, Teller, grouped};
use super::{Exit, Format, print};
use crate::app::App;
use crate::campaigns::{self, Status, UnderWay};
use crate::delivery::{Pause, State};
use crate::spec::brand_file::BrandFile;
use crate::spec::definitions;

/// Of what.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The campaign.
    pub name: String,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Prints how a campaign stands. Exit 1 when it was never run.
pub async fn status(place: &Place, args: Args) -> anyhow::Result<Exit> {
    let app = place.app().await?;
    let teller = teller(place, &app).await?;
    let mut out = std::io::stdout().lock();
    match (campaigns::status(&app, &args.name).await?, args.format) {
        (Some(status), Format::Json) => print::json(&mut out, &status)?,
        (Some(status), Format::Human) => show(&mut out, &status, &teller)?,
        (None, format) => return never_ran(&mut out, &teller, &args.name, format),
    }
    Ok(Exit::Ok)
}

/// A teller in the time of the published brand, for commands that need no files.
pub(super) async fn teller(place: &Place, app: &App) -> anyhow::Result<Teller> {
    let brand = definitions::latest::<BrandFile>(&app.db, "brand").await?;
    let zone = brand.map_or(chrono_tz::UTC, |brand| brand.body.zone());
    Ok(Teller::new(place, app, zone))
}

/// Says that a campaign was never run.
pub(super) fn never_ran(out: &mut impl Write, teller: &Teller, name: &str, format: Format) -> anyhow::Result<Exit> {
    match format {
        Format::Json => print::json(out, &json!({ "campaign": name, "run": null }))?,
        Format::Human => {
            let said = teller.say_with("push-never-ran", &[("campaign", name.into())]);
            eprintln!("{said}\n  {}", teller.command(&format!("plan {name}")));
        }
    }
    Ok(Exit::Failed)
}

/// Prints how a run stands.
pub(super) fn show(out: &mut impl Write, status: &Status, teller: &Teller) -> anyhow::Result<()> {
    let mut sheet = Sheet::default();
    let at = teller.moment(status.more.at);
    let run = [("at", at.into()), ("run", status.run.to_string().into())];
    sheet.row(teller.bold(&status.campaign), [teller.say_with("push-run", &run)]);
    sheet.row(teller.say("push-label-state"), [state(status, teller)]);
    let mut people = |label: &str, count: i64, reasons: Vec<String>| {
        let is_told = count > 0 || ["push-label-planned", "push-label-accepted"].contains(&label);
        let line = is_told.then(|| format!("{:>7}", grouped(count)));
        sheet.row(teller.say(label), line.into_iter().chain(reasons));
    };
    let skipped = status.skipped.iter().map(|skipped| skipped.count).sum();
    people("push-label-planned", status.planned, Vec::new());
    people("push-label-accepted", status.accepted, Vec::new());
    people("push-label-refused", status.refused, teller.reasons(&status.more.refused));
    people("push-label-skipped", skipped, teller.reasons(&status.skipped));
    people("push-label-unknown", status.unknown, teller.reasons(&status.more.unknown));
    people("push-label-waiting", status.more.waiting, Vec::new());
    sheet.print(out)?;
    for line in notes(status, teller) {
        writeln!(out, "\n{line}")?;
    }
    Ok(())
}

fn state(status: &Status, teller: &Teller) -> String {
    match &status.paused_because {
        Some(word) if status.state == State::Paused => {
            teller.say_with("push-state-paused-because", &[("because", teller.because(word).into())])
        }
        _ => teller.state(status.state),
    }
}

/// What is to be done, and what the numbers do not say.
fn notes(status: &Status, teller: &Teller) -> Vec<String> {
    let mut notes: Vec<String> = status
        .more
        .doubtful
        .iter()
        .map(|(number, people, _)| {
            let blanks =
                [("n", (*people).into()), ("number", grouped(*number).into()), ("count", grouped(*people).into())];
            teller.say_with("push-doubtful", &blanks)
        })
        .collect();
    let is_copy = status.paused_because.as_deref() == Some(Pause::RestoredCopy.word());
    match status.state {
        State::Paused if is_copy => notes.push(after_restore(teller, &status.campaign)),
        State::Paused => notes.push(teller.next("push-resume-next", &format!("resume {}", status.campaign))),
        State::Cancelled => notes.push(after_cancel(teller, &status.campaign)),
        State::Preparing | State::Open | State::Done => {}
    }
    if status.accepted > 0 {
        notes.push(teller.say("push-accepted-note"));
    }
    notes
}

/// How those who have not got a cancelled run may still get it.
pub(super) fn after_cancel(teller: &Teller, campaign: &str) -> String {
    teller.next("push-cancelled-next", &format!("plan {campaign}"))
}

/// How a run ends that stands in the way of another of its campaign.
pub(super) fn end_first(teller: &Teller, campaign: &str, run: &UnderWay) -> String {
    let (key, command) = match run.state {
        _ if run.is_copy => return after_restore(teller, campaign),
        State::Paused => ("push-paused-first", "resume"),
        _ => ("push-sending-first", "status"),
    };
    let first = teller.next(key, &format!("{command} {campaign}"));
    format!("{first}\n  {}", teller.command(&format!("cancel {campaign}")))
}

/// What becomes of a run that a restored copy may not go on with.
pub(super) fn after_restore(teller: &Teller, campaign: &str) -> String {
    let end = teller.next("push-restored-next", &format!("cancel {campaign}"));
    format!("{end}\n  {}", teller.command(&format!("plan {campaign}")))
}
