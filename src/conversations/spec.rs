//! The files `conversations/*.yaml`: what the account answers to words.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spec::{At, Defined, Document, Fault};

/// What the account answers to words, first match first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RepliesFile {
    /// The answers.
    #[garde(length(min = 1, max = 500))]
    #[schemars(length(min = 1))]
    pub replies: Vec<At<Reply>>,
    /// The answer when none of them fits. Left out, the account stays silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub fallback: Option<At<Fallback>>,
}

/// Words and the answer to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The whole text of a message, in any of these wordings; capitals, full-width forms and spaces do not matter.
    pub when: Vec<At<String>>,
    /// Shows what is hers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show: Option<Show>,
    /// Says this template, by its path: templates/hours.yaml.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub say: Option<At<String>>,
}

/// The answer when nothing fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fallback {
    /// Says this template, by its path.
    pub say: At<String>,
}

/// What a reply can show of a member's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// Her member card.
    MemberCard,
    /// Her stamp card.
    StampCard,
    /// Her vouchers.
    Vouchers,
}

/// The answers of one file, as they are published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replies {
    /// The file's path, which is its name. Files are asked in the order of their names.
    pub path: String,
    /// What stands in it.
    pub file: RepliesFile,
}

impl Defined for Replies {
    const KIND: &'static str = "replies";

    fn name(&self) -> &str {
        &self.path
    }
}

impl RepliesFile {
    /// Every template it says, with the place where it is named.
    pub fn templates(&self) -> impl Iterator<Item = &At<String>> {
        self.replies
            .iter()
            .filter_map(|reply| reply.say.as_ref())
            .chain(self.fallback.iter().map(|fallback| &fallback.say))
    }
}

impl Document for RepliesFile {
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut seen: Vec<(String, u64)> = Vec::new();
        for reply in &self.replies {
            if reply.show.is_some() == reply.say.is_some() {
                faults.push(Fault::new("show-or-say", reply.place).hint("show-or-say-hint"));
            }
            if reply.when.is_empty() {
                faults.push(Fault::new("no-words", reply.place).hint("no-words-hint"));
            }
            for word in &reply.when {
                let folded = fold(word);
                if folded.is_empty() {
                    faults.push(Fault::new("blank", word.place));
                } else if let Some((_, line)) = seen.iter().find(|(other, _)| *other == folded) {
                    let fault = Fault::new("word-twice", word.place).with("word", word).with("line", line);
                    faults.push(fault.hint("word-twice-hint"));
                } else {
                    seen.push((folded, word.place.line));
                }
            }
        }
        faults
    }
}

/// A text as words are compared: full-width letters and digits made narrow, small letters, no white space, no signs around it
/// (「會員卡！」 is 會員卡), unless it is signs alone.
pub fn fold(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    let folded: String = text.chars().filter(|c| !c.is_whitespace()).map(narrow).flat_map(char::to_lowercase).collect();
    match folded.trim_matches(|c: char| !c.is_alphanumeric()) {
        "" => folded,
        words => String::from(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Source, documents, read};

    fn faults(text: &str) -> Vec<(String, u64, u64)> {
        let source = Source::new("conversations/replies.yaml", text);
        let faults = read::<RepliesFile>(&documents(&source).expect("one")[0]).err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.code.into_owned(), fault.place.line, fault.place.column)).collect()
    }

    #[test]
    fn words_are_compared_without_width_case_and_spaces() {
        assert_eq!(fold("　ＭＥＮＵ １ "), "menu1");
        assert_eq!(fold("會員卡"), "會員卡");
        for said in ["「會員卡」", "會員卡。", "會員卡！！", "…會員卡？", "會員卡☕"] {
            assert_eq!(fold(said), "會員卡", "{said}");
        }
        assert_eq!(fold("Ｑ＆Ａ"), "q&a");
        assert_eq!((fold("？"), fold("☕"), fold(" ")), (String::from("?"), String::from("☕"), String::new()));
    }

    #[test]
    fn each_reply_does_one_thing_and_each_word_stands_once() {
        let text = "replies:\n  - { when: [集點卡, 點數], show: stamp_card }\n  - { when: [Menu], say: templates/menu.yaml }\n  - { when: [ＭＥＮＵ, ' '], say: templates/a.yaml, show: vouchers }\n  - { when: [] }\nfallback: { say: templates/fallback.yaml }\n";
        let found = faults(text);
        let expected =
            [("show-or-say", 4, 5), ("word-twice", 4, 14), ("blank", 4, 20), ("no-words", 5, 5), ("show-or-say", 5, 5)];
        let mut found: Vec<_> = found.iter().map(|(code, line, column)| (code.as_str(), *line, *column)).collect();
        found.sort_by_key(|(code, line, column)| (*line, *column, *code));
        assert_eq!(found, expected);
        assert_eq!(faults("replies:\n  - { when: [a], show: points }\n")[0].0, "unknown-choice");
        assert_eq!(faults("replies: []\n")[0].0, "blank");
    }
}
