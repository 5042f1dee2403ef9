//! From a digest to phones: once, and only as planned.

use chrono::TimeDelta;
use serde_json::json;
use shuke::brand::{self, Outcome};
use shuke::campaigns::{self, Difference, UnderWay};
use shuke::delivery::{State, approval};
use shuke::ids::Actor;
use shuke::spec::definitions::{self, Changed};
use shuke::spec::template::Template;
use shuke::store::query;

use super::lapsed;
use crate::harness::on_both;
use crate::shop::{Shop, TO_ALL};

fn file(kind: &str, name: &str, change: Changed) -> Difference {
    Difference::File { kind: String::from(kind), name: String::from(name), change }
}

#[tokio::test]
async fn lapsed_phones_get_it_once_and_nobody_else_does() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mut phones = Vec::new();
        for name in ["王小美", "陳大安", "黃小明", "林阿如", "趙小春"] {
            let phone = shop.joins(name).await;
            shop.agrees(&phone).await;
            shop.visit(&phone).await;
            phones.push(phone);
        }
        let [mei, an, no_offers, regular, undone] = &phones[..] else { panic!("five") };
        shop.says(no_offers, "不要優惠訊息").await;
        shop.advance(TimeDelta::days(58)).await;
        shop.visit(regular).await;
        let visit = shop.visit(undone).await;
        shop.undoes(undone, visit.entry).await.expect("it is undone");
        shop.advance(TimeDelta::days(3)).await;

        let plan = shop.plan("winback").await;
        let Outcome::Started(run) = shop.apply(&plan.digest).await else { panic!("it starts") };
        assert!(shop.pushed(mei).is_empty(), "apply writes rows; the service sends");
        shop.send().await;
        assert_eq!([mei, an, undone].map(|phone| shop.pushed(phone).len()), [1, 1, 1]);
        assert_eq!([regular, no_offers].map(|phone| shop.pushed(phone).len()), [0, 0]);
        let words = shop.last_message(undone);
        assert!(words.starts_with("趙小春，好久不見。\n您的咖啡集點卡再 9 點"), "{words}");

        let status = shop.status("winback").await;
        assert_eq!(
            serde_json::to_value(&status).unwrap(),
            json!({
                "campaign": "winback", "run": run, "state": "done", "planned": 3, "accepted": 3, "refused": 0,
                "skipped": [], "unknown": 0, "paused_because": null,
            })
        );
    })
    .await;
}

#[tokio::test]
async fn applying_again_sends_nothing_and_says_so() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = lapsed(&shop, "王小美").await;
        let plan = shop.plan("winback").await;
        let Outcome::Started(run) = shop.apply(&plan.digest).await else { panic!("it starts") };
        shop.send().await;
        for _ in 0..2 {
            let Outcome::AlreadyRun(ran) = shop.apply(&plan.digest).await else { panic!("it ran") };
            assert_eq!(ran.run, run);
            shop.send().await;
        }
        shop.advance(TimeDelta::minutes(5)).await;
        let again = shop.plan("winback").await;
        assert_eq!(again.audience.inside, 0, "the plan leaves out who got it");
        assert_eq!(shop.apply(&again.digest).await, Outcome::Published(Vec::new()));
        shop.send().await;
        assert_eq!(shop.pushed(&mei).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_changed_is_refused_and_named() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = lapsed(&shop, "王小美").await;
        let plan = shop.plan("winback").await;
        shop.edits("templates/winback.yaml", "好久不見", "很久不見");
        let refused = shop.apply(&plan.digest).await;
        let changed = file("template", "templates/winback.yaml", Changed::Changed);
        assert_eq!(refused, Outcome::Refused(vec![changed]));
        shop.send().await;
        assert!(shop.pushed(&mei).is_empty());
        let runs: i64 = query(&db, "select count(*) from run").value().await.unwrap();
        assert_eq!(runs, 0);

        shop.edits("templates/winback.yaml", "很久不見", "好久不見");
        assert!(matches!(shop.apply(&plan.digest).await, Outcome::Started(_)), "as it was planned, it may");
    })
    .await;
}

