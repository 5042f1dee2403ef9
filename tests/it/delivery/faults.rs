//! Each fault switch of the sandbox.

use shuke::sandbox::{Endpoint, Fault, FaultKind};

use super::{EQUAL, PATIENCE, PERSONAL, a_run, all_have_one};
use crate::harness::on_both;
use crate::shop::Shop;

/// What may strike a request and be over soon.
const PASSING: [FaultKind; 8] = [
    FaultKind::ErrorBefore,
    FaultKind::ErrorAfter,
    FaultKind::CutBefore,
    FaultKind::CutAfter,
    FaultKind::Slow,
    FaultKind::NoAnswer,
    FaultKind::RateLimited,
    FaultKind::Garbage,
];

#[tokio::test]
async fn to_many_at_once_nobody_gets_two_copies() {
    for kind in PASSING {
        on_both(async |db| {
            let shop = Shop::open(&db).await;
            shop.sandbox.fault(Fault::times(kind, 2).at(Endpoint::Multicast));
            let (phones, _) = a_run(&shop, EQUAL, 20).await;
            shop.send_within(PATIENCE).await;
            all_have_one(&shop, &phones).await;
        })
        .await;
    }
}

#[tokio::test]
async fn of_several_batches_the_one_in_doubt_is_asked_for_again() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.sandbox.fault(Fault::times(FaultKind::CutAfter, 1).at(Endpoint::Multicast).after(1));
        let (phones, _) = a_run(&shop, EQUAL, 1_100).await;
        shop.send_within(PATIENCE).await;
        all_have_one(&shop, &phones).await;
        assert_eq!(shop.requests("multicast"), 4, "three batches, one of them twice");
    })
    .await;
}

#[tokio::test]
async fn to_one_at_a_time_nobody_gets_two_copies() {
    for kind in PASSING {
        on_both(async |db| {
            let shop = Shop::open(&db).await;
            shop.sandbox.fault(Fault::times(kind, 7).at(Endpoint::Push).after(3));
            let (phones, _) = a_run(&shop, PERSONAL, 30).await;
            shop.send_within(PATIENCE).await;
            all_have_one(&shop, &phones).await;
        })
        .await;
    }
}

#[tokio::test]
async fn whatever_strikes_in_any_order_nobody_gets_two_copies() {
    for seed in 1..=6 {
        on_both(async |db| {
            let shop = Shop::open(&db).await;
            shop.sandbox.tune(|world| world.faults.reseed(seed));
            for kind in PASSING {
                shop.sandbox.fault(Fault { share: 0.15, ..Fault::times(kind, 6).at(Endpoint::Push) });
                shop.sandbox.fault(Fault { share: 0.2, ..Fault::times(kind, 2).at(Endpoint::Multicast) });
            }
            let campaign = if seed % 2 == 0 { EQUAL } else { PERSONAL };
            let (phones, _) = a_run(&shop, campaign, 60).await;
            shop.send_within(PATIENCE).await;
            all_have_one(&shop, &phones).await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_trouble_of_one_way_does_not_hold_up_the_other() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, _) = a_run(&shop, PERSONAL, 5).await;
        shop.sandbox.fault(Fault::times(FaultKind::RateLimited, 1_000).at(Endpoint::Multicast));
        shop.send().await;
        all_have_one(&shop, &phones).await;
    })
    .await;
}
