//! Vouchers taken by a till or a shop.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shapes::{AlreadyRedeemed, Fault, Faults, Voucher};
use super::stamps::LONGEST_REFERENCE;
use super::write::{Act, Begun, Done, Write};
use super::{ask, places, refused};
use crate::app::App;
use crate::ids::RedemptionId;
use crate::loyalty::coupons::Code;
use crate::loyalty::{self, By, Key, Refusal};
use crate::problem::Problem;

/// A voucher to be taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRedemption {
    /// The code that was scanned or typed; hyphens, spaces and small letters are forgiven.
    #[schema(example = "7KQ3M-9XWPA-4TRGY")]
    voucher: String,
    /// The code of the store.
    #[schema(example = "zhongshan")]
    store: String,
    /// The sale, as the till numbers it. The same once more, with the same content, gets the first answer; once the use was
    /// taken back at a counter, 409 `taken_back`, with `entry` and `taken_back_at`: the voucher is not used, nothing may be
    /// handed out for it, and a till that means to take it sends a new reference. A sale may take several vouchers, and earn
    /// stamps too.
    #[schema(min_length = 1, max_length = 200, example = "R-2027-000124")]
    reference: String,
}

/// A voucher that was taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct Taken {
    /// Its use.
    pub redemption: RedemptionId,
    /// The voucher after it.
    pub voucher: Voucher,
}

/// Takes a voucher.
#[utoipa::path(post, path = "/api/v1/redemptions", operation_id = "redeem_voucher", tag = "rewards", request_body = NewRedemption,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the same request get the first answer, unless what was done was taken back; after a refusal the same request is judged anew")),
    responses((status = 201, body = Taken, description = "It is taken"), Faults,
        (status = 409, body = AlreadyRedeemed, content_type = "application/problem+json",
            description = "`already_redeemed`; without `first`: `taken_back`, `reference_reused` or `idempotency_key_reused`"),
        (status = 422, body = Fault, description = "A rule says no", content_type = "application/problem+json")),
    security(("key" = ["loyalty:write"])))]
pub(super) async fn redeem(State(app): State<App>, write: Write) -> Result<Response, Problem> {
    let new: NewRedemption = write.json()?;
    let reference = ask::text("reference", &new.reference, LONGEST_REFERENCE)?;
    let (program, actor) = (write.by.id, write.by.actor());
    let mut act: Act = match write.begin(&app).await? {
        Begun::New(act) => act,
        Begun::Known(answer) => return Ok(answer),
    };
    let place = match places::of_store(&mut act.tx, &new.store).await? {
        Ok(place) => place,
        Err(problem) => return act.answer(&app, Err(problem)).await,
    };
    let outcome = match new.voucher.parse::<Code>() {
        Ok(code) => {
            let key = Key::api_redemption(program, &code, &reference);
            let asked = loyalty::Redeem { code, place, key, by: By::own(actor) };
            loyalty::redeem_in(&app, &mut act.tx, &asked).await?
        }
        Err(_) => Err(Refusal::UnknownVoucher),
    };
    match outcome {
        Err(refusal) => {
            let problem = refused::problem(&mut act.tx, &refusal).await?;
            act.answer(&app, Err(problem)).await
        }
        Ok(redeemed) => {
            let (member, entry) = (redeemed.redemption.member, redeemed.entry);
            let voucher = Voucher::of(redeemed.voucher, redeemed.redemption.at);
            let taken = Taken { redemption: redeemed.redemption.id, voucher };
            act.answer(&app, Ok(Done::created(&taken, member, entry, redeemed.repeated))).await
        }
    }
}
