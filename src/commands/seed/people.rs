//! The made-up members: who they are, and on which days they come. A number alone decides everything about one, apart from
//! the day on which the demo is first started.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use crate::clock::Chance;
use crate::ids::LineUserId;
use crate::sandbox::Os;
use crate::spec::LocalDateTime;

/// Changing it changes everybody.
const SEED: u64 = 4411;
/// How far back the oldest memberships go, in days.
const YEAR: u64 = 360;

const TASTES: [&str; 20] = [
    "拿鐵", "奶泡", "焦糖", "抹茶", "可可", "榛果", "黑糖", "芋頭", "布丁", "麻糬", "檸檬", "蜂蜜", "香草", "肉桂",
    "燕麥", "杏仁", "桂花", "紅豆", "蘋果", "海鹽",
];
const ANIMALS: [&str; 25] = [
    "貓",
    "熊",
    "兔",
    "狐狸",
    "企鵝",
    "刺蝟",
    "水獺",
    "松鼠",
    "柴犬",
    "貓頭鷹",
    "鯨魚",
    "河馬",
    "羊駝",
    "無尾熊",
    "貓熊",
    "浣熊",
    "獅子",
    "斑馬",
    "海豹",
    "海豚",
    "烏龜",
    "鸚鵡",
    "小鹿",
    "小象",
    "蜜蜂",
];

/// A made-up member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guest {
    pub line_user_id: LineUserId,
    pub name: String,
    pub language: &'static str,
    pub os: Os,
    pub joined_at: DateTime<Utc>,
    /// Whether she wants to be told of offers.
    pub consents: bool,
    pub blocked_at: Option<DateTime<Utc>>,
    pub visits: Vec<Visit>,
}

/// One visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Visit {
    pub at: DateTime<Utc>,
    pub store: &'static str,
    pub stamps: i64,
    /// Whether she uses a voucher if she has one.
    pub redeems: bool,
}

/// The member of this number.
pub(super) fn guest(number: usize, now: DateTime<Utc>, zone: Tz) -> Guest {
    let hash = Sha256::digest(format!("a member of the demo, {number}"));
    let digits: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let dice = Dice(Chance::seeded(SEED.wrapping_mul(1_000_003).wrapping_add(number as u64)));
    let since = 10 + dice.below(YEAR - 10);
    let joined_at = daytime(&dice, now, since, zone);
    let visits = visits(&dice, joined_at, since, now, zone);
    let last = visits.last().map_or(joined_at, |visit| visit.at);
    let blocks = dice.percent(if (now - last).num_days() > 60 { 14 } else { 3 });
    Guest {
        line_user_id: format!("U{digits}").parse().expect("U and 32 hexadecimal digits are a user id"),
        name: name(number),
        language: match dice.below(100) {
            0..92 => "zh-TW",
            92..97 => "ja",
            _ => "en",
        },
        os: if dice.percent(55) { Os::Ios } else { Os::Android },
        joined_at,
        consents: dice.percent(85),
        blocked_at: blocks.then(|| last + (now - last) / 2),
        visits,
    }
}

fn name(number: usize) -> String {
    let (taste, animal) = (TASTES[number % TASTES.len()], ANIMALS[number / TASTES.len() % ANIMALS.len()]);
    match number / (TASTES.len() * ANIMALS.len()) {
        0 => format!("{taste}{animal}"),
        again => format!("{taste}{animal}{}", again + 1),
    }
}

