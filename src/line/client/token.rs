//! The channel access token: a long-lived one from the settings, or short stateless ones fetched as needed.
//!
//! A stateless token lives 15 minutes, cannot be revoked, and any number may exist (LINE Developers, "Channel access token",
//! read 2026-08), so each process keeps its own and nothing is stored.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

/// Where tokens come from.
pub(super) enum Tokens {
    /// One that does not end.
    LongLived(SecretString),
    /// The last one fetched. The lock is held while one is fetched, so that many callers fetch one.
    Stateless(Mutex<Option<Held>>),
}

/// A token in hand.
pub(super) struct Held {
    token: SecretString,
    fetched_at: DateTime<Utc>,
    good_for: TimeDelta,
}

/// The answer of `POST /oauth2/v3/token`.
#[derive(Deserialize)]
pub(super) struct Issued {
    access_token: String,
    /// Seconds; 900.
    expires_in: i64,
}

impl Tokens {
    pub(super) fn new(long_lived: Option<SecretString>) -> Self {
        long_lived.map_or_else(|| Self::Stateless(Mutex::new(None)), Self::LongLived)
    }
}

impl Held {
    /// Keeps a fresh token for four fifths of its life: 12 of 15 minutes.
    pub(super) fn new(issued: Issued, now: DateTime<Utc>) -> Self {
        let life = TimeDelta::seconds(issued.expires_in.clamp(0, 30 * 86_400));
        Self { token: issued.access_token.into(), fetched_at: now, good_for: life * 4 / 5 }
    }

    /// The token while it is fresh. One from the future, after the clock stepped back, is not.
    pub(super) fn fresh(&self, now: DateTime<Utc>) -> Option<SecretString> {
        (self.fetched_at..self.fetched_at + self.good_for).contains(&now).then(|| self.token.clone())
    }

    pub(super) fn token(&self) -> SecretString {
        self.token.clone()
    }

    pub(super) fn is(&self, token: &SecretString) -> bool {
        self.token.expose_secret() == token.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_kept_for_twelve_of_its_fifteen_minutes() {
        let at = |minutes: i64| DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes);
        let held = Held::new(Issued { access_token: String::from("t"), expires_in: 900 }, at(0));
        for (minutes, is_fresh) in [(-1, false), (0, true), (11, true), (12, false), (15, false)] {
            assert_eq!(held.fresh(at(minutes)).is_some(), is_fresh, "{minutes}");
        }
    }
}
