//! Flex contents. Source: "Flex Message", and the guides "Flex Message elements" and "Flex Message layout".

use std::io;

use serde_json::Value;

use super::super::fault::Rule;
use super::actions::{IN_FLEX, ON_BUTTON};
use super::shape::{Field, Is, Shape, closed, optional, required, utf16};
use super::walk::{Node, Walk};

/// What the contents of a Flex message may be.
pub const CONTAINERS: &[(&str, &Shape)] = &[("bubble", &BUBBLE), ("carousel", &CAROUSEL)];

/// Bytes of JSON of a bubble. LINE says 30 KB and not how it counts; this is the smaller reading.
const BUBBLE_BYTES: usize = 30_000;
/// Bytes of JSON of a carousel. LINE says 50 KB.
const CAROUSEL_BYTES: usize = 50_000;
/// Animated pictures in one message.
const MOST_ANIMATED: usize = 10;

const SIZES: &[&str] = &["none", "xs", "sm", "md", "lg", "xl", "xxl"];
const FONTS: &[&str] = &["xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl"];
const PICTURES: &[&str] = &["xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl", "full"];
const BORDERS: &[&str] = &["none", "light", "normal", "medium", "semi-bold", "bold"];

const GAP: Is = Is::Measure { percent: false, words: SIZES };
const PADDING: Is = Is::Measure { percent: true, words: SIZES };
const EXTENT: Is = Is::Measure { percent: true, words: &[] };
const FONT: Is = Is::Measure { percent: false, words: FONTS };
const FLEX: Field = optional("flex", Is::Integer(0, 1_000_000));
const MARGIN: Field = optional("margin", GAP);
const POSITION: Field = optional("position", Is::OneOf(&["relative", "absolute"]));
const TOP: Field = optional("offsetTop", PADDING);
const BOTTOM: Field = optional("offsetBottom", PADDING);
const START: Field = optional("offsetStart", PADDING);
const END: Field = optional("offsetEnd", PADDING);
const ACTION: Field = optional("action", Is::Tagged(IN_FLEX));
const ALIGN: Field = optional("align", Is::OneOf(&["start", "end", "center"]));
const GRAVITY: Field = optional("gravity", Is::OneOf(&["top", "bottom", "center"]));
const SCALING: Field = optional("scaling", Is::Bool);
const SHRINK: Field = optional("adjustMode", Is::OneOf(&["shrink-to-fit"]));
const COLOR: Field = optional("color", Is::Color);
const BACKGROUND: Field = optional("backgroundColor", Is::Color);
const RATIO: Field = optional("aspectRatio", Is::Ratio);
const WEIGHT: Field = optional("weight", Is::OneOf(&["regular", "bold"]));
const STYLE: Field = optional("style", Is::OneOf(&["normal", "italic"]));
const DECORATION: Field = optional("decoration", Is::OneOf(&["none", "underline", "line-through"]));

const BLOCK: Is = Is::Tagged(&[("box", &BOX)]);
const HERO: Is = Is::Tagged(&[("box", &BOX), ("image", &IMAGE), ("video", &VIDEO)]);

static BUBBLE: Shape = closed!("bubble", [
        optional("size", Is::OneOf(&["nano", "micro", "deca", "hecto", "kilo", "mega", "giga"])),
        optional("direction", Is::OneOf(&["ltr", "rtl"])),
        optional("header", BLOCK),
        optional("hero", HERO),
        optional("body", BLOCK),
        optional("footer", BLOCK),
        optional("styles", Is::Object(&STYLES)),
        ACTION,
    ], also: bubble);

static STYLES: Shape = closed!(
    "bubble-style",
    [
        optional("header", Is::Object(&BLOCK_STYLE)),
        optional("hero", Is::Object(&BLOCK_STYLE)),
        optional("body", Is::Object(&BLOCK_STYLE)),
        optional("footer", Is::Object(&BLOCK_STYLE)),
    ]
);
static BLOCK_STYLE: Shape =
    closed!("block-style", [BACKGROUND, optional("separator", Is::Bool), optional("separatorColor", Is::Color)]);

static CAROUSEL: Shape =
    closed!("f-carousel", [required("contents", Is::List(1, 12, &Is::Tagged(&[("bubble", &BUBBLE)])))], also: carousel);

