//! A rule's refusal as programs read it.

use crate::ids::Actor;
use crate::loyalty::Refusal;
use crate::loyalty::coupons::First;
use crate::problem::Problem;
use crate::staff;
use crate::store::Tx;

/// 422 with the refusal's own code and `until` where time heals it; 409 for what was done before.
pub(super) async fn problem(tx: &mut Tx, refusal: &Refusal) -> sqlx::Result<Problem> {
    let code = refusal.code();
    let plain = |detail: &str| Problem::refused(code, detail);
    Ok(match refusal {
        Refusal::UnknownMember => plain("There is no member with this id."),
        Refusal::NotJoined => plain("This card is for members, and she has not taken her membership card yet."),
        Refusal::OwnCard => plain("Nobody gives stamps to, or takes vouchers of, their own card."),
        Refusal::UnknownCard => plain("No stamp card of this name is published."),
        Refusal::Amount { at_most } => {
            let detail = format!("One visit gives 1 to {at_most} stamps on this card.");
            Problem::refused(code, detail).with("at_most", at_most)
        }
        Refusal::TooSoon { until } => {
            plain("Her last visit was a moment ago. From `until` on a stamp is given again.").with("until", until)
        }
        Refusal::PassUsed => plain("This pass earned its stamps on this card already; she shows a fresh one."),
        Refusal::OtherContent => Problem::conflict(
            "reference_reused",
            "This reference was used for something else. Use a new one for each sale.",
        ),
        Refusal::TakenBack { entry, at } => Problem::conflict(
            code,
            "This was done under the same reference and taken back since: it counts no longer, and nothing was done now. \
             If it is to count, send it under a new reference.",
        )
        .with("entry", entry)
        .with("taken_back_at", at),
        Refusal::UnknownEntry => plain("There is no such entry in her ledger."),
        Refusal::NotUndoable => plain("An entry of this kind cannot be undone."),
        Refusal::NotYours => plain("Somebody else did this; a manager can undo it."),
        Refusal::NoReason => plain("This is undone for a reason, and none was given."),
        Refusal::TooLate { ended } => plain("The time to undo this is over.").with("ended", ended),
        Refusal::RewardUsed { voucher, coupon } => {
            plain("What these stamps earned is already used; its redemption must be undone first.")
                .with("voucher", voucher)
                .with("coupon", coupon)
        }
        Refusal::CardExpired => plain("The card these stamps were on has expired."),
        Refusal::UnknownVoucher => plain("There is no voucher with this code; it may have been mistyped."),
        Refusal::AlreadyRedeemed { first } => already_redeemed(tx, first).await?,
        Refusal::VoucherExpired { at } => plain("The voucher has expired.").with("expired_at", at),
        Refusal::VoucherRevoked => plain("The voucher was taken back together with the stamps that earned it."),
        Refusal::OtherStore { stores } => {
            let detail = format!("The voucher is not good in this store, but in {}.", stores.join(", "));
            Problem::refused(code, detail).with("stores", stores)
        }
    })
}

async fn already_redeemed(tx: &mut Tx, first: &First) -> sqlx::Result<Problem> {
    let by: &Actor = &first.by;
    let first = super::shapes::First { at: first.at, store: first.store.clone(), by: staff::name_of(tx, by).await? };
    let detail = "The voucher was used before; `first` says when, where and by whom.";
    Ok(Problem::conflict("already_redeemed", detail).with("first", first))
}
