//! Tags of a member, put on and taken off by programs.

use axum::extract::State;
use axum::response::Response;

use super::ask::{self, In};
use super::members::no_such;
use super::shapes::{Faults, NoMember};
use super::write::{Act, Begun, Done, Write};
use crate::app::App;
use crate::ids::MemberId;
use crate::members::{self, tags};
use crate::problem::Problem;

/// Puts a tag on a member. Putting it on again changes nothing.
#[utoipa::path(put, path = "/api/v1/members/{id}/tags/{tag}", operation_id = "put_tag", tag = "members",
    params(("id" = MemberId, Path), ("tag" = String, Path, description = "1 to 50 letters"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the same request get the first answer")),
    responses((status = 204, description = "It is so now"), NoMember, Faults),
    security(("key" = ["members:write"])))]
pub(super) async fn put_on(
    State(app): State<App>,
    In(place): In<(MemberId, String)>,
    write: Write,
) -> Result<Response, Problem> {
    set(&app, place, write, true).await
}

/// Takes a tag off a member. Taking off what is not on changes nothing.
#[utoipa::path(delete, path = "/api/v1/members/{id}/tags/{tag}", operation_id = "delete_tag", tag = "members",
    params(("id" = MemberId, Path), ("tag" = String, Path, description = "1 to 50 letters"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the same request get the first answer")),
    responses((status = 204, description = "It is so now"), NoMember, Faults),
    security(("key" = ["members:write"])))]
pub(super) async fn take_off(
    State(app): State<App>,
    In(place): In<(MemberId, String)>,
    write: Write,
) -> Result<Response, Problem> {
    set(&app, place, write, false).await
}

async fn set(app: &App, (member, tag): (MemberId, String), write: Write, is_on: bool) -> Result<Response, Problem> {
    let tag = ask::text("tag", &tag, tags::LONGEST)?;
    let actor = write.by.actor();
    let mut act: Act = match write.begin(app).await? {
        Begun::New(act) => act,
        Begun::Known(answer) => return Ok(answer),
    };
    if members::find(&mut act.tx, member).await?.is_none() {
        return act.answer(app, Err(no_such())).await;
    }
    tags::set_now(app, &mut act.tx, member, &tag, is_on, &actor).await?;
    act.answer(app, Ok(Done::nothing())).await
}
