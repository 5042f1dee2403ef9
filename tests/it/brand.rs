//! The brand's files: what is refused, and what an applied campaign publishes: never a thing without what it names.

use std::fs;

use shuke::brand::{self, Outcome};

use crate::harness::{BrandFolder, on_both};
use crate::shop::Shop;

/// What is wrong in a folder: file, line, code.
fn faults(folder: &BrandFolder) -> Vec<(String, u64, String)> {
    let broken = brand::read(folder.path()).err();
    let faults = broken.into_iter().flat_map(|broken| broken.faults);
    faults.map(|(source, fault)| (source.path, fault.place.line, fault.code.into_owned())).collect()
}

#[test]
fn what_is_said_to_a_new_member_leaves_room_for_her_card_and_the_question() {
    let folder = BrandFolder::copied();
    let say = |count: usize| {
        let pieces = |lang: &str, count: usize| format!("{lang}:\n{}", "  - text: 好\n".repeat(count));
        fs::write(folder.path().join("templates/joined.yaml"), pieces("zh-Hant", 3) + &pieces("ja", count)).unwrap();
    };
    say(3);
    assert_eq!(faults(&folder), []);
    for count in [4, 5] {
        say(count);
        assert_eq!(faults(&folder), [(String::from("templates/joined.yaml"), 9, String::from("joined-too-long"))]);
    }
}

#[test]
fn more_files_than_are_read_are_a_fault_of_their_own() {
    let folder = BrandFolder::copied();
    let there = brand::load(folder.path()).unwrap().len();
    for n in there..2_000 {
        fs::write(folder.path().join(format!("templates/z{n}.yaml")), "messages: [ { text: 好 } ]\n").unwrap();
    }
    assert_eq!(faults(&folder), []);
    fs::write(folder.path().join("templates/zz.yaml"), "messages: [ { text: 好 } ]\n").unwrap();
    assert_eq!(faults(&folder), [(String::from("templates/zz.yaml"), 0, String::from("too-many-files"))]);
}

#[test]
fn the_privacy_notice_is_an_address_line_opens() {
    let folder = BrandFolder::copied();
    let line = fs::read_to_string(folder.path().join("brand.yaml")).unwrap();
    let line = line.lines().position(|line| line.contains("privacy:")).unwrap() as u64 + 1;
    let mut was = String::from("https://example.com/privacy");
    for (address, is_right) in [
        ("https://example.com/%E9%9A%B1?a=1#b", true),
        ("http://example.com/privacy", false),
        ("https://", false),
        ("https://例.tw/", false),
        ("javascript:alert(1)", false),
        ("example.com/privacy", false),
        ("''", false),
    ] {
        folder.edit("brand.yaml", &format!("privacy: {was}"), &format!("privacy: {address}"));
        was = String::from(address);
        let expected = [(String::from("brand.yaml"), line, String::from("not-an-address"))];
        assert_eq!(faults(&folder), expected[..usize::from(!is_right)], "{address}");
    }
    folder.edit("brand.yaml", &format!("    privacy: {was}"), "    # none");
    assert_eq!(faults(&folder), [], "it may be left out");
}

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