/// The first visit is that on which she joined. Regulars come each week, others now and then; of those who joined long ago
/// one in five stopped coming, at least two months ago.
fn visits(dice: &Dice, joined_at: DateTime<Utc>, since: u64, now: DateTime<Utc>, zone: Tz) -> Vec<Visit> {
    let gap = match dice.below(100) {
        0..35 => 8,
        35..75 => 19,
        75..96 => 32,
        _ => return Vec::new(),
    };
    let stopped = if since > 80 && dice.percent(22) { 65 + dice.below((since - 75).min(150)) } else { 0 };
    let (mut visits, mut ago, mut at) = (Vec::new(), since, joined_at + TimeDelta::minutes(5));
    while ago > stopped {
        let store = match dice.below(100) {
            0..55 => "zhongshan",
            55..92 => "yongkang",
            _ => "online",
        };
        let stamps = match dice.below(100) {
            0..72 => 1,
            72..92 => 2,
            _ => 3,
        };
        visits.push(Visit { at, store, stamps, redeems: dice.percent(60) });
        ago = ago.saturating_sub(gap / 2 + 1 + dice.below(gap));
        at = daytime(dice, now, ago, zone);
    }
    visits
}

/// A moment of opening hours, so many days ago.
fn daytime(dice: &Dice, now: DateTime<Utc>, days_ago: u64, zone: Tz) -> DateTime<Utc> {
    let day = now.with_timezone(&zone).date_naive() - Days::new(days_ago);
    let second = 8 * 3_600 + dice.below(11 * 3_600);
    let time = NaiveTime::from_num_seconds_from_midnight_opt(u32::try_from(second).unwrap_or_default(), 0);
    LocalDateTime(day.and_time(time.unwrap_or_default())).in_zone(zone)
}

struct Dice(Chance);

impl Dice {
    fn below(&self, below: u64) -> u64 {
        self.0.below(below)
    }

    fn percent(&self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn five_hundred() -> (DateTime<Utc>, Vec<Guest>) {
        let now: DateTime<Utc> = "2026-11-27T09:20:00Z".parse().expect("an instant");
        (now, (0..500).map(|number| guest(number, now, Tz::Asia__Taipei)).collect())
    }

    #[test]
    fn a_number_decides_everything_about_a_member() {
        let (now, guests) = five_hundred();
        assert_eq!(guests[77], guest(77, now, Tz::Asia__Taipei));
        let ids: HashSet<_> = guests.iter().map(|guest| guest.line_user_id.clone()).collect();
        let names: HashSet<_> = guests.iter().map(|guest| guest.name.as_str()).collect();
        assert_eq!((ids.len(), names.len()), (500, 500));
        assert_eq!(guest(500, now, Tz::Asia__Taipei).name, format!("{}2", guests[0].name));
    }

    #[test]
    fn visits_come_after_joining_in_order_and_before_now() {
        let (now, guests) = five_hundred();
        for guest in &guests {
            let first = guest.visits.first().map_or(now, |visit| visit.at);
            assert!(guest.joined_at < first, "{guest:?}");
            let apart = guest.visits.windows(2).all(|pair| pair[1].at - pair[0].at > TimeDelta::minutes(10));
            assert!(apart && guest.visits.iter().all(|visit| visit.at < now), "{guest:?}");
            assert!(guest.blocked_at.is_none_or(|at| guest.joined_at < at && at < now), "{guest:?}");
        }
    }

    #[test]
    fn the_shop_has_its_regulars_and_those_who_stayed_away() {
        let (now, guests) = five_hundred();
        let away = |guest: &&Guest| guest.visits.last().is_some_and(|visit| visit.at < now - TimeDelta::days(60));
        let lapsed: Vec<&Guest> = guests.iter().filter(away).collect();
        let reached = lapsed.iter().filter(|guest| guest.consents && guest.blocked_at.is_none()).count();
        let visits: usize = guests.iter().map(|guest| guest.visits.len()).sum();
        let consents = guests.iter().filter(|guest| guest.consents).count();
        let blocked = guests.iter().filter(|guest| guest.blocked_at.is_some()).count();
        insta::assert_snapshot!(
            format!("{} away, {reached} of them reached, {visits} visits, {consents} consents, {blocked} blocked", lapsed.len()),
            @"78 away, 59 of them reached, 5770 visits, 419 consents, 22 blocked"
        );
    }
}
