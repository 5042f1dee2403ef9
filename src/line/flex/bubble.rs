//! Bubbles and carousels.

use serde_json::Value;

use super::html::{Html, Style};
use super::layout::{self, Layout, Place, one_of};
use super::measure::Color;
use super::{component, on_tap_of_anything};

/// The contents of a Flex message.
pub fn container(html: &mut Html, contents: &Value) {
    match contents.get("type").and_then(Value::as_str).unwrap_or_default() {
        "bubble" => bubble(html, contents),
        "carousel" => {
            html.open("div", "fx-carousel");
            let bubbles = contents.get("contents").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            for one in bubbles.iter().take(12) {
                bubble(html, one);
            }
            html.close();
        }
        kind => html.badge(kind, ""),
    }
}

fn bubble(html: &mut Html, bubble: &Value) {
    let size = one_of(bubble, "size", &["nano", "micro", "deca", "hecto", "kilo", "mega", "giga"]).unwrap_or("mega");
    html.open("div", &format!("fx-bubble fx-size-{size}"));
    html.attribute("dir", one_of(bubble, "direction", &["ltr", "rtl"]).unwrap_or("ltr"));
    on_tap_of_anything(html, bubble);
    let mut is_first = true;
    for block in ["header", "hero", "body", "footer"] {
        let Some(contents) = bubble.get(block).filter(|block| block.is_object()) else { continue };
        let look = bubble.get("styles").and_then(|styles| styles.get(block)).unwrap_or(&Value::Null);
        open_block(html, block, look, is_first);
        let place = Place { layout: Layout::Vertical, gap: None, depth: 0 };
        match contents.get("type").and_then(Value::as_str).unwrap_or_default() {
            "box" => layout::container(html, contents, place, Some(block)),
            "image" if block == "hero" => component::image(html, contents, place, Some(block)),
            "video" if block == "hero" => component::video(html, contents, place),
            kind => html.badge(kind, ""),
        }
        html.close();
        is_first = false;
    }
    html.close();
}

fn open_block(html: &mut Html, block: &'static str, look: &Value, is_first: bool) {
    let mut style = Style::default();
    if let Some(color) = Color::read(look, "backgroundColor") {
        style.value("background-color", color);
    }
    let has_line = component::is_true(look, "separator") && !is_first;
    if let Some(color) = Color::read(look, "separatorColor").filter(|_| has_line) {
        style.value("border-top-color", color);
    }
    let line = if has_line { " fx-lined" } else { "" };
    html.open("div", &format!("fx-block fx-{block}-block{line}")).style(&style);
}
