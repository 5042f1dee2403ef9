//! What the counter says when something is refused: what is so, and what the clerk does next.

use fluent_bundle::FluentValue;

use crate::loyalty::Refusal;
use crate::members::WrongNumber;
use crate::members::pass::Fault;
use crate::web::face::Scene;
use crate::web::pieces::{Band, Tone};

/// A sentence that says what is so, by its key; what to do next stands under the same key with `-next`.
pub(super) fn band(scene: &Scene, tone: Tone, key: &str, blanks: &[(&str, FluentValue<'_>)]) -> Band {
    let voice = scene.voice();
    let words = voice.say_with(key, blanks);
    Band { tone, words, next: voice.say_with(&format!("{key}-next"), blanks), undo: None }
}

/// Why a reward act is refused. `by` is who did what stands in the way, where somebody did.
pub(super) fn refusal(scene: &Scene, refusal: &Refusal, by: &str) -> Band {
    let care = |key, blanks: &[(&str, FluentValue<'_>)]| band(scene, Tone::Care, key, blanks);
    let no = |key, blanks: &[(&str, FluentValue<'_>)]| band(scene, Tone::Refused, key, blanks);
    match refusal {
        Refusal::UnknownMember => no("refused-number-unknown", &[]),
        Refusal::NotJoined => care("refused-not-joined", &[]),
        Refusal::OwnCard => no("refused-own-card", &[]),
        Refusal::UnknownCard => care("refused-no-card", &[]),
        Refusal::Amount { at_most } => care("refused-amount", &[("most", (*at_most).into())]),
        Refusal::TooSoon { until } => care("refused-too-soon", &[("until", scene.from_moment(*until).into())]),
        Refusal::PassUsed => care("refused-pass-used", &[]),
        Refusal::OtherContent => care("refused-scan-used", &[]),
        Refusal::TakenBack { at, .. } => care("refused-taken-back", &[("when", scene.moment(*at).into())]),
        Refusal::UnknownEntry => no("refused-undo-none", &[]),
        Refusal::NotUndoable => no("refused-undo-kind", &[]),
        Refusal::NotYours => no("refused-undo-other", &[("by", by.into())]),
        Refusal::NoReason => care("refused-undo-why", &[]),
        Refusal::TooLate { ended } => no("refused-undo-late", &[("ended", scene.moment(*ended).into())]),
        Refusal::RewardUsed { .. } => no("refused-undo-spent", &[]),
        Refusal::CardExpired => no("refused-undo-ended", &[]),
        Refusal::UnknownVoucher => no("refused-voucher-unknown", &[]),
        Refusal::AlreadyRedeemed { first } => {
            let blanks = [
                ("when", scene.moment(first.at).into()),
                ("store", scene.store_name(&first.store).into()),
                ("by", by.into()),
            ];
            no("refused-voucher-used", &blanks)
        }
        Refusal::VoucherExpired { at } => {
            let last = scene.voice().day(scene.last_day(*at), scene.today());
            no("refused-voucher-expired", &[("day", last.into())])
        }
        Refusal::VoucherRevoked => no("refused-voucher-revoked", &[]),
        Refusal::OtherStore { stores } => {
            let names: Vec<String> = stores.iter().map(|code| scene.store_name(code)).collect();
            let comma = scene.voice().say("list-comma");
            no("refused-voucher-store", &[("stores", names.join(&comma).into())])
        }
    }
}

/// A scanned text that is no good pass: the word for the log, and what to do.
pub(super) fn pass(scene: &Scene, fault: Fault) -> (&'static str, Band) {
    match fault {
        Fault::NotAPass => ("not_a_pass", band(scene, Tone::Refused, "refused-not-a-pass", &[])),
        Fault::Forged => ("forged", band(scene, Tone::Refused, "refused-forged", &[])),
        Fault::Expired { ago } => {
            let blanks = [("seconds", ago.num_seconds().max(1).into())];
            ("expired", band(scene, Tone::Care, "refused-expired", &blanks))
        }
        Fault::TooEarly => ("too_early", band(scene, Tone::Care, "refused-early", &[])),
    }
}

/// A typed number that is none.
pub(super) fn number(scene: &Scene, wrong: WrongNumber) -> Band {
    let key = match wrong {
        WrongNumber::Length => "refused-number-length",
        WrongNumber::CheckDigit => "refused-number-digit",
    };
    band(scene, Tone::Care, key, &[])
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use uuid::Uuid;

    use super::*;
    use crate::ids::Actor;
    use crate::loyalty::coupons::First;
    use crate::spec::{Doc, read};
    use crate::web::pieces::Shell;
    use crate::words::{Lang, Words};

    fn scene(lang: Lang) -> Scene {
        let brand =
            read(&Doc { text: include_str!("../../../brand.yaml"), lines_before: 0 }).expect("the sample brand");
        let shell = Shell {
            voice: Words::load().voice(lang),
            brand: String::from("x"),
            base: String::from("/counter"),
            theme: None,
        };
        Scene { shell, brand, now: DateTime::UNIX_EPOCH + TimeDelta::days(20_000) }
    }

    #[test]
    fn every_refusal_says_what_to_do_next_in_every_language() {
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let id = Uuid::nil();
        let first = First {
            redemption: id.into(),
            entry: id.into(),
            at,
            store: String::from("yongkang"),
            by: Actor::operator(),
        };
        let refusals = [
            Refusal::UnknownMember,
            Refusal::NotJoined,
            Refusal::OwnCard,
            Refusal::UnknownCard,
            Refusal::Amount { at_most: 10 },
            Refusal::TooSoon { until: at },
            Refusal::OtherContent,
            Refusal::UnknownEntry,
            Refusal::NotUndoable,
            Refusal::NotYours,
            Refusal::TooLate { ended: at },
            Refusal::RewardUsed { voucher: id.into(), coupon: String::from("free-latte") },
            Refusal::CardExpired,
            Refusal::UnknownVoucher,
            Refusal::AlreadyRedeemed { first },
            Refusal::VoucherExpired { at },
            Refusal::VoucherRevoked,
            Refusal::OtherStore { stores: vec![String::from("zhongshan"), String::from("online")] },
            Refusal::PassUsed,
            Refusal::TakenBack { entry: id.into(), at },
            Refusal::NoReason,
        ];
        let faults = [Fault::NotAPass, Fault::Forged, Fault::Expired { ago: TimeDelta::seconds(40) }, Fault::TooEarly];
        for lang in Lang::ALL {
            let scene = scene(lang);
            let mut said: Vec<Band> = refusals.iter().map(|each| refusal(&scene, each, "小安")).collect();
            said.extend(faults.map(|fault| pass(&scene, fault).1));
            said.extend([WrongNumber::Length, WrongNumber::CheckDigit].map(|wrong| number(&scene, wrong)));
            for band in &said {
                assert!(!band.words.is_empty() && !band.next.is_empty(), "{lang} {band:?}");
            }
        }
        let used = refusal(&scene(Lang::ZhHant), &refusals[14], "小安");
        assert_eq!(used.words, "此券 08:00 已在永康店使用");
        assert!(used.next.contains("小安"));
        for (late, told) in [(0, "08:00"), (1, "08:01"), (59_000_001, "08:01"), (60_000_000, "08:01")] {
            let until = at + TimeDelta::microseconds(late);
            let soon = refusal(&scene(Lang::ZhHant), &Refusal::TooSoon { until }, "");
            assert_eq!(soon.words, format!("{told} 後才能再蓋"), "{until}");
        }
        let ended = at + TimeDelta::seconds(30);
        let late = refusal(&scene(Lang::ZhHant), &Refusal::TooLate { ended }, "");
        assert_eq!(late.words, "08:00 後不能自行復原", "an end is not put off");
        let elsewhere = refusal(&scene(Lang::ZhHant), &refusals[17], "");
        assert!(elsewhere.next.contains("中山店、線上商店"));
    }
}
