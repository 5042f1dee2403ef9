//! Places where a test may end the process, to show that nothing is lost and nothing doubled when a machine dies there. They
//! are in builds with debug assertions only: in a released program they do nothing and no switch reaches them.

#[cfg(debug_assertions)]
mod armed;

#[cfg(debug_assertions)]
pub use armed::{during, point};

/// The names of the points, in the order a send passes them.
pub const POINTS: [&str; 6] = ["planned", "leased", "keyed", "sent-not-answered", "answered-not-marked", "marked"];

/// A point that a released program passes.
#[cfg(not(debug_assertions))]
#[inline]
pub fn point(_name: &str) {}

/// Work that a released program simply does.
#[cfg(not(debug_assertions))]
#[inline]
pub async fn during<T>(_name: &str, work: impl Future<Output = T>) -> T {
    work.await
}
