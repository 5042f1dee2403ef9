//! Boxes, and where components stand in them.

use serde_json::Value;

use super::html::{Html, Style};
use super::measure::{self, Color, Extent};
use super::{DEEPEST, component, on_tap_of_anything};

/// How a box lays out what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Horizontal,
    Vertical,
    Baseline,
}

/// Where a component stands.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The layout of the box around it.
    pub layout: Layout,
    /// What the box leaves before it.
    pub gap: Option<Extent>,
    /// How deep.
    pub depth: usize,
}

impl Layout {
    fn read(component: &Value) -> Self {
        match component.get("layout").and_then(Value::as_str) {
            Some("horizontal") => Self::Horizontal,
            Some("baseline") => Self::Baseline,
            _ => Self::Vertical,
        }
    }
}

/// A box and what is in it. `block` says which part of a bubble it is, if it is one.
pub fn container(html: &mut Html, component: &Value, place: Place, block: Option<&'static str>) {
    let layout = Layout::read(component);
    let class = match layout {
        Layout::Horizontal => "fx-box fx-horizontal",
        Layout::Vertical => "fx-box fx-vertical",
        Layout::Baseline => "fx-box fx-baseline",
    };
    let class = block.map_or_else(|| String::from(class), |block| format!("{class} fx-{block}"));
    html.open("div", &class).style(&box_style(component, place));
    on_tap_of_anything(html, component);
    let spacing = measure::gap(component, "spacing");
    let children = component.get("contents").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for (index, child) in children.iter().enumerate() {
        let gap = if index == 0 { None } else { spacing };
        let place = Place { layout, gap, depth: place.depth + 1 };
        if place.depth > DEEPEST {
            html.badge("box", "…");
            break;
        }
        component::draw(html, child, place);
    }
    html.close();
}

fn box_style(component: &Value, place: Place) -> Style {
    let mut style = Style::default();
    stand(&mut style, component, place);
    paddings(&mut style, component);
    for (name, property) in
        [("width", "width"), ("maxWidth", "max-width"), ("height", "height"), ("maxHeight", "max-height")]
    {
        if let Some(extent) = measure::extent(component, name) {
            style.value(property, extent);
        }
    }
    if let Some(color) = Color::read(component, "backgroundColor") {
        style.value("background-color", color);
    }
    if let Some(width) = measure::border(component, "borderWidth") {
        style.value("border-width", width);
    }
    if let Some(color) = Color::read(component, "borderColor") {
        style.value("border-color", color);
    }
    if let Some(radius) = measure::gap(component, "cornerRadius") {
        style.value("border-radius", radius);
    }
    if let Some(word) = one_of(
        component,
        "justifyContent",
        &["center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly"],
    ) {
        style.word("justify-content", word);
    }
    if let Some(word) = one_of(component, "alignItems", &["center", "flex-start", "flex-end"]) {
        style.word("align-items", word);
    }
    gradient(&mut style, component.get("background").unwrap_or(&Value::Null));
    style
}

fn paddings(style: &mut Style, component: &Value) {
    for (name, property) in [
        ("paddingAll", "padding"),
        ("paddingTop", "padding-top"),
        ("paddingBottom", "padding-bottom"),
        ("paddingStart", "padding-inline-start"),
        ("paddingEnd", "padding-inline-end"),
    ] {
        if let Some(extent) = measure::gap(component, name) {
            style.value(property, extent);
        }
    }
}

fn gradient(style: &mut Style, background: &Value) {
    let color = |name| Color::read(background, name);
    let (Some(angle), Some(start), Some(end)) =
        (measure::degrees(background, "angle"), color("startColor"), color("endColor"))
    else {
        return;
    };
    match color("centerColor") {
        Some(center) => {
            let at = measure::extent(background, "centerPosition").unwrap_or(Extent::Percent(50.0));
            style.add("background-image", format_args!("linear-gradient({angle}deg,{start},{center} {at},{end})"))
        }
        None => style.add("background-image", format_args!("linear-gradient({angle}deg,{start},{end})")),
    };
}

/// Where a component stands in its box: its share, what is before it, offsets, and its place across the box.
pub fn stand(style: &mut Style, component: &Value, place: Place) {
    share(style, component, place.layout);
    let is_absolute = one_of(component, "position", &["absolute"]).is_some();
    if is_absolute {
        style.word("position", "absolute");
    }
    // What stands absolutely is not in the row that the box spaces out.
    if let Some(gap) = measure::gap(component, "margin").or(place.gap.filter(|_| !is_absolute)) {
        style.value(if place.layout == Layout::Vertical { "margin-top" } else { "margin-inline-start" }, gap);
    }
    for (name, property) in [
        ("offsetTop", "top"),
        ("offsetBottom", "bottom"),
        ("offsetStart", "inset-inline-start"),
        ("offsetEnd", "inset-inline-end"),
    ] {
        if let Some(extent) = measure::gap(component, name) {
            style.value(property, extent);
        }
    }
    // Within the component, since it is as high as its box.
    let gravity = one_of(component, "gravity", &["center", "bottom"]).filter(|_| place.layout != Layout::Baseline);
    if let Some(gravity) = gravity {
        style.word("justify-content", if gravity == "center" { "center" } else { "flex-end" });
    }
}

/// The component's share of the box: by default 1 of a horizontal box and what it needs of a vertical one.
fn share(style: &mut Style, component: &Value, layout: Layout) {
    let kind = component.get("type").and_then(Value::as_str).unwrap_or_default();
    let has = |name| measure::extent(component, name).is_some();
    let is_fixed = match layout {
        Layout::Vertical => has("height"),
        Layout::Horizontal | Layout::Baseline => has("width"),
    };
    let flex = component.get("flex").and_then(Value::as_i64).map(|flex| flex.clamp(0, 1_000));
    let by_kind = match (kind, layout) {
        ("icon" | "separator", _) | (_, Layout::Vertical) => 0,
        _ => 1,
    };
    let flex = match kind {
        "icon" => 0,
        "filler" => flex.unwrap_or(1),
        _ => flex.unwrap_or(if is_fixed { 0 } else { by_kind }),
    };
    match (flex, layout) {
        (0, _) => style.word("flex", "0 0 auto"),
        (flex, Layout::Vertical) => style.add("flex", format_args!("{flex} 0 auto")),
        (flex, Layout::Horizontal | Layout::Baseline) => style.add("flex", format_args!("{flex} 0 0")),
    };
}

/// The word of a property, when it is one of ours.
pub fn one_of(component: &Value, name: &str, words: &[&'static str]) -> Option<&'static str> {
    let text = component.get(name)?.as_str()?;
    words.iter().copied().find(|word| *word == text)
}
