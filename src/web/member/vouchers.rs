//! `/m/vouchers`: the tickets in three tabs, and the page of one with the code that staff scan.

use askama::Template;

use crate::web::pieces::{Drawn, Plain, Shell, Ticket, TicketState};

/// The tabs, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// 可使用
    Ready,
    /// 已使用
    Used,
    /// 已過期
    Expired,
}

impl Tab {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ready, Self::Used, Self::Expired];

    /// Its word in an address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Used => "used",
            Self::Expired => "expired",
        }
    }

    /// The tab an address asks for; the first for any other word.
    pub fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|tab| tab.name() == name).unwrap_or(Self::Ready)
    }

    /// What it says.
    pub fn label(self, shell: &Shell) -> String {
        shell.say(match self {
            Self::Ready => "vouchers-ready",
            Self::Used => "vouchers-used",
            Self::Expired => "vouchers-expired",
        })
    }

    /// What an empty tab says.
    pub fn empty(self, shell: &Shell) -> Plain {
        let (what, why) = match self {
            Self::Ready => ("vouchers-none-ready", "vouchers-none-ready-why"),
            Self::Used => ("vouchers-none-used", "vouchers-none-used-why"),
            Self::Expired => ("vouchers-none-expired", "vouchers-none-expired-why"),
        };
        Plain { icon: "ticket", what: shell.say(what), why: shell.say(why), next: None }
    }
}

/// The list of tickets.
#[derive(Debug, Template)]
#[template(path = "member/vouchers.html")]
pub struct VouchersPage {
    /// Around it.
    pub shell: Shell,
    /// The member's version this page shows.
    pub version: i64,
    /// The open tab.
    pub tab: Tab,
    /// How many can be used.
    pub ready: usize,
    /// The tickets of the open tab.
    pub tickets: Vec<Ticket>,
}

impl VouchersPage {
    /// What an empty tab says.
    pub fn empty(&self) -> Plain {
        self.tab.empty(&self.shell)
    }
}

/// One voucher with its code.
#[derive(Debug, Template)]
#[template(path = "member/voucher.html")]
pub struct VoucherPage {
    /// Around it.
    pub shell: Shell,
    /// The member's version this page shows.
    pub version: i64,
    /// The ticket.
    pub ticket: Ticket,
    /// The code to scan, while it can be used.
    pub code: Option<Drawn>,
    /// The same code for typing, in groups of four.
    pub typed: String,
}

impl VoucherPage {
    /// Whether it was used, for the seal over it.
    pub fn is_used(&self) -> bool {
        matches!(self.ticket.state, TicketState::Used { .. })
    }
}
