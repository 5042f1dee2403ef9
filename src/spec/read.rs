//! From a file's text to typed documents.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_saphyr::{Options, alias_limits, budget, options};

use super::place::{leave, reading};
use super::shape;
use super::tree::{Node, Tree};
use super::{Document, Fault, Place, Source};

/// Documents in one file, at most.
const MAX_DOCUMENTS: usize = 200;

/// One document of a file: the text between two `---` lines.
#[derive(Debug, Clone, Copy)]
pub struct Doc<'a> {
    /// Its text.
    pub text: &'a str,
    /// The lines of the file above it.
    pub lines_before: u64,
}

/// The documents of a file; those with nothing but comments are left out. A line that starts with `---` always ends a
/// document in YAML, also within a text.
///
/// # Errors
/// When there are more than 200.
pub fn documents(source: &Source) -> Result<Vec<Doc<'_>>, Fault> {
    let mut documents = Vec::new();
    let (mut start, mut lines_before, mut at, mut line) = (0, 0, 0, 0);
    for text in source.text.split_inclusive('\n') {
        if is_separator(text) && at > start {
            documents.push(Doc { text: &source.text[start..at], lines_before });
            (start, lines_before) = (at, line);
        }
        at += text.len();
        line += 1;
    }
    documents.push(Doc { text: &source.text[start..], lines_before });
    documents.retain(|document| !document.is_empty());
    match documents.get(MAX_DOCUMENTS) {
        Some(extra) => {
            let place = Place { line: extra.lines_before + 1, column: 1 };
            Err(Fault::new("too-many-documents", place).with("limit", MAX_DOCUMENTS))
        }
        None => Ok(documents),
    }
}

fn is_separator(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

impl Doc<'_> {
    fn is_empty(&self) -> bool {
        self.text.lines().all(|line| {
            let line = line.trim();
            line.is_empty() || line.starts_with('#') || line == "---" || line == "..."
        })
    }

    /// Where the document starts.
    pub fn place(&self) -> Place {
        Place { line: self.lines_before + 1, column: 1 }
    }

    /// The document as a tree, every node with its place.
    ///
    /// # Errors
    /// The fault of its syntax, or the limit it is over.
    pub fn tree(&self) -> Result<Tree, Fault> {
        let (tree, _) = reading(self.lines_before, || {
            serde_saphyr::from_str_with_options::<Tree>(self.text, limits())
                .map_err(|error| shape::fault_of(&error, self.text))
        });
        tree
    }

    /// The keys at the top of the document with their places; none when it is no mapping.
    ///
    /// # Errors
    /// The fault of its syntax, or the limit it is over.
    pub fn keys(&self) -> Result<Vec<(String, Place)>, Fault> {
        Ok(match self.tree()?.value {
            Node::Map(entries) => entries.into_iter().map(|(key, _)| (key.value, key.place)).collect(),
            _ => Vec::new(),
        })
    }
}

/// Reads a document: its shape, then every value of it.
///
/// # Errors
/// The first fault of its shape, and all faults of its values seen until then.
pub fn read<T: Document>(doc: &Doc<'_>) -> Result<T, Vec<Fault>> {
    let (answer, mut faults) = reading(doc.lines_before, || {
        serde_saphyr::from_str_with_options_valid::<Checked<T>>(doc.text, limits())
            .map_err(|error| shape::faults_of(&error, doc.text))
    });
    match answer {
        Ok(Checked(document)) if faults.is_empty() => match holds_nul(&document) {
            true => Err(vec![Fault::new("nul", doc.place()).hint("nul-hint")]),
            false => Ok(document),
        },
        Ok(_) => Err(sorted(faults)),
        Err(more) => {
            faults.extend(more);
            Err(sorted(faults))
        }
    }
}

/// Whether a text of the document holds the character U+0000, which PostgreSQL cannot store.
fn holds_nul(document: &impl Serialize) -> bool {
    serde_json::to_string(document).is_ok_and(|json| json.contains("\\u0000"))
}

fn sorted(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort_by_key(|fault| fault.place);
    faults.dedup();
    faults
}

/// How YAML is read: the booleans of YAML 1.2, no key twice, and limits that stop a file made to use up memory.
fn limits() -> Options {
    options! {
        strict_booleans: true,
        with_snippet: false,
        budget: budget! {
            max_depth: 32,
            max_nodes: 50_000,
            max_events: 200_000,
            max_aliases: 200,
            max_anchors: 100,
            max_merge_keys: 100,
            max_recorded_anchor_events: 20_000,
        },
        alias_limits: alias_limits! { max_total_replayed_events: 20_000, max_replay_stack_depth: 8 },
    }
}

