//! Her last acts on the member's sheet: what may be taken back is taken back there, wherever and by whomever it was done.

use chrono::TimeDelta;
use shuke::ids::{Actor, ApiKeyId, StaffId};
use shuke::loyalty::coupons::VoucherState;
use shuke::loyalty::{self, By, Key, Stamp};
use shuke::staff::api_keys::{self, Created, Scope};
use shuke::staff::people::{Added, NewPerson};
use shuke::staff::{Pin, Role, audit, people};

use super::counter::{A_WHILE, opening};
use super::{Answer, PIN};
use crate::harness::on_both;
use crate::shop::{Shop, yongkang};

impl Shop {
    /// A manager of every store.
    async fn employs_head(&self, name: &str) -> StaffId {
        let pin = Pin::chosen(PIN).expect("a PIN");
        let new = NewPerson { name: String::from(name), role: Role::Manager, stores: Vec::new(), pin };
        match people::add(&self.app, new, &Actor::operator()).await.expect("she is added") {
            Added::Added(id) => id,
            other => panic!("{other:?}"),
        }
    }

    /// A program with a key, as an actor.
    async fn program(&self, name: &str) -> (ApiKeyId, Actor) {
        let created = api_keys::create(&self.app, name, &[Scope::LoyaltyWrite], &Actor::operator()).await;
        match created.expect("a write") {
            Created::Key { id, .. } => (id, Actor::api(id)),
            other => panic!("no key: {other:?}"),
        }
    }
}

/// How many acts a sheet lists.
fn listed(sheet: &Answer) -> usize {
    sheet.body.matches("class=\"act\"").count()
}

