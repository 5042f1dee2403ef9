//! Ending what has run out: cards before they were full, vouchers before they were used. It counts from the instant of the
//! end, whenever it is noticed; an act that comes first ends what is due on its own member.

use super::store;
use super::terms::Terms;
use super::wallet::Now;
use crate::app::App;
use crate::ids::MemberId;
use crate::staff::stores;
use crate::store::{On, query};

/// Members whose things are ended in one transaction.
const PAGE: i64 = 50;

/// Ends everything that has run out, a page of members at a time. Gives the number of entries written.
pub async fn lapse(app: &App) -> sqlx::Result<u64> {
    let Some(zone) = stores::brand(&app.db).await?.map(|brand| brand.zone()) else { return Ok(0) };
    let mut after: Option<MemberId> = None;
    let mut written = 0;
    loop {
        let now = Now::of(app);
        let page = due(&app.db, after, now).await?;
        let Some(last) = page.last() else { return Ok(written) };
        after = Some(*last);
        let mut tx = app.db.begin().await?;
        let mut wallets = Vec::with_capacity(page.len());
        for member in page {
            let Some(mut wallet) = store::open(&mut tx, member).await? else { continue };
            let mut terms = Terms::default();
            for programme in wallet.programmes_due(now.at) {
                terms.read_card(&mut tx, &programme, wallet.versions_of(&programme)).await?;
            }
            match wallet.lapse(&terms, zone, now) {
                Ok(()) => wallets.push(wallet),
                Err(error) => tracing::error!(member.id = %member, %error, "what has run out could not be ended"),
            }
        }
        store::write(app, &mut tx, &wallets).await?;
        tx.commit().await?;
        written += wallets.iter().map(|wallet| wallet.new.len() as u64).sum::<u64>();
    }
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
