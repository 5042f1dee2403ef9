//! From a template to LINE's messages.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde_json::{Map, Value, json};

use super::{Data, Piece, QuickReply, TemplateFile};
use crate::spec::tree::{Node, Tree};
use crate::spec::{At, Place};
use crate::words::Lang;

/// Steps one text may take. A text with a loop over ten cards takes about 200.
const FUEL: u64 = 20_000;

/// A text that could not be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail} (line {})", place.line)]
pub struct RenderFault {
    /// Where the text stands in its file; unknown for a published template.
    pub place: Place,
    /// What minijinja says.
    pub detail: String,
}

/// Where the parts of rendered messages stand in the file, by LINE's own way to name them: `messages[0].text`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places(BTreeMap<String, Place>);

impl Places {
    /// The place of a property, or of the nearest thing around it.
    pub fn of(&self, property: &str) -> Option<Place> {
        let mut property = property;
        loop {
            if let Some(place) = self.0.get(property) {
                return Some(*place);
            }
            property = &property[..property.rfind(['.', '['])?];
        }
    }
}

impl TemplateFile {
    /// The messages in `lang` with their blanks filled, as LINE's message objects.
    ///
    /// # Errors
    /// A text that names data that is not there, or breaks minijinja's grammar, or runs too long.
    pub fn render(&self, lang: Lang, data: &Data) -> Result<Vec<Value>, RenderFault> {
        self.render_with_places(lang, data).map(|(messages, _)| messages)
    }

    /// The same, and where each part stands in the file.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub fn render_with_places(&self, lang: Lang, data: &Data) -> Result<(Vec<Value>, Places), RenderFault> {
        let mut filler = Filler { data: Serde(data).into(), places: Places::default() };
        let pieces = self.pieces(lang).iter().enumerate();
        let messages = pieces
            .map(|(index, piece)| filler.message(piece, &format!("messages[{index}]")))
            .collect::<Result<_, _>>()?;
        Ok((messages, filler.places))
    }
}

/// The engine templates run in: an unknown blank is an error, nothing is escaped (a text is a text in every place it can
/// stand), and there is nothing to include.
pub(super) static JINJA: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut jinja = Environment::new();
    jinja.set_undefined_behavior(UndefinedBehavior::Strict);
    jinja.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    jinja.set_fuel(Some(FUEL));
    jinja
});

/// Whether a text has anything for the engine to do.
pub(super) fn has_blanks(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}

struct Filler {
    data: minijinja::Value,
    places: Places,
}

impl Filler {
    fn message(&mut self, piece: &Piece, path: &str) -> Result<Value, RenderFault> {
        let mut message = match (&piece.text, &piece.flex) {
            (Some(text), _) => {
                self.places.0.insert(String::from(path), text.place);
                let text = self.fill(text, &format!("{path}.text"))?;
                json!({ "type": "text", "text": text.trim_end() })
            }
            (None, Some(flex)) => {
                self.places.0.insert(String::from(path), flex.place);
                let alt_text = self.fill(&flex.alt_text, &format!("{path}.altText"))?;
                let contents = self.tree(&flex.contents, &format!("{path}.contents"))?;
                json!({ "type": "flex", "altText": alt_text.trim_end(), "contents": contents })
            }
            (None, None) => json!({}),
        };
        if !piece.quick_replies.is_empty() {
            let replies = piece.quick_replies.iter().enumerate();
            let items = replies
                .map(|(index, reply)| self.quick_reply(reply, &format!("{path}.quickReply.items[{index}]")))
                .collect::<Result<Vec<_>, _>>()?;
            message["quickReply"] = json!({ "items": items });
        }
        Ok(message)
    }

    fn quick_reply(&mut self, reply: &At<QuickReply>, path: &str) -> Result<Value, RenderFault> {
        self.places.0.insert(String::from(path), reply.place);
        let label = self.fill(&reply.label, &format!("{path}.action.label"))?;
        let action = if let Some(say) = &reply.say {
            json!({ "type": "message", "label": label, "text": self.fill(say, &format!("{path}.action.text"))? })
        } else if let Some(postback) = &reply.postback {
            let data = self.fill(postback, &format!("{path}.action.data"))?;
            json!({ "type": "postback", "label": label, "data": data, "displayText": label })
        } else if let Some(open) = &reply.open {
            json!({ "type": "uri", "label": label, "uri": self.fill(open, &format!("{path}.action.uri"))? })
        } else {
            json!({ "type": "message", "label": label, "text": label })
        };
        Ok(json!({ "type": "action", "action": action }))
    }

