//! The faces: one folder an audience. A handler takes a request apart, calls one function of a room below, and draws the
//! answer; no SQL and no rules here.

pub mod api;
pub mod counter;
pub mod http;
pub mod line;
pub mod member;
pub mod ops;
mod page;
pub mod pieces;

use axum::Router;

use crate::app::App;

pub use page::{Page, Policy};

/// The pages and the operator's routes of the service.
pub fn routers(app: &App, line: line::Line) -> (Router, Router) {
    let pages = line::routes(line).merge(api::routes(app));
    (ops::measured(pages), ops::measured(ops::routes(app)))
}
