//! What the commands of pushes say to a marketer, in the terminal's language: labelled lines that stand under each other.

use std::io::{IsTerminal as _, Write};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::open::Place;
use super::print::{shell, width};
use super::validate::terminal_lang;
use crate::app::App;
use crate::brand::Brand;
use crate::campaigns::{Count, Difference, UnderWay};
use crate::delivery::State;
use crate::spec::definitions::{Change, Changed};
use crate::words::{FluentValue, Voice};

/// Speaks of pushes.
pub struct Teller {
    voice: Voice,
    zone: Tz,
    now: DateTime<Utc>,
    /// What stands before a command's name: `shuke --env-file data/demo/shuke.env`.
    program: String,
    is_bold: bool,
}

impl Teller {
    /// One for this terminal, who tells the time as the brand's shops do.
    pub fn new(place: &Place, app: &App, zone: Tz) -> Self {
        Self {
            voice: app.words.voice(terminal_lang()),
            zone,
            now: app.clock.now(),
            program: program(place),
            is_bold: std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        }
    }

    /// A sentence.
    pub fn say(&self, key: &str) -> String {
        self.voice.say(key)
    }

    /// A sentence with its blanks filled.
    pub fn say_with(&self, key: &str, blanks: &[(&str, FluentValue<'_>)]) -> String {
        self.voice.say_with(key, blanks)
    }

    /// A sentence about a number of people or messages.
    pub fn count(&self, key: &str, count: i64) -> String {
        self.say_with(key, &[("n", count.into()), ("count", grouped(count).into())])
    }

    /// A moment as the shops' clocks show it.
    pub fn moment(&self, at: DateTime<Utc>) -> String {
        let local = |at: DateTime<Utc>| at.with_timezone(&self.zone).naive_local();
        self.voice.moment(local(at), local(self.now).date())
    }

    /// A number of people in a column of numbers, and what they have in common.
    pub fn number(&self, count: i64, key: &str) -> String {
        format!("{:>7}  {}", grouped(count), self.say(key))
    }

    /// People by reason, the most first, under their sum.
    pub fn reasons(&self, counts: &[Count]) -> Vec<String> {
        let mut counts = counts.to_vec();
        counts.sort_by_key(|count| (-count.count, count.reason));
        let line = |Count { reason, count }: &Count| {
            format!("{:>7}    {}", grouped(*count), self.say(&format!("push-reason-{}", reason.word())))
        };
        counts.iter().map(line).collect()
    }

    /// A change of a definition.
    pub fn change(&self, change: &Change) -> String {
        self.of_definition(&format!("push-change-{}", changed(change.change)), &change.kind, &change.name)
    }

    fn of_definition(&self, key: &str, kind: &str, name: &str) -> String {
        let kind = self.say(&format!("push-kind-{kind}"));
        self.say_with(key, &[("kind", kind.into()), ("name", name.into())])
    }

    /// Why a plan no longer fits.
    pub fn difference(&self, difference: &Difference) -> String {
        match difference {
            Difference::File { kind, name, change } => {
                self.of_definition(&format!("push-differs-file-{}", changed(*change)), kind, name)
            }
            Difference::Published { kind, name } => self.of_definition("push-differs-published", kind, name),
            Difference::Tariff => self.say("push-differs-tariff"),
            Difference::Schedule => self.say("push-differs-schedule"),
            Difference::TooOld { planned_at } => {
                self.say_with("push-differs-too-old", &[("at", self.moment(*planned_at).into())])
            }
            Difference::RunSince { at, .. } => {
                self.say_with("push-differs-run-since", &[("at", self.moment(*at).into())])
            }
            Difference::UnderWay(UnderWay { at, state, .. }) => self.under_way("push-differs-under-way", *at, *state),
            Difference::DoneSince { at, .. } => {
                self.say_with("push-differs-done-since", &[("at", self.moment(*at).into())])
            }
            Difference::CancelledSince { .. } => self.say("push-differs-cancelled-since"),
            Difference::Quota { need, left } => {
                self.say_with("push-differs-quota", &[("need", grouped(*need).into()), ("left", grouped(*left).into())])
            }
        }
    }

    /// A sentence about a run that has not ended.
    pub fn under_way(&self, key: &str, at: DateTime<Utc>, state: State) -> String {
        self.say_with(key, &[("at", self.moment(at).into()), ("state", self.state(state).into())])
    }

    /// What a run is doing.
    pub fn state(&self, state: State) -> String {
        self.say(match state {
            State::Preparing => "push-state-preparing",
            State::Open => "push-state-open",
            State::Paused => "push-state-paused",
            State::Done => "push-state-done",
            State::Cancelled => "push-state-cancelled",
        })
    }

    /// Why a run stands still.
    pub fn because(&self, word: &str) -> String {
        self.say(&format!("push-because-{}", word.replace('_', "-")))
    }

    /// A sentence that says what to do, with the command under it.
    pub fn next(&self, key: &str, command: &str) -> String {
        format!("{}\n  {}", self.say(key), self.command(command))
    }

    /// A command as one would type it here.
    pub fn command(&self, command: &str) -> String {
        self.bold(&format!("{} {command}", self.program))
    }

    /// That there is no campaign of this name, and which there are.
    pub fn unknown_campaign(&self, brand: &Brand, name: &str) -> String {
        let known: Vec<&str> = brand.campaign_names().collect();
        let rest = match crate::spec::nearest(name, known.iter().copied()) {
            Some(near) => self.say_with("push-did-you-mean", &[("near", near.into())]),
            None if known.is_empty() => self.say("push-no-campaigns"),
            None => self.say_with("push-known-campaigns", &[("names", known.join(", ").into())]),
        };
        format!("{}\n{rest}", self.say_with("push-unknown-campaign", &[("name", name.into())]))
    }

    /// In bold letters, where the terminal has them.
    pub fn bold(&self, text: &str) -> String {
        if self.is_bold { format!("\u{1b}[1m{text}\u{1b}[0m") } else { String::from(text) }
    }
}

/// The program as it was called, with what it was told about where to look.
fn program(place: &Place) -> String {
    let mut program = shell(&std::env::args().next().unwrap_or_else(|| String::from("shuke")));
    if let Some(file) = &place.env_file {
        program.push_str(&format!(" --env-file {}", shell(&file.display().to_string())));
    }
    if let Some(folder) = &place.brand {
        program.push_str(&format!(" --brand {}", shell(&folder.display().to_string())));
    }
    program
}

fn changed(change: Changed) -> &'static str {
    match change {
        Changed::Added => "added",
        Changed::Changed => "changed",
        Changed::Removed => "removed",
    }
}

/// A number in groups of three digits: `1,428`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Lines under labels.
#[derive(Default)]
pub struct Sheet(Vec<(String, Vec<String>)>);

impl Sheet {
    /// A label with its lines; nothing without lines.
    pub fn row(&mut self, label: String, lines: impl IntoIterator<Item = String>) {
        let lines: Vec<String> =
            lines.into_iter().flat_map(|line| line.lines().map(String::from).collect::<Vec<_>>()).collect();
        if !lines.is_empty() {
            self.0.push((label, lines));
        }
    }

