//! Writing wallets: the entries, and the rows that are a cache of them. What is already there is changed by conditional
//! writes that must find their row as it was loaded.

use crate::app::App;
use crate::ids::{CardId, EntryId};
use crate::loyalty::coupons::{Redemption, Voucher};
use crate::loyalty::ledger::FORMAT;
use crate::loyalty::ledger::replay::Reaching;
use crate::loyalty::stamps::{Card, CardState};
use crate::loyalty::wallet::{Link, Wallet};
use crate::members;
use crate::members::timeline::{self, Noted};
use crate::store::{Tx, insert_rows, query};

/// Writes what was decided on wallets: the entries, the balances they change, the members' histories and versions. The chains
/// are locked, or the wallets are of members who had none.
pub async fn write(app: &App, tx: &mut Tx, wallets: &[Wallet]) -> sqlx::Result<()> {
    let moved: Vec<&Wallet> = wallets.iter().filter(|wallet| !wallet.new.is_empty()).collect();
    let links: Vec<&Link> = moved.iter().flat_map(|wallet| &wallet.new).collect();
    let head = "insert into ledger (member, seq, id, kind, format, payload, hash, at, recorded_at, business_day, store, actor_kind, actor_id, programme, amount, reverses)";
    insert_rows(tx, head, &links, "", |values, Link { entry, payload, hash, .. }| {
        values.bind(entry.member).bind(entry.seq).bind(entry.id).bind(entry.kind).bind(FORMAT);
        values.bind(payload.clone()).bind(hash.to_vec()).bind(entry.at).bind(entry.recorded_at);
        values.bind(entry.business_day).bind(entry.store.clone()).bind(entry.actor.kind).bind(entry.actor.id.clone());
        values.bind(entry.programme.clone()).bind(entry.amount).bind(entry.reverses);
    })
    .await?;
    write_heads(tx, &moved).await?;
    write_cards(tx, wallets).await?;
    write_vouchers(tx, wallets).await?;
    write_milestones(tx, wallets).await?;
    write_redemptions(tx, wallets).await?;
    let lines: Vec<Noted<'_>> = links.into_iter().map(noted).collect();
    timeline::record_all(app, tx, lines).await?;
    match &moved[..] {
        [one] => members::bump_version(tx, one.member).await,
        many => members::bump_versions(tx, &many.iter().map(|wallet| wallet.member).collect::<Vec<_>>()).await,
    }
}

/// Moves the ends of chains, each from where it was loaded.
async fn write_heads(tx: &mut Tx, moved: &[&Wallet]) -> sqlx::Result<()> {
    let first = |wallet: &Wallet| wallet.seq - i64::try_from(wallet.new.len()).unwrap_or_default();
    let (begun, going_on): (Vec<&Wallet>, Vec<&Wallet>) = moved.iter().partition(|wallet| first(wallet) == 0);
    for wallet in going_on {
        changed_one(
            query(&mut *tx, "update ledger_head set seq = $2, hash = $3 where member = $1 and seq = $4")
                .bind(wallet.member)
                .bind(wallet.seq)
                .bind(wallet.hash.to_vec())
                .bind(first(wallet))
                .execute()
                .await?,
        )?;
    }
    let expected = begun.len() as u64;
    let head = "insert into ledger_head (member, seq, hash)";
    let empty =
        " on conflict (member) do update set seq = excluded.seq, hash = excluded.hash where ledger_head.seq = 0";
    let written = insert_rows(tx, head, begun, empty, |values, wallet| {
        values.bind(wallet.member).bind(wallet.seq).bind(wallet.hash.to_vec());
    })
    .await?;
    if written == expected { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}

/// The line of an entry in the member's history.
fn noted(link: &Link) -> Noted<'_> {
    let Link { entry, line, .. } = link;
    let given = entry.moves.vouchers.iter().filter_map(|moved| moved.issued.as_ref());
    let given: Vec<&str> = given.map(|issued| issued.coupon.as_str()).collect();
    let mut noted = timeline::Entry::new(entry.kind.word(), entry.at, &entry.actor)
        .with("entry", entry.id)
        .with("programme", &entry.programme)
        .with("store", &entry.store);
    if entry.amount != 0 {
        noted = noted.with("stamps", entry.amount);
    }
    if !given.is_empty() {
        noted = noted.with("gives", given);
    }
    if let Some(reverses) = entry.reverses {
        noted = noted.with("reverses", reverses);
    }
    Noted { id: *line, member: entry.member, recorded_at: entry.recorded_at, entry: noted }
}

