//! The YAML reader's errors as our faults.

use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::path_map::{PathKey, PathKind, PathMap};
use serde_saphyr::{Error, Location, ValidationIssue};

use super::place::here;
use super::{Fault, Place};

/// All faults an error stands for.
pub(super) fn faults_of(error: &Error, text: &str) -> Vec<Fault> {
    match error {
        Error::WithSnippet { error, .. } | Error::AliasError { error, .. } => faults_of(error, text),
        Error::ValidationError { issues, locations, .. } => {
            issues.iter().map(|issue| rule_fault(issue, locations)).collect()
        }
        Error::ValidationErrors { errors, .. } => errors.iter().flat_map(|error| faults_of(error, text)).collect(),
        _ => vec![fault_of(error, text)],
    }
}

/// The fault of the shape or the syntax an error stands for.
pub(super) fn fault_of(error: &Error, text: &str) -> Fault {
    let location = error.location().unwrap_or(Location::UNKNOWN);
    let place = here(location);
    match error {
        Error::WithSnippet { error, .. } | Error::AliasError { error, .. } => fault_of(error, text),
        Error::SerdeUnknownField { field, expected, .. } => {
            Fault::new("unknown-key", place).with("key", field).meant(field, expected.iter().copied())
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            Fault::new("unknown-choice", place).with("given", variant).meant(variant, expected.iter().copied())
        }
        Error::SerdeMissingField { field, .. } => {
            Fault::new("missing-key", place).with("key", field).hint("missing-key-hint")
        }
        Error::DuplicateMappingKey { key, .. } => Fault::new("duplicate-key", place)
            .with("key", key.as_deref().unwrap_or_default())
            .hint("duplicate-key-hint"),
        Error::SerdeInvalidType { expected, unexpected, .. }
        | Error::SerdeInvalidValue { expected, unexpected, .. } => {
            wrong_kind(wanted(expected), place).with("given", unexpected)
        }
        Error::InvalidScalar { ty, .. } => wrong_kind(wanted(ty), place),
        // A bare word where a key with a value is wanted is only noticed at what follows it.
        Error::Unexpected { .. } if matches!(char_at(text, location), Some(']' | '}' | '-')) => {
            wrong_kind("one-key", place)
        }
        Error::Unexpected { expected, .. } => wrong_kind(wanted(expected), place),
        Error::InvalidBooleanStrict { .. } => wrong_kind("switch", place),
        Error::NullIntoString { .. } => wrong_kind("text", place),
        Error::Eof { .. } => Fault::new("empty", place).hint("empty-hint"),
        Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. }
        | Error::ExpectedStringKeyForExternallyTaggedEnum { .. }
        | Error::ExpectedMappingEndAfterEnumVariantValue { .. } => wrong_kind("one-key", place),
        Error::Budget { breach, .. } => Fault::new(limit(breach), place).hint("limit-hint"),
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. } => Fault::new("too-many-aliases", place).hint("limit-hint"),
        Error::UnknownAnchor { .. } => Fault::new("unknown-anchor", place).hint("star-hint"),
        Error::Message { msg, .. } => message_fault(msg, place, location, text),
        other => syntax(&other.render_with_formatter(&serde_saphyr::UserMessageFormatter), place, location, text),
    }
}

/// A fault one of our own types packed into its message; else what the YAML scanner says.
fn message_fault(message: &str, place: Place, location: Location, text: &str) -> Fault {
    match Fault::unpack(message) {
        Some(fault) => fault.at(place),
        None => syntax(message, place, location, text),
    }
}

fn syntax(message: &str, place: Place, location: Location, text: &str) -> Fault {
    if let Some((down, column)) = tab_near(text, location.line()) {
        return Fault::new("tab", Place { line: place.line + down - 1, column }).hint("tab-hint");
    }
    if message.contains("nesting") || message.contains("recursion") || message.contains("depth") {
        return Fault::new("too-deep", place).hint("limit-hint");
    }
    let first = message.lines().next().unwrap_or_default();
    let detail = first.split(" at line ").next().unwrap_or_default();
    Fault::new("syntax", place).with("detail", detail).hint("syntax-hint")
}

fn char_at(text: &str, location: Location) -> Option<char> {
    let line = text.lines().nth(usize::try_from(location.line().checked_sub(1)?).ok()?)?;
    line.chars().nth(usize::try_from(location.column().checked_sub(1)?).ok()?)
}

/// A tab that indents the line before `line`, that line or the one after: lines below the one before it, and its column.
fn tab_near(text: &str, line: u64) -> Option<(u64, u64)> {
    let before = usize::try_from(line.checked_sub(1)?).ok()?.checked_sub(1);
    let lines = text.lines().skip(before.unwrap_or(0)).take(3);
    lines.enumerate().find_map(|(index, line)| {
        let indent = &line[..line.len() - line.trim_start().len()];
        let down = index as u64 + u64::from(before.is_none());
        indent.find('\t').map(|column| (down, column as u64 + 1))
    })
}

fn wrong_kind(kind: &'static str, place: Place) -> Fault {
    Fault::new(format!("want-{kind}"), place)
}

/// The kind of value the reader wanted, by its own words for it.
fn wanted(expected: &str) -> &'static str {
    let is = |words: &[&str]| words.iter().any(|word| expected.contains(word));
    if is(&["bool"]) {
        "switch"
    } else if is(&["sequence", "list", "tuple"]) {
        "list"
    } else if is(&["enum", "variant"]) {
        "one-key"
    } else if is(&["map", "struct", "object"]) {
        "mapping"
    } else if is(&["string", "str", "char", "text"]) {
        "text"
    } else if is(&["u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize", "integer"]) {
        "number"
    } else if is(&["f32", "f64", "float"]) {
        "decimal"
    } else {
        "value"
    }
}

fn limit(breach: &BudgetBreach) -> &'static str {
    match breach {
        BudgetBreach::Depth { .. } => "too-deep",
        BudgetBreach::Aliases { .. }
        | BudgetBreach::Anchors { .. }
        | BudgetBreach::MergeKeys { .. }
        | BudgetBreach::AliasAnchorRatio { .. }
        | BudgetBreach::RecordedAnchorEvents { .. }
        | BudgetBreach::RecordedAnchorBytes { .. } => "too-many-aliases",
        _ => "too-much",
    }
}

/// The fault of one broken rule of garde's, at the value's place or the nearest above it.
fn rule_fault(issue: &ValidationIssue, locations: &PathMap) -> Fault {
    let place = locations.locations_for(&issue.path).map(|found| here(found.reference_location)).unwrap_or_default();
    let message = issue.message.as_deref().unwrap_or(&issue.code);
    let fault = Fault::unpack(message).unwrap_or_else(|| of_garde(message));
    fault.at(place).with("key", last_key(&issue.path))
}

fn last_key(path: &PathKey) -> String {
    path.segments()
        .filter(|(kind, _)| matches!(kind, PathKind::Key))
        .map(|(_, name)| name)
        .last()
        .map_or_else(String::new, String::from)
}

/// garde's own words as a fault. (Its `I18n` trait has no defaults: eighteen functions for the four rules we use.)
fn of_garde(message: &str) -> Fault {
    let rules = [
        ("length is lower than ", "too-short"),
        ("length is greater than ", "too-long"),
        ("lower than ", "too-small"),
        ("greater than ", "too-great"),
    ];
    for (words, code) in rules {
        if let Some(limit) = message.strip_prefix(words) {
            let code = if code == "too-short" && limit == "1" { "blank" } else { code };
            return Fault::new(code, Place::default()).with("limit", limit);
        }
    }
    Fault::new("rule", Place::default()).with("detail", message)
}
