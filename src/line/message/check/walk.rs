//! Walks a message beside its table and notes what does not fit.

use std::fmt;

use serde_json::{Map, Value};
use unicode_segmentation::UnicodeSegmentation as _;

use super::super::fault::{Fault, Rule, Unit};
use super::shape::{Is, Shape};

/// Faults kept, at most: a message with more is wrong as a whole.
const MOST_FAULTS: usize = 100;

/// The faults found so far.
#[derive(Default)]
pub struct Walk {
    pub faults: Vec<Fault>,
    /// Animated pictures seen in the message at hand.
    pub animated: usize,
}

/// A value and how we came to it; the way is spelled only for a fault.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    pub value: &'a Value,
    way: Way<'a>,
}

#[derive(Clone, Copy)]
enum Way<'a> {
    Root(&'a str),
    Field(&'a Way<'a>, &'a str),
    Item(&'a Way<'a>, usize),
}

impl fmt::Display for Way<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => f.write_str(name),
            Self::Field(parent, name) => write!(f, "{parent}.{name}"),
            Self::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

impl<'a> Node<'a> {
    pub fn root(name: &'a str, value: &'a Value) -> Self {
        Self { value, way: Way::Root(name) }
    }

    /// The property of that name; null counts as absent.
    pub fn field<'b>(&'b self, name: &'b str) -> Option<Node<'b>> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Node { value, way: Way::Field(&self.way, name) })
    }

    /// The members of a list; none for another value.
    pub fn items<'b>(&'b self) -> impl Iterator<Item = Node<'b>> {
        let items = self.value.as_array().map_or(&[][..], Vec::as_slice);
        items.iter().enumerate().map(|(index, value)| Node { value, way: Way::Item(&self.way, index) })
    }

    /// The text of a property.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.value.get(name)?.as_str()
    }
}

impl Walk {
    /// Notes a fault at `node`.
    pub fn fault(&mut self, node: &Node<'_>, rule: Rule, source: &'static str) {
        self.note(&node.way, rule, source);
    }

    /// Notes a fault at a property of `node`, there or not.
    pub fn fault_in(&mut self, node: &Node<'_>, name: &str, rule: Rule, source: &'static str) {
        self.note(&Way::Field(&node.way, name), rule, source);
    }

    fn note(&mut self, way: &Way<'_>, rule: Rule, source: &'static str) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault { property: way.to_string(), rule, source });
        }
    }

    /// Checks an object against its table.
    pub fn object(&mut self, node: &Node<'_>, shape: &'static Shape) {
        let Value::Object(map) = node.value else {
            return self.fault(node, Rule::Type("an object"), shape.source);
        };
        for field in shape.fields {
            match node.field(field.name) {
                Some(value) => self.value(&value, &field.is, shape.source),
                None if field.is_required => self.fault_in(node, field.name, Rule::Required, shape.source),
                None => {}
            }
        }
        if shape.is_closed {
            self.unknown_fields(node, map, shape);
        }
        if let Some(also) = shape.also {
            also(self, node, shape);
        }
    }

    fn unknown_fields(&mut self, node: &Node<'_>, map: &Map<String, Value>, shape: &Shape) {
        for name in map.keys().filter(|name| *name != "type") {
            if !shape.fields.iter().any(|field| field.name == name) {
                self.fault_in(node, name, Rule::UnknownField, shape.source);
            }
        }
    }

    /// Checks a value against what it must be.
    pub fn value(&mut self, node: &Node<'_>, is: &'static Is, source: &'static str) {
        match is {
            Is::Object(shape) => self.object(node, shape),
            Is::Tagged(shapes) => self.tagged(node, shapes, source),
            Is::List(min, max, member) => self.list(node, *min, *max, member, source),
            Is::Map(member) => match node.value.as_object() {
                Some(map) => {
                    for name in map.keys() {
                        if let Some(value) = node.field(name) {
                            self.value(&value, member, source);
                        }
                    }
                }
                None => self.fault(node, Rule::Type("an object"), source),
            },
            _ => {
                if let Some(rule) = broken(node.value, is) {
                    self.fault(node, rule, source);
                }
            }
        }
    }

    /// Checks an object whose `type` says what it is.
    pub fn tagged(&mut self, node: &Node<'_>, shapes: &'static [(&'static str, &'static Shape)], source: &'static str) {
        let names = || Rule::OneOf(shapes.iter().map(|(name, _)| *name).collect());
        match node.field("type") {
            None if node.value.is_object() => self.fault_in(node, "type", Rule::Required, source),
            None => self.fault(node, Rule::Type("an object"), source),
            Some(tag) => match shapes.iter().find(|(name, _)| tag.value.as_str() == Some(name)) {
                Some((_, shape)) => self.object(node, shape),
                None => self.fault(&tag, names(), source),
            },
        }
    }

    fn list(&mut self, node: &Node<'_>, min: usize, max: usize, member: &'static Is, source: &'static str) {
        let Value::Array(items) = node.value else {
            return self.fault(node, Rule::Type("a list"), source);
        };
        if items.len() < min || items.len() > max {
            self.fault(node, Rule::Size { min, max, found: items.len() }, source);
        }
        for item in node.items().take(max) {
            self.value(&item, member, source);
        }
    }
}

