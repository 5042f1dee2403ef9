//! The files `rewards/*.yaml`: stamp cards and coupons as a marketer writes them. A published version of one is the terms that
//! cards and vouchers keep for life.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use garde::Validate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::spec::{At, Defined, Document, Duration, Fault, Name, OrNone, Period, Texts};

/// A stamp card: what a visit earns and what a full card gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct StampCard {
    /// Its name. Cards refer to it for ever, so it cannot be changed.
    #[garde(skip)]
    pub stamp_card: At<Name>,
    /// What members read.
    #[garde(custom(|title: &Texts, _: &()| title.within(40)))]
    pub title: Texts,
    /// Stamps that fill the card, from 1 to 100.
    #[serde(default = "ten")]
    #[garde(range(min = 1, max = 100))]
    pub goal: i64,
    /// What one visit earns.
    #[serde(default)]
    #[garde(dive)]
    pub earn: Earn,
    /// The time that must pass between two visits, counted for the whole stamp card; `none` where it need not.
    #[serde(default = "ten_minutes")]
    #[garde(skip)]
    pub cool_down: OrNone<Duration>,
    /// Rewards by the stamp that earns them, from 1 to the goal. A card without any only counts.
    #[serde(default)]
    #[garde(skip)]
    pub milestones: BTreeMap<i64, Reward>,
    /// What becomes of stamps beyond the goal.
    #[serde(default)]
    #[garde(skip)]
    pub overflow: Overflow,
    /// When an unfinished card ends.
    #[serde(default)]
    #[garde(skip)]
    pub expires: Expires,
    /// Only for those who took their membership card. Otherwise a friend may be stamped before.
    #[serde(default)]
    #[garde(skip)]
    pub joined_only: bool,
}

/// What one visit earns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Earn {
    /// What a stamp is given for; the counter asks how many of it.
    #[serde(default)]
    #[garde(skip)]
    pub per: Per,
    /// Stamps in one visit at most, from 1 to 100.
    #[serde(default = "five")]
    #[garde(range(min = 1, max = 100))]
    pub at_most: i64,
}

/// What a stamp is given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// The visit.
    #[default]
    Visit,
    /// Each drink.
    Drink,
    /// Each thing bought.
    Item,
}

/// What a milestone gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reward {
    /// A voucher of this coupon.
    pub coupon: At<Name>,
}

/// What becomes of stamps beyond the goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overflow {
    /// They go onto the next card, which may fill up too.
    #[default]
    Carry,
    /// They are lost.
    Drop,
    /// They wait on the full card; the next card begins when its rewards are taken.
    Hold,
}

/// When an unfinished card ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expires {
    /// How long after `from`; `none` for never.
    pub after: OrNone<Period>,
    /// Counted from here.
    #[serde(default)]
    pub from: From,
    /// Moved to the end of this period; exact when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<Round>,
}

/// Where an expiry is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// The newest stamp that still counts. A card without stamps does not end.
    #[default]
    LastStamp,
    /// The day the card was begun.
    Issue,
}

/// A period of the store's calendar; weeks end on Sunday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Round {
    /// The day.
    Day,
    /// The week.
    Week,
    /// The month.
    Month,
    /// The quarter.
    Quarter,
    /// The year.
    Year,
}

/// A coupon: what a voucher is good for, and how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Coupon {
    /// Its name. Vouchers refer to it for ever, so it cannot be changed.
    #[garde(skip)]
    pub coupon: At<Name>,
    /// What members read.
    #[garde(custom(|title: &Texts, _: &()| title.within(60)))]
    pub title: Texts,
    /// What it gives.
    #[garde(skip)]
    pub kind: CouponKind,
    /// How long a voucher is good.
    #[serde(default)]
    #[garde(skip)]
    pub valid: Valid,
    /// How it is used.
    #[serde(default)]
    #[garde(skip)]
    pub redeem: Redeeming,
}

/// What a coupon gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CouponKind {
    /// The thing its title names, free.
    FreeItem,
}

/// How long a voucher is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Valid {
    /// This long after `from`, in days or longer to the end of the last day; `none` for ever.
    #[serde(rename = "for")]
    pub lasts: OrNone<Period>,
    /// Counted from here.
    #[serde(default)]
    pub from: ValidFrom,
}

/// Where a voucher's time is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValidFrom {
    /// The instant it was given.
    #[default]
    Issue,
}

/// How a voucher is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Redeeming {
    /// Who takes it.
    #[serde(default)]
    pub by: RedeemedBy,
    /// Where it is good.
    #[serde(default)]
    pub stores: Stores,
    /// How long whoever took it may undo that. Managers have 30 days.
    #[serde(default = "ten_minutes_exact")]
    pub undo: Duration,
}

