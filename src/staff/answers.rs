//! The answer to each write of a program that was done, kept under the `Idempotency-Key` it sent, in the transaction of what it
//! did: the same request again gets the same bytes. A refusal changed nothing and is not kept, so that time can heal it.

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::ids::{ApiKeyId, EntryId, MemberId};
use crate::store::{Tx, query};

/// How long an answer is kept; longer than any program repeats itself. A `reference` stays for ever.
pub const KEPT: TimeDelta = TimeDelta::days(7);
/// Longest `Idempotency-Key`, in bytes.
pub const LONGEST_KEY: usize = 200;

/// A write of a program, as far as it tells one request from another.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who asks.
    pub api_key: ApiKeyId,
    /// The `Idempotency-Key` of the request.
    pub key: String,
    /// SHA-256 over method, path and body.
    pub hash: Vec<u8>,
}

impl Request {
    /// Tells requests apart by method, path with query, and the bytes of the body.
    pub fn new(api_key: ApiKeyId, key: String, method: &str, path: &str, body: &[u8]) -> Self {
        let mut hash = Sha256::new();
        for part in [method.as_bytes(), path.as_bytes(), body] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            hash.update(part);
        }
        Self { api_key, key, hash: hash.finalize().to_vec() }
    }
}

/// An answer as it went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, byte for byte.
    pub body: String,
    /// The ledger entry it tells of, where it tells of one: once that was taken back, the answer is true no longer.
    pub entry: Option<(MemberId, EntryId)>,
}

/// Whether a request is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Nothing was done under this key before: do it, then [`keep`] the answer in the same transaction, or [`forget`] the key.
    New,
    /// It was answered before.
    Known(Answer),
    /// The key was used for something else.
    OtherRequest,
}

/// Takes a key for a request. Where the same request is being answered at this moment, waits for that answer.
pub async fn claim(app: &App, tx: &mut Tx, request: &Request) -> sqlx::Result<Claim> {
    let taken = query(
        &mut *tx,
        "insert into api_answer (api_key, idempotency_key, request_hash, status, body, created_at) values ($1, $2, $3, 0, '', $4)
         on conflict (api_key, idempotency_key) do nothing",
    )
    .bind(request.api_key)
    .bind(request.key.clone())
    .bind(request.hash.clone())
    .bind(app.clock.now())
    .execute()
    .await?;
    if taken == 1 {
        return Ok(Claim::New);
    }
    type Row = (Vec<u8>, i64, String, Option<MemberId>, Option<EntryId>);
    let (hash, status, body, member, entry) = query(
        tx,
        "select request_hash, status, body, member, entry from api_answer where api_key = $1 and idempotency_key = $2",
    )
    .bind(request.api_key)
    .bind(request.key.clone())
    .one::<Row>()
    .await?;
    if hash != request.hash {
        return Ok(Claim::OtherRequest);
    }
    Ok(Claim::Known(Answer { status: u16::try_from(status).unwrap_or(500), body, entry: member.zip(entry) }))
}

/// Keeps the answer to a request that was [`Claim::New`].
pub async fn keep(tx: &mut Tx, request: &Request, answer: &Answer) -> sqlx::Result<()> {
    let (member, entry) = answer.entry.unzip();
    query(
        tx,
        "update api_answer set status = $3, body = $4, member = $5, entry = $6 where api_key = $1 and idempotency_key = $2",
    )
    .bind(request.api_key)
    .bind(request.key.clone())
    .bind(i64::from(answer.status))
    .bind(answer.body.clone())
    .bind(member)
    .bind(entry)
    .execute()
    .await
    .map(drop)
}

/// Gives the key of a request that was [`Claim::New`] and changed nothing free again.
pub async fn forget(tx: &mut Tx, request: &Request) -> sqlx::Result<()> {
    query(tx, "delete from api_answer where api_key = $1 and idempotency_key = $2")
        .bind(request.api_key)
        .bind(request.key.clone())
        .execute()
        .await
        .map(drop)
}

pub(super) async fn sweep(app: &App) -> sqlx::Result<u64> {
    query(app.db.writer(), "delete from api_answer where created_at <= $1").bind(app.clock.now() - KEPT).execute().await
}
