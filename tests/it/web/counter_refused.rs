//! Codes that are no good at the counter: the clerk hears what is so and what to do next, and nothing but the reading is written.

use chrono::TimeDelta;
use shuke::clock::Chance;
use shuke::ids::Actor;
use shuke::loyalty;
use shuke::loyalty::coupons::Code;
use shuke::members::{Number, pass};
use shuke::secret::Secret;
use shuke::staff::own_cards;
use shuke::store::{Db, query};

use super::PIN;
use super::counter::{A_WHILE, opening};
use crate::harness::on_both;

/// What a reading must leave as it is: rows, and what stands in them.
const KEPT: [&str; 16] = [
    "select count(*) from ledger",
    "select cast(sum(seq) as bigint) from ledger_head",
    "select count(*) from card",
    "select cast(sum(stamps) as bigint) from card",
    "select count(*) from milestone",
    "select count(*) from voucher",
    "select count(*) from voucher where state = 'issued'",
    "select count(*) from redemption",
    "select count(*) from taken_back",
    "select count(*) from timeline",
    "select cast(sum(version) as bigint) from member",
    "select count(*) from friend",
    "select count(*) from consent",
    "select count(*) from reply",
    "select count(*) from job",
    "select count(*) from audit",
];

async fn kept(db: &Db) -> Vec<(&'static str, i64)> {
    let mut found = Vec::new();
    for sql in KEPT {
        found.push((sql, query(db, sql).value::<i64>().await.expect(sql)));
    }
    found
}

#[tokio::test]
async fn what_is_no_good_code_says_what_to_do_and_stands_in_the_log_alone() {
    on_both(async |db| {
        let (shop, mei, an, mut till) = opening(&db).await;
        let her_own = shop.joins("小安測試").await;
        own_cards::link(&shop.app, an, shop.member_id(&her_own).await, &Actor::operator()).await.unwrap();
        shop.stamps(&mei, 10).await;
        shop.advance(TimeDelta::minutes(10)).await;
        shop.stamps(&mei, 10).await;
        let vouchers = shop.vouchers(&mei).await;
        let [lapsed, used] = &vouchers[..] else { panic!("{vouchers:?}") };
        shop.redeems(&used.code).await.unwrap();
        // The clock alone: nothing has marked the other one yet.
        shop.app.clock.advance(lapsed.expires_at.expect("it ends") - shop.app.clock.now());
        shop.enters_pin(&mut till, an, PIN).await;

        let number = shop.member(&mei).await.number;
        let expired = shop.pass_of(&mei).await;
        let forged = format!("M1:{}", expired[3..].replace(|c: char| c.is_ascii_digit(), "0"));
        let other_brand = Secret::parse(&"x".repeat(40)).unwrap();
        let other_brand = pass::codes(&other_brand, &number, shop.app.clock.now()).remove(0).payload;
        shop.app.clock.advance(TimeDelta::seconds(100));
        let wrong_digit = swapped(&number);
        let own = shop.pass_of(&her_own).await;
        let [used, lapsed] = [used, lapsed].map(|voucher| format!("C1:{}", voucher.code));
        let nobodys = Code::random(&Chance::seeded(99)).grouped();
        let before = kept(&db).await;
        let refused = [
            (own.as_str(), "gun", "不能幫自己集點或兌換", "own_card"),
            (&expired, "gun", "這張條碼已過期", "expired"),
            (&forged, "camera", "不是這裡的會員條碼", "forged"),
            (&other_brand, "camera", "不是這裡的會員條碼", "forged"),
            ("https://example.com/", "camera", "這不是會員條碼", "not_a_pass"),
            ("", "typed", "這不是會員號碼，也不是優惠券號碼", "mistyped"),
            ("小美", "typed", "這不是會員號碼，也不是優惠券號碼", "mistyped"),
            ("小美", "typed", "優惠券號碼是 15 個英文和數字", "mistyped"),
            ("1234", "typed", "會員號碼是 8 位數", "mistyped"),
            (&wrong_digit, "typed", "號碼有一位打錯了", "mistyped"),
            ("3467 9ACD EFGH JKM", "typed", "優惠券號碼打錯了", "mistyped"),
            ("C1:AAAA", "gun", "優惠券號碼打錯了", "mistyped"),
            ("00000000", "typed", "沒有這個會員號碼", "unknown"),
            (&nobodys, "typed", "沒有這張優惠券", "unknown"),
            (&nobodys, "typed", "請客人從「優惠券」頁面按「使用」，再掃一次。", "unknown"),
            (&used, "gun", "已在中山店使用", "already_redeemed"),
            (&lapsed, "camera", "此券 4 月 1 日（三）已過期", "voucher_expired"),
            (&lapsed[3..], "typed", "看看有沒有其他優惠券", "voucher_expired"),
        ];
        for (text, method, words, outcome) in refused {
            shop.app.clock.advance(A_WHILE);
            let answer = shop.reads_text(&mut till, text, method).await;
            assert_eq!(answer.status, 422, "{text}");
            answer.says(words);
            answer.says_nothing_of("name=\"scan\"");
            assert_eq!(shop.readings(an).await.last().unwrap().1, outcome, "{text}");
        }
        shop.reads_text(&mut till, &expired, "gun").await.says("秒前已過期");
        assert_eq!(shop.readings(an).await.len(), refused.len() + 1, "every reading");
        assert_eq!(kept(&db).await, before);

        // Once the sweep has marked it, it is refused in the same words.
        assert_eq!(loyalty::lapse(&shop.app).await.unwrap(), 1);
        let marked = kept(&db).await;
        shop.app.clock.advance(A_WHILE);
        shop.reads_text(&mut till, &lapsed, "camera").await.says("此券 4 月 1 日（三）已過期");
        assert_eq!(shop.readings(an).await.last().unwrap().1, "voucher_expired");
        assert_eq!(kept(&db).await, marked);
    })
    .await;
}

/// The number with one digit wrong.
fn swapped(number: &Number) -> String {
    let mut digits = number.as_str().as_bytes().to_vec();
    digits[0] = if digits[0] == b'9' { b'0' } else { digits[0] + 1 };
    String::from_utf8(digits).unwrap()
}
