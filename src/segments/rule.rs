//! A rule asked of one person, in plain Rust: what `explain` shows, and what the SQL is tested against.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::spec::{Group, LastVisit, Predicate};
use super::sql::Moment;
use crate::ids::MemberId;
use crate::spec::At;
use crate::store::{On, query};

/// What rules ask of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// When she took her card.
    pub joined_at: Option<DateTime<Utc>>,
    /// Whether she was seen to add the account as a friend and does not block it.
    pub is_following: bool,
    /// Her tags.
    pub tags: BTreeSet<String>,
    /// The purposes she agrees to.
    pub consents: BTreeSet<String>,
    /// When she last got a stamp or used a voucher, what was undone left out.
    pub last_visit: Option<DateTime<Utc>>,
    /// Stamps on her open cards by programme.
    pub stamps: BTreeMap<String, i64>,
}

/// A condition with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// `joined`, `tag staff`, `all` …
    pub condition: String,
    /// What is so of the person.
    pub value: String,
    /// Whether it holds.
    pub holds: bool,
    /// The conditions inside, for `all`, `any` and `none`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<Explained>,
}

/// Whether a person fits a rule.
pub fn fits(rule: &Group, person: &Person, moment: Moment) -> bool {
    explain(rule, person, moment).holds
}

/// Every condition of a rule with its answer for a person.
pub fn explain(rule: &Group, person: &Person, moment: Moment) -> Explained {
    let lists = [("all", &rule.all), ("any", &rule.any), ("none", &rule.none)];
    let inside: Vec<Explained> = lists
        .into_iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(word, list)| explain_list(word, list, person, moment))
        .collect();
    Explained {
        condition: String::from("rule"),
        value: String::new(),
        holds: inside.iter().all(|list| list.holds),
        inside,
    }
}

fn explain_list(word: &str, list: &[At<Predicate>], person: &Person, moment: Moment) -> Explained {
    let inside: Vec<Explained> = list.iter().map(|predicate| explain_one(predicate, person, moment)).collect();
    let holding = inside.iter().filter(|one| one.holds).count();
    let holds = match word {
        "all" => holding == inside.len(),
        "any" => holding > 0,
        _ => holding == 0,
    };
    Explained { condition: String::from(word), value: format!("{holding}/{}", inside.len()), holds, inside }
}

fn explain_one(predicate: &Predicate, person: &Person, moment: Moment) -> Explained {
    let leaf = |condition: String, value: String, holds| Explained { condition, value, holds, inside: Vec::new() };
    match predicate {
        Predicate::Joined(wanted) => {
            let value = person.joined_at.map_or_else(|| String::from("no"), |at| at.to_rfc3339());
            leaf(format!("joined {wanted}"), value, person.joined_at.is_some() == *wanted)
        }
        Predicate::Following(wanted) => {
            leaf(format!("following {wanted}"), person.is_following.to_string(), person.is_following == *wanted)
        }
        Predicate::Tag(tag) => {
            let has = person.tags.contains(tag.as_str());
            leaf(format!("tag {tag}"), has.to_string(), has)
        }
        Predicate::Consent(purpose) => {
            let has = person.consents.contains(purpose.as_str());
            leaf(format!("consent {}", purpose.as_str()), has.to_string(), has)
        }
        Predicate::LastVisit(window) => {
            let value = person.last_visit.map_or_else(|| String::from("never"), |at| at.to_rfc3339());
            let holds = person.last_visit.is_some_and(|at| is_in(window, at, moment));
            leaf(window_in_words(window), value, holds)
        }
        Predicate::Stamps(stamps) => {
            let has = person.stamps.get(stamps.card.as_str()).copied().unwrap_or_default();
            leaf(
                format!("stamps {} at least {}", stamps.card, stamps.at_least),
                has.to_string(),
                has >= stamps.at_least.value,
            )
        }
        Predicate::All(list) => explain_list("all", list, person, moment),
        Predicate::Any(list) => explain_list("any", list, person, moment),
        Predicate::None(list) => explain_list("none", list, person, moment),
    }
}

fn is_in(window: &LastVisit, at: DateTime<Utc>, moment: Moment) -> bool {
    window.before.as_ref().is_none_or(|before| at < before.before(moment.now, moment.zone))
        && window.within.as_ref().is_none_or(|within| at >= within.before(moment.now, moment.zone))
}

fn window_in_words(window: &LastVisit) -> String {
    let part =
        |word: &str, period: Option<String>| period.map(|period| format!(" {word} {period}")).unwrap_or_default();
    let before = part("before", window.before.as_ref().map(ToString::to_string));
    let within = part("within", window.within.as_ref().map(ToString::to_string));
    format!("last_visit{before}{within}")
}

/// What rules ask of one person, as it stands now; none when there is no such person.
pub async fn person(on: impl Into<On<'_>>, member: MemberId) -> sqlx::Result<Option<Person>> {
    type Row = (Option<DateTime<Utc>>, bool, Option<DateTime<Utc>>);
    let mut on = on.into();
    let row = query(
        on.by_ref(),
        "select m.joined_at, exists (select 1 from friend x where x.member = m.id and x.state = 'following'),
                (select x.at from ledger x where x.member = m.id and x.kind in ('stamped', 'voucher_redeemed')
                 and not exists (select 1 from ledger y where y.member = x.member and y.reverses = x.id) order by x.at desc limit 1)
         from member m where m.id = $1",
    )
    .bind(member)
    .optional::<Row>()
    .await?;
    let Some((joined_at, is_following, last_visit)) = row else { return Ok(None) };
    let tags = query(on.by_ref(), "select tag from member_tag where member = $1 and is_on")
        .bind(member)
        .values::<String>()
        .await?;
    let consents = query(on.by_ref(), "select purpose, granted from consent where member = $1 order by at, id")
        .bind(member)
        .all::<(String, bool)>()
        .await?;
    let newest: BTreeMap<String, bool> = consents.into_iter().collect();
    let stamps = query(on, "select programme, stamps from card where member = $1 and state = 'open'")
        .bind(member)
        .all::<(String, i64)>()
        .await?;
    Ok(Some(Person {
        joined_at,
        is_following,
        tags: tags.into_iter().collect(),
        consents: newest.into_iter().filter(|(_, granted)| *granted).map(|(purpose, _)| purpose).collect(),
        last_visit,
        stamps: stamps.into_iter().collect(),
    }))
}
