//! Walk 3 in text: a clerk with a scanner, from the first reading to the voucher that is refused the second time.

use chrono::TimeDelta;
use shuke::ids::{LineUserId, StaffId};
use shuke::loyalty;
use shuke::members::Number;
use shuke::staff::scans::{self, Method};
use shuke::staff::{Role, people};

use super::{Answer, Browser, PIN};
use crate::harness::on_both;
use crate::shop::Shop;

/// More than the three seconds within which two readings are one act.
pub(super) const A_WHILE: TimeDelta = TimeDelta::seconds(4);

impl Shop {
    /// The scanner gun reads what her phone shows now.
    pub(super) async fn reads(&self, till: &mut Browser, phone: &LineUserId) -> Answer {
        self.app.clock.advance(A_WHILE);
        let pass = self.pass_of(phone).await;
        self.reads_text(till, &pass, "gun").await
    }

    /// Some text is read or typed.
    pub(super) async fn reads_text(&self, till: &mut Browser, text: &str, method: &str) -> Answer {
        let key = self.app.ids.random_uuid().to_string();
        till.part("/counter/scan", &[("code", text), ("method", method), ("key", &key)]).await
    }

    /// The clerk gives stamps on a sheet.
    pub(super) async fn gives(&self, till: &mut Browser, sheet: &Answer, amount: &str) -> Answer {
        let scan = sheet.field("scan");
        till.part("/counter/stamp", &[("scan", &scan), ("programme", "coffee"), ("amount", amount)]).await
    }

    /// The clerk takes the sheet's first voucher.
    pub(super) async fn takes_voucher(&self, till: &mut Browser, sheet: &Answer) -> Answer {
        let (scan, voucher) = (sheet.field("scan"), sheet.field("voucher"));
        till.part("/counter/redeem", &[("scan", &scan), ("voucher", &voucher)]).await
    }

    /// The clerk presses the undo of an answer.
    pub(super) async fn presses_undo(&self, till: &mut Browser, answer: &Answer) -> Answer {
        let (member, entry) = (answer.field("member"), answer.field("entry"));
        till.part("/counter/undo", &[("member", &member), ("entry", &entry)]).await
    }

    /// She says why, too.
    pub(super) async fn undoes_for(&self, till: &mut Browser, answer: &Answer, why: &str) -> Answer {
        let (member, entry) = (answer.field("member"), answer.field("entry"));
        till.part("/counter/undo", &[("member", &member), ("entry", &entry), ("why", why)]).await
    }

    pub(super) async fn readings(&self, of: StaffId) -> Vec<(Method, String)> {
        let rows =
            shuke::store::query(&self.app.db, "select method, outcome from scan where staff = $1 order by at, id")
                .bind(of)
                .all::<(Method, String)>()
                .await;
        rows.expect("a read")
    }
}

pub(super) async fn opening(db: &shuke::store::Db) -> (Shop, LineUserId, StaffId, Browser) {
    let shop = Shop::open(db).await;
    let mei = shop.joins("王小美").await;
    let an = shop.employs("小安", Role::Clerk, "zhongshan").await;
    let till = shop.till("zhongshan", an).await;
    (shop, mei, an, till)
}