    /// Prints them, every line starting where the widest label ends.
    pub fn print(&self, out: &mut impl Write) -> std::io::Result<()> {
        let widest = self.0.iter().map(|(label, _)| width(label)).max().unwrap_or_default();
        for (label, lines) in &self.0 {
            for (index, line) in lines.iter().enumerate() {
                let label = if index == 0 { label.as_str() } else { "" };
                let text = format!("{label}{}{line}", " ".repeat(widest - width(label) + 2));
                writeln!(out, "{}", text.trim_end())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Pause, Reason};
    use crate::words::{Lang, Words};

    fn teller(lang: Lang) -> Teller {
        Teller {
            voice: Words::load().voice(lang),
            zone: chrono_tz::Asia::Taipei,
            now: DateTime::UNIX_EPOCH,
            program: String::from("shuke"),
            is_bold: false,
        }
    }

    #[test]
    fn every_reason_pause_and_state_has_words_in_each_language() {
        for lang in Lang::ALL {
            let teller = teller(lang);
            for reason in Reason::ALL {
                assert!(!teller.reasons(&[Count { reason, count: 1 }])[0].contains("push-"));
            }
            for pause in Pause::ALL {
                assert!(!teller.because(pause.word()).contains("push-"));
            }
            for state in [State::Preparing, State::Open, State::Paused, State::Done, State::Cancelled] {
                assert!(!teller.state(state).contains("push-"));
            }
            for kind in ["brand", "campaign", "segment", "template", "stamp_card", "coupon", "replies", "rich_menu"] {
                for change in [Changed::Added, Changed::Changed, Changed::Removed] {
                    let (kind, name) = (String::from(kind), String::from("x"));
                    assert!(
                        !teller.change(&Change { kind: kind.clone(), name: name.clone(), change }).contains("push-")
                    );
                    assert!(!teller.difference(&Difference::File { kind, name, change }).contains("push-"));
                }
            }
        }
    }

    #[test]
    fn numbers_stand_in_groups_of_three() {
        for (number, text) in
            [(0, "0"), (7, "7"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-42_000, "-42,000")]
        {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn lines_stand_under_each_other_whatever_the_script() {
        let mut sheet = Sheet::default();
        sheet.row(String::from("對象"), [String::from("分眾")]);
        sheet.row(String::from("Message"), [String::from("a\nb"), String::from("c")]);
        sheet.row(String::from("nothing"), []);
        let mut out = Vec::new();
        sheet.print(&mut out).expect("printed");
        insta::assert_snapshot!(String::from_utf8(out).expect("text"), @"
        對象     分眾
        Message  a
                 b
                 c
        ");
    }
}
