//! Taking a request apart: addresses, queries and bodies, each with a sentence on what would be right.

use axum::extract::{FromRequestParts, Path, Query};
use http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::problem::Problem;
use crate::words::Lang;

/// Items of a list in one answer, unless asked otherwise, and at most.
pub(super) const USUAL: i64 = 50;
/// See [`USUAL`].
pub(super) const MOST: i64 = 100;

/// The names in an address.
pub(super) struct In<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for In<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let path = Path::<T>::from_request_parts(parts, app).await;
        path.map(|Path(names)| Self(names)).map_err(|error| Problem::malformed(format!("{}.", error.body_text())))
    }
}

/// What stands after the question mark. Unknown names are refused.
pub(super) struct Asked<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let query = Query::<T>::from_request_parts(parts, app).await;
        query.map(|Query(asked)| Self(asked)).map_err(|error| Problem::malformed(format!("{}.", error.body_text())))
    }
}

/// How many items to give.
pub(super) fn limit(asked: Option<i64>) -> Result<i64, Problem> {
    match asked.unwrap_or(USUAL) {
        limit @ 1..=MOST => Ok(limit),
        other => Err(Problem::malformed(format!("limit is {other}; give 1 to {MOST}."))),
    }
}

/// The language a program asks for, for sentences in answers.
pub(super) fn language(headers: &HeaderMap) -> Lang {
    let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    asked.split(',').find_map(Lang::nearest).unwrap_or_default()
}

/// Reads a JSON body whose every field is known.
pub(super) fn json<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Problem> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        let detail = "Send the body as JSON, with the header `Content-Type: application/json`.";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", detail));
    }
    serde_json::from_slice(body).map_err(|error| Problem::malformed(format!("The body does not fit: {error}.")))
}

/// A text of a program that is kept: not empty, within a length, without signs nobody can read.
pub(super) fn text(name: &str, value: &str, longest: usize) -> Result<String, Problem> {
    let value = value.trim();
    if value.is_empty() || value.chars().count() > longest || value.chars().any(char::is_control) {
        let detail = format!("{name} must have 1 to {longest} letters, without line breaks or other control signs.");
        return Err(Problem::malformed(detail));
    }
    Ok(String::from(value))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[expect(dead_code, reason = "only whether it can be read is asked")]
        store: String,
    }

    fn read(kind: &'static str, body: &str) -> Result<Body, Problem> {
        json(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]), body.as_bytes())
    }

    #[test]
    fn a_body_that_does_not_fit_is_told_where_and_why() {
        assert!(read("application/json; charset=utf-8", r#"{"store":"zhongshan"}"#).is_ok());
        for (kind, body, word) in [
            ("application/json", r#"{"stroe":"zhongshan"}"#, "unknown field `stroe`, expected `store`"),
            ("application/json", "{}", "missing field `store`"),
            ("application/json", r#"{"store":1}"#, "expected a string"),
            ("application/json", r#"{"store":"a","store":"b"}"#, "duplicate field `store`"),
            ("application/json", "", "EOF"),
            ("application/x-www-form-urlencoded", "store=zhongshan", "Content-Type"),
        ] {
            let problem = read(kind, body).expect_err("refused");
            assert!(problem.detail.contains(word), "{body}: {}", problem.detail);
        }
    }

    #[test]
    fn the_language_is_the_first_we_speak() {
        for (asked, lang) in [("fr, ja;q=0.8", Lang::Ja), ("en-GB", Lang::En), ("fr", Lang::ZhHant), ("", Lang::ZhHant)]
        {
            let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static(asked))]);
            assert_eq!(language(&headers), lang, "{asked}");
        }
    }

    #[test]
    fn a_kept_text_is_readable_and_short() {
        assert_eq!(text("reference", " 0815 ", 5).expect("good"), "0815");
        for bad in ["", "  ", "123456", "a\nb", "a\0b"] {
            assert!(text("reference", bad, 5).is_err(), "{bad:?}");
        }
    }
}
