//! Wallets in the database, and nothing but that: `write` has the other half.

mod write;

use chrono::{DateTime, Utc};

pub(super) use self::write::write;

use super::coupons::rules::code_hash;
use super::coupons::{Code, Issued, Redemption, Voucher};
use super::ledger::Entry;
use super::ledger::chain::{self, BEGINNING, Hash};
use super::ledger::replay::{Held, Reaching};
use super::stamps::Card;
use super::wallet::{Visit, Wallet};
use crate::ids::{CardId, EntryId, MemberId, VoucherId};
use crate::members;
use crate::store::{Db, On, Tx, query};

/// Locks a member's chain and loads her wallet; none when there is no such member. Everything about her rewards stands in
/// line here.
pub(super) async fn open(tx: &mut Tx, member: MemberId) -> sqlx::Result<Option<Wallet>> {
    let mut head = locked_head(tx, member).await?;
    if head.is_none() {
        if members::find(&mut *tx, member).await?.is_none() {
            return Ok(None);
        }
        let begin = "insert into ledger_head (member, seq, hash) values ($1, 0, $2) on conflict (member) do nothing";
        query(&mut *tx, begin).bind(member).bind(BEGINNING.to_vec()).execute().await?;
        head = locked_head(tx, member).await?;
    }
    let (seq, hash) = head.ok_or(sqlx::Error::RowNotFound)?;
    load(tx, member, seq, &hash).await.map(Some)
}

/// A member's wallet as it is, with the newest visits of a stamp card, for a look; none when there is no such member. It is
/// read in several statements, so it is read again when somebody wrote meanwhile, at last standing in line.
pub(super) async fn look(db: &Db, member: MemberId, programme: &str) -> sqlx::Result<Option<Wallet>> {
    if members::find(db, member).await?.is_none() {
        return Ok(None);
    }
    let mut head = free_head(db, member).await?;
    for _ in 0..LOOKS {
        let (seq, hash) = head;
        let mut wallet = load(db, member, seq, &hash).await?;
        load_visits(db, &mut wallet, programme).await?;
        head = free_head(db, member).await?;
        if head.0 == seq {
            return Ok(Some(wallet));
        }
    }
    // Dropped, not committed: nothing is written.
    let mut tx = db.begin().await?;
    let Some(mut wallet) = open(&mut tx, member).await? else { return Ok(None) };
    load_visits(&mut tx, &mut wallet, programme).await?;
    Ok(Some(wallet))
}

/// Looks without standing in line.
const LOOKS: u8 = 3;

const HEAD: &str = "select seq, hash from ledger_head where member = $1";

async fn free_head(db: &Db, member: MemberId) -> sqlx::Result<(i64, Vec<u8>)> {
    let head = query(db, HEAD).bind(member).optional().await?;
    Ok(head.unwrap_or_else(|| (0, BEGINNING.to_vec())))
}

async fn locked_head(tx: &mut Tx, member: MemberId) -> sqlx::Result<Option<(i64, Vec<u8>)>> {
    query(tx, HEAD).bind(member).lock_rows(" for update").optional().await
}

pub(super) const CARDS: &str =
    "select id, member, programme, version, ordinal, stamps, goal, state, opened_at, last_stamp_at, completed_at,
     expires_at from card where member = $1";
pub(super) const VOUCHERS: &str =
    "select id, code, member, coupon, version, state, entry, issued_at, expires_at, changed_at from voucher
     where member = $1";
pub(super) const REDEMPTION: &str =
    "select id, voucher, member, at, store, actor_kind, actor_id, entry, reversed_at from redemption
     where voucher = $1";

