//! What LINE finds wrong with message objects. Written apart from `line::message` on purpose: the double judges what the
//! client sends, so it must not share the client's mistakes. Limits: Messaging API reference, "Message objects", read 2026-08.

use serde_json::Value;

use super::answer::Detail;

const KINDS: [&str; 10] =
    ["text", "textV2", "sticker", "image", "video", "audio", "location", "imagemap", "template", "flex"];
const BOXES: [&str; 3] = ["horizontal", "vertical", "baseline"];
const COMPONENTS: [&str; 9] = ["box", "button", "image", "video", "icon", "text", "span", "separator", "filler"];
const ACTIONS: [&str; 9] =
    ["postback", "message", "uri", "datetimepicker", "camera", "cameraRoll", "location", "richmenuswitch", "clipboard"];
const BUBBLE_BYTES: usize = 30 * 1024;
const CAROUSEL_BYTES: usize = 50 * 1024;

/// Checks `messages` of a request; nothing found means LINE takes them.
pub fn messages(body: &Value) -> Vec<Detail> {
    let mut found = Vec::new();
    match body.get("messages") {
        Some(Value::Array(messages)) if (1..=5).contains(&messages.len()) => {
            for (index, message) in messages.iter().enumerate() {
                check_message(message, &format!("messages[{index}]"), &mut found);
            }
        }
        Some(Value::Array(_)) => found.push(Detail::new("messages", "Size must be between 1 and 5")),
        _ => found.push(Detail::new("messages", "May not be empty")),
    }
    found
}

/// Whether every message may quote: a quote token goes with replies and pushes only.
fn check_message(message: &Value, at: &str, found: &mut Vec<Detail>) {
    match text_of(message, "type") {
        "text" | "textV2" => check_text(message, "text", 5_000, at, found),
        "sticker" => ["packageId", "stickerId"].iter().for_each(|name| check_text(message, name, 20, at, found)),
        "image" | "video" => {
            ["originalContentUrl", "previewImageUrl"].iter().for_each(|name| check_url(message, name, at, found));
        }
        "audio" => check_url(message, "originalContentUrl", at, found),
        "location" => ["title", "address"].iter().for_each(|name| check_text(message, name, 100, at, found)),
        "imagemap" | "template" => check_text(message, "altText", 1_500, at, found),
        "flex" => {
            check_text(message, "altText", 1_500, at, found);
            check_container(&message["contents"], &format!("{at}.contents"), found);
        }
        "coupon" => check_text(message, "couponId", 100, at, found),
        _ => found.push(one_of(&format!("{at}.type"), &KINDS)),
    }
    check_quick_reply(message, at, found);
    if text_of(&message["sender"], "name").encode_utf16().count() > 20 {
        found.push(Detail::new(format!("{at}.sender.name"), "Length must be between 0 and 20"));
    }
}

fn check_quick_reply(message: &Value, at: &str, found: &mut Vec<Detail>) {
    let Some(quick_reply) = message.get("quickReply") else { return };
    let Some(items) = quick_reply["items"].as_array() else {
        return found.push(Detail::new(format!("{at}.quickReply.items"), "May not be empty"));
    };
    if items.is_empty() || items.len() > 13 {
        found.push(Detail::new(format!("{at}.quickReply.items"), "Size must be between 1 and 13"));
    }
    for (index, item) in items.iter().enumerate() {
        let at = format!("{at}.quickReply.items[{index}].action");
        check_label(&item["action"], 20, &at, found);
        check_action(&item["action"], &at, found);
    }
}

fn check_container(contents: &Value, at: &str, found: &mut Vec<Detail>) {
    match text_of(contents, "type") {
        "bubble" => check_bubble(contents, at, found),
        "carousel" => {
            let bubbles = contents["contents"].as_array().map(Vec::as_slice).unwrap_or_default();
            if bubbles.is_empty() || bubbles.len() > 12 {
                found.push(Detail::new(format!("{at}.contents"), "Size must be between 1 and 12"));
            }
            if contents.to_string().len() > CAROUSEL_BYTES {
                found.push(Detail::new(at, "The size of the carousel must be 50 KB or less"));
            }
            for (index, bubble) in bubbles.iter().enumerate() {
                check_bubble(bubble, &format!("{at}.contents[{index}]"), found);
            }
            if bubbles.windows(2).any(|pair| pair[0]["size"] != pair[1]["size"]) {
                found.push(Detail::new(format!("{at}.contents"), "All bubbles must have the same size"));
            }
        }
        _ => found.push(one_of(&format!("{at}.type"), &["bubble", "carousel"])),
    }
}

