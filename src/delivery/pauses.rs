//! Why a run stands still.

/// A reason. Stable words, shown by `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// The month's messages are used up, or another delivery has held them reserved for long.
    QuotaSpent,
    /// LINE does not take the channel access token.
    Token,
    /// LINE does not let the account send.
    Forbidden,
    /// A person said so.
    ByHand,
    /// The database is a copy; the original may still be sending.
    RestoredCopy,
    /// It holds more messages than its plan counted, which are not what was approved.
    OverPlan,
    /// Nobody sent for so long that LINE may have forgotten its retry keys.
    LeftOpen,
}

impl Pause {
    /// All of them, for words and tests.
    pub const ALL: [Self; 7] = [
        Self::QuotaSpent,
        Self::Token,
        Self::Forbidden,
        Self::ByHand,
        Self::RestoredCopy,
        Self::OverPlan,
        Self::LeftOpen,
    ];

    /// The word as it stands in rows and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::QuotaSpent => "quota_spent",
            Self::Token => "token",
            Self::Forbidden => "forbidden",
            Self::ByHand => "by_hand",
            Self::RestoredCopy => "restored_copy",
            Self::OverPlan => "over_plan",
            Self::LeftOpen => "left_open",
        }
    }
}
