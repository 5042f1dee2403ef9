//! Lengths of time: exact ones, and those the calendar measures.

use std::fmt;

use chrono::{DateTime, Days, Months, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{Written, written};
use crate::spec::values::calendar::to_utc;
use crate::spec::{Fault, Place};

/// The longest a length of time may be, in days: ten years.
const MAX_DAYS: i64 = 3_653;

/// An exact length of time: `30s`, `10m`, `2h`, `7d` (a day is 24 hours). Between one second and ten years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration {
    seconds: i64,
    unit: char,
}

written!(Duration, "An exact length of time: 30s, 10m, 2h, 7d.", "^[1-9][0-9]{0,8}[smhd]$");

impl Duration {
    /// As many minutes.
    pub const fn minutes(count: u32) -> Self {
        Self { seconds: count as i64 * 60, unit: 'm' }
    }

    /// As many days of 24 hours.
    pub const fn days(count: u32) -> Self {
        Self { seconds: count as i64 * 86_400, unit: 'd' }
    }

    /// The length, to add to an instant.
    pub fn delta(self) -> TimeDelta {
        TimeDelta::seconds(self.seconds)
    }

    /// The length in seconds.
    pub fn seconds(self) -> i64 {
        self.seconds
    }
}

fn seconds_of(unit: char) -> i64 {
    match unit {
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => 1,
    }
}

impl Written for Duration {
    fn read(text: &str) -> Result<Self, Fault> {
        let bad = || Fault::new("bad-duration", Place::default()).hint("bad-duration-hint");
        let (count, unit) = split(text).ok_or_else(bad)?;
        let unit = match unit {
            "s" => 's',
            "m" => 'm',
            "h" => 'h',
            "d" => 'd',
            "mo" | "y" | "w" => return Err(bad().hint("months-not-here")),
            _ => return Err(bad()),
        };
        let seconds = count * seconds_of(unit);
        if !(1..=MAX_DAYS * 86_400).contains(&seconds) {
            return Err(Fault::new("duration-range", Place::default()));
        }
        Ok(Self { seconds, unit })
    }

    fn stand_in() -> Self {
        Self { seconds: 1, unit: 's' }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.seconds / seconds_of(self.unit), self.unit)
    }
}

/// A length the calendar measures: `30d` and `2w` keep the time of day, `6mo` and `1y` the day of the month (the 31st becomes
/// the last day of a shorter month), `12h` is exact. Between one hour and ten years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    count: u32,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Unit {
    Hours,
    Days,
    Weeks,
    Months,
    Years,
}

written!(Period, "A length of time by the calendar: 12h, 30d, 2w, 6mo, 1y.", "^[1-9][0-9]{0,5}(h|d|w|mo|y)$");

impl Period {
    /// As many days.
    pub const fn days(count: u32) -> Self {
        Self { count, unit: Unit::Days }
    }

    /// As many months.
    pub const fn months(count: u32) -> Self {
        Self { count, unit: Unit::Months }
    }

    /// The instant this long after `start`, by the calendar of `zone`.
    pub fn after(self, start: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        let local = start.with_timezone(&zone).naive_local();
        let moved = match self.unit {
            Unit::Hours => return start + TimeDelta::hours(i64::from(self.count)),
            Unit::Days => local.checked_add_days(Days::new(u64::from(self.count))),
            Unit::Weeks => local.checked_add_days(Days::new(u64::from(self.count) * 7)),
            Unit::Months => local.checked_add_months(Months::new(self.count)),
            Unit::Years => local.checked_add_months(Months::new(self.count * 12)),
        };
        moved.map_or(start, |moved| to_utc(moved, zone))
    }