static BOX: Shape = closed!("box", [
        required("layout", Is::OneOf(&["horizontal", "vertical", "baseline"])),
        required("contents", Is::List(0, 10_000, &Is::Tagged(&COMPONENTS))),
        FLEX,
        optional("spacing", GAP),
        MARGIN,
        POSITION,
        TOP,
        BOTTOM,
        START,
        END,
        BACKGROUND,
        optional("borderColor", Is::Color),
        optional("borderWidth", Is::Measure { percent: false, words: BORDERS }),
        optional("cornerRadius", GAP),
        optional("width", EXTENT),
        optional("maxWidth", EXTENT),
        optional("height", EXTENT),
        optional("maxHeight", EXTENT),
        optional("paddingAll", PADDING),
        optional("paddingTop", PADDING),
        optional("paddingBottom", PADDING),
        optional("paddingStart", PADDING),
        optional("paddingEnd", PADDING),
        ACTION,
        optional(
            "justifyContent",
            Is::OneOf(&["center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly"]),
        ),
        optional("alignItems", Is::OneOf(&["center", "flex-start", "flex-end"])),
        optional("background", Is::Tagged(&[("linearGradient", &GRADIENT)])),
    ], also: children_fit_the_layout);

static GRADIENT: Shape = closed!(
    "box",
    [
        required("angle", Is::Angle),
        required("startColor", Is::Color),
        required("endColor", Is::Color),
        optional("centerColor", Is::Color),
        optional("centerPosition", Is::Percent),
    ]
);

/// Every component; which of them may stand where is a rule of the box around them.
static COMPONENTS: [(&str, &Shape); 7] = [
    ("box", &BOX),
    ("button", &BUTTON),
    ("image", &IMAGE),
    ("icon", &ICON),
    ("text", &TEXT),
    ("separator", &SEPARATOR),
    ("filler", &FILLER),
];

static BUTTON: Shape = closed!(
    "button",
    [
        required("action", Is::Tagged(ON_BUTTON)),
        FLEX,
        MARGIN,
        POSITION,
        TOP,
        BOTTOM,
        START,
        END,
        optional("height", Is::OneOf(&["sm", "md"])),
        optional("style", Is::OneOf(&["primary", "secondary", "link"])),
        COLOR,
        GRAVITY,
        SHRINK,
        SCALING,
    ]
);

static IMAGE: Shape = closed!("f-image", [
        required("url", Is::Https),
        FLEX,
        MARGIN,
        POSITION,
        TOP,
        BOTTOM,
        START,
        END,
        ALIGN,
        GRAVITY,
        optional("size", Is::Measure { percent: true, words: PICTURES }),
        RATIO,
        optional("aspectMode", Is::OneOf(&["cover", "fit"])),
        BACKGROUND,
        ACTION,
        optional("animated", Is::Bool),
    ], also: few_are_animated);

static VIDEO: Shape = closed!("f-video", [
        required("url", Is::Https),
        required("previewUrl", Is::Https),
        required("altContent", Is::Tagged(&[("box", &BOX), ("image", &IMAGE)])),
        RATIO,
        ACTION,
    ], also: a_video_only_opens_addresses);

static ICON: Shape = closed!(
    "icon",
    [required("url", Is::Https), MARGIN, POSITION, TOP, BOTTOM, START, END, optional("size", FONT), RATIO, SCALING]
);

static TEXT: Shape = closed!("f-text", [
        optional("text", utf16(usize::MAX)),
        optional("contents", Is::List(1, 10_000, &Is::Tagged(&[("span", &SPAN)]))),
        FLEX,
        MARGIN,
        POSITION,
        TOP,
        BOTTOM,
        START,
        END,
        optional("size", FONT),
        ALIGN,
        GRAVITY,
        COLOR,
        WEIGHT,
        STYLE,
        DECORATION,
        optional("wrap", Is::Bool),
        optional("lineSpacing", Is::Measure { percent: false, words: &[] }),
        optional("maxLines", Is::Integer(0, 1_000_000)),
        ACTION,
        SHRINK,
        SCALING,
    ], also: something_is_said);

