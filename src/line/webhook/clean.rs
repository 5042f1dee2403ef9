//! Two things a JSON text may hold that our stores and strings cannot: U+0000, and half of a surrogate pair.

use std::borrow::Cow;

/// The same JSON without U+0000 in its strings, and with U+FFFD for each half of a surrogate pair that stands alone. Both
/// can only be written as escapes, so a text without `\u` is returned as it is.
pub fn clean(json: &str) -> Cow<'_, str> {
    if !json.contains("\\u") {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let (kept, length) = match unit(escape) {
            Some(0) => ("", 6),
            Some(0xd800..=0xdbff) if unit(&escape[6..]).is_some_and(|next| (0xdc00..=0xdfff).contains(&next)) => {
                (&escape[..12], 12)
            }
            Some(0xd800..=0xdfff) => ("\\ufffd", 6),
            // Any other escape, so that the second of two backslashes does not start one.
            _ => {
                let length = 1 + escape[1..].chars().next().map_or(0, char::len_utf8);
                (&escape[..length], length)
            }
        };
        out.push_str(kept);
        rest = &escape[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The UTF-16 unit of a `\uXXXX` at the start of `text`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_strings_cannot_hold_is_taken_out() {
        let cases = [
            (r#""plain""#, r#""plain""#),
            (r#""a\u0000b\n""#, r#""ab\n""#),
            (r#""\u7f8e\u0041""#, r#""\u7f8e\u0041""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""\ud83d\u0041""#, r#""\ufffd\u0041""#),
            (r#""\uD83D""#, r#""\ufffd""#),
            (r#""\ude00\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\\u0000""#, r#""\\u0000""#),
            (r#""\\\u0000""#, r#""\\""#),
            (r#""\u+041""#, r#""\u+041""#),
            (r#""\u00"#, r#""\u00"#),
            (r#""\"#, r#""\"#),
            (r#""\美\u0000"#, r#""\美"#),
        ];
        for (given, expected) in cases {
            assert_eq!(clean(given), expected);
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_cleaned(text in r#"("|\\|u|d83d|de00|0000|\\u0000|\\ud83d|\\ude00|美|😀){0,12}"#) {
            let _ = clean(&text);
        }

        #[test]
        fn a_string_comes_through(text in any::<String>()) {
            let json = serde_json::to_string(&text).expect("a string");
            let read: String = serde_json::from_str(&clean(&json)).expect("JSON");
            prop_assert_eq!(read, text.replace('\0', ""));
        }
    }
}
