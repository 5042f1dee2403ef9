//! The ledger tells everything: balances can be rebuilt from it, and no falsification goes unseen.

use std::collections::HashSet;

use chrono::TimeDelta;
use shuke::clock::Clock;
use shuke::ids::{LineUserId, MemberId};
use shuke::loyalty::ledger::{What, chain, close_days, verify};
use shuke::loyalty::{self, Stamp};
use shuke::store::{Db, query};

use crate::harness::{a_monday, on_both};
use crate::shop::Shop;

/// A member of whom every table has something: a reward used, given back and used again, a visit taken back, two days closed.
async fn a_history(shop: &Shop) -> (LineUserId, MemberId) {
    let mei = shop.joins("小美測試").await;
    let voucher = shop.stamps(&mei, 10).await.vouchers[0].clone();
    shop.advance(TimeDelta::minutes(10)).await;
    let visit = shop.visit(&mei).await;
    shop.undoes(&mei, visit.entry).await.expect("it is new");
    shop.redeems(&voucher.code).await.expect("it is good");
    shop.gives_back(voucher.id).await.expect("it is just used");
    shop.redeems(&voucher.code).await.expect("it is good again");
    shop.stamps(&mei, 3).await;
    let an = shop.joins("小安測試").await;
    shop.visit(&an).await;
    shop.advance(TimeDelta::days(1)).await;
    assert_eq!(close_days(&shop.app).await.unwrap(), 1);
    shop.visit(&mei).await;
    shop.advance(TimeDelta::days(1)).await;
    assert_eq!(close_days(&shop.app).await.unwrap(), 1);
    let member = shop.member_id(&mei).await;
    (mei, member)
}

#[tokio::test]
async fn an_honest_ledger_is_clean() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let report = verify(&db).await.unwrap();
        assert!(report.is_clean() && report.members == 0);
        a_history(&shop).await;
        let report = verify(&db).await.unwrap();
        assert!(report.is_clean(), "{report:#?}");
        assert_eq!((report.members, report.entries, report.roots), (2, 9, 2));
    })
    .await;
}

