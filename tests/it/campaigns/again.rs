//! A campaign that is planned again: beside a run of it, after one that was cancelled, after one that was done.

use chrono::TimeDelta;
use shuke::brand::Outcome;
use shuke::campaigns::{self, Count, Difference, Steered, UnderWay};
use shuke::delivery::{Reason, State};
use shuke::ids::{Actor, LineUserId};
use shuke::sandbox::{Endpoint, Fault, FaultKind};
use shuke::store::query;

use crate::harness::on_both;
use crate::shop::{Shop, TO_ALL};

#[tokio::test]
async fn after_a_cancel_a_new_plan_reaches_those_who_have_not_got_it() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.edits("campaigns/winback.yaml", "lapsed-60d", "everyone");
        let phones = shop.regulars(8).await;
        let actor = Actor::operator();
        let first = shop.plan("winback").await;
        // The first and the second time LINE takes some, the answer to one is lost, and the rest stays.
        for round in 0..2 {
            let before = phones.iter().filter(|phone| !shop.pushed(phone).is_empty()).count();
            shop.advance(TimeDelta::minutes(1)).await;
            shop.starts("winback").await;
            shop.sandbox.fault(Fault::times(FaultKind::CutAfter, 1).at(Endpoint::Push).after(1));
            shop.sandbox
                .fault(Fault { count: None, ..Fault::times(FaultKind::Forbidden, 1).at(Endpoint::Push).after(2) });
            shop.sender.step().await.unwrap();
            shop.sandbox.tune(|world| world.faults.clear());
            campaigns::cancel(&shop.app, "winback", &actor).await.unwrap();
            let got = phones.iter().filter(|phone| !shop.pushed(phone).is_empty()).count();
            assert!(before < got && got < 8, "round {round}: {got}");

            let Outcome::AlreadyRun(_) = shop.apply(&first.digest).await else { panic!("the old plan was run") };
            let plan = shop.plan("winback").await;
            let out = Count { reason: Reason::AlreadyGotIt, count: i64::try_from(got).unwrap() };
            assert_eq!((plan.audience.chosen(), plan.audience.out), (8, vec![out]), "round {round}");
            shop.sender.step().await.unwrap();
            let again = shop.plan("winback").await;
            assert_eq!(again.digest, plan.digest, "the missing answer is given up, and she stays out");
        }
        shop.advance(TimeDelta::minutes(1)).await;
        shop.starts("winback").await;
        shop.send().await;
        assert_eq!(shop.copies(&phones), [0, 8]);
        assert_eq!(shop.plan("winback").await.audience.inside, 0, "now everybody has it");
    })
    .await;
}

/// Planned every week, with other words or the same: it goes to those who have newly come into its segment.
#[tokio::test]
async fn a_campaign_reaches_a_person_once_however_often_it_is_planned() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.edits("campaigns/winback.yaml", "lapsed-60d", "everyone");
        let mut phones = shop.regulars(8).await;
        let edits =
            [("title: ", "title: 再次，"), ("templates/winback.yaml", "templates/hours.yaml"), ("hours", "hours")];
        for (from, to) in edits {
            shop.starts("winback").await;
            shop.send().await;
            let count = i64::try_from(phones.len()).unwrap();
            assert_eq!(shop.copies(&phones), [0, phones.len()]);
            shop.edits("campaigns/winback.yaml", from, to);
            shop.advance(TimeDelta::days(7)).await;
            let plan = shop.plan("winback").await;
            let got = Count { reason: Reason::AlreadyGotIt, count };
            assert_eq!((plan.audience.inside, plan.audience.out), (0, vec![got]), "{to}");
            phones.extend(shop.regulars(1).await);
            assert_eq!(shop.plan("winback").await.audience.inside, 1, "who is new");
        }
        shop.adds("campaigns/beans.yaml", &TO_ALL.replace("winback", "beans"));
        let everybody = i64::try_from(phones.len()).unwrap();
        assert_eq!(shop.plan("beans").await.audience.inside, everybody, "another name is another message");
    })
    .await;
}

