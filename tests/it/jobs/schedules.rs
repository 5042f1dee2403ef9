//! What is done again and again: once in each period, and only while the time is certain.

use chrono::TimeDelta;
use shuke::clock::Clock;
use shuke::loyalty::coupons::VoucherState;
use shuke::sandbox::{Fault, FaultKind};
use shuke::worker::{Looked, run_due_schedules};

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
