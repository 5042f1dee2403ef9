//! Messages as HTML, for the sandbox's phone and for previews: our own drawing of what LINE shows.
//!
//! Whatever stands in a message, the HTML has the shape this room gives it: words are escaped, styles are made of numbers,
//! colours and words of ours alone, and what a tap does stands as JSON in `data-action`. What we cannot draw shows a badge.
//! The look is in `web/styles/flex.css`. A page under a strict policy must allow `style-src-attr 'unsafe-inline'`.
//!
//! Source of the layout: LINE Developers, "Flex Message layout" and "Flex Message elements", read 2026-08. LINE publishes the
//! order of its size words, not their pixels: those here are ours.

mod bubble;
mod component;
mod html;
mod layout;
mod measure;
mod text;

use serde_json::Value;

use super::message::Action;
use html::Html;

/// Deeper than this nothing is drawn.
const DEEPEST: usize = 40;

/// One message as LINE shows it in a chat, without quick replies.
pub fn message(message: &Value) -> String {
    let mut html = Html::default();
    let kind = message.get("type").and_then(Value::as_str).unwrap_or_default();
    match kind {
        "text" => text::plain(&mut html, message.get("text").and_then(Value::as_str).unwrap_or_default()),
        "flex" => bubble::container(&mut html, message.get("contents").unwrap_or(&Value::Null)),
        "image" => component::picture(&mut html, message),
        _ => {
            let words = ["altText", "text", "title", "stickerId"].iter().find_map(|name| message.get(*name)?.as_str());
            html.badge(kind, words.unwrap_or_default());
        }
    }
    html.finish()
}

/// The contents of a Flex message: a bubble or a carousel.
pub fn contents(contents: &Value) -> String {
    let mut html = Html::default();
    bubble::container(&mut html, contents);
    html.finish()
}

/// The buttons under the chat that come with a message; empty when it has none.
pub fn quick_replies(message: &Value) -> String {
    let mut html = Html::default();
    let items = message.get("quickReply").and_then(|reply| reply.get("items")).and_then(Value::as_array);
    let Some(items) = items.filter(|items| !items.is_empty()) else { return html.finish() };
    html.open("div", "fx-quick-replies");
    for item in items {
        let action = item.get("action").unwrap_or(&Value::Null);
        html.open("button", "fx-quick-reply").attribute("type", "button");
        on_tap(&mut html, action);
        if let Some(picture) = item.get("imageUrl").and_then(Value::as_str).filter(|url| is_fetchable(url)) {
            html.open("img", "fx-quick-picture").attribute("src", picture).attribute("alt", "").close_empty();
        }
        html.words(action.get("label").and_then(Value::as_str).unwrap_or_default()).close();
    }
    html.close();
    html.finish()
}

/// Puts what a tap does on the element that is open. Only actions that read as LINE's and addresses that LINE opens get there.
fn on_tap(html: &mut Html, action: &Value) -> bool {
    let Ok(known) = serde_json::from_value::<Action>(action.clone()) else { return false };
    if matches!(&known, Action::Uri { uri, .. } if !is_openable(uri)) {
        return false;
    }
    let action = serde_json::to_string(&known).expect("an action is plain data with text keys");
    html.attribute("data-action", &action);
    true
}

/// The same on something that is no button by itself.
fn on_tap_of_anything(html: &mut Html, component: &Value) {
    if component.get("action").is_some_and(|action| on_tap(html, action)) {
        html.attribute("role", "button").attribute("tabindex", "0");
    }
}

fn is_openable(address: &str) -> bool {
    let scheme = address.split(':').next().unwrap_or_default().to_ascii_lowercase();
    matches!(scheme.as_str(), "http" | "https" | "line" | "tel")
}

fn is_fetchable(address: &str) -> bool {
    address.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"))
}

#[cfg(test)]
mod tests;
