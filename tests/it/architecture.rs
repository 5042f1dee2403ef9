//! The house keeps its floors: a room imports only from floors below it, never sideways, and only `delivery` may send.

use std::fs;
use std::path::{Path, PathBuf};

/// Bottom to top. A room may import what stands on an earlier line; rooms on one line do not know each other.
const FLOORS: &[&[&str]] = &[
    &["clock"],
    &["ids", "problem", "secret", "words"],
    &["settings"],
    &["store"],
    &["jobs", "line", "spec", "assets"],
    &["app"],
    &["members", "staff"],
    &["delivery", "segments"],
    &["loyalty"],
    &["conversations"],
    &["campaigns"],
    &["intake", "brand"],
    &["web", "worker"],
    &["commands"],
];

/// Stands apart: LINE in a box.
const SANDBOX_MAY_USE: &[&str] = &["clock", "ids", "problem", "secret", "words", "line", "assets"];
const WHO_MAY_USE_THE_SANDBOX: &[&str] = &["commands"];

#[test]
fn a_room_imports_only_from_floors_below_it() {
    let mut faults = Vec::new();
    for (path, room, text) in sources() {
        for (line, used) in imports(&text) {
            let allowed = if room == "sandbox" {
                SANDBOX_MAY_USE.contains(&used.as_str())
            } else if used == "sandbox" {
                WHO_MAY_USE_THE_SANDBOX.contains(&room.as_str())
            } else {
                match (floor(&room), floor(&used)) {
                    (Some(here), Some(there)) => there < here,
                    _ => false,
                }
            };
            if used != room && !allowed {
                faults.push(format!("{}:{line}: {room} may not import {used}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_room_has_its_floor() {
    let unknown: Vec<_> = sources()
        .into_iter()
        .map(|(_, room, _)| room)
        .filter(|room| room != "sandbox" && floor(room).is_none())
        .collect();
    assert!(unknown.is_empty(), "rooms without a floor: {unknown:?}");
}

#[test]
fn only_delivery_sends() {
    for (path, room, text) in sources() {
        let sends = text.contains("line::send") || text.contains("send::{") && text.contains("crate::line");
        assert!(
            !sends || ["delivery", "line", "sandbox"].contains(&room.as_str()),
            "{} uses line::send",
            path.display()
        );
    }
}

#[test]
fn only_the_edges_read_the_environment() {
    for (path, room, text) in sources() {
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let reads = text.contains("std::env::var") || text.contains("env::var(") || text.contains("env::vars(");
        let is_for_tests = path.ends_with("fault/armed.rs") || path.ends_with("assets/elsewhere.rs");
        let may = is_for_tests || ["settings", "commands"].contains(&room.as_str());
        assert!(!reads || may, "{} reads the environment", path.display());
    }
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// Every source file of the library: its path, its room and its text.
fn sources() -> Vec<(PathBuf, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let inside = path.strip_prefix(&root).unwrap();
                let room = inside
                    .components()
                    .next()
                    .unwrap()
                    .as_os_str()
                    .to_str()
                    .unwrap()
                    .trim_end_matches(".rs")
                    .to_owned();
                if room != "main" && room != "lib" {
                    let text = fs::read_to_string(&path).unwrap();
                    found.push((path, room, text));
                }
            }
        }
    }
    found
}

/// Every `crate::room` a file names, with its line; also within `use crate::{a, b::c}`.
fn imports(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, rest) in text.match_indices("crate::").map(|(at, mark)| (at, &text[at + mark.len()..])) {
        let line = text[..at].lines().count();
        if text[..at].lines().last().is_some_and(|start| start.trim_start().starts_with("//")) {
            continue;
        }
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let inside: String = list
                .chars()
                .take_while(|c| {
                    depth += match c {
                        '{' => 1,
                        '}' => -1,
                        _ => 0,
                    };
                    depth >= 0
                })
                .collect();
            found.extend(top_level(&inside).into_iter().map(|name| (line, name)));
        } else {
            found.push((line, word(rest)));
        }
    }
    found
}

/// The first names of `a::b, c::{d, e}, f`.
fn top_level(list: &str) -> Vec<String> {
    let mut depth = 0;
    list.split(|c| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    })
    .map(|part| word(part.trim()))
    .filter(|name| !name.is_empty())
    .collect()
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}
