//! The scan log: every reading of a pass or a voucher at a counter, refused ones too. What a clerk then does rests on a line of
//! it, and one line carries one act of a kind, so a scanner that fires twice does nothing twice.

use chrono::{DateTime, TimeDelta, Utc};

use super::Signed;
use crate::app::App;
use crate::ids::{DeviceId, MemberId, ScanId, StaffId, VoucherId};
use crate::store::{On, Tx, query};

/// The same code read again on a device within so long is one act.
pub const SAME_ACT: TimeDelta = TimeDelta::seconds(3);
/// A reading may be acted on for so long: whoever lets a sheet lie longer reads again.
pub const LASTS: TimeDelta = TimeDelta::minutes(5);
/// Readings of codes of one [`Guessable`] kind that nobody has, on one device within [`MISSES_WITHIN`], after which it must wait
/// with codes of that kind: who tries out member numbers needs a hundred thousand tries for one hit. Ten, since a worn scanner
/// misreads. A pass is signed and never waits, so that nobody stops a counter by showing it codes.
pub const MISSES: i64 = 10;
/// The window of [`MISSES`].
pub const MISSES_WITHIN: TimeDelta = TimeDelta::minutes(5);
/// The outcome of a reading whose code might have been somebody's and is nobody's.
pub const UNKNOWN: &str = "unknown";
/// The outcome of a reading that was not looked at, because the device must wait.
pub const MUST_WAIT: &str = "must_wait";
/// The outcome of a reading that showed who it is.
pub const SHOWN: &str = "shown";
/// Longest key of a reading, in bytes.
pub const LONGEST_KEY: usize = 64;

/// How a code came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Method {
    /// The device's camera.
    Camera,
    /// A scanner that types.
    Gun,
    /// A rotating code or a voucher's code typed by hand.
    Typed,
    /// The member number, which does not change: earns only.
    Number,
}

/// A kind of code that can be tried out. Each has misses of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guessable {
    /// A member number.
    Number,
    /// A voucher's code.
    Voucher,
}

/// A reading.
#[derive(Debug, Clone)]
pub struct Scan<'a> {
    /// Made by the device at the reading. What comes again under it is the same reading.
    pub key: &'a str,
    /// How the code came in.
    pub method: Method,
    /// Whether it could be a guess, and at what.
    pub guess: Option<Guessable>,
    /// One word for what came of it: [`SHOWN`], or the refusal's code.
    pub outcome: &'a str,
    /// Whose code it was.
    pub member: Option<MemberId>,
    /// Which voucher's code it was, where it was one.
    pub voucher: Option<VoucherId>,
    /// Which window of the rotating pass.
    pub window: Option<i64>,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
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
    /// Which voucher's code it was, where it was one.
    pub voucher: Option<VoucherId>,
    /// Which window of the rotating pass.
    pub pass_window: Option<i64>,
}

impl Line {
    /// Whether stamps may be given on it: a voucher's code shows nothing but that voucher.
    pub fn may_earn(&self) -> bool {
        self.voucher.is_none()
    }

    /// Whether `voucher` may be taken on it: easy to earn, strict to spend. A member number is no proof that she is there.
    pub fn may_spend(&self, voucher: VoucherId) -> bool {
        self.voucher.map_or(self.method != Method::Number, |read| read == voucher)
    }

    /// Whether a reading is of the same code as this one: the pass, the number, or that voucher of the same member.
    fn is_same_code(&self, scan: &Scan<'_>) -> bool {
        let is_number = |method| method == Method::Number;
        self.member == scan.member
            && self.voucher == scan.voucher
            && is_number(self.method) == is_number(scan.method)
            && self.outcome == scan.outcome
    }
}

const COLUMNS: &str = "select id, at, store, device, staff, method, outcome, member, voucher, pass_window from scan";

/// What became of writing a reading down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logged {
    /// The line that stands for it.
    Line(Line),
    /// The device must wait: the line says only that, and nothing may be shown.
    MustWait {
        /// Until then.
        until: DateTime<Utc>,
    },
}

/// Writes a reading down and gives its line. The same key, or the same member's code less than three seconds ago on this
/// device, gives the line that stands for it already; a code nobody has is a line each time, so that every guess counts.
pub async fn log(app: &App, by: &Signed, scan: &Scan<'_>) -> sqlx::Result<Logged> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    // Readings of one device stand in line, so that two at once are seen as one.
    query(&mut tx, "select id from device where id = ")
        .push_bind(by.device)
        .lock_rows(" for update")
        .one::<(DeviceId,)>()
        .await?;
    let logged = match known(&mut tx, by, scan, now).await? {
        Some(line) if scan.outcome != UNKNOWN => Logged::Line(line),
        before => {
            let another = before.map(|_| app.ids.random_uuid().to_string());
            let key = another.as_deref().unwrap_or(scan.key);
            let wait = match scan.guess {
                Some(guess) => must_wait(app, &mut tx, by.device, guess).await?,
                None => None,
            };
            let line = Line {
                id: app.ids.make(),
                at: now,
                store: by.store.clone(),
                device: by.device,
                staff: by.staff,
                method: scan.method,
                outcome: String::from(if wait.is_none() { scan.outcome } else { MUST_WAIT }),
                member: scan.member.filter(|_| wait.is_none()),
                voucher: scan.voucher.filter(|_| wait.is_none()),
                pass_window: scan.window.filter(|_| wait.is_none()),
            };
            insert(&mut tx, key, &line).await?;
            wait.map_or(Logged::Line(line), |until| Logged::MustWait { until })
        }
    };
    tx.commit().await?;
    Ok(logged)
}

