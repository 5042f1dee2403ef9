//! What LINE would refuse in a message, where, and by which rule.

use std::fmt;

use serde_json::{Value, json};

/// One thing LINE would refuse.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Where, as LINE writes it: `messages[0].quickReply.items[2].action.label`.
    pub property: String,
    /// Which rule is broken.
    pub rule: Rule,
    /// Where LINE states it: the anchor on the page of the Messaging API reference, read 2026-08.
    pub source: &'static str,
}

/// What a length counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// UTF-16 code units: most texts. An emoji is two or more.
    Utf16,
    /// Grapheme clusters, what people see as one character: labels, what a tap says, texts of templates.
    Graphemes,
}

/// The rules LINE has for messages.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// It must be there.
    Required,
    /// It must not be the empty text.
    Empty,
    /// It must be of this type.
    Type(&'static str),
    /// A text of the wrong length.
    Length {
        /// At least.
        min: usize,
        /// At most.
        max: usize,
        /// What it has.
        found: usize,
        /// Counted in.
        unit: Unit,
    },
    /// A list of the wrong length.
    Size {
        /// At least.
        min: usize,
        /// At most.
        max: usize,
        /// What it has.
        found: usize,
    },
    /// A number out of range.
    Range {
        /// At least.
        min: i64,
        /// At most.
        max: i64,
    },
    /// A word that is none of these.
    OneOf(Vec<&'static str>),
    /// Not an address, or one with letters that must be percent-encoded.
    Uri,
    /// An address of another scheme than these.
    UriScheme(&'static [&'static str]),
    /// A text of another form than this.
    Form(&'static str),
    /// A property LINE does not know here.
    UnknownField,
    /// More bytes of JSON than LINE takes.
    Bytes {
        /// At most.
        max: usize,
        /// What it has.
        found: usize,
    },
    /// It does not go with its surroundings, for this reason.
    Unfit(&'static str),
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf16 => "UTF-16 units",
            Self::Graphemes => "characters",
        })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required => write!(f, "is missing"),
            Self::Empty => write!(f, "is empty"),
            Self::Type(expected) => write!(f, "is not {expected}"),
            Self::Length { min, max, found, unit } if found < min => {
                write!(f, "has {found} {unit}; at least {min} and at most {max}")
            }
            Self::Length { max, found, unit, .. } => write!(f, "has {found} {unit}; at most {max}"),
            Self::Size { min, max, found } if min == max => write!(f, "has {found} items; exactly {max}"),
            Self::Size { min, max, found } => write!(f, "has {found} items; {min} to {max}"),
            Self::Range { min, max } => write!(f, "is out of range; {min} to {max}"),
            Self::OneOf(words) => write!(f, "is none of {}", words.join(", ")),
            Self::Uri => write!(f, "is not an address; letters outside of ASCII and blanks must be percent-encoded"),
            Self::UriScheme(schemes) => write!(f, "does not start with {}", schemes.join(":, ") + ":"),
            Self::Form(form) => write!(f, "is not of the form {form}"),
            Self::UnknownField => write!(f, "is not a property LINE knows here"),
            Self::Bytes { max, found } => write!(f, "is {found} bytes of JSON; at most {max}"),
            Self::Unfit(why) => f.write_str(why),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.property, self.rule)
    }
}

impl Rule {
    /// The words LINE uses, as far as they are known. LINE does not promise to keep them.
    pub fn as_line_says(&self) -> String {
        match self {
            Self::Required => String::from("must be specified"),
            Self::Empty => String::from("May not be empty"),
            Self::Length { min, max, .. } => format!("Length must be between {min} and {max}"),
            Self::Size { min, max, .. } => format!("Size must be between {min} and {max}"),
            Self::OneOf(words) => format!("Must be one of the following values: [{}]", words.join(", ")),
            Self::Uri => String::from("invalid uri"),
            Self::UriScheme(_) => String::from("invalid uri scheme"),
            Self::UnknownField => String::from("unknown field"),
            Self::Type(_) | Self::Range { .. } | Self::Form(_) | Self::Bytes { .. } | Self::Unfit(_) => {
                String::from("invalid property")
            }
        }
    }
}

/// The body of the 400 LINE answers with: for faults in Flex contents it names the first such message and points into its
/// contents, otherwise it counts the faults.
pub fn refusal(faults: &[Fault]) -> Value {
    let in_flex =
        |fault: &Fault| Some(fault.property.split_once(".contents")?).map(|(m, p)| (String::from(m), pointer(p)));
    let detail = |property: &str, rule: &Rule| json!({ "message": rule.as_line_says(), "property": property });
    if let Some((message, _)) = faults.iter().find_map(in_flex) {
        let details: Vec<Value> = faults
            .iter()
            .filter_map(|fault| Some((in_flex(fault)?, &fault.rule)))
            .filter(|((of, _), _)| *of == message)
            .map(|((_, pointer), rule)| detail(&pointer, rule))
            .collect();
        return json!({ "message": format!("A message ({message}) in the request body is invalid"), "details": details });
    }
    let details: Vec<Value> = faults.iter().map(|fault| detail(&fault.property, &fault.rule)).collect();
    json!({ "message": format!("The request body has {} error(s)", faults.len()), "details": details })
}

/// `.body.contents[2]` as `/body/contents/2`.
fn pointer(path: &str) -> String {
    path.replace(['.', '['], "/").replace(']', "")
}
