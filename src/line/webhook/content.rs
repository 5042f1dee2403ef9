//! What someone wrote or sent in a message event.

use serde::Deserialize;
use serde_json::Value;

/// A message someone sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// LINE's id of the message, unique over all of LINE.
    pub id: String,
    /// What was sent.
    pub content: Content,
    /// With it a reply can quote this message; does not expire.
    pub quote_token: Option<String>,
    /// The message this one quotes.
    pub quoted_message_id: Option<String>,
    /// With it the chat can be marked as read up to this message; does not expire.
    pub mark_as_read_token: Option<String>,
}

/// What was sent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Content {
    /// Words.
    Text {
        /// The words. A LINE emoji stands in them as a word in parentheses.
        text: String,
        /// Where LINE emoji stand.
        #[serde(default)]
        emojis: Vec<Emoji>,
        /// Who was named with `@`.
        #[serde(default)]
        mention: Option<Mention>,
    },
    /// A picture.
    Image {
        /// Where it is to be had.
        #[serde(default)]
        content_provider: Option<ContentProvider>,
        /// The set it was sent in.
        #[serde(default)]
        image_set: Option<ImageSet>,
    },
    /// A film.
    Video {
        /// Milliseconds.
        #[serde(default)]
        duration: Option<i64>,
        /// Where it is to be had.
        #[serde(default)]
        content_provider: Option<ContentProvider>,
    },
    /// A sound.
    Audio {
        /// Milliseconds.
        #[serde(default)]
        duration: Option<i64>,
        /// Where it is to be had.
        #[serde(default)]
        content_provider: Option<ContentProvider>,
    },
    /// A file.
    File {
        /// Its name, as the sender's device wrote it.
        #[serde(default)]
        file_name: String,
        /// Bytes.
        #[serde(default)]
        file_size: i64,
    },
    /// A place.
    Location {
        /// Its name.
        #[serde(default)]
        title: Option<String>,
        /// Its address.
        #[serde(default)]
        address: Option<String>,
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
    },
    /// A sticker.
    Sticker {
        /// Its package.
        #[serde(default)]
        package_id: String,
        /// The sticker in it.
        #[serde(default)]
        sticker_id: String,
        /// How it moves and sounds (`STATIC`, `ANIMATION`, …).
        #[serde(default)]
        sticker_resource_type: Option<String>,
        /// A random choice of at most 15 words for it.
        #[serde(default)]
        keywords: Vec<String>,
        /// Words the sender put on it, at most 100 characters.
        #[serde(default)]
        text: Option<String>,
    },
    /// A message of a type we do not know, or of one we know in another shape.
    #[serde(skip)]
    Unknown {
        /// What LINE calls it.
        kind: String,
    },
}

/// A LINE emoji in a text. Positions count UTF-16 units.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Emoji {
    /// Where it starts.
    pub index: i64,
    /// How long the word for it is.
    pub length: i64,
    /// Its set.
    pub product_id: String,
    /// The emoji in it.
    pub emoji_id: String,
}

/// Who was named in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Mention {
    /// At most 20.
    pub mentionees: Vec<Mentionee>,
}

/// One `@name` in a text. Positions count UTF-16 units.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Mentionee {
    /// Where it starts.
    pub index: i64,
    /// How long it is.
    pub length: i64,
    /// `user` or `all`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Who, where LINE says.
    pub user_id: Option<String>,
    /// It names this account.
    pub is_self: bool,
}

/// Where a picture, film or sound is to be had.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContentProvider {
    /// `line`: ask LINE for it by the message's id. `external`: at the addresses below.
    #[serde(rename = "type")]
    pub kind: String,
    /// The thing itself.
    pub original_content_url: Option<String>,
    /// A small picture of it.
    pub preview_image_url: Option<String>,
}

/// A set of pictures sent at once; its members arrive in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ImageSet {
    /// The set.
    pub id: String,
    /// This picture's place in it, from 1.
    pub index: Option<i64>,
    /// How many there are.
    pub total: Option<i64>,
}

impl Message {
    /// Reads the `message` of an event; none when it is not an object with an id.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let field = |name: &str| value.get(name).and_then(Value::as_str).map(String::from);
        Some(Self {
            id: field("id")?,
            content: Content::deserialize(value)
                .unwrap_or_else(|_| Content::Unknown { kind: field("type").unwrap_or_default() }),
            quote_token: field("quoteToken"),
            quoted_message_id: field("quotedMessageId"),
            mark_as_read_token: field("markAsReadToken"),
        })
    }

    /// The words, when it is a text.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text { text, .. } => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(message: &Value) -> Message {
        Message::read(message).expect("a message")
    }

    #[test]
    fn a_text_keeps_its_tokens_and_mentions() {
        let message = read(&json!({
            "id": "444573844083572737", "type": "text", "text": "@All @example Good Morning!! (love)", "quoteToken": "q",
            "quotedMessageId": "4", "markAsReadToken": "m",
            "emojis": [{ "index": 29, "length": 6, "productId": "5ac1bfd5040ab15980c9b435", "emojiId": "001" }],
            "mention": { "mentionees": [{ "index": 0, "length": 4, "type": "all" },
                                         { "index": 5, "length": 8, "userId": "U49585cd0d5", "type": "user", "isSelf": false }] },
        }));
        assert_eq!(message.text(), Some("@All @example Good Morning!! (love)"));
        assert_eq!((message.quote_token.as_deref(), message.quoted_message_id.as_deref()), (Some("q"), Some("4")));
        let Content::Text { emojis, mention, .. } = message.content else { panic!("a text") };
        assert_eq!((emojis[0].index, emojis[0].length), (29, 6));
        assert_eq!(mention.expect("a mention").mentionees.len(), 2);
    }

    #[test]
    fn every_message_type_of_the_reference_is_known() {
        let cases = [
            json!({ "type": "image", "contentProvider": { "type": "line" }, "imageSet": { "id": "E0", "index": 1, "total": 2 } }),
            json!({ "type": "video", "duration": 60_000, "contentProvider": { "type": "external", "originalContentUrl": "https://example.com/a.mp4" } }),
            json!({ "type": "audio", "duration": 60_000 }),
            json!({ "type": "file", "fileName": "file.txt", "fileSize": 2_138 }),
            json!({ "type": "location", "latitude": 35.688, "longitude": 139.6897 }),
            json!({ "type": "sticker", "packageId": "446", "stickerId": "1988", "stickerResourceType": "STATIC", "keywords": ["cony"] }),
        ];
        for mut case in cases {
            case["id"] = json!("1");
            assert!(!matches!(read(&case).content, Content::Unknown { .. }), "{case}");
        }
    }

    #[test]
    fn what_is_not_known_is_kept_as_such() {
        for (message, kind) in [
            (json!({ "id": "1", "type": "hologram" }), "hologram"),
            (json!({ "id": "1", "type": "text" }), "text"),
            (json!({ "id": "1", "type": "unknown" }), "unknown"),
            (json!({ "id": "1" }), ""),
        ] {
            assert_eq!(read(&message).content, Content::Unknown { kind: String::from(kind) });
        }
        assert!(Message::read(&json!({ "type": "text", "text": "no id" })).is_none());
    }
}
