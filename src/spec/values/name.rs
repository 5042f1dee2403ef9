//! Names of things in files.

use std::fmt;
use std::ops::Deref;

use super::{Written, written};
use crate::spec::{Fault, Place};

/// The name of a thing in the brand's files: small letters, digits and hyphens, a letter or digit first and last, at most 40.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

written!(Name, "Small letters, digits and hyphens, at most 40: free-latte.", "^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$");

impl Name {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Written for Name {
    fn read(text: &str) -> Result<Self, Fault> {
        let is_inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
        let is_end = |byte: Option<&u8>| byte.is_some_and(|byte| is_inner(byte) && *byte != b'-');
        let bytes = text.as_bytes();
        if bytes.len() <= 40 && bytes.iter().all(is_inner) && is_end(bytes.first()) && is_end(bytes.last()) {
            return Ok(Self(String::from(text)));
        }
        Err(Fault::new("bad-name", Place::default()).hint("bad-name-hint"))
    }

    fn stand_in() -> Self {
        Self(String::from("unreadable"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_small_letters_digits_and_hyphens() {
        for good in ["a", "coffee", "lapsed-60d", "2027-spring"] {
            assert!(good.parse::<Name>().is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "Coffee", "free latte", "咖啡", "a_b", &"a".repeat(41)] {
            assert!(bad.parse::<Name>().is_err(), "{bad}");
        }
    }
}
