//! The faces: one folder an audience. A handler takes a request apart, calls one function of a room below, and draws the
//! answer; no SQL and no rules here.

pub mod access;
pub mod api;
mod cookies;
pub mod counter;
pub mod face;
mod form;
pub mod http;
pub mod line;
pub mod member;
pub mod ops;
mod page;
pub mod pieces;
mod reader;
mod theme;

use axum::Router;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::assets;

pub use page::{Page, Policy};

/// The pages and the operator's routes of the service. Streams end with `stop`.
pub fn routers(app: &App, line: line::Line, stop: &CancellationToken) -> (Router, Router) {
    let pages = line::routes(line)
        .merge(api::routes(app))
        .merge(member::routes(app, stop))
        .merge(counter::routes(app, stop))
        .merge(theme::router())
        .merge(assets::router());
    (ops::measured(pages), ops::measured(ops::routes(app)))
}
