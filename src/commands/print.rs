//! How commands print: one JSON document for a program, aligned columns for a person.

use std::io::Write;

use chrono::{DateTime, Utc};
use serde::Serialize;

/// Prints one JSON document.
pub fn json(out: &mut impl Write, value: &impl Serialize) -> anyhow::Result<()> {
    Ok(writeln!(out, "{}", serde_json::to_string_pretty(value)?)?)
}

/// Prints rows under their heads, each column as wide as its widest cell.
pub fn table<const N: usize>(out: &mut impl Write, heads: [&str; N], rows: &[[String; N]]) -> anyhow::Result<()> {
    let heads = heads.map(String::from);
    let widest: [usize; N] = std::array::from_fn(|column| {
        rows.iter().chain([&heads]).map(|row| width(&row[column])).max().unwrap_or_default()
    });
    for row in [&heads].into_iter().chain(rows) {
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