#[tokio::test]
async fn what_went_wrong_yesterday_in_another_store_is_put_right_with_the_member_there() {
    on_both(async |db| {
        let (shop, mei, _, mut till) = opening(&db).await;
        let sheet = shop.reads(&mut till, &mei).await;
        shop.gives(&mut till, &sheet, "2").await;
        shop.advance(TimeDelta::days(1)).await;

        let head = shop.employs_head("林區長").await;
        let mut desk = shop.till("yongkang", head).await;
        desk.get("/counter/").await.says("還沒有紀錄");
        let sheet = shop.reads(&mut desk, &mei).await;
        sheet.says("最近紀錄");
        sheet.says("蓋 2 點");
        sheet.says("中山店・小安");
        sheet.says("為什麼復原？");
        sheet.says("name=\"why\" value=\"wrong_member\"");
        sheet.says_nothing_of("class=\"acts past\" open");
        let unsaid = shop.presses_undo(&mut desk, &sheet).await;
        assert_eq!(unsaid.status, 422);
        unsaid.says("復原這一筆要選原因");
        assert_eq!(shop.card(&mei).await.stamps, 2);

        let undone = shop.undoes_for(&mut desk, &sheet, "wrong_member").await;
        assert_eq!(undone.status, 200, "{}", undone.body);
        undone.says("蓋 2 點已取消");
        assert!(loyalty::cards_of(&db, shop.member_id(&mei).await).await.unwrap().is_empty());
        let line = audit::page(&db, None, 1).await.unwrap().remove(0);
        assert_eq!((line.action.as_str(), line.actor_id), ("entry.taken_back", head.to_string()));
        assert_eq!(line.detail["why"], "wrong_member");

        let after = shop.reads(&mut desk, &mei).await;
        after.says("class=\"undone\"");
        assert!(after.fields("entry").is_empty(), "once is enough");
        assert_eq!(shop.undoes_for(&mut desk, &sheet, "x").await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn a_sale_a_program_gave_to_the_wrong_member_is_taken_back_by_a_manager() {
    on_both(async |db| {
        let (shop, mei, _, mut till) = opening(&db).await;
        let (id, actor) = shop.program("收銀機").await;
        let key = Key::api_stamps(id, "R-1");
        let sale = Stamp { place: yongkang(), key, by: By::own(actor), ..shop.stamp_of(&mei, 3).await };
        loyalty::stamp(&shop.app, &sale).await.unwrap().expect("it is given");

        let sheet = shop.reads(&mut till, &mei).await;
        sheet.says("永康店・收銀機");
        assert!(sheet.fields("entry").is_empty(), "a clerk takes back her own");
        let elsewhere = shop.employs("中山店長", Role::Manager, "zhongshan").await;
        shop.enters_pin(&mut till, elsewhere, PIN).await;
        assert!(shop.reads(&mut till, &mei).await.fields("entry").is_empty(), "and a manager what her stores did");

        let manager = shop.employs("永康店長", Role::Manager, "yongkang").await;
        let mut desk = shop.till("yongkang", manager).await;
        let sheet = shop.reads(&mut desk, &mei).await;
        shop.undoes_for(&mut desk, &sheet, "returned").await.says("蓋 3 點已取消");
        assert!(loyalty::cards_of(&db, sale.member).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_clerk_finds_her_own_slip_on_the_sheet_as_long_as_it_is_hers_to_undo() {
    on_both(async |db| {
        let (shop, mei, an, mut till) = opening(&db).await;
        shop.reads(&mut till, &mei).await.says_nothing_of("最近紀錄");
        let sheet = shop.reads(&mut till, &mei).await;
        shop.gives(&mut till, &sheet, "1").await;
        for name in ["健測試", "安測試", "芳測試"] {
            let other = shop.joins(name).await;
            let sheet = shop.reads(&mut till, &other).await;
            shop.gives(&mut till, &sheet, "1").await;
        }
        let desk = till.get("/counter/").await;
        assert!(!desk.fields("member").contains(&shop.member_id(&mei).await.to_string()), "three acts later");

        // The number is enough: she takes back, she does not spend.
        shop.app.clock.advance(A_WHILE);
        let number = shop.member(&mei).await.number;
        let sheet = shop.reads_text(&mut till, number.as_str(), "typed").await;
        sheet.says("class=\"acts past\" open");
        sheet.says("中山店・您自己");
        sheet.says_nothing_of("為什麼復原？");
        shop.app.clock.advance(TimeDelta::minutes(10));
        shop.enters_pin(&mut till, an, PIN).await;
        let late = shop.reads(&mut till, &mei).await;
        late.says("蓋 1 點");
        assert!(late.fields("entry").is_empty(), "ten minutes");
        late.says_nothing_of("class=\"acts past\" open");

        let late = shop.presses_undo(&mut till, &sheet).await;
        assert_eq!(late.status, 422);
        late.says("請店長登入，掃描會員條碼");
        let fresh = shop.reads(&mut till, &mei).await;
        shop.gives(&mut till, &fresh, "1").await.says("2／10");
        let sheet = shop.reads(&mut till, &mei).await;
        shop.presses_undo(&mut till, &sheet).await.says("蓋 1 點已取消");
        assert_eq!(shop.card(&mei).await.stamps, 1, "the newer one");
    })
    .await;
}

#[tokio::test]
async fn a_used_voucher_is_given_back_from_the_sheet_by_the_terms_it_was_given_under() {
    on_both(async |db| {
        let (shop, mei, an, mut till) = opening(&db).await;
        shop.stamps(&mei, 10).await;
        shop.advance(TimeDelta::hours(1)).await;
        shop.enters_pin(&mut till, an, PIN).await;
        let sheet = shop.reads(&mut till, &mei).await;
        shop.takes_voucher(&mut till, &sheet).await.says("已兌換");
        // New vouchers may be given back for an hour; hers is of before.
        shop.publishes("undo: 10m", "undo: 1h").await;
        let sheet = shop.reads(&mut till, &mei).await;
        sheet.says("拿鐵兌換券");
        assert_eq!(sheet.fields("entry").len(), 1);
        shop.app.clock.advance(TimeDelta::minutes(11));
        shop.enters_pin(&mut till, an, PIN).await;
        assert!(shop.reads(&mut till, &mei).await.fields("entry").is_empty());
        till.get("/counter/").await.says_nothing_of("name=\"entry\"");

        let lin = shop.employs("林店長", Role::Manager, "zhongshan").await;
        shop.enters_pin(&mut till, lin, PIN).await;
        let sheet = shop.reads(&mut till, &mei).await;
        shop.undoes_for(&mut till, &sheet, "other").await.says("已復原兌換");
        assert_eq!(shop.vouchers(&mei).await[0].state, VoucherState::Issued);
        // Its own code opens that voucher and nothing else.
        shop.app.clock.advance(A_WHILE);
        let code = shop.vouchers(&mei).await.remove(0).code;
        let sheet = shop.reads_text(&mut till, &format!("C1:{code}"), "camera").await;
        assert_eq!(sheet.status, 200);
        sheet.says_nothing_of("最近紀錄");
    })
    .await;
}

#[tokio::test]
async fn what_was_taken_back_within_the_same_scan_is_not_told_as_done() {
    on_both(async |db| {
        let (shop, mei, _, mut till) = opening(&db).await;
        shop.stamps(&mei, 10).await;
        shop.advance(TimeDelta::minutes(10)).await;
        shop.enters_pin(&mut till, super::counter::till_staff(&shop).await, PIN).await;
        let pass = shop.pass_of(&mei).await;
        let sheet = shop.reads_text(&mut till, &pass, "gun").await;
        let given = shop.gives(&mut till, &sheet, "1").await;
        let taken = shop.takes_voucher(&mut till, &sheet).await;
        taken.says("已兌換");
        shop.presses_undo(&mut till, &taken).await.says("已復原兌換");
        shop.presses_undo(&mut till, &given).await.says("蓋 1 點已取消");
        let lines = loyalty::history(&db, shop.member_id(&mei).await, 20).await.unwrap().len();

        // Less than three seconds later it is the same reading.
        let sheet = shop.reads_text(&mut till, &pass, "gun").await;
        for again in [shop.gives(&mut till, &sheet, "1").await, shop.takes_voucher(&mut till, &sheet).await] {
            assert_eq!(again.status, 422, "{}", again.body);
            again.says("這次掃描做的已在");
            again.says("請再掃描一次");
        }
        assert_eq!(loyalty::history(&db, shop.member_id(&mei).await, 20).await.unwrap().len(), lines, "nothing");

        let sheet = shop.reads(&mut till, &mei).await;
        shop.gives(&mut till, &sheet, "1").await.says("已蓋 1 點・1／10");
        shop.takes_voucher(&mut till, &sheet).await.says("已兌換「拿鐵兌換券」");
    })
    .await;
}

#[tokio::test]
async fn what_may_still_be_taken_back_is_found_behind_the_last_five() {
    on_both(async |db| {
        let (shop, mei, _, mut till) = opening(&db).await;
        shop.publishes("cool_down: 10m", "cool_down: none").await;
        let ken = shop.joins("健測試").await;
        let sheet = shop.reads(&mut till, &mei).await;
        let slip = shop.gives(&mut till, &sheet, "3").await.field("entry");
        for _ in 0..6 {
            shop.stamps(&mei, 1).await;
            shop.stamps(&ken, 1).await;
        }
        let sheet = shop.reads(&mut till, &mei).await;
        sheet.says("更早的");
        assert_eq!(sheet.fields("entry"), std::slice::from_ref(&slip), "hers alone");
        assert_eq!(listed(&sheet), 6, "the last five, and hers");
        let sheet = shop.reads(&mut till, &ken).await;
        sheet.says_nothing_of("更早的");
        assert_eq!(listed(&sheet), 5);

        shop.advance(TimeDelta::days(1)).await;
        let head = shop.employs_head("林區長").await;
        let mut desk = shop.till("yongkang", head).await;
        let sheet = shop.reads(&mut desk, &mei).await;
        let entries = sheet.fields("entry");
        assert_eq!((entries.len(), entries.last()), (7, Some(&slip)), "newest first");
        let folded = sheet.body.split("class=\"older\"").nth(1).expect("it is there");
        assert_eq!(folded.matches("class=\"act\"").count(), 2, "five lie open");

        // What is taken back makes room for what stands.
        let member = sheet.field("member");
        for entry in &entries[..3] {
            let form = [("member", member.as_str()), ("entry", entry), ("why", "slip")];
            desk.part("/counter/undo", &form).await.says("蓋 1 點已取消");
        }
        let sheet = shop.reads(&mut desk, &mei).await;
        sheet.says_nothing_of("更早的");
        assert_eq!(sheet.fields("entry"), entries[3..]);
        assert_eq!(sheet.body.matches("class=\"undone\"").count(), 2, "the last ones, to be seen");
        let form = [("member", member.as_str()), ("entry", &slip), ("why", "slip")];
        desk.part("/counter/undo", &form).await.says("蓋 3 點已取消");
        assert_eq!(shop.card(&mei).await.stamps, 3);

        shop.advance(TimeDelta::days(29)).await;
        let mut desk = shop.till("yongkang", head).await;
        let sheet = shop.reads(&mut desk, &ken).await;
        sheet.says_nothing_of("更早的");
        assert_eq!((listed(&sheet), sheet.fields("entry").len()), (5, 0), "thirty days");
    })
    .await;
}

#[tokio::test]
async fn coupons_are_said_to_be_taken_back_only_where_there_were_some() {
    on_both(async |db| {
        let (shop, mei, _, mut till) = opening(&db).await;
        for (language, without, with) in [
            ("zh-Hant", "蓋 2 點已取消，點數收回了。", "蓋 10 點已取消，點數和送出的優惠券都收回了。"),
            ("ja", "スタンプ2個を取り消しました。", "スタンプ10個と、それで進呈したクーポンを取り消しました。"),
            ("en", "2 stamps undone.", "10 stamps undone, with what they had earned."),
        ] {
            till.language = language;
            for (amount, words) in [("2", without), ("10", with)] {
                let sheet = shop.reads(&mut till, &mei).await;
                let given = shop.gives(&mut till, &sheet, amount).await;
                shop.presses_undo(&mut till, &given).await.says(words);
            }
        }
    })
    .await;
}
