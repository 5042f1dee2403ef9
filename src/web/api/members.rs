//! Members as programs see them: names masked, unless the key may write members too and asks.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::ask::{self, Asked, In};
use super::caller::Caller;
use super::shapes::{self, Faults, Member, Members, NoMember};
use crate::app::App;
use crate::ids::{LineUserId, MemberId};
use crate::members::{self, friends, tags};
use crate::problem::Problem;
use crate::staff::api_keys::{ApiKey, Scope};
use crate::staff::audit;

/// Which members.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Only the one behind this LINE user.
    #[param(value_type = Option<String>, example = "U8e742f61d673b39c7fff3cecb7536ef0")]
    line_user_id: Option<LineUserId>,
    /// The `next` of the page before.
    after: Option<MemberId>,
    /// Items on a page, 1 to 100.
    #[param(default = 50, minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Whether names are hidden.
    names: Option<Names>,
}

/// How one member is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct How {
    /// Whether names are hidden.
    names: Option<Names>,
}

/// How names are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Names {
    /// First and last letter.
    #[default]
    Masked,
    /// Whole. Needs `members:write` besides, and is written to the audit.
    Full,
}

/// Members, by a LINE user id or page by page.
#[utoipa::path(get, path = "/api/v1/members", operation_id = "list_members", tag = "members", params(Which),
    responses((status = 200, body = Members, description = "A page of members"), Faults), security(("key" = ["members:read"])))]
pub(super) async fn list(
    State(app): State<App>,
    Caller(by): Caller,
    Asked(which): Asked<Which>,
) -> Result<Json<Members>, Problem> {
    let limit = ask::limit(which.limit)?;
    let names = which.names.unwrap_or_default();
    may_see(&by, names)?;
    let (people, next) = match &which.line_user_id {
        Some(user) => (members::by_line_user(&app.db, user).await?, None),
        None => {
            let mut people = members::page(&app.db, which.after, limit + 1).await?;
            let has_more = people.len() > usize::try_from(limit).unwrap_or_default();
            people.truncate(usize::try_from(limit).unwrap_or_default());
            let last = people.last().map(|member| member.id.to_string());
            (people, last.filter(|_| has_more))
        }
    };
    if names == Names::Full {
        write_down(&app, &by, &people).await?;
    }
    let mut items = Vec::with_capacity(people.len());
    for member in people {
        items.push(shown(&app, member, names).await?);
    }
    Ok(Json(Members { items, next }))
}

/// One member.
#[utoipa::path(get, path = "/api/v1/members/{id}", operation_id = "get_member", tag = "members", params(("id" = MemberId, Path), How),
    responses((status = 200, body = Member, description = "The member"), NoMember, Faults),
    security(("key" = ["members:read"])))]
pub(super) async fn find(
    State(app): State<App>,
    Caller(by): Caller,
    In(id): In<MemberId>,
    Asked(how): Asked<How>,
) -> Result<Json<Member>, Problem> {
    let names = how.names.unwrap_or_default();
    may_see(&by, names)?;
    let member = members::find(&app.db, id).await?.ok_or_else(no_such)?;
    if names == Names::Full {
        write_down(&app, &by, std::slice::from_ref(&member)).await?;
    }
    Ok(Json(shown(&app, member, names).await?))
}

/// 404 for a member.
pub(super) fn no_such() -> Problem {
    Problem::not_found("There is no member with this id.")
}

fn may_see(by: &ApiKey, names: Names) -> Result<(), Problem> {
    if names == Names::Masked || by.has(Scope::MembersWrite) {
        return Ok(());
    }
    let detail = "Whole names need the scope members:write besides. Leave `names` out to see first and last letters.";
    let problem = Problem::new(http::StatusCode::FORBIDDEN, "missing_scope", detail);
    Err(problem.with("scope", Scope::MembersWrite))
}

/// Writes to the audit whose whole names a program is about to see.
async fn write_down(app: &App, by: &ApiKey, people: &[members::Member]) -> sqlx::Result<()> {
    let mut tx = app.db.begin().await?;
    for member in people {
        audit::record(app, &mut tx, &by.actor(), "member.named", &member.id.to_string(), json!({})).await?;
    }
    tx.commit().await
}

async fn shown(app: &App, member: members::Member, names: Names) -> sqlx::Result<Member> {
    let friend = friends::of_member(&app.db, member.id).await?.into_iter().next();
    let face = friends::face_of(app, &app.db, member.id).await?;
    Ok(Member {
        id: member.id,
        number: member.number,
        name: face.map(|face| if names == Names::Full { face.name } else { face.masked() }),
        friend: friend.map(|friend| shapes::Friend { line_user_id: friend.line_user_id, state: friend.state }),
        joined_at: member.joined_at,
        tags: tags::of(&app.db, member.id).await?,
        version: member.version,
        created_at: member.created_at,
    })
}
