//! A plan as a person reads it before she lets it go.

use shuke::clock::Clock;
use shuke::ids::Actor;
use shuke::members::consent::{self, Source};
use shuke::members::friends::{self, FriendState};
use shuke::members::{self, accounts};
use shuke::store::OpenOptions;
use shuke::words::Lang;

use super::Said;
use super::pushes::{Desk, digest_of};
use crate::harness::{Fresh, each_engine};
use crate::shop;

const NAMES: [&str; 8] = ["王小美", "陳大安", "林阿如", "Ken Example", "黃小明", "張小華", "趙小春", "周小雨"];

/// Five whom it reaches, one of them in English; two who want no offers and one who blocks the account. Beyond two messages a
/// month each costs.
async fn desk(fresh: &Fresh) -> Desk {
    let desk = Desk::with(fresh, &NAMES).await;
    let app = shop::app_over(&fresh.db, Clock::system(), &desk.line.sandbox);
    let account = accounts::ensure(&app).await.unwrap();
    let mut tx = app.db.begin().await.unwrap();
    for (name, phone) in NAMES.iter().zip(&desk.phones) {
        let friend = friends::meet(&app, &mut tx, account, phone).await.unwrap();
        let now = app.clock.now();
        match *name {
            "Ken Example" => members::set_language(&mut tx, friend.member, Lang::En).await.unwrap(),
            "張小華" => assert!(friends::set_state(&mut tx, &friend, FriendState::Blocked, now).await.unwrap()),
            "趙小春" | "周小雨" => {
                let (purpose, source) = (consent::MARKETING, Source::Chat);
                let answer = consent::Answer { purpose, granted: false, source, wording: "a wording", at: now };
                let actor = Actor::member(friend.member);
                consent::record(&app, &mut tx, friend.member, answer, &actor).await.unwrap();
            }
            _ => {}
        }
    }
    tx.commit().await.unwrap();
    desk.brand.edit("brand.yaml", "free_messages: 6000", "free_messages: 2");
    desk
}

/// What `shuke plan winback` prints in a terminal of this language, with what differs from one time to the next put by name.
fn printed(desk: &Desk, lang: &str) -> String {
    let json = desk.run(&["plan", "winback", "--format", "json"]).json();
    let mut command = desk.service.command(&["plan", "winback"]);
    let said = Said::from(command.arg("--brand").arg(desk.brand.path()).env("LANG", lang).output().unwrap());
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let program = format!("{} --brand {}", env!("CARGO_BIN_EXE_shuke"), desk.brand.path().display());
    assert!(said.out.contains(&program), "a command to type: {}", said.out);
    said.out.replace(&program, "shuke").replace(digest_of(&json), "DIGEST")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_reads_who_gets_it_who_does_not_and_why_what_it_says_and_what_it_costs() {
    let seen = std::sync::Mutex::new(Vec::new());
    each_engine(OpenOptions::default(), async |fresh| {
        let desk = desk(fresh).await;
        seen.lock().unwrap().push((printed(&desk, "zh_TW.UTF-8"), printed(&desk, "en_US.UTF-8")));
    })
    .await;
    let seen = seen.into_inner().unwrap();
    let [on_sqlite, on_postgres] = &seen[..] else { panic!("both engines") };
    assert_eq!(on_sqlite, on_postgres);
    let (chinese, english) = on_sqlite;
    insta::assert_snapshot!(chinese, @r"
    winback  好久不見，送您一杯

    對象      分眾 everyone 選出 8 人
                    5  會收到
                    3  不會收到
                    2    沒有同意收優惠訊息
                    1    封鎖了帳號
    訊息      templates/winback.yaml
              5 則，分 5 次送出（一次多人 0 次，一次一人 5 次）
    本月額度  上限 5,000 則，已用 0 則，送出後剩 4,995 則
    費用      0.6 TWD（LINE「高用量」方案每月含 2 則）
    一併發布  新增品牌設定 brand
              新增推播 winback
              新增優惠券 free-latte
              新增分眾 everyone
              新增集點卡 coffee
              新增訊息範本 templates/joined.yaml
              新增訊息範本 templates/welcome-back.yaml
              新增訊息範本 templates/welcome.yaml
              新增訊息範本 templates/winback.yaml
    範例      K＊＊＊e  1769 3944
              │ Ken Example, it has been a while.
              │ 10 more stamps and a latte is on us. Your seat is still where it was.
              │ 〔See my stamps〕 〔Opening hours〕 〔No offers〕
              王＊美  1700 9070
              │ 王小美，好久不見。
              │ 您的咖啡集點卡再 10 點就送您一杯拿鐵，座位和咖啡都還在老地方。
              │ 〔看集點卡〕 〔營業時間〕 〔不要優惠訊息〕
              黃＊明  4359 2119
              │ 黃小明，好久不見。
              │ 您的咖啡集點卡再 10 點就送您一杯拿鐵，座位和咖啡都還在老地方。
              │ 〔看集點卡〕 〔營業時間〕 〔不要優惠訊息〕
    代碼      DIGEST

    內容沒有問題的話，請在 24 小時內執行：
      shuke apply DIGEST
    ");
    insta::assert_snapshot!(english, @r"
    winback  好久不見，送您一杯

    Audience    8 in the segment everyone
                      5  will get it
                      3  will not
                      2    did not agree to offers
                      1    blocked the account
    Message     templates/winback.yaml
                5 messages in 5 requests (0 to many at once, 5 to one)
    This month  0 of 5,000 used, 4,995 left after this
    Cost        0.6 TWD (LINE's plan “高用量” includes 2 a month)
    Publishes   new: brand brand
                new: campaign winback
                new: coupon free-latte
                new: segment everyone
                new: stamp card coffee
                new: template templates/joined.yaml
                new: template templates/welcome-back.yaml
                new: template templates/welcome.yaml
                new: template templates/winback.yaml
    Samples     K＊＊＊e  1769 3944
                │ Ken Example, it has been a while.
                │ 10 more stamps and a latte is on us. Your seat is still where it was.
                │ 〔See my stamps〕 〔Opening hours〕 〔No offers〕
                王＊美  1700 9070
                │ 王小美，好久不見。
                │ 您的咖啡集點卡再 10 點就送您一杯拿鐵，座位和咖啡都還在老地方。
                │ 〔看集點卡〕 〔營業時間〕 〔不要優惠訊息〕
                黃＊明  4359 2119
                │ 黃小明，好久不見。
                │ 您的咖啡集點卡再 10 點就送您一杯拿鐵，座位和咖啡都還在老地方。
                │ 〔看集點卡〕 〔營業時間〕 〔不要優惠訊息〕
    Digest      DIGEST

    If this is what you want, within 24 hours:
      shuke apply DIGEST
    ");
}
