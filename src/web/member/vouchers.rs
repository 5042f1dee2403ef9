//! `/m/vouchers`: the tickets in three tabs, and the page of one with the code that staff scan.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use serde::Deserialize;

use super::guard::Visitor;
use super::{fresh, views};
use crate::ids::VoucherId;
use crate::loyalty;
use crate::problem::Problem;
use crate::web::Page;
use crate::web::face::Face;
use crate::web::pieces::{Drawn, Plain, Shell, Ticket, TicketState, VOUCHER_MARK, draw};
use crate::web::reader::Reader;

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

    /// Whether a ticket in this state lies under it.
    pub fn holds(self, state: &TicketState) -> bool {
        match state {
            TicketState::Ready => self == Self::Ready,
            TicketState::Used { .. } => self == Self::Used,
            TicketState::Expired => self == Self::Expired,
        }
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

/// Which tab an address asks for.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    tab: String,
}

/// `GET /m/vouchers`
pub(super) async fn list(
    State(face): State<Face>,
    reader: Reader,
    visitor: Visitor,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (app, member) = (&face.app, &visitor.member);
    let scene = face.scene(member.language.or(reader.lang)).await?;
    let tag = fresh::tag(app, &scene, member).await?;
    if fresh::has(&headers, &tag) {
        return Ok(fresh::still(&tag));
    }
    let shelf = loyalty::shelf(&app.db, member.id).await?;
    let ready = views::ready(&scene, &shelf);
    let tab = Tab::named(&asked.tab);
    let tickets = match tab {
        Tab::Ready => ready.iter().map(|held| views::ticket(&face, &scene, held)).collect(),
        Tab::Used | Tab::Expired => {
            let all = shelf.iter().map(|held| views::ticket(&face, &scene, held));
            all.filter(|ticket| tab.holds(&ticket.state)).collect()
        }
    };
    let page = VouchersPage { version: member.version, tab, ready: ready.len(), tickets, shell: scene.shell };
    Ok(fresh::tagged(Page::new(page, &face.policy()).into_response(), &tag))
}

/// `GET /m/vouchers/{id}`
pub(super) async fn show(
    State(face): State<Face>,
    reader: Reader,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let gone = || Problem::not_found("There is no such voucher.");
    let id: VoucherId = id.parse().map_err(|_| gone())?;
    let member = &visitor.member;
    // Somebody else's voucher is none.
    let held = loyalty::shelved(&face.app.db, id).await?.filter(|held| held.voucher.member == member.id);
    let held = held.ok_or_else(gone)?;
    let scene = face.scene(member.language.or(reader.lang)).await?;
    let is_usable = held.is_usable(scene.now);
    let code = &held.voucher.code;
    let page = VoucherPage {
        version: member.version,
        ticket: views::ticket(&face, &scene, &held),
        code: if is_usable { draw(&format!("{VOUCHER_MARK}{code}")) } else { None },
        typed: if is_usable { code.grouped() } else { String::new() },
        shell: scene.shell,
    };
    Ok(Page::new(page, &face.policy()).into_response())
}