#[tokio::test]
async fn from_the_first_reading_to_the_voucher_and_its_second_try() {
    on_both(async |db| {
        let (shop, mei, _, mut till) = opening(&db).await;
        till.get("/counter/").await.says("還沒有紀錄");

        let sheet = shop.reads(&mut till, &mei).await;
        assert_eq!(sheet.status, 200, "{}", sheet.body);
        sheet.says("王＊美");
        sheet.says("＋1 點 → 1／10");
        sheet.says_nothing_of("王小美");
        let cards = loyalty::cards_of(&db, shop.member_id(&mei).await).await.unwrap();
        assert!(cards.is_empty(), "a look changes nothing");

        let given = shop.gives(&mut till, &sheet, "1").await;
        given.says("已蓋 1 點・1／10");
        given.says("data-undo=\"10\"");
        given.says("復原：蓋 1 點");

        let undone = shop.presses_undo(&mut till, &given).await;
        assert_eq!(undone.status, 200, "{}", undone.body);
        undone.says("已復原");
        undone.says("蓋 1 點已取消");

        // The cool-down went with it.
        let sheet = shop.reads(&mut till, &mei).await;
        sheet.says("＋1 點 → 1／10");
        shop.gives(&mut till, &sheet, "1").await.says("已蓋 1 點・1／10");
        let sheet = shop.reads(&mut till, &mei).await;
        sheet.says("後才能再蓋");
        sheet.says_nothing_of("name=\"programme\"");

        shop.advance(TimeDelta::minutes(10)).await;
        shop.enters_pin(&mut till, till_staff(&shop).await, PIN).await;
        let sheet = shop.reads(&mut till, &mei).await;
        sheet.says("集滿了：送拿鐵兌換券，新卡 0／10");
        let full = shop.gives(&mut till, &sheet, "9").await;
        full.says("已蓋 9 點，集滿送拿鐵兌換券");

        let sheet = shop.reads(&mut till, &mei).await;
        sheet.says("拿鐵兌換券");
        let code = shop.vouchers(&mei).await.remove(0).code;
        sheet.says_nothing_of(code.as_str());
        let taken = shop.takes_voucher(&mut till, &sheet).await;
        taken.says("已兌換「拿鐵兌換券」");
        taken.says("兌換「拿鐵兌換券」");

        // Her phone still shows the code: the second try says who, where and when.
        shop.app.clock.advance(A_WHILE);
        let again = shop.reads_text(&mut till, &format!("C1:{code}"), "camera").await;
        assert_eq!(again.status, 422);
        again.says("已在中山店使用");
        again.says("小安");

        let back = shop.presses_undo(&mut till, &taken).await;
        back.says("已復原兌換");
        shop.app.clock.advance(A_WHILE);
        let sheet = shop.reads_text(&mut till, &format!("C1:{code}"), "camera").await;
        assert_eq!(sheet.status, 200, "{}", sheet.body);
        sheet.says_nothing_of("name=\"programme\"");
        shop.takes_voucher(&mut till, &sheet).await.says("已兌換「拿鐵兌換券」");
    })
    .await;
}

pub(super) async fn till_staff(shop: &Shop) -> StaffId {
    people::by_name(&shop.app.db, "小安").await.unwrap().unwrap().id
}

