//! A person's hand on a run: pause, resume, cancel.

use chrono::TimeDelta;
use serde_json::json;
use shuke::campaigns::{self, Steered};
use shuke::delivery::{State, copies};
use shuke::ids::Actor;
use shuke::staff::audit;
use shuke::store::query;

use crate::harness::on_both;
use crate::shop::{Shop, TO_ALL};

#[tokio::test]
async fn a_paused_run_stands_still_and_goes_on_with_the_rest() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, run) = shop.a_run(TO_ALL, 3).await;
        let actor = Actor::operator();
        assert_eq!(campaigns::pause(&shop.app, "winback", &actor).await.unwrap(), Steered::Done(run));
        shop.send().await;
        assert_eq!(shop.copies(&phones), [3]);
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.paused_because.as_deref()), (State::Paused, Some("by_hand")));
        let again = campaigns::pause(&shop.app, "winback", &actor).await.unwrap();
        assert_eq!(again, Steered::Not(run, State::Paused));

        assert_eq!(campaigns::resume(&shop.app, "winback", &actor).await.unwrap(), Steered::Done(run));
        shop.send().await;
        assert_eq!(shop.copies(&phones), [0, 3]);
        let ended = campaigns::resume(&shop.app, "winback", &actor).await.unwrap();
        assert_eq!(ended, Steered::Not(run, State::Done));
        let lines = audit::page(&db, None, 10).await.unwrap();
        let actions: Vec<&str> = lines.iter().map(|line| line.action.as_str()).collect();
        assert_eq!(actions, ["campaign.resumed", "campaign.paused", "campaign.applied", "definitions.published"]);
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_run_ends_and_everybody_left_is_counted() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, run) = shop.a_run(TO_ALL, 3).await;
        let actor = Actor::operator();
        assert_eq!(campaigns::cancel(&shop.app, "winback", &actor).await.unwrap(), Steered::Done(run));
        shop.send().await;
        assert_eq!(shop.copies(&phones), [3]);
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.planned, status.accepted), (State::Cancelled, 3, 0));
        assert_eq!(status.skipped.iter().map(|skipped| skipped.count).sum::<i64>(), 3);
        let again = campaigns::resume(&shop.app, "winback", &actor).await.unwrap();
        assert_eq!(again, Steered::Not(run, State::Cancelled));
    })
    .await;
}

#[tokio::test]
async fn a_campaign_that_never_ran_cannot_be_steered() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let never = campaigns::pause(&shop.app, "winback", &Actor::operator()).await.unwrap();
        assert_eq!(never, Steered::NeverRun);
        assert!(campaigns::status(&shop.app, "winback").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_restored_copy_sends_nothing_the_original_approved() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, run) = shop.a_run(TO_ALL, 3).await;
        query(db.writer(), "update install set epoch = epoch + 1").execute().await.unwrap();
        shop.send().await;
        assert_eq!(shop.copies(&phones), [3]);
        assert_eq!(shop.status("winback").await.paused_because.as_deref(), Some("restored_copy"));
        let refused = campaigns::resume(&shop.app, "winback", &Actor::operator()).await.unwrap();
        assert_eq!(refused, Steered::RestoredCopy(run));
    })
    .await;
}

#[tokio::test]
async fn what_the_audit_cannot_keep_is_not_done() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.a_run(TO_ALL, 3).await;
        let (app, actor) = (&shop.app, Actor::operator());
        let alter = async |sql: &'static str| query(db.writer(), sql).execute().await.map(drop).unwrap();
        let state = async || shop.status("winback").await.state;

        alter("alter table audit rename column subject to away").await;
        assert!(campaigns::pause(app, "winback", &actor).await.is_err());
        assert_eq!(state().await, State::Open);
        assert!(campaigns::cancel(app, "winback", &actor).await.is_err());
        assert_eq!(state().await, State::Open);
        alter("alter table audit rename column away to subject").await;
        campaigns::pause(app, "winback", &actor).await.unwrap();
        alter("alter table audit rename column subject to away").await;
        assert!(campaigns::resume(app, "winback", &actor).await.is_err());
        assert_eq!(state().await, State::Paused);
    })
    .await;
}

#[tokio::test]
async fn a_run_that_is_stopped_while_it_is_written_tells_of_everybody() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.writes("campaigns/winback.yaml", TO_ALL);
        shop.regulars(3).await;
        let run = shop.starts("winback").await;
        for back in ["delete from delivery", "delete from batch", "update approval set state = 'preparing'"] {
            query(db.writer(), back).execute().await.unwrap();
        }
        let told = async || {
            let status = shop.status("winback").await;
            (status.state, status.planned, status.more.waiting, json!(status.skipped))
        };
        assert_eq!(told().await, (State::Preparing, 3, 3, json!([])));
        query(db.writer(), "update install set epoch = epoch + 1").execute().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(copies::stop_all_of_another_epoch(&shop.app, &mut tx).await.unwrap(), [run]);
        tx.commit().await.unwrap();
        assert_eq!(told().await, (State::Paused, 3, 3, json!([])));
        campaigns::cancel(&shop.app, "winback", &Actor::operator()).await.unwrap();
        let all = json!([{ "reason": "cancelled", "count": 3 }]);
        assert_eq!(told().await, (State::Cancelled, 3, 0, all));
    })
    .await;
}

#[tokio::test]
async fn who_blocks_while_a_run_stands_still_is_counted_before_anything_leaves() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (phones, _) = shop.a_run(TO_ALL, 3).await;
        campaigns::pause(&shop.app, "winback", &Actor::operator()).await.unwrap();
        shop.advance(TimeDelta::minutes(1)).await;
        shop.sandbox.block(&phones[0]).await.unwrap();
        shop.settle().await;
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.planned, status.more.waiting), (State::Paused, 3, 2));
        assert_eq!(json!(status.skipped), json!([{ "reason": "blocked", "count": 1 }]));
        assert_eq!(shop.requests("multicast"), 0);

        campaigns::resume(&shop.app, "winback", &Actor::operator()).await.unwrap();
        shop.send().await;
        assert_eq!((shop.copies(&phones[..1]), shop.copies(&phones[1..])), (vec![1], vec![0, 2]));
    })
    .await;
}
