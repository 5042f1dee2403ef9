//! The messages of a push as the text that will leave, and their hashes. What is written about one person is sealed under her
//! key; hashes are keyed with `SHUKE_SECRET`, so that after an erasure no guess can be checked against what is left.

use subtle::ConstantTimeEq as _;

use crate::app::App;
use crate::ids::MemberId;
use crate::secret::{DataKey, Sealed, Unsealable};

/// The keyed hash of a message text or of a request's bytes; 32 bytes.
pub type Hash = Vec<u8>;

const PURPOSE: &str = "message-hash";

/// The hash of `bytes`.
pub fn hash(app: &App, bytes: &[u8]) -> Hash {
    app.secret.key_for(PURPOSE).mac(bytes).to_vec()
}

/// Whether `bytes` are what was hashed, under the current secret or the previous one.
pub fn is_hash_of(app: &App, hash: &[u8], bytes: &[u8]) -> bool {
    app.secret.keys_for(PURPOSE).iter().any(|key| bool::from(key.mac(bytes).ct_eq(hash)))
}

/// Seals the messages written for one person.
pub fn seal(app: &App, key: &DataKey, member: MemberId, messages: &str) -> Sealed<String> {
    key.seal(&app.chance, &context(member), &String::from(messages))
}

/// Opens what [`seal`] made.
pub fn open(key: &DataKey, member: MemberId, sealed: &Sealed<String>) -> Result<String, Unsealable> {
    key.open(&context(member), sealed)
}

fn context(member: MemberId) -> String {
    format!("push.messages/{member}")
}
