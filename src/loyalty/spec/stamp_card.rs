//! A stamp card, as a marketer writes it.

use std::collections::BTreeMap;

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

fn ten() -> i64 {
    10
}

fn five() -> i64 {
    5
}

fn ten_minutes() -> OrNone<Duration> {
    OrNone(Some(Duration::minutes(10)))
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
