//! What an applied campaign publishes: never a thing without what it names.

use shuke::brand::Outcome;

use crate::harness::on_both;
use crate::shop::Shop;

/// Plans and applies the campaign, which reaches nobody here: the names of what it published.
async fn published(shop: &Shop) -> Vec<String> {
    let plan = shop.plan("winback").await;
    match shop.apply(&plan.digest).await {
        Outcome::Published(changes) => changes.into_iter().map(|change| change.name).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_card_is_published_with_the_coupons_of_its_milestones() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        shop.adds(
            "rewards/cookie.yaml",
            "coupon: free-cookie\ntitle: 餅乾兌換券\nkind: free_item\nvalid: { for: 30d, from: issue }\n",
        );
        shop.edits("rewards/coffee.yaml", "milestones: {", "milestones: { 3: { coupon: free-cookie },");
        assert_eq!(published(&shop).await, ["free-cookie", "coffee"]);
        shop.stamps(&mei, 3).await;
        let vouchers = shop.vouchers(&mei).await;
        assert_eq!(vouchers.len(), 1, "the counter gives what the card promises");
        assert_eq!(vouchers[0].coupon, "free-cookie");
    })
    .await;
}

#[tokio::test]
async fn the_brand_is_published_with_its_templates_and_all_they_speak_of() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.adds("templates/hello.yaml", "messages: [ { text: \"歡迎，一起集{{ cards.tea.title }}\" } ]\n");
        shop.adds(
            "rewards/tea.yaml",
            "stamp_card: tea\ntitle: 茶卡\nmilestones: { 10: { coupon: free-tea } }\n---\ncoupon: free-tea\ntitle: 茶\nkind: free_item\nvalid: { for: 30d, from: issue }\n",
        );
        shop.edits("brand.yaml", "welcome: templates/welcome.yaml", "welcome: templates/hello.yaml");
        assert_eq!(published(&shop).await, ["brand", "free-tea", "tea", "templates/hello.yaml"]);
        let mei = shop.follows("小美測試").await;
        assert_eq!(shop.messages(&mei)[0]["text"], "歡迎，一起集茶卡");
    })
    .await;
}

#[tokio::test]
async fn what_a_campaign_does_not_name_stays_as_it_was() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.edits("templates/hours.yaml", "08:00", "07:30");
        shop.adds("templates/unnamed.yaml", "messages: [ { text: 還沒有人用 } ]\n");
        assert!(published(&shop).await.is_empty());
    })
    .await;
}
