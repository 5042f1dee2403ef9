//! The counter: where a clerk reads a pass or a voucher, sees who it is and what will happen, and does it with one tap.
//!
//! Every act answers with a [`Band`](crate::web::pieces::Band); a reading answers with a [`Sheet`] or a band that says what to
//! do next. With htmx they arrive as parts of the open desk, without it as a whole [`DeskPage`].

mod desk;
mod device;
mod sheet;

pub use desk::{Act, ActPart, BandPart, Desk, DeskPage, ReadPart};
pub use device::{Colleague, EnrolPage, ScannerTestPage, SignInPage};
pub use sheet::{Offer, Sheet, SheetVoucher, Who};
