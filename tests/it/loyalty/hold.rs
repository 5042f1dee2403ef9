//! A stamp card with `overflow: hold`: the full card waits until its reward is taken.

use chrono::TimeDelta;
use shuke::ids::LineUserId;
use shuke::loyalty::ledger::verify;
use shuke::loyalty::{self, Holding, Standing};

use crate::harness::on_both;
use crate::shop::Shop;

impl Shop {
    async fn stands(&self, phone: &LineUserId) -> Standing {
        let member = self.member_id(phone).await;
        loyalty::standing(&self.app, &self.app.db, member).await.expect("a read").remove(0)
    }

    async fn holds(&self, phone: &LineUserId) -> Holding {
        let (member, now) = (self.member_id(phone).await, self.app.clock.now());
        let mut all = loyalty::holdings(&self.app.db, &[member], now).await.expect("a read");
        all.remove(&member).unwrap_or_default()
    }
}

#[tokio::test]
async fn a_full_card_that_waits_for_its_reward_is_shown_full() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.publishes("overflow: carry", "overflow: hold").await;
        let mei = shop.joins("小美測試").await;
        let shown = async || {
            let (standing, holding) = (shop.stands(&mei).await, shop.holds(&mei).await);
            let cards: Vec<_> = holding.cards.iter().map(|card| (card.stamps, card.goal)).collect();
            ((standing.stamps, standing.goal, standing.card.is_some()), cards)
        };
        assert_eq!(shown().await, ((0, 10, false), vec![]));
        let code = shop.stamps(&mei, 10).await.vouchers[0].code.clone();
        assert_eq!(shown().await, ((10, 10, true), vec![(10, 10)]), "full");
        assert_eq!(shop.stands(&mei).await.next, None);
        shop.says(&mei, "集點卡").await;
        assert!(shop.last_message(&mei).contains("10／10"), "{}", shop.last_message(&mei));
        shop.advance(TimeDelta::minutes(10)).await;
        shop.stamps(&mei, 2).await;
        assert_eq!(shown().await, ((10, 10, true), vec![(10, 10)]), "what waits comes onto the next card");
        shop.redeems(&code).await.expect("it is good");
        assert_eq!(shown().await, ((2, 10, true), vec![(2, 10)]));
    })
    .await;
}

#[tokio::test]
async fn a_full_card_is_no_longer_shown_when_the_next_one_ended() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.publishes("for: 30d", "for: none").await;
        let mei = shop.joins("小美測試").await;
        shop.stamps(&mei, 10).await;
        shop.advance(TimeDelta::minutes(10)).await;
        shop.stamps(&mei, 3).await;
        assert_eq!(shop.stands(&mei).await.stamps, 3);
        shop.advance(TimeDelta::days(300)).await;
        for _ in 0..2 {
            assert_eq!((shop.stands(&mei).await.stamps, shop.holds(&mei).await.cards), (0, vec![]));
            loyalty::lapse(&shop.app).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_taken_voucher_sets_free_is_given_under_the_terms_of_now() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.publishes("overflow: carry", "overflow: hold").await;
        let mei = shop.joins("小美測試").await;
        let old = shop.stamps(&mei, 10).await.vouchers[0].clone();
        shop.advance(TimeDelta::minutes(10)).await;
        assert_eq!(shop.stamps(&mei, 10).await.vouchers, [], "they wait");
        shop.publishes("for: 30d", "for: 60d").await;
        shop.redeems(&old.code).await.expect("it is good");
        let vouchers = shop.vouchers(&mei).await;
        let new = vouchers.iter().find(|voucher| voucher.id != old.id).expect("the next card is full");
        assert_eq!((old.version, new.version), (1, 2));
        // Given on 2 March in Taipei.
        assert_eq!(new.expires_at, Some("2026-05-01T16:00:00Z".parse().expect("an instant")));
        assert!(verify(&db).await.unwrap().is_clean());
    })
    .await;
}
