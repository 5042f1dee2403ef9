//! The files `rewards/*.yaml`: stamp cards and coupons as a marketer writes them. A published version of one is the terms that
//! cards and vouchers keep for life.

mod coupon;
mod stamp_card;

pub use coupon::{Coupon, CouponKind, RedeemedBy, Redeeming, Stores, Valid, ValidFrom};
pub use stamp_card::{Earn, Expires, From, Overflow, Per, Reward, Round, StampCard};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Doc, Duration, Fault, read};

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
