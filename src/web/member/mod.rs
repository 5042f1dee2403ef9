//! The member's pages, opened from LINE: the card with the pass, the stamp card, the vouchers, what we know of her.

mod card;
mod entry;
mod me;
mod stamps;
mod vouchers;

pub use card::{CardPage, PassCard, Window};
pub use entry::{JoinPage, SignInPage};
pub use me::MePage;
pub use stamps::{HistoryLine, StampsPage};
pub use vouchers::{Tab, VoucherPage, VouchersPage};
