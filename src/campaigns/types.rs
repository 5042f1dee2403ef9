//! What a plan says, in the shape programs read it.

use serde::Serialize;
use serde_json::Value;

use super::history::UnderWay;
use crate::delivery::Reason;
use crate::ids::{MemberId, PlanId};
use crate::members::Number;
use crate::spec::Money;
use crate::spec::definitions::Change;

/// Hexadecimal digits of a digest as it is shown and accepted.
pub const DIGEST_DIGITS: usize = 12;

/// What a campaign would do at one moment. As JSON exactly what `shuke plan NAME --format json` prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// The campaign.
    pub campaign: String,
    /// What `apply` accepts.
    pub digest: String,
    /// The people.
    pub audience: People,
    /// Messages that would leave, as LINE counts them: one for each person.
    pub messages: i64,
    /// Requests to LINE they leave in.
    pub requests: i64,
    /// The month.
    pub quota: QuotaLine,
    /// What it costs, by the brand's tariff.
    pub cost: Money,
    /// Up to three members and what each would read.
    pub samples: Vec<Sample>,
    /// What applying publishes.
    pub changes: Vec<Change>,
    /// What a person wants to know besides.
    #[serde(skip)]
    pub more: More,
}

/// The people of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct People {
    /// Those who get it.
    #[serde(rename = "in")]
    pub inside: i64,
    /// Those the segment chose who do not, by reason.
    pub out: Vec<Count>,
}

impl People {
    /// Everybody the segment chose.
    pub fn chosen(&self) -> i64 {
        self.inside + self.out.iter().map(|out| out.count).sum::<i64>()
    }
}

/// People with one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Why.
    pub reason: Reason,
    /// How many.
    pub count: i64,
}

/// Counts from pairs.
pub(super) fn counts(pairs: impl IntoIterator<Item = (Reason, i64)>) -> Vec<Count> {
    pairs.into_iter().map(|(reason, count)| Count { reason, count }).collect()
}

/// The month's messages before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct QuotaLine {
    /// Messages the month may have; none without a ceiling.
    pub limit: Option<i64>,
    /// Used so far.
    pub used: i64,
    /// Used when this, and what other runs have yet to send, has left.
    pub after: i64,
}

/// What one member would read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sample {
    /// Who.
    pub member: MemberId,
    /// The messages, as LINE's message objects.
    pub body: Value,
    /// What she reads out at the counter.
    #[serde(skip)]
    pub number: Number,
    /// Her name, all but its first and last letter hidden.
    #[serde(skip)]
    pub name: String,
}

/// What a person wants to know of a plan besides.
#[derive(Debug, Clone, PartialEq)]
pub struct More {
    /// The plan's row.
    pub plan: PlanId,
    /// The campaign's title.
    pub title: String,
    /// The segment.
    pub segment: String,
    /// The template's path.
    pub template: String,
    /// Of the requests, those to several people at once.
    pub multicasts: i64,
    /// Messages of other runs that are still to leave.
    pub promised: i64,
    /// Whether all of it fits the month.
    pub fits: bool,
    /// Messages a month the brand's tariff includes.
    pub free_messages: i64,
    /// The name of LINE's plan in the tariff.
    pub tariff: String,
    /// The run of the campaign that has not ended: until it has, this plan is refused.
    pub under_way: Option<UnderWay>,
}
