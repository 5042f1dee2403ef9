//! What an act is done once by. A counter makes its key when it reads a pass, a till has its receipt's number; asking again
//! under the same key gives the first answer and does nothing.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::coupons::Code;
use super::coupons::rules::code_hash;
use crate::ids::{ApiKeyId, DeviceId, EntryId, MemberId};
use crate::store::{On, Tx, query};

/// The key of one act.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key(String);

impl Key {
    /// A key that a counter's device made at the reading.
    pub fn counter(device: DeviceId, text: &str) -> Self {
        Self(format!("counter/{device}/{}", digest(text)))
    }

    /// The sale that a program gives stamps for: its own under each API key.
    pub fn api_stamps(key: ApiKeyId, reference: &str) -> Self {
        Self(format!("api/{key}/stamps/{}", digest(reference)))
    }

    /// The sale in which a program takes a voucher. A sale may take several, and earn stamps too.
    pub fn api_redemption(key: ApiKeyId, voucher: &Code, reference: &str) -> Self {
        Self(format!("api/{key}/redemptions/{}/{}", code_hash(voucher), digest(reference)))
    }

    /// The pass a member showed, as far as one stamp card goes: a window of it earns once, however often it is read.
    pub(super) fn pass(member: MemberId, window: i64, card: &str) -> Self {
        Self(format!("pass/{member}/{window}/{}", digest(card)))
    }

    /// A key of the product itself.
    pub fn own(text: &str) -> Self {
        Self(format!("own/{}", digest(text)))
    }
}

/// Outside texts may be long, or somebody's phone number: the store keeps their hash.
fn digest(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What was asked for under a key, apart from who asked: another clerk may ask again for what a colleague asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content(Vec<u8>);

impl Content {
    pub fn of(parts: &[&dyn std::fmt::Display]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            let text = part.to_string();
            hash.update(text.len().to_be_bytes());
            hash.update(text);
        }
        Self(hash.finalize().to_vec())
    }
}

/// What a key already did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// The same: this entry is its answer.
    Same(MemberId, EntryId),
    /// Something else.
    Other,
}

/// What `key` already did, if anything.
pub(super) async fn known(on: impl Into<On<'_>>, key: &Key, content: &Content) -> sqlx::Result<Option<Known>> {
    let row = query(on, "select content_hash, member, entry from effect where key = $1")
        .bind(key.0.clone())
        .optional::<(Vec<u8>, MemberId, EntryId)>()
        .await?;
    Ok(row.map(|(hash, member, entry)| if hash == content.0 { Known::Same(member, entry) } else { Known::Other }))
}

/// The entry that was written under `key` last, if any.
pub(super) async fn entry_under(on: impl Into<On<'_>>, key: &Key) -> sqlx::Result<Option<EntryId>> {
    query(on, "select entry from effect where key = $1").bind(key.0.clone()).optional_value().await
}

/// Sets the entry that stands under `key`, in place of one that was taken back.
pub(super) async fn set(
    tx: &mut Tx,
    key: &Key,
    content: &Content,
    member: MemberId,
    entry: EntryId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    query(
        tx,
        "insert into effect (key, content_hash, member, entry, created_at) values ($1, $2, $3, $4, $5)
         on conflict (key) do update set content_hash = excluded.content_hash, entry = excluded.entry, created_at = excluded.created_at",
    )
    .bind(key.0.clone())
    .bind(content.0.clone())
    .bind(member)
    .bind(entry)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// Takes a key for an entry; false when an act on another member took it a moment ago.
pub(super) async fn claim(
    tx: &mut Tx,
    key: &Key,
    content: &Content,
    member: MemberId,
    entry: EntryId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let taken = query(
        tx,
        "insert into effect (key, content_hash, member, entry, created_at) values ($1, $2, $3, $4, $5)
         on conflict (key) do nothing",
    )
    .bind(key.0.clone())
    .bind(content.0.clone())
    .bind(member)
    .bind(entry)
    .bind(now)
    .execute()
    .await?;
    Ok(taken == 1)
}
