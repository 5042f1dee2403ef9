//! A voucher as a ticket.

use chrono::{NaiveDate, NaiveDateTime};

use super::Shell;
use crate::loyalty::spec::Stores;
use crate::web::face::Scene;

/// The last day a voucher is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// That day, in the store's zone.
    pub last: NaiveDate,
    /// Today, in the store's zone.
    pub today: NaiveDate,
}

impl Deadline {
    /// Whether it is three days or less.
    pub fn is_near(&self) -> bool {
        (self.last - self.today).num_days() <= 3
    }
}

/// Where a voucher stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketState {
    /// It can be used.
    Ready,
    /// It was used.
    Used {
        /// When, in the store's zone.
        at: NaiveDateTime,
        /// Where.
        store: String,
    },
    /// It ended unused.
    Expired,
}

/// A voucher, drawn.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The address of its code.
    pub href: String,
    /// The coupon's title.
    pub title: String,
    /// One line: what it is good for.
    pub condition: String,
    /// Until when; none when it does not end.
    pub deadline: Option<Deadline>,
    /// Where it is good: 全部門市.
    pub stores: String,
    /// Where it stands.
    pub state: TicketState,
    /// Today, in the store's zone.
    pub today: NaiveDate,
}

impl Ticket {
    /// A word for the stylesheet.
    pub fn state_name(&self) -> &'static str {
        match self.state {
            TicketState::Ready => "ready",
            TicketState::Used { .. } => "used",
            TicketState::Expired => "expired",
        }
    }

    /// Whether it can be used.
    pub fn is_ready(&self) -> bool {
        self.state == TicketState::Ready
    }

    /// Whether it ends in three days or less.
    pub fn ends_soon(&self) -> bool {
        self.is_ready() && self.deadline.is_some_and(|deadline| deadline.is_near())
    }

    /// 「12 月 31 日（四）前」, 「12 月 3 日（四）14:02 已在永康店使用」, or when it ended.
    pub fn when(&self, shell: &Shell) -> String {
        let voice = &shell.voice;
        match (&self.state, self.deadline) {
            (TicketState::Ready, Some(deadline)) => voice.until_day(deadline.last, deadline.today),
            (TicketState::Ready, None) => voice.say("ticket-no-end"),
            (TicketState::Used { at, store }, _) => voice.say_with(
                "ticket-used",
                &[("when", voice.moment(*at, self.today).into()), ("store", store.as_str().into())],
            ),
            (TicketState::Expired, Some(deadline)) => {
                voice.say_with("ticket-expired", &[("day", voice.day(deadline.last, deadline.today).into())])
            }
            (TicketState::Expired, None) => voice.say("ticket-revoked"),
        }
    }

    /// 「還有 3 天」; empty unless it can be used and ends.
    pub fn left(&self, shell: &Shell) -> String {
        match (&self.state, self.deadline) {
            (TicketState::Ready, Some(deadline)) => shell.voice.days_left(deadline.last, deadline.today),
            _ => String::new(),
        }
    }
}

/// Where a voucher is good, in words: 全部門市, or the stores by name.
pub fn good_in(scene: &Scene, stores: &Stores) -> String {
    match stores {
        Stores::All => scene.shell.say("voucher-all-stores"),
        Stores::Only(codes) => {
            let names: Vec<String> = codes.iter().map(|code| scene.store_name(code.as_str())).collect();
            names.join(&scene.shell.say("list-comma"))
        }
    }
}
