//! What is wrong in a file, where, and what would be right.

use std::borrow::Cow;
use std::fmt::{self, Display, Write as _};

use serde::Serialize;

use super::{Place, Source};
use crate::words::{Voice, tame};

/// Something wrong at a place of a file, not yet put into words. The sentence is `validate-CODE` in the catalogues, its blanks
/// are `args`; what would be right is the sentence `validate-HINT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A stable word for programs.
    pub code: Cow<'static, str>,
    /// Where. Line 0 means the file as a whole.
    pub place: Place,
    /// The blanks of the sentence.
    pub args: Vec<(Cow<'static, str>, String)>,
    /// The sentence that says what would be right, when another than `CODE-hint`.
    pub hint: Option<Cow<'static, str>>,
}

impl Fault {
    /// A fault at `place`.
    pub fn new(code: impl Into<Cow<'static, str>>, place: Place) -> Self {
        Self { code: code.into(), place, args: Vec::new(), hint: None }
    }

    /// Fills a blank of the sentence.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.args.push((Cow::Borrowed(name), value.to_string()));
        self
    }

    /// Names the sentence that says what would be right.
    #[must_use]
    pub fn hint(mut self, key: &'static str) -> Self {
        self.hint = Some(Cow::Borrowed(key));
        self
    }

    /// Says "did you mean" when one of `known` is near to `given`, else lists what is known.
    #[must_use]
    pub fn meant<'a>(self, given: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        match nearest(given, known.iter().copied()) {
            Some(near) => self.with("near", near).hint("did-you-mean"),
            None if known.is_empty() => self.hint("none-known"),
            None => self.with("known", known.join(", ")).hint("one-of"),
        }
    }

    /// Uses the sentence `key` where [`Self::meant`] would list more names than a person reads.
    #[must_use]
    pub fn short(mut self, key: &'static str) -> Self {
        if self.hint.as_deref() == Some("one-of") {
            self.args.retain(|(name, _)| name != "known");
            self.hint = Some(Cow::Borrowed(key));
        }
        self
    }

    /// Puts the fault at `place`.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// The fault in one line for a place that carries only text (garde's messages, serde's errors).
    pub(super) fn pack(&self) -> String {
        let hint = self.hint.as_deref().unwrap_or_default();
        let args = self.args.iter().fold(String::new(), |mut line, (name, value)| {
            let _ = write!(line, "\u{1f}{name}\u{1e}{value}");
            line
        });
        format!("\u{1f}{}\u{1f}{hint}{args}", self.code)
    }

    /// The fault in such a line.
    pub(super) fn unpack(line: &str) -> Option<Self> {
        let mut parts = line.strip_prefix('\u{1f}')?.split('\u{1f}');
        let mut fault = Self::new(String::from(parts.next()?), Place::default());
        fault.hint = parts.next().filter(|hint| !hint.is_empty()).map(|hint| Cow::Owned(String::from(hint)));
        for part in parts {
            let (name, value) = part.split_once('\u{1e}')?;
            fault.args.push((Cow::Owned(String::from(name)), String::from(value)));
        }
        Some(fault)
    }

    /// The fault in words, with the line it stands in.
    pub fn diagnose(&self, source: &Source, voice: &Voice) -> Diagnostic {
        let blanks: Vec<_> = self.args.iter().map(|(name, value)| (name.as_ref(), value.as_str().into())).collect();
        let hint = self.hint.as_ref().map(|hint| voice.say_with(&format!("validate-{hint}"), &blanks));
        Diagnostic {
            file: source.path.clone(),
            line: self.place.line,
            column: self.place.column,
            excerpt: source.line(self.place.line).map(|line| tame(head(line))).unwrap_or_default(),
            message: voice.say_with(&format!("validate-{}", self.code), &blanks),
            hint,
            code: self.code.clone().into_owned(),
        }
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        self.args.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
    }
}

/// A fault in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The file, within the brand's folder.
    pub file: String,
    /// The line, from 1; 0 means the file as a whole.
    pub line: u64,
    /// The character of that line, from 1.
    pub column: u64,
    /// The line itself.
    pub excerpt: String,
    /// What is so and why.
    pub message: String,
    /// What would be right.
    pub hint: Option<String>,
    /// A stable word for programs.
    pub code: String,
}

