//! How to run: from the environment or a `.env` file. Every setting `NAME` may also be given as `NAME_FILE`, the path of a
//! file that holds it. What the brand does stands in its YAML files, not here.

mod env;

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::SecretString;

use crate::secret::Secret;

pub use env::{Raw, env_line};

/// All settings, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `LINE_CHANNEL_SECRET`: signs webhooks and, with the id, gets tokens.
    pub channel_secret: SecretString,
    /// `LINE_CHANNEL_ID`: the Messaging API channel.
    pub channel_id: String,
    /// `LINE_CHANNEL_ACCESS_TOKEN`: a long-lived token. Default: none, short ones are fetched as needed.
    pub channel_access_token: Option<SecretString>,
    /// `LINE_LOGIN_CHANNEL_ID`: whose ID tokens the member pages accept; several parted by commas.
    pub login_channel_ids: Vec<String>,
    /// `LIFF_ID`: the LIFF app that opens the member pages.
    pub liff_id: String,
    /// `LINE_API_BASE`. Default `https://api.line.me`; else a loopback address.
    pub line_api_base: String,
    /// `LINE_DATA_API_BASE`. Default `https://api-data.line.me`; else a loopback address.
    pub line_data_api_base: String,
    /// `DATABASE_URL`. Default `sqlite://data/shuke.db`.
    pub database_url: String,
    /// `PUBLIC_URL`: how the outside reaches this service, without a slash at the end.
    pub public_url: String,
    /// `SHUKE_SECRET`: wraps every key; `current` or `current,previous`, 32 characters or more each.
    pub secret: Secret,
    /// `BIND`. Default `127.0.0.1:8080`.
    pub bind: SocketAddr,
    /// `OPS_BIND`: a second address for health and metrics alone. Default: they are served on `BIND`.
    pub ops_bind: Option<SocketAddr>,
    /// `BRAND_DIR`: the folder with `brand.yaml`. Default `.`.
    pub brand_dir: PathBuf,
    /// `LOG_FORMAT`: `json` or `pretty`. Default `pretty` on a terminal, else `json`.
    pub log_format: Option<LogFormat>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}

/// A setting that is missing or wrong, and where to get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The setting's name.
    pub name: &'static str,
    /// What is wrong.
    pub what: String,
    /// Where to get it or what would be right.
    pub hint: &'static str,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}\n    {}", self.name, self.what, self.hint)
    }
}

/// The host name of the sandbox's page and, in front of another port, of the service beside it. One site for both lets frames
/// keep their cookies, and names below it give each phone cookies of its own. Browsers take `*.localhost` for this machine.
pub const SANDBOX_HOST: &str = "shuke.localhost";

impl Settings {
    /// Checks the settings; all faults at once.
    ///
    /// # Errors
    /// One [`Fault`] for each setting that is missing or wrong.
    pub fn check(raw: &Raw) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let needed = |name, hint, faults: &mut Vec<Fault>| {
            raw.get(name, faults).unwrap_or_else(|| {
                faults.push(Fault { name, what: String::from("is missing"), hint });
                String::new()
            })
        };
        let channel_secret = needed(
            "LINE_CHANNEL_SECRET",
            "LINE Developers console, your Messaging API channel, tab Basic settings, Channel secret",
            &mut faults,
        );
        let channel_id = needed(
            "LINE_CHANNEL_ID",
            "LINE Developers console, your Messaging API channel, tab Basic settings, Channel ID",
            &mut faults,
        );
        let login = needed(
            "LINE_LOGIN_CHANNEL_ID",
            "LINE Developers console, your LINE Login channel under the same provider, Channel ID",
            &mut faults,
        );
        let liff_id = needed(
            "LIFF_ID",
            "LINE Developers console, your LINE Login channel, tab LIFF: add an app of size Full with endpoint PUBLIC_URL/m/",
            &mut faults,
        );
        let public_url = needed(
            "PUBLIC_URL",
            "how LINE and phones reach this service, for example https://card.example.tw",
            &mut faults,
        );
        let secret = needed(
            "SHUKE_SECRET",
            "make one with `openssl rand -base64 32` and keep a copy apart from the backups",
            &mut faults,
        );
        let optional = |name, default: &str, faults: &mut Vec<Fault>| {
            raw.get(name, faults).unwrap_or_else(|| String::from(default))
        };
        let line_api_base = optional("LINE_API_BASE", "https://api.line.me", &mut faults);
        let line_data_api_base = optional("LINE_DATA_API_BASE", "https://api-data.line.me", &mut faults);
        let database_url = optional("DATABASE_URL", "sqlite://data/shuke.db", &mut faults);
        let bind = optional("BIND", "127.0.0.1:8080", &mut faults);
        let brand_dir = optional("BRAND_DIR", ".", &mut faults);
        let access_token = raw.get("LINE_CHANNEL_ACCESS_TOKEN", &mut faults);
        let ops_bind = raw.get("OPS_BIND", &mut faults);
        let log_format = raw.get("LOG_FORMAT", &mut faults);

