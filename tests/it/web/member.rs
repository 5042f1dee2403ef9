//! The member's pages, with what she really has.

use chrono::TimeDelta;
use futures_util::StreamExt as _;
use shuke::members::consent::{self, MARKETING};
use shuke::members::pass;
use shuke::web::pieces;

use crate::harness::on_both;
use crate::shop::Shop;

#[tokio::test]
async fn the_card_shows_the_pass_of_this_moment_and_ten_windows_ahead() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let mut browser = shop.opens_pages(&mei).await;
        let page = browser.get("/m/").await;
        let drawn = pieces::draw(&shop.pass_of(&mei).await).unwrap();
        page.says(&drawn.path);
        page.says(&shop.member(&mei).await.number.grouped());
        assert_eq!(page.header("cache-control"), "no-store");

        shop.advance(TimeDelta::seconds(90)).await;
        let preloaded = browser.fetch("/m/pass").await;
        let body: serde_json::Value = serde_json::from_str(&preloaded.body).unwrap();
        assert_eq!(body["seconds"], pass::WINDOW_SECONDS);
        let windows = body["windows"].as_array().unwrap();
        assert_eq!(windows.len(), 10);
        let drawn = pieces::draw(&shop.pass_of(&mei).await).unwrap();
        assert_eq!(windows[0]["bits"], drawn.bits);
        assert_eq!(preloaded.header("cache-control"), "no-store");
    })
    .await;
}

#[tokio::test]
async fn a_friend_joins_on_the_page_and_says_whether_she_wants_offers() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        for (offers, wants) in [(None, false), (Some("yes"), true)] {
            let phone = shop.follows("小美測試").await;
            let mut browser = shop.opens_pages(&phone).await;
            let page = browser.get("/m/").await;
            page.says("集滿 10 點，送您「拿鐵兌換券」");
            let wording = page.field("wording");
            let old = browser.post("/m/join", &[("wording", "2020-01")]).await;
            assert_eq!(old.status, 200, "she did not read these words");
            assert!(!shop.member(&phone).await.is_joined());

            page.says("href=\"https://example.com/privacy\"");
            let (asked, unknown) = (page.field("asked"), [("wording", wording.as_str()), ("offers", "yes")]);
            assert_eq!(browser.post("/m/join", &unknown).await.status, 400, "offers without a question");
            let mut form = vec![("wording", wording.as_str()), ("asked", asked.as_str())];
            form.extend(offers.map(|offers| ("offers", offers)));
            assert_eq!(browser.post("/m/join", &form).await.leads_to(), "/m/");
            let member = shop.member(&phone).await;
            assert!(member.is_joined());
            assert_eq!(consent::is_granted(&db, member.id, MARKETING).await.unwrap(), wants);
            browser.get("/m/").await.says("咖啡集點卡");
        }
    })
    .await;
}

#[tokio::test]
async fn her_stamps_and_what_they_earned_stand_on_her_pages() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let mut browser = shop.opens_pages(&mei).await;
        let page = browser.get("/m/stamps").await;
        page.says("0／10");
        page.says("再 10 點，送您「拿鐵兌換券」");
        browser.get("/m/vouchers").await.says("目前沒有可使用的優惠券");

        shop.stamps(&mei, 7).await;
        let page = browser.get("/m/stamps").await;
        page.says("再 3 點，送您「拿鐵兌換券」");
        page.says("蓋了 7 點");
        page.says("中山店");
        page.says("9 月 30 日（三）前沒有新的點數");
        assert_eq!(page.body.matches("class=\"slot stamped").count(), 7);

        shop.advance(TimeDelta::hours(1)).await;
        shop.stamps(&mei, 4).await;
        browser.get("/m/").await.says("拿鐵兌換券");
        let page = browser.get("/m/stamps").await;
        page.says("蓋了 4 點，獲得拿鐵兌換券");
        page.says("<span class=\"what\">蓋了 7 點</span>");
        let list = browser.get("/m/vouchers").await;
        list.says("4 月 1 日（三）前");
        let voucher = shop.vouchers(&mei).await.remove(0);
        let page = browser.get(&format!("/m/vouchers/{}", voucher.id)).await;
        page.says(&voucher.code.grouped());
        page.says("店員按下兌換就算使用");
        page.says(&pieces::draw(&format!("C1:{}", voucher.code)).unwrap().path);
        assert_eq!(page.header("cache-control"), "no-store");

        shop.redeems(&voucher.code).await.unwrap();
        browser.get("/m/vouchers").await.says("目前沒有可使用的優惠券");
        browser.get("/m/vouchers?tab=used").await.says("已在中山店使用");
        let page = browser.get(&format!("/m/vouchers/{}", voucher.id)).await;
        page.says("已使用");
        page.says_nothing_of(voucher.code.as_str());
        browser.get("/m/stamps").await.says("使用了拿鐵兌換券");
    })
    .await;
}

