//! Offering the membership card: wherever its button stands, what she agrees to by tapping it stands above. The button carries
//! the version of that wording, so that her tap tells which she saw. A tap that carries none, as on the menu, which can show no
//! text, makes a member where the wording came into her chat lately, though not just now; else it is answered with the
//! invitation.

use serde_json::{Value, json};

use super::cards::{INK, INK_2, Look, PAPER, RULE, bubble, text};
use crate::line::message::{Action, Message};
use crate::spec::brand_file::Consent;

/// The postback of the button that makes a member, as templates and rich menus write it.
const JOIN: &str = "join";
/// Messages a reply can carry.
const MOST: usize = 5;

/// The wording a tap on a button of ours says she saw: none where it carries none. None for taps that are about other things.
pub(super) fn seen(data: &str) -> Option<Option<&str>> {
    let rest = data.strip_prefix(JOIN)?;
    if rest.is_empty() { Some(None) } else { rest.strip_prefix('/').map(Some) }
}

/// The version of the wording these messages show above a button that makes a member.
pub fn shown_in(messages: &[Message]) -> Option<String> {
    messages.iter().find_map(|message| tap_in(&serde_json::to_value(message).ok()?))
}

fn tap_in(part: &Value) -> Option<String> {
    match part {
        Value::Object(fields) if fields.get("type").and_then(Value::as_str) == Some("postback") => {
            let version = seen(fields.get("data")?.as_str()?)??;
            Some(String::from(version))
        }
        Value::Object(fields) => fields.values().find_map(tap_in),
        Value::Array(items) => items.iter().find_map(tap_in),
        _ => None,
    }
}

/// What the button carries under which `consent` stands.
fn data(consent: &Consent) -> String {
    format!("{JOIN}/{}", consent.version)
}

/// The whole invitation in one message: what the card is for, what she agrees to, and the button.
pub(super) fn invitation(look: &Look<'_>, consent: &Consent) -> Message {
    let first = look.voice.say("chat-join-first");
    let label = look.voice.say("chat-join");
    let mut body =
        vec![text(&first, "md", INK, "regular"), json!({ "type": "separator", "margin": "lg", "color": RULE })];
    body.extend(wording(look, consent));
    let tap = Action::postback(label.clone(), data(consent)).shown_as(label);
    let button = json!({ "type": "button", "height": "sm", "style": "primary", "color": look.seal, "action": tap });
    Message::flex(first, bubble(look, &body, &[button]))
}

/// Puts the wording above the button that makes a member, where these messages have one. Where they leave no room for it, the
/// button stays without a version and leads to the invitation.
pub(super) fn with_consent(mut messages: Vec<Value>, look: &Look<'_>, consent: &Consent) -> Vec<Value> {
    let inside = messages.iter().position(|message| parts(message).any(offers));
    let beneath = messages.last().and_then(|last| last.get("quickReply")).is_some_and(offers);
    if messages.len() >= MOST || (inside.is_none() && !beneath) {
        return messages;
    }
    let tap = data(consent);
    messages.iter_mut().for_each(|message| carry(message, &tap));
    let mut note = note(look, consent);
    match inside {
        Some(at) => messages.insert(at, note),
        None => {
            // Buttons under the chat are those of the last message.
            let replies = messages.last_mut().and_then(Value::as_object_mut).and_then(|last| last.remove("quickReply"));
            note["quickReply"] = replies.unwrap_or_default();
            messages.push(note);
        }
    }
    messages
}

/// The parts of a message but for the buttons under the chat.
fn parts(message: &Value) -> impl Iterator<Item = &Value> {
    let fields = message.as_object().into_iter().flatten();
    fields.filter(|(name, _)| *name != "quickReply").map(|(_, part)| part)
}

/// Whether a button that makes a member is in there.
fn offers(part: &Value) -> bool {
    match part {
        Value::Object(fields) => is_join(fields) || fields.values().any(offers),
        Value::Array(items) => items.iter().any(offers),
        _ => false,
    }
}

/// Has every such button carry `tap`.
fn carry(part: &mut Value, tap: &str) {
    match part {
        Value::Object(fields) => {
            if is_join(fields) {
                fields.insert(String::from("data"), json!(tap));
            }
            fields.values_mut().for_each(|inner| carry(inner, tap));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| carry(inner, tap)),
        _ => {}
    }
}

fn is_join(fields: &serde_json::Map<String, Value>) -> bool {
    let says = |name: &str, value: &str| fields.get(name).and_then(Value::as_str) == Some(value);
    says("type", "postback") && says("data", JOIN)
}

fn note(look: &Look<'_>, consent: &Consent) -> Value {
    let body = json!({ "type": "box", "layout": "vertical", "spacing": "sm", "paddingAll": "16px", "backgroundColor": PAPER,
                       "contents": wording(look, consent) });
    let alt = consent.text.in_lang(look.voice.lang);
    json!({ "type": "flex", "altText": alt, "contents": { "type": "bubble", "size": "mega", "body": body } })
}

