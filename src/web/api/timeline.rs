//! A member's history in one sentence a line. What somebody wrote is not shown.

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use serde::Deserialize;
use utoipa::IntoParams;

use super::ask::{self, Asked, In};
use super::members::no_such;
use super::shapes::{Doer, Faults, NoMember, Timeline, TimelineItem};
use crate::app::App;
use crate::ids::{MemberId, TimelineId};
use crate::members::{self, timeline};
use crate::problem::Problem;
use crate::words::{FluentValue, Voice};

/// Which part of the history.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Part {
    /// The `next` of the page before.
    before: Option<TimelineId>,
    /// Items on a page, 1 to 100.
    #[param(default = 50, minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// A member's history, newest first.
#[utoipa::path(get, path = "/api/v1/members/{id}/timeline", operation_id = "list_timeline", tag = "members",
    params(("id" = MemberId, Path), Part,
        ("Accept-Language" = Option<String>, Header, description = "The language of the summaries: zh-Hant, ja or en")),
    responses((status = 200, body = Timeline, description = "A page of her history"), NoMember, Faults),
    security(("key" = ["members:read"])))]
pub(super) async fn page(
    State(app): State<App>,
    In(id): In<MemberId>,
    Asked(part): Asked<Part>,
    headers: HeaderMap,
) -> Result<Json<Timeline>, Problem> {
    let limit = ask::limit(part.limit)?;
    members::find(&app.db, id).await?.ok_or_else(no_such)?;
    let mut lines = timeline::page(&app.db, id, part.before, limit + 1).await?;
    let has_more = lines.len() > usize::try_from(limit).unwrap_or_default();
    lines.truncate(usize::try_from(limit).unwrap_or_default());
    let next = lines.last().map(|line| line.id.to_string()).filter(|_| has_more);
    let voice = app.words.voice(ask::language(&headers));
    Ok(Json(Timeline { items: lines.into_iter().map(|line| item(&voice, line)).collect(), next }))
}

fn item(voice: &Voice, line: timeline::Line) -> TimelineItem {
    TimelineItem {
        id: line.id,
        summary: summary(voice, &line),
        kind: line.kind,
        at: line.at,
        recorded_at: line.recorded_at,
        actor: Doer { kind: line.actor_kind, id: line.actor_id },
    }
}

/// One sentence. A kind no catalogue knows is told by its word.
fn summary(voice: &Voice, line: &timeline::Line) -> String {
    let Some((kind, facts)) = KNOWN.iter().find(|(kind, _)| *kind == line.kind) else { return line.kind.clone() };
    let blanks: Vec<(&str, FluentValue<'_>)> = facts.iter().map(|fact| (*fact, value(line, fact))).collect();
    voice.say_with(&format!("timeline-{}", kind.replace('_', "-")), &blanks)
}

fn value<'a>(line: &'a timeline::Line, fact: &str) -> FluentValue<'a> {
    match line.body.get(fact) {
        Some(serde_json::Value::String(text)) => text.as_str().into(),
        // What was taken back stands in the ledger with a minus, which the sentence already says.
        Some(other) => String::from(other.to_string().trim_start_matches('-')).into(),
        None => "?".into(),
    }
}

/// The kinds with a sentence of their own, and the facts in it.
const KNOWN: &[(&str, &[&str])] = &[
    ("followed", &[]),
    ("returned", &[]),
    ("unfollowed", &[]),
    ("joined", &[]),
    ("consented", &["purpose"]),
    ("consent_withdrawn", &["purpose"]),
    ("said", &["type"]),
    ("tagged", &["tag"]),
    ("untagged", &["tag"]),
    ("stamped", &["stamps", "store"]),
    ("stamp_reversed", &["stamps", "store"]),
    ("card_expired", &["programme"]),
    ("voucher_redeemed", &["store"]),
    ("redemption_reversed", &["store"]),
    ("voucher_expired", &[]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Lang, Words};

    #[test]
    fn every_known_kind_has_its_sentence_in_every_language() {
        let words = Words::load();
        for lang in Lang::ALL {
            for (kind, facts) in KNOWN {
                let body = facts.iter().map(|fact| (String::from(*fact), serde_json::Value::from("事實"))).collect();
                let line = timeline::Line {
                    id: TimelineId(uuid::Uuid::nil()),
                    kind: String::from(*kind),
                    at: chrono::DateTime::UNIX_EPOCH,
                    recorded_at: chrono::DateTime::UNIX_EPOCH,
                    actor_kind: crate::ids::ActorKind::System,
                    actor_id: String::new(),
                    body: sqlx::types::Json(body),
                };
                let said = summary(&words.voice(lang), &line);
                assert!(said != *kind && !said.contains('{'), "{kind} in {lang}: {said}");
                assert_eq!(said.matches("事實").count(), facts.len(), "{kind} in {lang}: {said}");
            }
        }
    }
}