/// A document whose own rules run where garde's do, while the file is being read.
struct Checked<T>(T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Checked<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

impl<T: Document> garde::Validate for Checked<T> {
    type Context = ();

    fn validate_into(&self, context: &(), parent: &mut dyn FnMut() -> garde::Path, report: &mut garde::Report) {
        self.0.validate_into(context, parent, report);
        for fault in self.0.faults() {
            let _ = leave(fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use garde::Validate;
    use proptest::prelude::*;
    use schemars::JsonSchema;

    use super::*;
    use crate::spec::{At, Duration, Name, Percent, render};
    use crate::words::{Lang, Words};

    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
    #[serde(deny_unknown_fields)]
    #[garde(allow_unvalidated)]
    struct Offer {
        offer: At<Name>,
        wait: Duration,
        #[garde(range(min = 1, max = 50))]
        most: i64,
        #[serde(default)]
        share: Option<Percent>,
        #[garde(dive)]
        #[serde(default)]
        prizes: Vec<Prize>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
    #[serde(deny_unknown_fields)]
    #[garde(allow_unvalidated)]
    struct Prize {
        #[garde(length(chars, min = 1, max = 10))]
        title: String,
        #[garde(range(max = 100))]
        off: u32,
    }

    impl Document for Offer {
        fn faults(&self) -> Vec<Fault> {
            let unlucky = self.most == 13;
            unlucky.then(|| Fault::new("rule", self.offer.place).with("detail", "13")).into_iter().collect()
        }
    }

    fn faults(text: &str) -> String {
        let source = Source::new("offer.yaml", text);
        let voice = Words::load().voice(Lang::En);
        let faults: Vec<Fault> = match documents(&source) {
            Ok(documents) => documents.iter().filter_map(|doc| read::<Offer>(doc).err()).flatten().collect(),
            Err(fault) => vec![fault],
        };
        render(&faults.iter().map(|fault| fault.diagnose(&source, &voice)).collect::<Vec<_>>(), false)
    }

    #[test]
    fn a_right_file_is_read_document_by_document() {
        let text = "# first\n---\noffer: a-1\nwait: 10m\nmost: 3\n---\noffer: b\nwait: 7d\nmost: 4\nshare: 10%\nprizes: [{ title: on, off: 5 }]\n---\n# nothing\n";
        let source = Source::new("offer.yaml", text);
        let documents = documents(&source).expect("few documents");
        let offers: Vec<Offer> = documents.iter().map(|doc| read(doc).expect("right")).collect();
        assert_eq!(offers.iter().map(|offer| offer.offer.place.line).collect::<Vec<_>>(), [3, 7]);
        assert_eq!(offers[1].prizes[0].title, "on");
        let again: Offer = serde_json::from_str(&serde_json::to_string(&offers[1]).expect("JSON")).expect("from JSON");
        assert_eq!(again, offers[1]);
        assert!(serde_json::from_str::<Offer>(r#"{"offer":"a","wait":"6mo","most":1}"#).is_err());
    }

    #[test]
    fn all_values_that_are_wrong_are_found_in_one_reading() {
        insta::assert_snapshot!(faults(
            "offer: Big Offer\nwait: 6mo\nmost: 99\nshare: 120%\nprizes:\n  - { title: '', off: 101 }\n"
        ));
    }

    #[test]
    fn rules_over_two_fields_are_found_beside_others() {
        insta::assert_snapshot!(faults("---\noffer: a\nwait: 0m\nmost: 13\n"));
    }

    #[test]
    fn each_document_gives_its_own_first_fault_of_shape() {
        insta::assert_snapshot!(faults(
            "offer: a\nwait: 1m\nmoost: 3\n---\noffer: a\nwait: 1m\nmost: ten\n---\noffer: a\nwait: [1m]\nmost: 1\n---\noffer: a\nwait: 1m\n---\noffer: a\noffer: b\n---\n[]\n---\n~\n---\noffer: a\nwait: 1m\nmost: 1\nprizes: 5\n"
        ));
    }

    #[test]
    fn what_is_no_yaml_is_said_so() {
        insta::assert_snapshot!(faults(
            "offer: a\n\twait: 1m\n---\noffer: 'a\n---\noffer: *a\n---\noffer: a: b\n---\na: [\n"
        ));
    }

    #[test]
    fn a_file_made_to_eat_memory_is_refused() {
        let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
        for (this, last) in ('b'..='i').zip('a'..='h') {
            bomb.push_str(&format!(
                "{this}: &{this} [*{last}, *{last}, *{last}, *{last}, *{last}, *{last}, *{last}, *{last}, *{last}]\n"
            ));
        }
        let source = Source::new("bomb.yaml", bomb);
        let fault = documents(&source).expect("one")[0].tree().expect_err("a bomb");
        assert_eq!(fault.code, "too-many-aliases");
        for (text, code) in [
            ("a: ".to_owned() + &"[".repeat(10_000), "too-deep"),
            ("a: ".to_owned() + &"{a: ".repeat(10_000), "too-deep"),
            ((0..400).map(|depth| " ".repeat(depth) + "a:\n").collect(), "too-deep"),
            ("- a\n".repeat(60_000), "too-much"),
        ] {
            let source = Source::new("deep.yaml", text);
            assert_eq!(documents(&source).expect("one")[0].tree().expect_err("too much").code, code);
        }
        assert_eq!(
            documents(&Source::new("many.yaml", "---\na: b\n".repeat(300))).expect_err("many").code,
            "too-many-documents"
        );
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "[ -~\n\t咖]{0,60}|([a-z]{1,4}: ?[\\[\\]{}&*!|>'\"%@a-z0-9 -]{0,12}\n){0,6}", bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            for source in [Source::new("a.yaml", text), Source::from_bytes("b.yaml", bytes).0] {
                let voice = Words::load().voice(Lang::En);
                for doc in documents(&source).unwrap_or_default() {
                    let faults = read::<Offer>(&doc).err().unwrap_or_default();
                    render(&faults.iter().map(|fault| fault.diagnose(&source, &voice)).collect::<Vec<_>>(), true);
                    let _ = doc.tree();
                }
            }
        }
    }
}
