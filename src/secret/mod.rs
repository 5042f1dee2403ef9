//! Sealed values: personal data as bytes that only a key opens. A member's data is sealed under a key of that member, raw
//! webhook events under a key of the day; those keys are themselves wrapped by `SHUKE_SECRET`. Destroying a key erases what
//! it sealed, in every copy.

mod data_key;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};

use crate::clock::Chance;

pub use data_key::{DataKey, Sealed, Series, Unsealable};

/// `SHUKE_SECRET`: the current secret and, while it is being changed, the previous one.
#[derive(Debug, Clone)]
pub struct Secret {
    current: SecretString,
    previous: Option<SecretString>,
}

/// How a stored data key is wrapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrapping {
    /// Under the current secret.
    Current,
    /// Under the previous one; here it is anew, under the current.
    Anew(Vec<u8>),
    /// It opens under neither.
    Closed,
}

impl Secret {
    /// Reads `current` or `current,previous`; each at least 32 characters.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = text.split(',').map(str::trim);
        let current = parts.next().unwrap_or_default();
        let previous = parts.next();
        if parts.next().is_some() {
            return Err(String::from(
                "SHUKE_SECRET takes the current secret and at most one previous one, parted by a comma",
            ));
        }
        if [Some(current), previous].into_iter().flatten().any(|secret| secret.len() < 32) {
            return Err(String::from(
                "SHUKE_SECRET must have at least 32 characters; `openssl rand -base64 32` makes one",
            ));
        }
        Ok(Self { current: current.into(), previous: previous.map(Into::into) })
    }

    /// A key for one purpose, from the current secret: passes, the hash of tokens, voucher codes.
    pub fn key_for(&self, purpose: &str) -> DataKey {
        derive(&self.current, purpose)
    }

    /// The same keys for checking what was made earlier: current first, then previous.
    pub fn keys_for(&self, purpose: &str) -> Vec<DataKey> {
        [Some(&self.current), self.previous.as_ref()]
            .into_iter()
            .flatten()
            .map(|secret| derive(secret, purpose))
            .collect()
    }

    /// Wraps a data key for storage.
    pub fn wrap(&self, chance: &Chance, context: &str, key: &DataKey) -> Vec<u8> {
        self.key_for("wrap").encrypt(chance, context, &key.0)
    }

    /// Unwraps a stored data key, with the current secret or the previous one.
    pub fn unwrap(&self, context: &str, wrapped: &[u8]) -> Result<DataKey, Unsealable> {
        let plain = self
            .keys_for("wrap")
            .iter()
            .find_map(|key| key.decrypt(context, wrapped).ok())
            .ok_or(Unsealable::Refused)?;
        plain.try_into().map(DataKey).map_err(|_| Unsealable::Refused)
    }

    /// Whether a previous secret is given besides the current one.
    pub fn is_changing(&self) -> bool {
        self.previous.is_some()
    }

    /// Wraps a stored data key anew where only the previous secret opens it.
    pub fn rewrap(&self, chance: &Chance, context: &str, wrapped: &[u8]) -> Wrapping {
        if self.key_for("wrap").decrypt(context, wrapped).is_ok() {
            return Wrapping::Current;
        }
        match self.unwrap(context, wrapped) {
            Ok(key) => Wrapping::Anew(self.wrap(chance, context, &key)),
            Err(_) => Wrapping::Closed,
        }
    }
}

fn derive(secret: &SecretString, purpose: &str) -> DataKey {
    DataKey::derived(secret.expose_secret().as_bytes(), format!("shuke/1/{purpose}").as_bytes())
}

/// A fresh bearer token: 256 random bits in URL-safe letters. Only its hash is stored.
pub fn new_token(chance: &Chance) -> String {
    URL_SAFE_NO_PAD.encode(chance.bytes::<32>())
}

/// What is stored of a bearer token. A token has 256 random bits, so a plain hash cannot be searched.
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// Standard base64, as LINE writes signatures.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_secret_still_opens_old_keys() {
        let chance = Chance::seeded(7);
        let (old, new) = ("a".repeat(32), "b".repeat(32));
        let key = DataKey::new(&chance);
        let wrapped = Secret::parse(&old).expect("a secret").wrap(&chance, "member/1", &key);
        let both = Secret::parse(&format!("{new},{old}")).expect("two secrets");
        assert_eq!(both.unwrap("member/1", &wrapped).expect("unwraps").0, key.0);
        assert!(Secret::parse(&new).expect("a secret").unwrap("member/1", &wrapped).is_err());
    }

    #[test]
    fn a_key_is_wrapped_anew_once_and_then_opens_under_the_new_secret_alone() {
        let chance = Chance::seeded(7);
        let (old, new) = ("a".repeat(32), "b".repeat(32));
        let key = DataKey::new(&chance);
        let wrapped = Secret::parse(&old).expect("a secret").wrap(&chance, "member/1", &key);
        let (both, alone) = (Secret::parse(&format!("{new},{old}")).unwrap(), Secret::parse(&new).unwrap());
        assert!(both.is_changing() && !alone.is_changing());
        let Wrapping::Anew(anew) = both.rewrap(&chance, "member/1", &wrapped) else {
            panic!("it is under the old one")
        };
        assert_eq!(alone.unwrap("member/1", &anew).expect("unwraps").0, key.0);
        assert_eq!(both.rewrap(&chance, "member/1", &anew), Wrapping::Current);
        assert_eq!(alone.rewrap(&chance, "member/1", &wrapped), Wrapping::Closed);
        assert_eq!(both.rewrap(&chance, "member/2", &wrapped), Wrapping::Closed, "another's");
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert!(Secret::parse("short").is_err());
    }
}
