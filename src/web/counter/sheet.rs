//! The sheet after a reading: who it is, what will happen, one big button.

/// The person at the counter, as far as a clerk should see.
#[derive(Debug, Clone)]
pub struct Who {
    /// The letter in the round, where there is no picture.
    pub initial: String,
    /// The address of her picture, on this service.
    pub picture: Option<String>,
    /// Her name, masked: 王○美.
    pub name: String,
    /// The member number in groups of four.
    pub number: String,
    /// The tier's name; empty where the brand has none.
    pub tier: String,
    /// What to know: 生日月, 手動輸入.
    pub notes: Vec<String>,
}

/// What a stamp card offers now.
#[derive(Debug, Clone)]
pub enum Offer {
    /// Stamps can be given.
    Stamps {
        /// The stamp card's name in the brand's files.
        programme: String,
        /// Its title.
        title: String,
        /// What the stepper counts: 杯.
        unit: String,
        /// Stamps on the card now.
        stamps: i64,
        /// Stamps it takes.
        goal: i64,
        /// What happens when 1, 2, 3 … are given, a sentence each; as many as may be given in one visit.
        outcomes: Vec<String>,
    },
    /// Not now, and why.
    Refused {
        /// Its title.
        title: String,
        /// What is so, big: 「10 分鐘內已蓋過」.
        words: String,
        /// What to do next.
        next: String,
    },
}

impl Offer {
    /// The sentences for 1, 2, 3 … stamps as JSON for the island.
    pub fn outcomes_json(&self) -> String {
        match self {
            Self::Stamps { outcomes, .. } => serde_json::to_string(outcomes).expect("sentences become JSON"),
            Self::Refused { .. } => String::from("[]"),
        }
    }
}

/// A voucher that can be redeemed on the spot.
#[derive(Debug, Clone)]
pub struct SheetVoucher {
    /// Its id. Its code stays out of the page: whoever knows it can use the voucher.
    pub id: String,
    /// The coupon's title.
    pub title: String,
    /// Until when.
    pub when: String,
    /// Whether it was the one that was read.
    pub is_read: bool,
}

/// The sheet.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The reading it rests on; what is done on one is done once.
    pub scan: String,
    /// Who it is.
    pub who: Who,
    /// What each stamp card offers; empty where a voucher's own code was read.
    pub offers: Vec<Offer>,
    /// What she may redeem.
    pub vouchers: Vec<SheetVoucher>,
    /// Why vouchers cannot be redeemed now (the number was typed); empty when they can.
    pub no_redeeming: String,
}