/// A card that is no longer open comes before one that becomes so: of each stamp card one is open.
async fn write_cards(tx: &mut Tx, wallets: &[Wallet]) -> sqlx::Result<()> {
    let mut changed: Vec<(&Card, &Card)> = Vec::new();
    let mut begun: Vec<&Card> = Vec::new();
    for wallet in wallets {
        for card in wallet.books.cards.values() {
            match wallet.before.cards.get(&card.id) {
                None => begun.push(card),
                Some(before) if before != card => changed.push((before, card)),
                Some(_) => {}
            }
        }
    }
    changed.sort_by_key(|(_, card)| card.state == CardState::Open);
    for (before, card) in changed {
        changed_one(
            query(
                &mut *tx,
                "update card set stamps = $2, state = $3, last_stamp_at = $4, completed_at = $5, expires_at = $6
                 where id = $1 and stamps = $7 and state = $8",
            )
            .bind(card.id)
            .bind(card.stamps)
            .bind(card.state)
            .bind(card.last_stamp_at)
            .bind(card.completed_at)
            .bind(card.expires_at)
            .bind(before.stamps)
            .bind(before.state)
            .execute()
            .await?,
        )?;
    }
    let head = "insert into card (id, member, programme, version, ordinal, stamps, goal, state, opened_at, last_stamp_at, completed_at, expires_at)";
    insert_rows(tx, head, begun, "", |values, card| {
        values.bind(card.id).bind(card.member).bind(card.programme.clone()).bind(card.version).bind(card.ordinal);
        values.bind(card.stamps).bind(card.goal).bind(card.state).bind(card.opened_at).bind(card.last_stamp_at);
        values.bind(card.completed_at).bind(card.expires_at);
    })
    .await
    .map(drop)
}

async fn write_vouchers(tx: &mut Tx, wallets: &[Wallet]) -> sqlx::Result<()> {
    let mut given: Vec<Voucher> = Vec::new();
    for wallet in wallets {
        for (id, held) in &wallet.books.vouchers {
            let Some(before) = wallet.before.vouchers.get(id) else {
                given.extend(wallet.voucher(*id));
                continue;
            };
            if before == held {
                continue;
            }
            changed_one(
                query(
                    &mut *tx,
                    "update voucher set state = $2, changed_at = $3, expires_at = $4 where id = $1 and state = $5",
                )
                .bind(*id)
                .bind(held.state)
                .bind(held.changed_at)
                .bind(held.issued.expires_at)
                .bind(before.state)
                .execute()
                .await?,
            )?;
        }
    }
    let head =
        "insert into voucher (id, code, member, coupon, version, state, entry, issued_at, expires_at, changed_at)";
    insert_rows(tx, head, given, "", |values, voucher| {
        values.bind(voucher.id).bind(voucher.code.clone()).bind(voucher.member).bind(voucher.coupon.clone());
        values.bind(voucher.version).bind(voucher.state).bind(voucher.entry).bind(voucher.issued_at);
        values.bind(voucher.expires_at).bind(voucher.changed_at);
    })
    .await
    .map(drop)
}

async fn write_milestones(tx: &mut Tx, wallets: &[Wallet]) -> sqlx::Result<()> {
    let mut reached: Vec<(&(CardId, i64, EntryId), &Reaching)> = Vec::new();
    for wallet in wallets {
        for (place, reaching) in &wallet.books.milestones {
            let Some(before) = wallet.before.milestones.get(place) else {
                reached.push((place, reaching));
                continue;
            };
            if before == reaching {
                continue;
            }
            let (card, position, entry) = *place;
            changed_one(
                query(
                    &mut *tx,
                    "update milestone set reversed_at = $4
                     where card = $1 and position = $2 and entry = $3 and reversed_at is null",
                )
                .bind(card)
                .bind(position)
                .bind(entry)
                .bind(reaching.reversed_at)
                .execute()
                .await?,
            )?;
        }
    }
    let head = "insert into milestone (card, position, entry, voucher, reached_at, reversed_at)";
    insert_rows(tx, head, reached, "", |values, ((card, position, entry), reaching)| {
        values.bind(*card).bind(*position).bind(*entry).bind(reaching.voucher);
        values.bind(reaching.reached_at).bind(reaching.reversed_at);
    })
    .await
    .map(drop)
}

async fn write_redemptions(tx: &mut Tx, wallets: &[Wallet]) -> sqlx::Result<()> {
    let mut made: Vec<&Redemption> = Vec::new();
    for wallet in wallets {
        for (id, used) in &wallet.books.redemptions {
            let Some(before) = wallet.before.redemptions.get(id) else {
                made.push(used);
                continue;
            };
            if before == used {
                continue;
            }
            changed_one(
                query(&mut *tx, "update redemption set reversed_at = $2 where id = $1 and reversed_at is null")
                    .bind(*id)
                    .bind(used.reversed_at)
                    .execute()
                    .await?,
            )?;
        }
    }
    let head = "insert into redemption (id, voucher, member, at, store, actor_kind, actor_id, entry, reversed_at)";
    insert_rows(tx, head, made, "", |values, used| {
        values.bind(used.id).bind(used.voucher).bind(used.member).bind(used.at).bind(used.store.clone());
        values.bind(used.actor_kind).bind(used.actor_id.clone()).bind(used.entry).bind(used.reversed_at);
    })
    .await
    .map(drop)
}

/// A conditional write that did not find its row as it was loaded: somebody changed it past the lock.
fn changed_one(rows: u64) -> sqlx::Result<()> {
    if rows == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}
