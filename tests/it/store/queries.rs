//! Values go in and come out alike on both engines.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use futures_util::TryStreamExt;
use serde_json::{Value, json};
use shuke::ids::{MemberId, StaffId};
use shuke::store::{Db, insert_rows, query};
use sqlx::types::Json;
use uuid::Uuid;

use crate::harness::{a_monday, ids, on_both};

async fn add_member(db: &Db, id: MemberId, number: &str) {
    query(db.writer(), "insert into member (id, number, created_at) values ($1, $2, $3)")
        .bind(id)
        .bind(number)
        .bind(a_monday())
        .execute()
        .await
        .expect("a member is added");
}

#[derive(Debug, PartialEq, sqlx::FromRow)]
struct Stored {
    id: MemberId,
    joined_at: Option<DateTime<Utc>>,
    language: Option<String>,
    birthday: Option<NaiveDate>,
    is_test: bool,
    version: i64,
    created_at: DateTime<Utc>,
}

#[tokio::test]
async fn every_type_of_column_comes_back_as_it_went_in() {
    on_both(async |db| {
        let member = Stored {
            id: ids().make(),
            joined_at: Some(a_monday() + TimeDelta::microseconds(123_457)),
            language: Some(String::from("zh-Hant: 熟客 ' \" ; -- \u{1f375}")),
            birthday: NaiveDate::from_ymd_opt(1996, 2, 29),
            is_test: true,
            version: i64::MAX,
            created_at: a_monday(),
        };
        query(
            db.writer(),
            "insert into member (id, number, joined_at, language, birthday, is_test, version, created_at)
             values ($1, '00000001', $2, $3, $4, $5, $6, $7)",
        )
        .bind(member.id)
        .bind(member.joined_at)
        .bind(&member.language)
        .bind(member.birthday)
        .bind(member.is_test)
        .bind(member.version)
        .bind(member.created_at)
        .execute()
        .await
        .expect("it is inserted");
        let read = query(&db, "select id, joined_at, language, birthday, is_test, version, created_at from member where id = $1");
        assert_eq!(read.bind(member.id).one::<Stored>().await.expect("it is read"), member);

        let wrapped: Vec<u8> = (0..=255).collect();
        query(db.writer(), "insert into member_key (member, wrapped, created_at) values ($1, $2, $3)")
            .bind(member.id)
            .bind(wrapped.clone())
            .bind(a_monday())
            .execute()
            .await
            .expect("bytes are inserted");
        let read = query(&db, "select wrapped from member_key").value::<Vec<u8>>().await.expect("bytes are read");
        assert_eq!(read, wrapped);

        for stores in [json!([]), json!(["zhongshan", "12"]), json!({"a": {"b": [1, 2.5, null, true]}, "12": "12"})] {
            let id: StaffId = ids().make();
            query(db.writer(), "delete from staff").execute().await.expect("the table is empty");
            query(
                db.writer(),
                "insert into staff (id, name, role, stores, pin_hash, state, created_at) values ($1, '小安', 'clerk', $2, '', 'active', $3)",
            )
            .bind(id)
            .bind(Json(&stores))
            .bind(a_monday())
            .execute()
            .await
            .expect("JSON is inserted");
            let Json(read) = query(&db, "select stores from staff where id = $1").bind(id).value::<Json<Value>>().await.expect("JSON is read");
            assert_eq!(read, stores);
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_null_on_both() {
    on_both(async |db| {
        add_member(&db, ids().make(), "1").await;
        let (joined_at, language, birthday) = query(&db, "select joined_at, language, birthday from member")
            .one::<(Option<DateTime<Utc>>, Option<String>, Option<NaiveDate>)>()
            .await
            .expect("it is read");
        assert_eq!((joined_at, language, birthday), (None, None, None));
    })
    .await;
}

#[tokio::test]
async fn times_sort_alike_with_and_without_fractions() {
    on_both(async |db| {
        let ids = ids();
        let moments =
            [0, 1, 1_000, 500_000, 999_999, 1_000_000, 1_000_001].map(|us| a_monday() + TimeDelta::microseconds(us));
        let mut tx = db.begin().await.expect("it begins");
        insert_rows(&mut tx, "insert into member (id, number, created_at)", moments.iter().rev(), "", |row, at| {
            let id: MemberId = ids.make();
            row.bind(id).bind(id.to_string()).bind(**at);
        })
        .await
        .expect("they are inserted");
        tx.commit().await.expect("it commits");
        let sorted = query(&db, "select created_at from member order by created_at")
            .values::<DateTime<Utc>>()
            .await
            .expect("they are read");
        assert_eq!(sorted, moments);
        for (index, at) in moments.iter().enumerate() {
            let earlier = query(&db, "select count(*) from member where created_at < $1")
                .bind(at)
                .value::<i64>()
                .await
                .expect("they are counted");
            assert_eq!(usize::try_from(earlier).expect("small"), index);
        }
    })
    .await;
}

#[tokio::test]
async fn a_write_through_db_fails_at_once_on_sqlite() {
    let fresh = crate::harness::Fresh::sqlite(shuke::store::OpenOptions::default()).await;
    let error = query(&fresh.db, "delete from member").execute().await.expect_err("readers may not write");
    assert!(error.to_string().contains("readonly"), "{error}");
    fresh.remove().await;
}

#[tokio::test]
async fn bulk_insert_puts_in_every_row_once_whatever_the_number() {
    on_both(async |db| {
        let ids = ids();
        for count in [0, 1, 2, 63, 64, 65, 511, 512, 513, 1_300] {
            query(db.writer(), "delete from member").execute().await.expect("the table is empty");
            let mut tx = db.begin().await.expect("it begins");
            let inserted =
                insert_rows(&mut tx, "insert into member (id, number, created_at)", 0..count, "", |row, number| {
                    row.bind(ids.make::<MemberId>()).bind(number.to_string()).bind(a_monday());
                })
                .await
                .expect("they are inserted");
            tx.commit().await.expect("it commits");
            let found =
                query(&db, "select count(distinct number) from member").value::<i64>().await.expect("they are counted");
            assert_eq!((inserted, found), (count, i64::try_from(count).expect("small")));
        }
    })
    .await;
}

#[tokio::test]
async fn bulk_insert_leaves_out_what_its_tail_says() {
    on_both(async |db| {
        let id: MemberId = ids().make();
        let mut tx = db.begin().await.expect("it begins");
        let head = "insert into member (id, number, created_at)";
        let inserted = insert_rows(&mut tx, head, [1, 1, 1], " on conflict (id) do nothing", |row, number| {
            row.bind(id).bind(number.to_string()).bind(a_monday());
        });
        assert_eq!(inserted.await.expect("duplicates are left out"), 1);
        tx.commit().await.expect("it commits");
    })
    .await;
}

#[tokio::test]
async fn a_stream_gives_every_row_in_order_alone_and_in_a_transaction() {
    on_both(async |db| {
        let ids = ids();
        let mut tx = db.begin().await.expect("it begins");
        let made: Vec<MemberId> = (0..1_000).map(|_| ids.make()).collect();
        insert_rows(&mut tx, "insert into member (id, number, created_at)", &made, "", |row, id| {
            row.bind(**id).bind(id.to_string()).bind(a_monday());
        })
        .await
        .expect("they are inserted");
        let within: Vec<(MemberId,)> = query(&mut tx, "select id from member order by id")
            .stream::<(MemberId,)>()
            .try_collect()
            .await
            .expect("they stream inside");
        assert_eq!(within.len(), 1_000);
        query(&mut tx, "update member set is_test = true")
            .execute()
            .await
            .expect("it goes on after a stream read to its end");
        tx.commit().await.expect("it commits");
        let alone: Vec<(MemberId,)> = query(&db, "select id from member order by id")
            .stream::<(MemberId,)>()
            .try_collect()
            .await
            .expect("they stream");
        assert_eq!(alone.into_iter().map(|(id,)| id).collect::<Vec<_>>(), made);
    })
    .await;
}

#[tokio::test]
async fn a_stream_left_halfway_ends_its_transaction() {
    on_both(async |db| {
        let mut tx = db.begin().await.expect("it begins");
        for number in ["1", "2", "3"] {
            let id: MemberId = ids().make();
            let id = MemberId(Uuid::from_u128(id.0.as_u128() + number.parse::<u128>().expect("a digit")));
            query(&mut tx, "insert into member (id, number, created_at) values ($1, $2, $3)")
                .bind(id)
                .bind(number)
                .bind(a_monday())
                .execute()
                .await
                .expect("in");
        }
        let first = query(&mut tx, "select number from member order by number")
            .stream::<(String,)>()
            .try_next()
            .await
            .expect("a row");
        assert_eq!(first, Some((String::from("1"),)));
        query(&mut tx, "select 1").value::<i32>().await.expect_err("it takes no more");
        tx.commit().await.expect_err("nor is it kept");
        add_member(&db, ids().make(), "4").await;
        assert_eq!(query(&db, "select number from member").values::<String>().await.expect("read"), ["4"]);
    })
    .await;
}

#[tokio::test]
async fn lists_and_pushed_text() {
    on_both(async |db| {
        let ids = ids();
        let all: Vec<MemberId> = (0..3).map(|_| ids.make()).collect();
        for (number, id) in all.iter().enumerate() {
            add_member(&db, *id, &number.to_string()).await;
        }
        let read = async |wanted: &[MemberId], after: Option<&str>| {
            let mut select =
                query(&db, "select number from member where id in (").push_list(wanted.iter().copied()).push(")");
            if let Some(after) = after {
                select = select.push(" and number > ").push_bind(after);
            }
            select.push(" order by number").values::<String>().await.expect("they are read")
        };
        assert_eq!(read(&all[1..], None).await, ["1", "2"]);
        assert_eq!(read(&all, Some("1")).await, ["2"]);
        assert_eq!(read(&[], None).await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn one_optional_and_returning() {
    on_both(async |db| {
        let missing = query(&db, "select number from member").one::<(String,)>().await.expect_err("there is none");
        assert!(matches!(missing, sqlx::Error::RowNotFound));
        assert_eq!(query(&db, "select number from member").optional_value::<String>().await.expect("read"), None);
        for number in ["1", "2"] {
            let id: MemberId = if number == "1" { MemberId(Uuid::from_u128(1)) } else { MemberId(Uuid::from_u128(2)) };
            add_member(&db, id, number).await;
        }
        // Only the first row is fetched, but both are changed.
        query(db.writer(), "update member set version = 9 returning number")
            .optional_value::<String>()
            .await
            .expect("updated");
        assert_eq!(
            query(&db, "select count(*) from member where version = 9").value::<i64>().await.expect("counted"),
            2
        );
        let mut tx = db.begin().await.expect("it begins");
        query(&mut tx, "select number from member where number = '3'")
            .one::<(String,)>()
            .await
            .expect_err("there is none");
        query(&mut tx, "delete from member")
            .execute()
            .await
            .expect("a row that was not found is no failure of the database");
        tx.commit().await.expect("it commits");
    })
    .await;
}

#[tokio::test]
async fn foreign_keys_and_unique_keys_hold_on_both() {
    on_both(async |db| {
        let orphan = query(db.writer(), "insert into member_tag (member, tag, is_on, at, recorded_at, actor_kind, actor_id) values ($1, 't', true, $2, $2, 'system', '')")
            .bind(ids().make::<MemberId>())
            .bind(a_monday())
            .execute()
            .await
            .expect_err("nobody has that id");
        assert!(orphan.as_database_error().is_some_and(|e| e.is_foreign_key_violation()), "{orphan}");
        add_member(&db, MemberId(Uuid::from_u128(1)), "1").await;
        let twice = query(db.writer(), "insert into member (id, number, created_at) values ($1, '1', $2)")
            .bind(MemberId(Uuid::from_u128(2)))
            .bind(a_monday())
            .execute()
            .await
            .expect_err("the number is taken");
        assert!(twice.as_database_error().is_some_and(|e| e.is_unique_violation()), "{twice}");
    })
    .await;
}