#[tokio::test]
async fn a_rule_a_card_a_tariff_or_a_campaign_that_changed_is_refused() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        lapsed(&shop, "王小美").await;
        let plan = shop.plan("winback").await;
        let edits = [
            ("campaigns/segments.yaml", "before: 60d", "before: 50d", file("segment", "lapsed-60d", Changed::Changed)),
            ("rewards/coffee.yaml", "cool_down: 10m", "cool_down: 20m", file("stamp_card", "coffee", Changed::Changed)),
            ("campaigns/winback.yaml", "送您一杯", "請您一杯", file("campaign", "winback", Changed::Changed)),
            ("campaigns/winback.yaml", "campaign: winback", "campaign: back", file("brand", "brand", Changed::Removed)),
            ("brand.yaml", "price_per_message: 0.2", "price_per_message: 0.3", Difference::Tariff),
        ];
        for (path, from, to, expected) in edits {
            shop.edits(path, from, to);
            let Outcome::Refused(found) = shop.apply(&plan.digest).await else { panic!("{path}: not refused") };
            assert!(found.contains(&expected), "{path}: {found:?}");
            shop.edits(path, to, from);
        }
        shop.edits("templates/hours.yaml", "中山店 08:00", "中山店 08:30");
        assert!(matches!(shop.apply(&plan.digest).await, Outcome::Started(_)), "a file it does not rest on may change");
    })
    .await;
}

#[tokio::test]
async fn a_plan_is_good_for_a_day_and_before_the_next_run() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = lapsed(&shop, "王小美").await;
        let plan = shop.plan("winback").await;
        let planned_at = shop.app.clock.now();
        shop.advance(TimeDelta::hours(24)).await;
        assert_eq!(shop.apply(&plan.digest).await, Outcome::Refused(vec![Difference::TooOld { planned_at }]));

        let plan = shop.plan("winback").await;
        lapsed(&shop, "陳大安").await;
        shop.advance(TimeDelta::minutes(1)).await;
        let newer = shop.plan("winback").await;
        let Outcome::Started(run) = shop.apply(&newer.digest).await else { panic!("it starts") };
        let at = shop.app.clock.now();
        let under_way = UnderWay { run, at, state: State::Open, is_copy: false };
        assert_eq!(shop.apply(&plan.digest).await, Outcome::Refused(vec![Difference::UnderWay(under_way)]));
        shop.send().await;
        assert_eq!(shop.apply(&plan.digest).await, Outcome::Refused(vec![Difference::RunSince { run, at }]));
        shop.send().await;
        assert_eq!(shop.pushed(&mei).len(), 1, "two plans of one campaign are not two messages");
    })
    .await;
}

#[tokio::test]
async fn a_month_that_does_not_suffice_is_refused() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.writes("campaigns/winback.yaml", TO_ALL);
        let phones = shop.regulars(5).await;
        let plan = shop.plan("winback").await;
        shop.sandbox.tune(|world| world.quota = Some(4));
        assert_eq!(shop.apply(&plan.digest).await, Outcome::Refused(vec![Difference::Quota { need: 5, left: 4 }]));
        shop.sandbox.tune(|world| world.quota = Some(5));
        assert!(matches!(shop.apply(&plan.digest).await, Outcome::Started(_)));
        shop.send().await;
        assert_eq!(shop.copies(&phones), [0, 5]);
    })
    .await;
}

