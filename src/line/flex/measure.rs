//! Colours and sizes as LINE writes them, read into numbers. What does not read is as if it were not there.

use std::fmt;

use serde_json::Value;

use super::super::message::decimal;

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color(u32);

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:08x}", self.0)
    }
}

impl Color {
    /// `#RRGGBB` or `#RRGGBBAA`.
    pub fn read(component: &Value, name: &str) -> Option<Self> {
        let digits = component.get(name)?.as_str()?.strip_prefix('#')?;
        let value = u32::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        match digits.len() {
            6 => Some(Self(value << 8 | 0xff)),
            8 => Some(Self(value)),
            _ => None,
        }
    }
}

/// A size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extent {
    /// Pixels.
    Px(f64),
    /// Hundredths of the box around.
    Percent(f64),
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Px(px) => write!(f, "{px}px"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

/// Pixels for one set of size words.
type Words = &'static [(&'static str, f64)];

/// Gaps, paddings, offsets and round corners.
const GAPS: Words = &[("none", 0.0), ("xs", 2.0), ("sm", 4.0), ("md", 8.0), ("lg", 12.0), ("xl", 16.0), ("xxl", 20.0)];
/// Texts and icons.
const FONTS: Words = &[
    ("xxs", 11.0),
    ("xs", 13.0),
    ("sm", 14.0),
    ("md", 16.0),
    ("lg", 19.0),
    ("xl", 22.0),
    ("xxl", 29.0),
    ("3xl", 35.0),
    ("4xl", 48.0),
    ("5xl", 74.0),
];
const BORDERS: Words =
    &[("none", 0.0), ("light", 0.5), ("normal", 1.0), ("medium", 2.0), ("semi-bold", 3.0), ("bold", 4.0)];
const PICTURES: Words = &[
    ("xxs", 40.0),
    ("xs", 60.0),
    ("sm", 80.0),
    ("md", 100.0),
    ("lg", 120.0),
    ("xl", 140.0),
    ("xxl", 160.0),
    ("3xl", 180.0),
    ("4xl", 200.0),
    ("5xl", 220.0),
];

/// Larger than any screen.
const LARGEST: f64 = 10_000.0;

/// A gap, padding, offset or corner.
pub fn gap(component: &Value, name: &str) -> Option<Extent> {
    read(component, name, GAPS)
}

/// The width of a border.
pub fn border(component: &Value, name: &str) -> Option<Extent> {
    read(component, name, BORDERS)
}

/// A width or height.
pub fn extent(component: &Value, name: &str) -> Option<Extent> {
    read(component, name, &[])
}

/// The size of a text or icon.
pub fn font(component: &Value) -> Option<Extent> {
    read(component, "size", FONTS)
}

/// The width of a picture.
pub fn picture(component: &Value) -> Extent {
    match component.get("size").and_then(Value::as_str) {
        Some("full") => Extent::Percent(100.0),
        _ => read(component, "size", PICTURES).unwrap_or(Extent::Px(100.0)),
    }
}

/// Width and height of `aspectRatio`, 1 and 1 without one.
pub fn ratio(component: &Value) -> (i64, i64) {
    let side = |text: &str| text.parse::<i64>().ok().filter(|side| (1..=100_000).contains(side));
    component
        .get("aspectRatio")
        .and_then(Value::as_str)
        .and_then(|ratio| ratio.split_once(':'))
        .and_then(|(width, height)| Some((side(width)?, side(height)?)))
        .unwrap_or((1, 1))
}

/// Degrees, from `23.5deg`.
pub fn degrees(component: &Value, name: &str) -> Option<f64> {
    decimal(component.get(name)?.as_str()?, "deg").map(|degrees| degrees.min(360.0))
}

fn read(component: &Value, name: &str, words: Words) -> Option<Extent> {
    let text = component.get(name)?.as_str()?;
    if let Some((_, px)) = words.iter().find(|(word, _)| *word == text) {
        return Some(Extent::Px(*px));
    }
    let px = decimal(text, "px").map(|px| Extent::Px(px.min(LARGEST)));
    px.or_else(|| decimal(text, "%").map(|percent| Extent::Percent(percent.min(LARGEST))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sizes_and_colours_read_into_numbers_or_not_at_all() {
        let size = |text: &str| gap(&json!({ "a": text }), "a").map(|extent| extent.to_string());
        for (text, expected) in [
            ("md", Some("8px")),
            ("23.5px", Some("23.5px")),
            ("50%", Some("50%")),
            ("99999999999999999999px", Some("10000px")),
            ("1px;color:red", None),
            ("expression(1)px", None),
            ("-1px", None),
            ("", None),
        ] {
            assert_eq!(size(text).as_deref(), expected, "{text}");
        }
        let color = |text: &str| Color::read(&json!({ "a": text }), "a").map(|color| color.to_string());
        for (text, expected) in [
            ("#C0352B", Some("#c0352bff")),
            ("#c0352b80", Some("#c0352b80")),
            ("red", None),
            ("#+12345", None),
            ("#fff", None),
            ("#c0352b;x:y", None),
        ] {
            assert_eq!(color(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_ratio_that_does_not_read_is_a_square() {
        for (text, expected) in [("20:13", (20, 13)), ("0:1", (1, 1)), ("a:b", (1, 1)), ("1", (1, 1))] {
            assert_eq!(ratio(&json!({ "aspectRatio": text })), expected);
        }
    }
}