#[tokio::test]
async fn what_is_asked_twice_on_one_reading_is_done_once() {
    on_both(async |db| {
        let (shop, mei, an, mut till) = opening(&db).await;
        let pass = shop.pass_of(&mei).await;
        let first = shop.reads_text(&mut till, &pass, "gun").await;
        let second = shop.reads_text(&mut till, &pass, "camera").await;
        assert_eq!(first.field("scan"), second.field("scan"), "fired twice within three seconds");
        assert_eq!(shop.readings(an).await.len(), 1);

        let given = shop.gives(&mut till, &first, "2").await;
        given.says("已蓋 2 點・2／10");
        let again = shop.gives(&mut till, &second, "2").await;
        again.says("已蓋 2 點・2／10");
        again.says("沒有重複計算");
        let other = shop.gives(&mut till, &first, "3").await;
        assert_eq!(other.status, 422);
        other.says("這次掃描已經用過了");
        assert_eq!(shop.card(&mei).await.stamps, 2);

        // Undone, it stays undone: the reading has done its act, and nobody is told that it counts.
        shop.presses_undo(&mut till, &given).await.says("已復原");
        shop.presses_undo(&mut till, &given).await.says("不需要再做任何事");
        let again = shop.gives(&mut till, &first, "2").await;
        assert_eq!(again.status, 422);
        again.says("這次掃描做的已在");
        again.says_nothing_of("已蓋");
        assert!(loyalty::cards_of(&db, shop.member_id(&mei).await).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_reading_belongs_to_who_made_it_and_grows_old() {
    on_both(async |db| {
        let (shop, mei, _, mut till) = opening(&db).await;
        let che = shop.employs("阿哲", Role::Clerk, "zhongshan").await;
        let mut other = shop.till("zhongshan", che).await;
        let sheet = shop.reads(&mut till, &mei).await;
        let refused = shop.gives(&mut other, &sheet, "1").await;
        assert_eq!(refused.status, 422);
        refused.says("這次掃描已經過期");
        // The sheet lies open when a colleague takes over the device.
        let mut taken_over = till.clone();
        shop.enters_pin(&mut taken_over, che, PIN).await;
        shop.gives(&mut taken_over, &sheet, "1").await.says("這次掃描已經過期");
        let (scan, nobody) = (sheet.field("scan"), "01950000-0000-7000-8000-000000000001");
        for form in [
            vec![("scan", nobody), ("programme", "coffee"), ("amount", "1")],
            vec![("scan", scan.as_str()), ("programme", "tea"), ("amount", "1")],
            vec![("scan", scan.as_str()), ("programme", "coffee"), ("amount", "11")],
            vec![("scan", scan.as_str()), ("programme", "coffee"), ("amount", "0")],
            vec![("scan", scan.as_str()), ("programme", "coffee"), ("amount", "-1")],
        ] {
            assert_eq!(till.part("/counter/stamp", &form).await.status, 422, "{form:?}");
        }
        for form in
            [vec![("scan", "x"), ("programme", "coffee"), ("amount", "1")], vec![("scan", scan.as_str())], vec![]]
        {
            assert_eq!(till.part("/counter/stamp", &form).await.status, 400, "{form:?}");
        }
        for minutes in [1, 2, 4] {
            shop.app.clock.advance(TimeDelta::seconds(100));
            assert_eq!(till.get("/counter/").await.status, 200, "she works on, {minutes}");
        }
        shop.gives(&mut till, &sheet, "1").await.says("這次掃描已經過期");
        assert!(loyalty::cards_of(&db, shop.member_id(&mei).await).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_typed_number_earns_and_never_spends() {
    on_both(async |db| {
        let (shop, mei, an, mut till) = opening(&db).await;
        shop.stamps(&mei, 10).await;
        shop.advance(TimeDelta::minutes(10)).await;
        shop.enters_pin(&mut till, an, PIN).await;
        let number = shop.member(&mei).await.number;
        let sheet = shop.reads_text(&mut till, &number.grouped(), "typed").await;
        assert_eq!(sheet.status, 200, "{}", sheet.body);
        sheet.says("手動輸入號碼");
        sheet.says("輸入號碼只能集點");
        sheet.says_nothing_of("name=\"voucher\"");
        assert_eq!(shop.readings(an).await, [(Method::Number, String::from(scans::SHOWN))]);

        let voucher = shop.vouchers(&mei).await.remove(0).id.to_string();
        let scan = sheet.field("scan");
        let taken = till.part("/counter/redeem", &[("scan", &scan), ("voucher", &voucher)]).await;
        assert_eq!(taken.status, 422);
        taken.says("輸入號碼不能兌換");
        shop.gives(&mut till, &sheet, "1").await.says("已蓋 1 點・1／10");
    })
    .await;
}

#[tokio::test]
async fn a_vouchers_own_code_opens_that_voucher_and_nothing_else() {
    on_both(async |db| {
        let (shop, mei, an, mut till) = opening(&db).await;
        let ken = shop.joins("健測試").await;
        shop.stamps(&mei, 10).await;
        shop.stamps(&ken, 10).await;
        let (hers, his) = (shop.vouchers(&mei).await.remove(0), shop.vouchers(&ken).await.remove(0));
        let sheet = shop.reads_text(&mut till, &hers.code.grouped().to_lowercase(), "typed").await;
        assert_eq!(sheet.status, 200, "{}", sheet.body);
        assert_eq!(sheet.fields("voucher"), [hers.id.to_string()]);
        let scan = sheet.field("scan");
        let stamped = till.part("/counter/stamp", &[("scan", &scan), ("programme", "coffee"), ("amount", "1")]).await;
        assert_eq!(stamped.status, 422, "a voucher's code is no pass");
        for other in [his.id.to_string(), String::from("01950000-0000-7000-8000-000000000001")] {
            let taken = till.part("/counter/redeem", &[("scan", &scan), ("voucher", &other)]).await;
            assert_eq!(taken.status, 422, "{other}");
        }
        // Nor does her pass open somebody else's voucher.
        shop.app.clock.advance(A_WHILE);
        let sheet = shop.reads(&mut till, &mei).await;
        let scan = sheet.field("scan");
        let taken = till.part("/counter/redeem", &[("scan", &scan), ("voucher", &his.id.to_string())]).await;
        taken.says("沒有這張優惠券");
        assert_eq!(shop.readings(an).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_clerk_undoes_her_own_and_a_manager_anybodys() {
    on_both(async |db| {
        let (shop, mei, _, mut till) = opening(&db).await;
        let che = shop.employs("阿哲", Role::Clerk, "zhongshan").await;
        let lin = shop.employs("林店長", Role::Manager, "zhongshan").await;
        let sheet = shop.reads(&mut till, &mei).await;
        let given = shop.gives(&mut till, &sheet, "2").await;

        // The device changes hands.
        shop.enters_pin(&mut till, che, PIN).await;
        till.get("/counter/").await.says("還沒有紀錄");
        let refused = shop.presses_undo(&mut till, &given).await;
        assert_eq!(refused.status, 422);
        refused.says("只能復原自己做的");
        refused.says("小安");

        shop.app.clock.advance(TimeDelta::hours(1));
        shop.enters_pin(&mut till, lin, PIN).await;
        let desk = till.get("/counter/").await;
        desk.says("蓋 2 點");
        desk.says("為什麼復原？");
        let unsaid = shop.presses_undo(&mut till, &desk).await;
        assert_eq!(unsaid.status, 422);
        unsaid.says("復原這一筆要選原因");
        shop.undoes_for(&mut till, &desk, "slip").await.says("蓋 2 點已取消");
        assert!(loyalty::cards_of(&db, shop.member_id(&mei).await).await.unwrap().is_empty());
        till.get("/counter/").await.says("class=\"undone\"");
    })
    .await;
}

#[tokio::test]
async fn who_tries_out_numbers_has_to_wait() {
    on_both(async |db| {
        let (shop, mei, an, mut till) = opening(&db).await;
        let taken = shop.member(&mei).await.number;
        let chance = shuke::clock::Chance::seeded(99);
        let mut tried = 0;
        while tried < scans::MISSES {
            let number = Number::random(&chance);
            if number != taken {
                shop.reads_text(&mut till, number.as_str(), "typed").await.says("沒有這個會員號碼");
                tried += 1;
            }
        }
        let answer = shop.reads_text(&mut till, taken.as_str(), "typed").await;
        assert_eq!(answer.status, 422);
        answer.says("這台裝置讀錯太多次");
        answer.says_nothing_of("王＊美");
        assert_eq!(shop.readings(an).await.last().unwrap().1, "must_wait");
        shop.app.clock.advance(scans::MISSES_WITHIN);
        shop.enters_pin(&mut till, an, PIN).await;
        assert_eq!(shop.reads_text(&mut till, taken.as_str(), "typed").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_desk_without_scripts_does_the_same_with_whole_pages() {
    on_both(async |db| {
        let (shop, mei, _, mut till) = opening(&db).await;
        till.language = "en";
        let sheet =
            till.post("/counter/scan", &[("code", &shop.pass_of(&mei).await), ("method", "typed"), ("key", "")]).await;
        assert_eq!(sheet.status, 200);
        sheet.says("<!doctype html>");
        sheet.says("+1 → 1 of 10");
        let scan = sheet.field("scan");
        let given = till.post("/counter/stamp", &[("scan", &scan), ("programme", "coffee"), ("amount", "1")]).await;
        given.says("<!doctype html>");
        given.says("1 of 10");
        let no = till.post("/counter/scan", &[("code", "nonsense"), ("method", "typed"), ("key", "")]).await;
        assert_eq!(no.status, 422);
        no.says("This is neither a member number nor a voucher number");
    })
    .await;
}

#[tokio::test]
async fn one_pass_earns_once_also_where_a_card_has_no_cool_down() {
    on_both(async |db| {
        let (shop, mei, _, mut till) = opening(&db).await;
        shop.publishes("cool_down: 10m", "cool_down: none").await;
        let first = shop.reads(&mut till, &mei).await;
        let second = shop.reads(&mut till, &mei).await;
        let given = shop.gives(&mut till, &first, "1").await;
        assert_eq!(shop.card(&mei).await.stamps, 1);

        let refused = shop.gives(&mut till, &second, "1").await;
        refused.says("這個條碼已經蓋過點了");
        refused.says("請客人出示新的條碼");
        shop.reads(&mut till, &mei).await.says("這個條碼已經蓋過點了");
        assert_eq!(shop.card(&mei).await.stamps, 1);

        shop.presses_undo(&mut till, &given).await;
        shop.gives(&mut till, &second, "2").await;
        assert_eq!(shop.card(&mei).await.stamps, 2, "what was taken back may be given right");
        shop.sandbox.advance(TimeDelta::seconds(30));
        let fresh = shop.reads(&mut till, &mei).await;
        shop.gives(&mut till, &fresh, "1").await;
        assert_eq!(shop.card(&mei).await.stamps, 3, "a fresh pass earns");
    })
    .await;
}
