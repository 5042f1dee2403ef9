//! The file `campaigns/segments.yaml`: rules by name.

use std::collections::BTreeMap;

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spec::{At, Defined, Document, Fault, Name, Period, Place};

/// Conditions within a rule, at most, counted with those nested in others.
const MAX_CONDITIONS: usize = 100;

/// Rules by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SegmentsFile {
    /// The rules.
    #[garde(skip)]
    pub segments: BTreeMap<At<Name>, At<Group>>,
}

/// Conditions of which all, at least one, and none must hold. Those left out ask nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// All of these hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub all: Vec<At<Predicate>>,
    /// At least one of these holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any: Vec<At<Predicate>>,
    /// None of these holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub none: Vec<At<Predicate>>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Predicate {
    /// Took the membership card (or did not).
    Joined(bool),
    /// Added the account as a friend since the service is there, and does not block it (or was not seen to, or blocks it).
    Following(bool),
    /// Carries this tag.
    Tag(At<Name>),
    /// Agreed to this purpose: `marketing`.
    Consent(At<Purpose>),
    /// When she was last served: got a stamp or used a voucher.
    LastVisit(LastVisit),
    /// Stamps on her open card.
    Stamps(Stamps),
    /// All of these hold.
    All(Vec<At<Predicate>>),
    /// At least one of these holds.
    Any(Vec<At<Predicate>>),
    /// None of these holds.
    None(Vec<At<Predicate>>),
}

/// What a member can agree to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Messages that advertise.
    Marketing,
}

impl Purpose {
    /// The word in the table of consents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Marketing => "marketing",
        }
    }
}

/// When she was last served: got a stamp or used a voucher, what was undone left out. Both together make a window: `{ before: 60d, within: 180d }`. Who never came is in none of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LastVisit {
    /// Longer ago than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<At<Period>>,
    /// Not longer ago than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<At<Period>>,
}

/// Stamps on her open card of a programme; somebody without one has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stamps {
    /// The stamp card.
    pub card: At<Name>,
    /// This many or more.
    pub at_least: At<i64>,
}

/// A rule with its name, as it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The name.
    pub segment: At<Name>,
    /// The rule.
    pub rule: Group,
}

impl Defined for Segment {
    const KIND: &'static str = "segment";

    fn name(&self) -> &str {
        self.segment.as_str()
    }
}

impl SegmentsFile {
    /// Each rule with its name.
    pub fn segments(&self) -> impl Iterator<Item = Segment> + '_ {
        self.segments.iter().map(|(name, rule)| Segment { segment: name.clone(), rule: rule.value.clone() })
    }
}

impl Group {
    /// Every condition, those nested in others too.
    pub fn predicates(&self) -> Vec<&At<Predicate>> {
        let mut found = Vec::new();
        for list in [&self.all, &self.any, &self.none] {
            collect(list, &mut found);
        }
        found
    }
}

fn collect<'a>(list: &'a [At<Predicate>], found: &mut Vec<&'a At<Predicate>>) {
    for predicate in list {
        found.push(predicate);
        if let Predicate::All(inner) | Predicate::Any(inner) | Predicate::None(inner) = &predicate.value {
            collect(inner, found);
        }
    }
}

impl Document for SegmentsFile {
    fn faults(&self) -> Vec<Fault> {
        self.segments.iter().flat_map(|(name, rule)| group_faults(name, &rule.value)).collect()
    }
}

fn group_faults(name: &At<Name>, rule: &Group) -> Vec<Fault> {
    let predicates = rule.predicates();
    if predicates.is_empty() {
        return vec![Fault::new("no-conditions", name.place).with("segment", name).hint("no-conditions-hint")];
    }
    if predicates.len() > MAX_CONDITIONS {
        return vec![Fault::new("too-many-conditions", name.place).with("limit", MAX_CONDITIONS).hint("limit-hint")];
    }
    predicates.iter().filter_map(|predicate| predicate_fault(&predicate.value, predicate.place)).collect()
}

