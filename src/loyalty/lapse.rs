//! Ending what has run out: cards before they were full, vouchers before they were used. It counts from the instant of the
//! end, whenever it is noticed; an act that comes first ends what is due on its own member.

use chrono_tz::Tz;

use super::store;
use super::terms::Terms;
use super::wallet::Now;
use crate::app::App;
use crate::ids::MemberId;
use crate::staff::stores;
use crate::store::{On, query};

/// Members whose things are ended in one transaction.
const PAGE: i64 = 50;

/// Ends everything that has run out, a page of members at a time. Gives the number of entries written. A member whose things
/// cannot be ended is named in the log, and keeps nobody else's from ending.
pub async fn lapse(app: &App) -> sqlx::Result<u64> {
    let Some(zone) = stores::brand(&app.db).await?.map(|brand| brand.zone()) else { return Ok(0) };
    let mut after: Option<MemberId> = None;
    let mut written = 0;
    loop {
        let now = Now::of(app);
        let page = due(&app.db, after, now).await?;
        let Some(last) = page.last() else { return Ok(written) };
        after = Some(*last);
        match end_of(app, &page, zone, now).await {
            Ok(ended) => written += ended,
            Err(_) => written += one_by_one(app, &page, zone, now).await,
        }
    }
}

/// Ends what has run out of some members, in one transaction. Gives the number of entries written.
async fn end_of(app: &App, members: &[MemberId], zone: Tz, now: Now<'_>) -> sqlx::Result<u64> {
    let mut tx = app.db.begin().await?;
    let mut wallets = Vec::with_capacity(members.len());
    for member in members {
        let Some(mut wallet) = store::open(&mut tx, *member).await? else { continue };
        let mut terms = Terms::default();
        for programme in wallet.programmes_due(now.at) {
            terms.read_card(&mut tx, &programme, wallet.versions_of(&programme)).await?;
        }
        match wallet.lapse(&terms, zone, now) {
            Ok(()) => wallets.push(wallet),
            Err(error) => not_ended(*member, &error),
        }
    }
    store::write(app, &mut tx, &wallets).await?;
    tx.commit().await?;
    Ok(wallets.iter().map(|wallet| wallet.new.len() as u64).sum())
}

/// The same with a transaction for each, so that it fails only for those on whom it does.
async fn one_by_one(app: &App, members: &[MemberId], zone: Tz, now: Now<'_>) -> u64 {
    let mut written = 0;
    for member in members {
        match end_of(app, &[*member], zone, now).await {
            Ok(ended) => written += ended,
            Err(error) => not_ended(*member, &error),
        }
    }
    written
}

fn not_ended(member: MemberId, error: &dyn std::error::Error) {
    tracing::error!(member.id = %member, error = %error, "what has run out could not be ended");
}

/// Members after `after` who have something that ran out, by id.
async fn due(on: impl Into<On<'_>>, after: Option<MemberId>, now: Now<'_>) -> sqlx::Result<Vec<MemberId>> {
    query(
        on,
        "select member from card where state = 'open' and expires_at <= $1 and member > $2
         union select member from voucher where state = 'issued' and expires_at <= $1 and member > $2
         order by member limit $3",
    )
    .bind(now.at)
    .bind(after.unwrap_or(MemberId(uuid::Uuid::nil())))
    .bind(PAGE)
    .values()
    .await
}