/// What somebody with a hand in the database does to `$1`'s rows, and what is found.
const FALSIFICATIONS: &[(&str, &str, &[What])] = &[
    (
        "a text says more stamps",
        "update ledger set payload = replace(payload, '\"amount\":10', '\"amount\":90') where member = $1 and seq = 1",
        &[What::Hash, What::Contradiction, What::Column],
    ),
    (
        "a text is of no form we know",
        "update ledger set payload = replace(payload, '1 {', '7 {') where member = $1 and seq = 8",
        &[What::Hash, What::Unreadable, What::Card],
    ),
    ("a column says more stamps", "update ledger set amount = 12 where member = $1 and seq = 1", &[What::Column]),
    (
        "a column names another clerk",
        "update ledger set actor_id = 'somebody' where member = $1 and seq = 4",
        &[What::Column],
    ),
    (
        "a column counts it for another day",
        "update ledger set business_day = '2026-02-01' where member = $1 and seq = 4",
        &[What::Column],
    ),
    (
        "an entry in the middle is gone",
        "delete from ledger where member = $1 and seq = 2",
        &[What::Gap, What::Contradiction],
    ),
    (
        "the last entry is gone",
        "delete from ledger where member = $1 and seq = 8",
        &[What::Head, What::Card, What::Leaf, What::Root],
    ),
    (
        "an entry is there twice",
        "insert into ledger (member, seq, id, kind, format, payload, hash, at, recorded_at, business_day, store, actor_kind, actor_id, programme, amount)
         select member, 9, id, kind, format, payload, hash, at, recorded_at, business_day, store, actor_kind, actor_id, programme, amount
         from ledger where member = $1 and seq = 8",
        &[What::Hash, What::Column, What::Contradiction, What::Head],
    ),
    (
        "the chain's end is moved back",
        "update ledger_head set seq = 7 where member = $1",
        &[What::Head],
    ),
    ("the chain's end is lost", "delete from ledger_head where member = $1", &[What::Head]),
    (
        "a chain is said to lie under a root",
        "update ledger_head set rooted = rooted + 1 where member = $1",
        &[What::Leaf],
    ),
    ("a card has a stamp more", "update card set stamps = stamps + 1 where member = $1 and state = 'open'", &[What::Card]),
    ("a card does not end", "update card set expires_at = null where member = $1 and state = 'open'", &[What::Card]),
    ("a card is gone", "delete from card where member = $1 and state = 'open'", &[What::Card]),
    (
        "a card is made up",
        "insert into card (id, member, programme, version, ordinal, stamps, goal, state, opened_at)
         select id, $1, 'tea', 1, 1, 9, 10, 'open', opened_at from ledger_head h join
         (select entry as id, reached_at as opened_at from milestone) m on true where h.member = $1",
        &[What::Card],
    ),
    (
        "a used voucher is good again",
        "update voucher set state = 'issued' where member = $1",
        &[What::Voucher],
    ),
    (
        "a voucher lasts for ever",
        "update voucher set expires_at = null where member = $1",
        &[What::Voucher],
    ),
    (
        "a voucher has another code",
        "update voucher set code = 'AAAAAAAAAAAAAAA' where member = $1",
        &[What::Voucher],
    ),
    (
        "a milestone was not reached",
        "update milestone set reversed_at = reached_at where card in (select id from card where member = $1)",
        &[What::Milestone],
    ),
    (
        "a milestone is gone",
        "delete from milestone where card in (select id from card where member = $1)",
        &[What::Milestone],
    ),
    (
        "a voucher was used elsewhere",
        "update redemption set store = 'yongkang' where member = $1 and reversed_at is null",
        &[What::Redemption],
    ),
    (
        "a voucher was never used",
        "delete from redemption where member = $1 and reversed_at is not null",
        &[What::Redemption],
    ),
    (
        "a root is another",
        "update ledger_root set root = (select hash from ledger where member = $1 and seq = 1) where day = '2026-03-03'",
        &[What::Root],
    ),
    ("a root lies over more chains", "update ledger_root set heads = heads + 1 where day = '2026-03-03'", &[What::Root]),
    ("the first root is gone", "delete from ledger_root where day = '2026-03-02'", &[What::Root]),
    (
        "a chain is taken from under a root",
        "delete from ledger_leaf where member = $1 and day = '2026-03-02'",
        &[What::Root],
    ),
];

#[tokio::test]
async fn every_falsification_is_found_and_named() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (_, mei) = a_history(&shop).await;
        on_each_table(&db, |table| format!("create table kept_{table} as select * from {table}")).await;
        let mut unlike = Vec::new();
        for (name, sql, expected) in FALSIFICATIONS {
            falsify(&db, sql, mei).await;
            let report = verify(&db).await.unwrap();
            let found: HashSet<What> = report.differences.iter().map(|difference| difference.what).collect();
            if found != expected.iter().copied().collect() {
                unlike.push(format!("{name}: expected {expected:?}, found {:#?}", report.differences));
            }
            let others = report.differences.iter().filter_map(|difference| difference.member);
            assert!(others.into_iter().all(|member| member == mei), "{name}: the other member is as she was");
            on_each_table(&db, |table| format!("delete from {table}")).await;
            on_each_table(&db, |table| format!("insert into {table} select * from kept_{table}")).await;
        }
        assert!(unlike.is_empty(), "{}", unlike.join("\n"));
        assert!(verify(&db).await.unwrap().is_clean());
    })
    .await;
}

/// The tables of rewards; one that others refer to comes before them, and is emptied after them.
async fn on_each_table(db: &Db, statement: impl Fn(&str) -> String) {
    let mut tables =
        ["ledger", "ledger_head", "ledger_root", "ledger_leaf", "card", "voucher", "milestone", "redemption"];
    if statement("").starts_with("delete") {
        tables.reverse();
    }
    for table in tables {
        let statement: &'static str = Box::leak(statement(table).into_boxed_str());
        query(db.writer(), statement).execute().await.expect(statement);
    }
}

