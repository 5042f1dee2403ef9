//! The scan log: every reading of a pass or a voucher at a counter, refused ones too.

use chrono::{DateTime, TimeDelta, Utc};

use super::Signed;
use crate::app::App;
use crate::ids::{DeviceId, MemberId, ScanId, StaffId};
use crate::store::{On, query};

/// The same code read again on a device within so long is one act.
pub const SAME_ACT: TimeDelta = TimeDelta::seconds(3);
/// Readings of codes nobody has, on one device within [`MISSES_WITHIN`], after which it must wait: who tries out member
/// numbers needs a hundred thousand tries for one hit. Ten
/// and not fewer, since a worn scanner misreads.
pub const MISSES: i64 = 10;
/// The window of [`MISSES`].
pub const MISSES_WITHIN: TimeDelta = TimeDelta::minutes(5);
/// The outcome of a reading that named nobody.
pub const UNKNOWN: &str = "unknown";
/// The outcome of a reading that showed who it is.
pub const SHOWN: &str = "shown";

/// How a code came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Method {
    /// The device's camera.
    Camera,
    /// A scanner that types.
    Gun,
    /// A rotating code typed by hand.
    Typed,
    /// The member number typed by hand: earns only.
    Number,
}

/// A reading.
#[derive(Debug, Clone)]
pub struct Scan<'a> {
    /// How the code came in.
    pub method: Method,
    /// One word for what came of it: [`SHOWN`], or the refusal's code.
    pub outcome: &'a str,
    /// Whose code it was.
    pub member: Option<MemberId>,
    /// Which window of the rotating pass.
    pub window: Option<i64>,
}

/// A line of the log.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Line {
    /// Its id.
    pub id: ScanId,
    /// When.
    pub at: DateTime<Utc>,
    /// At which store.
    pub store: String,
    /// On which device.
    pub device: DeviceId,
    /// By whom.
    pub staff: StaffId,
    /// How the code came in.
    pub method: Method,
    /// What came of it.
    pub outcome: String,
    /// Whose code it was.
    pub member: Option<MemberId>,
    /// Which window of the rotating pass.
    pub pass_window: Option<i64>,
}

const COLUMNS: &str = "select id, at, store, device, staff, method, outcome, member, pass_window from scan";

/// Writes a reading down. `on` is the transaction of what it led to, or `app.db.writer()` where it led to nothing.
pub async fn log_scan(app: &App, on: impl Into<On<'_>>, by: &Signed, scan: &Scan<'_>) -> sqlx::Result<ScanId> {
    let id: ScanId = app.ids.make();
    query(
        on,
        "insert into scan (id, at, store, device, staff, method, outcome, member, pass_window) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id)
    .bind(app.clock.now())
    .bind(by.store.clone())
    .bind(by.device)
    .bind(by.staff)
    .bind(scan.method)
    .bind(scan.outcome)
    .bind(scan.member)
    .bind(scan.window)
    .execute()
    .await?;
    Ok(id)
}

/// A reading by id: what a confirmation rests on. The face checks that device and staff are those who confirm.
pub async fn find(on: impl Into<On<'_>>, id: ScanId) -> sqlx::Result<Option<Line>> {
    query(on, COLUMNS).push(" where id = ").push_bind(id).optional().await
}

/// The last readings somebody made on a device that showed a member, newest first: at most `limit`, none before `since`.
pub async fn last_of(on: impl Into<On<'_>>, by: &Signed, since: DateTime<Utc>, limit: i64) -> sqlx::Result<Vec<Line>> {
    query(on, COLUMNS)
        .push(" where staff = ")
        .push_bind(by.staff)
        .push(" and device = ")
        .push_bind(by.device)
        .push(" and at > ")
        .push_bind(since)
        .push(" and member is not null order by at desc, id desc limit ")
        .push_bind(limit)
        .all()
        .await
}

/// The reading of the same member on the same device less than three seconds ago, if there is one: a scanner that fired twice.
pub async fn same_act(app: &App, on: impl Into<On<'_>>, by: &Signed, member: MemberId) -> sqlx::Result<Option<Line>> {
    query(on, COLUMNS)
        .push(" where member = ")
        .push_bind(member)
        .push(" and device = ")
        .push_bind(by.device)
        .push(" and at > ")
        .push_bind(app.clock.now() - SAME_ACT)
        .push(" and outcome = ")
        .push_bind(SHOWN)
        .push(" order by at desc, id desc limit 1")
        .optional()
        .await
}

/// Until when a device must wait because it read too many codes nobody has; none while it may go on.
pub async fn must_wait(app: &App, on: impl Into<On<'_>>, device: DeviceId) -> sqlx::Result<Option<DateTime<Utc>>> {
    let misses = query(on, "select at from scan where device = ")
        .push_bind(device)
        .push(" and at > ")
        .push_bind(app.clock.now() - MISSES_WITHIN)
        .push(" and outcome = ")
        .push_bind(UNKNOWN)
        .push(" order by at desc limit ")
        .push_bind(MISSES)
        .all::<(DateTime<Utc>,)>()
        .await?;
    let is_full = i64::try_from(misses.len()).unwrap_or(i64::MAX) >= MISSES;
    Ok(misses.last().filter(|_| is_full).map(|(oldest,)| *oldest + MISSES_WITHIN))
}
