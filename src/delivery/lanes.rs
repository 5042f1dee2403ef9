//! Each way out to LINE (multicast, push) is paced and held up by itself: a 429 on one does not stop the other. When LINE is
//! in trouble one request at a time finds out whether it is over, so that an outage leaves few requests in doubt.

use chrono::{DateTime, TimeDelta, Utc};

use super::outcome::Heard;
use crate::line::budget::{Budget, Endpoint, Take};

/// Failures in a row after which LINE counts as being in trouble.
const TROUBLE: u32 = 3;

/// The longest wait between two attempts to find out, in seconds.
const LONGEST: i64 = 60;

/// One way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lane {
    budget: Budget,
    failures: u32,
    held_until: Option<DateTime<Utc>>,
}

/// What a lane lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// Requests that may leave now.
    pub count: usize,
    /// When it is worth asking again, if the count is the lane's and not the caller's.
    pub again_at: Option<DateTime<Utc>>,
}

impl Lane {
    /// A lane with the whole of LINE's rate for an endpoint.
    pub(super) fn new(endpoint: Endpoint) -> Self {
        Self { budget: Budget::new(endpoint, 100), failures: 0, held_until: None }
    }

    /// How many requests may leave now, of at most `most` on their way at once. Nothing is counted yet.
    pub(super) fn room(&self, most: usize, in_flight: usize, now: DateTime<Utc>) -> Room {
        if let Some(until) = self.held_until.filter(|until| is_ahead(*until, now)) {
            return Room { count: 0, again_at: Some(until) };
        }
        let free = if self.failures >= TROUBLE { 1 } else { most }.saturating_sub(in_flight);
        let mut budget = self.budget;
        for count in 0..free {
            if let Take::Wait(wait) = budget.take(now) {
                return Room { count, again_at: Some(now + wait) };
            }
        }
        Room { count: free, again_at: None }
    }

    /// Counts requests that leave now.
    pub(super) fn take(&mut self, count: usize, now: DateTime<Utc>) {
        for _ in 0..count {
            self.budget.take(now);
        }
    }

    /// Takes in what a try brought. `dice` is in 0..1000 and spreads the waits.
    pub(super) fn hear(&mut self, heard: &Heard, now: DateTime<Utc>, dice: u64) {
        match heard {
            Heard::TooFast { wait } => self.budget.refused(now, *wait, dice),
            Heard::Silence(_) | Heard::NotSent(_) => {
                self.failures += 1;
                if self.failures >= TROUBLE && self.held_until.is_none_or(|until| !is_ahead(until, now)) {
                    self.held_until = Some(now + wait_in_trouble(self.failures - TROUBLE, dice));
                }
            }
            _ => {
                self.budget.accepted();
                (self.failures, self.held_until) = (0, None);
            }
        }
    }
}

/// Whether a wait is still to end. One that ends further ahead than any wait was begun before the clock stepped back, and
/// counts as over.
fn is_ahead(until: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < until && until - now <= TimeDelta::seconds(LONGEST * 2)
}

/// 1 s, 2 s, 4 s … a minute, made up to a quarter shorter or longer.
fn wait_in_trouble(steps: u32, dice: u64) -> TimeDelta {
    let seconds = 1_i64.checked_shl(steps.min(16)).unwrap_or(LONGEST).min(LONGEST);
    TimeDelta::milliseconds(seconds * (750 + i64::try_from(dice.min(999)).unwrap_or_default() / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn silence() -> Heard {
        Heard::Silence(String::from("500"))
    }

    #[test]
    fn a_refusal_holds_the_lane_and_an_acceptance_frees_the_next_from_a_long_wait() {
        let mut lane = Lane::new(Endpoint::Multicast);
        lane.hear(&Heard::TooFast { wait: None }, at(0), 0);
        assert_eq!(lane.room(8, 0, at(0)), Room { count: 0, again_at: Some(at(1)) });
        assert_eq!(lane.room(8, 3, at(1)).count, 5);
    }

    #[test]
    fn the_rate_counts_what_left() {
        let mut lane = Lane::new(Endpoint::Multicast);
        assert_eq!(lane.room(100, 0, at(0)).count, 10);
        lane.take(4, at(0));
        assert_eq!(lane.room(100, 4, at(0)).count, 6);
        assert!(lane.room(100, 4, at(0)).again_at.is_some());
        assert_eq!(lane.room(5, 4, at(0)), Room { count: 1, again_at: None });
    }

    #[test]
    fn in_trouble_one_request_at_a_time_finds_out() {
        let mut lane = Lane::new(Endpoint::Push);
        lane.hear(&silence(), at(0), 500);
        lane.hear(&silence(), at(0), 500);
        assert_eq!(lane.room(10, 0, at(0)).count, 10);
        lane.hear(&silence(), at(0), 500);
        assert_eq!(lane.room(10, 0, at(0)), Room { count: 0, again_at: Some(at(1)) });
        assert_eq!((lane.room(10, 0, at(1)).count, lane.room(10, 1, at(1)).count), (1, 0));
        lane.hear(&Heard::Refused(String::new()), at(1), 0);
        assert_eq!(lane.room(10, 1, at(1)).count, 9);
    }

    #[test]
    fn a_clock_that_steps_back_holds_up_nothing() {
        let mut lane = Lane::new(Endpoint::Push);
        (0..3).for_each(|_| lane.hear(&silence(), at(7_200), 500));
        assert_eq!(lane.room(10, 0, at(7_200)).count, 0);
        assert_eq!(lane.room(10, 0, at(3_600)).count, 1);
        lane.hear(&silence(), at(3_600), 500);
        assert_eq!(lane.room(10, 0, at(3_600)), Room { count: 0, again_at: Some(at(3_602)) });

        let mut lane = Lane::new(Endpoint::Push);
        lane.take(1, at(7_200));
        assert_eq!(lane.room(10, 0, at(3_600)).count, 1, "the pace of the hour that was not");
    }

    #[test]
    fn waits_in_trouble_double_up_to_a_minute() {
        let waits: Vec<i64> = (0..8).map(|steps| wait_in_trouble(steps, 500).num_seconds()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    }
}
