//! The HTTP of the test rig and of the page: people act, switches are set, the clock moves, the history is read. Bodies are
//! JSON. No key is asked for: the sandbox listens on loopback and holds nothing real.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, TimeDelta, Utc};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Sandbox;
use super::deliver::{Habits, Order};
use super::history::{self, Since};
use super::liff;
use super::person::{ActRefused, Happened, LiffPage, NewUser};
use super::world::faults::Fault;
use crate::ids::LineUserId;
use crate::problem::Problem;

pub(super) fn router(_: &Sandbox) -> Router<Sandbox> {
    Router::new()
        .route("/history", get(history))
        .route("/state", get(state))
        .route("/clock", get(clock).post(move_clock))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/faults/seed", post(seed_faults))
        .route("/rates", post(set_rates))
        .route("/quota", post(set_quota))
        .route("/strangers", post(set_strangers))
        .route("/tokens/revoke", post(revoke))
        .route("/webhooks", get(habits).post(set_habits))
        .route("/webhooks/release", post(release))
        .route("/webhooks/redeliver", post(redeliver))
        .route("/webhooks/again", post(send_again))
        .route("/users", get(users).post(add_user))
        .route("/seed", post(seed))
        .route("/users/{id}/follow", post(follow))
        .route("/users/{id}/unblock", post(follow))
        .route("/users/{id}/block", post(block))
        .route("/users/{id}/say", post(say))
        .route("/users/{id}/send", post(send))
        .route("/users/{id}/tap", post(tap))
        .route("/users/{id}/liff", post(open_liff))
        .route("/pictures/{file}", get(picture))
        .merge(liff::stub_router())
}

async fn history(State(sandbox): State<Sandbox>, Query(wanted): Query<Since>) -> Json<Value> {
    Json(sandbox.look(|world| history::view(world, &wanted)))
}

async fn state(State(sandbox): State<Sandbox>) -> Json<Value> {
    let (now, habits, held) = (sandbox.clock().now(), sandbox.habits(), sandbox.held());
    let channel = &sandbox.config().channel;
    Json(sandbox.look(|world| {
        json!({
            "now": now, "next": world.next_seq() - 1,
            "channel": { "id": channel.id, "bot_user_id": channel.bot_user_id, "name": channel.name,
                "login_channel_id": channel.login_channel_id, "liff_id": channel.liff_id },
            "webhook": { "url": world.webhook_url, "habits": habits, "held": held },
            "quota": { "limit": world.quota, "used": world.used(now), "reserved": world.reserved },
            "faults": world.faults.on(), "rates": world.rates.on,
            "users": world.people.len(), "requests": world.requests.len(), "webhooks": world.webhooks.len(),
        })
    }))
}