/// The rule a plain value breaks.
fn broken(value: &Value, is: &Is) -> Option<Rule> {
    match is {
        Is::Bool => (!value.is_boolean()).then_some(Rule::Type("true or false")),
        Is::Number => (!value.is_number()).then_some(Rule::Type("a number")),
        Is::Integer(min, max) => match value.as_i64() {
            None => Some(Rule::Type("a whole number")),
            Some(number) => (!(*min..=*max).contains(&number)).then_some(Rule::Range { min: *min, max: *max }),
        },
        _ => match value.as_str() {
            None => Some(Rule::Type("a text")),
            Some(text) => broken_text(text, is),
        },
    }
}

fn broken_text(text: &str, is: &Is) -> Option<Rule> {
    match is {
        Is::Length(min, max, unit) => wrong_length(text, *min, *max, *unit),
        Is::OneOf(words) => (!words.contains(&text)).then(|| Rule::OneOf(words.to_vec())),
        Is::Https => wrong_length(text, 1, 2_000, Unit::Utf16).or_else(|| broken_address(text, &["https"])),
        Is::Uri => wrong_length(text, 1, 1_000, Unit::Utf16)
            .or_else(|| broken_address(text, &["http", "https", "line", "tel"])),
        Is::Color => (!is_color(text)).then_some(Rule::Form("#RRGGBB or #RRGGBBAA")),
        Is::Measure { percent, words } => {
            let fits =
                words.contains(&text) || decimal(text, "px").is_some() || (*percent && decimal(text, "%").is_some());
            (!fits).then_some(Rule::Form(match (percent, words.is_empty()) {
                (true, true) => "12px or 50%",
                (true, false) => "12px, 50% or a size word",
                (false, true) => "12px",
                (false, false) => "12px or a size word",
            }))
        }
        Is::Ratio => {
            (!is_ratio(text)).then_some(Rule::Form("20:13, each 1 to 100000, the height at most three times the width"))
        }
        Is::Angle => {
            (!decimal(text, "deg").is_some_and(|angle| angle < 360.0)).then_some(Rule::Form("90deg, under 360deg"))
        }
        Is::Percent => (!decimal(text, "%").is_some_and(|part| part <= 100.0)).then_some(Rule::Form("50%, up to 100%")),
        _ => None,
    }
}

/// Whether a text is too short or too long.
pub fn wrong_length(text: &str, min: usize, max: usize, unit: Unit) -> Option<Rule> {
    // A text of so few bytes cannot be too long in any unit.
    let found = match unit {
        _ if text.len() >= min && text.len() <= max && text.is_ascii() => text.len(),
        Unit::Utf16 => text.encode_utf16().count(),
        Unit::Graphemes => text.graphemes(true).count(),
    };
    if found == 0 && min > 0 {
        return Some(Rule::Empty);
    }
    (found < min || found > max).then_some(Rule::Length { min, max, found, unit })
}

