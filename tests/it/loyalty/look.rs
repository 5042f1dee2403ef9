//! A look at what stamps would do, while somebody else writes.

use shuke::loyalty::stamps::Card;
use shuke::loyalty::{self, Ask, By};
use shuke::store::{Db, query};

use crate::harness::on_both;
use crate::shop::{Shop, clerk, zhongshan};

#[tokio::test]
async fn each_number_of_stamps_is_told_as_it_would_be_given() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.edits("rewards/coffee.yaml", "cool_down: 10m", "cool_down: none");
        shop.edits("rewards/coffee.yaml", "at_most: 10", "at_most: 25");
        shop.publishes("milestones: { 10:", "milestones: { 4: { coupon: free-latte }, 10:").await;
        for held in [0, 3, 9] {
            let mei = shop.joins("小美測試").await;
            if held > 0 {
                shop.stamps(&mei, held).await;
            }
            let stamp = shop.stamp_of(&mei, 1).await;
            let ask = Ask {
                member: stamp.member,
                card: stamp.card.clone(),
                most: 30,
                place: zhongshan(),
                by: By::own(clerk()),
            };
            let told = loyalty::preview(&shop.app, &ask).await.unwrap().expect("it can be");
            assert_eq!(told.len(), 25, "as many as a visit may earn");
            for (stamps, told) in (1..).zip(told) {
                let mut tx = db.begin().await.unwrap();
                let ask = loyalty::Stamp { stamps, ..stamp.clone() };
                let given = loyalty::stamp_in(&shop.app, &mut tx, &ask).await.unwrap().expect("it is given");
                drop(tx);
                let seen = |cards: &[Card]| -> Vec<_> {
                    cards
                        .iter()
                        .map(|card| (card.ordinal, card.stamps, card.goal, card.state, card.expires_at))
                        .collect()
                };
                assert_eq!(seen(&told.cards), seen(&given.cards), "{stamps} onto {held}");
                assert_eq!(told.earns.len(), given.vouchers.len(), "{stamps} onto {held}");
                assert!(told.earns.iter().all(|title| title.zh_hant == "拿鐵兌換券"));
                let before = told.before.map_or(0, |card| card.stamps);
                assert_eq!((before, told.dropped), (held, given.dropped), "{stamps} onto {held}");
            }
            let written = loyalty::history(&db, stamp.member, 10).await.unwrap().len();
            assert_eq!(written, usize::from(held > 0), "nothing was written");
        }
        let nobody = shuke::ids::MemberId(uuid::Uuid::nil());
        let ask =
            Ask { member: nobody, card: String::from("coffee"), most: 5, place: zhongshan(), by: By::own(clerk()) };
        let unknown = loyalty::preview(&shop.app, &ask).await.unwrap();
        assert_eq!(unknown.err(), Some(loyalty::Refusal::UnknownMember));
    })
    .await;
}

/// How many wait for the lock on the table of milestones.
async fn waiting(db: &Db) -> i64 {
    let sql = "select count(*) from pg_locks where not granted and relation = cast('milestone' as regclass)";
    query(db, sql).value().await.expect("a read")
}

#[tokio::test]
async fn a_look_in_the_midst_of_a_write_sees_all_of_it_or_nothing() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.publishes("cool_down: 10m", "cool_down: none").await;
        let mei = shop.joins("小美測試").await;
        shop.stamps(&mei, 9).await;
        let member = shop.member_id(&mei).await;
        let ask = Ask { member, card: String::from("coffee"), most: 1, place: zhongshan(), by: By::own(clerk()) };

        let mut tx = db.begin().await.unwrap();
        if db.is_postgres() {
            // The look has read the cards when it comes to this table.
            query(&mut tx, "lock table milestone in access exclusive mode").execute().await.unwrap();
        }
        let tenth = shop.stamp_of(&mei, 1).await;
        loyalty::stamp_in(&shop.app, &mut tx, &tenth).await.unwrap().expect("it is given");
        let writing = async {
            while db.is_postgres() && waiting(&db).await == 0 {
                tokio::task::yield_now().await;
            }
            tx.commit().await.unwrap();
        };
        let (seen, ()) = tokio::join!(loyalty::preview(&shop.app, &ask), writing);
        let seen = seen.expect("no contradiction").expect("it can be").remove(0);
        let before = seen.before.map_or(0, |card| card.stamps);
        if db.is_postgres() {
            assert_eq!((before, seen.earns.len()), (0, 0), "the next card");
        } else {
            assert!((before, seen.earns.len()) == (9, 1) || (before, seen.earns.len()) == (0, 0), "{before}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn looking_beside_a_busy_counter_finds_no_contradiction() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.publishes("cool_down: 10m", "cool_down: none").await;
        let mei = shop.joins("小美測試").await;
        let stamp = shop.stamp_of(&mei, 10).await;
        let member = stamp.member;
        let ask = Ask { member, card: String::from("coffee"), most: 10, place: zhongshan(), by: By::own(clerk()) };
        let busy = tokio::spawn({
            let app = shop.app.clone();
            async move {
                for round in 0..60 {
                    let key = loyalty::Key::own(&format!("{round}"));
                    let given = loyalty::stamp(&app, &loyalty::Stamp { key, ..stamp.clone() }).await;
                    given.expect("the store answers").expect("it is given");
                }
            }
        });
        while !busy.is_finished() {
            let seen = loyalty::preview(&shop.app, &ask).await.expect("no contradiction").expect("it can be");
            assert_eq!(seen.last().map_or(0, |ten| ten.earns.len()), 1, "every ten stamps earn one");
        }
        busy.await.expect("the counter did its work");
    })
    .await;
}
