//! Vouchers: given by milestones, used once, undone within a while.

mod code;
pub mod rules;
mod types;

pub use code::{Code, NotACode};
pub use types::{First, Issued, Redemption, RedemptionMove, Voucher, VoucherMove, VoucherState};
