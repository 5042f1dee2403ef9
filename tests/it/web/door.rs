//! The door of both faces: cookies, headers, posts from elsewhere, what a stranger sees.

use chrono::TimeDelta;
use http::Method;
use shuke::staff::Role;

use super::PIN;
use crate::harness::on_both;
use crate::shop::Shop;

#[tokio::test]
async fn line_vouches_for_her_and_a_cookie_no_script_can_read_keeps_it() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let mut browser = shop.browser();
        let page = browser.get("/m/stamps").await;
        assert_eq!(page.status, 200);
        page.says("data-next=\"/m/stamps\"");
        page.says("http://shuke.localhost:8090/liff-stub.js");

        let answer = shop.signs_in(&mut browser, &mei).await;
        assert_eq!(answer.status, 204, "{}", answer.body);
        let cookie = answer.header("set-cookie");
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"),
            "{cookie}"
        );
        assert!(!cookie.contains("Secure"), "this service is reached over http on this machine");
        browser.get("/m/").await.says(&shop.member(&mei).await.number.grouped());
    })
    .await;
}

#[tokio::test]
async fn a_token_that_is_not_lines_or_has_run_out_opens_nothing() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let mut browser = shop.browser();
        let good = shop.sandbox.open_liff(&mei, "").unwrap().id_token;
        let (head, rest) = good.split_once('.').unwrap();
        let (body, mac) = rest.split_once('.').unwrap();
        let forged = format!("{head}.{body}.{}", mac.chars().rev().collect::<String>());
        for token in [forged.as_str(), "", "a.b.c", &"x".repeat(9_000)] {
            let answer = browser.json("/m/session", &serde_json::json!({ "id_token": token })).await;
            assert_eq!(answer.status, 401, "{}", answer.body);
        }
        for body in ["{}", "[]", "id_token=x", ""] {
            let answer =
                browser.ask(Method::POST, "/m/session", "*/*", Some(("application/json", String::from(body)))).await;
            assert!((400..500).contains(&answer.status), "{body}: {}", answer.status);
        }
        shop.advance(TimeDelta::hours(2)).await;
        let answer = browser.json("/m/session", &serde_json::json!({ "id_token": good })).await;
        assert_eq!(answer.status, 401, "its hour is over");
        assert!(browser.cookies.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_link_into_the_app_leads_to_its_page() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let mut browser = shop.browser();
        let first = browser.get("/m?liff.state=%2Fstamps").await;
        assert_eq!((first.status, first.leads_to()), (308, "/m/?liff.state=%2Fstamps"));
        browser.get(first.leads_to()).await.says("data-next=\"/m/stamps\"");
        shop.signs_in(&mut browser, &mei).await;
        assert_eq!(browser.get("/m/?liff.state=%2Fstamps").await.leads_to(), "/m/stamps");
        browser.get("/m/?liff.state=https%3A%2F%2Fevil.example").await.says("會員卡");
    })
    .await;
}

#[tokio::test]
async fn somebody_line_knows_and_we_do_not_is_asked_to_join() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let phone = shop.sandbox.add_user("路過的人");
        let mut browser = shop.opens_pages(&phone).await;
        let page = browser.get("/m/").await;
        page.says("領取會員卡");
        page.says("表示您同意");
        assert!(!shop.member(&phone).await.is_joined());
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_and_the_page_leads_back_to_line() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let mut browser = shop.opens_pages(&mei).await;
        shop.advance(TimeDelta::hours(12)).await;
        browser.get("/m/").await.says("data-liff-id");
        assert_eq!(browser.fetch("/m/pass").await.status, 401);
        browser.more.insert("hx-request", "true".parse().unwrap());
        let part = browser.get("/m/stamps").await;
        assert_eq!((part.status, part.header("hx-refresh")), (401, "true"));
    })
    .await;
}

