//! The digest of a plan, and what has changed when one no longer fits.
//!
//! The digest is the SHA-256 of the canonical JSON `{"after", "definitions", "people", "schedule", "spec", "tariff"}`: the
//! cancelled runs it goes on from, each definition with its version, each person who gets it with her variant and the keyed
//! hash of her messages, in order of their ids. It is worked out person by person, so that an audience of a million needs no more memory than one.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::history::UnderWay;
use super::types::DIGEST_DIGITS;
use crate::ids::{MemberId, RunId};
use crate::spec::canonical;
use crate::spec::definitions::{Changed, GONE, Pin};

/// The variant of a campaign with one message.
const ONLY_VARIANT: &str = "a";

/// Everything a digest covers but the people: what `apply` compares with how it stands then.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The cancelled runs it goes on from, newest first: who got one of them, or may have, is out, whatever the files say now.
    #[serde(default)]
    pub after: Vec<RunId>,
    /// The definitions the plan rests on, by kind and name.
    pub definitions: Vec<Pin>,
    /// When it goes out.
    pub schedule: Value,
    /// SHA-256 of the campaign's canonical JSON; empty for a plan of definitions alone.
    pub spec: String,
    /// What LINE's plan gives and costs.
    pub tariff: Value,
}

/// What stands in the way of applying a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Difference {
    /// A file says something else than it did.
    File {
        /// The kind, for example `template`.
        kind: String,
        /// The name within its kind.
        name: String,
        /// What happened to it.
        change: Changed,
    },
    /// Somebody published another version meanwhile.
    Published {
        /// The kind.
        kind: String,
        /// The name within its kind.
        name: String,
    },
    /// The brand's tariff changed.
    Tariff,
    /// It would go out at another time.
    Schedule,
    /// The plan is older than a day.
    TooOld {
        /// When it was made.
        planned_at: DateTime<Utc>,
    },
    /// A run of the campaign has not ended.
    UnderWay(UnderWay),
    /// A run of the campaign was done after the plan was made: who got it is still in the plan.
    DoneSince {
        /// Which run.
        run: RunId,
        /// When it was done.
        at: DateTime<Utc>,
    },
    /// The campaign was run after the plan was made.
    RunSince {
        /// Which run.
        run: RunId,
        /// When.
        at: DateTime<Utc>,
    },
    /// A run of the campaign was cancelled after the plan was made: who got it is still in the plan.
    CancelledSince {
        /// Which run.
        run: RunId,
    },
    /// The month's messages do not suffice.
    Quota {
        /// Messages of the plan.
        need: i64,
        /// Messages that are left for it.
        left: i64,
    },
}

/// What is different now from when `planned` was taken.
pub(super) fn differences(planned: &Fingerprint, now: &Fingerprint) -> Vec<Difference> {
    let mut found = Vec::new();
    let pin_of = |print: &Fingerprint, pin: &Pin| -> Option<Pin> {
        print.definitions.iter().find(|other| other.kind == pin.kind && other.name == pin.name).cloned()
    };
    let file = |pin: &Pin, change| Difference::File { kind: pin.kind.clone(), name: pin.name.clone(), change };
    for pin in &planned.definitions {
        match pin_of(now, pin) {
            None => found.push(file(pin, Changed::Removed)),
            Some(now) if now.hash == GONE && pin.hash != GONE => found.push(file(pin, Changed::Removed)),
            Some(now) if now.hash != pin.hash => found.push(file(pin, Changed::Changed)),
            Some(now) if now.version != pin.version => {
                found.push(Difference::Published { kind: pin.kind.clone(), name: pin.name.clone() });
            }
            Some(_) => {}
        }
    }
    let added = now.definitions.iter().filter(|pin| pin_of(planned, pin).is_none());
    found.extend(added.map(|pin| file(pin, Changed::Added)));
    if planned.tariff != now.tariff {
        found.push(Difference::Tariff);
    }
    if planned.schedule != now.schedule {
        found.push(Difference::Schedule);
    }
    found
}

/// A digest in the making.
pub(super) struct Digest {
    sha: Sha256,
    is_first: bool,
}