#[tokio::test]
async fn somebody_elses_voucher_is_not_there() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (mei, ken) = (shop.joins("小美測試").await, shop.joins("健測試").await);
        shop.stamps(&mei, 10).await;
        let voucher = shop.vouchers(&mei).await.remove(0);
        let mut hers = shop.opens_pages(&mei).await;
        let mut his = shop.opens_pages(&ken).await;
        let path = format!("/m/vouchers/{}", voucher.id);
        assert_eq!(hers.get(&path).await.status, 200);
        let page = his.get(&path).await;
        assert_eq!(page.status, 404);
        page.says_nothing_of(voucher.code.as_str());
        for id in ["x", "01950000-0000-7000-8000-000000000001", "..%2F..%2Fcounter"] {
            assert_eq!(hers.get(&format!("/m/vouchers/{id}")).await.status, 404, "{id}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_voucher_that_ran_out_is_said_so_from_that_instant_on() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        shop.stamps(&mei, 10).await;
        let voucher = shop.vouchers(&mei).await.remove(0);
        let path = format!("/m/vouchers/{}", voucher.id);
        // The clock alone: nothing has marked it yet.
        let end = voucher.expires_at.expect("it ends");
        shop.app.clock.advance(end - shop.app.clock.now() - TimeDelta::seconds(1));
        let mut browser = shop.opens_pages(&mei).await;
        browser.get(&path).await.says(&voucher.code.grouped());
        browser.get("/m/vouchers").await.says("今天到期");
        shop.app.clock.advance(TimeDelta::seconds(1));
        let page = browser.get(&path).await;
        page.says("已不能使用");
        page.says_nothing_of(&voucher.code.grouped());
        browser.get("/m/vouchers?tab=expired").await.says("已過期");
    })
    .await;
}

#[tokio::test]
async fn offers_are_stopped_and_started_with_the_words_she_read() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let id = shop.member_id(&mei).await;
        let mut browser = shop.opens_pages(&mei).await;
        let page = browser.get("/m/me").await;
        page.says("小美測試");
        page.says("您目前不會收到優惠訊息");
        let wording = page.field("wording");
        assert_eq!(wording, "me-offers/1/zh-Hant");
        let answer = browser.post("/m/me/offers", &[("offers", "yes"), ("wording", &wording)]).await;
        assert_eq!(answer.leads_to(), "/m/me?saved=1");
        assert!(consent::is_granted(&db, id, MARKETING).await.unwrap());
        browser.get("/m/me?saved=1").await.says("您目前會收到優惠訊息");
        for form in [
            vec![("offers", "maybe"), ("wording", "me-offers/1/ja")],
            vec![("offers", "no"), ("wording", "'; drop table consent --")],
            vec![("offers", "no")],
            vec![],
        ] {
            assert_eq!(browser.post("/m/me/offers", &form).await.status, 400, "{form:?}");
        }
        assert!(consent::is_granted(&db, id, MARKETING).await.unwrap());
        // The clock that wrote her yes was ahead.
        shop.app.clock.advance(-TimeDelta::minutes(2));
        browser.post("/m/me/offers", &[("offers", "no"), ("wording", &wording)]).await;
        assert!(!consent::is_granted(&db, id, MARKETING).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn who_blocked_us_is_not_told_that_offers_reach_her() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let mut browser = shop.opens_pages(&mei).await;
        let page = browser.get("/m/me").await;
        page.says("href=\"https://example.com/privacy\"");
        page.says_nothing_of("解除封鎖");
        let wording = page.field("wording");
        browser.post("/m/me/offers", &[("offers", "yes"), ("wording", &wording)]).await;

        shop.sandbox.block(&mei).await.expect("she can block");
        shop.settle().await;
        let page = browser.get("/m/me").await;
        page.says("請先在 LINE 解除封鎖");
        page.says_nothing_of("您目前會收到優惠訊息");
        page.says("不再收到");
        shop.sandbox.follow(&mei).await.expect("she can follow again");
        shop.settle().await;
        browser.get("/m/me").await.says("您目前會收到優惠訊息");
    })
    .await;
}