        let secret = if secret.is_empty() {
            None
        } else {
            Secret::parse(&secret)
                .map_err(|what| {
                    faults.push(Fault {
                        name: "SHUKE_SECRET",
                        what,
                        hint: "it wraps every key: lose it and sealed data is lost",
                    })
                })
                .ok()
        };
        let mut address = |name, text: &str| {
            text.parse::<SocketAddr>()
                .map_err(|_| {
                    faults.push(Fault {
                        name,
                        what: format!("is {text:?}, which is no address"),
                        hint: "an address and a port, like 0.0.0.0:8080",
                    })
                })
                .ok()
        };
        let bind = address("BIND", &bind);
        let ops_bind = ops_bind.and_then(|text| address("OPS_BIND", &text));
        let log_format = log_format.and_then(|text| match text.as_str() {
            "json" => Some(LogFormat::Json),
            "pretty" => Some(LogFormat::Pretty),
            _ => {
                faults.push(Fault { name: "LOG_FORMAT", what: format!("is {text:?}"), hint: "json or pretty" });
                None
            }
        });
        if !(database_url.starts_with("sqlite://")
            || database_url.starts_with("postgres://")
            || database_url.starts_with("postgresql://"))
        {
            faults.push(Fault {
                name: "DATABASE_URL",
                what: String::from("names no database we know"),
                hint: "sqlite://path/to/file.db or postgres://user@host/name",
            });
        }
        let is_public = public_url.starts_with("https://") || is_loopback(&public_url) || is_local_name(&public_url);
        if !(public_url.is_empty() || is_public) {
            faults.push(Fault {
                name: "PUBLIC_URL",
                what: format!("is {public_url:?}"),
                hint: "LINE calls https only: https://your.domain",
            });
        }
        for (name, base, line) in [
            ("LINE_API_BASE", &line_api_base, "https://api.line.me"),
            ("LINE_DATA_API_BASE", &line_data_api_base, "https://api-data.line.me"),
        ] {
            if base != line && !is_loopback(base) {
                faults.push(Fault {
                    name,
                    what: format!("is {base:?}"),
                    hint: "LINE's own address or a loopback address (the sandbox), nothing else",
                });
            }
        }
        match (secret, bind) {
            (Some(secret), Some(bind)) if faults.is_empty() => Ok(Self {
                channel_secret: channel_secret.into(),
                channel_id,
                channel_access_token: access_token.map(Into::into),
                login_channel_ids: login.split(',').map(|id| String::from(id.trim())).collect(),
                liff_id,
                line_api_base,
                line_data_api_base,
                database_url,
                public_url: String::from(public_url.trim_end_matches('/')),
                secret,
                bind,
                ops_bind,
                brand_dir: brand_dir.into(),
                log_format,
            }),
            _ => Err(faults),
        }
    }

    /// Whether LINE is the sandbox on this machine.
    pub fn is_sandbox(&self) -> bool {
        is_loopback(&self.line_api_base)
    }

    /// The origin of the sandbox's page, which alone may show our pages in frames; none for a real channel.
    pub fn sandbox_page(&self) -> Option<String> {
        let port = self.line_api_base.rsplit_once(':').map(|(_, port)| port.trim_end_matches('/'))?;
        let is_port = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        (self.is_sandbox() && is_port).then(|| format!("http://{SANDBOX_HOST}:{port}"))
    }

    /// Whether cookies may be marked for https alone.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// The folder with the brand's files, which is all that `validate` needs.
