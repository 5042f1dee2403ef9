//! Profile, quota, bot info, the webhook address, tokens: what LINE decides, as functions on the world.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Value, json};

use super::answer::Answer;
use crate::ids::LineUserId;
use crate::sandbox::config::Channel;
use crate::sandbox::world::World;
use crate::sandbox::world::tokens::{ACCESS_LIFE, TokenKey, Wanted};

/// `GET /v2/bot/profile/{userId}`. `picture` makes the address of a user's picture.
pub fn profile(world: &World, user_id: &str, picture: impl Fn(&LineUserId) -> String) -> Answer {
    let Ok(id) = user_id.parse::<LineUserId>() else {
        return Answer::bad("The value for the 'userId' parameter is invalid");
    };
    let Some(person) = world.people.get(&id).filter(|person| person.profile_is_open()) else {
        return Answer::not_found();
    };
    let mut body = json!({
        "userId": id.as_str(), "displayName": person.user.name, "pictureUrl": picture(&id),
    });
    if let Some(language) = &person.user.language {
        body["language"] = language.clone().into();
    }
    Answer::ok(body)
}

/// `GET /v2/bot/message/quota`.
pub fn quota(world: &World) -> Answer {
    Answer::ok(match world.quota {
        Some(value) => json!({ "type": "limited", "value": value }),
        None => json!({ "type": "none" }),
    })
}

/// `GET /v2/bot/message/quota/consumption`. What a narrowcast holds back is not in it.
pub fn consumption(world: &World, now: DateTime<Utc>) -> Answer {
    Answer::ok(json!({ "totalUsage": world.used(now) }))
}

/// `GET /v2/bot/info`.
pub fn bot_info(channel: &Channel) -> Answer {
    Answer::ok(json!({
        "userId": channel.bot_user_id.as_str(), "basicId": channel.basic_id, "displayName": channel.name,
        "chatMode": "bot", "markAsReadMode": "auto",
    }))
}

/// `GET /v2/bot/channel/webhook/endpoint`.
pub fn webhook_endpoint(world: &World) -> Answer {
    match &world.webhook_url {
        Some(url) => Answer::ok(json!({ "endpoint": url, "active": true })),
        None => Answer::not_found(),
    }
}

/// The address a body sets. LINE wants https and at most 500 characters; the sandbox also takes loopback over http, since
/// nothing else is on a developer's machine.
pub fn webhook_address(body: &Value) -> Result<String, Answer> {
    let url = body["endpoint"].as_str().unwrap_or_default();
    let loopback = ["http://localhost", "http://127.0.0.1", "http://[::1]"];
    let scheme_fits = url.starts_with("https://") || loopback.iter().any(|prefix| is_at(url, prefix));
    if !scheme_fits || url.encode_utf16().count() > 500 || url.parse::<http::Uri>().is_err() {
        return Err(Answer::bad("Invalid webhook endpoint URL"));
    }
    Ok(String::from(url))
}

/// Whether `url` is at `origin`, not at a longer host name that begins like it.
fn is_at(url: &str, origin: &str) -> bool {
    url.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
}

/// `POST /oauth2/v3/token`: issues a stateless token for the channel's id and secret.
pub fn token(channel: &Channel, key: &TokenKey, form: &HashMap<String, String>, now: DateTime<Utc>) -> Answer {
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if field("grant_type") != "client_credentials" {
        return Answer::oauth("unsupported_grant_type", "grant_type is not supported");
    }
    if field("client_id") != channel.id {
        return Answer::oauth("invalid_request", "invalid client_id");
    }
    let secret: &[u8] = channel.secret.as_bytes();
    if !bool::from(subtle::ConstantTimeEq::ct_eq(secret, field("client_secret").as_bytes())) {
        return Answer::oauth("invalid_client", "invalid client_secret");
    }
    let (access_token, life) = (key.access_token(now), ACCESS_LIFE.num_seconds());
    Answer::ok(json!({ "token_type": "Bearer", "access_token": access_token, "expires_in": life }))
}

/// `POST /oauth2/v2.1/verify`: checks an ID token. LINE does not tell the status of a refusal; 400 is assumed.
pub fn verify_id_token(key: &TokenKey, form: &HashMap<String, String>, now: DateTime<Utc>) -> Answer {
    let field = |name: &str| form.get(name).map(String::as_str).filter(|text| !text.is_empty());
    let (Some(token), Some(client)) = (field("id_token"), field("client_id")) else {
        return Answer::oauth("invalid_request", "id_token and client_id must be specified");
    };
    let wanted = Wanted { nonce: field("nonce"), user: field("user_id") };
    match key.check_id_token(token, client, wanted, now) {
        Ok(claims) => Answer::ok(serde_json::to_value(claims).unwrap_or_default()),
        Err(description) => Answer::oauth("invalid_request", description),
    }
}

/// Whether a bearer token may act for the channel; the error is the answer.
pub fn authenticate(
    world: &World,
    channel: &Channel,
    key: &TokenKey,
    bearer: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), Answer> {
    let Some(token) = bearer.and_then(|bearer| bearer.strip_prefix("Bearer ")) else {
        return Err(Answer::unauthenticated("missing or invalid Authorization header"));
    };
    let long_lived = channel.access_token.as_deref() == Some(token) && world.tokens_live_from.is_none();
    if long_lived || key.access_is_good(token, now, world.tokens_live_from) {
        return Ok(());
    }
    Err(Answer { status: StatusCode::UNAUTHORIZED, ..Answer::unauthenticated("invalid token") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_address_is_https_or_loopback() {
        for (url, good) in [
            ("https://example.com/line/webhook", true),
            ("http://127.0.0.1:8080/line/webhook", true),
            ("http://localhost:8080/line/webhook", true),
            ("http://localhost.example.com/", false),
            ("http://example.com/", false),
            ("ftp://localhost/", false),
            ("", false),
        ] {
            assert_eq!(webhook_address(&json!({ "endpoint": url })).is_ok(), good, "{url}");
        }
        let long = format!("https://example.com/{}", "a".repeat(500));
        assert!(webhook_address(&json!({ "endpoint": long })).is_err());
    }
}
