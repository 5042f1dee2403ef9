//! What LINE still lets us send this month. LINE's own count lags, so ours is kept beside it and the larger one believed, though
//! ours holds everything LINE took, also what it then delivered to nobody and did not count;
//! what other runs have yet to send is promised and not free any more.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeZone, Utc};

use crate::app::App;
use crate::line::client::Error;
use crate::store::{On, Tx, query};

/// The month's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Messages the month may have; none when LINE sets no ceiling.
    pub limit: Option<i64>,
    /// Messages used this month.
    pub used: i64,
    /// Messages of other runs that are still to leave.
    pub promised: i64,
}

impl Quota {
    /// What is left when `need` more have left and everything promised too; none without a ceiling. Below zero it does not
    /// fit.
    pub fn left_after(&self, need: i64) -> Option<i64> {
        self.limit.map(|limit| limit - self.used - self.promised - need)
    }
}

/// Why the quota is not known.
#[derive(Debug, thiserror::Error)]
pub enum QuotaError {
    /// The database.
    #[error(transparent)]
    Store(#[from] sqlx::Error),
    /// LINE did not tell.
    #[error("LINE did not tell this month's quota: {0}")]
    Line(#[from] Error),
}

/// How the month stands, asked of LINE and of our own rows.
pub async fn quota(app: &App) -> Result<Quota, QuotaError> {
    let (limit, used) = month(app).await?;
    let promised = promised(&app.db).await?;
    Ok(Quota { limit, used, promised })
}

/// The month's ceiling, where there is one, and what is used of it: by LINE's count, which lags, or by ours, the larger.
pub(super) async fn month(app: &App) -> Result<(Option<i64>, i64), QuotaError> {
    let limit = app.line.quota().await?.limit;
    let told = app.line.consumption().await?;
    let ours = accepted_since(&app.db, month_start(app.clock.now())).await?;
    Ok((limit, told.max(ours)))
}

async fn accepted_since(on: impl Into<On<'_>>, start: DateTime<Utc>) -> sqlx::Result<i64> {
    query(on, "select count(*) from delivery where state = 'accepted' and settled_at >= $1").bind(start).value().await
}

impl Quota {
    /// The same month as our rows tell it within `tx`, where what others apply and send meanwhile is seen.
    pub async fn seen_again(self, app: &App, tx: &mut Tx) -> sqlx::Result<Self> {
        let ours = accepted_since(&mut *tx, month_start(app.clock.now())).await?;
        Ok(Self { used: self.used.max(ours), promised: promised(tx).await?, ..self })
    }
}

/// Messages that runs have yet to send. A run that is still being prepared promises all it may send, written or not.
async fn promised(on: impl Into<On<'_>>) -> sqlx::Result<i64> {
    query(
        on,
        "select (select count(*) from delivery d join approval a on a.run = d.run
                 where d.state = 'planned' and a.state in ('open', 'paused'))
              + (select coalesce(cast(sum(approved) as bigint), 0) from approval where state = 'preparing')",
    )
    .value()
    .await
}

/// When the month of `now` began, in UTC+9, the zone of LINE's statistics. In which zone the quota's month turns, LINE does
/// not tell (Messaging API reference, "Get the number of messages sent this month", read 2026-08).
pub(super) fn month_start(now: DateTime<Utc>) -> DateTime<Utc> {
    let zone = FixedOffset::east_opt(9 * 3600).expect("nine hours are an offset");
    let local = now.with_timezone(&zone);
    let first = NaiveDate::from_ymd_opt(local.year(), local.month(), 1).and_then(|day| day.and_hms_opt(0, 0, 0));
    first.and_then(|first| zone.from_local_datetime(&first).single()).map_or(now, |start| start.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn the_month_begins_at_midnight_in_utc_plus_nine() {
        for (now, start) in [
            ("2027-03-15T04:00:00Z", "2027-02-28T15:00:00Z"),
            ("2027-02-28T14:59:59Z", "2027-01-31T15:00:00Z"),
            ("2027-02-28T15:00:00Z", "2027-02-28T15:00:00Z"),
            ("2026-12-31T15:00:00Z", "2026-12-31T15:00:00Z"),
        ] {
            assert_eq!(month_start(at(now)), at(start), "{now}");
        }
    }

    #[test]
    fn what_is_promised_is_not_free() {
        let quota = Quota { limit: Some(200), used: 120, promised: 50 };
        assert_eq!(quota.left_after(30), Some(0));
        assert_eq!(quota.left_after(31), Some(-1));
        assert_eq!(Quota { limit: None, ..quota }.left_after(9_999), None);
    }
}