fn check_bubble(bubble: &Value, at: &str, found: &mut Vec<Detail>) {
    if bubble.to_string().len() > BUBBLE_BYTES {
        found.push(Detail::new(at, "The size of the bubble must be 30 KB or less"));
    }
    for part in ["header", "hero", "body", "footer"] {
        if let Some(component) = bubble.get(part) {
            let at = format!("{at}.{part}");
            if part != "hero" && text_of(component, "type") != "box" {
                found.push(one_of(&format!("{at}.type"), &["box"]));
            }
            check_component(component, &at, found);
        }
    }
    if let Some(action) = bubble.get("action") {
        check_action(action, &format!("{at}.action"), found);
    }
}

fn check_component(component: &Value, at: &str, found: &mut Vec<Detail>) {
    match text_of(component, "type") {
        "box" => {
            if !BOXES.contains(&text_of(component, "layout")) {
                found.push(one_of(&format!("{at}.layout"), &BOXES));
            }
            match component["contents"].as_array() {
                Some(parts) => {
                    for (index, part) in parts.iter().enumerate() {
                        check_component(part, &format!("{at}.contents[{index}]"), found);
                    }
                }
                None => found.push(Detail::new(format!("{at}.contents"), "must be specified")),
            }
        }
        "button" => {
            check_label(&component["action"], 40, &format!("{at}.action"), found);
            check_action(&component["action"], &format!("{at}.action"), found);
        }
        "text" if component.get("contents").is_none() => {
            if text_of(component, "text").is_empty() {
                found.push(Detail::new(format!("{at}.text"), "must be non-empty text"));
            }
        }
        "image" | "icon" => check_url(component, "url", at, found),
        kind if COMPONENTS.contains(&kind) => {}
        _ => found.push(one_of(&format!("{at}.type"), &COMPONENTS)),
    }
    if let Some(action) = component.get("action").filter(|_| text_of(component, "type") != "button") {
        check_action(action, &format!("{at}.action"), found);
    }
}

fn check_label(action: &Value, most: usize, at: &str, found: &mut Vec<Detail>) {
    use unicode_segmentation::UnicodeSegmentation;
    let label = text_of(action, "label");
    if label.is_empty() {
        found.push(Detail::new(format!("{at}.label"), "must be specified"));
    } else if label.graphemes(true).count() > most {
        found.push(Detail::new(format!("{at}.label"), format!("must not be longer than {most} characters")));
    }
}

fn check_action(action: &Value, at: &str, found: &mut Vec<Detail>) {
    match text_of(action, "type") {
        "postback" | "datetimepicker" | "richmenuswitch" => check_text(action, "data", 300, at, found),
        "message" => check_text(action, "text", 300, at, found),
        "clipboard" => check_text(action, "clipboardText", 1_000, at, found),
        "uri" => {
            let uri = text_of(action, "uri");
            let known = ["http://", "https://", "line://", "tel:"].iter().any(|scheme| uri.starts_with(scheme));
            if !known || uri.chars().any(char::is_whitespace) {
                found.push(Detail::new(format!("{at}.uri"), "invalid uri scheme"));
            } else if uri.encode_utf16().count() > 1_000 {
                found.push(Detail::new(format!("{at}.uri"), "Length must be between 0 and 1000"));
            }
        }
        kind if ACTIONS.contains(&kind) => {}
        _ => found.push(one_of(&format!("{at}.type"), &ACTIONS)),
    }
}

/// A text that must be there, of at most `most` UTF-16 code units: LINE's way to count, save for labels.
fn check_text(object: &Value, name: &str, most: usize, at: &str, found: &mut Vec<Detail>) {
    let text = text_of(object, name);
    if text.is_empty() {
        found.push(Detail::new(format!("{at}.{name}"), "May not be empty"));
    } else if text.encode_utf16().count() > most {
        found.push(Detail::new(format!("{at}.{name}"), format!("Length must be between 0 and {most}")));
    }
}

