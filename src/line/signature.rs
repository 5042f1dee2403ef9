//! The signature of a webhook: base64 of HMAC-SHA256 over the raw bytes of the body, keyed with the channel secret.
//!
//! Source: LINE Developers, "Verify webhook signature", read 2026-08.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;

/// The header with the signature. LINE may change its case at any time, so look it up without regard to case.
pub const HEADER: &str = "x-line-signature";

/// Why a request is not taken for LINE's. All of them end in the same answer (401).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsigned {
    /// There is no signature header.
    #[error("the request has no x-line-signature")]
    Missing,
    /// There are several, so that nobody can say which one a proxy checked.
    #[error("the request has more than one x-line-signature")]
    Several,
    /// The signature is another: a changed body, another channel's secret, or not a signature at all.
    #[error("x-line-signature does not fit the body and the channel secret")]
    Wrong,
}

/// Signs `body` as LINE does.
pub fn sign(channel_secret: &str, body: &[u8]) -> String {
    STANDARD.encode(mac(channel_secret, body).finalize().into_bytes())
}

/// Whether `signature` is LINE's signature of `body`. Takes the same time for any wrong signature of the right form.
pub fn verify(channel_secret: &str, body: &[u8], signature: &[u8]) -> bool {
    // The engine is strict: the standard alphabet, full padding, no loose bits, no blanks.
    STANDARD.decode(signature).is_ok_and(|tag| mac(channel_secret, body).verify_slice(&tag).is_ok())
}

/// Checks the one signature header of a request against its raw body.
pub fn verify_headers(channel_secret: &str, body: &[u8], headers: &HeaderMap) -> Result<(), Unsigned> {
    let mut found = headers.get_all(HEADER).iter();
    let signature = found.next().ok_or(Unsigned::Missing)?;
    if found.next().is_some() {
        return Err(Unsigned::Several);
    }
    if verify(channel_secret, body, signature.as_bytes()) { Ok(()) } else { Err(Unsigned::Wrong) }
}

fn mac(channel_secret: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(channel_secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(body);
    mac
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    const SECRET: &str = "8c570fa6dd201bb328f1c1eac23a96d8";
    const BODY: &[u8] = br#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}"#;
    const SIGNATURE: &str = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=";

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (name.parse::<HeaderName>().expect("a name"), HeaderValue::from_str(value).expect("a value"))
            })
            .collect()
    }

    #[test]
    fn the_vector_line_publishes() {
        assert_eq!(sign(SECRET, BODY), SIGNATURE);
        assert!(verify(SECRET, BODY, SIGNATURE.as_bytes()));
    }

    #[test]
    fn a_forged_signature_is_refused() {
        let tag = STANDARD.decode(SIGNATURE).expect("base64");
        let longer = [&tag[..], &[0]].concat();
        let url_safe = SIGNATURE.replace('+', "-");
        let reserialised = br#"{"destination": "U8e742f61d673b39c7fff3cecb7536ef0", "events": []}"#;
        let of_reserialised = sign(SECRET, reserialised);
        let of_other_channel = sign("another channel's secret", BODY);
        let cases: Vec<(&str, String)> = vec![
            ("empty", String::new()),
            ("no base64", String::from("not base64!")),
            ("31 bytes", STANDARD.encode(&tag[..31])),
            ("33 bytes", STANDARD.encode(longer)),
            ("hexadecimal", tag.iter().map(|byte| format!("{byte:02x}")).collect()),
            ("without padding", String::from(SIGNATURE.trim_end_matches('='))),
            ("with loose bits", SIGNATURE.replace("Ls=", "Lt=")),
            ("with a line break", format!("{SIGNATURE}\n")),
            ("with a blank in front", format!(" {SIGNATURE}")),
            ("of the URL alphabet", url_safe),
            ("twice in one", format!("{SIGNATURE},{SIGNATURE}")),
            ("for another channel", of_other_channel),
            ("for the same JSON written anew", of_reserialised),
        ];
        for (case, signature) in cases {
            assert!(!verify(SECRET, BODY, signature.as_bytes()), "{case}");
        }
    }

    #[test]
    fn any_flipped_bit_is_refused() {
        for bit in 0..BODY.len() * 8 {
            let mut body = BODY.to_vec();
            body[bit / 8] ^= 1 << (bit % 8);
            assert!(!verify(SECRET, &body, SIGNATURE.as_bytes()), "bit {bit}");
        }
    }

    #[test]
    fn the_header_counts_once_and_in_any_case() {
        let cases = [
            (headers(&[("x-line-signature", SIGNATURE)]), Ok(())),
            (headers(&[("X-Line-Signature", SIGNATURE)]), Ok(())),
            (headers(&[("X-LINE-SIGNATURE", SIGNATURE)]), Ok(())),
            (headers(&[("x-line-signatures", SIGNATURE)]), Err(Unsigned::Missing)),
            (headers(&[("x-line-signature", "")]), Err(Unsigned::Wrong)),
            (headers(&[("x-line-signature", SIGNATURE), ("X-Line-Signature", SIGNATURE)]), Err(Unsigned::Several)),
        ];
        for (headers, expected) in cases {
            assert_eq!(verify_headers(SECRET, BODY, &headers), expected, "{headers:?}");
        }
    }
}
