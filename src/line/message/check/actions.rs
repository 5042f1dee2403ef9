//! What a tap may do, by where it stands. Source: "Action objects", "Specifications of the label".

use super::super::fault::{Rule, Unit};
use super::shape::{Field, Is, Shape, graphemes, open, optional, required, utf16};
use super::walk::{Node, Walk};

const SOURCE: &str = "action-objects";

/// What LINE's `data` takes; it may be empty.
const DATA: Is = Is::Length(0, 300, Unit::Utf16);

/// One table for each width of label: what may stand under it differs by place.
macro_rules! actions {
    ($name:ident, $label:expr, { $($more:ident),* }) => {
        pub const $name: &[(&str, &Shape)] = &[
            ("postback", &const { open!(SOURCE, [
                $label,
                required("data", DATA),
                optional("displayText", graphemes(300)),
                optional("text", graphemes(300)),
                optional("inputOption", Is::OneOf(&["closeRichMenu", "openRichMenu", "openKeyboard", "openVoice"])),
                optional("fillInText", graphemes(300)),
            ], also: postback) }),
            ("message", &const { open!(SOURCE, [$label, required("text", graphemes(300))]) }),
            ("uri", &const { open!(SOURCE, [$label, required("uri", Is::Uri), optional("altUri", Is::Object(&ALT_URI))]) }),
            ("datetimepicker", &const { open!(SOURCE, [
                $label,
                required("data", DATA),
                required("mode", Is::OneOf(&["date", "time", "datetime"])),
                optional("initial", Is::Text),
                optional("max", Is::Text),
                optional("min", Is::Text),
            ], also: picker) }),
            ("clipboard", &const { open!(SOURCE, [$label, required("clipboardText", utf16(1_000))]) }),
            $((actions!(@name $more), &const { open!(SOURCE, [$label]) }),)*
        ];
    };
    (@name camera) => { "camera" };
    (@name camera_roll) => { "cameraRoll" };
    (@name location) => { "location" };
}

const fn must_say(most: usize) -> Field {
    required("label", graphemes(most))
}

const fn may_say(most: usize) -> Field {
    optional("label", Is::Length(0, most, Unit::Graphemes))
}

actions!(ON_QUICK_REPLY, must_say(20), { camera, camera_roll, location });
actions!(ON_TEMPLATE, must_say(20), {});
actions!(IN_TEMPLATE_PICTURE, may_say(20), {});
actions!(ON_IMAGE_CAROUSEL, may_say(12), {});
actions!(ON_BUTTON, must_say(40), {});
actions!(IN_FLEX, may_say(40), {});

static ALT_URI: Shape = open!("uri-action", [optional("desktop", Is::Uri)]);

fn postback(walk: &mut Walk, node: &Node<'_>, shape: &Shape) {
    if node.field("displayText").is_some() && node.field("text").is_some() {
        walk.fault_in(node, "text", Rule::Unfit("cannot stand beside displayText"), shape.source);
    }
    if node.field("fillInText").is_some() && node.text("inputOption") != Some("openKeyboard") {
        walk.fault_in(node, "fillInText", Rule::Unfit("needs inputOption: openKeyboard"), shape.source);
    }
}

fn picker(walk: &mut Walk, node: &Node<'_>, shape: &Shape) {
    let form = match node.text("mode") {
        Some("date") => "2027-06-18",
        Some("time") => "06:15",
        Some("datetime") => "2027-06-18T06:15",
        _ => return,
    };
    let mut fits = true;
    for name in ["initial", "max", "min"] {
        if node.text(name).is_some_and(|moment| !is_moment(moment, form)) {
            fits = false;
            walk.fault_in(node, name, Rule::Form(form), shape.source);
        }
    }
    // Moments of one form are in order when their letters are.
    if let (Some(min), Some(max)) = (node.text("min"), node.text("max"))
        && fits
        && min.to_ascii_uppercase() >= max.to_ascii_uppercase()
    {
        walk.fault_in(node, "max", Rule::Unfit("must be later than min"), shape.source);
    }
}

/// Whether a moment has the form of the example: a date of 1900 to 2100, a time, or both.
fn is_moment(text: &str, form: &str) -> bool {
    let is_time = |text: &str| text.len() == 5 && chrono::NaiveTime::parse_from_str(text, "%H:%M").is_ok();
    let is_date = |text: &str| {
        let date = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d");
        text.len() == 10 && date.is_ok() && ("1900-01-01"..="2100-12-31").contains(&text)
    };
    match form.len() {
        5 => is_time(text),
        10 => is_date(text),
        _ => text.split_once(['T', 't']).is_some_and(|(date, time)| is_date(date) && is_time(time)),
    }
}
