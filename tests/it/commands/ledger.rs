//! `shuke ledger verify`.

use shuke::store::{Db, OpenOptions, query};

use super::Terminal;
use crate::harness::{each_engine, postgres};
use crate::shop::Shop;

#[tokio::test]
async fn a_whole_ledger_exits_with_0_and_a_falsified_one_with_1() {
    each_engine(OpenOptions::default(), async |fresh| {
        let shop = Shop::open(&fresh.db).await;
        let terminal = Terminal::on(fresh);
        let mei = shop.joins("小美測試").await;
        shop.stamps(&mei, 10).await;
        let report = terminal.run(&["ledger", "verify", "--format", "json"]).json();
        assert_eq!((&report["clean"], &report["members"]), (&true.into(), &1.into()));
        let said = terminal.run(&["ledger", "verify"]);
        assert_eq!(
            (said.code, said.out.as_str()),
            (0, "1 member, 1 entry, 0 closed days: every balance is what the ledger tells.\n")
        );

        query(fresh.db.writer(), "update card set stamps = 9 where state = 'open'").execute().await.unwrap();
        let said = terminal.run(&["ledger", "verify"]);
        let member = shop.member_id(&mei).await.to_string();
        assert_eq!(said.code, 1, "{}{}", said.out, said.err);
        for words in [member.as_str(), "stamps is 9, the ledger says 0", "1 difference."] {
            assert!(said.out.contains(words), "{words:?} is not in: {}", said.out);
        }
        let said = terminal.run(&["ledger", "verify", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
        assert_eq!((said.code, report["differences"][0]["what"].as_str()), (1, Some("card")));
        assert_eq!(report["differences"][0]["member"], member.as_str());
    })
    .await;
}

#[tokio::test]
async fn a_database_without_a_schema_is_named_as_such() {
    each_engine(OpenOptions::default(), async |fresh| {
        let url = match fresh.engine {
            "SQLite" => fresh.url.replace("shuke.db", "empty.db"),
            _ => postgres::empty_database(&format!("shuke_no_ledger_{}", std::process::id())).await,
        };
        Db::open(&url, OpenOptions::default()).await.unwrap().close().await;
        let empty = Terminal::at(&url);
        empty.run(&["ledger", "verify"]).failed(1, &["shuke migrate"]);
        if fresh.engine != "SQLite" {
            postgres::drop_database(&url).await;
        }
    })
    .await;
}