#[tokio::test]
async fn a_post_from_another_site_is_not_even_looked_at() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let an = shop.employs("小安", Role::Clerk, "zhongshan").await;
        let (mut browser, mut till) = (shop.opens_pages(&mei).await, shop.till("zhongshan", an).await);
        for site in ["cross-site", "same-site"] {
            for each in [&mut browser, &mut till] {
                each.more.insert("sec-fetch-site", site.parse().unwrap());
            }
            let language = browser.post("/m/me/language", &[("language", "ja")]).await;
            assert_eq!(language.status, 403);
            let scan = till.post("/counter/scan", &[("code", &shop.pass_of(&mei).await), ("method", "gun")]).await;
            assert_eq!(scan.status, 403);
        }
        // An old browser tells only the origin.
        browser.more.insert("sec-fetch-site", "".parse().unwrap());
        browser.more.insert("origin", "https://evil.example".parse().unwrap());
        assert_eq!(browser.post("/m/me/language", &[("language", "ja")]).await.status, 403);
        browser.more.insert("origin", "http://localhost:8080".parse().unwrap());
        assert_eq!(browser.post("/m/me/language", &[("language", "ja")]).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn every_page_says_what_it_may_load_and_who_may_frame_it() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let an = shop.employs("小安", Role::Clerk, "zhongshan").await;
        let (mut browser, mut till) = (shop.opens_pages(&mei).await, shop.till("zhongshan", an).await);
        let mut answers = Vec::new();
        for path in ["/m/", "/m/stamps", "/m/vouchers", "/m/me", "/m/nothing"] {
            answers.push(browser.get(path).await);
        }
        for path in ["/counter/", "/counter/sign-in", "/counter/enrol", "/counter/scanner-test", "/counter/nothing"] {
            answers.push(till.get(path).await);
        }
        answers.push(shop.browser().get("/m/").await);
        for answer in answers {
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("default-src 'none'"), "{policy}");
            assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
            assert!(policy.contains("frame-ancestors 'self' http://shuke.localhost:8090"), "{policy}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert!(!answer.header("referrer-policy").is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn who_types_the_host_alone_comes_to_the_card() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let front = shop.browser().get("/").await;
        assert_eq!((front.status, front.leads_to()), (307, "/m/"));
        assert_eq!(shop.browser().get("/?liff.state=%2Fstamps").await.leads_to(), "/m/?liff.state=%2Fstamps");
    })
    .await;
}

#[tokio::test]
async fn a_page_that_is_not_there_is_a_page_that_says_so() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mut browser = shop.browser();
        let page = browser.get("/m/nothing").await;
        assert_eq!(page.status, 404);
        page.says("找不到這一頁");
        browser.language = "en";
        let page = browser.get("/counter/nothing").await;
        assert_eq!(page.status, 404);
        page.says("There is no such page");
        let data = browser.fetch("/m/nothing").await;
        assert_eq!((data.status, data.header("content-type")), (404, "application/problem+json"));
    })
    .await;
}

#[tokio::test]
async fn a_device_is_enrolled_once_by_a_code_that_lives_ten_minutes() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mut till = shop.browser();
        assert_eq!(till.get("/counter/").await.leads_to(), "/counter/enrol");
        // A page that answered the form itself would send it again at Back; the code stands in no address.
        let wrong = till.post("/counter/enrol", &[("code", "3467-9ACD")]).await;
        assert_eq!((wrong.status, wrong.leads_to()), (303, "/counter/enrol?unknown"));
        till.get(wrong.leads_to()).await.says("沒有這個裝置碼");
        let form = Some(("application/x-www-form-urlencoded", String::from("code=3467-9ACD")));
        let told = till.ask(Method::POST, "/counter/enrol", "application/json", form).await;
        assert_eq!((told.status, told.header("content-type")), (422, "application/problem+json"));
        told.says("unknown_code");

        let code = shop.device_code("yongkang").await;
        let done = till.post("/counter/enrol", &[("code", &code.to_lowercase())]).await;
        assert_eq!((done.status, done.leads_to()), (303, "/counter/sign-in?enrolled"));
        till.get("/counter/sign-in").await.says("永康店");

        let again = shop.browser().post("/counter/enrol", &[("code", &code)]).await;
        assert_eq!(again.status, 303);
        assert!(!again.leads_to().contains(&code), "{}", again.leads_to());
        shop.browser().get(again.leads_to()).await.says("10:30 已經用過");
        let late = shop.device_code("yongkang").await;
        shop.advance(TimeDelta::minutes(10)).await;
        let late = shop.browser().post("/counter/enrol", &[("code", &late)]).await;
        shop.browser().get(late.leads_to()).await.says("只到 10:40 有效");
        for odd in ["used=x", "ended=99999999999999", "used", "x=%FF&unknown"] {
            assert_eq!(shop.browser().get(&format!("/counter/enrol?{odd}")).await.status, 200, "{odd}");
        }
        // A browser that keeps no cookies is told so, instead of being sent round.
        let lost = shop.browser().get("/counter/sign-in?enrolled").await;
        assert_eq!(lost.leads_to(), "/counter/enrol?no-cookies");
        shop.browser().get("/counter/enrol?no-cookies").await.says("Cookie");
    })
    .await;
}

