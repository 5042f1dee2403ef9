//! Where LINE is: LINE itself, or a double of it on this machine, and nowhere else.

use std::net::IpAddr;

use http::Uri;

/// The address all paths are put behind, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base(String);

/// An address that is neither LINE's nor this machine's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given} may be {line} or an address of this machine such as http://127.0.0.1:8090, nothing else")]
pub struct NotLine {
    given: String,
    line: &'static str,
}

/// LINE's host for everything but contents.
pub const API: &str = "https://api.line.me";
/// LINE's host for contents: pictures, films, rich menu pictures.
pub const DATA_API: &str = "https://api-data.line.me";

impl Base {
    /// Reads the address that stands for `line`, which is [`API`] or [`DATA_API`].
    pub fn parse(given: &str, line: &'static str) -> Result<Self, NotLine> {
        let trimmed = given.strip_suffix('/').unwrap_or(given);
        if trimmed == line || is_this_machine(trimmed) {
            Ok(Self(String::from(trimmed)))
        } else {
            Err(NotLine { given: String::from(given), line })
        }
    }

    /// Whether it is a double on this machine, which is to be said loudly at start.
    pub fn is_loopback(&self) -> bool {
        self.0 != API && self.0 != DATA_API
    }

    /// The address of `path`, which starts with a slash.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

fn is_this_machine(address: &str) -> bool {
    let Ok(uri) = address.parse::<Uri>() else { return false };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return false };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let is_loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let has_more =
        authority.as_str().contains('@') || uri.path() != "/" || uri.query().is_some() || address.ends_with('/');
    matches!(scheme, "http" | "https") && is_loopback && !has_more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_or_this_machine_and_nothing_else() {
        for good in [
            "https://api.line.me",
            "https://api.line.me/",
            "http://127.0.0.1:8090",
            "http://127.0.0.1:8090/",
            "http://127.9.9.9",
            "http://localhost:1",
            "http://[::1]:8090",
        ] {
            assert!(Base::parse(good, API).is_ok(), "{good}");
        }
        for wrong in [
            "",
            "api.line.me",
            "http://api.line.me",
            "https://api-data.line.me",
            "https://api.line.me.example.com",
            "https://api.line.me@example.com",
            "https://api.line.me/v2",
            "https://api.line.me//",
            "http://127.0.0.1@example.com",
            "http://user@127.0.0.1",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://127.0.0.1:8090/path",
            "http://127.0.0.1:8090?a=b",
            "http://127.0.0.1:8090//",
            "ftp://127.0.0.1",
            "http://0.0.0.0:8090",
            "http://192.168.1.1",
            "http://2130706433",
        ] {
            assert!(Base::parse(wrong, API).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_a_double_is_loopback() {
        let base = |text: &str| Base::parse(text, API).expect("an address");
        assert!(base("http://localhost:8090").is_loopback());
        assert!(!base("https://api.line.me/").is_loopback());
        assert_eq!(base("https://api.line.me/").at("/v2/bot/info"), "https://api.line.me/v2/bot/info");
    }
}
