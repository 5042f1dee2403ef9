//! What a plan says, and that it does nothing but say it.

use chrono::TimeDelta;
use serde_json::json;
use shuke::campaigns::{self, Count};
use shuke::delivery::Reason;
use shuke::members::friends::{self, FriendState};
use shuke::sandbox::NewUser;
use shuke::segments::{self, Moment, audience};
use shuke::store::query;

use super::lapsed;
use crate::harness::on_both;
use crate::shop::{Shop, TO_ALL};

#[tokio::test]
async fn people_are_in_or_out_with_a_reason() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = lapsed(&shop, "王小美").await;
        let an = lapsed(&shop, "陳大安").await;
        let came_back = lapsed(&shop, "林阿如").await;
        shop.last_visit(&came_back, TimeDelta::days(3)).await;
        let no_offers = lapsed(&shop, "黃小明").await;
        shop.says(&no_offers, "不要優惠訊息").await;
        let blocks = lapsed(&shop, "張小華").await;
        shop.advance(TimeDelta::minutes(1)).await;
        shop.sandbox.block(&blocks).await.unwrap();
        shop.settle().await;
        let no_card = shop.follows("趙小春").await;
        shop.last_visit(&no_card, TimeDelta::days(70)).await;
        let staff = lapsed(&shop, "測試店員").await;
        query(db.writer(), "update member set is_test = true where id = $1")
            .bind(shop.member_id(&staff).await)
            .execute()
            .await
            .unwrap();

        let plan = shop.plan("winback").await;
        assert_eq!(plan.audience.inside, 2);
        let out = |reason| Count { reason, count: 1 };
        let expected = [Reason::Blocked, Reason::NotJoined, Reason::NoConsent, Reason::TestMember].map(out);
        assert_eq!(plan.audience.out, expected);
        assert_eq!((plan.messages, plan.requests, plan.more.multicasts), (2, 2, 0), "each has words of her own");
        assert_eq!(plan.digest.len(), 12);

        let mut sampled: Vec<_> = plan.samples.iter().map(|sample| sample.member).collect();
        sampled.sort();
        let mut both = vec![shop.member_id(&mei).await, shop.member_id(&an).await];
        both.sort();
        assert_eq!(sampled, both);
        let hers = plan.samples.iter().find(|sample| sample.member == both[0] || sample.member == both[1]).unwrap();
        assert!(hers.body[0]["text"].as_str().unwrap().contains("好久不見"));
        assert!(shop.pushed(&mei).is_empty() && shop.pushed(&an).is_empty(), "a plan sends nothing");
    })
    .await;
}

#[tokio::test]
async fn equal_words_go_to_many_at_once() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.writes("campaigns/winback.yaml", TO_ALL);
        shop.regulars(3).await;
        let plan = shop.plan("winback").await;
        assert_eq!((plan.messages, plan.requests, plan.more.multicasts), (3, 1, 1));
        shop.regulars(1_000).await;
        let plan = shop.plan("winback").await;
        assert_eq!((plan.messages, plan.requests, plan.more.multicasts), (1_003, 3, 3), "500, 500 and 3");
    })
    .await;
}

#[tokio::test]
async fn the_month_and_the_money_are_worked_out() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.writes("campaigns/winback.yaml", TO_ALL);
        shop.regulars(12).await;
        let plan = shop.plan("winback").await;
        assert_eq!(json!(plan.quota), json!({ "limit": 5000, "used": 0, "after": 12 }));
        assert_eq!(json!(plan.cost), "0 TWD", "the plan's fee covers it");
        assert!(plan.more.fits);

        shop.edits("brand.yaml", "free_messages: 6000", "free_messages: 10");
        let plan = shop.plan("winback").await;
        assert_eq!(json!(plan.cost), "0.4 TWD", "two beyond the fee, 0.2 each");
        shop.sandbox.tune(|world| world.quota = Some(11));
        assert!(!shop.plan("winback").await.more.fits);
        shop.sandbox.tune(|world| world.quota = None);
        let plan = shop.plan("winback").await;
        assert_eq!(json!(plan.quota), json!({ "limit": null, "used": 0, "after": 12 }));
    })
    .await;
}

#[tokio::test]
async fn the_digest_is_the_same_as_long_as_everything_is() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        lapsed(&shop, "王小美").await;
        let first = shop.plan("winback").await;
        shop.advance(TimeDelta::hours(1)).await;
        let second = shop.plan("winback").await;
        assert_eq!(first.digest, second.digest);
        let kept = campaigns::by_digest(&db, &first.digest).await.unwrap().unwrap();
        assert_eq!(kept.id, second.more.plan, "the newer one counts, and its age");
        assert_eq!(kept.created_at, shop.app.clock.now());

        lapsed(&shop, "陳大安").await;
        assert_ne!(shop.plan("winback").await.digest, first.digest, "one person more");
        shop.edits("templates/winback.yaml", "老地方", "原來的地方");
        let third = shop.plan("winback").await;
        assert!(third.changes.iter().any(|change| change.name == "templates/winback.yaml"));
    })
    .await;
}

