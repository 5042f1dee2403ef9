//! The brand's own colour as a stylesheet, for pages that allow no style written into them.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::{StatusCode, header};

use crate::spec::brand_file::{BrandFile, Theme};
use crate::spec::colour::Colour;

/// The ground of pages in the dark look (`--paper` and `--sheet` in `web/styles/tokens.css`); the lighter one decides.
const DARK_SHEET: Colour = Colour { rgb: [0x22, 0x1e, 0x1a] };
/// Text on the seal in the dark look.
const DARK_PAPER: &str = "#191613";

/// The address of a brand's stylesheet; none for one in our own vermilion.
pub fn address(brand: &BrandFile) -> Option<String> {
    let seal = brand.theme.seal.value;
    (seal != Theme::default().seal.value).then(|| format!("/theme/{}.css", hex(seal)))
}

/// `GET /theme/{colour}.css`. The colour stands in the address, so browsers keep it for a year.
pub fn router() -> Router {
    Router::new().route("/theme/{file}", get(serve))
}

async fn serve(Path(file): Path<String>) -> Response {
    let Some(seal) = file.strip_suffix(".css").and_then(colour) else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, sheet(seal)).into_response()
}

fn sheet(seal: Colour) -> String {
    let (light, dark) = (hex(seal), hex(seal.readable_on(DARK_SHEET)));
    format!(
        ":root{{--seal:#{light};--on-seal:#ffffff}}@media (prefers-color-scheme:dark){{:root{{--seal:#{dark};--on-seal:{DARK_PAPER}}}}}\n"
    )
}

fn hex(colour: Colour) -> String {
    colour.rgb.iter().map(|part| format!("{part:02x}")).collect()
}

fn colour(digits: &str) -> Option<Colour> {
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
        return None;
    }
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some(Colour { rgb: [part(0)?, part(2)?, part(4)?] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brands_colour_can_be_read_in_both_looks() {
        let green = colour("1b5e20").expect("a colour");
        assert!(sheet(green).contains("--seal:#1b5e20"));
        let dark = green.readable_on(DARK_SHEET);
        assert!(dark.contrast(DARK_SHEET) >= 4.5);
        assert!(sheet(green).contains(&format!("--seal:#{}", hex(dark))));
    }

    #[test]
    fn only_a_colour_is_an_address() {
        for wrong in ["", "12345", "1234567", "12345G", "ABCDEF", "}*{x:y"] {
            assert_eq!(colour(wrong), None, "{wrong}");
        }
        assert_eq!(address_of("#C0352B"), None);
        assert_eq!(address_of("#1B5E20").as_deref(), Some("/theme/1b5e20.css"));
    }

    fn address_of(seal: &str) -> Option<String> {
        let yaml = include_str!("../../brand.yaml").replace("#C0352B", seal);
        let brand: BrandFile =
            crate::spec::read(&crate::spec::Doc { text: &yaml, lines_before: 0 }).expect("the sample brand");
        address(&brand)
    }
}