#[tokio::test]
async fn a_plan_made_before_a_cancel_does_not_reach_anybody_twice() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.writes("campaigns/winback.yaml", TO_ALL);
        let phones = shop.regulars(3).await;
        let run = shop.starts("winback").await;
        let step = shop.sender.step().await.unwrap();
        assert_eq!((step.sent, shop.copies(&phones)), (1, vec![0, 3]));
        query(db.writer(), "update approval set state = 'paused'").execute().await.unwrap();
        shop.regulars(1).await;
        shop.advance(TimeDelta::minutes(1)).await;
        let plan = shop.plan("winback").await;
        assert_eq!(plan.audience.inside, 4);
        let Outcome::Refused(found) = shop.apply(&plan.digest).await else { panic!("the run has not ended") };
        assert!(matches!(found[..], [Difference::UnderWay(UnderWay { run: first, .. })] if first == run), "{found:?}");
        campaigns::cancel(&shop.app, "winback", &Actor::operator()).await.unwrap();
        let outcome = shop.apply(&plan.digest).await;
        assert_eq!(outcome, Outcome::Refused(vec![Difference::CancelledSince { run }]));
        assert_eq!(shop.plan("winback").await.audience.inside, 1);
    })
    .await;
}

/// Sends some messages of the newest run, which then stands still: LINE refuses the account for a moment.
async fn sends_some(shop: &Shop) {
    shop.sandbox.fault(Fault { count: None, ..Fault::times(FaultKind::Forbidden, 1).at(Endpoint::Push).after(2) });
    shop.send().await;
    shop.sandbox.tune(|world| world.faults.clear());
    let status = shop.status("winback").await;
    assert_eq!(status.state, State::Paused);
    assert!(status.accepted > 0 && status.more.waiting > 0, "{status:?}");
}

fn with_message(shop: &Shop, phones: &[LineUserId]) -> usize {
    phones.iter().filter(|phone| !shop.pushed(phone).is_empty()).count()
}

#[tokio::test]
async fn while_a_run_has_not_ended_no_other_plan_of_it_starts() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.edits("campaigns/winback.yaml", "lapsed-60d", "everyone");
        let mut phones = shop.regulars(8).await;
        let run = shop.starts("winback").await;
        let at = shop.app.clock.now();
        shop.advance(TimeDelta::minutes(1)).await;
        phones.extend(shop.regulars(1).await);
        let refused = async |state: State, is_copy: bool| {
            let plan = shop.plan("winback").await;
            let under_way = UnderWay { run, at, state, is_copy };
            assert_eq!(plan.more.under_way, Some(under_way), "the plan says so");
            let outcome = shop.apply(&plan.digest).await;
            assert_eq!(outcome, Outcome::Refused(vec![Difference::UnderWay(under_way)]), "{state:?}");
            plan.digest
        };
        query(db.writer(), "update approval set state = 'preparing'").execute().await.unwrap();
        refused(State::Preparing, false).await;
        query(db.writer(), "update approval set state = 'open'").execute().await.unwrap();
        refused(State::Open, false).await;
        sends_some(&shop).await;
        query(db.writer(), "update install set epoch = epoch + 1").execute().await.unwrap();
        refused(State::Paused, true).await;
        query(db.writer(), "update install set epoch = epoch - 1").execute().await.unwrap();
        let digest = refused(State::Paused, false).await;

        assert_eq!(campaigns::resume(&shop.app, "winback", &Actor::operator()).await.unwrap(), Steered::Done(run));
        shop.send().await;
        assert_eq!(shop.copies(&phones), [1, 8]);
        let Outcome::Refused(found) = shop.apply(&digest).await else { panic!("eight are in it who got it") };
        assert!(matches!(found[..], [Difference::DoneSince { run: done, .. }] if done == run), "{found:?}");
        shop.advance(TimeDelta::minutes(1)).await;
        let plan = shop.plan("winback").await;
        assert_eq!((plan.audience.inside, plan.more.under_way), (1, None), "those who have not got it");
        assert!(matches!(shop.apply(&plan.digest).await, Outcome::Started(_)));
    })
    .await;
}

