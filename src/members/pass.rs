//! The pass: the rotating QR a member shows at the counter. A screenshot of it dies within a minute.
//!
//! `M1:<member number>:<window>:<mac>` in letters a QR code packs densely. A window is 30 s; the reader takes the present one
//! and one step of slack to either side. The mac is HMAC-SHA256 under a key from `SHUKE_SECRET`, cut to 60 bits: at a thousand
//! guesses a second, 36 million years for one forgery. A page preloads ten windows, so the pass draws for five minutes
//! without network.

use chrono::{DateTime, TimeDelta, Utc};
use subtle::ConstantTimeEq as _;

use super::Number;
use crate::secret::Secret;

/// How long one code is shown, in seconds.
pub const WINDOW_SECONDS: i64 = 30;
/// Windows a page preloads.
pub const PRELOADED: i64 = 10;
/// Windows of slack to either side of the present one.
const SLACK: i64 = 1;
/// Crockford's base 32: no I, L, O, U.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MAC_LETTERS: usize = 12;
const PURPOSE: &str = "pass";

/// One code and when it is to be shown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Code {
    /// What the QR holds.
    pub payload: String,
    /// From when to show it.
    pub from: DateTime<Utc>,
}

/// What a pass says after its mac was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Whose pass.
    pub number: Number,
    /// Which window: seconds since 1970 divided by 30.
    pub window: i64,
}

/// Why a scanned text is no good pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No pass at all: another code was scanned.
    NotAPass,
    /// The mac does not fit: altered, or another brand's.
    Forged,
    /// It was good `ago` before now; a screenshot or a page that stood still.
    Expired {
        /// Since its window ended.
        ago: TimeDelta,
    },
    /// Its window is still to come; the maker's clock was ahead.
    TooEarly,
}

/// The next ten codes of a member, from the present window on.
pub fn codes(secret: &Secret, number: &Number, now: DateTime<Utc>) -> Vec<Code> {
    let first = window_of(now);
    (first..first + PRELOADED)
        .map(|window| Code { payload: payload(secret, number, window), from: starts_at(window) })
        .collect()
}

/// Reads a scanned text.
pub fn read(secret: &Secret, scanned: &str, now: DateTime<Utc>) -> Result<Read, Fault> {
    let mut parts = scanned.trim().split(':');
    let (Some("M1"), Some(number), Some(window), Some(mac), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Fault::NotAPass);
    };
    let number: Number = number.parse().map_err(|_| Fault::Forged)?;
    let window = from_base32(window).ok_or(Fault::Forged)?;
    let is_ours = secret.keys_for(PURPOSE).iter().any(|key| {
        bool::from(mac_letters(key.mac(signed_text(&number, window).as_bytes())).as_bytes().ct_eq(mac.as_bytes()))
    });
    if !is_ours {
        return Err(Fault::Forged);
    }
    let present = window_of(now);
    if window < present - SLACK {
        return Err(Fault::Expired { ago: now - starts_at(window + 1) });
    }
    if window > present + SLACK {
        return Err(Fault::TooEarly);
    }
    Ok(Read { number, window })
}

fn payload(secret: &Secret, number: &Number, window: i64) -> String {
    let signed = signed_text(number, window);
    let mac = mac_letters(secret.key_for(PURPOSE).mac(signed.as_bytes()));
    format!("{signed}:{mac}")
}

fn signed_text(number: &Number, window: i64) -> String {
    format!("M1:{number}:{}", to_base32(window))
}

fn window_of(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(WINDOW_SECONDS)
}

fn starts_at(window: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(window.saturating_mul(WINDOW_SECONDS), 0).unwrap_or_default()
}

fn mac_letters(mac: [u8; 32]) -> String {
    mac[..MAC_LETTERS].iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect()
}

fn to_base32(mut number: i64) -> String {
    let mut letters = Vec::new();
    while number > 0 {
        letters.push(LETTERS[usize::try_from(number % 32).unwrap_or_default()]);
        number /= 32;
    }
    letters.iter().rev().map(|&letter| char::from(letter)).collect()
}

fn from_base32(text: &str) -> Option<i64> {
    if text.is_empty() || text.len() > 10 {
        return None;
    }
    text.bytes().try_fold(0, |sum, letter| {
        let digit = LETTERS.iter().position(|&l| l == letter)?;
        Some(sum * 32 + i64::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Chance;

    fn secret() -> Secret {
        Secret::parse(&"s".repeat(32)).unwrap()
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    #[test]
    fn a_pass_reads_for_its_window_and_one_step_around_it() {
        let number = Number::random(&Chance::seeded(1));
        let code = &codes(&secret(), &number, at(0))[0];
        for (second, good) in [(-31, false), (-30, true), (0, true), (29, true), (59, true), (60, false)] {
            let read = read(&secret(), &code.payload, at(second));
            assert_eq!(read.is_ok(), good, "at {second} s: {read:?}");
        }
        assert_eq!(read(&secret(), &code.payload, at(100)), Err(Fault::Expired { ago: TimeDelta::seconds(70) }));
    }

    #[test]
    fn ten_windows_are_preloaded_one_after_the_other() {
        let number = Number::random(&Chance::seeded(1));
        let codes = codes(&secret(), &number, at(7));
        assert_eq!(codes.len(), 10);
        for (i, code) in codes.iter().enumerate() {
            assert_eq!(code.from, at(30 * i64::try_from(i).unwrap()));
            assert!(read(&secret(), &code.payload, code.from).is_ok());
            assert!(code.payload.len() <= 38, "fits a 25 × 25 QR at level M: {}", code.payload);
        }
    }

    #[test]
    fn no_single_changed_letter_is_accepted() {
        let number = Number::random(&Chance::seeded(2));
        let good = codes(&secret(), &number, at(0))[0].payload.clone();
        for i in 0..good.len() {
            for letter in LETTERS.iter().chain(b":-") {
                let mut bad = good.clone().into_bytes();
                bad[i] = *letter;
                let bad = String::from_utf8(bad).unwrap();
                assert_eq!(read(&secret(), &bad, at(0)).is_ok(), bad == good, "{bad}");
            }
        }
        let other = Secret::parse(&"t".repeat(32)).unwrap();
        assert_eq!(read(&other, &good, at(0)), Err(Fault::Forged));
        for wrong in [
            "",
            "M1",
            "C1:ABC",
            "M1:::",
            &format!("{good}:"),
            &format!("{good}X"),
            "M1:12345678:ZZZZZZZZZZZZ:A",
            &"9".repeat(100_000),
        ] {
            assert!(read(&secret(), wrong, at(0)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_pass_made_under_the_previous_secret_still_reads() {
        let number = Number::random(&Chance::seeded(2));
        let code = codes(&secret(), &number, at(0))[0].payload.clone();
        let changed = Secret::parse(&format!("{},{}", "t".repeat(32), "s".repeat(32))).unwrap();
        assert!(read(&changed, &code, at(0)).is_ok());
    }
}
