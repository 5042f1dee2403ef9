//! A rule as a condition in SQL. The words are ours, what the marketer wrote is bound; every condition is true or false,
//! never null, so that "none of these" means what it says.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::spec::{Group, LastVisit, Predicate};
use crate::spec::At;
use crate::store::Query;

/// When a rule is asked, and by whose calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The instant.
    pub now: DateTime<Utc>,
    /// The brand's zone.
    pub zone: Tz,
}

/// Adds the condition that the person in the row `m` of `member` fits `rule`, in brackets. `query` ends in `where` or `and`.
pub fn push_rule<'e>(query: Query<'e>, rule: &Group, moment: Moment) -> Query<'e> {
    let query = push_list(query.push("("), &rule.all, " and ", "1 = 1", moment);
    let query = match rule.any.is_empty() {
        true => query,
        false => push_list(query.push(" and "), &rule.any, " or ", "1 = 0", moment),
    };
    push_list(query.push(" and not "), &rule.none, " or ", "1 = 0", moment).push(")")
}

fn push_list<'e>(
    query: Query<'e>,
    list: &[At<Predicate>],
    between: &'static str,
    empty: &'static str,
    moment: Moment,
) -> Query<'e> {
    if list.is_empty() {
        return query.push("(").push(empty).push(")");
    }
    let mut query = query.push("(");
    for (index, predicate) in list.iter().enumerate() {
        if index > 0 {
            query = query.push(between);
        }
        query = push_predicate(query, predicate, moment);
    }
    query.push(")")
}

fn push_predicate<'e>(query: Query<'e>, predicate: &Predicate, moment: Moment) -> Query<'e> {
    match predicate {
        Predicate::Joined(true) => query.push("m.joined_at is not null"),
        Predicate::Joined(false) => query.push("m.joined_at is null"),
        Predicate::Following(is_so) => query
            .push(if *is_so { "" } else { "not " })
            .push("exists (select 1 from friend x where x.member = m.id and x.state = 'following')"),
        Predicate::Tag(tag) => query
            .push("exists (select 1 from member_tag x where x.member = m.id and x.is_on and x.tag = ")
            .push_bind(tag.as_str())
            .push(")"),
        Predicate::Consent(purpose) => query
            .push("coalesce((select x.granted from consent x where x.member = m.id and x.purpose = ")
            .push_bind(purpose.as_str())
            .push(" order by x.at desc, x.id desc limit 1), false)"),
        Predicate::LastVisit(visit) => push_last_visit(query, visit, moment),
        Predicate::Stamps(stamps) => query
            .push("exists (select 1 from card x where x.member = m.id and x.state = 'open' and x.programme = ")
            .push_bind(stamps.card.as_str())
            .push(" and x.stamps >= ")
            .push_bind(stamps.at_least.value)
            .push(")"),
        Predicate::All(list) => push_list(query, list, " and ", "1 = 1", moment),
        Predicate::Any(list) => push_list(query, list, " or ", "1 = 0", moment),
        Predicate::None(list) => push_list(query.push("not "), list, " or ", "1 = 0", moment),
    }
}

/// The newest stamp or use of a voucher that was not undone lies in the window; who never came is in none.
fn push_last_visit<'e>(query: Query<'e>, visit: &LastVisit, moment: Moment) -> Query<'e> {
    const NEWEST: &str = "(select max(x.at) from ledger x where x.member = m.id and x.kind in ('stamped', 'voucher_redeemed') and not exists (select 1 from ledger y where y.member = x.member and y.reverses = x.id))";
    let mut query = query.push("(").push(NEWEST).push(" is not null");
    if let Some(before) = &visit.before {
        query = query.push(" and ").push(NEWEST).push(" < ").push_bind(before.before(moment.now, moment.zone));
    }
    if let Some(within) = &visit.within {
        query = query.push(" and ").push(NEWEST).push(" >= ").push_bind(within.before(moment.now, moment.zone));
    }
    query.push(")")
}
