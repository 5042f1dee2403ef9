//! What each would read: in her language, with her own name and stamps, sealed until it leaves, and three of them shown.

use shuke::campaigns::Count;
use shuke::delivery::Reason;
use shuke::members;
use shuke::store::query;
use shuke::words::Lang;

use super::lapsed;
use crate::harness::on_both;
use crate::shop::Shop;

#[tokio::test]
async fn three_of_many_are_shown_each_language_among_them() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mut all = Vec::new();
        for name in ["王小美", "陳大安", "林阿如", "黃小明", "張小華"] {
            let phone = lapsed(&shop, name).await;
            all.push(shop.member_id(&phone).await);
        }
        let samples = shop.plan("winback").await.samples;
        let mut shown: Vec<_> = samples.iter().map(|sample| sample.member).collect();
        shown.sort();
        shown.dedup();
        assert_eq!(shown.len(), 3, "three, and no two of them the same");
        assert!(shown.iter().all(|member| all.contains(member)));
        let again: Vec<_> = shop.plan("winback").await.samples.iter().map(|sample| sample.member).collect();
        assert_eq!(
            again,
            samples.iter().map(|sample| sample.member).collect::<Vec<_>>(),
            "the same plan, the same ones"
        );

        // One who reads another language is among them, whoever she is.
        for member in all {
            members::set_language(db.writer(), member, Lang::Ja).await.unwrap();
            let samples = shop.plan("winback").await.samples;
            let words: Vec<_> = samples.iter().map(|sample| sample.body[0]["text"].as_str().unwrap()).collect();
            assert_eq!(words.len(), 3);
            assert_eq!(words.iter().filter(|words| words.contains("お久しぶりです")).count(), 1, "{words:?}");
            members::set_language(db.writer(), member, Lang::ZhHant).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn each_reads_her_own_name_and_stamps_in_her_language() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = lapsed(&shop, "王小美").await;
        let ken = lapsed(&shop, "Ken Example").await;
        let member = shop.member_id(&ken).await;
        members::set_language(db.writer(), member, Lang::En).await.unwrap();
        query(
            db.writer(),
            "insert into card (id, member, programme, version, ordinal, stamps, goal, state, opened_at)
             values ($1, $2, 'coffee', 1, 1, 7, 10, 'open', $3)",
        )
        .bind(shop.app.ids.make::<shuke::ids::CardId>())
        .bind(member)
        .bind(shop.app.clock.now())
        .execute()
        .await
        .unwrap();

        shop.starts("winback").await;
        shop.send().await;
        let text = |phone| String::from(shop.pushed(phone)[0]["text"].as_str().unwrap());
        assert_eq!(text(&mei), "王小美，好久不見。\n您的咖啡集點卡再 10 點就送您一杯拿鐵，座位和咖啡都還在老地方。");
        assert_eq!(
            text(&ken),
            "Ken Example, it has been a while.\n3 more stamps and a latte is on us. Your seat is still where it was."
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_written_to_one_person_is_sealed_until_it_leaves() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        lapsed(&shop, "王小美").await;
        let plan = shop.plan("winback").await;
        type Row = (Option<Vec<u8>>, Option<Vec<u8>>);
        let (_, sealed) = query(&db, "select body_hash, sealed_body from plan_person").one::<Row>().await.unwrap();
        let sealed = sealed.expect("her messages");
        let needle = "好久不見".as_bytes();
        assert!(!sealed.windows(needle.len()).any(|part| part == needle));
        let bodies: i64 = query(&db, "select count(*) from plan_body").value().await.unwrap();
        assert_eq!(bodies, 0);
        let summary: String = query(&db, "select cast(summary as text) from plan where id = $1")
            .bind(plan.more.plan)
            .value()
            .await
            .unwrap();
        assert!(summary.contains("\"messages\"") && !summary.contains("小美"), "{summary}");
    })
    .await;
}

#[tokio::test]
async fn words_line_would_refuse_keep_one_person_out() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.edits("templates/winback.yaml", "label: 看集點卡", "label: \"{{ member.name or '您' }}\"");
        lapsed(&shop, "王小美").await;
        lapsed(&shop, "這個名字比二十個字還要長所以放不進按鈕裡面的人").await;
        let plan = shop.plan("winback").await;
        assert_eq!(plan.audience.inside, 1);
        assert_eq!(plan.audience.out, [Count { reason: Reason::UnfitMessage, count: 1 }]);
    })
    .await;
}