#[tokio::test]
async fn what_one_run_has_yet_to_send_is_not_promised_to_another() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.writes("campaigns/winback.yaml", TO_ALL);
        shop.regulars(5).await;
        shop.sandbox.tune(|world| world.quota = Some(8));
        shop.starts("winback").await;
        shop.advance(TimeDelta::minutes(1)).await;
        shop.adds("campaigns/beans.yaml", &TO_ALL.replace("winback", "beans"));
        let plan = shop.plan("beans").await;
        assert_eq!((plan.quota.used, plan.quota.after, plan.more.fits), (0, 10, false));
        assert_eq!(shop.apply(&plan.digest).await, Outcome::Refused(vec![Difference::Quota { need: 5, left: 3 }]));
    })
    .await;
}

#[tokio::test]
async fn a_run_that_holds_more_than_its_plan_counted_is_paused() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.writes("campaigns/winback.yaml", TO_ALL);
        let mut phones = shop.regulars(3).await;
        let plan = shop.plan("winback").await;
        phones.extend(shop.regulars(1).await);
        let (unplanned, phone) = (shop.member_id(&phones[3]).await, phones[3].clone());
        query(
            db.writer(),
            "insert into plan_person (plan, member, account, line_user_id, body_hash, sealed_body)
             select plan, $1, account, $2, body_hash, sealed_body from plan_person limit 1",
        )
        .bind(unplanned)
        .bind(phone)
        .execute()
        .await
        .unwrap();
        let Outcome::Started(run) = shop.apply(&plan.digest).await else { panic!("it starts") };
        shop.send().await;
        assert_eq!(shop.copies(&phones), [4]);
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.paused_because.as_deref()), (State::Paused, Some("over_plan")));
        assert_eq!(approval::find(&db, run).await.unwrap().unwrap().approved, 3);
    })
    .await;
}

#[tokio::test]
async fn people_who_left_meanwhile_are_skipped_with_a_reason_and_the_rest_is_sent() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = lapsed(&shop, "王小美").await;
        let blocks = lapsed(&shop, "張小華").await;
        let no_offers = lapsed(&shop, "黃小明").await;
        let plan = shop.plan("winback").await;
        shop.advance(TimeDelta::minutes(1)).await;
        shop.sandbox.block(&blocks).await.unwrap();
        shop.settle().await;
        assert!(matches!(shop.apply(&plan.digest).await, Outcome::Started(_)), "people may leave");
        shop.says(&no_offers, "不要優惠訊息").await;
        shop.send().await;
        assert_eq!([&mei, &blocks, &no_offers].map(|phone| shop.pushed(phone).len()), [1, 0, 0]);
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.planned, status.accepted), (State::Done, 3, 1));
        assert_eq!(
            json!(status.skipped),
            json!([{ "reason": "blocked", "count": 1 }, { "reason": "no_consent", "count": 1 }])
        );
    })
    .await;
}

#[tokio::test]
async fn applying_publishes_what_the_plan_rests_on_and_nothing_else() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        lapsed(&shop, "王小美").await;
        shop.edits("templates/winback.yaml", "好久不見", "很久不見");
        shop.edits("templates/hours.yaml", "中山店 08:00", "中山店 08:30");
        let plan = shop.plan("winback").await;
        let version = async |path: &str| definitions::latest::<Template>(&db, path).await.unwrap().unwrap().version;
        assert_eq!(version("templates/winback.yaml").await, 1, "a plan publishes nothing");
        let changes: Vec<&str> = plan.changes.iter().map(|change| change.name.as_str()).collect();
        assert_eq!(changes, ["templates/winback.yaml"]);
        assert!(matches!(shop.apply(&plan.digest).await, Outcome::Started(_)));
        assert_eq!(version("templates/winback.yaml").await, 2);
        assert_eq!(version("templates/hours.yaml").await, 1);
    })
    .await;
}

