//! The files `campaigns/*.yaml` that hold a push.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::spec::{At, Defined, Document, Fault, Name, NotYet};

/// A push: to whom, and what. It goes out when it is applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// Its name, for `shuke plan NAME`.
    #[garde(skip)]
    pub campaign: At<Name>,
    /// What it is called in lists and reports. Members do not see it.
    #[garde(length(chars, min = 1, max = 80))]
    pub title: String,
    /// The people.
    #[garde(skip)]
    pub audience: Audience,
    /// The template, by its path: templates/winback.yaml.
    #[garde(skip)]
    pub message: At<String>,
    /// When the audience is fixed: with the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    pub freeze: Option<At<Freeze>>,
    /// Not yet: when it goes out by itself.
    #[serde(default, skip_serializing)]
    #[schemars(skip)]
    #[garde(skip)]
    pub schedule: Option<NotYet>,
    /// Not yet: people kept out to measure the effect.
    #[serde(default, skip_serializing)]
    #[schemars(skip)]
    #[garde(skip)]
    pub holdout: Option<NotYet>,
    /// Not yet: messages one person gets within a time.
    #[serde(default, skip_serializing)]
    #[schemars(skip)]
    #[garde(skip)]
    pub cap: Option<NotYet>,
    /// Not yet: what happens in the brand's quiet hours.
    #[serde(default, skip_serializing)]
    #[schemars(skip)]
    #[garde(skip)]
    pub quiet_hours: Option<NotYet>,
    /// Not yet: the most it may cost.
    #[serde(default, skip_serializing)]
    #[schemars(skip)]
    #[garde(skip)]
    pub budget: Option<NotYet>,
    /// Not yet: a few first.
    #[serde(default, skip_serializing)]
    #[schemars(skip)]
    #[garde(skip)]
    pub canary: Option<NotYet>,
    /// Not yet: several messages against each other.
    #[serde(default, skip_serializing)]
    #[schemars(skip)]
    #[garde(skip)]
    pub variants: Option<NotYet>,
    /// Not yet: what it is to bring about.
    #[serde(default, skip_serializing)]
    #[schemars(skip)]
    #[garde(skip)]
    pub goal: Option<NotYet>,
}

/// The people of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Audience {
    /// A segment of campaigns/segments.yaml.
    pub segment: At<Name>,
}

/// When the audience of a campaign is fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Freeze {
    /// When it is planned: who was shown is who gets it.
    #[default]
    Plan,
    /// When it goes out.
    #[schemars(skip)]
    Send,
}

impl Document for Campaign {
    fn faults(&self) -> Vec<Fault> {
        let freeze = self.freeze.iter().filter(|freeze| freeze.value == Freeze::Send);
        freeze.map(|freeze| Fault::new("not-yet", freeze.place).hint("not-yet-hint")).collect()
    }
}

impl Defined for Campaign {
    const KIND: &'static str = "campaign";

    fn name(&self) -> &str {
        self.campaign.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Source, documents, read};

    const WINBACK: &str = "campaign: winback\ntitle: 好久不見，送您一杯\naudience: { segment: lapsed-60d }\nmessage: templates/winback.yaml\n";

    fn faults(more: &str) -> Vec<(String, u64)> {
        let source = Source::new("campaigns/winback.yaml", format!("{WINBACK}{more}"));
        let faults = read::<Campaign>(&documents(&source).expect("one")[0]).err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.code.into_owned(), fault.place.line)).collect()
    }

    #[test]
    fn a_campaign_is_its_audience_and_its_message() {
        assert_eq!(faults(""), []);
        assert_eq!(faults("freeze: plan\n"), []);
    }

    #[test]
    fn keys_without_effect_are_refused_all_at_once() {
        let more = "schedule: { at: \"2027-03-04 11:30\" }\nholdout: 10%\ncap: { max: 2, per: 7d }\nquiet_hours: { on_hit: defer }\nbudget: { messages: 2000 }\ncanary: { share: 2% }\nvariants: [ a ]\ngoal: { redeemed: free-latte }\nfreeze: send\n";
        let found = faults(more);
        assert_eq!(found, (5..=13).map(|line| (String::from("not-yet"), line)).collect::<Vec<_>>());
    }

    #[test]
    fn a_key_nobody_knows_is_refused() {
        assert_eq!(faults("segmnet: a\n"), [(String::from("unknown-key"), 5)]);
    }
}
