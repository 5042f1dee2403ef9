//! The faces: one folder an audience. A handler takes a request apart, calls one function of a room below, and draws the
//! answer; no SQL and no rules here.

pub mod counter;
pub mod http;
pub mod line;
pub mod member;
mod page;
pub mod pieces;

use axum::Router;

use crate::app::App;

pub use page::{Page, Policy};

/// The pages and the operator's routes of the service.
pub fn routers(_app: &App, line: line::Line) -> (Router, Router) {
    (line::routes(line), Router::new())
}
