//! The code of a voucher: what a clerk scans or types.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::clock::Chance;

/// Letters and digits nobody mistakes for one another: no 0 O, 1 I L, 2 Z, 5 S, 8 B, U V. A prime number of them, so that the
/// check character notices every wrong letter and every swap of neighbours.
const ALPHABET: &[u8; 23] = b"34679ACDEFGHJKMNPQRTWXY";
/// Random letters in a code: 63 bits.
const RANDOM: usize = 14;

/// A voucher's code whose check character fits: 15 letters and digits, the last one the check character.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
#[sqlx(transparent)]
#[serde(transparent)]
pub struct Code(String);

/// A text that is no voucher code: too long, too short, a foreign letter, or mistyped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a voucher code has 15 letters and digits, of which one was mistyped or left out")]
pub struct NotACode;

impl Code {
    /// A code nobody can guess.
    pub fn random(chance: &Chance) -> Self {
        let mut code = String::with_capacity(RANDOM + 1);
        while code.len() < RANDOM {
            // Bytes from 253 on would make some letters likelier than others.
            for byte in chance.bytes::<32>().into_iter().filter(|byte| *byte < 253).take(RANDOM - code.len()) {
                code.push(char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
            }
        }
        let check = check_value(code.as_bytes()).expect("the letters are of the alphabet");
        code.push(char::from(ALPHABET[check]));
        Self(code)
    }

    /// The code without hyphens.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In three groups of five, as people read it.
    pub fn grouped(&self) -> String {
        format!("{}-{}-{}", &self.0[..5], &self.0[5..10], &self.0[10..])
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Code {
    type Err = NotACode;

    /// Reads what a person typed: small letters, spaces, hyphens and full-width letters are forgiven.
    fn from_str(text: &str) -> Result<Self, NotACode> {
        let code: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(narrow).collect();
        let (body, last) = code.as_bytes().split_at_checked(RANDOM).ok_or(NotACode)?;
        match (check_value(body), last) {
            (Some(check), [last]) if ALPHABET[check] == *last => Ok(Self(code)),
            _ => Err(NotACode),
        }
    }
}

fn narrow(c: char) -> char {
    let narrow = match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    narrow.to_ascii_uppercase()
}

/// The sum of the letters' values, each times its place, modulo 23.
fn check_value(body: &[u8]) -> Option<usize> {
    let values = body.iter().map(|letter| ALPHABET.iter().position(|known| known == letter));
    values.enumerate().try_fold(0, |sum, (place, value)| Some((sum + (place + 1) * value?) % ALPHABET.len()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_mistyped_letter_or_a_swap_is_noticed() {
        let chance = Chance::seeded(5);
        for _ in 0..50 {
            let code = Code::random(&chance);
            for at in 0..=RANDOM {
                for letter in (b'0'..=b'9').chain(b'A'..=b'Z') {
                    let mut typed = code.0.clone().into_bytes();
                    typed[at] = letter;
                    let typed = String::from_utf8(typed).unwrap();
                    assert_eq!(typed.parse::<Code>().is_ok(), typed == code.0, "{code} {typed}");
                }
                if at < RANDOM {
                    let mut typed = code.0.clone().into_bytes();
                    typed.swap(at, at + 1);
                    let typed = String::from_utf8(typed).unwrap();
                    assert_eq!(typed.parse::<Code>().is_ok(), typed == code.0, "{code} {typed}");
                }
            }
        }
    }

    #[test]
    fn what_people_type_is_forgiven() {
        let code = Code::random(&Chance::seeded(6));
        assert_eq!(code.grouped().parse(), Ok(code.clone()));
        assert_eq!(code.0.to_lowercase().parse(), Ok(code.clone()));
        let wide: String = code.0.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
        assert_eq!(wide.parse(), Ok(code.clone()));
        for wrong in ["", "A", "AAAAAAAAAAAAAAA", "免費拿鐵兌換券免費拿鐵兌換券券", &code.0[1..], &format!("{code}3")]
        {
            assert_eq!(wrong.parse::<Code>(), Err(NotACode), "{wrong}");
        }
    }

    #[test]
    fn codes_use_every_letter_and_none_comes_twice() {
        let chance = Chance::seeded(7);
        let codes: HashSet<Code> = (0..2_000).map(|_| Code::random(&chance)).collect();
        assert_eq!(codes.len(), 2_000);
        let mut counts = [0; 23];
        for letter in codes.iter().flat_map(|code| code.0.bytes().take(RANDOM)) {
            counts[ALPHABET.iter().position(|known| *known == letter).unwrap()] += 1;
        }
        // 28,000 letters over 23: 1,217 each, standard deviation 34.
        assert!(counts.iter().all(|count| (1_050..1_400).contains(count)), "{counts:?}");
    }
}
