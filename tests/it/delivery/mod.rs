//! The way out under every fault LINE and the way to it may have: nobody gets two copies, the rest is delivered, and the
//! counts are true.

mod faults;
mod keys;
mod pauses;
mod replies;
mod senders;
mod withdrawn;

use chrono::TimeDelta;
use shuke::delivery::State;
use shuke::ids::LineUserId;

use crate::shop::{Shop, keys_are_sound};

/// To everybody who joined, with her name in it.
const PERSONAL: &str =
    "campaign: winback\ntitle: 新豆上架\naudience: { segment: everyone }\nmessage: templates/winback.yaml\n";

/// Every phone has one copy, the run is done, and its counts say so.
async fn all_have_one(shop: &Shop, phones: &[LineUserId]) {
    assert_eq!(shop.copies(phones), [0, phones.len()]);
    let status = shop.status("winback").await;
    let all = i64::try_from(phones.len()).unwrap();
    assert_eq!((status.state, status.planned, status.accepted), (State::Done, all, all), "{status:?}");
    keys_are_sound(&shop.sandbox);
}

/// Longer than any wait between two tries of a short trouble.
const PATIENCE: TimeDelta = TimeDelta::minutes(20);
