//! When things end, by the calendar of a store's zone. Ends are half-open: a thing is good before its end, not at it.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use super::spec::Round;
use crate::spec::LocalDateTime;

/// The business day of an instant: the date on the wall of the store.
pub fn business_day(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// Moves an end to the end of the period it falls into, which is the first instant of the next one.
pub fn rounded(end: DateTime<Utc>, round: Option<Round>, zone: Tz) -> DateTime<Utc> {
    let Some(round) = round else { return end };
    let day = business_day(end, zone);
    day_after(day, round).map_or(end, |next| LocalDateTime(next.and_time(NaiveTime::MIN)).in_zone(zone))
}

/// The first day after the period of `day`; weeks end on Sunday.
fn day_after(day: NaiveDate, round: Round) -> Option<NaiveDate> {
    let month_after = |months: u32| day.with_day(1)?.checked_add_months(Months::new(months));
    match round {
        Round::Day => day.checked_add_days(Days::new(1)),
        Round::Week => day.checked_add_days(Days::new(7 - u64::from(day.weekday().num_days_from_monday()))),
        Round::Month => month_after(1),
        Round::Quarter => month_after(3 - day.month0() % 3),
        Round::Year => NaiveDate::from_ymd_opt(day.year() + 1, 1, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Period;

    const TAIPEI: Tz = Tz::Asia__Taipei;

    fn taipei(text: &str) -> DateTime<Utc> {
        text.parse::<LocalDateTime>().expect(text).in_zone(TAIPEI)
    }

    #[test]
    fn a_business_day_is_the_stores() {
        for (local, day) in
            [("2026-03-01 00:00", 1), ("2026-03-01 07:59", 1), ("2026-03-01 23:59", 1), ("2026-03-02 00:00", 2)]
        {
            assert_eq!(
                business_day(taipei(local), TAIPEI),
                NaiveDate::from_ymd_opt(2026, 3, day).expect("a day"),
                "{local}"
            );
        }
    }

    #[test]
    fn ends_are_the_first_instant_of_the_next_period() {
        for (round, end, rounded_to) in [
            (Round::Day, "2026-03-04 11:30", "2026-03-05 00:00"),
            (Round::Day, "2026-12-31 00:00", "2027-01-01 00:00"),
            (Round::Week, "2026-03-04 11:30", "2026-03-09 00:00"),
            (Round::Week, "2026-03-08 23:59", "2026-03-09 00:00"),
            (Round::Week, "2026-03-09 00:00", "2026-03-16 00:00"),
            (Round::Month, "2026-02-28 23:59", "2026-03-01 00:00"),
            (Round::Month, "2026-12-01 00:00", "2027-01-01 00:00"),
            (Round::Quarter, "2026-05-31 09:00", "2026-07-01 00:00"),
            (Round::Quarter, "2026-12-31 09:00", "2027-01-01 00:00"),
            (Round::Year, "2026-01-01 00:00", "2027-01-01 00:00"),
        ] {
            assert_eq!(rounded(taipei(end), Some(round), TAIPEI), taipei(rounded_to), "{round:?} {end}");
        }
        assert_eq!(rounded(taipei("2026-03-04 11:30"), None, TAIPEI), taipei("2026-03-04 11:30"));
    }

    #[test]
    fn six_months_from_the_31st_end_with_the_shorter_month() {
        for (stamp, end) in [
            ("2026-08-31 22:10", "2027-03-01 00:00"),
            ("2027-08-31 22:10", "2028-03-01 00:00"),
            ("2026-03-31 00:00", "2026-10-01 00:00"),
            ("2026-02-28 12:00", "2026-09-01 00:00"),
        ] {
            let after = Period::months(6).after(taipei(stamp), TAIPEI);
            assert_eq!(rounded(after, Some(Round::Month), TAIPEI), taipei(end), "{stamp}");
        }
    }

    #[test]
    fn every_business_day_of_a_year_with_changing_clocks_is_hit_in_order() {
        let zone = Tz::Europe__Berlin;
        let mut at: DateTime<Utc> = "2026-01-01T00:30:00Z".parse().expect("an instant");
        let mut last = business_day(at, zone);
        let mut days = 1;
        while at < "2027-01-01T00:00:00Z".parse::<DateTime<Utc>>().expect("an instant") {
            at += chrono::TimeDelta::minutes(15);
            let day = business_day(at, zone);
            assert!(day == last || day == last + Days::new(1), "{at}");
            days += i64::from(day != last);
            last = day;
        }
        assert_eq!(days, 366, "all days of 2026 and the first of 2027");
    }
}