impl Diagnostic {
    /// The diagnostic for a terminal: place, line with a caret, message, hint. `colours` only for a terminal that has them.
    pub fn human(&self, colours: bool) -> String {
        let (red, dim, off) = if colours { ("\u{1b}[31;1m", "\u{1b}[2m", "\u{1b}[0m") } else { ("", "", "") };
        let mut out = match self.line {
            0 => format!("{}  {dim}{}{off}\n", self.file, self.code),
            line => format!("{}:{line}:{}  {dim}{}{off}\n", self.file, self.column, self.code),
        };
        if self.line > 0 && !self.excerpt.trim().is_empty() {
            let (shown, indent) = crop(&self.excerpt, self.column);
            let number = self.line.to_string();
            let gap = " ".repeat(number.len());
            let _ =
                write!(out, "  {dim}{number} |{off} {shown}\n  {dim}{gap} |{off} {}{red}^{off}\n", " ".repeat(indent));
        }
        let _ = writeln!(out, "  {red}{}{off}", self.message);
        if let Some(hint) = &self.hint {
            let _ = writeln!(out, "  {hint}");
        }
        out
    }
}

/// All diagnostics for a terminal, a blank line between.
pub fn render(diagnostics: &[Diagnostic], colours: bool) -> String {
    diagnostics.iter().map(|diagnostic| diagnostic.human(colours)).collect::<Vec<_>>().join("\n")
}

/// The one of `known` that a person who wrote `given` most likely meant.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(given, name), name))
        .filter(|(likeness, _)| *likeness >= 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// At most 400 characters of a line.
fn head(line: &str) -> &str {
    line.char_indices().nth(400).map_or(line, |(end, _)| &line[..end])
}

/// The part of a line that is shown, about 100 columns around character `column`, and the columns before the caret.
fn crop(line: &str, column: u64) -> (String, usize) {
    let chars: Vec<char> = line.chars().collect();
    let caret = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX).min(chars.len());
    let start = caret.saturating_sub(70);
    let end = chars.len().min(caret + 60);
    let lead = if start > 0 { "…" } else { "" };
    let tail = if end < chars.len() { "…" } else { "" };
    let shown: String = chars[start..end].iter().collect();
    let before = chars[start..caret].iter().map(|c| width(*c)).sum::<usize>() + lead.chars().count();
    (format!("{lead}{shown}{tail}"), before)
}

/// The columns a character takes in a terminal: two for CJK, kana, Hangul, full-width forms and emoji.
fn width(c: char) -> usize {
    let wide = matches!(u32::from(c), 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd);
    if wide { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_word_is_found_and_a_far_one_is_not() {
        assert_eq!(nearest("cuopon", ["at", "coupon", "card"]), Some("coupon"));
        assert_eq!(nearest("lapsed-60", ["everyone", "lapsed-60d"]), Some("lapsed-60d"));
        assert_eq!(nearest("weather", ["at", "coupon", "card"]), None);
    }

    #[test]
    fn the_caret_stands_under_its_character_after_chinese_text() {
        let diagnostic = Diagnostic {
            file: String::from("a.yaml"),
            line: 3,
            column: 8,
            excerpt: String::from("標題: a, b: c"),
            message: String::from("m"),
            hint: None,
            code: String::from("c"),
        };
        assert_eq!(diagnostic.human(false), "a.yaml:3:8  c\n  3 | 標題: a, b: c\n    |          ^\n  m\n");
    }

    /// The words between `before` and the next quote in every file below `folder`.
    fn quoted(folder: &std::path::Path, before: &str, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("the source").flatten() {
            if entry.path().is_dir() {
                quoted(&entry.path(), before, found);
            } else if entry.path().extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(entry.path()).expect("the source");
                let program = text.split("#[cfg(test)]").next().unwrap_or_default();
                found.extend(program.split(before).skip(1).filter_map(|rest| rest.split('"').next()).map(String::from));
            }
        }
    }

    #[test]
    fn every_fault_and_every_hint_has_its_sentence() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let catalogue = std::fs::read_to_string(root.join("src/words/zh-Hant/validate.ftl")).expect("the catalogue");
        let mut codes = Vec::new();
        for before in ["Fault::new(\"", ".hint(\"", ".short(\"", "wrong_kind(\""] {
            quoted(&root.join("src"), before, &mut codes);
        }
        assert!(codes.len() > 50, "the faults are found: {}", codes.len());
        let codes = codes.iter().map(|code| match code.as_str() {
            "switch" | "text" | "one-key" => format!("want-{code}"),
            _ => code.clone(),
        });
        let missing: Vec<_> = codes.filter(|code| !catalogue.contains(&format!("validate-{code} = "))).collect();
        assert!(missing.is_empty(), "no sentence for {missing:?}");
    }

    #[test]
    fn a_fault_passes_through_a_line_of_text() {
        let fault = Fault::new("too-small", Place::default()).with("min", 1).hint("did-you-mean");
        assert_eq!(Fault::unpack(&fault.pack()), Some(fault));
        assert_eq!(Fault::unpack("lower than 1"), None);
    }
}
