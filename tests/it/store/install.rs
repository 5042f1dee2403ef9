//! The installation's row: one, whoever asks first.

use chrono::TimeDelta;
use shuke::store::{OpenOptions, install, query};

use crate::harness::{a_monday, each_engine, ids};

#[tokio::test]
async fn however_many_processes_start_there_is_one_installation() {
    each_engine(OpenOptions::default(), async |fresh| {
        assert_eq!(install::find(&fresh.db).await.unwrap(), None);
        let other = fresh.open_again(OpenOptions::default()).await;
        let ids = ids();
        let (one, two) =
            tokio::join!(install::ensure(&fresh.db, &ids, a_monday()), install::ensure(&other, &ids, a_monday()));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!(one, two);
        assert_eq!(one.epoch, 1);
        let rows: i64 = query(&fresh.db, "select count(*) from install").value().await.unwrap();
        assert_eq!(rows, 1);
        let later = install::ensure(&other, &ids, a_monday() + TimeDelta::days(1)).await.unwrap();
        assert_eq!(later, one);
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_clocks_offset_is_kept() {
    each_engine(OpenOptions::default(), async |fresh| {
        install::ensure(&fresh.db, &ids(), a_monday()).await.unwrap();
        install::set_clock_offset(&fresh.db, 3_600_000_000).await.unwrap();
        assert_eq!(install::find(&fresh.db).await.unwrap().unwrap().clock_offset_us, 3_600_000_000);
    })
    .await;
}
