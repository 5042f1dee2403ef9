//! How long a voucher is good, and when it may be used.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use super::code::Code;
use super::types::{First, Issued, Voucher, VoucherMove, VoucherState};
use crate::ids::VoucherId;
use crate::loyalty::calendar;
use crate::loyalty::spec::{Coupon, Round, ValidFrom};
use crate::loyalty::terms::Edition;
use crate::loyalty::types::{Answer, Refusal};
use crate::spec::Period;

/// How long a voucher that is given back after its end is good at least.
const GRACE: TimeDelta = TimeDelta::hours(1);

/// Gives a voucher.
pub fn issue(voucher: VoucherId, code: &Code, terms: &Edition<Coupon>, at: DateTime<Utc>, zone: Tz) -> VoucherMove {
    let ValidFrom::Issue = terms.terms.valid.from;
    let issued = Issued {
        coupon: String::from(terms.terms.coupon.as_str()),
        version: terms.version,
        code_hash: code_hash(code),
        expires_at: terms.terms.valid.lasts.0.map(|period| end(period, at, zone)),
    };
    VoucherMove { voucher, issued: Some(issued), state: VoucherState::Issued, new_end: None }
}

/// The end of a voucher's time; of one counted in days, the end of its last day.
fn end(period: Period, at: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    calendar::rounded(period.after(at, zone), period.is_in_days().then_some(Round::Day), zone)
}

/// Gives a used voucher back. One whose end has passed since is good again to the end of the day, and for an hour at least.
pub fn give_back(voucher: VoucherId, expires_at: Option<DateTime<Utc>>, at: DateTime<Utc>, zone: Tz) -> VoucherMove {
    let has_passed = expires_at.is_some_and(|end| end <= at);
    let new_end = has_passed.then(|| calendar::rounded(at + GRACE, Some(Round::Day), zone));
    VoucherMove { new_end, ..VoucherMove::to(voucher, VoucherState::Issued) }
}

