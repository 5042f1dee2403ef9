//! The look-ups everybody may make. Source: Messaging API reference, read 2026-08.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Call, Client, Error, answer};
use crate::ids::LineUserId;

/// What LINE tells of a person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// Who.
    pub user_id: LineUserId,
    /// The name they gave themselves; anything may stand in it.
    pub display_name: String,
    /// Their picture.
    #[serde(default)]
    pub picture_url: Option<String>,
    /// Their status line.
    #[serde(default)]
    pub status_message: Option<String>,
    /// Their language (BCP 47); absent without consent.
    #[serde(default)]
    pub language: Option<String>,
}

/// This month's ceiling of messages that cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Messages; none when there is no ceiling.
    pub limit: Option<i64>,
}

/// The account we speak for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BotInfo {
    /// The account's own id; equals `destination` in its webhooks.
    pub user_id: String,
    /// `@` and letters.
    pub basic_id: String,
    /// The bought id, where there is one.
    #[serde(default)]
    pub premium_id: Option<String>,
    /// The account's name.
    pub display_name: String,
    /// The account's picture.
    #[serde(default)]
    pub picture_url: Option<String>,
    /// `chat` or `bot`: whether people of the account may answer by hand.
    #[serde(default)]
    pub chat_mode: Option<String>,
    /// `auto` or `manual`.
    #[serde(default)]
    pub mark_as_read_mode: Option<String>,
}

/// Where LINE sends webhooks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WebhookEndpoint {
    /// The address.
    pub endpoint: String,
    /// "Use webhook" is switched on.
    #[serde(rename = "active")]
    pub is_active: bool,
}

/// How a test webhook went.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookTest {
    /// The service answered 200.
    pub success: bool,
    /// When.
    #[serde(default)]
    pub timestamp: Option<DateTime<Utc>>,
    /// What the service answered; 0 or less without an answer.
    #[serde(default)]
    pub status_code: i64,
    /// `OK`, `COULD_NOT_CONNECT`, `REQUEST_TIMEOUT`, `ERROR_STATUS_CODE`, `UNCLASSIFIED`.
    #[serde(default)]
    pub reason: String,
    /// More of it.
    #[serde(default)]
    pub detail: String,
}

/// The kind of sending that messages are validated for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validate {
    /// For a reply.
    Reply,
    /// For a push.
    Push,
    /// For a multicast.
    Multicast,
}

impl Client {
    async fn look_up<T: serde::de::DeserializeOwned>(&self, call: Call) -> Result<T, Error> {
        answer::read(&self.call(&call).await?)
    }

    /// What LINE tells of a person: of friends, and of people who wrote to the account and did not block it. 404
    /// ([`Error::is_not_found`]) for anybody else.
    pub async fn profile(&self, user: &LineUserId) -> Result<Profile, Error> {
        self.look_up(Call::get("/v2/bot/profile", format!("/v2/bot/profile/{user}"))).await
    }

    /// The ceiling of this month.
    pub async fn quota(&self) -> Result<Quota, Error> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(rename = "type")]
            kind: String,
            #[serde(default)]
            value: Option<i64>,
        }
        let answer: Answer = self.look_up(Call::get("/v2/bot/message/quota", "/v2/bot/message/quota")).await?;
        Ok(Quota { limit: answer.value.filter(|_| answer.kind != "none") })
    }

    /// Messages used this month, roughly; those sent from LINE's own manager are in it.
    pub async fn consumption(&self) -> Result<i64, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Answer {
            total_usage: i64,
        }
        let path = "/v2/bot/message/quota/consumption";
        self.look_up::<Answer>(Call::get(path, path)).await.map(|answer| answer.total_usage)
    }

    /// The account we speak for.
    pub async fn bot_info(&self) -> Result<BotInfo, Error> {
        self.look_up(Call::get("/v2/bot/info", "/v2/bot/info")).await
    }

    /// Where LINE sends webhooks; none when no address is set.
    pub async fn webhook_endpoint(&self) -> Result<Option<WebhookEndpoint>, Error> {
        let path = "/v2/bot/channel/webhook/endpoint";
        match self.look_up(Call::get(path, path)).await {
            Ok(endpoint) => Ok(Some(endpoint)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Has LINE send a webhook without events to the address that is set. At most 60 an hour.
    pub async fn test_webhook(&self) -> Result<WebhookTest, Error> {
        let path = "/v2/bot/channel/webhook/test";
        self.look_up(Call::post(path, path, Bytes::from_static(b"{}"))).await
    }

    /// Has LINE check messages without sending them. `messages` is written as a list of message objects.
    pub async fn validate(&self, way: Validate, messages: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        let path = match way {
            Validate::Reply => "/v2/bot/message/validate/reply",
            Validate::Push => "/v2/bot/message/validate/push",
            Validate::Multicast => "/v2/bot/message/validate/multicast",
        };
        let body =
            serde_json::to_vec(&json!({ "messages": messages })).expect("messages are plain data with text keys");
        self.look_up::<serde::de::IgnoredAny>(Call::post(path, path, body.into())).await.map(drop)
    }
}
