//! A key and what it seals.
//!
//! Cipher: XChaCha20-Poly1305 with a random 24-byte nonce in front, bound to a context (which column of whom), so that a
//! sealed value cannot be moved to another row.

use std::marker::PhantomData;

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use chacha20::R20;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;
use sqlx::Database;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;

use crate::clock::Chance;

/// A value of type `T` that was sealed; in the database a `bytea`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed<T>(Vec<u8>, PhantomData<fn() -> T>);

impl<T, DB: Database> sqlx::Type<DB> for Sealed<T>
where
    Vec<u8>: sqlx::Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <Vec<u8>>::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        <Vec<u8>>::compatible(ty)
    }
}

impl<'q, T, DB: Database> sqlx::Encode<'q, DB> for Sealed<T>
where
    Vec<u8>: sqlx::Encode<'q, DB>,
{
    fn encode_by_ref(&self, buffer: &mut <DB as Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        self.0.encode_by_ref(buffer)
    }
}

impl<'r, T, DB: Database> sqlx::Decode<'r, DB> for Sealed<T>
where
    Vec<u8>: sqlx::Decode<'r, DB>,
{
    fn decode(value: <DB as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        <Vec<u8>>::decode(value).map(|bytes| Self(bytes, PhantomData))
    }
}

/// Why a sealed value or a wrapped key does not open.
#[derive(Debug, thiserror::Error)]
pub enum Unsealable {
    /// The key is another, or the bytes were changed.
    #[error(
        "the sealed value does not open with this key: it was changed, or SHUKE_SECRET is not the one it was sealed under"
    )]
    Refused,
    /// It opens, but what is inside is of another shape.
    #[error("a sealed value opened to something unexpected: {0}")]
    Shape(#[from] serde_json::Error),
}

/// The key of one member, one day, or the installation.
#[derive(Clone)]
pub struct DataKey(pub(super) [u8; 32]);

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey")
    }
}

/// A nonce: bytes thrown for a series, then the count within it.
const NONCE: usize = THROWN + COUNT;
const THROWN: usize = 16;
const COUNT: usize = 8;

impl DataKey {
    /// A fresh key.
    pub fn new(chance: &Chance) -> Self {
        Self(chance.bytes())
    }

    /// Seals `value`. `context` says what it is and whose, and must be the same at opening.
    pub fn seal<T: Serialize>(&self, chance: &Chance, context: &str, value: &T) -> Sealed<T> {
        let plain = serde_json::to_vec(value).expect("what we seal is plain data with text keys");
        Sealed(self.encrypt(chance, context, &plain), PhantomData)
    }

    /// Opens what `seal` made.
    pub fn open<T: DeserializeOwned>(&self, context: &str, sealed: &Sealed<T>) -> Result<T, Unsealable> {
        Ok(serde_json::from_slice(&self.decrypt(context, &sealed.0)?)?)
    }

    /// Seals bytes as they are.
    pub fn encrypt(&self, chance: &Chance, context: &str, plain: &[u8]) -> Vec<u8> {
        self.series(chance).encrypt(context, plain)
    }

    /// For sealing many values one after another: the random half of their nonces is thrown once.
    pub fn series(&self, chance: &Chance) -> Series {
        let thrown = chance.bytes();
        Series { key: self.under(thrown), thrown, sealed: 0 }
    }

    /// Opens what `encrypt` made.
    pub fn decrypt(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let (thrown, rest) = sealed.split_first_chunk().ok_or(Unsealable::Refused)?;
        let (count, body) = rest.split_first_chunk().ok_or(Unsealable::Refused)?;
        let key = self.under(*thrown);
        let mut body = body.to_vec();
        let opened = key.open_in_place(inner_nonce(*count), Aad::from(context), &mut body);
        let length = opened.map_err(|_| Unsealable::Refused)?.len();
        body.truncate(length);
        Ok(body)
    }