/// Who takes a voucher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RedeemedBy {
    /// Staff at the counter, or the store's till.
    #[default]
    StaffScan,
}

/// The stores a voucher is good in: the word `all`, or a list of codes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Stores {
    /// Everywhere.
    #[default]
    All,
    /// In these.
    Only(Vec<At<Name>>),
}

impl Stores {
    /// Whether `store` is one of them.
    pub fn include(&self, store: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(stores) => stores.iter().any(|name| name.as_str() == store),
        }
    }

    /// Their codes, where they are listed.
    pub fn listed(&self) -> &[At<Name>] {
        match self {
            Self::All => &[],
            Self::Only(stores) => stores,
        }
    }
}

impl Serialize for Stores {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::Only(stores) => stores.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Stores {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AllOrList;

        impl<'de> Visitor<'de> for AllOrList {
            type Value = Stores;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("all, or a list of store codes")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Stores, E> {
                if text == "all" { Ok(Stores::All) } else { Err(E::unknown_variant(text, &["all"])) }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Stores, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(items)).map(Stores::Only)
            }
        }

        deserializer.deserialize_any(AllOrList)
    }
}

impl JsonSchema for Stores {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Stores")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let name = generator.subschema_for::<Name>();
        json_schema!({
            "description": "The word all, or a list of store codes.",
            "anyOf": [{ "const": "all" }, { "type": "array", "items": name, "minItems": 1 }],
        })
    }
}

impl Document for StampCard {
    fn faults(&self) -> Vec<Fault> {
        let beyond = self.milestones.iter().filter(|(position, _)| !(1..=self.goal).contains(*position));
        beyond
            .map(|(position, reward)| {
                let fault = Fault::new("milestone-beyond-goal", reward.coupon.place).hint("milestone-beyond-goal-hint");
                fault.with("position", position).with("goal", self.goal)
            })
            .collect()
    }
}

impl Defined for StampCard {
    const KIND: &'static str = "stamp_card";

    fn name(&self) -> &str {
        self.stamp_card.as_str()
    }
}

impl Document for Coupon {
    fn faults(&self) -> Vec<Fault> {
        match &self.redeem.stores {
            Stores::Only(stores) if stores.is_empty() => {
                vec![Fault::new("no-stores", self.coupon.place).hint("no-stores-hint")]
            }
            _ => Vec::new(),
        }
    }
}

impl Defined for Coupon {
    const KIND: &'static str = "coupon";

    fn name(&self) -> &str {
        self.coupon.as_str()
    }
}

fn ten() -> i64 {
    10
}

fn five() -> i64 {
    5
}

fn ten_minutes() -> OrNone<Duration> {
    OrNone(Some(Duration::minutes(10)))
}

fn ten_minutes_exact() -> Duration {
    Duration::minutes(10)
}

impl Default for Earn {
    /// One stamp a visit.
    fn default() -> Self {
        Self { per: Per::Visit, at_most: 1 }
    }
}

impl Default for Expires {
    /// Six months after the last stamp, at the end of the month.
    fn default() -> Self {
        Self { after: OrNone(Some(Period::months(6))), from: From::LastStamp, round: Some(Round::Month) }
    }
}

impl Default for Valid {
    /// Thirty days from issue.
    fn default() -> Self {
        Self { lasts: OrNone(Some(Period::days(30))), from: ValidFrom::Issue }
    }
}

