//! Somebody who says no while nobody knows whether LINE took her message: nothing is sent to her after that, by any way of trying
//! again, and nobody beside her gets two copies.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shuke::campaigns;
use shuke::delivery::{Sender, State, approval};
use shuke::ids::{Actor, LineUserId};
use shuke::sandbox::{Endpoint, Fault, FaultKind};
use shuke::store::query;

use super::senders::until_asked;
use super::{PATIENCE, PERSONAL, all_have_one};
use crate::harness::on_both;
use crate::shop::{Shop, TO_ALL, keys_are_sound};

const NO_OFFERS: &str = "不要優惠訊息";

/// The run is done and adds up: this many LINE took, and these are unknown.
async fn ended(shop: &Shop, accepted: i64, unknown: Value) {
    let status = shop.status("winback").await;
    assert_eq!((status.state, status.accepted, status.refused), (State::Done, accepted, 0), "{status:?}");
    assert_eq!(json!(status.more.unknown), unknown);
    let skipped = status.skipped.iter().map(|skipped| skipped.count).sum::<i64>();
    assert_eq!(status.planned, accepted + skipped + status.unknown);
    let taken = approval::find(&shop.app.db, status.run).await.unwrap().unwrap().taken;
    assert_eq!(taken, accepted + status.unknown, "what may have left stays taken");
    keys_are_sound(&shop.sandbox);
}

fn withdrawn(count: i64) -> Value {
    json!([{ "reason": "withdrawn_in_doubt", "count": count }])
}

#[tokio::test]
async fn who_said_no_meanwhile_gets_no_further_try() {
    for kind in [FaultKind::ErrorBefore, FaultKind::CutBefore] {
        on_both(async |db| {
            let shop = Shop::open(&db).await;
            let (phones, _) = shop.a_run(PERSONAL, 3).await;
            shop.sandbox.fault(Fault { count: None, ..Fault::times(kind, 1).at(Endpoint::Push) });
            shop.sender.step().await.unwrap();
            shop.says(&phones[1], NO_OFFERS).await;
            shop.sandbox.tune(|world| world.faults.clear());
            shop.advance(TimeDelta::hours(1)).await;
            shop.send_within(PATIENCE).await;
            assert_eq!(shop.pushed(&phones[1]), [Value::Null; 0], "{kind:?}");
            assert_eq!(shop.copies(&phones), [1, 2]);
            ended(&shop, 2, withdrawn(1)).await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_request_to_many_in_which_somebody_said_no_is_not_sent_again() {
    // Whether LINE had taken it or not, the same is heard, and nothing more is sent.
    for (kind, copies) in [(FaultKind::ErrorBefore, vec![4]), (FaultKind::CutAfter, vec![0, 4])] {
        on_both(async |db| {
            let shop = Shop::open(&db).await;
            let (phones, _) = shop.a_run(TO_ALL, 4).await;
            shop.sandbox.fault(Fault::times(kind, 1).at(Endpoint::Multicast));
            shop.sender.step().await.unwrap();
            shop.says(&phones[0], NO_OFFERS).await;
            shop.send_within(PATIENCE).await;
            assert_eq!((shop.requests("multicast"), shop.copies(&phones)), (1, copies.clone()), "{kind:?}");
            let unknown = json!([{ "reason": "beside_withdrawn", "count": 3 }, withdrawn(1)[0]]);
            ended(&shop, 0, unknown).await;
            assert_eq!(shop.status("winback").await.more.doubtful.len(), 1, "a person can see which request");
        })
        .await;
    }
}

#[tokio::test]
async fn only_the_request_she_is_in_ends_so() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, _) = shop.a_run(TO_ALL, 501).await;
        shop.sandbox.fault(Fault { count: None, ..Fault::times(FaultKind::ErrorBefore, 1) });
        shop.sender.step().await.unwrap();
        let alone = "select d.line_user_id from delivery d join batch b on b.id = d.batch where b.recipients = 1";
        let alone: LineUserId = query(&db, alone).value().await.unwrap();
        shop.sandbox.tune(|world| world.faults.clear());
        shop.says(&alone, NO_OFFERS).await;
        shop.send_within(PATIENCE).await;
        assert_eq!((shop.pushed(&alone).len(), shop.copies(&phones)), (0, vec![1, 500]));
        ended(&shop, 500, withdrawn(1)).await;
    })
    .await;
}

