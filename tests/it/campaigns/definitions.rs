//! A plan without a campaign: what the brand's files would publish.

use chrono::TimeDelta;
use shuke::brand::{self, Outcome};
use shuke::campaigns::{self, Difference};
use shuke::ids::Actor;
use shuke::loyalty::spec::StampCard;
use shuke::spec::definitions::{self, Changed};
use shuke::staff::audit;

use super::lapsed;
use crate::harness::on_both;
use crate::shop::Shop;

#[tokio::test]
async fn changes_of_definitions_are_planned_and_published_once() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let plan = brand::plan_all(&shop.app, &shop.brand()).await.unwrap();
        assert!(plan.changes.is_empty());
        assert_eq!(shop.apply(&plan.digest).await, Outcome::Published(Vec::new()));

        shop.edits("rewards/coffee.yaml", "cool_down: 10m", "cool_down: 30m");
        let plan = brand::plan_all(&shop.app, &shop.brand()).await.unwrap();
        let changed: Vec<_> = plan.changes.iter().map(|change| (change.name.as_str(), change.change)).collect();
        assert_eq!(changed, [("coffee", Changed::Changed)]);
        assert_eq!(shop.apply(&plan.digest).await, Outcome::Published(plan.changes.clone()));
        let coffee = definitions::latest::<StampCard>(&db, "coffee").await.unwrap().unwrap();
        assert_eq!((coffee.version, coffee.body.cool_down.0.map(|it| it.seconds())), (2, Some(1_800)));
        assert_eq!(shop.apply(&plan.digest).await, Outcome::Published(Vec::new()), "it is published already");
    })
    .await;
}

#[tokio::test]
async fn a_plan_of_definitions_that_no_longer_fits_is_refused() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.edits("rewards/coffee.yaml", "cool_down: 10m", "cool_down: 30m");
        let plan = brand::plan_all(&shop.app, &shop.brand()).await.unwrap();
        shop.edits("rewards/coffee.yaml", "cool_down: 30m", "cool_down: 40m");
        let Outcome::Refused(found) = shop.apply(&plan.digest).await else { panic!("refused") };
        let changed = Difference::File {
            kind: String::from("stamp_card"),
            name: String::from("coffee"),
            change: Changed::Changed,
        };
        assert_eq!(found, [changed]);
        let coffee = definitions::latest::<StampCard>(&db, "coffee").await.unwrap().unwrap();
        assert_eq!(coffee.version, 1, "published stays");
    })
    .await;
}

#[tokio::test]
async fn whoever_publishes_is_in_the_audit_with_a_campaign_too() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let audited = async || {
            let lines = audit::page(&db, None, 10).await.unwrap();
            lines.into_iter().map(|line| (line.action, line.subject)).collect::<Vec<_>>()
        };
        let published = |digest: &str| (String::from("definitions.published"), String::from(digest));

        shop.edits("rewards/coffee.yaml", "cool_down: 10m", "cool_down: 30m");
        let nobody = shop.plan("winback").await;
        assert_eq!(nobody.messages, 0);
        assert_eq!(shop.apply(&nobody.digest).await, Outcome::Published(nobody.changes));
        assert_eq!(audited().await, [published(&nobody.digest)]);

        lapsed(&shop, "王小美").await;
        shop.edits("rewards/coffee.yaml", "cool_down: 30m", "cool_down: 40m");
        let plan = shop.plan("winback").await;
        let Outcome::Started(run) = shop.apply(&plan.digest).await else { panic!("it starts") };
        let applied = (String::from("campaign.applied"), run.to_string());
        assert_eq!(audited().await, [applied, published(&plan.digest), published(&nobody.digest)]);

        campaigns::cancel(&shop.app, "winback", &Actor::operator()).await.unwrap();
        shop.advance(TimeDelta::minutes(1)).await;
        let again = shop.plan("winback").await;
        assert!(again.changes.is_empty());
        assert!(matches!(shop.apply(&again.digest).await, Outcome::Started(_)));
        let published = audited().await.into_iter().filter(|(action, _)| action == "definitions.published").count();
        assert_eq!(published, 2, "nothing new was published");
    })
    .await;
}