pub fn brand_dir(raw: &Raw) -> PathBuf {
    raw.get("BRAND_DIR", &mut Vec::new()).unwrap_or_else(|| String::from(".")).into()
}

/// The database, which is all that offline commands (`migrate`, `ledger verify`) need.
pub fn database_url(raw: &Raw) -> String {
    raw.get("DATABASE_URL", &mut Vec::new()).unwrap_or_else(|| String::from("sqlite://data/shuke.db"))
}

fn is_loopback(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.contains('@') {
        return false;
    }
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    host == "localhost" || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether an address names this machine as browsers see it: `*.localhost`, which no resolver has to know.
fn is_local_name(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
    host.ends_with(".localhost") && host.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Vec<(&'static str, String)> {
        [
            ("LINE_CHANNEL_SECRET", "8c570fa6dd201bb328f1c1eac23a96d8"),
            ("LINE_CHANNEL_ID", "1234567890"),
            ("LINE_LOGIN_CHANNEL_ID", "1234567891, 1234567892"),
            ("LIFF_ID", "1234567891-abcdefgh"),
            ("PUBLIC_URL", "https://card.example.tw/"),
            ("SHUKE_SECRET", "0123456789abcdef0123456789abcdef"),
        ]
        .map(|(name, value)| (name, String::from(value)))
        .into()
    }

    #[test]
    fn what_is_needed_is_enough() {
        let settings = Settings::check(&Raw::of(full())).unwrap();
        assert_eq!(settings.public_url, "https://card.example.tw");
        assert_eq!(settings.login_channel_ids, ["1234567891", "1234567892"]);
        assert!(!settings.is_sandbox());
    }

    #[test]
    fn every_missing_setting_is_named_with_where_to_get_it() {
        let faults = Settings::check(&Raw::of([])).unwrap_err();
        let names: Vec<_> = faults.iter().map(|fault| fault.name).collect();
        assert_eq!(
            names,
            [
                "LINE_CHANNEL_SECRET",
                "LINE_CHANNEL_ID",
                "LINE_LOGIN_CHANNEL_ID",
                "LIFF_ID",
                "PUBLIC_URL",
                "SHUKE_SECRET"
            ]
        );
        assert!(faults.iter().all(|fault| !fault.hint.is_empty()));
    }

    #[test]
    fn only_the_sandboxs_page_may_frame_ours() {
        let of = |base: &str| {
            let mut pairs = full();
            pairs.push(("LINE_API_BASE", String::from(base)));
            Settings::check(&Raw::of(pairs)).unwrap().sandbox_page()
        };
        assert_eq!(of("https://api.line.me"), None);
        assert_eq!(of("http://127.0.0.1:8090").as_deref(), Some("http://shuke.localhost:8090"));
        assert_eq!(of("http://localhost"), None, "a sandbox on no port shows no page");
    }

    #[test]
    fn the_public_address_is_https_or_on_this_machine() {
        for (url, good) in [
            ("https://card.example.tw", true),
            ("http://localhost:8080", true),
            ("http://shuke.localhost:8080", true),
            ("http://card.example.tw", false),
            ("http://evil.example#.localhost", false),
            ("http://a@b.localhost", false),
            ("http://localhost.example", false),
        ] {
            let pairs = full().into_iter().map(|(name, value)| match name {
                "PUBLIC_URL" => (name, String::from(url)),
                _ => (name, value),
            });
            assert_eq!(Settings::check(&Raw::of(pairs)).is_ok(), good, "{url}");
        }
    }

    #[test]
    fn line_may_be_line_or_this_machine_and_nothing_else() {
        for (base, good) in [
            ("http://127.0.0.1:8090", true),
            ("http://[::1]:8090", true),
            ("http://localhost:8090", true),
            ("http://127.0.0.1.evil.example", false),
            ("http://localhost@evil.example", false),
            ("http://localhost:80@evil.example", false),
            ("https://evil.example", false),
            ("http://10.0.0.1", false),
        ] {
            let mut pairs = full();
            pairs.push(("LINE_API_BASE", String::from(base)));
            assert_eq!(Settings::check(&Raw::of(pairs)).is_ok(), good, "{base}");
        }
    }
}
