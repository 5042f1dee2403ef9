//! The pieces every page is put together from, drawn once: the shell around a page, the pass, the stamp grid, the ticket of a
//! voucher, the result band, and the page that says what is so when there is nothing else to show.

mod band;
mod code;
mod shell;
mod stamps;
mod ticket;

#[cfg(test)]
mod contrast;

pub use band::{Band, Tone, Undo};
pub use code::{Drawn, VOUCHER_MARK, draw, grouped};
pub use shell::{Icon, Next, Plain, PlainPage, Shell};
pub use stamps::{Gift, Slot, StampGrid, StampLine, turn};
pub use ticket::{Deadline, Ticket, TicketState, good_in};
