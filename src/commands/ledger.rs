//! `shuke ledger verify`: whether every balance is what the ledger tells, every chain whole, and every day's root right.
//! Needs no settings but the database's. Exit 1 when something differs.

use std::io::{self, Write};

use anyhow::Context as _;
use serde_json::json;

use super::open::Place;
use super::{Acts, Exit, Format, print};
use crate::loyalty::ledger::{self, Difference, Report};
use crate::store::Schema;
use crate::words::tame;

/// The ledger of stamps and vouchers.
#[derive(Debug, clap::Subcommand)]
pub enum Act {
    /// Work every balance out again from the ledger, compare, and check every hash. May run beside the service.
    Verify,
}

/// Checks the ledger.
pub async fn ledger(place: &Place, args: Acts<Act>) -> anyhow::Result<Exit> {
    let db = place.database().await?;
    anyhow::ensure!(
        db.schema().await? == Schema::Current,
        "The database is not at this program's schema. `shuke migrate` brings it there."
    );
    let Act::Verify = args.act;
    let report = ledger::verify(&db).await.context("The ledger could not be read to its end")?;
    show(&mut io::stdout().lock(), &report, args.format)
}

/// Prints what was found.
pub fn show(out: &mut impl Write, report: &Report, format: Format) -> anyhow::Result<Exit> {
    match format {
        Format::Json => {
            let mut answer = json!(report);
            answer["clean"] = json!(report.is_clean());
            print::json(out, &answer)?;
        }
        Format::Human => {
            let mut whom = String::new();
            for difference in &report.differences {
                let here = about(difference);
                if here != whom {
                    writeln!(out, "{here}")?;
                    whom = here;
                }
                writeln!(out, "  {}", tame(&line(difference)))?;
            }
            if report.more > 0 {
                writeln!(out, "… and {} more.", report.more)?;
            }
            let verdict = match i64::try_from(report.differences.len()).unwrap_or(i64::MAX) + report.more {
                0 => String::from("every balance is what the ledger tells"),
                count => some(count, "difference", "differences"),
            };
            let members = some(report.members, "member", "members");
            let entries = some(report.entries, "entry", "entries");
            let days = some(report.roots, "closed day", "closed days");
            writeln!(out, "{members}, {entries}, {days}: {verdict}.")?;
        }
    }
    Ok(if report.is_clean() { Exit::Ok } else { Exit::Failed })
}

fn some(count: i64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn about(difference: &Difference) -> String {
    match (difference.member, difference.day) {
        (Some(member), _) => format!("member {member}"),
        (None, Some(day)) => format!("day {day}"),
        (None, None) => String::from("the ledger"),
    }
}

fn line(difference: &Difference) -> String {
    match difference.seq {
        Some(seq) => format!("entry {seq}: {}", difference.detail),
        None => difference.detail.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::MemberId;
    use crate::loyalty::ledger::What;

    fn report() -> Report {
        let member = Some(MemberId(uuid::Uuid::from_u128(7)));
        let difference =
            |seq, what, detail: &str| Difference { member, seq, day: None, what, detail: String::from(detail) };
        let differences = vec![
            difference(Some(3), What::Hash, "its hash is not that of its text"),
            difference(None, What::Card, "stamps is 9, the ledger says 3"),
            Difference {
                member: None,
                day: "2026-03-01".parse().ok(),
                ..difference(None, What::Root, "it is not its root")
            },
        ];
        Report { members: 2, entries: 12, roots: 1, differences, more: 4 }
    }

    fn printed(report: &Report, format: Format) -> (String, Exit) {
        let mut out = Vec::new();
        let exit = show(&mut out, report, format).expect("printed");
        (String::from_utf8(out).expect("text"), exit)
    }

    #[test]
    fn differences_are_listed_by_member_and_exit_with_1() {
        let (text, exit) = printed(&report(), Format::Human);
        assert_eq!(exit, Exit::Failed);
        insta::assert_snapshot!(text, @"
        member 00000000-0000-0000-0000-000000000007
          entry 3: its hash is not that of its text
          stamps is 9, the ledger says 3
        day 2026-03-01
          it is not its root
        … and 4 more.
        2 members, 12 entries, 1 closed day: 7 differences.
        ");
        let (text, exit) = printed(&Report { members: 2, entries: 12, roots: 1, ..Report::default() }, Format::Human);
        assert_eq!(
            (text.as_str(), exit),
            ("2 members, 12 entries, 1 closed day: every balance is what the ledger tells.\n", Exit::Ok)
        );
    }

    #[test]
    fn a_program_reads_the_same_as_json() {
        let (text, exit) = printed(&report(), Format::Json);
        assert_eq!(exit, Exit::Failed);
        let read: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((&read["clean"], &read["entries"], &read["more"]), (&json!(false), &json!(12), &json!(4)));
        assert_eq!(read["differences"][0]["what"], "hash");
        assert_eq!(read["differences"][2]["day"], "2026-03-01");
    }
}