#[tokio::test]
async fn the_fifth_wrong_pin_locks_and_the_right_one_does_not_help_then() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let an = shop.employs("小安", Role::Clerk, "zhongshan").await;
        shop.employs("阿哲", Role::Clerk, "yongkang").await;
        let mut till = shop.device("zhongshan").await;
        let page = till.get("/counter/sign-in").await;
        page.says("小安");
        page.says_nothing_of("阿哲");
        for left in (1..=4).rev() {
            let page = shop.reads_after_pin(&mut till, an, "9999").await;
            page.says(&format!("還可以試 {left} 次"));
            page.says(&format!("value=\"{an}\" required checked"));
        }
        for pin in ["9999", PIN] {
            shop.reads_after_pin(&mut till, an, pin).await.says("10:31 後");
        }
        let form = Some(("application/x-www-form-urlencoded", format!("staff={an}&pin={PIN}")));
        let told = till.ask(Method::POST, "/counter/sign-in", "application/json", form).await;
        assert_eq!((told.status, told.header("content-type")), (422, "application/problem+json"));
        told.says("\"code\":\"locked\"");
        assert_eq!(till.get("/counter/").await.leads_to(), "/counter/sign-in");
        shop.advance(TimeDelta::minutes(1)).await;
        assert_eq!(shop.enters_pin(&mut till, an, PIN).await.leads_to(), "/counter/");
        assert_eq!(till.get("/counter/").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_lock_a_clock_that_was_ahead_wrote_down_ends_when_it_is_put_right() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let an = shop.employs("小安", Role::Clerk, "zhongshan").await;
        let mut till = shop.device("zhongshan").await;
        let ahead = TimeDelta::hours(3);
        shop.app.clock.advance(ahead);
        for _ in 0..5 {
            shop.enters_pin(&mut till, an, "9999").await;
        }
        shop.reads_after_pin(&mut till, an, PIN).await.says("13:31 後");
        // Replicas' clocks lie apart a little: between them a lock holds.
        shop.app.clock.advance(TimeDelta::seconds(-30));
        shop.reads_after_pin(&mut till, an, PIN).await.says("13:31 後");

        shop.app.clock.advance(TimeDelta::seconds(30) - ahead);
        shop.reads_after_pin(&mut till, an, "9999").await.says("10:35 後");
        shop.reads_after_pin(&mut till, an, PIN).await.says("10:35 後");
        shop.app.clock.advance(TimeDelta::minutes(5));
        assert_eq!(shop.enters_pin(&mut till, an, PIN).await.leads_to(), "/counter/");
    })
    .await;
}

#[tokio::test]
async fn a_session_locks_itself_and_is_good_on_its_own_device_only() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let an = shop.employs("小安", Role::Clerk, "zhongshan").await;
        let (mut till, mut other) = (shop.till("zhongshan", an).await, shop.device("zhongshan").await);
        other.cookies.insert(String::from("shuke-clerk"), till.cookies["shuke-clerk"].clone());
        assert_eq!(other.get("/counter/").await.leads_to(), "/counter/sign-in?locked", "a cookie of another device");
        // The open desk goes there by itself, at the same time.
        till.get("/counter/").await.says("data-locks-after=\"120\"");

        shop.advance(TimeDelta::minutes(2)).await;
        assert_eq!(till.get("/counter/").await.leads_to(), "/counter/sign-in?locked");
        let part = till.part("/counter/scan", &[("code", "1"), ("method", "gun")]).await;
        assert_eq!((part.status, part.header("hx-redirect")), (401, "/counter/sign-in?locked"));
        till.get("/counter/sign-in?locked").await.says("2 分鐘沒有使用，已登出。登入後請再掃一次。");
        till.get("/counter/sign-in").await.says_nothing_of("已登出");
        shop.enters_pin(&mut till, an, PIN).await;
        assert_eq!(till.post("/counter/sign-out", &[]).await.leads_to(), "/counter/sign-in");
        assert_eq!(till.get("/counter/").await.leads_to(), "/counter/sign-in");
        assert!(!till.cookies.contains_key("shuke-clerk") && till.cookies.contains_key("shuke-device"));
    })
    .await;
}

#[tokio::test]
async fn names_keep_their_places_whoever_signed_in_last() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let an = shop.employs("小安", Role::Clerk, "zhongshan").await;
        let lin = shop.employs("林店長", Role::Manager, "zhongshan").await;
        let mut till = shop.device("zhongshan").await;
        let order = [an.to_string(), lin.to_string()];
        for staff in [lin, an] {
            shop.enters_pin(&mut till, staff, PIN).await;
            assert_eq!(till.get("/counter/sign-in").await.fields("staff"), order);
        }
    })
    .await;
}
