//! One sender at a time, whichever replica; one that was stopped for too long does no harm when it wakes up.

use chrono::TimeDelta;
use shuke::delivery::{self, Sender};
use shuke::sandbox::{Endpoint, Fault, FaultKind, Sandbox};

use super::{EQUAL, PATIENCE, PERSONAL, a_run, all_have_one};
use crate::harness::on_both;
use crate::shop::Shop;

#[tokio::test]
async fn two_replicas_send_each_message_once() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let other = Sender::new(shop.another_replica());
        let (phones, _) = a_run(&shop, PERSONAL, 150).await;
        for _ in 0..20 {
            let (one, two) = tokio::join!(shop.sender.step(), other.step());
            let (one, two) = (one.unwrap(), two.unwrap());
            assert!(one.sent == 0 || two.sent == 0, "both sent");
            shop.sandbox.advance(TimeDelta::seconds(1));
        }
        shop.send().await;
        all_have_one(&shop, &phones).await;
        assert_eq!(shop.requests("push"), 150, "no request was made twice");
    })
    .await;
}

#[tokio::test]
async fn a_replica_that_was_away_hands_over_and_marks_nothing() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let other = Sender::new(shop.another_replica());
        let (phones, _) = a_run(&shop, EQUAL, 3).await;
        shop.sandbox.fault(Fault { ms: 300, ..Fault::times(FaultKind::Slow, 1).at(Endpoint::Multicast) });
        let takes_over = async {
            until_asked(&shop.sandbox, "multicast").await;
            shop.sandbox.advance(TimeDelta::seconds(10));
            other.step().await.unwrap()
        };
        let (away, took_over) = tokio::join!(shop.sender.step(), takes_over);
        assert_eq!((away.unwrap().sent, took_over.sent), (1, 1), "the second asks LINE again under the same key");
        other.step().await.unwrap();
        all_have_one(&shop, &phones).await;
        assert_eq!(shop.requests("multicast"), 2);
    })
    .await;
}

#[tokio::test]
async fn what_a_replica_left_on_its_way_the_next_one_finds_out() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, _) = a_run(&shop, PERSONAL, 5).await;
        shop.sandbox.fault(Fault { ms: 60_000, ..Fault::times(FaultKind::Slow, 5).at(Endpoint::Push) });
        tokio::select! {
            _ = shop.sender.step() => panic!("it waits for LINE"),
            () = until_asked(&shop.sandbox, "push") => {}
        }
        shop.sandbox.tune(|world| world.faults.clear());
        let next = Sender::new(shop.another_replica());
        assert_eq!(next.step().await.unwrap(), delivery::Stepped::default(), "the lease is still another's");
        shop.advance(TimeDelta::seconds(5)).await;
        while next.step().await.unwrap().sent > 0 {}
        shop.send_within(PATIENCE).await;
        all_have_one(&shop, &phones).await;
    })
    .await;
}

#[tokio::test]
async fn whether_anybody_sends_is_known() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let alive = async || delivery::is_alive(&db, shop.app.clock.now()).await.unwrap();
        assert!(!alive().await);
        shop.sender.step().await.unwrap();
        assert!(alive().await);
        shop.advance(TimeDelta::seconds(4)).await;
        assert!(!alive().await, "its lease has ended");
    })
    .await;
}

/// Waits until LINE was asked something at `endpoint`.
async fn until_asked(sandbox: &Sandbox, endpoint: &str) {
    let mut grown = sandbox.watch();
    while !sandbox.look(|world| world.requests.iter().any(|request| request.endpoint == endpoint)) {
        grown.changed().await.expect("the sandbox is there");
    }
}
