//! The faces: one folder an audience. A handler takes a request apart, calls one function of a room below, and draws the
//! answer; no SQL and no rules here.

pub mod counter;
pub mod member;
mod page;
pub mod pieces;

pub use page::{Page, Policy};
