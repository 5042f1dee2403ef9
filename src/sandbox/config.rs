//! How a sandbox is set up.

use std::path::PathBuf;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::ids::LineUserId;

/// A sandbox's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// The made-up channel the service is to use.
    pub channel: Channel,
    /// Where the history is kept; none keeps it in memory only.
    pub history: Option<PathBuf>,
    /// Where webhooks go at first; the service may set another.
    pub webhook_url: Option<String>,
    /// Messages a month; none is without limit.
    pub quota: Option<i64>,
    /// Seed of the fault switches' dice.
    pub seed: u64,
    /// The sandbox's own address, without a slash at its end: pictures live under it.
    pub public_url: String,
    /// Where LIFF pages live: the address `https://liff.line.me/{liffId}` stands for. `{phone}` in it is replaced by a
    /// short name of the phone, so that two phones side by side can have host names, and with them cookies, of their own.
    pub liff_endpoint: String,
    /// The counter page for the frame on the right.
    pub counter_url: Option<String>,
    /// What the bar that folds the rich-menu strip says.
    pub chat_bar: String,
    /// Tiles in a row of the strip.
    pub menu_columns: u32,
    /// The tiles of the rich-menu strip.
    pub rich_menu: Vec<Tile>,
    /// In which zone the page tells the time.
    pub zone: Tz,
    /// Whether the service lives in the sandbox's time, so that moving the clock moves both.
    pub shares_clock: bool,
}

/// A LINE channel that does not exist.
#[derive(Clone)]
pub struct Channel {
    /// Channel id, for tokens.
    pub id: String,
    /// Channel secret, for signatures and tokens.
    pub secret: String,
    /// A long-lived channel access token that also works, when one is wanted.
    pub access_token: Option<String>,
    /// The account's own user id: `destination` of webhooks.
    pub bot_user_id: LineUserId,
    /// The account's handle, with its `@`.
    pub basic_id: String,
    /// The account's name.
    pub name: String,
    /// The login channel: `aud` of ID tokens.
    pub login_channel_id: String,
    /// The LIFF app.
    pub liff_id: String,
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Channel").field("id", &self.id).finish_non_exhaustive()
    }
}

/// One tile of the rich-menu strip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tile {
    /// What stands on it.
    pub label: String,
    /// Name of an icon of the page (`card`, `stamps`, `ticket`).
    #[serde(default)]
    pub icon: String,
    /// A LINE action object.
    pub action: serde_json::Value,
}

impl Config {
    /// A sandbox in memory for the channel every test and the demo use.
    pub fn in_memory() -> Self {
        Self {
            channel: Channel::made_up(),
            history: None,
            webhook_url: None,
            quota: Some(5_000),
            seed: 1,
            public_url: String::from("http://localhost:8090"),
            liff_endpoint: String::from("http://localhost:8080/m/"),
            counter_url: None,
            chat_bar: String::from("會員選單"),
            menu_columns: 3,
            rich_menu: default_menu(),
            zone: Tz::Asia__Taipei,
            shares_clock: true,
        }
    }

    /// A sandbox on `port` of this machine for a service on `service`. The page, the frames in it and each phone's own name
    /// stand under one site, [`SITE`], so that frames keep their cookies and two phones are two sessions.
    pub fn beside(port: u16, service: u16) -> Self {
        Self {
            webhook_url: Some(format!("http://127.0.0.1:{service}/line/webhook")),
            public_url: format!("http://{SITE}:{port}"),
            liff_endpoint: format!("http://{{phone}}.{SITE}:{service}/m/"),
            counter_url: Some(format!("http://{SITE}:{service}/counter/")),
            ..Self::in_memory()
        }
    }

    /// The settings a service on `service` needs to use a sandbox on `port`.
    pub fn settings(&self, port: u16, service: u16) -> Vec<(&'static str, String)> {
        let channel = &self.channel;
        let mut lines = vec![
            ("LINE_CHANNEL_SECRET", channel.secret.clone()),
            ("LINE_CHANNEL_ID", channel.id.clone()),
            ("LINE_LOGIN_CHANNEL_ID", channel.login_channel_id.clone()),
            ("LIFF_ID", channel.liff_id.clone()),
            ("LINE_API_BASE", format!("http://127.0.0.1:{port}")),
            ("LINE_DATA_API_BASE", format!("http://127.0.0.1:{port}")),
            ("PUBLIC_URL", format!("http://{SITE}:{service}")),
            ("BIND", format!("127.0.0.1:{service}")),
        ];
        lines.extend(channel.access_token.iter().map(|token| ("LINE_CHANNEL_ACCESS_TOKEN", token.clone())));
        lines
    }
}

impl Channel {
    /// The sandbox's usual channel. Its secret is public, which is why a real service refuses it.
    pub fn made_up() -> Self {
        Self {
            id: String::from("2000000001"),
            secret: String::from(SANDBOX_SECRET),
            access_token: None,
            bot_user_id: "U00000000000000000000000000000b07".parse().expect("a LINE user id"),
            basic_id: String::from("@shuke-sandbox"),
            name: String::from("山角咖啡"),
            login_channel_id: String::from("2000000002"),
            liff_id: String::from("2000000002-sandbox1"),
        }
    }
}

/// The site of everything the page shows. Browsers take `*.localhost` for this machine (Safari does not yet).
pub const SITE: &str = "shuke.localhost";

/// The secret of the sandbox's usual channel: 32 characters like LINE's, and known to everyone.
pub const SANDBOX_SECRET: &str = "5a4db0c5a4db0c5a4db0c5a4db0c0000";

fn default_menu() -> Vec<Tile> {
    let tile = |label: &str, icon: &str| Tile {
        label: String::from(label),
        icon: String::from(icon),
        action: serde_json::json!({ "type": "message", "label": label, "text": label }),
    };
    vec![tile("會員卡", "card"), tile("集點卡", "stamps"), tile("優惠券", "ticket")]
}
