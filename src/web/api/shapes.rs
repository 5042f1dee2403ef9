//! What answers are made of. Names of fields never change their meaning within a version of the API.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::ids::{ActorKind, CardId, LineUserId, MemberId, TimelineId, VoucherId};
use crate::loyalty::coupons::{self, VoucherState};
use crate::loyalty::stamps;
use crate::members::Number;
use crate::members::friends::FriendState;

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    /// Her id.
    pub id: MemberId,
    /// The number she can read out at a counter, eight digits.
    #[schema(value_type = String, example = "12345678")]
    pub number: Number,
    /// How she is called in LINE: first and last letter, unless `names=full` was asked for. Null while LINE has not told it.
    #[schema(required)]
    pub name: Option<String>,
    /// Her LINE account; null when none is known.
    #[schema(required)]
    pub friend: Option<Friend>,
    /// When she took her membership card; null before that.
    #[schema(required)]
    pub joined_at: Option<DateTime<Utc>>,
    /// Her tags, by name.
    pub tags: Vec<String>,
    /// Grows with each change of her.
    pub version: i64,
    /// When she was first heard of.
    pub created_at: DateTime<Utc>,
}

/// A LINE user.
#[derive(Debug, Serialize, ToSchema)]
pub struct Friend {
    /// LINE's id of her, the same in all channels of one provider.
    #[schema(value_type = String, example = "U8e742f61d673b39c7fff3cecb7536ef0")]
    pub line_user_id: LineUserId,
    /// Whether she can be reached.
    pub state: FriendState,
}

/// One copy of a stamp card.
#[derive(Debug, Serialize, ToSchema)]
pub struct Card {
    /// Its id.
    pub id: CardId,
    /// The stamp card it is a copy of.
    #[schema(example = "coffee")]
    pub card: String,
    /// The version of the terms it was begun under.
    pub version: i64,
    /// Stamps on it.
    pub stamps: i64,
    /// Stamps that fill it.
    pub goal: i64,
    /// Whether it is full.
    pub completed: bool,
    /// The newest stamp on it that counts.
    #[schema(required)]
    pub last_stamp_at: Option<DateTime<Utc>>,
    /// The first instant at which it no longer counts.
    #[schema(required)]
    pub expires_at: Option<DateTime<Utc>>,
}

impl From<stamps::Card> for Card {
    fn from(card: stamps::Card) -> Self {
        Self {
            id: card.id,
            completed: card.state == stamps::CardState::Completed,
            card: card.programme,
            version: card.version,
            stamps: card.stamps,
            goal: card.goal,
            last_stamp_at: card.last_stamp_at,
            expires_at: card.expires_at,
        }
    }
}

/// One copy of a coupon.
#[derive(Debug, Serialize, ToSchema)]
pub struct Voucher {
    /// Its id.
    pub id: VoucherId,
    /// What is scanned or typed. Whoever knows it can use the voucher: null for a key without the scope `loyalty:write`.
    #[schema(required)]
    pub code: Option<String>,
    /// The coupon it is a copy of.
    #[schema(example = "free-latte")]
    pub coupon: String,
    /// How it stands.
    pub state: VoucherState,
    /// When it was given.
    pub issued_at: DateTime<Utc>,
    /// The first instant at which it is no longer good.
    #[schema(required)]
    pub expires_at: Option<DateTime<Utc>>,
}

impl Voucher {
    /// A voucher as it stands at `now`: one whose time has run out is expired, marked or not.
    pub(super) fn of(voucher: coupons::Voucher, now: DateTime<Utc>) -> Self {
        Self {
            state: if voucher.has_ended(now) { VoucherState::Expired } else { voucher.state },
            id: voucher.id,
            code: Some(String::from(voucher.code.as_str())),
            coupon: voucher.coupon,
            issued_at: voucher.issued_at,
            expires_at: voucher.expires_at,
        }
    }
}

/// One line of a member's history.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineItem {
    /// Its id.
    pub id: TimelineId,
    /// What happened, one stable word.
    #[schema(example = "stamped")]
    pub kind: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// By whom.
    pub actor: Doer,
    /// What happened, in the language of `Accept-Language` (zh-Hant, ja, en).
    pub summary: String,
}

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
pub struct Doer {
    /// What sort of actor.
    #[schema(value_type = String, example = "staff")]
    pub kind: ActorKind,
    /// The actor's id within its sort.
    pub id: String,
}

/// What every error says.
#[derive(Debug, Serialize, ToSchema)]
pub struct Fault {
    /// A stable word a program may branch on.
    #[schema(example = "too_soon")]
    pub code: String,
    /// The status in words.
    pub title: String,
    /// What is so, why, and what to do next.
    pub detail: String,
    /// The HTTP status.
    pub status: u16,
    /// Where a rule says no for now: the first instant at which it will not.
    pub until: Option<DateTime<Utc>>,
}

/// What any route may answer instead.
#[derive(IntoResponses)]
pub enum Faults {
    /// The request does not fit; `detail` says where and what would be right.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(#[to_schema] Fault),
    /// No key, an unknown one, or one that was revoked.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(#[to_schema] Fault),
    /// The key was not given the scope `scope`.
    #[response(status = 403, content_type = "application/problem+json")]
    MissingScope(#[to_schema] Fault),
    /// The database cannot do it now. It may have done it all the same: ask again with the same `reference` or
    /// `Idempotency-Key`, and it is done once.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(#[to_schema] Fault),
}

/// What a route with a member in its address may answer besides.
#[derive(IntoResponses)]
pub enum NoMember {
    /// There is no such member.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(#[to_schema] Fault),
}

/// What `already_redeemed` says besides.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlreadyRedeemed {
    /// `already_redeemed`.
    pub code: String,
    /// The status in words.
    pub title: String,
    /// What is so.
    pub detail: String,
    /// 409.
    pub status: u16,
    /// The redemption that came first.
    pub first: First,
}

/// The redemption that came first.
#[derive(Debug, Serialize, ToSchema)]
pub struct First {
    /// When.
    pub at: DateTime<Utc>,
    /// In which store.
    pub store: String,
    /// By whom, as colleagues call them.
    pub by: String,
}

/// Members.
#[derive(Debug, Serialize, ToSchema)]
pub struct Members {
    /// On this page.
    pub items: Vec<Member>,
    /// Where the next page begins: send it as `after`. Null on the last page.
    #[schema(required)]
    pub next: Option<String>,
}

/// Cards, those of one stamp card together, the newest of them first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cards {
    /// All of them.
    pub items: Vec<Card>,
    /// Always null: the list is whole.
    #[schema(required)]
    pub next: Option<String>,
}

/// Vouchers, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Vouchers {
    /// All of them.
    pub items: Vec<Voucher>,
    /// Always null: the list is whole.
    #[schema(required)]
    pub next: Option<String>,
}

/// A member's history, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Timeline {
    /// On this page.
    pub items: Vec<TimelineItem>,
    /// Where the next page begins: send it as `before`. Null on the last page.
    #[schema(required)]
    pub next: Option<String>,
}
