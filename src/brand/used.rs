//! What a campaign rests on: what it names, and what that names in turn. All of it is published together, so that nothing
//! published ever names what is not there.

use std::collections::BTreeSet;

use super::publish::definition;
use super::{Brand, Definition};
use crate::campaigns::Campaign;
use crate::loyalty::spec::{Coupon, StampCard};
use crate::segments::{Predicate, Segment};
use crate::spec::Defined as _;
use crate::spec::brand_file::BrandFile;
use crate::spec::template::Template;

/// A thing of the brand that others name.
#[derive(Clone, Copy)]
enum Thing<'a> {
    Campaign(&'a Campaign),
    Profile(&'a BrandFile),
    Segment(&'a Segment),
    Template(&'a Template),
    StampCard(&'a StampCard),
    Coupon(&'a Coupon),
}

impl Thing<'_> {
    fn definition(self) -> Definition {
        match self {
            Self::Campaign(it) => definition(it),
            Self::Profile(it) => definition(it),
            Self::Segment(it) => definition(it),
            Self::Template(it) => definition(it),
            Self::StampCard(it) => definition(it),
            Self::Coupon(it) => definition(it),
        }
    }
}

impl Brand {
    /// The definitions a campaign rests on, by kind and name: itself, its segment, its template and the brand, with the
    /// templates, stamp cards and coupons these name.
    pub fn used_by(&self, campaign: &Campaign) -> Vec<Definition> {
        let mut used = BTreeSet::new();
        let mut open = vec![Thing::Campaign(campaign)];
        while let Some(thing) = open.pop() {
            if used.insert(thing.definition()) {
                open.extend(self.named_by(thing));
            }
        }
        used.into_iter().collect()
    }

    /// What a thing names itself.
    fn named_by<'a>(&'a self, thing: Thing<'a>) -> Vec<Thing<'a>> {
        match thing {
            Thing::Campaign(campaign) => {
                let segment = self.segment(&campaign.audience.segment).map(Thing::Segment);
                let template = self.template(&campaign.message).map(Thing::Template);
                segment.into_iter().chain(template).chain([Thing::Profile(&self.profile)]).collect()
            }
            Thing::Profile(profile) => {
                profile.templates().filter_map(|path| self.template(path)).map(Thing::Template).collect()
            }
            Thing::Segment(segment) => {
                let asked = segment.rule.predicates();
                let cards = asked.into_iter().filter_map(|predicate| match &predicate.value {
                    Predicate::Stamps(stamps) => self.stamp_card(&stamps.card),
                    _ => None,
                });
                cards.map(Thing::StampCard).collect()
            }
            Thing::Template(template) => {
                let asked = template.file.asked();
                // `cards` alone may mean any of them.
                let speaks_of = |card: &&StampCard| {
                    let own = format!("cards.{}", card.name());
                    asked.iter().any(|path| *path == "cards" || *path == own || path.starts_with(&format!("{own}.")))
                };
                self.stamp_cards.iter().filter(speaks_of).map(Thing::StampCard).collect()
            }
            Thing::StampCard(card) => {
                let gives = |coupon: &&Coupon| card.milestones.values().any(|reward| *reward.coupon == *coupon.coupon);
                self.coupons.iter().filter(gives).map(Thing::Coupon).collect()
            }
            Thing::Coupon(_) => Vec::new(),
        }
    }

    fn stamp_card(&self, name: &str) -> Option<&StampCard> {
        self.stamp_cards.iter().find(|card| card.name() == name)
    }
}