impl Digest {
    pub fn new(after: &[RunId], definitions: &[Pin]) -> Self {
        let sha = Sha256::new()
            .chain_update(r#"{"after":"#)
            .chain_update(canonical::json(&after))
            .chain_update(r#","definitions":"#)
            .chain_update(canonical::json(&definitions))
            .chain_update(r#","people":["#);
        Self { sha, is_first: true }
    }

    /// Takes in a person who gets it. People come in order of their ids.
    pub fn person(&mut self, member: MemberId, body_hash: &[u8]) {
        if !std::mem::take(&mut self.is_first) {
            self.sha.update(",");
        }
        self.sha.update(canonical::json(&person(member, body_hash)));
    }

    /// The digits that are shown.
    pub fn finish(self, print: &Fingerprint) -> String {
        let sum = self
            .sha
            .chain_update(r#"],"schedule":"#)
            .chain_update(canonical::json(&print.schedule))
            .chain_update(r#","spec":"#)
            .chain_update(canonical::json(&print.spec))
            .chain_update(r#","tariff":"#)
            .chain_update(canonical::json(&print.tariff))
            .chain_update("}")
            .finalize();
        let mut digits = hex(&sum);
        digits.truncate(DIGEST_DIGITS);
        digits
    }
}

fn person(member: MemberId, body_hash: &[u8]) -> (MemberId, &'static str, String) {
    (member, ONLY_VARIANT, hex(body_hash))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn pin(kind: &str, name: &str, version: i64, hash: &str) -> Pin {
        Pin { kind: String::from(kind), name: String::from(name), version, hash: String::from(hash) }
    }

    fn print() -> Fingerprint {
        Fingerprint {
            after: vec![RunId(Uuid::from_u128(9))],
            definitions: vec![pin("campaign", "winback", 1, "aa"), pin("template", "templates/winback.yaml", 3, "bb")],
            schedule: Value::Null,
            spec: String::from("aa"),
            tariff: json!({ "plan": "高用量", "free_messages": 6000 }),
        }
    }

    fn people() -> Vec<(MemberId, Vec<u8>)> {
        (1..=3_u8).map(|n| (MemberId(Uuid::from_u128(u128::from(n))), vec![n; 32])).collect()
    }

    fn digest(print: &Fingerprint, people: &[(MemberId, Vec<u8>)]) -> String {
        let mut digest = Digest::new(&print.after, &print.definitions);
        for (member, hash) in people {
            digest.person(*member, hash);
        }
        digest.finish(print)
    }

    #[test]
    fn made_person_by_person_it_is_the_hash_of_the_whole() {
        for count in 0..=3 {
            let (print, people) = (print(), &people()[..count]);
            let whole = json!({
                "after": print.after,
                "people": people.iter().map(|(member, hash)| person(*member, hash)).collect::<Vec<_>>(),
                "definitions": print.definitions, "schedule": print.schedule, "spec": print.spec, "tariff": print.tariff,
            });
            assert_eq!(digest(&print, people), canonical::hash(&whole)[..DIGEST_DIGITS]);
        }
    }

    #[test]
    fn whatever_changes_the_digest_changes() {
        let first = digest(&print(), &people());
        let mut other = people();
        other[2].1[31] ^= 1;
        assert_ne!(digest(&print(), &other), first, "one bit of one message");
        assert_ne!(digest(&print(), &people()[..2]), first, "one person less");
        let changes: [fn(&mut Fingerprint); 6] = [
            |print| print.after.clear(),
            |print| print.definitions[1].version = 4,
            |print| print.definitions[0].hash = String::from("ab"),
            |print| print.spec = String::from("ab"),
            |print| print.schedule = json!("2027-03-04 11:30"),
            |print| print.tariff = json!({ "plan": "高用量", "free_messages": 6001 }),
        ];
        for change in changes {
            let mut other = print();
            change(&mut other);
            assert_ne!(digest(&other, &people()), first);
        }
    }

    #[test]
    fn what_changed_is_named() {
        let file = |kind: &str, name: &str, change| Difference::File {
            kind: String::from(kind),
            name: String::from(name),
            change,
        };
        assert_eq!(differences(&print(), &print()), []);
        let mut now = print();
        now.definitions[0].hash = String::from("cc");
        now.definitions[1].version = 4;
        now.definitions.push(pin("stamp_card", "coffee", 1, "dd"));
        now.tariff = Value::Null;
        now.schedule = json!("soon");
        let published =
            Difference::Published { kind: String::from("template"), name: String::from("templates/winback.yaml") };
        assert_eq!(
            differences(&print(), &now),
            [
                file("campaign", "winback", Changed::Changed),
                published,
                file("stamp_card", "coffee", Changed::Added),
                Difference::Tariff,
                Difference::Schedule,
            ]
        );
        now = print();
        now.definitions.remove(0);
        now.definitions[0].hash = String::from(GONE);
        assert_eq!(
            differences(&print(), &now),
            [
                file("campaign", "winback", Changed::Removed),
                file("template", "templates/winback.yaml", Changed::Removed)
            ]
        );
    }
}
