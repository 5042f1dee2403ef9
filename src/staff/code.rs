//! The code that enrols a device: eight letters somebody reads from one screen and types into another.

use chrono::TimeDelta;

use crate::clock::Chance;
use crate::secret::Secret;

/// How long a code may be used.
pub const LASTS: TimeDelta = TimeDelta::minutes(10);
/// No 0 and O, no 1, I and L, no U and V, no 5 and S, no 2 and Z, no 8 and B.
const LETTERS: &[u8] = b"34679ACDEFGHJKMNPQRTWXY";
const LENGTH: usize = 8;
const PURPOSE: &str = "device_code";

/// A code as shown, in two groups of four. 23^8 codes: at a thousand guesses a second for its ten minutes, one chance in
/// a hundred thousand to hit the one that is open.
pub(super) fn random(chance: &Chance) -> String {
    let count = u64::try_from(LETTERS.len()).unwrap_or_default();
    let mut code = String::with_capacity(LENGTH + 1);
    for place in 0..LENGTH {
        if place == LENGTH / 2 {
            code.push('-');
        }
        code.push(char::from(LETTERS[usize::try_from(chance.below(count)).unwrap_or_default()]));
    }
    code
}

/// What a person typed, as the letters of a code; none when it cannot be one. Small letters, full-width ones, spaces and
/// hyphens are forgiven.
pub(super) fn letters(typed: &str) -> Option<String> {
    if typed.len() > 64 {
        return None;
    }
    let letters: String = typed
        .chars()
        .map(|c| match c {
            '！'..='～' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            other => other,
        })
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let is_code = letters.len() == LENGTH && letters.bytes().all(|b| LETTERS.contains(&b));
    is_code.then_some(letters)
}

/// What is stored of a code: an HMAC under `SHUKE_SECRET`, since a plain hash of so short a text could be searched.
pub(super) fn hash(secret: &Secret, letters: &str) -> Vec<u8> {
    secret.key_for(PURPOSE).mac(letters.as_bytes()).to_vec()
}

/// The hashes a code may be stored under: of the current secret and of the previous one.
pub(super) fn hashes(secret: &Secret, letters: &str) -> Vec<Vec<u8>> {
    secret.keys_for(PURPOSE).iter().map(|key| key.mac(letters.as_bytes()).to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_however_it_is_typed() {
        let code = random(&Chance::seeded(1));
        assert_eq!(code.len(), LENGTH + 1);
        let plain = code.replace('-', "");
        let wide: String = plain.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect();
        for typed in
            [code.clone(), plain.clone(), plain.to_lowercase(), format!(" {} {} ", &plain[..4], &plain[4..]), wide]
        {
            assert_eq!(letters(&typed).as_deref(), Some(plain.as_str()), "{typed}");
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        for wrong in ["", "3467-9AC", "3467-9ACDE", "0O1I-LUVS", "3467 9AC'", "３４６７", &"3".repeat(1_000_000)] {
            assert_eq!(letters(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn no_two_letters_look_alike() {
        for pair in ["0O", "1I", "1L", "UV", "5S", "2Z", "8B"] {
            assert!(pair.bytes().any(|letter| !LETTERS.contains(&letter)), "{pair}");
        }
    }
}