#[tokio::test]
async fn who_said_no_while_it_stood_still_gets_nothing_when_it_goes_on() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, _) = shop.a_run(PERSONAL, 2).await;
        shop.sandbox.fault(Fault::times(FaultKind::ErrorBefore, 2).at(Endpoint::Push));
        shop.sender.step().await.unwrap();
        let actor = Actor::operator();
        campaigns::pause(&shop.app, "winback", &actor).await.unwrap();
        shop.says(&phones[0], NO_OFFERS).await;
        shop.advance(TimeDelta::hours(20)).await;
        assert_eq!(shop.status("winback").await.more.waiting, 2, "while it stands still nothing is decided");
        campaigns::resume(&shop.app, "winback", &actor).await.unwrap();
        shop.send_within(PATIENCE).await;
        assert_eq!((shop.pushed(&phones[0]).len(), shop.copies(&phones)), (0, vec![1, 1]));
        ended(&shop, 1, withdrawn(1)).await;
    })
    .await;
}

#[tokio::test]
async fn who_said_no_after_a_crash_gets_nothing_from_the_next_replica() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, _) = shop.a_run(PERSONAL, 2).await;
        shop.sandbox.fault(Fault { ms: 60_000, ..Fault::times(FaultKind::Slow, 2).at(Endpoint::Push) });
        tokio::select! {
            _ = shop.sender.step() => panic!("it waits for LINE"),
            () = until_asked(&shop.sandbox, "push") => {}
        }
        shop.sandbox.tune(|world| world.faults.clear());
        let asked = shop.requests("push");
        let before = shop.copies(&phones);
        for phone in &phones {
            shop.says(phone, NO_OFFERS).await;
        }
        shop.advance(TimeDelta::seconds(5)).await;
        let next = Sender::new(shop.another_replica());
        while next.step().await.unwrap().sent > 0 {}
        assert_eq!((shop.requests("push"), shop.copies(&phones)), (asked, before), "nothing left since");
        next.step().await.unwrap();
        ended(&shop, 0, withdrawn(2)).await;
    })
    .await;
}

#[tokio::test]
async fn who_only_blocked_the_account_takes_nothing_from_those_beside_her() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, _) = shop.a_run(TO_ALL, 4).await;
        shop.sandbox.fault(Fault::times(FaultKind::ErrorBefore, 1).at(Endpoint::Multicast));
        shop.sender.step().await.unwrap();
        shop.sandbox.block(&phones[0]).await.unwrap();
        shop.settle().await;
        shop.send_within(PATIENCE).await;
        assert_eq!((shop.pushed(&phones[0]).len(), shop.copies(&phones[1..])), (0, vec![0, 3]), "LINE passes over her");
        ended(&shop, 4, json!([])).await;
    })
    .await;
}

#[tokio::test]
async fn who_agrees_again_in_time_gets_it() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, _) = shop.a_run(TO_ALL, 3).await;
        shop.sandbox.fault(Fault::times(FaultKind::ErrorBefore, 1).at(Endpoint::Multicast));
        shop.sender.step().await.unwrap();
        shop.says(&phones[0], NO_OFFERS).await;
        shop.sandbox.advance(TimeDelta::milliseconds(100));
        let yes = json!({ "type": "postback", "label": "好", "data": "consent/yes" });
        shop.sandbox.tap(&phones[0], &yes, None).await.unwrap();
        shop.settle().await;
        shop.send_within(PATIENCE).await;
        all_have_one(&shop, &phones).await;
    })
    .await;
}