async fn known(tx: &mut Tx, by: &Signed, scan: &Scan<'_>, now: DateTime<Utc>) -> sqlx::Result<Option<Line>> {
    let again = query(&mut *tx, COLUMNS)
        .push(" where device = ")
        .push_bind(by.device)
        .push(" and key = ")
        .push_bind(scan.key)
        .optional::<Line>()
        .await?;
    if again.is_some() || scan.member.is_none() {
        return Ok(again);
    }
    let lately = query(tx, COLUMNS)
        .push(" where device = ")
        .push_bind(by.device)
        .push(" and at > ")
        .push_bind(now - SAME_ACT)
        .push(" and at < ")
        .push_bind(now + SAME_ACT)
        .push(" order by at desc, id desc limit 10")
        .all::<Line>()
        .await?;
    Ok(lately.into_iter().find(|line| line.staff == by.staff && line.is_same_code(scan)))
}

async fn insert(tx: &mut Tx, key: &str, line: &Line) -> sqlx::Result<()> {
    query(
        tx,
        "insert into scan (id, key, at, store, device, staff, method, outcome, member, voucher, pass_window)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(line.id)
    .bind(key)
    .bind(line.at)
    .bind(line.store.clone())
    .bind(line.device)
    .bind(line.staff)
    .bind(line.method)
    .bind(line.outcome.clone())
    .bind(line.member)
    .bind(line.voucher)
    .bind(line.pass_window)
    .execute()
    .await
    .map(drop)
}

/// The reading an act rests on: made by this person on this device not longer than [`LASTS`] ago, and it showed somebody.
pub async fn open(app: &App, on: impl Into<On<'_>>, by: &Signed, id: ScanId) -> sqlx::Result<Option<Line>> {
    let line = query(on, COLUMNS).push(" where id = ").push_bind(id).optional::<Line>().await?;
    Ok(line.filter(|line| {
        line.device == by.device
            && line.staff == by.staff
            && line.outcome == SHOWN
            && line.member.is_some()
            && (app.clock.now() - line.at).abs() < LASTS
    }))
}

/// A reading by id.
pub async fn find(on: impl Into<On<'_>>, id: ScanId) -> sqlx::Result<Option<Line>> {
    query(on, COLUMNS).push(" where id = ").push_bind(id).optional().await
}

/// Whom the last readings on a device showed, the newest first: at most `limit` readings after `since`. `staff` keeps to those
/// of one person.
pub async fn shown_on(
    on: impl Into<On<'_>>,
    device: DeviceId,
    staff: Option<StaffId>,
    since: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<Line>> {
    let mut select = query(on, COLUMNS).push(" where device = ").push_bind(device).push(" and at > ").push_bind(since);
    if let Some(staff) = staff {
        select = select.push(" and staff = ").push_bind(staff);
    }
    select.push(" and member is not null order by at desc, id desc limit ").push_bind(limit).all().await
}

/// Until when a device must wait with codes of a kind, because it read too many of them that nobody has; none while it may go
/// on. What a clock that was ahead wrote down for later does not count.
pub async fn must_wait(
    app: &App,
    on: impl Into<On<'_>>,
    device: DeviceId,
    guess: Guessable,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    let now = app.clock.now();
    let misses = query(on, "select at from scan where device = ")
        .push_bind(device)
        .push(" and at > ")
        .push_bind(now - MISSES_WITHIN)
        .push(" and at <= ")
        .push_bind(now)
        .push(" and outcome = ")
        .push_bind(UNKNOWN)
        .push(" and (method = 'number') = ")
        .push_bind(guess == Guessable::Number)
        .push(" order by at desc limit ")
        .push_bind(MISSES)
        .all::<(DateTime<Utc>,)>()
        .await?;
    let is_full = i64::try_from(misses.len()).unwrap_or(i64::MAX) >= MISSES;
    Ok(misses.last().filter(|_| is_full).map(|(oldest,)| *oldest + MISSES_WITHIN))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn line(method: Method, voucher: Option<u128>) -> Line {
        let id = Uuid::nil();
        Line {
            id: id.into(),
            at: DateTime::UNIX_EPOCH,
            store: String::from("yongkang"),
            device: id.into(),
            staff: id.into(),
            method,
            outcome: String::from(SHOWN),
            member: Some(id.into()),
            voucher: voucher.map(|voucher| Uuid::from_u128(voucher).into()),
            pass_window: None,
        }
    }

    #[test]
    fn easy_to_earn_and_strict_to_spend() {
        let one = VoucherId(Uuid::from_u128(1));
        for (method, read, earns, spends) in [
            (Method::Camera, None, true, true),
            (Method::Gun, None, true, true),
            (Method::Typed, None, true, true),
            (Method::Number, None, true, false),
            (Method::Camera, Some(1), false, true),
            (Method::Typed, Some(1), false, true),
            (Method::Camera, Some(2), false, false),
        ] {
            let line = line(method, read);
            assert_eq!((line.may_earn(), line.may_spend(one)), (earns, spends), "{method:?} {read:?}");
        }
    }
}