#[tokio::test]
async fn the_rest_of_a_cancelled_run_is_not_planned_twice_while_it_stands_still() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.edits("campaigns/winback.yaml", "lapsed-60d", "everyone");
        let mut phones = shop.regulars(8).await;
        shop.starts("winback").await;
        sends_some(&shop).await;
        campaigns::cancel(&shop.app, "winback", &Actor::operator()).await.unwrap();
        shop.advance(TimeDelta::minutes(1)).await;
        let rest = shop.starts("winback").await;
        sends_some(&shop).await;
        phones.extend(shop.regulars(1).await);
        shop.advance(TimeDelta::minutes(1)).await;
        let plan = shop.plan("winback").await;
        let outcome = shop.apply(&plan.digest).await;
        assert!(
            matches!(&outcome, Outcome::Refused(found)
            if matches!(found[..], [Difference::UnderWay(UnderWay { run, .. })] if run == rest)),
            "{outcome:?}"
        );
        campaigns::resume(&shop.app, "winback", &Actor::operator()).await.unwrap();
        shop.send().await;
        assert_eq!(shop.copies(&phones), [1, 8]);
    })
    .await;
}

#[tokio::test]
async fn the_run_that_stands_still_is_named_and_not_the_one_cancelled_before_it() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.a_run(TO_ALL, 3).await;
        let actor = Actor::operator();
        campaigns::cancel(&shop.app, "winback", &actor).await.unwrap();
        shop.advance(TimeDelta::minutes(1)).await;
        let run = shop.starts("winback").await;
        campaigns::pause(&shop.app, "winback", &actor).await.unwrap();
        shop.advance(TimeDelta::minutes(1)).await;
        let again = shop.plan("winback").await;
        assert_eq!(again.more.under_way.map(|under_way| under_way.run), Some(run));
        let Outcome::AlreadyRun(ran) = shop.apply(&again.digest).await else { panic!("the same people and words") };
        assert_eq!(ran.run, run);
    })
    .await;
}

#[tokio::test]
async fn after_a_cancel_who_got_it_stays_out_whatever_the_file_says() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.edits("campaigns/winback.yaml", "lapsed-60d", "everyone");
        let phones = shop.regulars(8).await;
        let edits = [("title: ", "title: 更正，"), ("templates/winback.yaml", "templates/hours.yaml")];
        for (from, to) in edits {
            shop.starts("winback").await;
            sends_some(&shop).await;
            campaigns::cancel(&shop.app, "winback", &Actor::operator()).await.unwrap();
            shop.edits("campaigns/winback.yaml", from, to);
            shop.advance(TimeDelta::minutes(1)).await;
            let got = with_message(&shop, &phones);
            let out = Count { reason: Reason::AlreadyGotIt, count: i64::try_from(got).unwrap() };
            let plan = shop.plan("winback").await;
            assert_eq!((plan.audience.chosen(), plan.audience.out), (8, vec![out]), "{to}");
        }
        shop.starts("winback").await;
        shop.send().await;
        assert_eq!(shop.copies(&phones), [0, 8]);
    })
    .await;
}

#[tokio::test]
async fn a_clock_that_steps_back_hides_no_run() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.writes("campaigns/winback.yaml", TO_ALL);
        let mut phones = shop.regulars(3).await;
        let older = shop.plan("winback").await;
        shop.advance(TimeDelta::minutes(1)).await;
        phones.extend(shop.regulars(1).await);
        let newer = shop.plan("winback").await;
        let planned_at = shop.app.clock.now();
        shop.sandbox.advance(TimeDelta::minutes(-30));
        let Outcome::Started(run) = shop.apply(&newer.digest).await else { panic!("it starts") };
        shop.send().await;
        assert_eq!(shop.copies(&phones), [0, 4]);
        let since = Difference::RunSince { run, at: planned_at };
        assert_eq!(shop.apply(&older.digest).await, Outcome::Refused(vec![since]));
    })
    .await;
}
