//! What is done again and again: once in each period, and only while the time is certain.

use chrono::TimeDelta;
use http::Method;
use serde_json::json;
use shuke::clock::Clock;
use shuke::loyalty::coupons::VoucherState;
use shuke::members::{sessions, timeline};
use shuke::sandbox::{Fault, FaultKind};
use shuke::staff::Role;
use shuke::staff::api_keys::Scope;
use shuke::store::query;
use shuke::worker::{Looked, run_due_schedules};

use crate::api::Program;
use crate::harness::on_both;
use crate::shop::{Shop, app_over};

#[tokio::test]
async fn nothing_ends_by_a_clock_that_is_not_lines() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        shop.stamps(&mei, 10).await;
        let state = async || shop.vouchers(&mei).await.remove(0).state;

        // A replica whose machine woke up a month ahead.
        let ahead = Clock::still(shop.app.clock.now() + TimeDelta::days(31));
        let replica = app_over(&db, ahead.clone(), &shop.sandbox);
        let mut looked = Looked::new();
        for _ in 0..3 {
            run_due_schedules(&replica, &mut looked).await;
            ahead.advance(TimeDelta::minutes(1));
        }
        assert_eq!(state().await, VoucherState::Issued);

        // Set right, it looks again at once.
        ahead.advance(shop.app.clock.now() - ahead.now());
        run_due_schedules(&replica, &mut looked).await;
        assert_eq!(state().await, VoucherState::Issued, "not due yet");
        shop.advance(TimeDelta::days(31)).await;
        ahead.advance(TimeDelta::days(31));
        run_due_schedules(&replica, &mut looked).await;
        assert_eq!(state().await, VoucherState::Expired);
    })
    .await;
}

#[tokio::test]
async fn while_line_does_not_tell_the_time_what_runs_out_waits() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        shop.stamps(&mei, 10).await;
        shop.advance(TimeDelta::days(31)).await;
        let state = async || shop.vouchers(&mei).await.remove(0).state;
        shop.sandbox.fault(Fault::times(FaultKind::CutBefore, 1));
        let mut looked = Looked::new();
        run_due_schedules(&shop.app, &mut looked).await;
        assert_eq!(state().await, VoucherState::Issued);

        run_due_schedules(&shop.app, &mut looked).await;
        assert_eq!(state().await, VoucherState::Issued, "LINE is not asked every second");
        shop.app.clock.advance(TimeDelta::minutes(1));
        run_due_schedules(&shop.app, &mut looked).await;
        assert_eq!(state().await, VoucherState::Expired);
    })
    .await;
}

/// What is kept for a while: what it is, how many there are, and the days after which there are none any more.
const KEPT: [(&str, &str, i64); 13] = [
    ("vouchers good for thirty days", "select count(*) from voucher where state = 'issued'", 31),
    ("raw events", "select count(*) from event where sealed_raw is not null", 31),
    ("keys of days", "select count(*) from day_key", 31),
    ("replies", "select count(*) from reply", 31),
    ("messages as planned", "select count(*) from plan_person where sealed_body is not null", 31),
    ("messages as sent", "select count(*) from delivery where sealed_body is not null", 31),
    ("plans nobody applied", "select count(*) from plan where id not in (select plan from run)", 31),
    ("sessions of members", "select count(*) from member_session", 31),
    ("codes for devices", "select count(*) from device_code", 31),
    ("first answers of the API", "select count(*) from api_answer", 31),
    ("ids of events", "select count(*) from event", 92),
    ("messages taken back", "select count(*) from taken_back", 92),
    ("sessions of staff", "select count(*) from staff_session", 92),
];

#[tokio::test]
async fn everything_that_is_kept_for_a_while_goes_by_its_schedule() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let member = shop.member_id(&mei).await;
        shop.stamps(&mei, 10).await;
        let mut tx = db.begin().await.unwrap();
        timeline::take_back(&mut tx, member, "1", shop.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        sessions::open(&shop.app, member).await.unwrap();
        let clerk = shop.employs("小安", Role::Clerk, "zhongshan").await;
        shop.till("zhongshan", clerk).await;
        let till = Program::with(&shop, "till", &[Scope::LoyaltyWrite]).await;
        let headers = [("content-type", "application/json"), ("idempotency-key", "8c5e9a52")];
        let other = shop.member_id(&shop.joins("大安測試").await).await;
        let sale = json!({ "member": other, "card": "coffee", "stamps": 1, "store": "zhongshan", "reference": "R-1" });
        assert_eq!(till.call(Method::POST, "/api/v1/stamps", &headers, &sale.to_string()).await.status, 201);
        shop.edits("campaigns/winback.yaml", "segment: lapsed-60d", "segment: everyone");
        shop.regulars(2).await;
        shop.starts("winback").await;
        shop.regulars(1).await;
        shop.plan("winback").await;

        let began = shop.app.clock.now();
        let count = async |sql: &'static str| query(&db, sql).value::<i64>().await.unwrap();
        let mut looked = Looked::new();
        for (days, days_closed) in [(0, 0), (31, 1), (92, 62)] {
            shop.advance(began + TimeDelta::days(days) - shop.app.clock.now()).await;
            run_due_schedules(&shop.app, &mut looked).await;
            let mut left = Vec::new();
            for (what, how_many, _) in KEPT {
                if count(how_many).await > 0 {
                    left.push(what);
                }
            }
            let kept: Vec<&str> = KEPT.iter().filter(|(.., gone)| days < *gone).map(|(what, ..)| *what).collect();
            assert_eq!(left, kept, "after {days} days");
            assert_eq!(count("select count(*) from ledger_root").await, days_closed, "after {days} days");
            // The run ends on the first day, after everything was looked at once.
            shop.send().await;
        }
    })
    .await;
}
