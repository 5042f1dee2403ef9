//! What stands in boxes besides boxes and texts: buttons, pictures, icons, lines, room.

use serde_json::Value;

use super::html::{Html, Style};
use super::layout::{self, Layout, Place, one_of, stand};
use super::measure::{self, Color, Extent};
use super::{is_fetchable, on_tap, on_tap_of_anything, text};

/// One component of a box.
pub fn draw(html: &mut Html, component: &Value, place: Place) {
    match component.get("type").and_then(Value::as_str).unwrap_or_default() {
        "box" => layout::container(html, component, place, None),
        "text" => text::component(html, component, place),
        "button" => button(html, component, place),
        "image" => image(html, component, place, None),
        "icon" => icon(html, component, place),
        "separator" => separator(html, component, place),
        "filler" => room(html, component, place),
        kind => html.badge(kind, ""),
    }
}

fn button(html: &mut Html, component: &Value, place: Place) {
    let look = one_of(component, "style", &["primary", "secondary", "link"]).unwrap_or("link");
    let height = one_of(component, "height", &["sm", "md"]).unwrap_or("md");
    let shrink = if is_shrinking(component) { " fx-shrink" } else { "" };
    let mut outer = Style::default();
    stand(&mut outer, component, place);
    html.open("div", "fx-component").style(&outer);
    let mut style = Style::default();
    if let Some(color) = Color::read(component, "color") {
        style.value(if look == "link" { "color" } else { "background-color" }, color);
    }
    if is_true(component, "scaling") {
        style.word("font-size", "calc(1em*var(--fx-scale,1))");
    }
    html.open("button", &format!("fx-button fx-{look} fx-{height}{shrink}")).attribute("type", "button").style(&style);
    let action = component.get("action").unwrap_or(&Value::Null);
    if !on_tap(html, action) {
        html.attribute("disabled", "");
    }
    html.words(action.get("label").and_then(Value::as_str).unwrap_or_default()).close().close();
}

/// A picture in a box, or as the hero of a bubble (`block`).
pub fn image(html: &mut Html, component: &Value, place: Place, block: Option<&'static str>) {
    let mut outer = Style::default();
    stand(&mut outer, component, place);
    outer.word("align-items", across(component, "center"));
    html.open("div", block.map_or("fx-component", |_| "fx-component fx-hero")).style(&outer);
    on_tap_of_anything(html, component);
    let size = if block.is_some() && component.get("size").is_none() {
        Extent::Percent(100.0)
    } else {
        measure::picture(component)
    };
    frame(html, component, "url", Some(size), component.get("backgroundColor").is_some());
    html.close();
}

/// A film, as the picture that stands for it.
pub fn video(html: &mut Html, component: &Value, place: Place) {
    let mut outer = Style::default();
    stand(&mut outer, component, place);
    html.open("div", "fx-component fx-hero fx-video").style(&outer);
    on_tap_of_anything(html, component);
    frame(html, component, "previewUrl", None, false);
    html.close();
}

/// A picture message.
pub fn picture(html: &mut Html, message: &Value) {
    match message.get("previewImageUrl").and_then(Value::as_str).filter(|url| is_fetchable(url)) {
        Some(url) => {
            html.open("img", "fx-photo")
                .attribute("src", url)
                .attribute("alt", "")
                .attribute("loading", "lazy")
                .close_empty();
        }
        None => html.badge("image", ""),
    }
}

/// The drawing area of a picture: a width, a ratio, and the picture fitted in or covering it.
fn frame(html: &mut Html, component: &Value, url: &str, size: Option<Extent>, has_ground: bool) {
    let Some(url) = component.get(url).and_then(Value::as_str).filter(|url| is_fetchable(url)) else {
        return html.badge("image", "");
    };
    let (width, height) = measure::ratio(component);
    let mut style = Style::default();
    style.add("aspect-ratio", format_args!("{width}/{height}"));
    style.value("width", size.unwrap_or(Extent::Percent(100.0)));
    if let Some(color) = Color::read(component, "backgroundColor").filter(|_| has_ground) {
        style.value("background-color", color);
    }
    let fit = if one_of(component, "aspectMode", &["cover"]).is_some() { "fx-picture fx-cover" } else { "fx-picture" };
    html.open("span", fit).style(&style);
    html.open("img", "fx-img").attribute("src", url).attribute("alt", "").attribute("loading", "lazy").close_empty();
    html.close();
}

fn icon(html: &mut Html, component: &Value, place: Place) {
    let Some(url) = component.get("url").and_then(Value::as_str).filter(|url| is_fetchable(url)) else {
        return html.badge("icon", "");
    };
    let (width, height) = measure::ratio(component);
    let mut style = Style::default();
    stand(&mut style, component, place);
    style.add("aspect-ratio", format_args!("{width}/{height}"));
    text::font_size(&mut style, component, is_true(component, "scaling"));
    html.open("img", "fx-icon").attribute("src", url).attribute("alt", "").style(&style).close_empty();
}

fn separator(html: &mut Html, component: &Value, place: Place) {
    let mut style = Style::default();
    stand(&mut style, component, place);
    if let Some(color) = Color::read(component, "color") {
        style.value("border-color", color);
    }
    let class = if place.layout == Layout::Vertical { "fx-separator" } else { "fx-separator fx-upright" };
    html.open("div", class).style(&style).close();
}

fn room(html: &mut Html, component: &Value, place: Place) {
    let mut style = Style::default();
    stand(&mut style, component, place);
    html.open("div", "fx-filler").style(&style).close();
}

/// Where a component stands across itself, from `align`.
fn across(component: &Value, default: &'static str) -> &'static str {
    match one_of(component, "align", &["start", "center", "end"]) {
        Some("start") => "flex-start",
        Some("end") => "flex-end",
        Some(_) => "center",
        None => default,
    }
}

pub fn is_true(component: &Value, name: &str) -> bool {
    component.get(name).and_then(Value::as_bool).unwrap_or_default()
}

pub fn is_shrinking(component: &Value) -> bool {
    one_of(component, "adjustMode", &["shrink-to-fit"]).is_some()
}