fn broken_address(text: &str, schemes: &'static [&'static str]) -> Option<Rule> {
    let is_encoded = text.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b));
    let Some((scheme, rest)) = text.split_once(':').filter(|(_, rest)| is_encoded && !rest.is_empty()) else {
        return Some(Rule::Uri);
    };
    if !schemes.iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        return Some(Rule::UriScheme(schemes));
    }
    let is_web = scheme.len() >= 4 && scheme[..4].eq_ignore_ascii_case("http");
    let has_host =
        rest.strip_prefix("//").is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#', ':']));
    (is_web && !has_host).then_some(Rule::Uri)
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| matches!(digits.len(), 6 | 8) && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_ratio(text: &str) -> bool {
    let side = |text: &str| {
        let is_plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<u32>().ok().filter(|side| is_plain && (1..=100_000).contains(side))
    };
    let sides = text.split_once(':').and_then(|(width, height)| Some((side(width)?, side(height)?)));
    sides.is_some_and(|(width, height)| height <= width * 3)
}

/// The number before `unit`: digits, perhaps with a point among them, no sign.
pub fn decimal(text: &str, unit: &str) -> Option<f64> {
    let number = text.strip_suffix(unit)?;
    let is_plain = number.starts_with(|c: char| c.is_ascii_digit())
        && number.ends_with(|c: char| c.is_ascii_digit())
        && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    number.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_must_be_encoded_and_of_a_known_scheme() {
        let all = &["http", "https", "line", "tel"][..];
        let cases = [
            ("https://example.com/a?b=%E7%BE%8E#c", None),
            ("HTTPS://example.com", None),
            ("line://nv/location", None),
            ("tel:+886212345678", None),
            ("https://example.com/美", Some(Rule::Uri)),
            ("https://example.com/a b", Some(Rule::Uri)),
            ("https://", Some(Rule::Uri)),
            ("https:///path", Some(Rule::Uri)),
            ("https:example.com", Some(Rule::Uri)),
            ("tel:", Some(Rule::Uri)),
            ("example.com", Some(Rule::Uri)),
            ("javascript:alert(1)", Some(Rule::UriScheme(all))),
            ("data:text/html,x", Some(Rule::UriScheme(all))),
        ];
        for (address, expected) in cases {
            assert_eq!(broken_text(address, &Is::Uri), expected, "{address}");
        }
        assert_eq!(broken_text("http://example.com/a.png", &Is::Https), Some(Rule::UriScheme(&["https"])));
    }

    #[test]
    fn small_forms() {
        let ok = |text: &str, is: &Is| broken_text(text, is).is_none();
        let size = Is::Measure { percent: true, words: &["none", "md"] };
        for (text, is, expected) in [
            ("#12ab3F", &Is::Color, true),
            ("#12ab3F80", &Is::Color, true),
            ("#12ab3", &Is::Color, false),
            ("red", &Is::Color, false),
            ("#12ab3g", &Is::Color, false),
            ("12px", &size, true),
            ("23.5%", &size, true),
            ("md", &size, true),
            ("-1px", &size, false),
            ("1.px", &size, false),
            ("1e3px", &size, false),
            ("12", &size, false),
            ("NaNpx", &size, false),
            ("20:13", &Is::Ratio, true),
            ("1:3", &Is::Ratio, true),
            ("1:4", &Is::Ratio, false),
            ("0:0", &Is::Ratio, false),
            ("100001:1", &Is::Ratio, false),
            ("+1:1", &Is::Ratio, false),
            ("359.9deg", &Is::Angle, true),
            ("360deg", &Is::Angle, false),
            ("100%", &Is::Percent, true),
            ("100.1%", &Is::Percent, false),
        ] {
            assert_eq!(ok(text, is), expected, "{text}");
        }
    }

    #[test]
    fn lengths_count_in_their_unit() {
        let family = "👨‍👩‍👧‍👦";
        assert_eq!(wrong_length(family, 1, 1, Unit::Graphemes), None);
        let units = Some(Rule::Length { min: 1, max: 10, found: 11, unit: Unit::Utf16 });
        assert_eq!(wrong_length(family, 1, 10, Unit::Utf16), units);
        assert_eq!(wrong_length("", 1, 10, Unit::Utf16), Some(Rule::Empty));
        assert_eq!(wrong_length("\r\n", 1, 1, Unit::Graphemes), None);
    }
}
