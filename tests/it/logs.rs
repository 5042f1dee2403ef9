//! The log tells what the service does, never who a person is or what opens a door.

use std::io::Write;
use std::sync::{Arc, Mutex};

use shuke::store::Db;
use tracing_subscriber::fmt::MakeWriter;

use crate::harness::on_both;
use crate::shop::Shop;

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

async fn a_day(db: &Db, kept: &Kept) -> Vec<String> {
    let shop = Shop::open(db).await;
    let mei = shop.joins("小美測試").await;
    shop.says(&mei, "我的電話是 0900-000-000").await;
    shop.says(&mei, "會員卡").await;
    // An event nobody can read, and a LINE that refuses: the loud cases.
    shop.sandbox.say(&mei, "這句話壞了").await.unwrap();
    shuke::store::query(db.writer(), "update event set sealed_raw = $1 where state = 'new'")
        .bind(vec![1_u8, 2, 3])
        .execute()
        .await
        .unwrap();
    shop.sandbox.revoke_tokens();
    shop.says(&mei, "集點卡").await;
    assert!(!kept.0.lock().unwrap().is_empty(), "something was logged");
    let member = shop.member(&mei).await;
    let channel = &shop.sandbox.config().channel;
    vec![
        String::from("小美測試"),
        String::from("0900"),
        String::from("這句話"),
        String::from(mei.as_str()),
        member.number.to_string(),
        channel.secret.clone(),
        String::from("a secret of the tests"),
        String::from("Bearer"),
    ]
}

#[tokio::test]
async fn no_person_and_no_secret_is_logged() {
    on_both(async |db| {
        let kept = Kept::default();
        let subscriber =
            tracing_subscriber::fmt().with_env_filter("trace,hyper=off,sqlx=debug").with_writer(kept.clone());
        let guard = tracing::subscriber::set_default(subscriber.finish());
        let private = a_day(&db, &kept).await;
        drop(guard);
        let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        for words in private {
            let line = log.lines().find(|line| line.contains(&words));
            assert!(line.is_none(), "{words:?} stands in the log: {line:?}");
        }
    })
    .await;
}
