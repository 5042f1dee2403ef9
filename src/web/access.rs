//! Who may reach which route of a face. One table a face; a route that is not in it is not there for anybody.

use axum::extract::{MatchedPath, Request};
use http::Method;

use crate::staff::Permission;

/// Who gets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Everyone,
    /// Whoever LINE vouched for in this session, member or not.
    Visitor,
    /// The same once she took her membership card.
    Member,
    /// Whoever holds an enrolled device.
    Device,
    /// Somebody of staff who is signed in on it and may do this.
    Staff(Permission),
}

/// A line of the table.
#[derive(Debug, Clone)]
pub struct Route {
    /// The method; GET stands for HEAD too.
    pub method: Method,
    /// The path as the router knows it.
    pub path: &'static str,
    /// Who gets in.
    pub access: Access,
}

/// Who may make a request; none when its route is in no table.
pub fn access_to(table: &[Route], request: &Request) -> Option<Access> {
    let path = request.extensions().get::<MatchedPath>()?.as_str();
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    table.iter().find(|route| route.method == *method && route.path == path).map(|route| route.access)
}
