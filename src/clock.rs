//! The injected clock and chance. Nothing else in the program may ask what time it is or throw dice, so that a test, a
//! simulation and the sandbox can move time and repeat a run.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

/// How far a machine's clock may be off. What ends or throws away something waits while it is off by more; leases put up with
/// as much on both sides.
pub const MOST_OFF: TimeDelta = TimeDelta::minutes(5);

/// Tells the time, cut to microseconds (PostgreSQL keeps no more). Clones share one time.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Source>);

#[derive(Debug)]
enum Source {
    /// The machine's time plus an offset in microseconds, which only the sandbox moves.
    System { offset: AtomicI64 },
    /// Microseconds since 1970, moved by hand.
    Still { now: AtomicI64 },
}

impl Clock {
    /// The machine's time.
    pub fn system() -> Self {
        Self(Arc::new(Source::System { offset: AtomicI64::new(0) }))
    }

    /// A clock that stands still at `at` until it is moved.
    pub fn still(at: DateTime<Utc>) -> Self {
        Self(Arc::new(Source::Still { now: AtomicI64::new(at.timestamp_micros()) }))
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match &*self.0 {
            Source::System { offset } => machine_micros() + offset.load(Ordering::Relaxed),
            Source::Still { now } => now.load(Ordering::Relaxed),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }

    /// The present instant, and in any case later than a fact that stands and may have been written by another clock.
    pub fn now_after(&self, newest: Option<DateTime<Utc>>) -> DateTime<Utc> {
        let now = self.now();
        newest.map_or(now, |newest| now.max(newest + TimeDelta::microseconds(1)))
    }

    /// Moves the clock by `by`, for the sandbox and for tests.
    pub fn advance(&self, by: TimeDelta) {
        let micros = by.num_microseconds().unwrap_or_default();
        match &*self.0 {
            Source::System { offset } => offset.fetch_add(micros, Ordering::Relaxed),
            Source::Still { now } => now.fetch_add(micros, Ordering::Relaxed),
        };
    }

    /// How far this clock is ahead of the machine's, in microseconds; 0 for one that stands still.
    pub fn offset_us(&self) -> i64 {
        match &*self.0 {
            Source::System { offset } => offset.load(Ordering::Relaxed),
            Source::Still { .. } => 0,
        }
    }

    /// Takes over an offset another process of the sandbox has set. A clock that stands still ignores it.
    pub fn set_offset_us(&self, micros: i64) {
        if let Source::System { offset } = &*self.0 {
            offset.store(micros, Ordering::Relaxed);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
fn machine_micros() -> i64 {
    Utc::now().timestamp_micros()
}

/// Random bytes: the operating system's, or a repeatable series for tests and simulation.
#[derive(Debug, Clone)]
pub struct Chance(Arc<Dice>);

#[derive(Debug)]
enum Dice {
    System,
    Seeded { seed: u64, thrown: AtomicU64 },
}

impl Chance {
    /// The operating system's random numbers, fit for keys and codes.
    pub fn system() -> Self {
        Self(Arc::new(Dice::System))
    }

    /// A series that `seed` alone decides. Never for a running service.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Dice::Seeded { seed, thrown: AtomicU64::new(0) }))
    }

    /// `N` fresh random bytes.
    ///
    /// # Panics
    /// When the operating system gives no random numbers: no key or code may then be made at all.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        match &*self.0 {
            Dice::System => throw(&mut out),
            Dice::Seeded { seed, thrown } => {
                for chunk in out.chunks_mut(32) {
                    let throw = thrown.fetch_add(1, Ordering::Relaxed);
                    let block =
                        Sha256::new().chain_update(seed.to_le_bytes()).chain_update(throw.to_le_bytes()).finalize();
                    chunk.copy_from_slice(&block[..chunk.len()]);
                }
            }
        }
        out
    }

    /// A number in `0..below`; 0 when `below` is 0. The bias is under one in 2^32 for the small ranges used here.
    pub fn below(&self, below: u64) -> u64 {
        u64::from_le_bytes(self.bytes()).checked_rem(below).unwrap_or_default()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for chance")]
fn throw(out: &mut [u8]) {
    getrandom::fill(out).expect("the operating system gives random numbers");
}