#[tokio::test]
async fn she_reads_her_language_from_then_on() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let mut browser = shop.opens_pages(&mei).await;
        browser.get("/m/").await.says("lang=\"zh-Hant-TW\"");
        assert_eq!(browser.post("/m/me/language", &[("language", "ja")]).await.leads_to(), "/m/me?saved=1");
        let page = browser.get("/m/").await;
        page.says("会員証");
        page.says("コーヒースタンプカード");
        assert_eq!(browser.post("/m/me/language", &[("language", "fr")]).await.status, 400);
        for path in ["/m/nothing", "/m/vouchers/x"] {
            let page = browser.get(path).await;
            assert_eq!(page.status, 404);
            page.says("ページが見つかりません");
        }
        shop.browser().get("/m/nothing").await.says("找不到這一頁");
        shop.says(&mei, "集點卡").await;
        assert!(shop.last_message(&mei).contains("コーヒー"), "the chat speaks it too");
    })
    .await;
}

#[tokio::test]
async fn a_page_that_still_holds_is_not_sent_again() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (mei, ken) = (shop.joins("小美測試").await, shop.joins("健測試").await);
        let mut browser = shop.opens_pages(&mei).await;
        let page = browser.get("/m/stamps").await;
        let tag = String::from(page.header("etag"));
        assert!(!tag.is_empty());
        browser.more.insert("if-none-match", tag.parse().unwrap());
        let again = browser.get("/m/stamps").await;
        assert_eq!((again.status, again.body.as_str()), (304, ""));
        shop.visit(&mei).await;
        let changed = browser.get("/m/stamps").await;
        assert_eq!(changed.status, 200);
        changed.says("1／10");
        let mut his = shop.opens_pages(&ken).await;
        his.more.insert("if-none-match", tag.parse().unwrap());
        assert_eq!(his.get("/m/stamps").await.status, 200, "another's page is another page");
    })
    .await;
}

#[tokio::test]
async fn an_open_page_hears_of_a_stamp_and_stops_with_the_service() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let mut browser = shop.opens_pages(&mei).await;
        let mut events = browser.events("/m/events").await;
        let version = shop.member(&mei).await.version;
        let first = events.next().await.unwrap();
        assert!(first.starts_with("event: version"), "{first}");
        assert!(first.contains(&format!("\"version\":{version},")), "{first}");
        shop.visit(&mei).await;
        let next = events.next().await.unwrap();
        assert!(next.contains(&format!("\"version\":{},", version + 1)), "{next}");
        shop.stop.cancel();
        assert!(events.next().await.is_none());
    })
    .await;
}

#[tokio::test]
async fn an_open_page_goes_quiet_when_its_session_is_taken_away() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let mut browser = shop.opens_pages(&mei).await;
        let mut events = browser.events("/m/events").await;
        assert!(events.next().await.is_some());
        shuke::members::sessions::end_all(&shop.app, shop.member_id(&mei).await).await.unwrap();
        assert!(events.next().await.is_none());
    })
    .await;
}
