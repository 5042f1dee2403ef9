//! One file against another: what is named must be there, and what is said must be sayable.

use std::collections::{BTreeMap, BTreeSet};

use super::files::{Draft, In};
use crate::conversations::{AFTER_JOINING, Show};
use crate::line::message::{Fault as LineFault, Rule, check_json};
use crate::segments::Predicate;
use crate::spec::template::{Data, Places, Template, check_blanks};
use crate::spec::{At, Defined, Fault, Name, Place, Source, nearest};
use crate::words::Lang;

/// Finds every fault of one file against another.
pub(super) fn across(draft: &mut Draft) {
    let mut found = Vec::new();
    twice(draft, &mut found);
    templates_named(draft, &mut found);
    room_after_joining(draft, &mut found);
    segments_named(draft, &mut found);
    cards_named(draft, &mut found);
    coupons_named(draft, &mut found);
    stores_named(draft, &mut found);
    for template in &draft.templates {
        let source = &draft.sources[template.file];
        found.extend(template_faults(draft, &template.value, source).into_iter().map(|fault| (template.file, fault)));
    }
    for (file, fault) in found {
        draft.fault(file, fault);
    }
}

/// Messages a reply can carry.
const MOST_IN_A_REPLY: usize = 5;

type Found = Vec<(usize, Fault)>;

/// Things of one kind with the same name.
fn twice(draft: &Draft, found: &mut Found) {
    names_twice(draft, draft.campaigns.iter().map(|it| (&it.value.campaign, it.file)), found);
    names_twice(draft, draft.segments.iter().map(|it| (&it.value.segment, it.file)), found);
    names_twice(draft, draft.stamp_cards.iter().map(|it| (&it.value.stamp_card, it.file)), found);
    names_twice(draft, draft.coupons.iter().map(|it| (&it.value.coupon, it.file)), found);
    names_twice(draft, draft.rich_menus.iter().map(|it| (&it.value.rich_menu, it.file)), found);
}

fn names_twice<'a>(draft: &Draft, names: impl Iterator<Item = (&'a At<Name>, usize)>, found: &mut Found) {
    let mut seen: BTreeMap<&str, (usize, Place)> = BTreeMap::new();
    for (name, file) in names {
        if let Some((first, place)) = seen.get(name.as_str()) {
            let fault =
                Fault::new("name-twice", name.place).with("name", name).with("file", &draft.sources[*first].path);
            found.push((file, fault.with("line", place.line).hint("name-twice-hint")));
        } else {
            seen.insert(name, (file, name.place));
        }
    }
}

/// Templates that are named but have no file. A file that could not be read is there all the same.
fn templates_named(draft: &Draft, found: &mut Found) {
    let paths: Vec<&str> =
        draft.sources.iter().map(|source| source.path.as_str()).filter(|path| path.starts_with("templates/")).collect();
    let mut look = |path: &At<String>, file: usize| {
        if !paths.contains(&path.as_str()) {
            let fault = Fault::new("unknown-template", path.place).with("template", path);
            // Only the stems are compared: the rest of a path is the same in all of them.
            let near = nearest(stem(path), paths.iter().map(|path| stem(path)));
            found.push((
                file,
                match near.and_then(|near| paths.iter().find(|path| stem(path) == near)) {
                    Some(near) => fault.with("near", near).hint("did-you-mean"),
                    None => fault.hint("unknown-template-hint"),
                },
            ));
        }
    };
    for campaign in &draft.campaigns {
        look(&campaign.value.message, campaign.file);
    }
    for replies in &draft.replies {
        replies.value.file.templates().for_each(|path| look(path, replies.file));
    }
    if let Some(In { value, file }) = &draft.profile {
        value.templates().for_each(|path| look(path, *file));
    }
}

/// More messages in the template `joined` than its reply holds beside those that follow them.
fn room_after_joining(draft: &Draft, found: &mut Found) {
    let Some(profile) = &draft.profile else { return };
    let joined = &profile.value.membership.joined;
    let limit = MOST_IN_A_REPLY - AFTER_JOINING;
    for template in draft.templates.iter().filter(|template| template.value.path == joined.value) {
        for lang in template.value.file.langs() {
            let pieces = template.value.file.pieces(lang);
            if let Some(beyond) = pieces.get(limit) {
                let place = beyond.text.as_ref().map(|text| text.place);
                let place = place.or(beyond.flex.as_ref().map(|flex| flex.place)).unwrap_or_default();
                let fault = Fault::new("joined-too-long", place).with("limit", limit).with("found", pieces.len());
                found.push((template.file, fault.hint("joined-too-long-hint")));
            }
        }
    }
}

/// `winback` of `templates/winback.yaml`.
fn stem(path: &str) -> &str {
    let path = path.strip_prefix("templates/").unwrap_or(path);
    path.rsplit_once('.').map_or(path, |(stem, _)| stem)
}

fn segments_named(draft: &Draft, found: &mut Found) {
    if !draft.knows("campaigns") {
        return;
    }
    let known: Vec<&str> = draft.segments.iter().map(|segment| segment.value.name()).collect();
    for campaign in &draft.campaigns {
        let segment = &campaign.value.audience.segment;
        if !known.contains(&segment.as_str()) {
            let fault = Fault::new("unknown-segment", segment.place).with("segment", segment);
            found.push((campaign.file, fault.meant(segment, known.iter().copied())));
        }
    }
}

