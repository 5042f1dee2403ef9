//! The demo's year: made by the rules of the house, once.

use chrono::TimeDelta;
use shuke::commands::seed;
use shuke::ids::MemberId;
use shuke::loyalty::coupons::VoucherState;
use shuke::loyalty::ledger::{close_days, verify};
use shuke::loyalty::{self, Refusal, Stamp};
use shuke::members::friends;
use shuke::sandbox::Friendship;
use shuke::staff;
use shuke::store::{Db, query};

use crate::harness::on_both;
use crate::shop::Shop;

/// How many rows the year left, and the sum of what pages show.
async fn counted(db: &Db) -> Vec<i64> {
    let mut counts = Vec::new();
    for sql in [
        "select count(*) from member where joined_at is not null",
        "select cast(sum(version) as bigint) from member",
        "select count(*) from friend where state = 'following'",
        "select count(*) from friend where state = 'blocked'",
        "select count(*) from consent where granted",
        "select count(*) from ledger where kind = 'stamped'",
        "select count(*) from ledger",
        "select count(*) from voucher",
        "select count(*) from redemption",
        "select count(*) from timeline",
        "select count(*) from staff",
        "select count(*) from audit",
        "select count(*) from job",
    ] {
        counts.push(query(db, sql).value::<i64>().await.expect(sql));
    }
    counts
}

#[tokio::test]
async fn a_year_of_visits_is_whole_and_made_once() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        assert_eq!(seed::fill(&shop.app, &shop.sandbox, 80).await.unwrap(), 80);
        let first = counted(&db).await;
        let [joined, _, following, blocked, consents, visits, entries, vouchers, redemptions, _, staff, _, jobs] =
            first[..]
        else {
            panic!("{first:?}")
        };
        assert_eq!((joined, following + blocked, staff, jobs), (80, 80, 3, 0), "{first:?}");
        assert!((55..80).contains(&consents) && blocked > 0, "{first:?}");
        assert!(visits > 400 && entries > visits && vouchers > 20 && redemptions > 5, "{first:?}");
        let report = verify(&db).await.unwrap();
        assert!(report.is_clean(), "{report:#?}");
        assert_eq!(report.entries, entries);
        assert_eq!(loyalty::lapse(&shop.app).await.unwrap(), 0, "what ran out was ended");

        assert_eq!(seed::fill(&shop.app, &shop.sandbox, 80).await.unwrap(), 80);
        assert_eq!(counted(&db).await, first, "a second start changes nothing");
        shop.advance(TimeDelta::days(3)).await;
        seed::fill(&shop.app, &shop.sandbox, 80).await.unwrap();
        assert_eq!(counted(&db).await, first, "nor does one days later");

        close_days(&shop.app).await.unwrap();
        assert!(verify(&db).await.unwrap().is_clean());
    })
    .await;
}

#[tokio::test]
async fn the_made_up_members_live_on() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        seed::fill(&shop.app, &shop.sandbox, 30).await.unwrap();
        let people = query(&db, "select id from member order by id").values::<MemberId>().await.unwrap();
        let mut refused = 0;
        for member in people {
            let friend = friends::of_member(&db, member).await.unwrap().remove(0);
            let name = friends::name_of(&shop.app, &db, member).await.unwrap();
            let (known, friendship) = shop.sandbox.look(|world| {
                let person = &world.people[&friend.line_user_id];
                (person.user.name.clone(), person.friendship)
            });
            assert_eq!(name, Some(known));
            let is_following = friend.state == friends::FriendState::Following;
            assert_eq!(is_following, friendship == Friendship::Following);
            let used = loyalty::vouchers_of(&db, member).await.unwrap();
            for voucher in used.iter().filter(|voucher| voucher.state == VoucherState::Redeemed) {
                assert!(matches!(shop.redeems(&voucher.code).await, Err(Refusal::AlreadyRedeemed { .. })));
            }
            let clerk = staff::people::by_name(&db, seed::CLERK.name).await.unwrap().expect("she was hired");
            let ask = Stamp {
                member,
                card: String::from("coffee"),
                stamps: 1,
                place: crate::shop::zhongshan(),
                key: shop.fresh_key(),
                pass: None,
                by: loyalty::By::own(shuke::ids::Actor::staff(clerk.id)),
            };
            match loyalty::stamp(&shop.app, &ask).await.unwrap() {
                Ok(stamped) => assert!(!stamped.repeated),
                Err(refusal) => {
                    assert_eq!((refusal, clerk.member), (Refusal::OwnCard, Some(member)));
                    refused += 1;
                }
            }
        }
        assert_eq!(refused, 1, "the clerk's own card");
        assert!(verify(&db).await.unwrap().is_clean());
    })
    .await;
}
