//! QR codes for pages: black on white always, drawn on the server as SVG for the first look, and as bits for the island that
//! redraws the pass without network.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qrcode::{Color, EcLevel, QrCode};

/// What a voucher's QR code begins with, so that stray text never acts.
pub const VOUCHER_MARK: &str = "C1:";
/// White modules around a code (ISO/IEC 18004 asks for four).
const QUIET: usize = 4;

/// A drawn code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// Modules on a side, without the quiet zone.
    pub size: usize,
    /// An SVG path of the dark modules, one unit a module.
    pub path: String,
    /// The modules row by row, one bit each, dark = 1, as base64.
    pub bits: String,
}

impl Drawn {
    /// The `viewBox` with the quiet zone around.
    pub fn view_box(&self) -> String {
        let side = self.size + 2 * QUIET;
        format!("-{QUIET} -{QUIET} {side} {side}")
    }
}

/// Draws `text` at error correction level M, in the densest form that holds it. `None` for a text over QR's 2,331 bytes.
pub fn draw(text: &str) -> Option<Drawn> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let size = code.width();
    let colors = code.to_colors();
    let mut bytes = vec![0_u8; colors.len().div_ceil(8)];
    for (i, _) in colors.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        bytes[i / 8] |= 128 >> (i % 8);
    }
    Some(Drawn { size, path: path(&colors, size), bits: STANDARD.encode(bytes) })
}

/// Runs of dark modules as rectangles one module high.
fn path(colors: &[Color], size: usize) -> String {
    let mut path = String::new();
    for (y, row) in colors.chunks(size).enumerate() {
        let mut x = 0;
        while x < size {
            let run = row[x..].iter().take_while(|color| **color == Color::Dark).count();
            if run > 0 {
                write!(path, "M{x} {y}h{run}v1h-{run}z").expect("a String takes everything");
            }
            x += run.max(1);
        }
    }
    path
}

/// A code in groups of four, as people read it out: `K7Q2X9PA` → `K7Q2 X9PA`.
pub fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_fits_25_modules_and_its_bits_are_its_path() {
        let drawn = draw("M1:12345678:1P9N0K2:Q8W2E5R7ABCD").expect("fits");
        assert_eq!(drawn.size, 25);
        assert_eq!(drawn.view_box(), "-4 -4 33 33");
        let bytes = STANDARD.decode(&drawn.bits).expect("base64");
        let dark: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
        let painted: usize = drawn
            .path
            .split('h')
            .skip(1)
            .step_by(2)
            .map(|run| run.split('v').next().unwrap().parse::<usize>().unwrap())
            .sum();
        assert_eq!(usize::try_from(dark).unwrap(), painted);
        assert!(drawn.path.starts_with("M0 0h7v1h-7z"), "the finder pattern stands in the corner");
    }

    #[test]
    fn a_text_no_code_can_hold_is_refused() {
        assert!(draw(&"x".repeat(3000)).is_none());
        assert_eq!(grouped("K7Q2X9PAB"), "K7Q2 X9PA B");
    }
}
