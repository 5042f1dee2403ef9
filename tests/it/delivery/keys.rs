//! Retry keys: written before the first byte, kept while nobody knows, and never used when they may have died.

use chrono::TimeDelta;
use shuke::campaigns;
use shuke::delivery::{State, approval};
use shuke::ids::Actor;
use shuke::sandbox::{Endpoint, Fault, FaultKind};
use shuke::store::query;

use super::PERSONAL;
use crate::harness::on_both;
use crate::shop::{Shop, TO_ALL, keys_are_sound};

#[tokio::test]
async fn keys_are_on_disk_before_anything_leaves() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, run) = shop.a_run(PERSONAL, 4).await;
        let keys: i64 = query(&db, "select count(distinct retry_key) from batch where run = $1 and state = 'ready'")
            .bind(run)
            .value()
            .await
            .unwrap();
        assert_eq!(keys, 4);
        assert_eq!(shop.copies(&phones), [4]);
        assert_eq!(shop.requests("push"), 0);
    })
    .await;
}

#[tokio::test]
async fn after_twenty_three_hours_nothing_is_tried_again_and_a_person_is_asked() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.sandbox.fault(Fault::times(FaultKind::CutAfter, 1).at(Endpoint::Multicast));
        let (phones, _) = shop.a_run(TO_ALL, 3).await;
        shop.sender.step().await.unwrap();
        let actor = Actor::operator();
        campaigns::pause(&shop.app, "winback", &actor).await.unwrap();
        shop.advance(TimeDelta::hours(24)).await;
        campaigns::resume(&shop.app, "winback", &actor).await.unwrap();
        shop.send().await;
        assert_eq!(shop.requests("multicast"), 1, "its key may have died: the same request could be a second one");
        assert_eq!(shop.copies(&phones), [0, 3]);
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.accepted, status.unknown), (State::Done, 0, 3));
        assert_eq!(status.more.doubtful.len(), 1, "a person can see which request");
    })
    .await;
}

#[tokio::test]
async fn an_outage_of_a_day_ends_after_ten_tries_and_is_said_so() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.sandbox.fault(Fault { count: None, ..Fault::times(FaultKind::ErrorBefore, 1).at(Endpoint::Multicast) });
        let (phones, _) = shop.a_run(TO_ALL, 3).await;
        shop.send_within(TimeDelta::hours(25)).await;
        assert_eq!(shop.copies(&phones), [3]);
        assert_eq!(shop.requests("multicast"), 10);
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.accepted, status.unknown), (State::Done, 0, 3));
        keys_are_sound(&shop.sandbox);
    })
    .await;
}

#[tokio::test]
async fn a_request_line_surely_refused_gets_a_fresh_key_and_asks_the_gate_again() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.sandbox.fault(Fault::times(FaultKind::RateLimited, 1).at(Endpoint::Multicast));
        let (phones, run) = shop.a_run(TO_ALL, 3).await;
        shop.sender.step().await.unwrap();
        let taken = async || approval::find(&db, run).await.unwrap().unwrap().taken;
        assert_eq!(taken().await, 0, "its messages are given back");
        shop.says(&phones[0], "不要優惠訊息").await;
        shop.send().await;
        assert_eq!((shop.pushed(&phones[0]).len(), shop.copies(&phones[1..])), (0, vec![0, 2]));
        assert_eq!(taken().await, 2);
        let keys = shop.sandbox.look(|world| {
            let sent = world.requests.iter().filter(|request| request.endpoint == "multicast");
            sent.filter_map(|request| request.retry_key.clone()).collect::<std::collections::HashSet<_>>()
        });
        assert_eq!(keys.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_key_from_a_clock_that_was_ahead_is_never_used_again() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.sandbox.fault(Fault::times(FaultKind::CutAfter, 1).at(Endpoint::Multicast));
        let (phones, _) = shop.a_run(TO_ALL, 3).await;
        shop.advance(TimeDelta::hours(3)).await;
        shop.sender.step().await.unwrap();
        shop.sandbox.advance(-TimeDelta::hours(3));
        shop.send().await;
        assert_eq!(shop.requests("multicast"), 1, "nobody knows how old its key is");
        assert_eq!(shop.copies(&phones), [0, 3]);
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.unknown), (State::Done, 3));
    })
    .await;
}
