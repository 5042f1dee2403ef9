//! The cookies of the faces: bearer tokens a script cannot read, sent back to this host alone.

use chrono::TimeDelta;
use http::{HeaderMap, HeaderValue, header};

use crate::settings::Settings;

/// Longer than any token of ours.
const LONGEST: usize = 128;

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// A member's session.
    Member,
    /// An enrolled device.
    Device,
    /// Somebody of staff signed in on it.
    Clerk,
}

impl Cookie {
    /// Its name. Over https the prefix `__Host-` keeps other hosts of the domain from setting it.
    pub fn name(self, settings: &Settings) -> &'static str {
        match (self, settings.is_https()) {
            (Self::Member, true) => "__Host-shuke-member",
            (Self::Device, true) => "__Host-shuke-device",
            (Self::Clerk, true) => "__Host-shuke-clerk",
            (Self::Member, false) => "shuke-member",
            (Self::Device, false) => "shuke-device",
            (Self::Clerk, false) => "shuke-clerk",
        }
    }

    /// The token a request brings.
    pub fn of(self, settings: &Settings, headers: &HeaderMap) -> Option<String> {
        let name = self.name(settings);
        let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        pairs
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(found, value)| *found == name && !value.is_empty() && value.len() <= LONGEST)
            .map(|(_, value)| String::from(value))
    }

    /// Gives a browser a token for `lasts`. Lax: LINE opens our pages from an address of its own, and a link to the counter
    /// must find its device; posts from elsewhere are refused before any cookie is looked at.
    pub fn set(self, settings: &Settings, token: &str, lasts: TimeDelta) -> HeaderValue {
        let secure = if settings.is_https() { "; Secure" } else { "" };
        let text = format!(
            "{}={token}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{secure}",
            self.name(settings),
            lasts.num_seconds()
        );
        HeaderValue::from_str(&text).expect("tokens are letters and digits of base64")
    }

    /// Takes it away again.
    pub fn forget(self, settings: &Settings) -> HeaderValue {
        self.set(settings, "", TimeDelta::zero())
    }
}