/// What the ledger keeps of a code.
pub fn code_hash(code: &Code) -> String {
    Sha256::digest(code.as_str()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a voucher may be used in `store` at `now`. `first` is its use that stands.
///
/// # Errors
/// It was used, it ended, it was taken back, or it is not good there.
pub fn redeem(voucher: &Voucher, first: Option<First>, terms: &Coupon, store: &str, now: DateTime<Utc>) -> Answer<()> {
    match (voucher.state, first) {
        (VoucherState::Redeemed, Some(first)) => return Err(Refusal::AlreadyRedeemed { first }),
        (VoucherState::Revoked, _) => return Err(Refusal::VoucherRevoked),
        _ => {}
    }
    match voucher.expires_at {
        Some(at) if at <= now => return Err(Refusal::VoucherExpired { at }),
        _ => {}
    }
    if terms.redeem.stores.include(store) {
        return Ok(());
    }
    let stores = terms.redeem.stores.listed().iter().map(|name| String::from(name.as_str())).collect();
    Err(Refusal::OtherStore { stores })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Chance;
    use crate::ids::{Actor, EntryId, MemberId, RedemptionId};

    fn terms(yaml: &str) -> Edition<Coupon> {
        let terms = serde_saphyr::from_str(&format!("coupon: free-latte\ntitle: 拿鐵兌換券\nkind: free_item\n{yaml}"))
            .expect(yaml);
        Edition { version: 3, terms }
    }

    fn voucher(state: VoucherState, expires_at: Option<DateTime<Utc>>) -> Voucher {
        let id = uuid::Uuid::from_u128(1);
        Voucher {
            id: id.into(),
            code: Code::random(&Chance::seeded(1)),
            member: MemberId(id),
            coupon: String::from("free-latte"),
            version: 3,
            state,
            entry: EntryId(id),
            issued_at: DateTime::UNIX_EPOCH,
            expires_at,
            changed_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_voucher_lasts_as_its_coupon_says() {
        for (at, valid, end) in [
            ("2026-03-04T11:30:00.000001+08:00", "", Some("2026-04-04T00:00:00+08:00")),
            ("2026-03-04T00:00:00+08:00", "", Some("2026-04-04T00:00:00+08:00")),
            ("2026-03-04T23:59:59.999999+08:00", "", Some("2026-04-04T00:00:00+08:00")),
            ("2026-03-04T11:30:00+08:00", "valid: { for: 2w }", Some("2026-03-19T00:00:00+08:00")),
            ("2026-01-31T11:30:00+08:00", "valid: { for: 1mo }", Some("2026-03-01T00:00:00+08:00")),
            ("2026-03-04T11:30:00.000001+08:00", "valid: { for: 12h }", Some("2026-03-04T23:30:00.000001+08:00")),
            ("2026-03-04T11:30:00+08:00", "valid: { for: none }", None),
        ] {
            let instant = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
            let (voucher, code) = (uuid::Uuid::nil().into(), Code::random(&Chance::seeded(1)));
            let moved = issue(voucher, &code, &terms(valid), instant(at), Tz::Asia__Taipei);
            let issued = moved.issued.expect("it is issued");
            assert_eq!((issued.expires_at, issued.version), (end.map(instant), 3), "{at} {valid}");
        }
    }

    #[test]
    fn a_voucher_given_back_after_its_end_gets_another() {
        for (end, at, new_end) in [
            (None, "2026-03-04T11:30:00+08:00", None),
            (Some("2026-03-04T11:30:00.000001+08:00"), "2026-03-04T11:30:00+08:00", None),
            (Some("2026-03-04T00:00:00+08:00"), "2026-03-04T00:00:00+08:00", Some("2026-03-05T00:00:00+08:00")),
            (Some("2026-03-04T00:00:00+08:00"), "2026-03-04T22:59:59+08:00", Some("2026-03-05T00:00:00+08:00")),
            (Some("2026-03-04T00:00:00+08:00"), "2026-03-04T23:30:00+08:00", Some("2026-03-06T00:00:00+08:00")),
        ] {
            let instant = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
            let moved = give_back(uuid::Uuid::nil().into(), end.map(instant), instant(at), Tz::Asia__Taipei);
            assert_eq!((moved.new_end, moved.state), (new_end.map(instant), VoucherState::Issued), "{end:?} {at}");
        }
    }

    #[test]
    fn a_voucher_is_used_once_in_time_and_in_its_stores() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let tick = TimeDelta::microseconds(1);
        let (id, by) = (RedemptionId(uuid::Uuid::nil()), Actor::operator());
        let first =
            First { redemption: id, entry: EntryId(uuid::Uuid::nil()), at: now, store: String::from("yongkang"), by };
        let used = Refusal::AlreadyRedeemed { first: first.clone() };
        let elsewhere = Refusal::OtherStore { stores: vec![String::from("yongkang")] };
        use VoucherState::{Expired, Issued, Redeemed, Revoked};
        for (state, end, yaml, answer) in [
            (Issued, None, "", Ok(())),
            (Issued, Some(now + tick), "", Ok(())),
            (Issued, Some(now), "", Err(Refusal::VoucherExpired { at: now })),
            (Expired, Some(now - tick), "", Err(Refusal::VoucherExpired { at: now - tick })),
            (Redeemed, Some(now - tick), "", Err(used)),
            (Revoked, Some(now - tick), "", Err(Refusal::VoucherRevoked)),
            (Issued, None, "redeem: { stores: [zhongshan, yongkang] }", Ok(())),
            (Issued, None, "redeem: { stores: [yongkang] }", Err(elsewhere)),
        ] {
            let first = (state == Redeemed).then(|| first.clone());
            assert_eq!(
                redeem(&voucher(state, end), first, &terms(yaml).terms, "zhongshan", now),
                answer,
                "{state:?} {end:?} {yaml}"
            );
        }
    }
}
