//! What a member has: her cards and her vouchers.

use axum::Json;
use axum::extract::State;

use super::ask::In;
use super::caller::Caller;
use super::members::no_such;
use super::shapes::{Card, Cards, Faults, NoMember, Voucher, Vouchers};
use crate::app::App;
use crate::ids::MemberId;
use crate::loyalty;
use crate::loyalty::stamps::CardState;
use crate::members;
use crate::problem::Problem;
use crate::staff::api_keys::Scope;

/// A member's cards that count: the open ones and those she filled.
#[utoipa::path(get, path = "/api/v1/members/{id}/cards", operation_id = "list_cards", tag = "members", params(("id" = MemberId, Path)),
    responses((status = 200, body = Cards, description = "Her cards"), NoMember, Faults),
    security(("key" = ["members:read"])))]
pub(super) async fn cards(State(app): State<App>, In(id): In<MemberId>) -> Result<Json<Cards>, Problem> {
    members::find(&app.db, id).await?.ok_or_else(no_such)?;
    let now = app.clock.now();
    let cards = loyalty::cards_of(&app.db, id).await?.into_iter();
    let counts = cards.filter(|card| match card.state {
        CardState::Open => !card.has_ended(now),
        CardState::Completed => true,
        CardState::Expired | CardState::Void => false,
    });
    Ok(Json(Cards { items: counts.map(Card::from).collect(), next: None }))
}

/// A member's vouchers, used and expired ones too. Their codes are for keys that may take vouchers: null without
/// `loyalty:write`.
#[utoipa::path(get, path = "/api/v1/members/{id}/vouchers", operation_id = "list_vouchers", tag = "members",
    params(("id" = MemberId, Path)),
    responses((status = 200, body = Vouchers, description = "Her vouchers"), NoMember, Faults),
    security(("key" = ["members:read"])))]
pub(super) async fn vouchers(
    State(app): State<App>,
    Caller(by): Caller,
    In(id): In<MemberId>,
) -> Result<Json<Vouchers>, Problem> {
    members::find(&app.db, id).await?.ok_or_else(no_such)?;
    let now = app.clock.now();
    let may_use = by.has(Scope::LoyaltyWrite);
    let shown = |voucher| {
        let shown = Voucher::of(voucher, now);
        Voucher { code: shown.code.filter(|_| may_use), ..shown }
    };
    Ok(Json(Vouchers { items: loyalty::vouchers_of(&app.db, id).await?.into_iter().map(shown).collect(), next: None }))
}
