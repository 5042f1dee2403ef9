//! Dates as people say them: 「12 月 31 日（三）」, 「還有 3 天」. Rules work out which day it is in the shop's zone; here it is
//! only put into words.

use chrono::{Datelike as _, NaiveDate, NaiveDateTime};

use super::Voice;

impl Voice {
    /// A day with its weekday; with the year where it is not that of `today`.
    pub fn day(&self, day: NaiveDate, today: NaiveDate) -> String {
        let weekday = self.say(&format!("date-weekday-{}", day.weekday().number_from_monday()));
        let month = self.say(&format!("date-month-{}", day.month()));
        let key = if day.year() == today.year() { "date-day" } else { "date-day-of-year" };
        let blanks = [
            ("year", i64::from(day.year()).into()),
            ("month", month.into()),
            ("day", i64::from(day.day()).into()),
            ("weekday", weekday.into()),
        ];
        self.say_with(key, &blanks)
    }

    /// A moment that has passed: the time alone for today, else the day and the time.
    pub fn moment(&self, at: NaiveDateTime, today: NaiveDate) -> String {
        let time = at.format("%H:%M").to_string();
        if at.date() == today {
            return time;
        }
        self.say_with("date-moment", &[("day", self.day(at.date(), today).into()), ("time", time.into())])
    }

    /// How long until the end of `last`, the last day something is good: 「今天到期」, 「還有 3 天」.
    pub fn days_left(&self, last: NaiveDate, today: NaiveDate) -> String {
        match (last - today).num_days() {
            ..=0 => self.say("days-left-today"),
            1 => self.say("days-left-tomorrow"),
            days => self.say_with("days-left", &[("days", days.into())]),
        }
    }

    /// The last day something is good, as a deadline: 「12 月 31 日（三）前」.
    pub fn until_day(&self, last: NaiveDate, today: NaiveDate) -> String {
        self.say_with("date-until", &[("day", self.day(last, today).into())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Lang, Words};

    #[test]
    fn days_are_said_as_people_say_them() {
        let words = Words::load();
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        let today = day(2026, 12, 28);
        for (lang, same_year, next_year, left) in [
            (Lang::ZhHant, "12 月 31 日（四）前", "2027 年 1 月 3 日（日）前", "還有 3 天"),
            (Lang::Ja, "12月31日（木）まで", "2027年1月3日（日）まで", "あと3日"),
            (Lang::En, "by Thu, 31 Dec", "by Sun, 3 Jan 2027", "3 days left"),
        ] {
            let voice = words.voice(lang);
            assert_eq!(voice.until_day(day(2026, 12, 31), today), same_year);
            assert_eq!(voice.until_day(day(2027, 1, 3), today), next_year);
            assert_eq!(voice.days_left(day(2026, 12, 31), today), left);
        }
        let voice = words.voice(Lang::ZhHant);
        assert_eq!(voice.days_left(today, today), "今天到期");
        assert_eq!(voice.moment(today.and_hms_opt(14, 2, 9).unwrap(), today), "14:02");
        assert_eq!(voice.moment(day(2026, 12, 1).and_hms_opt(9, 5, 0).unwrap(), today), "12 月 1 日（二）09:05");
    }
}
