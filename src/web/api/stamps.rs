//! Stamps given by a till or a shop. The `reference` (a receipt's or an order's number) makes a sale count once.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shapes::{Card, Fault, Faults, Voucher};
use super::write::{Act, Begun, Done, Write};
use super::{ask, places, refused};
use crate::app::App;
use crate::ids::{EntryId, MemberId};
use crate::loyalty::{self, By, Key};
use crate::problem::Problem;

/// Longest reference, in letters.
pub(super) const LONGEST_REFERENCE: usize = 200;

/// Stamps for one visit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStamps {
    /// Who gets them.
    member: MemberId,
    /// On which stamp card.
    #[schema(example = "coffee")]
    card: String,
    /// How many.
    #[schema(minimum = 1, example = 1)]
    stamps: i64,
    /// The code of the store.
    #[schema(example = "zhongshan")]
    store: String,
    /// The sale, as the till numbers it. The same once more, with the same content, gets the first answer; once the stamps
    /// were taken back at a counter, 409 `taken_back`, with `entry` and `taken_back_at`: nothing counts, and a till that
    /// means to give them again sends a new reference. The sale may take vouchers too, under the same reference.
    #[schema(min_length = 1, max_length = 200, example = "R-2027-000123")]
    reference: String,
}

/// Stamps that were given.
#[derive(Debug, Serialize, ToSchema)]
pub struct Given {
    /// The entry in her ledger.
    pub entry: EntryId,
    /// The card the next stamp goes onto.
    pub card: Card,
    /// What these stamps earned.
    pub vouchers: Vec<Voucher>,
}

/// Gives stamps.
#[utoipa::path(post, path = "/api/v1/stamps", operation_id = "give_stamps", tag = "rewards", request_body = NewStamps,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the same request get the first answer, unless what was done was taken back; after a refusal the same request is judged anew")),
    responses((status = 201, body = Given, description = "They are given"), Faults,
        (status = 409, body = Fault, description = "`taken_back`, `reference_reused` or `idempotency_key_reused`", content_type = "application/problem+json"),
        (status = 422, body = Fault, description = "A rule says no; `until` where it will not from then on", content_type = "application/problem+json")),
    security(("key" = ["loyalty:write"])))]
pub(super) async fn give(State(app): State<App>, write: Write) -> Result<Response, Problem> {
    let new: NewStamps = write.json()?;
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
    let asked = loyalty::Stamp {
        member: new.member,
        card: new.card,
        stamps: new.stamps,
        place,
        key: Key::api_stamps(program, &reference),
        pass: None,
        by: By::own(actor),
    };
    match loyalty::stamp_in(&app, &mut act.tx, &asked).await? {
        Err(refusal) => {
            let problem = refused::problem(&mut act.tx, &refusal).await?;
            act.answer(&app, Err(problem)).await
        }
        Ok(stamped) => {
            let card = stamped.cards.into_iter().next_back().ok_or(sqlx::Error::RowNotFound)?;
            let vouchers = stamped.vouchers.into_iter().map(|voucher| Voucher::of(voucher, stamped.at)).collect();
            let given = Given { entry: stamped.entry, card: card.into(), vouchers };
            act.answer(&app, Ok(Done::created(&given, new.member, stamped.entry, stamped.repeated))).await
        }
    }
}
