//! Walk 4: a marketer plans, applies and watches; the right phones get it once.

mod again;
mod apply;
mod definitions;
mod plan;
mod races;
mod steer;
mod texts;

use chrono::TimeDelta;
use shuke::ids::LineUserId;

use crate::shop::Shop;

/// Somebody who took her card, agreed to offers, and was last served 70 days ago.
async fn lapsed(shop: &Shop, name: &str) -> LineUserId {
    let phone = shop.joins(name).await;
    shop.agrees(&phone).await;
    shop.last_visit(&phone, TimeDelta::days(70)).await;
    phone
}
