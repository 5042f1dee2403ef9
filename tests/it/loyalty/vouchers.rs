//! Vouchers: used once, in time, and given back.

use chrono::TimeDelta;
use shuke::loyalty::coupons::{Code, VoucherState};
use shuke::loyalty::ledger::verify;
use shuke::loyalty::{self, By, Redeem, Refusal, UndoRedemption};

use crate::harness::on_both;
use crate::shop::{Shop, clerk, colleague, yongkang};

#[tokio::test]
async fn a_second_use_is_refused_with_the_first_ones_time_and_place() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let code = shop.stamps(&mei, 10).await.vouchers[0].code.clone();
        shop.advance(TimeDelta::days(2)).await;
        let first = shop.redeems(&code).await.expect("it is good");
        assert_eq!((first.voucher.state, first.repeated), (VoucherState::Redeemed, false));
        shop.advance(TimeDelta::hours(3)).await;
        let ask = Redeem { code: code.clone(), place: yongkang(), key: shop.fresh_key(), by: By::own(colleague()) };
        let again = loyalty::redeem(&shop.app, &ask).await.unwrap();
        let Err(Refusal::AlreadyRedeemed { first: told }) = again else { panic!("{again:?}") };
        assert_eq!((told.at, told.store.as_str(), told.by), (first.redemption.at, "zhongshan", clerk()));
        assert_eq!((told.redemption, told.entry), (first.redemption.id, first.entry));
        assert_eq!(loyalty::usable_vouchers(&shop.app, &db, shop.member_id(&mei).await).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_voucher_is_good_up_to_its_end_and_not_at_it() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let an = shop.joins("小安測試").await;
        let (mine, yours) = (shop.stamps(&mei, 10).await, shop.stamps(&an, 10).await);
        let end = mine.vouchers[0].expires_at.expect("it ends");
        shop.advance(end - shop.app.clock.now() - TimeDelta::microseconds(1)).await;
        shop.redeems(&mine.vouchers[0].code).await.expect("an instant before its end");
        shop.advance(TimeDelta::microseconds(1)).await;
        let late = shop.redeems(&yours.vouchers[0].code).await;
        assert_eq!(late, Err(Refusal::VoucherExpired { at: end }));
        assert_eq!(shop.vouchers(&an).await[0].state, VoucherState::Issued, "what is refused writes nothing");
        assert_eq!(loyalty::usable_vouchers(&shop.app, &db, shop.member_id(&an).await).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_code_is_no_voucher() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let code = Code::random(&shop.app.chance);
        assert_eq!(shop.redeems(&code).await, Err(Refusal::UnknownVoucher));
        let nobodys = shop.app.ids.make();
        assert_eq!(shop.gives_back(nobodys).await, Err(Refusal::UnknownVoucher));
    })
    .await;
}

#[tokio::test]
async fn a_voucher_given_back_can_be_used_again() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let voucher = shop.stamps(&mei, 10).await.vouchers[0].clone();
        assert_eq!(shop.gives_back(voucher.id).await, Err(Refusal::NotUndoable), "it was never used");
        let first = shop.redeems(&voucher.code).await.expect("it is good");
        let ask =
            UndoRedemption { voucher: voucher.id, place: yongkang(), key: shop.fresh_key(), by: By::own(colleague()) };
        assert_eq!(loyalty::undo_redemption(&shop.app, &ask).await.unwrap(), Err(Refusal::NotYours));
        let back = shop.gives_back(voucher.id).await.expect("ten minutes have not passed");
        assert_eq!((back.undoes, back.vouchers[0].state), (first.entry, VoucherState::Issued));
        assert_eq!(back.vouchers[0].expires_at, voucher.expires_at, "its end is as it was");
        assert!(shop.gives_back(voucher.id).await.expect("it is back").repeated);

        let second = shop.redeems(&voucher.code).await.expect("it is good again");
        assert_ne!(second.redemption.id, first.redemption.id);
        shop.advance(TimeDelta::minutes(10)).await;
        let ended = second.redemption.at + TimeDelta::minutes(10);
        assert_eq!(shop.gives_back(voucher.id).await, Err(Refusal::TooLate { ended }));
        assert_eq!(shop.undoes(&mei, second.entry).await, Err(Refusal::TooLate { ended }));
        let manager = UndoRedemption { key: shop.fresh_key(), by: By::manager(colleague()), ..ask };
        loyalty::undo_redemption(&shop.app, &manager).await.unwrap().expect("a manager may");
        assert_eq!(shop.vouchers(&mei).await[0].state, VoucherState::Issued);
    })
    .await;
}

#[tokio::test]
async fn a_voucher_given_back_after_its_end_can_be_used_today() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let voucher = shop.stamps(&mei, 10).await.vouchers[0].clone();
        let end = voucher.expires_at.expect("it ends");
        shop.advance(end - shop.app.clock.now() - TimeDelta::minutes(1)).await;
        shop.redeems(&voucher.code).await.expect("it is good for another minute");
        shop.advance(TimeDelta::minutes(5)).await;
        let back = shop.gives_back(voucher.id).await.expect("it was taken by mistake");
        let extended = Some(end + TimeDelta::days(1));
        assert_eq!((back.vouchers[0].state, back.vouchers[0].expires_at), (VoucherState::Issued, extended));
        assert_eq!(shop.vouchers(&mei).await[0].expires_at, extended);
        loyalty::lapse(&shop.app).await.unwrap();
        assert!(verify(&db).await.unwrap().is_clean(), "the ledger tells its end");
        shop.redeems(&voucher.code).await.expect("it is good today");
        assert!(verify(&db).await.unwrap().is_clean());
    })
    .await;
}
