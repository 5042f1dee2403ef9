//! Many rows that go a page at a time.

use chrono::TimeDelta;
use shuke::store::{insert_rows, page_by_page, query};

use crate::harness::{a_monday, on_both};

#[tokio::test]
async fn all_rows_go_and_none_but_those_with_a_commit_for_each_page() {
    on_both(async |db| {
        let today = a_monday().date_naive();
        let mut tx = db.begin().await.unwrap();
        let days = (1..=1_300).map(|ago| today - TimeDelta::days(ago));
        insert_rows(&mut tx, "insert into day_key (day, wrapped, created_at)", days, "", |row, day| {
            row.bind(*day).bind(vec![0_u8]).bind(a_monday());
        })
        .await
        .unwrap();
        tx.commit().await.unwrap();

        let mut sizes = Vec::new();
        let removed = page_by_page(|page| {
            sizes.push(page);
            query(db.writer(), "delete from day_key where day in (select day from day_key where day < $1 limit $2)")
                .bind(today - TimeDelta::days(100))
                .bind(page)
        });
        assert_eq!(removed.await.unwrap(), 1_200);
        let left = query(&db, "select count(*) from day_key").value::<i64>().await.unwrap();
        assert_eq!(left, 100, "what is not meant stays");
        assert_eq!(sizes, [500; 4], "three pages, and one look that finds nothing");
    })
    .await;
}