async fn clock(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(json!({ "now": sandbox.clock().now(), "offset_us": sandbox.clock().offset_us() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    /// By so many seconds; back is refused, for no clock of a shop goes back.
    advance_s: Option<i64>,
    /// To this instant.
    to: Option<DateTime<Utc>>,
}

async fn move_clock(State(sandbox): State<Sandbox>, Json(wanted): Json<Move>) -> Result<Json<Value>, Problem> {
    let by = match (wanted.advance_s, wanted.to) {
        (Some(seconds), None) => TimeDelta::try_seconds(seconds),
        (None, Some(to)) => Some(to - sandbox.clock().now()),
        _ => return Err(Problem::malformed("Give either advance_s or to.")),
    };
    let by = by.filter(|by| (TimeDelta::zero()..=TimeDelta::days(3_660)).contains(by));
    sandbox.advance(by.ok_or_else(|| Problem::malformed("The clock goes forward only, by ten years at most."))?);
    sandbox.redeliver_due().await;
    Ok(clock(State(sandbox)).await)
}

async fn faults(State(sandbox): State<Sandbox>) -> Json<Vec<Fault>> {
    Json(sandbox.look(|world| world.faults.on().to_vec()))
}

async fn add_fault(state: State<Sandbox>, Json(fault): Json<Fault>) -> Result<Json<Vec<Fault>>, Problem> {
    if !(0.0..=1.0).contains(&fault.share) {
        return Err(Problem::malformed("share is a number from 0 to 1."));
    }
    state.fault(fault);
    Ok(faults(state).await)
}

async fn clear_faults(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.tune(|world| world.faults.clear());
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    seed: u64,
}

async fn seed_faults(State(sandbox): State<Sandbox>, Json(wanted): Json<Seed>) -> StatusCode {
    sandbox.tune(|world| world.faults.reseed(wanted.seed));
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    on: bool,
}

async fn set_rates(State(sandbox): State<Sandbox>, Json(wanted): Json<Switch>) -> StatusCode {
    sandbox.tune(|world| world.rates.on = wanted.on);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Quota {
    /// Messages a month; null is without limit.
    limit: Option<i64>,
    #[serde(default)]
    reserved: i64,
}

async fn set_quota(State(sandbox): State<Sandbox>, Json(wanted): Json<Quota>) -> StatusCode {
    sandbox.tune(|world| (world.quota, world.reserved) = (wanted.limit, wanted.reserved));
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Strangers {
    /// Whether a multicast to somebody unknown is refused as a whole.
    refused: bool,
}

async fn set_strangers(State(sandbox): State<Sandbox>, Json(wanted): Json<Strangers>) -> StatusCode {
    sandbox.tune(|world| world.refuses_strangers = wanted.refused);
    StatusCode::NO_CONTENT
}

async fn revoke(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.revoke_tokens();
    StatusCode::NO_CONTENT
}

async fn habits(State(sandbox): State<Sandbox>) -> Json<Habits> {
    Json(sandbox.habits())
}

async fn set_habits(State(sandbox): State<Sandbox>, Json(wanted): Json<Habits>) -> Json<Habits> {
    sandbox.set_habits(wanted);
    Json(wanted)
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Release {
    order: Order,
    per_request: usize,
}

async fn release(State(sandbox): State<Sandbox>, Json(wanted): Json<Release>) -> Json<Value> {
    Json(json!({ "released": sandbox.release(wanted.order, wanted.per_request).await }))
}

async fn redeliver(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(json!({ "redelivered": sandbox.redeliver_all().await }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Again {
    redelivery: bool,
}

async fn send_again(State(sandbox): State<Sandbox>, Json(wanted): Json<Again>) -> Json<Value> {
    Json(json!({ "outcome": sandbox.send_again(wanted.redelivery).await }))
}

async fn users(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(sandbox.look(|world| json!({ "items": world.people.values().collect::<Vec<_>>() })))
}

async fn add_user(State(sandbox): State<Sandbox>, Json(new): Json<NewUser>) -> Result<Response, Problem> {
    if new.name.trim().is_empty() {
        return Err(Problem::malformed("A user needs a name."));
    }
    let id = sandbox.add(new);
    let person = sandbox.look(|world| world.people.get(&id).cloned());
    Ok((StatusCode::CREATED, Json(person)).into_response())
}

async fn seed(State(sandbox): State<Sandbox>, Json(new): Json<Vec<NewUser>>) -> Json<Value> {
    Json(json!({ "ids": sandbox.seed(new) }))
}

type Acted = Result<Json<Happened>, Problem>;

fn acted(happened: Result<Happened, ActRefused>) -> Acted {
    Ok(Json(happened?))
}

async fn follow(State(sandbox): State<Sandbox>, Path(user): Path<LineUserId>) -> Acted {
    acted(sandbox.follow(&user).await)
}

async fn block(State(sandbox): State<Sandbox>, Path(user): Path<LineUserId>) -> Acted {
    acted(sandbox.block(&user).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Say {
    text: String,
}

async fn say(State(sandbox): State<Sandbox>, Path(user): Path<LineUserId>, Json(said): Json<Say>) -> Acted {
    acted(sandbox.say(&user, &said.text).await)
}

async fn send(State(sandbox): State<Sandbox>, Path(user): Path<LineUserId>, Json(message): Json<Value>) -> Acted {
    acted(sandbox.send(&user, message).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tap {
    action: Value,
    #[serde(default)]
    picked: Option<String>,
}

async fn tap(State(sandbox): State<Sandbox>, Path(user): Path<LineUserId>, Json(tapped): Json<Tap>) -> Acted {
    acted(sandbox.tap(&user, &tapped.action, tapped.picked.as_deref()).await)
}

async fn open_liff(
    State(sandbox): State<Sandbox>,
    Path(user): Path<LineUserId>,
    Json(wanted): Json<HashMap<String, String>>,
) -> Result<Json<LiffPage>, Problem> {
    let path = wanted.get("path").map(String::as_str).unwrap_or_default();
    Ok(Json(sandbox.open_liff(&user, path)?))
}

async fn picture(State(sandbox): State<Sandbox>, Path(file): Path<String>) -> Result<Response, Problem> {
    let user = file.strip_suffix(".svg").and_then(|id| id.parse().ok());
    let picture = user.and_then(|user| sandbox.picture(&user));
    let picture = picture.ok_or_else(|| Problem::not_found("There is no such picture."))?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], picture).into_response())
}
