//! What a database holds of a person is sealed: who reads the file, or a backup of it without the keys, finds no name, no
//! sentence, and nothing that opens a door.

use chrono::TimeDelta;
use http::Method;
use serde_json::json;
use shuke::campaigns;
use shuke::ids::Actor;
use shuke::members::sessions;
use shuke::sandbox::{Endpoint, Fault, FaultKind};
use shuke::staff::Role;
use shuke::staff::api_keys::Scope;
use shuke::store::{Db, query};

use crate::api::Program;
use crate::harness::on_both;
use crate::shop::Shop;

/// A table and one of its rows in small letters, in which bytes stand as hex digits.
type Row = (String, String);

/// Every row of every table.
async fn rows(db: &Db) -> Vec<Row> {
    let tables = if db.is_postgres() {
        "select cast(tablename as text) from pg_tables where schemaname = 'public'"
    } else {
        "select name from sqlite_master where type = 'table'"
    };
    let mut rows = Vec::new();
    for table in query(db, tables).values::<String>().await.unwrap() {
        let row = if db.is_postgres() {
            String::from("cast(t as text)")
        } else {
            let columns = query(db, "select name from pragma_table_info($1)").bind(table.clone());
            let columns = columns.values::<String>().await.unwrap();
            columns.iter().map(|column| format!("quote(\"{column}\")")).collect::<Vec<_>>().join(" || ' ' || ")
        };
        let all = query(db, format!("select {row} from \"{table}\" t").leak()).values::<String>().await.unwrap();
        rows.extend(all.into_iter().map(|row| (table.clone(), row.to_lowercase())));
    }
    rows
}

/// The rows in which words stand as they are, as text or as bytes.
fn holding<'a>(rows: &'a [Row], words: &str) -> Vec<&'a Row> {
    let digits = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let forms = [words.to_lowercase(), digits(words)];
    rows.iter().filter(|(_, row)| forms.iter().any(|form| row.contains(form))).collect()
}

/// Columns that hold what is a person's own.
const SEALED: [&str; 7] = [
    "select count(*) from friend where sealed_name is not null",
    "select count(*) from timeline where sealed is not null",
    "select count(*) from event where sealed_raw is not null",
    "select count(*) from reply where sealed_token is not null",
    "select count(*) from reply where sealed_messages is not null",
    "select count(*) from plan_person where sealed_body is not null",
    "select count(*) from delivery where sealed_body is not null",
];

#[tokio::test]
async fn no_name_no_sentence_and_no_key_stands_in_plain() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        shop.taps(&mei, "好，請通知我").await;
        shop.says(&mei, "我的電話是 0900-000-000").await;
        let member = shop.member_id(&mei).await;
        let till = Program::with(&shop, "till", &[Scope::LoyaltyWrite]).await;
        let sale =
            json!({ "member": member, "card": "coffee", "stamps": 10, "store": "zhongshan", "reference": "R-1" });
        let headers = [("content-type", "application/json"), ("idempotency-key", "8c5e9a52")];
        let given = till.call(Method::POST, "/api/v1/stamps", &headers, &sale.to_string()).await;
        assert_eq!(given.status, 201);
        let pages = sessions::open(&shop.app, member).await.unwrap();
        let code = shop.device_code("zhongshan").await;
        let clerk = shop.employs("小安", Role::Clerk, "zhongshan").await;
        let counter = shop.till("zhongshan", clerk).await;

        // A push with her name in it that stands still, words that cannot be read, and an answer LINE does not take.
        shop.edits("campaigns/winback.yaml", "segment: lapsed-60d", "segment: everyone");
        shop.starts("winback").await;
        campaigns::pause(&shop.app, "winback", &Actor::operator()).await.unwrap();
        shop.sandbox.say(&mei, "這句話壞了").await.unwrap();
        let long_ago = shop.app.clock.now().date_naive() - TimeDelta::days(99);
        query(db.writer(), "update event set day = $1 where state = 'new'").bind(long_ago).execute().await.unwrap();
        shop.sandbox.fault(Fault::times(FaultKind::RateLimited, 1).at(Endpoint::Reply));
        shop.says(&mei, "集點卡").await;

        let mut private: Vec<String> =
            ["小美測試", "我的電話", "0900-000-000", "這句話壞了", "a secret of the tests"].map(String::from).into();
        private.extend(shop.sandbox.look(|world| {
            let webhooks = world.webhooks.iter();
            webhooks.filter_map(|sent| sent.webhook.reply_token().map(String::from)).collect::<Vec<_>>()
        }));
        assert!(private.len() > 8, "she was answered");
        private.extend([shop.sandbox.config().channel.secret.clone(), pages, code.replace('-', ""), code]);
        private.extend(till.key);
        private.extend(counter.cookies.into_values());
        for column in SEALED {
            assert!(query(&db, column).value::<i64>().await.unwrap() > 0, "nothing to look at: {column}");
        }
        let at_rest = rows(&db).await;
        for words in &private {
            assert_eq!(holding(&at_rest, words), Vec::<&Row>::new(), "{words:?} stands in plain");
        }
        campaigns::resume(&shop.app, "winback", &Actor::operator()).await.unwrap();
        shop.send().await;
        assert!(shop.pushed(&mei)[0].to_string().contains("小美測試"));
        let at_rest = rows(&db).await;
        for words in &private {
            assert_eq!(holding(&at_rest, words), Vec::<&Row>::new(), "{words:?} stands in plain after sending");
        }

        // What does stand there is found, as text and as bytes.
        let number = shop.member(&mei).await.number.to_string();
        assert!(holding(&at_rest, &number).iter().any(|(table, _)| table == "member"));
        let plain = "小美測試".as_bytes().to_vec();
        query(db.writer(), "update friend set sealed_name = $1").bind(plain).execute().await.unwrap();
        assert_eq!(holding(&rows(&db).await, "小美測試").len(), 1);
    })
    .await;
}
