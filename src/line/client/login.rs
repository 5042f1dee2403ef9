//! ID tokens: LINE's word for who a member page is open for. A user id the page itself sends is never trusted.
//!
//! Sources: LINE Login reference, "Verify ID token"; "Getting user profiles" for the claims, read 2026-08.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::{Call, Client, Error, answer};
use crate::ids::LineUserId;

/// Who issues ID tokens.
const ISSUER: &str = "https://access.line.me";
/// How far LINE's clock and ours may differ.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// Longer than any ID token; what is longer is not asked about.
const LONGEST: usize = 8_192;

/// What LINE says of the person a page is open for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IdToken {
    iss: String,
    /// Who. The same id as in chat, when the channels are of one provider.
    pub sub: LineUserId,
    /// The channel it was issued for.
    pub aud: String,
    /// When it ends, an hour after it was issued.
    #[serde(rename = "exp", with = "chrono::serde::ts_seconds")]
    pub expires_at: DateTime<Utc>,
    /// When it was issued.
    #[serde(rename = "iat", with = "chrono::serde::ts_seconds")]
    pub issued_at: DateTime<Utc>,
    /// The person's name, with the `profile` scope.
    #[serde(default)]
    pub name: Option<String>,
    /// The person's picture, with the `profile` scope.
    #[serde(default)]
    pub picture: Option<String>,
    /// The value a web login was started with.
    #[serde(default)]
    pub nonce: Option<String>,
}

/// Why a token does not say who someone is.
#[derive(Debug, thiserror::Error)]
pub enum NotVerified {
    /// Its hour is over: the page gets a new one by signing in again.
    #[error("the ID token has expired")]
    Expired,
    /// It was issued for another channel.
    #[error("the ID token was issued for another channel")]
    OtherAudience,
    /// It is not a token of LINE's, or was changed.
    #[error("the ID token is not LINE's: {0}")]
    Forged(String),
    /// LINE could not be asked.
    #[error(transparent)]
    Unasked(Error),
}

impl Client {
    /// Has LINE verify an ID token that was issued for one of `audiences`: the login channel, or the internal channels of a
    /// LINE MINI App.
    pub async fn verify_id_token(&self, token: &str, audiences: &[String]) -> Result<IdToken, NotVerified> {
        let claimed =
            claimed_audience(token).ok_or_else(|| NotVerified::Forged(String::from("not a JSON Web Token")))?;
        let audience = audiences.iter().find(|known| **known == claimed).ok_or(NotVerified::OtherAudience)?;
        let path = "/oauth2/v2.1/verify";
        let call = Call::form(path, path, &[("id_token", token), ("client_id", audience)]);
        let answer = self.call_openly(&call).await.map_err(|lost| NotVerified::Unasked(lost.into()))?;
        let verified: IdToken = answer::read(&answer).map_err(refused)?;
        check(&verified, audience, self.0.clock.now())?;
        Ok(verified)
    }
}

/// LINE's no, sorted by its words; unknown words are a no all the same.
fn refused(error: Error) -> NotVerified {
    match error {
        // Too many questions say nothing of the token.
        Error::Refused(refusal) if refusal.status != 429 => {
            let words = refusal.message.to_ascii_lowercase();
            if words.contains("expired") {
                NotVerified::Expired
            } else if words.contains("audience") {
                NotVerified::OtherAudience
            } else {
                NotVerified::Forged(refusal.message)
            }
        }
        error => NotVerified::Unasked(error),
    }
}

/// What LINE has verified, looked at once more: an answer of the wrong kind must not let anybody in.
fn check(token: &IdToken, audience: &str, now: DateTime<Utc>) -> Result<(), NotVerified> {
    if token.iss != ISSUER {
        return Err(NotVerified::Forged(String::from("another issuer")));
    }
    if token.aud != audience {
        return Err(NotVerified::OtherAudience);
    }
    if token.expires_at + SKEW <= now {
        return Err(NotVerified::Expired);
    }
    Ok(())
}

/// The audience a token claims, to ask LINE about the right channel. Nothing else of it is read before LINE has verified it.
fn claimed_audience(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Claims {
        aud: String,
    }
    let payload = token.split('.').nth(1).filter(|_| token.len() <= LONGEST)?;
    let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    Some(claims.aud)
}
