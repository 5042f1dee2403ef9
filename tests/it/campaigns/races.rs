//! Several who plan, apply or publish at the same time.

use std::time::Duration;

use chrono::TimeDelta;
use shuke::brand::{self, Brand, Outcome};
use shuke::campaigns::{self, Difference};
use shuke::clock::Chance;
use shuke::ids::{Actor, Ids, RunId};
use shuke::sandbox::{Config, Sandbox};
use shuke::spec::definitions;
use shuke::store::{install, query};

use super::lapsed;
use crate::harness::{on_both, still_clock};
use crate::shop::{Shop, TO_ALL, Waits, app_over};

/// Long enough that what does not wait would have come to its end.
const A_WHILE: Duration = Duration::from_millis(300);

#[tokio::test]
async fn what_another_publishes_meanwhile_is_seen_and_refused() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        lapsed(&shop, "王小美").await;
        shop.edits("templates/winback.yaml", "好久不見", "很久不見");
        let ours = shop.brand();
        let (all, one) = (brand::plan_all(&shop.app, &ours).await.unwrap().digest, shop.plan("winback").await.digest);
        shop.edits("templates/winback.yaml", "很久不見", "許久不見");
        let theirs = shop.brand();

        let (actor, now) = (Actor::operator(), shop.app.clock.now());
        let mut tx = db.begin().await.unwrap();
        assert_eq!(theirs.publish(&mut tx, now, &actor).await.unwrap().len(), 1);
        let mut applies = Box::pin(async {
            tokio::join!(brand::apply(&shop.app, &ours, &all, &actor), brand::apply(&shop.app, &ours, &one, &actor))
        });
        let early = tokio::time::timeout(A_WHILE, &mut applies).await;
        assert!(early.is_err(), "they do not wait: {early:?}");
        tx.commit().await.unwrap();
        let (all, one) = applies.await;
        for outcome in [all.unwrap(), one.unwrap()] {
            assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn two_that_start_first_publish_once() {
    on_both(async |db| {
        let clock = still_clock();
        let sandbox = Sandbox::open(Config::in_memory(), clock.clone(), Ids::new(clock.clone(), Chance::seeded(12)));
        let app = app_over(&db, clock, &sandbox.unwrap());
        let now = app.clock.now();
        install::ensure(&db, &app.ids, now).await.unwrap();
        let brand = Brand::assemble(brand::load(&app.settings.brand_dir).unwrap()).unwrap();

        let mut tx = db.begin().await.unwrap();
        let published = brand.publish(&mut tx, now, &Actor::system("another")).await.unwrap();
        assert!(!published.is_empty());
        let mut second = Box::pin(brand::publish_first(&app));
        let early = tokio::time::timeout(A_WHILE, &mut second).await;
        assert!(early.is_err(), "it does not wait: {early:?}");
        tx.commit().await.unwrap();
        assert_eq!(second.await.unwrap(), []);
        assert_eq!(definitions::heads(&db).await.unwrap().len(), published.len());
    })
    .await;
}

#[tokio::test]
async fn two_who_plan_the_same_at_once_have_one_plan() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let brand = shop.brand();
        let digest = brand::plan_all(&shop.app, &brand).await.unwrap().digest;
        query(db.writer(), "update plan set digest = 'draft/other'").execute().await.unwrap();

        let mut other = db.begin().await.unwrap();
        query(&mut other, "update plan set digest = $1").bind(&digest).execute().await.unwrap();
        let mut plans = Box::pin(brand::plan_all(&shop.app, &brand));
        let early = tokio::time::timeout(A_WHILE, &mut plans).await;
        assert!(early.is_err(), "it does not wait: {early:?}");
        other.commit().await.unwrap();
        assert_eq!(plans.await.unwrap().digest, digest);
        assert_eq!(shop.apply(&digest).await, Outcome::Published(Vec::new()));
    })
    .await;
}

#[tokio::test]
async fn a_second_who_applies_hears_of_the_run_also_when_the_plan_was_made_anew() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = lapsed(&shop, "王小美").await;
        let first = shop.plan("winback").await;
        let way = Waits::new(&shop.sandbox, |path| path.ends_with("/quota"));
        let (other, brand, actor) = (shop.replica_over(31, way.clone()), shop.brand(), Actor::operator());
        let meanwhile = async {
            way.asked.notified().await;
            let again = shop.plan("winback").await;
            assert_eq!(again.digest, first.digest);
            let kept = campaigns::by_digest(&db, &first.digest).await.unwrap().unwrap();
            assert_ne!(kept.id, first.more.plan, "the newer one took the digest");
            let Outcome::Started(run) = shop.apply(&again.digest).await else { panic!("it starts") };
            way.go_on.notify_one();
            run
        };
        let (second, run) = tokio::join!(brand::apply(&other, &brand, &first.digest, &actor), meanwhile);
        let Outcome::AlreadyRun(ran) = second.as_ref().unwrap() else { panic!("{second:?}") };
        assert_eq!(ran.run, run);
        shop.send().await;
        assert_eq!(shop.pushed(&mei).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_another_run_that_is_being_prepared_may_send_is_promised() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.writes("campaigns/winback.yaml", TO_ALL);
        shop.regulars(5).await;
        shop.sandbox.tune(|world| world.quota = Some(7));
        let plan = shop.plan("winback").await;
        assert!(plan.more.fits);
        let (brand, actor) = (shop.brand(), Actor::operator());
        let (run, now): (RunId, _) = (shop.app.ids.make(), shop.app.clock.now());
        let mut other = db.begin().await.unwrap();
        install::lock(&mut other).await.unwrap();
        let mut applies = Box::pin(brand::apply(&shop.app, &brand, &plan.digest, &actor));
        let early = tokio::time::timeout(A_WHILE, &mut applies).await;
        assert!(early.is_err(), "it does not wait: {early:?}");
        query(
            &mut other,
            "insert into approval (run, epoch, approved, state, created_at, changed_at)
             select $1, epoch, 3, 'preparing', $2, $3 from install",
        )
        .bind(run)
        .bind(now)
        .bind(now)
        .execute()
        .await
        .unwrap();
        other.commit().await.unwrap();
        let applied = applies.await;
        let short = Outcome::Refused(vec![Difference::Quota { need: 5, left: 4 }]);
        assert_eq!(applied.unwrap(), short);
        assert_eq!(shop.plan("winback").await.more.promised, 3);
    })
    .await;
}

#[tokio::test]
async fn who_gets_it_while_a_plan_is_made_does_not_get_it_again() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = lapsed(&shop, "王小美").await;
        let older = shop.plan("winback").await;
        let way = Waits::new(&shop.sandbox, |path| path.ends_with("/quota"));
        let (other, brand) = (shop.replica_over(31, way.clone()), shop.brand());
        let meanwhile = Box::pin(async {
            way.asked.notified().await;
            shop.advance(TimeDelta::minutes(1)).await;
            let Outcome::Started(run) = shop.apply(&older.digest).await else { panic!("it starts") };
            shop.send().await;
            lapsed(&shop, "陳大安").await;
            shop.advance(TimeDelta::minutes(1)).await;
            way.go_on.notify_one();
            run
        });
        let (newer, run) = tokio::join!(Box::pin(brand::plan(&other, &brand, "winback")), meanwhile);
        let newer = newer.unwrap().unwrap();
        assert_eq!((newer.audience.inside, newer.digest == older.digest), (1, false), "{run} reached her");
        assert!(matches!(shop.apply(&newer.digest).await, Outcome::Started(_)));
        shop.send().await;
        assert_eq!(shop.pushed(&mei).len(), 1);
    })
    .await;
}
