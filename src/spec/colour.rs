//! Colours of a brand and whether text can be read on them (WCAG 2.2, contrast ratio, read 2026-09).

use std::fmt;

use super::values::{Written, written};
use super::{Fault, Place};

/// The least contrast between a text and what is behind it: WCAG 2.2 success criterion 1.4.3, level AA.
pub const LEAST_CONTRAST: f64 = 4.5;

/// A colour of the screen: `"#C0352B"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Colour {
    /// Red, green and blue.
    pub rgb: [u8; 3],
}

written!(Colour, "A colour as six hexadecimal digits: \"#C0352B\".", "^#[0-9A-Fa-f]{6}$");

impl Colour {
    /// White.
    pub const WHITE: Self = Self { rgb: [255; 3] };

    /// The contrast ratio to `other`, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The nearest shade of the same hue with contrast [`LEAST_CONTRAST`] to `paper`: this one when it passes, else a darker
    /// one on a light paper and a lighter one on a dark paper.
    pub fn readable_on(self, paper: Self) -> Self {
        let target = if paper.luminance() > 0.18 { 0.0 } else { 255.0 };
        (0..=100)
            .map(|step| self.towards(target, f64::from(step) / 100.0))
            .find(|shade| shade.contrast(paper) >= LEAST_CONTRAST)
            .unwrap_or(Self { rgb: [target as u8; 3] })
    }

    fn towards(self, target: f64, share: f64) -> Self {
        Self { rgb: self.rgb.map(|part| (f64::from(part) + (target - f64::from(part)) * share).round() as u8) }
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.rgb.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl Written for Colour {
    fn read(text: &str) -> Result<Self, Fault> {
        let bad = || Fault::new("bad-colour", Place::default()).hint("bad-colour-hint");
        let digits = text.strip_prefix('#').ok_or_else(bad)?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(bad());
        }
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| bad());
        Ok(Self { rgb: [part(0)?, part(2)?, part(4)?] })
    }

    fn stand_in() -> Self {
        Self { rgb: [0; 3] }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.rgb;
        write!(f, "#{red:02X}{green:02X}{blue:02X}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        text.parse().expect(text)
    }

    #[test]
    fn contrast_is_as_wcag_has_it() {
        assert!((colour("#000000").contrast(Colour::WHITE) - 21.0).abs() < 0.001);
        assert!((colour("#767676").contrast(Colour::WHITE) - 4.54).abs() < 0.01);
        assert!(colour("#C0352B").contrast(colour("#FAF7F2")) >= LEAST_CONTRAST);
    }

    #[test]
    fn a_shade_that_passes_is_proposed() {
        assert_eq!(colour("#C0352B").readable_on(Colour::WHITE), colour("#C0352B"));
        let pale = colour("#F2B8B0").readable_on(Colour::WHITE);
        assert!(pale.contrast(Colour::WHITE) >= LEAST_CONTRAST && pale != colour("#000000"), "{pale}");
        let dark = colour("#401010").readable_on(colour("#191613"));
        assert!(dark.contrast(colour("#191613")) >= LEAST_CONTRAST, "{dark}");
    }
}
