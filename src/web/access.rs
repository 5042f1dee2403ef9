//! Who may reach which route of a face. One table a face; a route that is not in it is not there for anybody.

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

/// Who may reach a route; none when it is in no table.
pub fn access_to(table: &[Route], method: &Method, path: &str) -> Option<Access> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    table.iter().find(|route| route.method == *method && route.path == path).map(|route| route.access)
}