    /// The key for `purpose` that another secret gives.
    pub(super) fn derived(secret: &[u8], purpose: &[u8]) -> Self {
        Self(hmac_sha256(secret, purpose))
    }

    /// HMAC-SHA256 of `message` under this key.
    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        hmac_sha256(&self.0, message)
    }

    /// XChaCha20-Poly1305 on ChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03, section 2.3): the first sixteen bytes of the nonce
    /// make a key of their own, under which the last eight are the nonce.
    fn under(&self, thrown: [u8; THROWN]) -> LessSafeKey {
        let key = chacha20::hchacha::<R20>(&self.0.into(), &thrown.into());
        LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &key).expect("the key has the cipher's length"))
    }
}

/// Seals values whose nonces begin alike and go on by counting.
pub struct Series {
    key: LessSafeKey,
    thrown: [u8; THROWN],
    sealed: u64,
}

impl Series {
    /// Seals bytes as they are: nonce, cipher text, tag.
    pub fn encrypt(&mut self, context: &str, plain: &[u8]) -> Vec<u8> {
        let count = self.sealed.to_le_bytes();
        self.sealed += 1;
        let mut out = Vec::with_capacity(NONCE + plain.len() + CHACHA20_POLY1305.tag_len());
        out.extend_from_slice(&self.thrown);
        out.extend_from_slice(&count);
        out.extend_from_slice(plain);
        let tag = self
            .key
            .seal_in_place_separate_tag(inner_nonce(count), Aad::from(context), &mut out[NONCE..])
            .expect("the cipher takes any message that fits in memory");
        out.extend_from_slice(tag.as_ref());
        out
    }
}

/// The last eight bytes of a nonce, behind the four zeros that make it ChaCha20-Poly1305's.
fn inner_nonce(count: [u8; COUNT]) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    nonce[NONCE_LEN - COUNT..].copy_from_slice(&count);
    Nonce::assume_unique_for_key(nonce)
}

fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use chacha20poly1305::aead::{Aead, KeyInit, Payload};
    use chacha20poly1305::{XChaCha20Poly1305, XNonce};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Another hand's XChaCha20-Poly1305 opens what we seal, and we what it seals.
        #[test]
        fn the_cipher_is_what_it_is_called(
            key: [u8; 32], nonce: [u8; NONCE], context in ".{0,40}", plain in prop::collection::vec(any::<u8>(), 0..1_000)
        ) {
            let (ours, theirs) = (DataKey(key), XChaCha20Poly1305::new(&key.into()));
            let mut series = ours.series(&Chance::seeded(1));
            let (first, second) = (series.encrypt(&context, &plain), series.encrypt(&context, &plain));
            prop_assert_ne!(&first[..NONCE], &second[..NONCE], "no nonce serves twice");
            for sealed in [first, second] {
                let (used, body) = sealed.split_at(NONCE);
                let used = XNonce::try_from(used).unwrap();
                let opened = theirs.decrypt(&used, Payload { msg: body, aad: context.as_bytes() });
                prop_assert_eq!(opened.ok(), Some(plain.clone()));
            }
            let body = theirs.encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: context.as_bytes() }).unwrap();
            let sealed = [nonce.as_slice(), &body].concat();
            prop_assert_eq!(ours.decrypt(&context, &sealed).ok(), Some(plain));
            let mut changed = sealed;
            let last = changed.len() - 1;
            changed[last] ^= 1;
            prop_assert!(ours.decrypt(&context, &changed).is_err());
        }
    }

    #[test]
    fn a_sealed_value_opens_only_with_its_key_and_in_its_place() {
        let chance = Chance::seeded(7);
        let key = DataKey::new(&chance);
        let sealed = key.seal(&chance, "friend.name/1", &String::from("美"));
        assert_eq!(key.open("friend.name/1", &sealed).expect("opens"), "美");
        assert!(key.open("friend.name/2", &sealed).is_err());
        assert!(DataKey::new(&chance).open("friend.name/1", &sealed).is_err());
    }
}