fn predicate_fault(predicate: &Predicate, place: Place) -> Option<Fault> {
    match predicate {
        Predicate::LastVisit(visit) => match (&visit.before, &visit.within) {
            (None, None) => Some(Fault::new("no-window", place).hint("no-window-hint")),
            (Some(before), Some(within)) if before.about_days() >= within.about_days() => {
                let fault = Fault::new("empty-window", within.place).with("before", before).with("within", within);
                Some(fault.hint("empty-window-hint"))
            }
            _ => None,
        },
        Predicate::Stamps(stamps) if !(1..=100).contains(&stamps.at_least.value) => {
            Some(Fault::new("stamps-range", stamps.at_least.place))
        }
        Predicate::All(inner) | Predicate::Any(inner) | Predicate::None(inner) if inner.is_empty() => {
            Some(Fault::new("empty-group", place).hint("empty-group-hint"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Source, documents, read};

    fn codes(text: &str) -> Vec<(String, u64, u64)> {
        let source = Source::new("campaigns/segments.yaml", text);
        let faults = read::<SegmentsFile>(&documents(&source).expect("one")[0]).err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.code.into_owned(), fault.place.line, fault.place.column)).collect()
    }

    #[test]
    fn rules_of_every_kind_are_read_and_come_back_from_json() {
        let text = "segments:\n  everyone: { all: [ { joined: true } ] }\n  lapsed-60d:\n    all: [ { last_visit: { before: 60d } } ]\n    none: [ { tag: staff } ]\n  rich:\n    any:\n      - stamps: { card: coffee, at_least: 8 }\n      - all: [ { following: true }, { consent: marketing }, { none: [ { joined: false } ] } ]\n";
        let source = Source::new("campaigns/segments.yaml", text);
        let file: SegmentsFile = read(&documents(&source).expect("one")[0]).expect("right");
        assert_eq!(
            file.segments.keys().map(|name| name.as_str()).collect::<Vec<_>>(),
            ["everyone", "lapsed-60d", "rich"]
        );
        assert_eq!(file.segments().map(|segment| segment.rule.predicates().len()).collect::<Vec<_>>(), [1, 2, 6]);
        for segment in file.segments() {
            let again: Segment =
                serde_json::from_str(&serde_json::to_string(&segment).expect("JSON")).expect("from JSON");
            assert_eq!(again, segment);
        }
        let (name, _) = file.segments.first_key_value().expect("three");
        assert_eq!(name.place, Place { line: 2, column: 3 });
    }

    #[test]
    fn rules_that_ask_nothing_or_the_impossible_are_found() {
        let found = |rule: &str| {
            codes(&format!("segments:\n  a: {rule}\n")).into_iter().map(|(code, ..)| code).collect::<Vec<_>>()
        };
        assert_eq!(found("{}"), ["no-conditions"]);
        assert_eq!(found("{ all: [ { last_visit: {} } ] }"), ["no-window"]);
        assert_eq!(found("{ all: [ { last_visit: { before: 60d, within: 30d } } ] }"), ["empty-window"]);
        assert_eq!(found("{ all: [ { last_visit: { before: 30d, within: 2mo } } ] }"), Vec::<String>::new());
        assert_eq!(found("{ all: [ { stamps: { card: a, at_least: 0 } } ] }"), ["stamps-range"]);
        assert_eq!(found("{ any: [ { all: [] } ] }"), ["empty-group"]);
        assert_eq!(found("{ all: [ { tag: Staff }, { last_visit: { before: 60 } } ] }"), ["bad-name", "bad-period"]);
    }

    #[test]
    fn shapes_that_are_wrong_say_what_would_be_right() {
        let source = |rule: &str| format!("segments:\n  a: {rule}\n");
        assert_eq!(codes(&source("{ all: [ { joind: true } ] }")), [(String::from("unknown-choice"), 2, 17)]);
        assert_eq!(codes(&source("{ all: [ { joined: true, tag: b } ] }"))[0].0, "want-one-key");
        assert_eq!(codes(&source("{ all: [ joined ] }"))[0].0, "want-one-key");
        assert_eq!(codes(&source("{ all: { joined: true } }"))[0].0, "want-list");
        assert_eq!(codes(&source("{ all: [ { consent: letters } ] }"))[0].0, "unknown-choice");
        assert_eq!(codes("segments:\n  a: { all: [ { joined: true } ] }\n  a: {}\n")[0].0, "duplicate-key");
    }
}
