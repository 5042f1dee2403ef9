//! `shuke plan`: what a campaign would do, people by people and word by word; nothing is sent and nothing published. Without
//! a name: what publishing the brand's files would change.

use std::io::Write;

use serde_json::Value;

use super::open::Place;
use super::teller::{Sheet, Teller, grouped};
use super::{Exit, Format, print, status, validate};
use crate::app::App;
use crate::brand::{self, Brand, WholePlan};
use crate::campaigns::{Plan, PushError, Sample};
use crate::delivery::Reason;
use crate::words::tame;

/// A plan.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The campaign; left out: what publishing the brand's files would change.
    name: Option<String>,
    /// Exit with 2 when there is something to apply.
    #[arg(long)]
    detailed_exitcode: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Plans and prints.
pub async fn plan(place: &Place, args: Args) -> anyhow::Result<Exit> {
    let app = place.app().await?;
    let mut out = std::io::stdout().lock();
    let brand = match validate::readable(&mut out, &app.settings.brand_dir, args.format)? {
        Ok(brand) => brand,
        Err(exit) => return Ok(exit),
    };
    let teller = Teller::new(place, &app, brand.profile.zone());
    let has_changes = match &args.name {
        Some(name) => match campaign(&app, &brand, &teller, name, args.format, &mut out).await? {
            Ok(has_changes) => has_changes,
            Err(exit) => return Ok(exit),
        },
        None => {
            let plan = brand::plan_all(&app, &brand).await?;
            match args.format {
                Format::Json => print::json(&mut out, &plan)?,
                Format::Human => whole(&mut out, &plan, &teller)?,
            }
            !plan.changes.is_empty()
        }
    };
    Ok(if has_changes && args.detailed_exitcode { Exit::Changes } else { Exit::Ok })
}

/// Plans a campaign; whether there is something to apply.
async fn campaign(
    app: &App,
    brand: &Brand,
    teller: &Teller,
    name: &str,
    format: Format,
    out: &mut impl Write,
) -> anyhow::Result<Result<bool, Exit>> {
    let plan = match brand::plan(app, brand, name).await {
        Ok(Some(plan)) => plan,
        Ok(None) => {
            eprintln!("{}", teller.unknown_campaign(brand, name));
            return Ok(Err(Exit::Failed));
        }
        Err(error) => return silent(error, teller).map(Err),
    };
    match format {
        Format::Json => {
            print::json(out, &plan)?;
            if let Some(note) = under_way(&plan, teller) {
                eprintln!("{note}");
            }
        }
        Format::Human => one(out, &plan, teller)?,
    }
    Ok(Ok(plan.more.under_way.is_none() && (plan.messages > 0 || !plan.changes.is_empty())))
}

/// What it means that LINE did not tell the quota; other errors stay errors.
pub(super) fn silent(error: PushError, teller: &Teller) -> anyhow::Result<Exit> {
    match error {
        PushError::Quota(crate::delivery::QuotaError::Line(line)) => {
            eprintln!("{}", teller.say_with("push-line-silent", &[("detail", tame(&line.to_string()).into())]));
            Ok(Exit::Remote)
        }
        other => Err(other.into()),
    }
}

/// Prints the plan of a campaign.
fn one(out: &mut impl Write, plan: &Plan, teller: &Teller) -> anyhow::Result<()> {
    writeln!(out, "{}  {}\n", teller.bold(&plan.campaign), plan.more.title)?;
    let mut sheet = Sheet::default();
    sheet.row(teller.say("push-label-audience"), audience(plan, teller));
    sheet.row(teller.say("push-label-message"), [plan.more.template.clone(), requests(plan, teller)]);
    sheet.row(teller.say("push-label-quota"), quota(plan, teller));
    sheet.row(teller.say("push-label-cost"), [cost(plan, teller)]);
    sheet.row(teller.say("push-label-changes"), plan.changes.iter().map(|change| teller.change(change)));
    sheet.row(teller.say("push-label-samples"), plan.samples.iter().map(sample));
    sheet.row(teller.say("push-label-digest"), [teller.bold(&plan.digest)]);
    sheet.print(out)?;
    writeln!(out)?;
    if let Some(note) = under_way(plan, teller) {
        return Ok(writeln!(out, "{note}")?);
    }
    let last = match plan.messages {
        0 => teller.say("push-nobody"),
        _ if !plan.more.fits => teller.next("push-no-room", &format!("plan {}", plan.campaign)),
        _ => teller.next("push-next", &format!("apply {}", plan.digest)),
    };
    writeln!(out, "{last}")?;
    if plan.audience.out.iter().any(|out| out.reason == Reason::AlreadyGotIt) {
        writeln!(out, "{}", teller.say("push-once-each"))?;
    }
    Ok(())
}

/// That a run of the campaign has not ended, and how it does.
fn under_way(plan: &Plan, teller: &Teller) -> Option<String> {
    let run = plan.more.under_way.as_ref()?;
    let said = teller.under_way("push-under-way", run.at, run.state);
    Some(format!("{said}\n{}", status::end_first(teller, &plan.campaign, run)))
}

