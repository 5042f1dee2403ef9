//! A look at what stamps would do, while somebody else writes.

use shuke::loyalty::{self, Ask, By};
use shuke::store::{Db, query};

use crate::harness::on_both;
use crate::shop::{Shop, clerk, zhongshan};

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
        let ask = Ask { member, card: String::from("coffee"), stamps: 1, place: zhongshan(), by: By::own(clerk()) };

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
        let seen = seen.expect("no contradiction").expect("it can be");
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
        let ask = Ask { member, card: String::from("coffee"), stamps: 10, place: zhongshan(), by: By::own(clerk()) };
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
            assert_eq!(seen.earns.len(), 1, "every ten stamps earn one");
        }
        busy.await.expect("the counter did its work");
    })
    .await;
}
