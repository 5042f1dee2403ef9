//! What a plan is made from.

use super::digest::Fingerprint;
use super::spec::Campaign;
use crate::loyalty::spec::StampCard;
use crate::segments::Segment;
use crate::spec::brand_file::BrandFile;
use crate::spec::canonical;
use crate::spec::definitions::{Change, Pin};
use crate::spec::template::Template;

/// A campaign and everything it rests on, as the brand's files say it.
#[derive(Debug, Clone)]
pub struct Proposal<'a> {
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Its people.
    pub segment: &'a Segment,
    /// Its message.
    pub template: &'a Template,
    /// The brand.
    pub brand: &'a BrandFile,
    /// The stamp cards its message may speak of.
    pub stamp_cards: &'a [StampCard],
    /// The definitions all this is, with the versions that stand once they are published.
    pub pins: Vec<Pin>,
    /// Which of them publishing changes.
    pub changes: Vec<Change>,
}

impl Proposal<'_> {
    /// What `apply` compares, but for the runs a plan goes on from.
    pub fn fingerprint(&self) -> Fingerprint {
        let tariff = serde_json::to_value(&self.brand.tariff).expect("a tariff is plain data with text keys");
        Fingerprint {
            after: Vec::new(),
            definitions: self.pins.clone(),
            schedule: serde_json::Value::Null,
            spec: canonical::hash(self.campaign),
            tariff,
        }
    }

    /// The version a stamp card has once this is published.
    pub(super) fn version_of(&self, stamp_card: &str) -> Option<i64> {
        let pin = self.pins.iter().find(|pin| pin.kind == "stamp_card" && pin.name == stamp_card);
        pin.map(|pin| pin.version)
    }
}
