//! How somebody reads: in which language, and whether a script of the page asks for a part of it.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, header};

use crate::words::Lang;

/// What a request's headers tell of its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// The first of our languages that her browser asks for.
    pub lang: Option<Lang>,
    /// htmx asks, and takes a part of the page.
    pub is_part: bool,
    /// A person looks at the answer.
    pub wants_page: bool,
}

impl Reader {
    /// Reads the headers.
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self {
            // Browsers send the dearest first, so the weights need not be read.
            lang: text(header::ACCEPT_LANGUAGE).split(',').take(20).find_map(|tag| Lang::nearest(tag.trim())),
            is_part: headers.contains_key("hx-request"),
            wants_page: text(header::ACCEPT).contains("text/html"),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_we_speak_is_taken() {
        for (accepted, lang) in [
            ("zh-TW,zh;q=0.9,en;q=0.8", Some(Lang::ZhHant)),
            ("fr-FR, ja;q=0.5, en", Some(Lang::Ja)),
            ("en-GB", Some(Lang::En)),
            ("fr", None),
            ("*", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, accepted.parse().unwrap())]);
            assert_eq!(Reader::of(&headers).lang, lang, "{accepted}");
        }
    }
}