async fn falsify(db: &Db, sql: &'static str, member: MemberId) {
    let statement = query(db.writer(), sql);
    let statement = if sql.contains("$1") { statement.bind(member) } else { statement };
    assert_eq!(statement.execute().await.expect(sql), 1, "one row: {sql}");
}

/// One letter of a text, wherever it stands.
#[tokio::test]
async fn one_changed_letter_is_found_at_its_entry() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (_, mei) = a_history(&shop).await;
        let texts = query(&db, "select payload from ledger where member = $1 order by seq").bind(mei);
        let texts = texts.values::<String>().await.unwrap();
        for (index, text) in texts.iter().enumerate() {
            let seq = index as i64 + 1;
            for at in [0, text.len() / 3, text.len() / 2, text.len() - 2] {
                let mut changed = text.clone().into_bytes();
                changed[at] ^= 1;
                let changed = String::from_utf8(changed).expect("the text is ASCII");
                set_payload(&db, mei, seq, &changed).await;
                let found = verify(&db).await.unwrap().differences;
                let places: HashSet<_> = found.iter().filter(|d| d.what == What::Hash).map(|d| d.seq).collect();
                assert_eq!(places, HashSet::from([Some(seq)]), "letter {at} of entry {seq}");
            }
            set_payload(&db, mei, seq, text).await;
        }
        assert!(verify(&db).await.unwrap().is_clean());
    })
    .await;
}

async fn set_payload(db: &Db, member: MemberId, seq: i64, payload: &str) {
    let update = query(db.writer(), "update ledger set payload = $3 where member = $1 and seq = $2");
    update.bind(member).bind(seq).bind(payload).execute().await.unwrap();
}

/// Who can hash can make a chain whole again; what was closed yesterday still tells.
#[tokio::test]
async fn a_chain_that_was_hashed_anew_does_not_fit_its_root() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (_, mei) = a_history(&shop).await;
        type Row = (i64, String);
        let rows = query(&db, "select seq, payload from ledger where member = $1 order by seq").bind(mei);
        let mut before = chain::BEGINNING;
        for (seq, payload) in rows.all::<Row>().await.unwrap() {
            let payload = payload.replace(crate::shop::clerk().id.as_str(), crate::shop::colleague().id.as_str());
            before = chain::link(&before, &payload);
            query(
                db.writer(),
                "update ledger set payload = $3, hash = $4, actor_id = $5 where member = $1 and seq = $2",
            )
            .bind(mei)
            .bind(seq)
            .bind(payload)
            .bind(before.to_vec())
            .bind(crate::shop::colleague().id)
            .execute()
            .await
            .unwrap();
        }
        query(db.writer(), "update ledger_head set hash = $2 where member = $1")
            .bind(mei)
            .bind(before.to_vec())
            .execute()
            .await
            .unwrap();
        query(db.writer(), "update redemption set actor_id = $2 where member = $1")
            .bind(mei)
            .bind(crate::shop::colleague().id)
            .execute()
            .await
            .unwrap();
        let found = verify(&db).await.unwrap().differences;
        let found: Vec<_> = found.iter().map(|difference| (difference.what, difference.day)).collect();
        let days = ["2026-03-02", "2026-03-03"].map(|day| Some(day.parse().expect("a day")));
        assert_eq!(found, days.map(|day| (What::Root, day)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checking_beside_a_busy_counter_finds_nothing() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mut asks = Vec::new();
        for name in ["小一測試", "小二測試", "小三測試", "小四測試"] {
            let phone = shop.joins(name).await;
            asks.push(shop.stamp_of(&phone, 10).await);
        }
        let busy = tokio::spawn({
            let app = shop.app.clone();
            async move {
                for round in 0..25 {
                    app.clock.advance(TimeDelta::minutes(10));
                    for ask in &asks {
                        let key = loyalty::Key::own(&format!("{round}/{}", ask.member));
                        let given = loyalty::stamp(&app, &Stamp { key, ..ask.clone() }).await;
                        given.expect("the store answers").expect("it is given");
                    }
                }
            }
        });
        while !busy.is_finished() {
            let report = verify(&db).await.unwrap();
            assert!(report.is_clean(), "{report:#?}");
        }
        busy.await.expect("the counter did its work");
        assert_eq!(verify(&db).await.unwrap().entries, 100);
    })
    .await;
}

