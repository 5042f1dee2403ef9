//! How many event streams are open, in all and of one session: each holds a connection as long as its page is looked at.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::web::http::PLACES;

/// Half of the connections there may be; the other half is for everybody who asks something.
const IN_ALL: usize = PLACES / 2;
/// More pages than one person looks at.
const OF_A_SESSION: usize = 3;

/// The streams of this process.
#[derive(Debug, Clone)]
pub(super) struct Streams(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    places: Arc<Semaphore>,
    opened: AtomicU64,
    /// The number of each open stream of a session, oldest first, and what ends it.
    of_sessions: Mutex<HashMap<String, VecDeque<(u64, CancellationToken)>>>,
}

/// One that is open, until this is dropped.
#[derive(Debug)]
pub(super) struct Open {
    streams: Streams,
    session: String,
    number: u64,
    is_over: CancellationToken,
    _place: OwnedSemaphorePermit,
}

impl Streams {
    pub fn new() -> Self {
        Self::up_to(IN_ALL)
    }

    fn up_to(places: usize) -> Self {
        let places = Arc::new(Semaphore::new(places));
        Self(Arc::new(Inner { places, opened: AtomicU64::new(0), of_sessions: Mutex::default() }))
    }

    /// Opens one for a session, whose oldest ends where it has too many; none when all places are taken.
    pub fn open(&self, session: &str) -> Option<Open> {
        let place = Arc::clone(&self.0.places).try_acquire_owned().ok()?;
        let (number, is_over) = (self.0.opened.fetch_add(1, Ordering::Relaxed), CancellationToken::new());
        let mut sessions = self.sessions();
        let hers = sessions.entry(String::from(session)).or_default();
        if hers.len() == OF_A_SESSION {
            hers.pop_front().inspect(|(_, oldest)| oldest.cancel());
        }
        hers.push_back((number, is_over.clone()));
        Some(Open { streams: self.clone(), session: String::from(session), number, is_over, _place: place })
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<String, VecDeque<(u64, CancellationToken)>>> {
        self.0.of_sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Ends when a younger stream of its session has taken its place.
    pub async fn over(&self) {
        self.is_over.cancelled().await;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut sessions = self.streams.sessions();
        if let Some(hers) = sessions.get_mut(&self.session) {
            hers.retain(|(number, _)| *number != self.number);
            if hers.is_empty() {
                sessions.remove(&self.session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_a_session_gives_way_and_all_together_have_a_limit() {
        let streams = Streams::up_to(5);
        let mut hers: Vec<Open> = (0..4).map(|_| streams.open("hers").expect("a place")).collect();
        assert_eq!(
            hers.iter().map(|open| open.is_over.is_cancelled()).collect::<Vec<_>>(),
            [true, false, false, false]
        );
        let his = streams.open("his").expect("the last place");
        assert!(streams.open("another's").is_none(), "all places are taken");
        hers.remove(0);
        let another = streams.open("another's").expect("one was given back");
        assert!(!his.is_over.is_cancelled() && !another.is_over.is_cancelled());
        drop((hers, his, another));
        assert!(streams.sessions().is_empty(), "nothing is remembered of who has left");
    }
}