    /// The instant this long before `end`, by the calendar of `zone`.
    pub fn before(self, end: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        let local = end.with_timezone(&zone).naive_local();
        let moved = match self.unit {
            Unit::Hours => return end - TimeDelta::hours(i64::from(self.count)),
            Unit::Days => local.checked_sub_days(Days::new(u64::from(self.count))),
            Unit::Weeks => local.checked_sub_days(Days::new(u64::from(self.count) * 7)),
            Unit::Months => local.checked_sub_months(Months::new(self.count)),
            Unit::Years => local.checked_sub_months(Months::new(self.count * 12)),
        };
        moved.map_or(end, |moved| to_utc(moved, zone))
    }

    /// Whether it is counted in days or longer, so that people think of its end as a day.
    pub fn is_in_days(self) -> bool {
        self.unit != Unit::Hours
    }

    /// The days it lasts, a month counted as 30 and a year as 365: to compare two windows, not to reckon a date.
    pub fn about_days(self) -> u32 {
        match self.unit {
            Unit::Hours => self.count.div_ceil(24),
            Unit::Days => self.count,
            Unit::Weeks => self.count * 7,
            Unit::Months => self.count * 30,
            Unit::Years => self.count * 365,
        }
    }
}

impl Written for Period {
    fn read(text: &str) -> Result<Self, Fault> {
        let bad = || Fault::new("bad-period", Place::default()).hint("bad-period-hint");
        let (count, unit) = split(text).ok_or_else(bad)?;
        let (unit, most) = match unit {
            "h" => (Unit::Hours, MAX_DAYS * 24),
            "d" => (Unit::Days, MAX_DAYS),
            "w" => (Unit::Weeks, MAX_DAYS / 7),
            "mo" => (Unit::Months, 120),
            "y" => (Unit::Years, 10),
            _ => return Err(bad()),
        };
        match u32::try_from(count) {
            Ok(count) if (1..=most).contains(&i64::from(count)) => Ok(Self { count, unit }),
            _ => Err(Fault::new("duration-range", Place::default())),
        }
    }

    fn stand_in() -> Self {
        Self::days(1)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Hours => "h",
            Unit::Days => "d",
            Unit::Weeks => "w",
            Unit::Months => "mo",
            Unit::Years => "y",
        };
        write!(f, "{}{unit}", self.count)
    }
}

/// The number and the unit of `10m`; at most nine digits.
fn split(text: &str) -> Option<(i64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (digits, unit) = text.split_at(end);
    (digits.len() <= 9).then(|| digits.parse().ok().map(|count| (count, unit.trim_start())))?
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn lengths_are_read_and_written_alike() {
        for (text, seconds) in [("30s", 30), ("10m", 600), ("2h", 7_200), ("7d", 604_800)] {
            let length: Duration = text.parse().expect(text);
            assert_eq!((length.seconds(), length.to_string().as_str()), (seconds, text));
        }
        for text in ["12h", "30d", "2w", "6mo", "1y"] {
            assert_eq!(text.parse::<Period>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_length_is_refused() {
        for text in ["", "10", "m", "10 minutes", "-5m", "1.5h", "6mo", "0m", "99999d", "9999999999s", "１０m"] {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
        for text in ["", "0d", "11y", "121mo", "5s", "d", "10x"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
        assert_eq!("6mo".parse::<Duration>().expect_err("months").hint.as_deref(), Some("months-not-here"));
    }

    #[test]
    fn months_follow_the_calendar_of_the_zone() {
        let at = |y, m, d, h| Utc.with_ymd_and_hms(y, m, d, h, 0, 0).single().expect("an instant");
        let months = |text: &str| text.parse::<Period>().expect(text);
        // 31 August, 01:00 in Taipei is 30 August in UTC; six months later is the end of February there.
        let end = months("6mo").after(at(2026, 8, 30, 17), Tz::Asia__Taipei);
        assert_eq!(end, at(2027, 2, 27, 17));
        // A day over the change of clocks keeps the time of day.
        assert_eq!(months("1d").after(at(2026, 3, 28, 11), Tz::Europe__Berlin), at(2026, 3, 29, 10));
        assert_eq!(months("60d").before(at(2026, 3, 2, 4), Tz::Asia__Taipei), at(2026, 1, 1, 4));
    }
}
