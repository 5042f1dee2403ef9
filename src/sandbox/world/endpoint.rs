//! The endpoints of LINE the sandbox answers.

use serde::{Deserialize, Serialize};

/// One endpoint: a method and a path pattern. LINE counts rates for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// `POST /v2/bot/message/reply`
    Reply,
    /// `POST /v2/bot/message/push`
    Push,
    /// `POST /v2/bot/message/multicast`
    Multicast,
    /// `POST /v2/bot/message/validate/…`
    Validate,
    /// `GET /v2/bot/profile/{userId}`
    Profile,
    /// `GET /v2/bot/message/quota`
    Quota,
    /// `GET /v2/bot/message/quota/consumption`
    Consumption,
    /// `GET /v2/bot/info`
    BotInfo,
    /// `GET /v2/bot/channel/webhook/endpoint`
    WebhookGet,
    /// `PUT /v2/bot/channel/webhook/endpoint`
    WebhookSet,
    /// `POST /v2/bot/channel/webhook/test`
    WebhookTest,
    /// `POST /oauth2/v3/token`
    Token,
    /// `POST /oauth2/v2.1/verify`
    VerifyIdToken,
    /// Any other path under LINE's prefixes.
    Unknown,
}

impl Endpoint {
    /// Those a person can aim a fault at, in the order the page offers them.
    pub const ALL: [Self; 13] = [
        Self::Reply,
        Self::Push,
        Self::Multicast,
        Self::Validate,
        Self::Profile,
        Self::Quota,
        Self::Consumption,
        Self::BotInfo,
        Self::WebhookGet,
        Self::WebhookSet,
        Self::WebhookTest,
        Self::Token,
        Self::VerifyIdToken,
    ];

    /// Its name in JSON and in the history.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Push => "push",
            Self::Multicast => "multicast",
            Self::Validate => "validate",
            Self::Profile => "profile",
            Self::Quota => "quota",
            Self::Consumption => "consumption",
            Self::BotInfo => "bot_info",
            Self::WebhookGet => "webhook_get",
            Self::WebhookSet => "webhook_set",
            Self::WebhookTest => "webhook_test",
            Self::Token => "token",
            Self::VerifyIdToken => "verify_id_token",
            Self::Unknown => "unknown",
        }
    }

    /// Whether a retry key may come with it. On any other endpoint LINE answers 400. "Retry an API request", read 2026-08.
    pub fn takes_retry_key(self) -> bool {
        matches!(self, Self::Push | Self::Multicast)
    }

    /// Whether it wants a channel access token. The login endpoints do not.
    pub fn wants_token(self) -> bool {
        !matches!(self, Self::Token | Self::VerifyIdToken | Self::Unknown)
    }

    /// Whether what it sends counts against the month.
    pub fn counts(self) -> bool {
        matches!(self, Self::Push | Self::Multicast)
    }
}
