//! Who holds the database, in the words of one who gave up waiting for a turn to write.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Open transactions that are named, at most.
const NAMED: usize = 3;

/// Somebody who holds the database, and since when.
#[derive(Clone, Copy)]
pub(super) struct Holder {
    who: Who,
    since: Instant,
}

#[derive(Clone, Copy)]
pub(super) enum Who {
    Caller(&'static Location<'static>),
    Committer,
    OtherProcesses,
}

impl Holder {
    /// One who holds it from now on.
    pub fn now(who: Who) -> Self {
        Self { who, since: Instant::now() }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (for {:.1} s)", self.who, self.since.elapsed().as_secs_f64())
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caller(place) => write!(f, "the transaction begun at {place}"),
            Self::Committer => f.write_str("the shared commit"),
            Self::OtherProcesses => f.write_str("other processes that write to the file"),
        }
    }
}

/// The error of one who waited in vain; `why` says what was in the way.
pub(super) fn gave_up(waited: Duration, why: impl fmt::Display) -> sqlx::Error {
    let waited = waited.as_secs_f64();
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, format!("waited {waited:.1} s for a turn to write{why}")))
}

/// The transactions of this process that are open on a server.
#[derive(Clone, Default)]
pub(super) struct OpenOnes(Arc<Mutex<Book>>);

/// Holders by a number that grows, so that the oldest comes first.
#[derive(Default)]
struct Book {
    next: u64,
    holders: BTreeMap<u64, Holder>,
}

/// A place in the book; dropping it is the end of the transaction.
pub(super) struct OpenOne {
    book: OpenOnes,
    number: u64,
}

impl OpenOnes {
    /// Writes down a transaction that has begun.
    pub fn note(&self, by: &'static Location<'static>) -> OpenOne {
        let mut book = self.book();
        let number = book.next;
        book.next += 1;
        book.holders.insert(number, Holder::now(Who::Caller(by)));
        OpenOne { book: self.clone(), number }
    }

    /// What is in the way of one who waited in vain: oldest first. `is_refused` says that this process has fewer connections
    /// than it may have, since the server gives no more or does not answer.
    pub fn in_the_way(&self, is_refused: bool) -> String {
        let book = self.book();
        let named: Vec<String> = book.holders.values().take(NAMED).map(ToString::to_string).collect();
        let open = match book.holders.len() {
            0 => String::from("no transaction of this process"),
            count @ 1..=NAMED => named[..count].join(", "),
            count => format!("{} and {} more", named.join(", "), count - NAMED),
        };
        let refused = if is_refused { "; the server gives no further connection" } else { "" };
        format!("; open are: {open}{refused}")
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Whatever a panic left in the book is whole: each entry is written with one call.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OpenOne {
    fn drop(&mut self) {
        self.book.book().holders.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn here() -> &'static Location<'static> {
        Location::caller()
    }

    #[test]
    fn the_oldest_are_named_and_the_others_counted() {
        let open = OpenOnes::default();
        let nobody = "; open are: no transaction of this process";
        assert_eq!(open.in_the_way(false), nobody);
        assert_eq!(open.in_the_way(true), format!("{nobody}; the server gives no further connection"));
        let places = [
            here(), // one
            here(), // a line
            here(), // each
            here(), // of them
            here(),
        ];
        let mut noted: Vec<OpenOne> = places.into_iter().map(|place| open.note(place)).collect();
        let told = open.in_the_way(false);
        let found = places.map(|place| told.find(&place.to_string()));
        assert!(found[..NAMED].is_sorted() && found[0].is_some(), "{told}");
        assert_eq!(found[NAMED..], [None, None], "{told}");
        assert!(told.ends_with(" and 2 more"), "{told}");
        noted.drain(1..);
        let told = open.in_the_way(false);
        assert!(told.starts_with(&format!("; open are: the transaction begun at {} (for ", places[0])), "{told}");
        assert!(!told.contains("more"), "{told}");
        drop(noted);
        assert_eq!(open.in_the_way(false), nobody);
    }
}