fn cards_named(draft: &Draft, found: &mut Found) {
    if !draft.knows("rewards") {
        return;
    }
    let known: Vec<&str> = draft.stamp_cards.iter().map(|card| card.value.name()).collect();
    for segment in &draft.segments {
        for predicate in segment.value.rule.predicates() {
            if let Predicate::Stamps(stamps) = &predicate.value
                && !known.contains(&stamps.card.as_str())
            {
                let fault = Fault::new("unknown-card", stamps.card.place).with("card", &stamps.card);
                found.push((segment.file, fault.meant(&stamps.card, known.iter().copied())));
            }
        }
    }
    let shown =
        draft.replies.iter().flat_map(|replies| replies.value.file.replies.iter().map(|reply| (reply, replies.file)));
    for (reply, file) in shown.filter(|(reply, _)| reply.show == Some(Show::StampCard) && known.is_empty()) {
        found.push((file, Fault::new("no-card-to-show", reply.place).hint("no-card-to-show-hint")));
    }
}

fn coupons_named(draft: &Draft, found: &mut Found) {
    if !draft.knows("rewards") {
        return;
    }
    let known: Vec<&str> = draft.coupons.iter().map(|coupon| coupon.value.name()).collect();
    for card in &draft.stamp_cards {
        for reward in card.value.milestones.values().filter(|reward| !known.contains(&reward.coupon.as_str())) {
            let fault = Fault::new("unknown-coupon", reward.coupon.place).with("coupon", &reward.coupon);
            found.push((card.file, fault.meant(&reward.coupon, known.iter().copied())));
        }
    }
}

fn stores_named(draft: &Draft, found: &mut Found) {
    let Some(profile) = &draft.profile else { return };
    let known: Vec<&str> = profile.value.stores.iter().map(|store| store.code.as_str()).collect();
    for coupon in &draft.coupons {
        for store in coupon.value.redeem.stores.listed().iter().filter(|store| !known.contains(&store.as_str())) {
            let fault = Fault::new("unknown-store", store.place).with("store", store);
            found.push((coupon.file, fault.meant(store, known.iter().copied())));
        }
    }
}

/// What is wrong with a template: blanks nothing fills; else what LINE would refuse of it, filled with the longest values there
/// may be and with the emptiest, in every language.
fn template_faults(draft: &Draft, template: &Template, source: &Source) -> Vec<Fault> {
    let Some(profile) = draft.profile.as_ref().filter(|_| draft.knows("rewards")) else { return Vec::new() };
    let cards = draft.stamp_cards.iter().map(|card| (card.value.name(), card.value.title.longest()));
    let brand = profile.value.title.longest();
    let longest = Data::longest(brand, cards);
    let faults = check_blanks(&template.file, &longest.paths(), source);
    if !faults.is_empty() {
        return faults;
    }
    let emptiest = longest.emptied();
    let mut faults = BTreeMap::new();
    for lang in template.file.langs() {
        for data in [&longest, &emptiest] {
            for fault in rendered_faults(template, lang, data) {
                faults.entry((fault.place, fault.code.clone())).or_insert(fault);
            }
        }
    }
    faults.into_values().collect()
}

fn rendered_faults(template: &Template, lang: Lang, data: &Data) -> Vec<Fault> {
    match template.file.render_with_places(lang, data) {
        Ok((messages, places)) => {
            let refused = check_json(&messages).err().unwrap_or_default();
            let mut seen = BTreeSet::new();
            refused
                .iter()
                .filter(|fault| seen.insert(fault.property.clone()))
                .map(|fault| of_line(fault, &places))
                .collect()
        }
        Err(fault) => vec![Fault::new("bad-blank", fault.place).with("detail", fault.detail).hint("bad-blank-hint")],
    }
}

/// What LINE would refuse, at its place in the file.
fn of_line(fault: &LineFault, places: &Places) -> Fault {
    let place = places.of(&fault.property).unwrap_or_default();
    let named = |code: &'static str| {
        let property = fault.property.split_once("].").map_or(fault.property.as_str(), |(_, property)| property);
        Fault::new(code, place).with("property", property)
    };
    match &fault.rule {
        Rule::Required => named("line-missing"),
        Rule::Empty => named("line-empty").hint("line-empty-hint"),
        Rule::Length { max, found, .. } if found > max => {
            named("line-too-long").with("limit", max).with("found", found).hint("line-too-long-hint")
        }
        Rule::Length { .. } => named("line-empty").hint("line-empty-hint"),
        Rule::Size { min, max, found } => named("line-size").with("min", min).with("max", max).with("found", found),
        Rule::OneOf(words) => named("line-one-of").with("known", words.join(", ")).hint("one-of"),
        Rule::UnknownField => named("line-unknown"),
        Rule::Uri | Rule::UriScheme(_) => named("line-uri").hint("line-uri-hint"),
        other => named("line-refuses").with("detail", other),
    }
}
