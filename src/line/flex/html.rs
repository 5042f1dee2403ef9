//! A writer of HTML that cannot be talked into anything: names are ours, values are escaped.

/// HTML under way.
#[derive(Default)]
pub struct Html {
    out: String,
    open: Vec<&'static str>,
    /// The last opening tag still takes attributes.
    is_in_tag: bool,
}

impl Html {
    /// Opens an element with a class of ours.
    pub fn open(&mut self, tag: &'static str, class: &str) -> &mut Self {
        self.end_tag();
        self.out.push('<');
        self.out.push_str(tag);
        self.open.push(tag);
        self.is_in_tag = true;
        self.attribute("class", class)
    }

    /// Adds an attribute to the element just opened.
    pub fn attribute(&mut self, name: &'static str, value: &str) -> &mut Self {
        debug_assert!(self.is_in_tag, "attributes come before contents");
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape(&mut self.out, value);
        self.out.push('"');
        self
    }

    /// Adds a style, where there is one.
    pub fn style(&mut self, style: &Style) -> &mut Self {
        if style.0.is_empty() { self } else { self.attribute("style", style.0.trim_end_matches(';')) }
    }

    /// Words, as words.
    pub fn words(&mut self, words: &str) -> &mut Self {
        self.end_tag();
        escape(&mut self.out, words);
        self
    }

    /// Closes the element opened last.
    pub fn close(&mut self) -> &mut Self {
        self.end_tag();
        if let Some(tag) = self.open.pop() {
            self.out.push_str("</");
            self.out.push_str(tag);
            self.out.push('>');
        }
        self
    }

    /// Closes an element that has no end tag, such as a picture.
    pub fn close_empty(&mut self) -> &mut Self {
        self.end_tag();
        self.open.pop();
        self
    }

    /// A mark in the place of something we cannot draw.
    pub fn badge(&mut self, kind: &str, words: &str) {
        let short = |text: &str| text.chars().take(60).collect::<String>();
        self.open("span", "fx-unsupported").attribute("data-type", &short(kind)).words(&short(words)).close();
    }

    /// The HTML, with everything closed.
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.out
    }

    fn end_tag(&mut self) {
        if self.is_in_tag {
            self.out.push('>');
            self.is_in_tag = false;
        }
    }
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Braces mean something to template languages a page might be put through.
            '{' => out.push_str("&#123;"),
            '}' => out.push_str("&#125;"),
            '\0' => {}
            c => out.push(c),
        }
    }
}

/// A style made of our words, of numbers and of colours.
#[derive(Default)]
pub struct Style(String);

impl Style {
    /// A property with a word of ours.
    pub fn word(&mut self, property: &'static str, word: &'static str) -> &mut Self {
        self.add(property, format_args!("{word}"))
    }

    /// A property with anything that was read into a number or a colour.
    pub fn value(&mut self, property: &'static str, value: impl Typed) -> &mut Self {
        self.add(property, format_args!("{value}"))
    }

    /// A property put together of typed values.
    pub fn add(&mut self, property: &'static str, value: std::fmt::Arguments<'_>) -> &mut Self {
        use std::fmt::Write as _;
        write!(self.0, "{property}:{value};").expect("a text can be written to");
        self
    }
}

/// Values that may stand in a style: they print digits, units and signs of ours only.
pub trait Typed: std::fmt::Display {}

impl Typed for i64 {}
impl Typed for super::measure::Color {}
impl Typed for super::measure::Extent {}