fn check_url(object: &Value, name: &str, at: &str, found: &mut Vec<Detail>) {
    let url = text_of(object, name);
    if !url.starts_with("https://") || url.len() > 2_000 || !url.is_ascii() {
        found.push(Detail::new(format!("{at}.{name}"), "invalid uri"));
    }
}

fn one_of(at: &str, names: &[&str]) -> Detail {
    Detail::new(at, format!("Must be one of the following values: [{}]", names.join(", ")))
}

fn text_of<'a>(object: &'a Value, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn faults_are_found_where_they_are() {
        let text = |text: &str| json!({ "type": "text", "text": text });
        let flex = |contents: Value| json!({ "type": "flex", "altText": "a", "contents": contents });
        let bubble = |body: Value| json!({ "type": "bubble", "body": body });
        let button = |action: Value| json!({ "type": "box", "layout": "vertical", "contents": [{ "type": "button", "action": action }] });
        for (given, property, message) in [
            (json!({}), "messages", "May not be empty"),
            (json!({ "messages": [] }), "messages", "Size must be between 1 and 5"),
            (json!({ "messages": vec![text("a"); 6] }), "messages", "Size must be between 1 and 5"),
            (json!({ "messages": [text("")] }), "messages[0].text", "May not be empty"),
            (
                json!({ "messages": [text("a"), text(&"😀".repeat(2_501))] }),
                "messages[1].text",
                "Length must be between 0 and 5000",
            ),
            (
                json!({ "messages": [{ "type": "nothing" }] }),
                "messages[0].type",
                "Must be one of the following values: [text, textV2, sticker, image, video, audio, location, imagemap, template, flex]",
            ),
            (
                json!({ "messages": [{ "type": "image", "originalContentUrl": "http://a", "previewImageUrl": "https://a" }] }),
                "messages[0].originalContentUrl",
                "invalid uri",
            ),
            (
                json!({ "messages": [flex(json!({ "type": "box" }))] }),
                "messages[0].contents.type",
                "Must be one of the following values: [bubble, carousel]",
            ),
            (
                json!({ "messages": [flex(bubble(json!({ "type": "box", "layout": "vertical", "contents": [{ "type": "text", "text": "" }] })))] }),
                "messages[0].contents.body.contents[0].text",
                "must be non-empty text",
            ),
            (
                json!({ "messages": [flex(bubble(button(json!({ "type": "uri", "label": "a", "uri": "javascript:1" }))))] }),
                "messages[0].contents.body.contents[0].action.uri",
                "invalid uri scheme",
            ),
            (
                json!({ "messages": [flex(bubble(button(json!({ "type": "postback", "label": "a", "data": "d".repeat(301) }))))] }),
                "messages[0].contents.body.contents[0].action.data",
                "Length must be between 0 and 300",
            ),
            (
                json!({ "messages": [{ "type": "text", "text": "a", "quickReply": { "items": vec![json!({ "action": { "type": "message", "label": "a", "text": "b" } }); 14] } }] }),
                "messages[0].quickReply.items",
                "Size must be between 1 and 13",
            ),
        ] {
            let found = messages(&given);
            assert_eq!(found, [Detail::new(property, message)], "{given}");
        }
    }

    #[test]
    fn good_messages_pass() {
        let family = "👩‍👩‍👧‍👦".repeat(20);
        let given = json!({ "messages": [
            { "type": "text", "text": "😀".repeat(2_500), "quickReply": { "items": [
                { "type": "action", "action": { "type": "postback", "label": family, "data": "d" } } ] } },
            { "type": "flex", "altText": "a", "contents": { "type": "carousel", "contents": [
                { "type": "bubble", "size": "kilo", "body": { "type": "box", "layout": "vertical", "contents": [
                    { "type": "text", "contents": [{ "type": "span", "text": "a" }] }, { "type": "separator" } ] } } ] } },
        ] });
        assert_eq!(messages(&given), []);
    }
}
