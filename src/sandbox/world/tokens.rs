//! Tokens: reply tokens that die, channel access tokens that carry their own end, ID tokens for LIFF pages.
//!
//! Access and ID tokens are signed and not remembered, so that a second start still knows those of the first.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::people::User;
use crate::ids::LineUserId;

/// How long a reply token lives after its webhook left, and after its event happened when it is redelivered.
/// Messaging API reference, "Send reply message", read 2026-08.
const REPLY_LIFE: TimeDelta = TimeDelta::minutes(1);
const REPLY_LIFE_FROM_EVENT: TimeDelta = TimeDelta::minutes(20);

/// How long a stateless channel access token lives. "Channel access tokens", read 2026-08.
pub const ACCESS_LIFE: TimeDelta = TimeDelta::minutes(15);

/// How long an ID token lives. LIFF reference, read 2026-08.
pub const ID_TOKEN_LIFE: TimeDelta = TimeDelta::hours(1);

/// The right to answer one event once.
#[derive(Debug, Clone)]
pub struct ReplyToken {
    /// Whose chat it answers.
    pub user: LineUserId,
    /// When the event happened.
    pub event_at: DateTime<Utc>,
    /// When the webhook that carried it last left; none while it has not.
    pub sent_at: Option<DateTime<Utc>>,
    /// Whether an answer was accepted with it.
    pub used: bool,
}

impl ReplyToken {
    /// A token of an event that has not been sent yet.
    pub fn new(user: LineUserId, event_at: DateTime<Utc>) -> Self {
        Self { user, event_at, sent_at: None, used: false }
    }

    /// Whether an answer with it is taken at `now`: once, within a minute of the webhook, and for a redelivered one not
    /// when 20 minutes have passed since the event.
    pub fn is_alive(&self, now: DateTime<Utc>) -> bool {
        let sent_at = self.sent_at.unwrap_or(self.event_at);
        !self.used && now < sent_at + REPLY_LIFE && now < self.event_at + REPLY_LIFE_FROM_EVENT
    }
}

/// The keys tokens are signed with, drawn from the channel's secret.
#[derive(Clone)]
pub struct TokenKey(String);

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenKey")
    }
}

#[derive(Serialize, Deserialize)]
struct Access {
    /// When it was issued, in microseconds since 1970.
    issued: i64,
}

/// What stands in an ID token. LINE Login reference, "Verify ID token", read 2026-08.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IdToken {
    /// Always LINE.
    pub iss: String,
    /// The user.
    pub sub: String,
    /// The login channel.
    pub aud: String,
    /// End, in seconds since 1970.
    pub exp: i64,
    /// Issued, in seconds since 1970.
    pub iat: i64,
    /// How the user signed in.
    #[serde(default)]
    pub amr: Vec<String>,
    /// Her name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address of her picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// Only for web logins, which choose one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
}

const ISSUER: &str = "https://access.line.me";

impl TokenKey {
    /// Keys that `secret` decides.
    pub fn new(secret: &str) -> Self {
        Self(String::from(secret))
    }

    /// Issues a stateless channel access token.
    pub fn access_token(&self, now: DateTime<Utc>) -> String {
        self.sign("sandbox-access", &Access { issued: now.timestamp_micros() })
    }

    /// Whether a channel access token is good at `now`, when those before `live_from` are dead.
    pub fn access_is_good(&self, token: &str, now: DateTime<Utc>, live_from: Option<DateTime<Utc>>) -> bool {
        let Some(access) = self.read::<Access>("sandbox-access", token) else { return false };
        let Some(issued) = DateTime::from_timestamp_micros(access.issued) else { return false };
        issued <= now && now < issued + ACCESS_LIFE && live_from.is_none_or(|from| issued > from)
    }

    /// Issues an ID token for a user, as LIFF holds one after its start. Signed with HS256, where LINE's own are ES256:
    /// ours are only ever checked by the verify endpoint.
    pub fn id_token(&self, user: &User, audience: &str, picture: Option<String>, now: DateTime<Utc>) -> String {
        let claims = IdToken {
            iss: String::from(ISSUER),
            sub: String::from(user.id.as_str()),
            aud: String::from(audience),
            exp: (now + ID_TOKEN_LIFE).timestamp(),
            iat: now.timestamp(),
            amr: vec![String::from("linesso")],
            name: Some(user.name.clone()),
            picture,
            nonce: None,
        };
        self.sign("HS256", &claims)
    }

