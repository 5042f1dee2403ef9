//! The catalogues and those who speak by them: nobody asks for a sentence that is not there, and none is there that nobody asks
//! for. That every language has the same keys is a test of `words` itself.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use shuke::delivery::{Pause, Reason};
use shuke::sandbox::FaultKind;
use shuke::staff::Role;

/// Calls whose first argument is a key.
const ASKS: [&str; 3] = ["say(", "say_with(", "fill("];

/// Words of the program that begin as a key does and are none.
const NO_KEYS: [&str; 4] = ["no-cache", "no-cookies", "no-store", "sandbox-access"];

/// A refusal that says what to do next in words of another key.
const NEXT_ELSEWHERE: &str = "refused-spend-typed";

/// Keys whose end is put in by name.
struct Built {
    before: &'static str,
    ends: BTreeSet<String>,
    /// Each end has its sentence; else `ends` are words among which the ends are.
    is_exact: bool,
}

impl Built {
    fn exact(before: &'static str, ends: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { before, ends: ends.into_iter().map(Into::into).collect(), is_exact: true }
    }

    fn among(before: &'static str, ends: BTreeSet<String>) -> Self {
        Self { before, ends, is_exact: false }
    }
}

fn built(program: &[(String, String)], islands: &str) -> Vec<Built> {
    let of = |file: &str| {
        let (_, text) = program.iter().find(|(path, _)| path == file).unwrap_or_else(|| panic!("{file} is gone"));
        words_in(text).map(hyphened).collect::<BTreeSet<_>>()
    };
    let changes = ["added", "changed", "removed"];
    vec![
        Built::exact("date-month-", (1..=12).map(|month| month.to_string())),
        Built::exact("date-weekday-", (1..=7).map(|day| day.to_string())),
        Built::exact("month-", (1..=12).map(|month| month.to_string())),
        Built::exact("pin-role-", Role::ALL.map(Role::word)),
        Built::exact("push-because-", Pause::ALL.map(|pause| hyphened(pause.word()))),
        Built::exact("push-change-", changes),
        Built::exact("push-differs-file-", changes),
        Built::exact("push-kind-", after(program, "const KIND: &'static str = \"")),
        Built::exact("push-reason-", Reason::ALL.map(Reason::word)),
        Built::exact("sandbox-fault-", FaultKind::ALL.map(FaultKind::name)),
        Built::exact("sandbox-span-", ["day", "hour", "minute"]),
        Built::among("sandbox-say-", words_in(islands).map(hyphened).collect()),
        Built::among("timeline-", of("web/api/timeline.rs")),
        Built::among("validate-", program.iter().flat_map(|(_, text)| words_in(text)).map(String::from).collect()),
        Built::exact("validate-want-", of("spec/shape.rs").into_iter().filter(|end| WANTED.contains(&end.as_str()))),
    ]
}

/// What `spec/shape.rs` calls the kinds of values.
const WANTED: [&str; 8] = ["decimal", "list", "mapping", "number", "one-key", "switch", "text", "value"];

#[test]
fn every_sentence_somebody_asks_for_is_there() {
    let (program, keys) = (program(), keys());
    let families: BTreeSet<&str> = keys.iter().map(|key| family(key)).collect();
    let is_known = |word: &str| {
        let long = ["", "validate-", "sandbox-say-"].map(|before| format!("{before}{word}"));
        long.iter().any(|key| keys.contains(key))
    };
    let (mut asked, mut missing) = (0, BTreeSet::new());
    for (file, text) in &program {
        for ask in ASKS {
            for (_, rest) in text.match_indices(ask).map(|(at, ask)| text[at..].split_at(ask.len())) {
                let Some(key) = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()) else {
                    continue;
                };
                asked += 1;
                if !keys.contains(key) {
                    missing.insert(format!("{file}: {key}"));
                }
            }
        }
        // Keys go by way of a variable too. In a page such a word may be a class.
        let words = words_in(text).filter(|_| file.ends_with(".rs"));
        let words = words.filter(|word| word.contains('-') && !word.contains('{') && families.contains(family(word)));
        missing.extend(words.filter(|word| !is_known(word) && !NO_KEYS.contains(word)).map(|w| format!("{file}: {w}")));
        let refusals = words_in(text).filter(|_| file.starts_with("web/counter/"));
        let refusals = refusals.filter(|word| word.starts_with("refused-") && !word.ends_with("-next"));
        let next = refusals.filter(|word| *word != NEXT_ELSEWHERE).map(|word| format!("{word}-next"));
        missing.extend(next.filter(|next| !keys.contains(next)).map(|next| format!("{file}: {next}")));
    }
    assert!(asked > 200, "the calls are found: {asked}");
    assert!(missing.is_empty(), "there is no such sentence: {missing:#?}");
}