#[tokio::test]
async fn two_who_apply_at_once_make_one_run() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = lapsed(&shop, "王小美").await;
        let plan = shop.plan("winback").await;
        let (brand, actor) = (shop.brand(), Actor::operator());
        let other = shop.another_replica();
        let (one, two) = tokio::join!(
            brand::apply(&shop.app, &brand, &plan.digest, &actor),
            brand::apply(&other, &brand, &plan.digest, &actor)
        );
        let outcomes = [one.unwrap(), two.unwrap()];
        let started = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Started(_))).count();
        assert_eq!(started, 1, "{outcomes:?}");
        shop.send().await;
        assert_eq!(shop.pushed(&mei).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn two_plans_of_one_campaign_wait_for_each_other() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = lapsed(&shop, "王小美").await;
        let first = shop.plan("winback").await;
        lapsed(&shop, "陳大安").await;
        let second = shop.plan("winback").await;
        shop.advance(TimeDelta::minutes(1)).await;
        let (brand, actor) = (shop.brand(), Actor::operator());

        let kept = campaigns::by_digest(&db, &first.digest).await.unwrap().unwrap();
        let mut tx = db.begin().await.unwrap();
        campaigns::apply::lock(&mut tx, &kept).await.unwrap();
        let run = campaigns::apply::start(&shop.app, &mut tx, &kept, &actor).await.unwrap();
        let mut other = Box::pin(brand::apply(&shop.app, &brand, &second.digest, &actor));
        let early = tokio::time::timeout(std::time::Duration::from_millis(300), &mut other).await;
        assert!(early.is_err(), "it does not wait: {early:?}");
        tx.commit().await.unwrap();
        let under_way = UnderWay { run, at: shop.app.clock.now(), state: State::Preparing, is_copy: false };
        assert_eq!(other.await.unwrap(), Outcome::Refused(vec![Difference::UnderWay(under_way)]));

        campaigns::prepare(&shop.app, run).await.unwrap();
        shop.send().await;
        assert_eq!(shop.pushed(&mei).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_was_cut_off_while_it_was_written_is_finished_by_the_service() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.writes("campaigns/winback.yaml", TO_ALL);
        let phones = shop.regulars(3).await;
        let plan = shop.plan("winback").await;
        let kept = campaigns::by_digest(&db, &plan.digest).await.unwrap().unwrap();
        let mut tx = db.begin().await.unwrap();
        campaigns::apply::start(&shop.app, &mut tx, &kept, &Actor::operator()).await.unwrap();
        tx.commit().await.unwrap();
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.planned, status.more.waiting), (State::Preparing, 3, 3));
        shop.send().await;
        assert_eq!(shop.copies(&phones), [3], "nothing leaves before all is written");
        shop.advance(TimeDelta::seconds(20)).await;
        shop.send().await;
        assert_eq!(shop.copies(&phones), [0, 3]);
    })
    .await;
}

#[tokio::test]
async fn a_plan_with_nobody_in_it_makes_no_run() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.edits("templates/winback.yaml", "好久不見", "很久不見");
        let plan = shop.plan("winback").await;
        assert_eq!((plan.audience.inside, plan.messages, plan.requests), (0, 0, 0));
        assert_eq!(shop.apply(&plan.digest).await, Outcome::Published(plan.changes.clone()));
        let runs: i64 = query(&db, "select count(*) from run").value().await.unwrap();
        assert_eq!(runs, 0);
        assert_eq!(shop.apply(&plan.digest).await, Outcome::Published(Vec::new()));
    })
    .await;
}

#[tokio::test]
async fn a_digest_nobody_planned_is_no_plan() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        assert_eq!(shop.apply("000000000000").await, Outcome::NoSuchPlan);
    })
    .await;
}

#[tokio::test]
async fn thousands_leave_in_batches_and_each_phone_has_one() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.writes("campaigns/winback.yaml", TO_ALL);
        let phones = shop.regulars(1_203).await;
        shop.starts("winback").await;
        shop.send().await;
        assert_eq!(shop.copies(&phones), [0, 1_203]);
        assert_eq!((shop.requests("multicast"), shop.requests("push")), (3, 0));
        let status = shop.status("winback").await;
        assert_eq!((status.state, status.planned, status.accepted), (State::Done, 1_203, 1_203));
    })
    .await;
}
