//! How long a job waits after each failure.

use chrono::TimeDelta;

use crate::ids::JobId;

/// Tries of a job before it is dead.
pub const ATTEMPTS: i64 = 10;

/// Longer than any of these pauses.
pub const LONGEST: TimeDelta = TimeDelta::hours(12);

const SECONDS: [i64; 9] = [5, 30, 300, 1_800, 7_200, 18_000, 36_000, 36_000, 36_000];

/// The pause after failure number `attempt` (from 1): 5 s, 30 s, 5 min, 30 min, 2 h, 5 h, then 10 h, and up to a tenth more,
/// decided by the job, so that jobs that failed together do not come back together. `None` after the last attempt.
pub fn pause_after(attempt: i64, job: JobId) -> Option<TimeDelta> {
    let index = usize::try_from(attempt - 1).unwrap_or_default();
    let seconds = *SECONDS.get(index)?;
    let byte = i64::from(job.0.as_bytes()[15].wrapping_add(u8::try_from(index).unwrap_or_default().wrapping_mul(97)));
    Some(TimeDelta::milliseconds(seconds * 1_000 + seconds * 100 * byte / 255))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schedule() {
        let job = JobId(uuid::Uuid::nil());
        for (attempt, at_least, at_most) in [
            (1, 5, 6),
            (2, 30, 33),
            (3, 300, 330),
            (4, 1_800, 1_980),
            (5, 7_200, 7_920),
            (6, 18_000, 19_800),
            (9, 36_000, 39_600),
        ] {
            let pause = pause_after(attempt, job).expect("a try is left").num_seconds();
            assert!((at_least..=at_most).contains(&pause), "attempt {attempt} waits {pause} s");
        }
        assert_eq!(pause_after(ATTEMPTS, job), None);
        assert!((0..=255).all(|n| pause_after(9, JobId(uuid::Uuid::from_u128(n))) < Some(LONGEST)));
    }

    #[test]
    fn jobs_that_failed_together_come_back_apart() {
        let pauses: std::collections::BTreeSet<_> =
            (0..=255).map(|n| pause_after(3, JobId(uuid::Uuid::from_u128(n)))).collect();
        assert_eq!(pauses.len(), 256);
    }
}