fn audience(plan: &Plan, teller: &Teller) -> Vec<String> {
    let people = &plan.audience;
    let chosen = [("segment", plan.more.segment.as_str().into()), ("chosen", grouped(people.chosen()).into())];
    let mut lines = vec![teller.say_with("push-audience", &chosen), teller.number(people.inside, "push-inside")];
    if !people.out.is_empty() {
        lines.push(teller.number(people.chosen() - people.inside, "push-outside"));
        lines.extend(teller.reasons(&people.out));
    }
    lines
}

fn requests(plan: &Plan, teller: &Teller) -> String {
    let blanks = [
        ("n", plan.messages.into()),
        ("messages", grouped(plan.messages).into()),
        ("requests", grouped(plan.requests).into()),
        ("multicasts", grouped(plan.more.multicasts).into()),
        ("pushes", grouped(plan.requests - plan.more.multicasts).into()),
    ];
    teller.say_with("push-requests", &blanks)
}

fn quota(plan: &Plan, teller: &Teller) -> Vec<String> {
    let used = ("used", grouped(plan.quota.used).into());
    let mut lines = match plan.quota.limit {
        Some(limit) => {
            let left = (limit - plan.quota.after).max(0);
            let blanks = [("limit", grouped(limit).into()), used, ("left", grouped(left).into())];
            vec![teller.say_with("push-quota", &blanks)]
        }
        None => vec![teller.say_with("push-quota-open", &[used])],
    };
    if plan.more.promised > 0 {
        lines.push(teller.count("push-quota-promised", plan.more.promised));
    }
    if let Some(limit) = plan.quota.limit.filter(|_| !plan.more.fits) {
        lines.push(teller.count("push-quota-short", plan.quota.after - limit));
    }
    lines
}

fn cost(plan: &Plan, teller: &Teller) -> String {
    let blanks = [
        ("cost", plan.cost.to_string().into()),
        ("plan", plan.more.tariff.as_str().into()),
        ("free", grouped(plan.more.free_messages).into()),
    ];
    teller.say_with("push-cost", &blanks)
}

/// What one member would read: her name, then each message behind a bar.
fn sample(sample: &Sample) -> String {
    let mut lines = vec![format!("{}  {}", tame(&sample.name), sample.number.grouped())];
    for message in sample.body.as_array().into_iter().flatten() {
        let text = message["text"].as_str().map(String::from);
        let alt = || message["altText"].as_str().map(|alt| format!("[{alt}]"));
        lines.extend(text.or_else(alt).unwrap_or_default().lines().map(|line| format!("│ {}", tame(line))));
        let buttons: Vec<String> = buttons(message).map(|label| format!("〔{}〕", tame(label))).collect();
        if !buttons.is_empty() {
            lines.push(format!("│ {}", buttons.join(" ")));
        }
    }
    lines.join("\n")
}

fn buttons(message: &Value) -> impl Iterator<Item = &str> {
    let items = message["quickReply"]["items"].as_array().into_iter().flatten();
    items.filter_map(|item| item["action"]["label"].as_str())
}

/// Prints what publishing the brand's files would change.
fn whole(out: &mut impl Write, plan: &WholePlan, teller: &Teller) -> anyhow::Result<()> {
    if plan.changes.is_empty() {
        return Ok(writeln!(out, "{}", teller.say("push-all-same"))?);
    }
    writeln!(out, "{}\n", teller.bold(&teller.say("push-all-title")))?;
    let mut sheet = Sheet::default();
    sheet.row(teller.say("push-label-changes"), plan.changes.iter().map(|change| teller.change(change)));
    sheet.row(teller.say("push-label-digest"), [teller.bold(&plan.digest)]);
    sheet.print(out)?;
    Ok(writeln!(out, "\n{}", teller.next("push-all-next", &format!("apply {}", plan.digest)))?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clock::Chance;
    use crate::members::Number;

    #[test]
    fn a_name_writes_nothing_but_itself_to_the_terminal() {
        let name = "王\u{1b}[2A\u{1b}[2K\u{202e}";
        let body = json!([{
            "type": "text", "text": format!("{name} 您好\n第二行"),
            "quickReply": { "items": [{ "action": { "label": name } }] },
        }, { "type": "flex", "altText": name }]);
        let member = crate::ids::MemberId(uuid::Uuid::nil());
        let number = Number::random(&Chance::seeded(1));
        let shown = sample(&Sample { member, body, number: number.clone(), name: String::from(name) });
        let tame = "王\u{fffd}[2A\u{fffd}[2K\u{fffd}";
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(
            lines,
            [
                format!("{tame}  {}", number.grouped()),
                format!("│ {tame} 您好"),
                String::from("│ 第二行"),
                format!("│ 〔{tame}〕"),
                format!("│ [{tame}]"),
            ]
        );
    }
}
