//! The chain of hashes: each entry seals the one before it.

use sha2::{Digest, Sha256};

use super::types::{Entry, FORMAT};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// What stands in for the hash before the first entry.
pub const BEGINNING: Hash = [0; 32];

/// The hash of an entry: SHA-256 of the hash before it and the payload's bytes as stored.
pub fn link(before: &Hash, payload: &str) -> Hash {
    Sha256::new().chain_update(before).chain_update(payload).finalize().into()
}

/// An entry as the text that is stored and hashed: the version of its form, a space, JSON.
pub fn payload(entry: &Entry) -> String {
    let json = serde_json::to_string(entry).expect("an entry is plain data with text keys");
    format!("{FORMAT} {json}")
}

/// A payload that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Its form is of a version this program does not know.
    #[error("the ledger entry has the form {0:?}, which this version of Shuke does not know")]
    Format(String),
    /// It is not of the form it claims.
    #[error("the ledger entry cannot be read: {0}")]
    Shape(#[from] serde_json::Error),
}

/// Reads what [`payload`] wrote.
///
/// # Errors
/// The text is of an unknown version, or was changed into something that is no entry.
pub fn read(payload: &str) -> Result<Entry, Unreadable> {
    match payload.split_once(' ') {
        Some(("1", json)) => Ok(serde_json::from_str(json)?),
        Some((format, _)) => Err(Unreadable::Format(String::from(format))),
        None => Err(Unreadable::Format(String::new())),
    }
}
