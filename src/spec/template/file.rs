//! The files `templates/*.yaml`.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spec::tree::{Node, Tree, for_each_text};
use crate::spec::{At, Defined, Document, Fault, Place};
use crate::words::Lang;

/// A template file: the messages in each language, or under `messages` where there is only one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct TemplateFile {
    /// The messages, where the template has one language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(min = 1, max = 5), dive)]
    pub messages: Option<Vec<Piece>>,
    /// The messages in Traditional Chinese; also for languages that are not there.
    #[serde(default, rename = "zh-Hant", skip_serializing_if = "Option::is_none")]
    #[garde(length(min = 1, max = 5), dive)]
    pub zh_hant: Option<Vec<Piece>>,
    /// The messages in Japanese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(min = 1, max = 5), dive)]
    pub ja: Option<Vec<Piece>>,
    /// The messages in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(length(min = 1, max = 5), dive)]
    pub en: Option<Vec<Piece>>,
}

/// One message: a text or a Flex message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// A text message. Blanks: {{ member.name }}, {{ cards.coffee.missing }}.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub text: Option<At<String>>,
    /// A Flex message, as LINE's Flex Message Simulator writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub flex: Option<At<Flex>>,
    /// Buttons under the chat; LINE shows those of the last message only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[garde(length(max = 13))]
    pub quick_replies: Vec<At<QuickReply>>,
}

/// A Flex message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flex {
    /// What notifications and the list of chats show.
    pub alt_text: At<String>,
    /// A bubble, or a carousel of bubbles.
    pub contents: Tree,
}

/// A button under the chat: its label and one thing it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuickReply {
    /// What the button says.
    pub label: At<String>,
    /// Says this in the customer's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub say: Option<At<String>>,
    /// Tells us this without saying it in the chat: `join` makes a member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postback: Option<At<String>>,
    /// Opens this page: {{ pages.card }}, or an https address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<At<String>>,
}

impl TemplateFile {
    /// The messages in `lang`, or the Traditional Chinese ones.
    pub fn pieces(&self, lang: Lang) -> &[Piece] {
        let other = match lang {
            Lang::ZhHant => None,
            Lang::Ja => self.ja.as_ref(),
            Lang::En => self.en.as_ref(),
        };
        other.or(self.zh_hant.as_ref()).or(self.messages.as_ref()).map_or(&[], Vec::as_slice)
    }

    /// The languages it is written in. One under `messages` counts as Traditional Chinese.
    pub fn langs(&self) -> impl Iterator<Item = Lang> + '_ {
        Lang::ALL.into_iter().filter(|lang| match lang {
            Lang::ZhHant => true,
            Lang::Ja => self.ja.is_some(),
            Lang::En => self.en.is_some(),
        })
    }

    /// Calls `see` with every text that may hold blanks.
    pub fn for_each_text<'a>(&'a self, see: &mut dyn FnMut(&'a str, Place)) {
        for piece in [&self.messages, &self.zh_hant, &self.ja, &self.en].into_iter().flatten().flatten() {
            if let Some(text) = &piece.text {
                see(text, text.place);
            }
            if let Some(flex) = &piece.flex {
                see(&flex.alt_text, flex.alt_text.place);
                for_each_text(&flex.contents, see);
            }
            for reply in &piece.quick_replies {
                let does = [&reply.say, &reply.postback, &reply.open];
                for text in does.into_iter().flatten().chain([&reply.label]) {
                    see(text, text.place);
                }
            }
        }
    }
}

impl Document for TemplateFile {
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let start = Place { line: 1, column: 1 };
        let blocks = [&self.zh_hant, &self.ja, &self.en].into_iter().flatten().count();
        if self.messages.is_some() && blocks > 0 {
            faults.push(Fault::new("messages-and-languages", start).hint("messages-or-languages"));
        } else if self.messages.is_none() && self.zh_hant.is_none() {
            faults.push(Fault::new("no-chinese", start).hint("messages-or-languages"));
        }
        for piece in [&self.messages, &self.zh_hant, &self.ja, &self.en].into_iter().flatten().flatten() {
            piece.faults(start, &mut faults);
        }
        faults
    }
}

impl Piece {
    fn faults(&self, start: Place, faults: &mut Vec<Fault>) {
        match (&self.text, &self.flex) {
            (Some(_), Some(flex)) => faults.push(Fault::new("text-and-flex", flex.place).hint("text-or-flex")),
            (None, None) => {
                let place = self.quick_replies.first().map_or(start, |reply| reply.place);
                faults.push(Fault::new("no-text-no-flex", place).hint("text-or-flex"));
            }
            (None, Some(flex)) if !matches!(flex.contents.value, Node::Map(_)) => {
                faults.push(Fault::new("want-mapping", flex.contents.place));
            }
            _ => {}
        }
        for reply in &self.quick_replies {
            let does = [&reply.say, &reply.postback, &reply.open].into_iter().flatten().count();
            if does != 1 {
                faults.push(Fault::new("button-does-one-thing", reply.place).hint("button-does-one-thing-hint"));
            }
        }
    }
}

/// A template under its path in the brand's folder, which is its name: `templates/winback.yaml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// The path.
    pub path: String,
    /// What stands in the file.
    pub file: TemplateFile,
}

impl Defined for Template {
    const KIND: &'static str = "template";

    fn name(&self) -> &str {
        &self.path
    }
}
