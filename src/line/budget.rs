//! How fast LINE lets us ask, kept below before LINE has to say so. Values only: the caller brings the time and the dice.
//!
//! LINE counts per channel and endpoint with a token bucket of undisclosed size (Messaging API reference, "Rate limits",
//! read 2026-08). We pace at 95 % of the rate and let at most 5 % of a second's worth go at once, so that no window of one
//! second holds more than LINE's number.

use chrono::{DateTime, TimeDelta, Utc};

/// The endpoints we pace, each with a bucket of its own at LINE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Endpoint {
    /// `POST /v2/bot/message/push`
    Push,
    /// `POST /v2/bot/message/multicast`
    Multicast,
}

impl Endpoint {
    /// Requests a second that LINE takes. 200 for multicast since 2025-04-23, before that 2,000.
    pub fn per_second(self) -> u32 {
        match self {
            Self::Multicast => 200,
            Self::Push => 2_000,
        }
    }
}

/// What one process has left for one endpoint. (A generic cell rate: it keeps the instant at which the bucket is full.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Microseconds from one request to the next.
    interval: i64,
    /// Microseconds by which requests may run ahead of the pace.
    burst: i64,
    full_at: DateTime<Utc>,
    paused_until: DateTime<Utc>,
    refusals: u32,
}

/// Whether a request may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// It may, and is counted.
    Go,
    /// Not before so long; nothing is counted.
    Wait(TimeDelta),
}

/// The longest wait after refusals.
const LONGEST_PAUSE: TimeDelta = TimeDelta::seconds(60);

impl Budget {
    /// The whole of LINE's rate for one endpoint, or this process's share of it in hundredths (1–100).
    pub fn new(endpoint: Endpoint, share: u32) -> Self {
        let per_second = i64::from(endpoint.per_second()) * i64::from(share.clamp(1, 100)) / 100;
        let at_once = (per_second / 20).max(1);
        let paced = (per_second - at_once).max(1);
        // Rounded up, so that the pace is never the faster one.
        let interval = (1_000_000 + paced - 1) / paced;
        let past = DateTime::<Utc>::MIN_UTC;
        Self { interval, burst: interval * (at_once - 1), full_at: past, paused_until: past, refusals: 0 }
    }

    /// Takes one request, if it may go at `now`.
    pub fn take(&mut self, now: DateTime<Utc>) -> Take {
        self.forget_a_future_that_cannot_be(now);
        if now < self.paused_until {
            return Take::Wait(self.paused_until - now);
        }
        let full_at = self.full_at.max(now);
        let ahead = full_at - now - TimeDelta::microseconds(self.burst);
        if ahead > TimeDelta::zero() {
            return Take::Wait(ahead);
        }
        self.full_at = full_at + TimeDelta::microseconds(self.interval);
        Take::Go
    }

    /// LINE said that it is too fast. Nothing goes for 1, 2, 4 … 60 s, each made up to half longer by `dice` (any number),
    /// or for as long as LINE asks.
    pub fn refused(&mut self, now: DateTime<Utc>, retry_after: Option<TimeDelta>, dice: u64) {
        let doubled = TimeDelta::seconds(1 << self.refusals.min(6));
        let least = retry_after.unwrap_or(doubled).clamp(TimeDelta::seconds(1), LONGEST_PAUSE);
        let jitter = least * i32::try_from(dice % 500).unwrap_or_default() / 1_000;
        self.paused_until = self.paused_until.max(now + least + jitter);
        self.refusals = self.refusals.saturating_add(1);
    }

    /// LINE took one: the next refusal starts over at a second.
    pub fn accepted(&mut self) {
        self.refusals = 0;
    }

    /// After the clock has stepped back, what was far ahead is not waited for.
    fn forget_a_future_that_cannot_be(&mut self, now: DateTime<Utc>) {
        if self.paused_until - now > LONGEST_PAUSE * 2 {
            self.paused_until = now;
        }
        if self.full_at - now > TimeDelta::microseconds(self.burst + self.interval) {
            // One may go at once, also for somebody who only asks what may go.
            self.full_at = now + TimeDelta::microseconds(self.burst);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(micros: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::microseconds(micros)
    }

    /// When requests go, for someone who asks as soon as they may, over this many seconds.
    fn eager(budget: &mut Budget, seconds: i64) -> Vec<i64> {
        let (mut now, mut gone) = (0, Vec::new());
        while now < seconds * 1_000_000 {
            match budget.take(at(now)) {
                Take::Go => gone.push(now),
                Take::Wait(wait) => now += wait.num_microseconds().expect("a short wait"),
            }
        }
        gone
    }

    /// The most in any window of one second.
    fn densest(gone: &[i64]) -> usize {
        (0..gone.len())
            .map(|first| gone[first..].partition_point(|at| *at < gone[first] + 1_000_000))
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn no_second_holds_more_than_lines_number_and_hardly_less() {
        for (endpoint, share) in
            [(Endpoint::Multicast, 100), (Endpoint::Push, 100), (Endpoint::Multicast, 50), (Endpoint::Multicast, 1)]
        {
            let most = usize::try_from(endpoint.per_second() * share / 100).expect("small");
            let gone = eager(&mut Budget::new(endpoint, share), 10);
            assert!(densest(&gone) <= most, "{endpoint:?}: {}", densest(&gone));
            assert!(share < 10 || gone.len() * 100 >= most * 10 * 94, "{endpoint:?}: {}", gone.len());
        }
    }

    #[test]
    fn a_refusal_pauses_longer_each_time_until_one_is_taken() {
        let mut budget = Budget::new(Endpoint::Multicast, 100);
        let waits: Vec<i64> = (0..9)
            .map(|_| {
                budget.paused_until = at(0);
                budget.refused(at(0), None, 0);
                (budget.paused_until - at(0)).num_seconds()
            })
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(budget.take(at(0)), Take::Wait(TimeDelta::seconds(60)));
        budget.accepted();
        budget.refused(at(60_000_000), None, 499);
        assert_eq!(budget.take(at(60_000_000)), Take::Wait(TimeDelta::milliseconds(1_499)));
        budget.refused(at(62_000_000), Some(TimeDelta::seconds(7)), 0);
        assert_eq!(budget.take(at(62_000_000)), Take::Wait(TimeDelta::seconds(7)));
        assert_eq!(budget.take(at(69_000_000)), Take::Go);
    }

    #[test]
    fn a_clock_that_steps_back_does_not_stop_anything() {
        let mut budget = Budget::new(Endpoint::Multicast, 100);
        eager(&mut budget, 1);
        budget.refused(at(1_000_000), None, 0);
        assert_eq!(budget.take(at(-3_600_000_000)), Take::Go);
        assert_eq!(budget.take(at(-3_600_000_000)), Take::Wait(TimeDelta::microseconds(budget.interval)));
    }

    proptest! {
        #[test]
        fn however_it_is_asked_no_second_holds_more(steps in proptest::collection::vec(0_i64..20_000, 1..2_000)) {
            let (mut budget, mut now, mut gone) = (Budget::new(Endpoint::Multicast, 100), 0, Vec::new());
            for step in steps {
                now += step;
                if budget.take(at(now)) == Take::Go {
                    gone.push(now);
                }
            }
            prop_assert!(densest(&gone) <= 200);
        }
    }
}
