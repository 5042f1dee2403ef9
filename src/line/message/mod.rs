//! The messages we send, as LINE's message objects, and LINE's limits on them.
//!
//! [`check`] finds what LINE would refuse before a byte leaves; [`check_json`] does the same for messages from elsewhere.
//! Source: LINE Developers, Messaging API reference, "Message objects" and "Action objects", read 2026-08.

mod action;
mod check;
mod fault;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use action::{Action, AltUri, InputOption, PickerMode};
pub(in crate::line) use check::decimal;
pub use check::{check, check_json};
pub use fault::{Fault, Rule, Unit, refusal};

/// One message. A request carries one to five.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// What it shows.
    #[serde(flatten)]
    pub content: Content,
    /// Buttons under the chat, until the next message; LINE shows those of the last message only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quick_reply: Option<QuickReply>,
    /// Whom it seems to come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
}

/// What a message shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Content {
    /// Words.
    Text {
        /// At most 5,000 UTF-16 units.
        text: String,
        /// The message it quotes; in replies and pushes only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quote_token: Option<String>,
    },
    /// A card or several.
    Flex {
        /// What notifications and the list of chats show, at most 1,500 UTF-16 units.
        alt_text: String,
        /// A bubble, or a carousel of at most 12.
        contents: Value,
    },
    /// A picture.
    Image {
        /// JPEG or PNG, at most 10 MB, over HTTPS.
        original_content_url: String,
        /// JPEG or PNG, at most 1 MB, over HTTPS.
        preview_image_url: String,
    },
    /// A sticker from LINE's list of those that may be sent.
    Sticker {
        /// Its package.
        package_id: String,
        /// The sticker in it.
        sticker_id: String,
    },
}

/// Buttons under the chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuickReply {
    /// One to 13.
    pub items: Vec<QuickReplyItem>,
}

/// One button under the chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "type", rename = "action")]
pub struct QuickReplyItem {
    /// A small square picture on it, over HTTPS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// What a tap does; its label, at most 20 characters, is what the button says.
    pub action: Action,
}

/// Whom a message seems to come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sender {
    /// At most 20 UTF-16 units; LINE refuses names such as its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A square PNG of at most 1 MB, over HTTPS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
}

impl Message {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Content::Text { text: text.into(), quote_token: None }.into()
    }

    /// A card (`contents` is a bubble) or several (a carousel).
    pub fn flex(alt_text: impl Into<String>, contents: Value) -> Self {
        Content::Flex { alt_text: alt_text.into(), contents }.into()
    }

    /// The same message with buttons under the chat.
    #[must_use]
    pub fn with_quick_replies(mut self, actions: impl IntoIterator<Item = Action>) -> Self {
        let items = actions.into_iter().map(|action| QuickReplyItem { image_url: None, action }).collect();
        self.quick_reply = Some(QuickReply { items });
        self
    }
}

impl From<Content> for Message {
    fn from(content: Content) -> Self {
        Self { content, quick_reply: None, sender: None }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_is_written_as_line_reads_it() {
        let message = Message::text("您好").with_quick_replies([
            Action::postback("領取會員卡", "join").shown_as("領取會員卡"),
            Action::message("集點卡", "集點卡"),
            Action::uri("會員頁", "https://liff.line.me/1-a"),
        ]);
        let written = json!({
            "type": "text", "text": "您好",
            "quickReply": { "items": [
                { "type": "action", "action": { "type": "postback", "label": "領取會員卡", "data": "join", "displayText": "領取會員卡" } },
                { "type": "action", "action": { "type": "message", "label": "集點卡", "text": "集點卡" } },
                { "type": "action", "action": { "type": "uri", "label": "會員頁", "uri": "https://liff.line.me/1-a" } },
            ] },
        });
        assert_eq!(serde_json::to_value(&message).expect("JSON"), written);
        assert_eq!(serde_json::from_value::<Message>(written).expect("a message"), message);
    }

    #[test]
    fn every_content_comes_back_as_it_was_written() {
        let sender = Some(Sender { name: Some(String::from("小熟")), icon_url: None });
        let contents = [
            Content::Flex { alt_text: String::from("卡"), contents: json!({ "type": "bubble" }) },
            Content::Image {
                original_content_url: String::from("https://example.com/a.png"),
                preview_image_url: String::from("https://example.com/b.png"),
            },
            Content::Sticker { package_id: String::from("446"), sticker_id: String::from("1988") },
        ];
        for content in contents {
            let message = Message { sender: sender.clone(), ..content.into() };
            let written = serde_json::to_string(&message).expect("JSON");
            assert_eq!(serde_json::from_str::<Message>(&written).expect("a message"), message);
        }
    }
}