impl Default for Redeeming {
    fn default() -> Self {
        Self { by: RedeemedBy::StaffScan, stores: Stores::default(), undo: ten_minutes_exact() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Doc, read};

    const COFFEE: &str = "
stamp_card: coffee
title: 咖啡集點卡
goal: 10
earn: { per: drink, at_most: 10 }
cool_down: 10m
milestones: { 5: { coupon: half-price-cake }, 10: { coupon: free-latte } }
overflow: carry
expires: { after: 6mo, from: last_stamp, round: month }
";

    const LATTE: &str = "
coupon: free-latte
title: 拿鐵兌換券
kind: free_item
valid: { for: 30d, from: issue }
redeem: { by: staff_scan, stores: all, undo: 10m }
";

    fn card(text: &str) -> Result<StampCard, Vec<Fault>> {
        read(&Doc { text, lines_before: 0 })
    }

    fn coupon(text: &str) -> Result<Coupon, Vec<Fault>> {
        read(&Doc { text, lines_before: 0 })
    }

    /// Code and line of each fault.
    fn wrong<T: std::fmt::Debug>(read: Result<T, Vec<Fault>>) -> Vec<(String, u64)> {
        let faults = read.expect_err("it is wrong");
        faults.into_iter().map(|fault| (fault.code.into_owned(), fault.place.line)).collect()
    }

    #[test]
    fn the_designs_example_is_read() {
        let coffee = card(COFFEE).expect("it is right");
        assert_eq!((coffee.goal, coffee.earn.at_most, coffee.earn.per), (10, 10, Per::Drink));
        assert_eq!(coffee.milestones[&5].coupon.as_str(), "half-price-cake");
        assert_eq!(coffee.expires, Expires::default());
        let latte = coupon(LATTE).expect("it is right");
        assert_eq!((latte.valid, latte.redeem), (Valid::default(), Redeeming::default()));
    }

    #[test]
    fn what_is_left_out_has_the_published_default() {
        let coffee = card("stamp_card: coffee\ntitle: 咖啡").expect("it is right");
        assert_eq!((coffee.goal, coffee.earn.clone()), (10, Earn { per: Per::Visit, at_most: 1 }));
        assert_eq!(coffee.cool_down.0.map(Duration::seconds), Some(600));
        assert_eq!((coffee.overflow, coffee.joined_only), (Overflow::Carry, false));
        assert!(coffee.milestones.is_empty());
        assert_eq!(card("stamp_card: a\ntitle: a\nearn: { per: drink }").expect("it is right").earn.at_most, 5);
        let none = card("stamp_card: a\ntitle: a\ncool_down: none\nexpires: { after: none }").expect("it is right");
        assert_eq!((none.cool_down.0, none.expires.after.0), (None, None));
    }

    #[test]
    fn terms_survive_the_database() {
        let coffee = card(COFFEE).expect("it is right");
        let stored = serde_json::to_string(&coffee).expect("JSON");
        assert_eq!(serde_json::from_str::<StampCard>(&stored).expect("readable"), coffee);
        let latte = coupon("coupon: a\ntitle: a\nkind: free_item\nredeem: { stores: [zhongshan, yongkang] }")
            .expect("it is right");
        let stored = serde_json::to_string(&latte).expect("JSON");
        let read: Coupon = serde_json::from_str(&stored).expect("readable");
        assert_eq!(read, latte);
        assert!(read.redeem.stores.include("yongkang") && !read.redeem.stores.include("online"));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, fault, line) in [
            ("stamp_card: a\ntitle: a\ngoal: 0", "too-small", 3),
            ("stamp_card: a\ntitle: a\ngoal: 101", "too-great", 3),
            ("stamp_card: a\ntitle: a\ngoal: 5\nmilestones:\n  6: { coupon: b }", "milestone-beyond-goal", 5),
            ("stamp_card: a\ntitle: a\nmilestones:\n  0: { coupon: b }", "milestone-beyond-goal", 4),
            ("stamp_card: a\ntitle: a\nmilestones:\n  1: { cupon: b }", "unknown-key", 4),
            ("stamp_card: a\ntitle: a\nchain: { next: gold }", "unknown-key", 3),
            ("stamp_card: a\ntitle: a\ncool_down: 10 minutes", "bad-duration", 3),
            ("stamp_card: a\ntitle: a\nexpires: { after: 6mo, from: first_stamp }", "unknown-choice", 3),
            ("stamp_card: a\ntitle: a\nexpires: { after: never }", "bad-period", 3),
            ("stamp_card: a\ntitle: a\nearn: { at_most: 0 }", "too-small", 3),
            ("stamp_card: A\ntitle: a", "bad-name", 1),
            ("stamp_card: a\ntitle: ''", "blank", 2),
            ("stamp_card: a", "missing-key", 1),
        ] {
            assert_eq!(wrong(card(text)), [(String::from(fault), line)], "{text}");
        }
        for (text, fault, line) in [
            ("coupon: a\ntitle: a\nkind: percent_off", "unknown-choice", 3),
            ("coupon: a\ntitle: a\nkind: free_item\nstock: 500", "unknown-key", 4),
            ("coupon: a\ntitle: a\nkind: free_item\nredeem: { stores: [] }", "no-stores", 1),
            ("coupon: a\ntitle: a\nkind: free_item\nredeem: { stores: some }", "unknown-choice", 4),
            ("coupon: a\ntitle: a\nkind: free_item\nvalid: { for: 30x }", "bad-period", 4),
        ] {
            assert_eq!(wrong(coupon(text)), [(String::from(fault), line)], "{text}");
        }
    }
}