static SPAN: Shape =
    closed!("span", [optional("text", Is::Text), COLOR, optional("size", FONT), WEIGHT, STYLE, DECORATION]);
static SEPARATOR: Shape = closed!("separator", [MARGIN, COLOR]);
static FILLER: Shape = closed!("filler", [FLEX]);

/// The JSON of the contents is not too large.
pub fn whole(walk: &mut Walk, node: &Node<'_>, _: &Shape) {
    let Some(contents) = node.field("contents") else { return };
    let max = if contents.text("type") == Some("carousel") { CAROUSEL_BYTES } else { BUBBLE_BYTES };
    let found = bytes_of(contents.value);
    if found > max {
        walk.fault(&contents, Rule::Bytes { max, found }, "flex-message");
    }
}

fn bubble(walk: &mut Walk, node: &Node<'_>, shape: &Shape) {
    let hero_is_video = node.field("hero").is_some_and(|hero| hero.text("type") == Some("video"));
    if hero_is_video && matches!(node.text("size"), Some("nano" | "micro" | "deca" | "hecto")) {
        walk.fault_in(node, "hero", Rule::Unfit("a video needs a bubble of size kilo, mega or giga"), "f-video");
    }
    for block in ["header", "hero", "body", "footer"] {
        let first_is_absolute = node
            .field(block)
            .and_then(|block| block.value.get("contents")?.get(0)?.get("position")?.as_str())
            .is_some_and(|position| position == "absolute");
        if first_is_absolute {
            walk.fault_in(node, block, Rule::Unfit("its first component cannot be placed absolutely"), shape.source);
        }
    }
}

fn carousel(walk: &mut Walk, node: &Node<'_>, shape: &Shape) {
    let Some(contents) = node.field("contents") else { return };
    let mut first = None;
    for bubble in contents.items() {
        let size = bubble.text("size").unwrap_or("mega");
        if *first.get_or_insert(size) != size {
            walk.fault_in(&bubble, "size", Rule::Unfit("all bubbles of a carousel have the same size"), shape.source);
        }
        if bubble.field("hero").is_some_and(|hero| hero.text("type") == Some("video")) {
            walk.fault_in(&bubble, "hero", Rule::Unfit("a video cannot stand in a carousel"), "f-video");
        }
        let found = bytes_of(bubble.value);
        if found > BUBBLE_BYTES {
            walk.fault(&bubble, Rule::Bytes { max: BUBBLE_BYTES, found }, shape.source);
        }
    }
}

fn children_fit_the_layout(walk: &mut Walk, node: &Node<'_>, shape: &Shape) {
    let is_baseline = node.text("layout") == Some("baseline");
    let Some(contents) = node.field("contents") else { return };
    for child in contents.items() {
        match child.text("type") {
            Some("box" | "button" | "image" | "separator") if is_baseline => {
                walk.fault(&child, Rule::Unfit("a baseline box holds only icon, text and filler"), shape.source);
            }
            Some("icon") if !is_baseline => {
                walk.fault(&child, Rule::Unfit("an icon stands only in a baseline box"), "icon");
            }
            _ => {}
        }
    }
}

fn few_are_animated(walk: &mut Walk, node: &Node<'_>, shape: &Shape) {
    if node.value.get("animated") == Some(&Value::Bool(true)) {
        walk.animated += 1;
        if walk.animated == MOST_ANIMATED + 1 {
            walk.fault_in(node, "animated", Rule::Unfit("at most 10 pictures of a message are animated"), shape.source);
        }
    }
}

fn a_video_only_opens_addresses(walk: &mut Walk, node: &Node<'_>, shape: &Shape) {
    if node.field("action").is_some_and(|action| action.text("type").is_some_and(|kind| kind != "uri")) {
        walk.fault_in(node, "action", Rule::Unfit("a video takes a uri action only"), shape.source);
    }
}

fn something_is_said(walk: &mut Walk, node: &Node<'_>, shape: &Shape) {
    if node.field("text").is_none() && node.field("contents").is_none() {
        walk.fault_in(node, "text", Rule::Required, shape.source);
    }
}

/// The length of a value's JSON without blanks.
fn bytes_of(value: &Value) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    serde_json::to_writer(&mut count, value).expect("counting does not fail");
    count.0
}
