//! What a tap does.

use serde::{Deserialize, Serialize};

/// What a tap does. Labels: at most 20 characters on quick replies, 40 in Flex messages, and required on buttons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Action {
    /// Tells us, without a word in the chat unless `display_text` says one.
    Postback {
        /// What the button says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
        /// What we are told, at most 300 UTF-16 units.
        data: String,
        /// What appears in the chat as the person's words, at most 300 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        display_text: Option<String>,
        /// What opens or closes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        input_option: Option<InputOption>,
        /// What the keyboard starts with, where it opens.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fill_in_text: Option<String>,
    },
    /// Says a text in the person's name.
    Message {
        /// What the button says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
        /// What is said, at most 300 characters.
        text: String,
    },
    /// Opens an address.
    Uri {
        /// What the button says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
        /// At most 1,000 UTF-16 units; http, https, line or tel.
        uri: String,
        /// Another address on a computer; in Flex messages only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alt_uri: Option<AltUri>,
    },
    /// Lets the person pick a date or time, and tells us.
    #[serde(rename = "datetimepicker")]
    DatetimePicker {
        /// What the button says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
        /// What we are told besides, at most 300 UTF-16 units.
        data: String,
        /// What is picked.
        mode: PickerMode,
        /// What the picker starts at.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        initial: Option<String>,
        /// The latest that can be picked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<String>,
        /// The earliest that can be picked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<String>,
    },
    /// Copies a text. LINE 14.0.0 or later.
    Clipboard {
        /// What the button says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
        /// At most 1,000 UTF-16 units.
        clipboard_text: String,
    },
    /// Opens the camera; quick replies only.
    Camera {
        /// What the button says.
        label: String,
    },
    /// Opens the pictures; quick replies only.
    CameraRoll {
        /// What the button says.
        label: String,
    },
    /// Lets the person share a place; quick replies only.
    Location {
        /// What the button says.
        label: String,
    },
    /// Shows another rich menu; rich menus only.
    #[serde(rename = "richmenuswitch")]
    RichMenuSwitch {
        /// Read aloud for people who cannot see it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
        /// The menu to show.
        rich_menu_alias_id: String,
        /// What we are told besides, at most 300 UTF-16 units.
        data: String,
    },
}

/// Where an address leads on a computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AltUri {
    /// At most 1,000 UTF-16 units.
    pub desktop: String,
}

/// What opens or closes after a tap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum InputOption {
    /// The rich menu folds.
    CloseRichMenu,
    /// The rich menu unfolds.
    OpenRichMenu,
    /// The keyboard opens.
    OpenKeyboard,
    /// Voice input opens.
    OpenVoice,
}

/// What a date picker picks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PickerMode {
    /// `YYYY-MM-DD`.
    Date,
    /// `HH:MM`.
    Time,
    /// `YYYY-MM-DDTHH:MM`.
    Datetime,
}

impl Action {
    /// A tap that tells us `data`.
    pub fn postback(label: impl Into<String>, data: impl Into<String>) -> Self {
        Self::Postback {
            label: Some(label.into()),
            data: data.into(),
            display_text: None,
            input_option: None,
            fill_in_text: None,
        }
    }

    /// A tap that says `text`.
    pub fn message(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Message { label: Some(label.into()), text: text.into() }
    }

    /// A tap that opens `uri`.
    pub fn uri(label: impl Into<String>, uri: impl Into<String>) -> Self {
        Self::Uri { label: Some(label.into()), uri: uri.into(), alt_uri: None }
    }

    /// The same postback, with words that appear in the chat as the person's; other actions stay as they are.
    #[must_use]
    pub fn shown_as(mut self, words: impl Into<String>) -> Self {
        if let Self::Postback { display_text, .. } = &mut self {
            *display_text = Some(words.into());
        }
        self
    }
}
