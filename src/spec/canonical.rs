//! One text for one value, so that equal values have equal hashes: JSON with sorted keys and no spaces.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The value as JSON with the keys of every object sorted by their bytes and nothing between the tokens.
///
/// # Panics
/// When the value cannot be JSON (a map with keys that are no text): a fault of its type, not of its contents.
pub fn json(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).expect("what is hashed can be written as JSON");
    let mut out = String::new();
    write_value(&value, &mut out);
    out
}

/// The SHA-256 of the value's canonical JSON, as 64 hexadecimal digits.
pub fn hash(value: &impl Serialize) -> String {
    hash_text(&json(value))
}

/// The SHA-256 of a text, as 64 hexadecimal digits.
pub fn hash_text(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn write_value(value: &Value, out: &mut String) {
    match value {
        Value::Object(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by_key(|(key, _)| key.as_bytes());
            write_between('{', '}', sorted, out, |(key, value), out| {
                write_value(&Value::String(key.clone()), out);
                out.push(':');
                write_value(value, out);
            });
        }
        Value::Array(items) => write_between('[', ']', items, out, write_value),
        scalar => {
            let _ = write!(out, "{scalar}");
        }
    }
}

fn write_between<T>(
    open: char,
    close: char,
    items: impl IntoIterator<Item = T>,
    out: &mut String,
    mut write: impl FnMut(T, &mut String),
) {
    out.push(open);
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(close);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_keys_does_not_matter() {
        let one = json!({ "b": [1, { "y": null, "x": "é\n" }], "a": true });
        let other: Value =
            serde_json::from_str(r#"{ "a": true, "b": [1, {"x":"\u00e9\n", "y":null}] }"#).expect("JSON");
        assert_eq!(json(&one), r#"{"a":true,"b":[1,{"x":"é\n","y":null}]}"#);
        assert_eq!(hash(&one), hash(&other));
    }

    #[test]
    fn the_hash_is_sha256() {
        assert_eq!(hash_text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