    /// Checks an ID token as LINE does; the error is LINE's `error_description`.
    pub fn check_id_token(
        &self,
        token: &str,
        client: &str,
        wanted: Wanted<'_>,
        now: DateTime<Utc>,
    ) -> Result<IdToken, &'static str> {
        let claims = self.read::<IdToken>("HS256", token).ok_or("Invalid IdToken.")?;
        if claims.iss != ISSUER {
            return Err("Invalid IdToken Issuer.");
        }
        if claims.exp <= now.timestamp() {
            return Err("IdToken expired.");
        }
        if claims.aud != client {
            return Err("Invalid IdToken Audience.");
        }
        if wanted.nonce.is_some() && wanted.nonce != claims.nonce.as_deref() {
            return Err("Invalid IdToken Nonce.");
        }
        if wanted.user.is_some_and(|user| user != claims.sub) {
            return Err("Invalid IdToken Subject Identifier.");
        }
        Ok(claims)
    }

    fn sign<T: Serialize>(&self, alg: &str, claims: &T) -> String {
        let encode = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let head = encode(serde_json::json!({ "typ": "JWT", "alg": alg }));
        let body = encode(serde_json::to_value(claims).unwrap_or_default());
        let signature = URL_SAFE_NO_PAD.encode(self.mac(alg, &format!("{head}.{body}")).finalize().into_bytes());
        format!("{head}.{body}.{signature}")
    }

    fn read<T: serde::de::DeserializeOwned>(&self, alg: &str, token: &str) -> Option<T> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.mac(alg, signed).verify_slice(&signature).ok()?;
        let (_, body) = signed.split_once('.')?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()
    }

    /// Each sort of token has a key of its own, so that one cannot stand in for another.
    fn mac(&self, alg: &str, signed: &str) -> Hmac<Sha256> {
        let key = format!("{}/{alg}", self.0);
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
        mac.update(signed.as_bytes());
        mac
    }
}

/// What a caller of the verify endpoint expects beyond the audience.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// The nonce it chose.
    pub nonce: Option<&'a str>,
    /// The user it expects.
    pub user: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::world::people::Os;

    fn start() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    fn mei() -> User {
        let id = format!("U{}", "a".repeat(32)).parse().expect("an id");
        User { id, name: String::from("測試小美"), language: Some(String::from("zh-TW")), os: Os::Ios }
    }

    #[test]
    fn a_reply_token_lives_a_minute_from_its_webhook_and_twenty_from_its_event() {
        let seconds = TimeDelta::seconds;
        for (sent_after, used, asked_after, alive) in [
            (0, false, 0, true),
            (0, false, 59, true),
            (0, false, 60, false),
            (0, true, 1, false),
            (600, false, 659, true),
            (600, false, 660, false),
            (1_190, false, 1_199, true),
            (1_190, false, 1_200, false),
        ] {
            let sent_at = Some(start() + seconds(sent_after));
            let token = ReplyToken { user: mei().id, event_at: start(), sent_at, used };
            assert_eq!(token.is_alive(start() + seconds(asked_after)), alive, "{sent_after} {used} {asked_after}");
        }
    }

    #[test]
    fn an_access_token_ends_by_time_or_by_revocation() {
        let key = TokenKey::new("secret");
        let token = key.access_token(start());
        let minute = TimeDelta::minutes;
        assert!(key.access_is_good(&token, start() + minute(14), None));
        assert!(!key.access_is_good(&token, start() + minute(15), None));
        assert!(!key.access_is_good(&token, start() + minute(1), Some(start())), "revoked");
        assert!(!TokenKey::new("other").access_is_good(&token, start(), None));
        let id_token = key.id_token(&mei(), "1656", None, start());
        assert!(!key.access_is_good(&id_token, start(), None), "another sort of token");
    }

    #[test]
    fn an_id_token_is_checked_as_line_says() {
        let key = TokenKey::new("secret");
        let token = key.id_token(&mei(), "1656", None, start());
        let none = Wanted::default();
        let other = Wanted { user: Some("U0"), ..none };
        let nonce = Wanted { nonce: Some("n"), ..none };
        let hour = TimeDelta::hours(1);
        for (client, wanted, at, error) in [
            ("1657", none, start(), "Invalid IdToken Audience."),
            ("1656", none, start() + hour, "IdToken expired."),
            ("1656", other, start(), "Invalid IdToken Subject Identifier."),
            ("1656", nonce, start(), "Invalid IdToken Nonce."),
        ] {
            assert_eq!(key.check_id_token(&token, client, wanted, at).expect_err(error), error);
        }
        assert_eq!(key.check_id_token(&token, "1656", none, start()).expect("good").sub, mei().id.as_str());
        assert_eq!(
            key.check_id_token(&format!("{token}x"), "1656", none, start()).expect_err("forged"),
            "Invalid IdToken."
        );
    }
}
