//! How commands print: one JSON document for a program, words and aligned columns for a person.

use std::fmt::Display;
use std::io::{StdoutLock, Write};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Exit, Format};
use crate::words::{steers, tame};

/// Items on one page of a list that may be long.
pub const PAGE: usize = 100;

/// The items of a list, or a page of them.
#[derive(Debug)]
pub struct List<T> {
    items: Vec<T>,
    next: Option<Next>,
}

/// Where the next page of a list begins.
#[derive(Debug, PartialEq, Eq)]
struct Next {
    after: String,
    command: &'static str,
}

impl<T> List<T> {
    /// All there are.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// The first [`PAGE`] of `items`, of which one more was asked for. `command` with `--after` and the `id` of the last one
    /// shows the next page.
    pub fn page(mut items: Vec<T>, command: &'static str, id: impl Fn(&T) -> String) -> Self {
        let is_all = items.len() <= PAGE;
        items.truncate(PAGE);
        let last = if is_all { None } else { items.last() };
        let next = last.map(|last| Next { after: id(last), command });
        Self { items, next }
    }
}

/// Standard output of a command that answers in either form.
pub struct Out {
    to: StdoutLock<'static>,
    format: Format,
}

impl Out {
    /// Takes standard output.
    pub fn new(format: Format) -> Self {
        Self { to: std::io::stdout().lock(), format }
    }

    /// Says that it is done: `value` to a program, `words` to a person.
    pub fn done(&mut self, value: &Value, words: impl Display) -> anyhow::Result<Exit> {
        match self.format {
            Format::Json => json(&mut self.to, value)?,
            Format::Human => writeln!(self.to, "{words}")?,
        }
        Ok(Exit::Ok)
    }

    /// Shows a list: its items and where the next page begins to a program; to a person a table, or `none` where it is empty.
    pub fn list<T, const N: usize>(
        &mut self,
        list: &List<T>,
        none: impl Display,
        item: impl Fn(&T) -> Value,
        heads: [&str; N],
        row: impl Fn(&T) -> [String; N],
    ) -> anyhow::Result<Exit> {
        let List { items, next } = list;
        match self.format {
            Format::Json => {
                let items: Vec<_> = items.iter().map(item).collect();
                let next = next.as_ref().map(|next| &next.after);
                json(&mut self.to, &json!({ "items": items, "next": next }))?;
            }
            Format::Human if items.is_empty() => writeln!(self.to, "{none}")?,
            Format::Human => {
                table(&mut self.to, heads, &items.iter().map(row).collect::<Vec<_>>())?;
                if let Some(Next { after, command }) = next {
                    writeln!(self.to, "\nThere are more: `{command} --after {}`.", shell(after))?;
                }
            }
        }
        Ok(Exit::Ok)
    }
}

/// Prints one JSON document. What would steer a terminal is written as an escape, which a program reads as the same.
pub fn json(out: &mut impl Write, value: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(value)?;
    let mut safe = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        // The line breaks between the fields are the only ones: those within a text are escaped already.
        if c != '\n' && steers(c) {
            safe.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            safe.push(c);
        }
    }
    safe.push('\n');
    Ok(out.write_all(safe.as_bytes())?)
}

/// Prints rows under their heads, each column as wide as its widest cell. What is in a cell steers no terminal.
pub fn table<const N: usize>(out: &mut impl Write, heads: [&str; N], rows: &[[String; N]]) -> anyhow::Result<()> {
    let heads = heads.map(String::from);
    let rows: Vec<[String; N]> =
        [&heads].into_iter().chain(rows).map(|row| std::array::from_fn(|column| tame(&row[column]))).collect();
    let widest: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| width(&row[column])).max().unwrap_or_default());
    for row in &rows {
        let mut line = String::new();
        for (cell, widest) in row.iter().zip(widest) {
            line.push_str(cell);
            line.push_str(&" ".repeat(widest - width(cell) + 2));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// A moment as a person reads it: to the minute, in UTC as everywhere on the command line.
pub fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// When something that lets in was last used, or that it lets in no more.
pub fn use_of(used_at: Option<DateTime<Utc>>, revoked_at: Option<DateTime<Utc>>) -> String {
    match (revoked_at, used_at) {
        (Some(at), _) => format!("revoked {}", moment(at)),
        (None, Some(at)) => format!("used {}", moment(at)),
        (None, None) => String::from("never used"),
    }
}

/// A word as one types it in a shell: in single quotes where it holds anything a shell would take for its own.
pub fn shell(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/:.-_+=,@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return String::from(word);
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Columns a text takes on a terminal; from Hangul on letters are two wide, which holds for all names we expect.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if c >= '\u{1100}' { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_the_same_word() {
        for (word, typed) in [
            ("data/demo/shuke.env", "data/demo/shuke.env"),
            ("my shop/shuke.env", "'my shop/shuke.env'"),
            ("$HOME/#1", "'$HOME/#1'"),
            ("it's", r"'it'\''s'"),
            ("熟客/咖啡", "熟客/咖啡"),
            ("~", "'~'"),
            ("", "''"),
        ] {
            assert_eq!(shell(word), typed);
        }
    }

    #[test]
    fn a_page_says_where_the_next_begins_when_there_is_one() {
        let page = |items: usize| {
            let list = List::page((1..=items).collect(), "shuke jobs list", usize::to_string);
            (list.items.len(), list.next.map(|next| next.after))
        };
        assert_eq!(page(0), (0, None));
        assert_eq!(page(PAGE), (PAGE, None));
        assert_eq!(page(PAGE + 1), (PAGE, Some(PAGE.to_string())));
    }

    #[test]
    fn what_is_printed_steers_no_terminal_and_a_program_reads_the_same() {
        let text = "a\u{1b}[2Kb\u{9b}c\u{202e}d\u{7f}\n👩‍👧";
        let mut out = Vec::new();
        json(&mut out, &json!({ "name": text, "more": [1] })).expect("printed");
        let printed = String::from_utf8(out).expect("text");
        assert!(printed.chars().all(|c| c == '\n' || !steers(c)), "{printed:?}");
        assert_eq!(printed.lines().count(), 6, "{printed}");
        let read: Value = serde_json::from_str(&printed).expect("JSON");
        assert_eq!(read["name"], text);

        let mut out = Vec::new();
        table(&mut out, ["ERROR"], &[[String::from(text)]]).expect("printed");
        let printed = String::from_utf8(out).expect("text");
        assert_eq!(printed, "ERROR\na\u{fffd}[2Kb\u{fffd}c\u{fffd}d\u{fffd}\u{fffd}👩‍👧\n");
    }

    #[test]
    fn columns_stand_under_each_other_whatever_the_script() {
        let mut out = Vec::new();
        let rows = [[String::from("小美"), String::from("clerk")], [String::from("Ken"), String::new()]];
        table(&mut out, ["NAME", "ROLE"], &rows).expect("printed");
        insta::assert_snapshot!(String::from_utf8(out).expect("text"), @"
        NAME  ROLE
        小美  clerk
        Ken
        ");
    }
}
