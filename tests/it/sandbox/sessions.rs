//! Two phones in one browser, through the service's own pages.

use shuke::web::pieces::grouped;

use crate::harness::on_both;
use crate::shop::Shop;

#[tokio::test]
async fn each_phone_is_signed_in_as_its_own_person() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (mei, hong) = (shop.joins("測試小美").await, shop.joins("測試阿宏").await);
        for (phone, other) in [(&mei, &hong), (&hong, &mei)] {
            let mut browser = shop.browser();
            let entered = shop.signs_in(&mut browser, phone).await;
            let cookie = entered.header("set-cookie").to_ascii_lowercase();
            assert!(cookie.contains("shuke-member=") && !cookie.contains("domain"), "for one host alone: {cookie}");
            let page = browser.get("/m/").await;
            page.says(&grouped(&shop.member(phone).await.number.to_string()));
            page.says_nothing_of(&grouped(&shop.member(other).await.number.to_string()));
        }
    })
    .await;
}