#[test]
fn every_sentence_is_asked_for_somewhere() {
    let (program, keys, islands) = (program(), keys(), islands());
    let named: BTreeSet<&str> = program.iter().flat_map(|(_, text)| words_in(text)).collect();
    let built = built(&program, &islands);
    let is_built = |key: &str| {
        let mut ends = built.iter().filter_map(|built| Some((built, key.strip_prefix(built.before)?)));
        ends.any(|(built, end)| built.ends.contains(end))
    };
    // What a refusal says to do next goes by the refusal's key.
    let is_next = |key: &str| key.strip_suffix("-next").is_some_and(|key| named.contains(key));
    let dead: Vec<&String> =
        keys.iter().filter(|key| !named.contains(key.as_str()) && !is_built(key) && !is_next(key)).collect();
    assert!(dead.is_empty(), "nobody says {dead:#?}");
}

#[test]
fn what_is_put_together_to_a_key_is_listed_here_and_each_of_it_has_its_sentence() {
    let (program, keys, islands) = (program(), keys(), islands());
    let built = built(&program, &islands);
    let families: BTreeSet<&str> = keys.iter().map(|key| family(key)).collect();
    let words = program.iter().flat_map(|(_, text)| words_in(text));
    let puts: BTreeSet<&str> = words.filter_map(|word| word.split_once('{')).map(|(before, _)| before).collect();
    let puts: BTreeSet<&str> = puts
        .into_iter()
        // A fault `want-{kind}` becomes `validate-want-…` where it is put into words.
        .map(|before| if before == "want-" { "validate-want-" } else { before })
        .filter(|before| before.ends_with('-') && families.contains(family(before)))
        .collect();
    assert_eq!(built.iter().map(|built| built.before).collect::<BTreeSet<_>>(), puts);
    for Built { before, ends, .. } in built.iter().filter(|built| built.is_exact) {
        let missing: Vec<&String> = ends.iter().filter(|end| !keys.contains(&format!("{before}{end}"))).collect();
        assert!(!ends.is_empty() && missing.is_empty(), "{before} is missing {missing:?}");
    }
}

#[test]
fn what_the_islands_of_the_sandbox_say_comes_with_its_page() {
    let (program, islands) = (program(), islands());
    let (_, page) = program.iter().find(|(path, _)| path == "sandbox/page/mod.rs").expect("the page");
    let given: BTreeSet<&str> = words_in(page).collect();
    let said: BTreeSet<&str> = islands.split("say(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(said.len() > 8, "they are found: {said:?}");
    let missing: Vec<&&str> = said.iter().filter(|word| !given.contains(**word)).collect();
    assert!(missing.is_empty(), "the page does not give {missing:?}");
}

/// The keys of the first language.
fn keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for (_, text) in files("src/words/zh-Hant", &["ftl"]) {
        let lines = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
        keys.extend(lines.filter_map(|line| line.split_once('=')).map(|(key, _)| String::from(key.trim())));
    }
    assert!(keys.len() > 500, "the catalogues are found: {}", keys.len());
    keys
}

/// What speaks: the program and its pages without their tests, each by its path below `src`.
fn program() -> Vec<(String, String)> {
    let mut program = files("src", &["rs", "html"]);
    program.retain(|(path, _)| !path.ends_with("tests.rs"));
    for (_, text) in &mut program {
        let end = text.find("#[cfg(test)]").unwrap_or(text.len());
        text.truncate(end);
    }
    program
}

/// The scripts of the sandbox's page.
fn islands() -> String {
    let mut files = files("web/islands", &["ts"]);
    files.retain(|(path, _)| path.starts_with("parts/box") && !path.ends_with("test.ts"));
    files.into_iter().map(|(_, text)| text).collect()
}

/// The files with these endings below a folder, each by its path there.
fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (mut found, mut folders) = (Vec::new(), vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().and_then(|end| end.to_str()).is_some_and(|end| endings.contains(&end)) {
                let inside = path.strip_prefix(&root).unwrap().to_str().unwrap();
                found.push((String::from(inside), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

/// What stands in quotes and may be a key, or the beginning of one up to a blank in braces.
fn words_in(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.match_indices('"').filter_map(|(at, _)| text[at + 1..].split('"').next());
    let is_key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_{}".contains(c);
    quoted.filter(move |word| word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(is_key))
}

/// The words between `before` and the next quote.
fn after(program: &[(String, String)], before: &str) -> BTreeSet<String> {
    let rests = program.iter().flat_map(|(_, text)| text.split(before).skip(1));
    rests.filter_map(|rest| rest.split('"').next()).map(String::from).collect()
}

/// What stands before the first hyphen.
fn family(key: &str) -> &str {
    key.split('-').next().unwrap_or(key)
}

fn hyphened(word: &str) -> String {
    word.replace('_', "-")
}