    fn tree(&mut self, tree: &Tree, path: &str) -> Result<Value, RenderFault> {
        self.places.0.insert(String::from(path), tree.place);
        Ok(match &tree.value {
            Node::Null => Value::Null,
            Node::Bool(value) => Value::Bool(*value),
            Node::Int(value) => json!(value),
            Node::Float(value) => json!(value),
            Node::Text(text) => Value::String(self.fill_at(text, tree.place)?),
            Node::List(items) => {
                let items = items.iter().enumerate();
                Value::Array(
                    items
                        .map(|(index, item)| self.tree(item, &format!("{path}[{index}]")))
                        .collect::<Result<_, _>>()?,
                )
            }
            Node::Map(entries) => {
                let mut map = Map::new();
                for (key, value) in entries {
                    map.insert(key.value.clone(), self.tree(value, &format!("{path}.{key}"))?);
                }
                Value::Object(map)
            }
        })
    }

    fn fill(&mut self, text: &At<String>, path: &str) -> Result<String, RenderFault> {
        self.places.0.insert(String::from(path), text.place);
        self.fill_at(text, text.place)
    }

    fn fill_at(&self, text: &str, place: Place) -> Result<String, RenderFault> {
        if !has_blanks(text) {
            return Ok(String::from(text));
        }
        JINJA.render_str(text, &self.data).map_err(|error| RenderFault { place, detail: error.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Source, documents, read};

    fn template(text: &str) -> TemplateFile {
        let source = Source::new("templates/a.yaml", text);
        let documents = documents(&source).expect("one document");
        read(&documents[0]).expect("a template")
    }

    fn data() -> Data {
        Data::longest("熟客咖啡", [("coffee", "集點卡"), ("free-cake", "蛋糕卡")])
    }

    #[test]
    fn blanks_are_filled_and_everything_else_stays() {
        let file = template(
            "messages:\n  - text: |\n      {{ member.number }}\n      還差 {{ cards.coffee.missing }} 點，{{ cards['free-cake'].title }}\n  - flex:\n      alt_text: \"{{ brand.name }}\"\n      contents: { type: bubble, body: { type: box, layout: vertical, flex: 0, contents: [{ type: text, text: \"{% if member.joined %}a{% endif %}b\" }] } }\n    quick_replies:\n      - { label: 會員卡, say: 會員卡 }\n      - { label: 加入, postback: join }\n      - { label: 打開, open: \"{{ pages.card }}\" }\n",
        );
        insta::assert_snapshot!(
            serde_json::to_string_pretty(&file.render(Lang::En, &data()).expect("rendered")).expect("JSON")
        );
    }

    #[test]
    fn what_a_customer_calls_herself_stays_a_text() {
        let file =
            template("messages: [{ flex: { alt_text: x, contents: { type: bubble, title: \"{{ member.name }}\" } } }]");
        let mut data = data();
        for name in ["\", \"type\": \"carousel", "{{ member.number }}", "{% raw %}", "<b>", "*a: &b [c]", "a\nb: c"] {
            data.member.name = String::from(name);
            let messages = file.render(Lang::ZhHant, &data).expect("rendered");
            assert_eq!(messages[0]["contents"], json!({ "type": "bubble", "title": name }));
        }
    }

    #[test]
    fn each_language_has_its_own_and_chinese_is_the_rest() {
        let file = template("zh-Hant: [{ text: 您好 }]\nja: [{ text: こんにちは }]\n");
        let text = |lang| file.render(lang, &data()).expect("rendered")[0]["text"].clone();
        assert_eq!((text(Lang::Ja), text(Lang::En)), (json!("こんにちは"), json!("您好")));
    }

    #[test]
    fn what_is_not_there_or_never_ends_is_a_fault() {
        for text in [
            "{{ member.nmae }}",
            "{{ weather }}",
            "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
            "{{ member.name",
            "{% include 'x' %}",
        ] {
            let file = template(&format!("messages:\n  - text: \"{text}\"\n"));
            let fault = file.render(Lang::ZhHant, &data()).expect_err(text);
            assert_eq!(fault.place, Place { line: 2, column: 11 });
        }
    }

    #[test]
    fn parts_of_a_message_are_found_in_the_file() {
        let file = template("zh-Hant:\n  - text: a\n    quick_replies:\n      - { label: b, say: c }\n");
        let (_, places) = file.render_with_places(Lang::ZhHant, &data()).expect("rendered");
        assert_eq!(places.of("messages[0].quickReply.items[0].action.label"), Some(Place { line: 4, column: 18 }));
        assert_eq!(places.of("messages[0].quickReply.items[0].action.data"), Some(Place { line: 4, column: 9 }));
        assert_eq!(places.of("messages[0].text.more[3]"), Some(Place { line: 2, column: 11 }));
        assert_eq!(places.of("sender"), None);
    }
}