#[tokio::test]
async fn as_json_it_has_exactly_the_promised_keys() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = lapsed(&shop, "王小美").await;
        let member = shop.member_id(&mei).await;
        let plan = serde_json::to_value(shop.plan("winback").await).unwrap();
        let body = &plan["samples"][0]["body"];
        assert_eq!(
            plan,
            json!({
                "campaign": "winback", "digest": plan["digest"],
                "audience": { "in": 1, "out": [] }, "messages": 1, "requests": 1,
                "quota": { "limit": 5000, "used": 0, "after": 1 }, "cost": "0 TWD",
                "samples": [{ "member": member, "body": body }], "changes": [],
            })
        );
        assert_eq!(body[0]["type"], "text");
    })
    .await;
}

#[tokio::test]
async fn plans_nobody_applied_are_forgotten_with_their_people() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        lapsed(&shop, "王小美").await;
        shop.plan("winback").await;
        let replaced = campaigns::sweep(&shop.app).await.unwrap();
        assert_eq!(replaced, 0);
        shop.plan("winback").await;
        shop.advance(TimeDelta::days(2)).await;
        assert_eq!(campaigns::sweep(&shop.app).await.unwrap(), 1, "the one that made way");
        let run = shop.starts("winback").await;
        shop.advance(TimeDelta::days(40)).await;
        campaigns::sweep(&shop.app).await.unwrap();
        let plans: i64 = query(&db, "select count(*) from plan").value().await.unwrap();
        let people: i64 = query(&db, "select count(*) from plan_person").value().await.unwrap();
        assert_eq!((plans, people), (1, 1), "what was run stays");
        assert!(campaigns::status_of(&shop.app, run).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn an_audience_is_read_in_pages_and_everybody_is_in_one() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.regulars(5).await;
        let brand = shop.brand();
        let rule = &brand.segment("everyone").unwrap().rule;
        let moment = Moment { now: shop.app.clock.now(), zone: brand.profile.zone() };
        let page = async |after, limit| {
            let page = audience(&db, shop.account, rule, moment, after, limit).await.unwrap();
            page.into_iter().map(|person| person.member).collect::<Vec<_>>()
        };
        let all = page(None, 10).await;
        assert_eq!(all.len(), 5);
        let (mut read, mut sizes) = (Vec::new(), Vec::new());
        while sizes.last() != Some(&1) {
            let next = page(read.last().copied(), 2).await;
            sizes.push(next.len());
            read.extend(next);
        }
        assert_eq!((read, sizes), (all, vec![2, 2, 1]));
    })
    .await;
}

#[tokio::test]
async fn friends_from_before_the_webhook_was_there_are_written_to() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let new = ["王小美", "陳大安"].map(|name| NewUser {
            name: String::from(name),
            following: true,
            ..NewUser::default()
        });
        let phones = shop.sandbox.seed(new);
        let [old, reader] = &phones[..] else { panic!("two phones") };
        shop.says(old, "會員卡").await;
        shop.taps(old, "領取會員卡").await;
        shop.agrees(old).await;
        shop.says(reader, "你好").await;
        for phone in &phones {
            shop.last_visit(phone, TimeDelta::days(70)).await;
            let friend = friends::of_member(&db, shop.member_id(phone).await).await.unwrap();
            assert_eq!(friend[0].state, FriendState::Unknown, "nobody told that she is a friend");
        }

        let plan = shop.plan("winback").await;
        assert_eq!(plan.audience.inside, 1);
        assert_eq!(plan.audience.out, [Count { reason: Reason::NotFollowing, count: 1 }]);
        shop.starts("winback").await;
        shop.send().await;
        assert_eq!((shop.pushed(old).len(), shop.pushed(reader).len()), (1, 0));
        assert_eq!(shop.status("winback").await.accepted, 1);

        shop.advance(TimeDelta::minutes(1)).await;
        shop.sandbox.block(old).await.unwrap();
        shop.settle().await;
        let out = shop.plan("winback").await.audience.out;
        assert_eq!(out.iter().map(|out| out.reason).collect::<Vec<_>>(), [Reason::Blocked, Reason::NotFollowing]);
    })
    .await;
}

#[tokio::test]
async fn who_used_a_voucher_yesterday_was_there_yesterday() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = lapsed(&shop, "王小美").await;
        let member = shop.member_id(&mei).await;
        let was_there = async |ago: TimeDelta| {
            let person = segments::person(&db, member).await.unwrap().unwrap();
            assert_eq!(person.last_visit, Some(shop.app.clock.now() - ago));
        };
        assert_eq!(shop.plan("winback").await.audience.inside, 1);
        let yesterday = TimeDelta::days(1);
        let used = shop.line_of_ledger(&mei, "voucher_redeemed", yesterday, None).await;
        assert_eq!(shop.plan("winback").await.audience.chosen(), 0);
        was_there(yesterday).await;
        shop.line_of_ledger(&mei, "redemption_reversed", yesterday, Some(used)).await;
        assert_eq!(shop.plan("winback").await.audience.inside, 1, "it was undone");
        was_there(TimeDelta::days(70)).await;
    })
    .await;
}
