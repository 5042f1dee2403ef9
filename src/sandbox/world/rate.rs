//! LINE's rate limits: one token bucket an endpoint.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::Endpoint;

/// How many requests an endpoint takes in how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Requests.
    pub requests: u32,
    /// In this time.
    pub per: TimeDelta,
}

/// LINE's limit of an endpoint. Messaging API reference, "Rate limits", read 2026-08-07; login endpoints have limits LINE
/// does not tell.
pub fn limit_of(endpoint: Endpoint) -> Option<Limit> {
    let (requests, per) = match endpoint {
        Endpoint::Multicast => (200, TimeDelta::seconds(1)),
        Endpoint::WebhookTest => (60, TimeDelta::hours(1)),
        Endpoint::WebhookGet | Endpoint::WebhookSet => (1_000, TimeDelta::minutes(1)),
        Endpoint::Token | Endpoint::VerifyIdToken | Endpoint::Unknown => return None,
        _ => (2_000, TimeDelta::seconds(1)),
    };
    Some(Limit { requests, per })
}

/// The buckets. LINE does not tell their size; ours hold what the limit allows in its span.
#[derive(Debug)]
pub struct Rates {
    /// Off for load runs that want to see the service's own ceiling.
    pub on: bool,
    buckets: HashMap<Endpoint, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled_at: DateTime<Utc>,
}

impl Default for Rates {
    fn default() -> Self {
        Self { on: true, buckets: HashMap::new() }
    }
}

impl Rates {
    /// Takes one request's token; false when the bucket is empty.
    pub fn take(&mut self, endpoint: Endpoint, now: DateTime<Utc>) -> bool {
        let Some(limit) = limit_of(endpoint).filter(|_| self.on) else { return true };
        let full = f64::from(limit.requests);
        let bucket = self.buckets.entry(endpoint).or_insert(Bucket { tokens: full, filled_at: now });
        // A clock that steps back fills nothing and takes nothing away.
        let waited = (now - bucket.filled_at).max(TimeDelta::zero()).as_seconds_f64();
        bucket.tokens = (bucket.tokens + waited * full / limit.per.as_seconds_f64()).min(full);
        bucket.filled_at = now;
        if bucket.tokens < 1.0 {
            return false;
        }
        bucket.tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_with_the_clock() {
        let mut rates = Rates::default();
        let start = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        assert!((0..200).all(|_| rates.take(Endpoint::Multicast, start)));
        assert!(!rates.take(Endpoint::Multicast, start), "the 201st in the same instant");
        assert!(rates.take(Endpoint::Push, start), "endpoints have buckets of their own");
        let later = start + TimeDelta::milliseconds(50);
        assert_eq!(
            (0..20).filter(|_| rates.take(Endpoint::Multicast, later)).count(),
            10,
            "200 a second are 10 in 50 ms"
        );
        assert!(!rates.take(Endpoint::Multicast, start), "a clock that steps back gives nothing");
        rates.on = false;
        assert!(rates.take(Endpoint::Multicast, start));
    }
}
