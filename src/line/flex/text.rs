//! Texts: those of Flex messages with their spans, and plain ones with their links.

use serde_json::{Value, json};

use super::component::{is_shrinking, is_true};
use super::html::{Html, Style};
use super::layout::{Place, one_of, stand};
use super::measure::{self, Color, Extent};
use super::{on_tap, on_tap_of_anything};

/// A text in a box.
pub fn component(html: &mut Html, component: &Value, place: Place) {
    let mut outer = Style::default();
    stand(&mut outer, component, place);
    html.open("div", if is_shrinking(component) { "fx-component fx-shrink" } else { "fx-component" }).style(&outer);
    on_tap_of_anything(html, component);

    let is_scaling = is_true(component, "scaling");
    let mut style = Style::default();
    if let Some(align) = one_of(component, "align", &["start", "center", "end"]) {
        style.word("text-align", align);
    }
    font(&mut style, component, is_scaling);
    if let Some(Extent::Px(more)) = measure::extent(component, "lineSpacing") {
        style.add("line-height", format_args!("calc(1.4em + {more}px)"));
    }
    let most = component.get("maxLines").and_then(Value::as_i64).filter(|lines| (1..=1_000).contains(lines));
    let wraps = is_true(component, "wrap");
    if let Some(most) = most.filter(|_| wraps) {
        style.value("-webkit-line-clamp", most);
    }
    let class = match (wraps, most) {
        (true, Some(_)) => "fx-text fx-wrap fx-clamp",
        (true, None) => "fx-text fx-wrap",
        (false, _) => "fx-text",
    };
    html.open("span", class).style(&style);
    match component.get("contents").and_then(Value::as_array).filter(|spans| !spans.is_empty()) {
        Some(spans) => spans.iter().for_each(|one| span(html, one, is_scaling)),
        None => {
            html.words(component.get("text").and_then(Value::as_str).unwrap_or_default());
        }
    }
    html.close().close();
}

fn span(html: &mut Html, span: &Value, is_scaling: bool) {
    if span.get("type").and_then(Value::as_str) != Some("span") {
        return html.badge(span.get("type").and_then(Value::as_str).unwrap_or_default(), "");
    }
    let mut style = Style::default();
    font(&mut style, span, is_scaling);
    html.open("span", "fx-span").style(&style);
    html.words(span.get("text").and_then(Value::as_str).unwrap_or_default()).close();
}

fn font(style: &mut Style, component: &Value, is_scaling: bool) {
    font_size(style, component, is_scaling);
    if let Some(color) = Color::read(component, "color") {
        style.value("color", color);
    }
    if one_of(component, "weight", &["bold"]).is_some() {
        style.word("font-weight", "600");
    }
    if one_of(component, "style", &["italic"]).is_some() {
        style.word("font-style", "italic");
    }
    if let Some(line) = one_of(component, "decoration", &["underline", "line-through"]) {
        style.word("text-decoration", line);
    }
}

/// The size of a text or icon; a scaling one follows the size the person has chosen.
pub fn font_size(style: &mut Style, component: &Value, is_scaling: bool) {
    match (measure::font(component), is_scaling) {
        (Some(size), true) => style.add("font-size", format_args!("calc({size}*var(--fx-scale,1))")),
        (Some(size), false) => style.value("font-size", size),
        (None, true) => style.word("font-size", "calc(1em*var(--fx-scale,1))"),
        (None, false) => style,
    };
}

/// A text message. LINE makes links of the addresses in it.
pub fn plain(html: &mut Html, text: &str) {
    html.open("p", "fx-plain");
    let mut rest = text;
    while let Some(at) = ["https://", "http://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
        let (before, from) = rest.split_at(at);
        let end =
            from.find(|c: char| c.is_whitespace() || !c.is_ascii() || "\"<>`{}".contains(c)).unwrap_or(from.len());
        let address = from[..end].trim_end_matches(['.', ',', ')', '!', '?', ';', ':']);
        html.words(before).open("span", "fx-link").attribute("role", "link").attribute("tabindex", "0");
        on_tap(html, &json!({ "type": "uri", "uri": address }));
        html.words(address).close();
        rest = &from[address.len()..];
    }
    html.words(rest).close();
}