/// What she agrees to, small, and where the brand's privacy notice is.
fn wording(look: &Look<'_>, consent: &Consent) -> Vec<Value> {
    let mut lines = vec![text(consent.text.in_lang(look.voice.lang), "xs", INK_2, "regular")];
    if let Some(address) = &consent.privacy {
        let label = look.voice.say("consent-privacy");
        let mut link = text(&label, "xs", INK_2, "regular");
        link["decoration"] = json!("underline");
        link["action"] = json!({ "type": "uri", "label": label, "uri": address.value });
        lines.push(link);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::message::check_json;
    use crate::spec::{At, Texts};
    use crate::words::{Lang, Voice, Words};

    fn look(voice: &Voice) -> Look<'_> {
        let now = chrono::DateTime::UNIX_EPOCH;
        Look { brand: "山邊咖啡", seal: "#C0352B", liff_id: "1-a", zone: chrono_tz::Asia::Taipei, voice, now }
    }

    fn consent() -> Consent {
        let privacy = Some(At::nowhere(String::from("https://example.com/privacy")));
        Consent { version: String::from("七"), text: Texts::from("字".repeat(500)), privacy }
    }

    fn said(messages: Vec<Value>) -> Vec<Value> {
        let voice = Words::load().voice(Lang::ZhHant);
        let messages = with_consent(messages, &look(&voice), &consent());
        assert_eq!(check_json(&messages), Ok(()));
        messages
    }

    fn hello(is_button_beneath: bool) -> Value {
        let tap = json!({ "type": "action", "action": { "type": "postback", "label": "領取", "data": "join" } });
        let mut message = json!({ "type": "text", "text": "歡迎" });
        if is_button_beneath {
            message["quickReply"] = json!({ "items": [tap] });
        }
        message
    }

    fn card() -> Value {
        let button = json!({ "type": "button", "action": { "type": "postback", "label": "領取", "data": "join" } });
        let body = json!({ "type": "box", "layout": "vertical", "contents": [button] });
        json!({ "type": "flex", "altText": "卡", "contents": { "type": "bubble", "body": body } })
    }

    fn is_note(message: &Value) -> bool {
        message["altText"].as_str().is_some_and(|alt| alt.starts_with('字'))
    }

    #[test]
    fn the_wording_stands_above_a_button_under_the_chat() {
        let messages = said(vec![hello(false), hello(true)]);
        assert_eq!(messages.iter().map(is_note).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!(messages[1].get("quickReply"), None);
        assert_eq!(messages[2]["quickReply"]["items"][0]["action"]["data"], "join/七");
        assert!(messages[2].to_string().contains("https://example.com/privacy"));
    }

    #[test]
    fn the_wording_stands_above_a_button_within_a_card() {
        let messages = said(vec![hello(false), card(), hello(true)]);
        assert_eq!(messages.iter().map(is_note).collect::<Vec<_>>(), [false, true, false, false]);
        assert!(messages[2].to_string().contains("join/七"));
        assert_eq!(messages[3]["quickReply"]["items"][0]["action"]["data"], "join/七");
    }

    #[test]
    fn without_a_button_or_without_room_nothing_is_added() {
        for messages in [vec![hello(false)], vec![hello(true), hello(false)], vec![card(); 5], vec![]] {
            assert_eq!(
                with_consent(messages.clone(), &look(&Words::load().voice(Lang::Ja)), &consent()),
                messages,
                "a button without a version leads to the invitation"
            );
        }
    }

    #[test]
    fn the_invitation_fits_lines_limits_and_says_it_all() {
        let words = Words::load();
        for lang in Lang::ALL {
            let voice = words.voice(lang);
            let message = invitation(&look(&voice), &consent());
            assert!(crate::line::message::check(std::slice::from_ref(&message)).is_ok());
            let json = serde_json::to_string(&message).expect("json");
            assert!(json.contains("join/七") && json.contains("字字") && json.contains("https://example.com/privacy"));
        }
    }

    #[test]
    fn messages_tell_which_wording_they_show() {
        let typed = |messages: Vec<Value>| -> Vec<Message> {
            messages.into_iter().map(|message| serde_json::from_value(message).expect("a message")).collect()
        };
        assert_eq!(shown_in(&typed(said(vec![hello(true)]))).as_deref(), Some("七"));
        assert_eq!(shown_in(&typed(said(vec![hello(false), card()]))).as_deref(), Some("七"));
        let voice = Words::load().voice(Lang::ZhHant);
        assert_eq!(shown_in(&[invitation(&look(&voice), &consent())]).as_deref(), Some("七"));
        assert_eq!(shown_in(&typed(vec![hello(true), hello(false)])), None, "a button alone shows no wording");
    }

    #[test]
    fn a_tap_tells_which_wording_was_seen() {
        assert_eq!(seen("join"), Some(None));
        assert_eq!(seen("join/2026-11"), Some(Some("2026-11")));
        assert_eq!(seen("joint"), None);
        assert_eq!(seen("consent/yes"), None);
    }
}
