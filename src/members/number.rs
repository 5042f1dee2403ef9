//! The member number: what a person can read out and a clerk can type. Eight digits in two groups of four, the last one a
//! check digit, so that one wrong digit or two swapped neighbours never reach another member.

use std::fmt;
use std::str::FromStr;

use crate::clock::Chance;

/// A member number whose check digit fits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, sqlx::Type)]
#[sqlx(transparent)]
#[serde(transparent)]
pub struct Number(String);

/// Why a typed text is no member number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongNumber {
    /// Not eight digits.
    #[error("a member number has 8 digits")]
    Length,
    /// A digit was mistyped.
    #[error("the check digit does not fit; a digit was mistyped")]
    CheckDigit,
}

impl Number {
    /// A random number: nobody can guess a neighbour's from her own.
    pub fn random(chance: &Chance) -> Self {
        let body = format!("{:07}", chance.below(10_000_000));
        let check = damm(&body);
        Self(format!("{body}{check}"))
    }

    /// The digits without spaces.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In groups of four, as people read it.
    pub fn grouped(&self) -> String {
        format!("{} {}", &self.0[..4], &self.0[4..])
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Number {
    type Err = WrongNumber;

    /// Reads what a person typed: spaces, hyphens and full-width digits are forgiven.
    fn from_str(text: &str) -> Result<Self, WrongNumber> {
        let digits: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| match c {
                '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
                other => other,
            })
            .collect();
        if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(WrongNumber::Length);
        }
        if damm(&digits) != 0 {
            return Err(WrongNumber::CheckDigit);
        }
        Ok(Self(digits))
    }
}

/// The check digit of H. Michael Damm's scheme (2004); 0 when the last digit of `digits` is already the right one.
fn damm(digits: &str) -> u8 {
    const TABLE: [[u8; 10]; 10] = [
        [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
        [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
        [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
        [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
        [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
        [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
        [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
        [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
        [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
        [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
    ];
    digits.bytes().fold(0, |state, digit| TABLE[usize::from(state)][usize::from(digit - b'0')])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_digit_or_a_swap_is_noticed() {
        let chance = Chance::seeded(3);
        for _ in 0..200 {
            let number = Number::random(&chance).0;
            for at in 0..8 {
                for digit in '0'..='9' {
                    let mut typed: Vec<char> = number.chars().collect();
                    typed[at] = digit;
                    let typed: String = typed.into_iter().collect();
                    assert_eq!(typed.parse::<Number>().is_ok(), typed == number);
                }
                if at < 7 {
                    let mut typed: Vec<char> = number.chars().collect();
                    typed.swap(at, at + 1);
                    let typed: String = typed.into_iter().collect();
                    assert_eq!(typed.parse::<Number>().is_ok(), typed == number);
                }
            }
        }
    }

    #[test]
    fn what_people_type_is_forgiven() {
        let number = Number::random(&Chance::seeded(4));
        assert_eq!(number.grouped().parse(), Ok(number.clone()));
        let wide: String =
            number.0.chars().map(|c| char::from_u32(c as u32 - '0' as u32 + '０' as u32).unwrap()).collect();
        assert_eq!(wide.parse(), Ok(number));
        assert_eq!("1234".parse::<Number>(), Err(WrongNumber::Length));
        assert_eq!("abcdefgh".parse::<Number>(), Err(WrongNumber::Length));
    }
}