/// Loads what she has: some hundred rows after years of daily visits.
async fn load(on: impl Into<On<'_>>, member: MemberId, seq: i64, hash: &[u8]) -> sqlx::Result<Wallet> {
    type Standing = (CardId, i64, EntryId, Option<VoucherId>, DateTime<Utc>);
    let mut on = on.into();
    let mut wallet = Wallet { seq, hash: hash_of(hash)?, ..Wallet::new(member) };
    let cards = query(on.by_ref(), CARDS).bind(member).all::<Card>().await?;
    wallet.books.cards = cards.into_iter().map(|card| (card.id, card)).collect();
    let vouchers = query(on.by_ref(), VOUCHERS).bind(member).all::<Voucher>().await?;
    for voucher in vouchers {
        let (id, code, held) = held(voucher);
        wallet.codes.insert(id, code);
        wallet.books.vouchers.insert(id, held);
    }
    let standing = query(
        on,
        "select m.card, m.position, m.entry, m.voucher, m.reached_at from milestone m join card c on c.id = m.card
         where c.member = $1 and m.reversed_at is null",
    )
    .bind(member)
    .all::<Standing>()
    .await?;
    for (card, position, entry, voucher, reached_at) in standing {
        let reaching = Reaching { voucher, reached_at, reversed_at: None };
        wallet.books.milestones.insert((card, position, entry), reaching);
    }
    wallet.before = wallet.books.clone();
    Ok(wallet)
}

/// A voucher's row as the ledger knows it, and its code, which the ledger does not know.
pub(super) fn held(voucher: Voucher) -> (VoucherId, Code, Held) {
    let Voucher { id, code, coupon, version, state, entry, issued_at, expires_at, changed_at, .. } = voucher;
    let issued = Issued { coupon, version, code_hash: code_hash(&code), expires_at };
    (id, code, Held { issued, state, entry, issued_at, changed_at })
}

/// Adds the two newest visits of a stamp card that count: one of them may be taken back.
pub(super) async fn load_visits(on: impl Into<On<'_>>, wallet: &mut Wallet, programme: &str) -> sqlx::Result<()> {
    let visits = query(
        on,
        "select id, at from ledger l where member = $1 and programme = $2 and kind = 'stamped'
         and not exists (select 1 from ledger r where r.member = l.member and r.reverses = l.id)
         order by seq desc limit 2",
    )
    .bind(wallet.member)
    .bind(programme)
    .all::<(EntryId, DateTime<Utc>)>()
    .await?;
    let visits = visits.into_iter().map(|(entry, at)| Visit { entry, programme: String::from(programme), at });
    wallet.visits.extend(visits);
    Ok(())
}

/// Adds the use of a voucher that stands.
pub(super) async fn load_redemption(
    on: impl Into<On<'_>>,
    wallet: &mut Wallet,
    voucher: VoucherId,
) -> sqlx::Result<()> {
    let used = query(on, REDEMPTION).push(" and reversed_at is null").bind(voucher).all::<Redemption>().await?;
    for used in used {
        wallet.before.redemptions.insert(used.id, used.clone());
        wallet.books.redemptions.insert(used.id, used);
    }
    Ok(())
}

/// An entry of a member's ledger.
pub(super) async fn entry(on: impl Into<On<'_>>, member: MemberId, id: EntryId) -> sqlx::Result<Option<Entry>> {
    let payload = query(on, "select payload from ledger where member = $1 and id = $2")
        .bind(member)
        .bind(id)
        .optional_value::<String>()
        .await?;
    let read = payload.map(|payload| chain::read(&payload)).transpose();
    read.map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// The entry that undid another.
pub(super) async fn reversal(on: impl Into<On<'_>>, member: MemberId, of: EntryId) -> sqlx::Result<Option<EntryId>> {
    query(on, "select id from ledger where member = $1 and reverses = $2").bind(member).bind(of).optional_value().await
}

/// The row of a chain's hash.
pub(super) fn hash_of(bytes: &[u8]) -> sqlx::Result<Hash> {
    bytes.try_into().map_err(|_| sqlx::Error::Decode("a hash of the ledger has another length than 32 bytes".into()))
}