#[tokio::test]
async fn a_day_is_closed_once_and_what_comes_late_lies_under_the_next() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        assert_eq!(close_days(&shop.app).await.unwrap(), 0, "there is nothing to close");
        let (mei, an) = (shop.joins("小美測試").await, shop.joins("小安測試").await);
        shop.visit(&mei).await;
        assert_eq!(close_days(&shop.app).await.unwrap(), 0, "the day is not over");
        let evening = shop.app.clock.now();
        shop.advance(TimeDelta::days(1)).await;
        assert_eq!(close_days(&shop.app).await.unwrap(), 1);
        assert_eq!(close_days(&shop.app).await.unwrap(), 0);

        // Another counter's clock is behind: its entry is written down as of yesterday.
        let behind = Shop::open_at(&db, Clock::still(evening)).await;
        let ask = Stamp { key: shop.fresh_key(), ..shop.stamp_of(&an, 1).await };
        loyalty::stamp(&behind.app, &ask).await.unwrap().expect("it is given");
        shop.advance(TimeDelta::days(3)).await;
        assert_eq!(close_days(&shop.app).await.unwrap(), 3, "each day has its root, a quiet one too");
        let roots = query(&db, "select day, heads from ledger_root order by day");
        let roots = roots.all::<(chrono::NaiveDate, i64)>().await.unwrap();
        let first = a_monday().date_naive();
        let days = [1, 1, 0, 0].into_iter().enumerate();
        let expected: Vec<_> = days.map(|(n, heads)| (first + TimeDelta::days(n as i64), heads)).collect();
        assert_eq!(roots, expected);
        assert!(verify(&db).await.unwrap().is_clean());
    })
    .await;
}

#[tokio::test]
async fn an_entry_of_today_does_not_keep_yesterday_from_being_closed() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        shop.visit(&mei).await;
        shop.advance(TimeDelta::days(1)).await;
        shop.visit(&mei).await;
        assert_eq!(close_days(&shop.app).await.unwrap(), 1);
        let under = query(&db, "select seq from ledger_leaf").values::<i64>().await.unwrap();
        assert_eq!(under, [1], "what was written down yesterday, and no more");
        assert!(verify(&db).await.unwrap().is_clean());
    })
    .await;
}

#[tokio::test]
async fn closing_goes_on_where_it_was_cut_off() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (mei, an) = (shop.joins("小美測試").await, shop.joins("小安測試").await);
        shop.visit(&mei).await;
        shop.visit(&an).await;
        // The first page was written, and then the machine stopped.
        let first = shop.member_id(&mei).await;
        let day = a_monday().date_naive();
        query(db.writer(), "insert into ledger_leaf (day, member, seq) values ($1, $2, 1)")
            .bind(day)
            .bind(first)
            .execute()
            .await
            .unwrap();
        query(db.writer(), "update ledger_head set rooted = 1 where member = $1").bind(first).execute().await.unwrap();
        shop.advance(TimeDelta::days(1)).await;
        assert_eq!(close_days(&shop.app).await.unwrap(), 1);
        assert_eq!(query(&db, "select heads from ledger_root").value::<i64>().await.unwrap(), 2);
        assert!(verify(&db).await.unwrap().is_clean());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_close_at_once_close_once() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        shop.visit(&mei).await;
        shop.advance(TimeDelta::days(1)).await;
        let other = Shop::open_at(&db, shop.app.clock.clone()).await;
        let (one, two) = tokio::join!(close_days(&shop.app), close_days(&other.app));
        assert_eq!(one.unwrap() + two.unwrap(), 1);
        assert!(verify(&db).await.unwrap().is_clean());
    })
    .await;
}
