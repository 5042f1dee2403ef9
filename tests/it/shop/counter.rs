//! What happens at the shop's counters.

use chrono_tz::Tz;
use shuke::ids::{Actor, EntryId, LineUserId, VoucherId};
use shuke::loyalty::coupons::{Code, Voucher};
use shuke::loyalty::stamps::Card;
use shuke::loyalty::{self, Answer, By, Key, Place, Redeem, Redeemed, Stamp, Stamped, Undo, UndoRedemption, Undone};

use super::Shop;

/// The store most things happen in.
pub fn zhongshan() -> Place {
    Place { store: String::from("zhongshan"), zone: Tz::Asia__Taipei }
}

/// The other store.
pub fn yongkang() -> Place {
    Place { store: String::from("yongkang"), zone: Tz::Asia__Taipei }
}

/// A clerk, for acts that need one.
pub fn clerk() -> Actor {
    staff("00000000-0000-7000-8000-000000000001")
}

/// Another clerk.
pub fn colleague() -> Actor {
    staff("00000000-0000-7000-8000-000000000002")
}

fn staff(id: &str) -> Actor {
    Actor::staff(id.parse().expect("an id"))
}

impl Shop {
    /// She comes for one drink and gets her stamp.
    pub async fn visit(&self, phone: &LineUserId) -> Stamped {
        self.stamps(phone, 1).await
    }

    /// She comes for several drinks and gets as many stamps.
    pub async fn stamps(&self, phone: &LineUserId, stamps: i64) -> Stamped {
        self.asks_stamps(phone, stamps).await.unwrap_or_else(|refusal| panic!("no stamp: {refusal:?}"))
    }

    /// The clerk tries to give stamps.
    pub async fn asks_stamps(&self, phone: &LineUserId, stamps: i64) -> Answer<Stamped> {
        let ask = self.stamp_of(phone, stamps).await;
        loyalty::stamp(&self.app, &ask).await.expect("the store answers")
    }

    /// What the clerk would ask for, under a fresh key.
    pub async fn stamp_of(&self, phone: &LineUserId, stamps: i64) -> Stamp {
        Stamp {
            member: self.member_id(phone).await,
            card: String::from("coffee"),
            stamps,
            place: zhongshan(),
            key: self.fresh_key(),
            pass: None,
            by: By::own(clerk()),
        }
    }

    /// The clerk takes an entry back.
    pub async fn undoes(&self, phone: &LineUserId, entry: EntryId) -> Answer<Undone> {
        let (member, key) = (self.member_id(phone).await, self.fresh_key());
        let ask = Undo { member, entry, place: zhongshan(), key, by: By::own(clerk()) };
        loyalty::undo(&self.app, &ask).await.expect("the store answers")
    }

    /// The clerk takes a voucher.
    pub async fn redeems(&self, code: &Code) -> Answer<Redeemed> {
        let ask = Redeem { code: code.clone(), place: zhongshan(), key: self.fresh_key(), by: By::own(clerk()) };
        loyalty::redeem(&self.app, &ask).await.expect("the store answers")
    }

    /// The clerk gives a voucher back.
    pub async fn gives_back(&self, voucher: VoucherId) -> Answer<Undone> {
        let ask = UndoRedemption { voucher, place: zhongshan(), key: self.fresh_key(), by: By::own(clerk()) };
        loyalty::undo_redemption(&self.app, &ask).await.expect("the store answers")
    }

    /// Her newest card.
    pub async fn card(&self, phone: &LineUserId) -> Card {
        let cards = loyalty::cards_of(&self.app.db, self.member_id(phone).await).await.expect("a read");
        cards.into_iter().next().expect("she has a card")
    }

    /// Her vouchers, newest first.
    pub async fn vouchers(&self, phone: &LineUserId) -> Vec<Voucher> {
        loyalty::vouchers_of(&self.app.db, self.member_id(phone).await).await.expect("a read")
    }

    /// A key that was not used before.
    pub fn fresh_key(&self) -> Key {
        Key::own(&self.app.ids.random_uuid().to_string())
    }
}
