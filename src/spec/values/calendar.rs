//! Times of day, dates and zones.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

use super::{Written, written};
use crate::spec::{Fault, Place};

/// The instant of a local time. A time the clocks jump over becomes the first after it; one that comes twice is the first.
pub(super) fn to_utc(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    (0..=24)
        .find_map(|half_hours| zone.from_local_datetime(&(local + TimeDelta::minutes(30 * half_hours))).earliest())
        .map_or_else(|| local.and_utc(), |found| found.to_utc())
}

/// A time of day: `"22:00"`, from `00:00` to `23:59`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(pub NaiveTime);

written!(TimeOfDay, "A time of day in 24 hours: \"09:00\", \"22:00\".", "^([01][0-9]|2[0-3]):[0-5][0-9]$");

impl Written for TimeOfDay {
    fn read(text: &str) -> Result<Self, Fault> {
        let bad = || Fault::new("bad-time", Place::default()).hint("bad-time-hint");
        let (hours, minutes) = text.split_once(':').ok_or_else(bad)?;
        let number = |text: &str| two_digits(text, 2).ok_or_else(bad);
        NaiveTime::from_hms_opt(number(hours)?, number(minutes)?, 0).map(Self).ok_or_else(bad)
    }

    fn stand_in() -> Self {
        Self(NaiveTime::MIN)
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

/// A day: `2027-03-04`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub NaiveDate);

written!(Date, "A day: 2027-03-04.", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");

impl Written for Date {
    fn read(text: &str) -> Result<Self, Fault> {
        let bad = || Fault::new("bad-date", Place::default()).hint("bad-date-hint");
        let mut parts = text.split('-');
        let mut number = |digits: usize| parts.next().and_then(|part| two_digits(part, digits)).ok_or_else(bad);
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        if parts.next().is_some() || year < 2000 {
            return Err(bad());
        }
        let year = i32::try_from(year).map_err(|_| bad())?;
        if let Some(date) = NaiveDate::from_ymd_opt(year, month, day) {
            return Ok(Self(date));
        }
        let impossible = Fault::new("impossible-date", Place::default());
        Err(match last_day(year, month) {
            Some(last) => impossible.with("month", month).with("last", last).hint("month-ends"),
            None => impossible.hint("bad-date-hint"),
        })
    }

    fn stand_in() -> Self {
        Self(NaiveDate::default())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn last_day(year: i32, month: u32) -> Option<u32> {
    (28..=31).rev().find(|day| NaiveDate::from_ymd_opt(year, month, *day).is_some())
}

fn two_digits(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// A day and a time of day of some zone: `"2027-03-04 11:30"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDateTime(pub NaiveDateTime);

written!(
    LocalDateTime,
    "A day and a time: \"2027-03-04 11:30\".",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3]):[0-5][0-9]$"
);

impl LocalDateTime {
    /// The instant in `zone`. A time the clocks jump over becomes the first after it; one that comes twice is the first.
    pub fn in_zone(self, zone: Tz) -> DateTime<Utc> {
        to_utc(self.0, zone)
    }
}

impl Written for LocalDateTime {
    fn read(text: &str) -> Result<Self, Fault> {
        let bad = || Fault::new("bad-local-time", Place::default()).hint("bad-local-time-hint");
        let (date, time) = text.split_once([' ', 'T']).ok_or_else(bad)?;
        let date = Date::read(date).map_err(|fault| if fault.code == "impossible-date" { fault } else { bad() })?;
        Ok(Self(date.0.and_time(TimeOfDay::read(time).map_err(|_| bad())?.0)))
    }

    fn stand_in() -> Self {
        Self(NaiveDateTime::default())
    }
}

impl fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format("%Y-%m-%d %H:%M").fmt(f)
    }
}

/// A time zone of the IANA list: `Asia/Taipei`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(pub Tz);

written!(Zone, "A time zone of the IANA list: Asia/Taipei.", "^[A-Za-z_+-]+(/[A-Za-z0-9_+-]+)*$");

impl Written for Zone {
    fn read(text: &str) -> Result<Self, Fault> {
        text.parse().map(Self).map_err(|_| {
            Fault::new("bad-zone", Place::default())
                .meant(text, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()))
                .short("bad-zone-hint")
        })
    }

    fn stand_in() -> Self {
        Self(Tz::UTC)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_does_not_exist_is_named() {
        let fault = "2027-02-30".parse::<Date>().expect_err("no such day");
        assert_eq!((fault.code.as_ref(), fault.args[1].1.as_str()), ("impossible-date", "28"));
        assert_eq!("2028-02-30 11:30".parse::<LocalDateTime>().expect_err("no such day").args[1].1, "29");
        assert_eq!("2027-13-01".parse::<Date>().expect_err("no such month").code, "impossible-date");
        for text in ["", "27-02-03", "2027/02/03", "2027-2-3", "2027-02-03-04", "tomorrow", "0001-01-01"] {
            assert_eq!(text.parse::<Date>().expect_err(text).code, "bad-date");
        }
    }

    #[test]
    fn times_of_day_have_four_digits() {
        assert_eq!("22:00".parse::<TimeOfDay>().expect("a time").to_string(), "22:00");
        for text in ["24:00", "9:00", "22", "22:60", "1320", "22:00:00", "+9:00"] {
            assert!(text.parse::<TimeOfDay>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_local_time_the_clocks_jump_over_is_the_first_after_it() {
        let at = |text: &str, zone: Tz| text.parse::<LocalDateTime>().expect(text).in_zone(zone).to_rfc3339();
        assert_eq!(at("2027-03-04 11:30", Tz::Asia__Taipei), "2027-03-04T03:30:00+00:00");
        assert_eq!(at("2026-03-29 02:30", Tz::Europe__Berlin), "2026-03-29T01:00:00+00:00");
        assert_eq!(at("2026-10-25 02:30", Tz::Europe__Berlin), "2026-10-25T00:30:00+00:00");
    }

    #[test]
    fn a_zone_nearly_spelt_right_is_proposed() {
        let fault = "Asia/Taipai".parse::<Zone>().expect_err("no such zone");
        assert_eq!((fault.args[0].1.as_str(), fault.hint.as_deref()), ("Asia/Taipei", Some("did-you-mean")));
    }
}
