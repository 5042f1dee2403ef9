//! What goes wrong on demand. A switch names a fault, where, how often and from when on; the dice are seeded, so that a run
//! with the same seed meets the same faults.

use serde::{Deserialize, Serialize};

use super::Endpoint;
use crate::clock::Chance;

/// A fault LINE or the way to it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// 500, and nothing was done.
    ErrorBefore,
    /// 500, although it was done.
    ErrorAfter,
    /// The connection breaks, and nothing was done.
    CutBefore,
    /// The connection breaks before the first byte of the answer, although it was done.
    CutAfter,
    /// Done, and the answer comes late.
    Slow,
    /// Done, and no answer ever comes.
    NoAnswer,
    /// 429: too many requests.
    RateLimited,
    /// 429: the month's messages are used up.
    MonthSpent,
    /// 401: the channel access token was revoked.
    Revoked,
    /// 403: the account may not.
    Forbidden,
    /// 200 with a body that is no JSON, although it was done.
    Garbage,
}

impl FaultKind {
    /// Whether the fault strikes before LINE does anything.
    pub fn is_before(self) -> bool {
        use FaultKind::{CutBefore, ErrorBefore, Forbidden, MonthSpent, RateLimited, Revoked};
        matches!(self, ErrorBefore | CutBefore | RateLimited | MonthSpent | Revoked | Forbidden)
    }

    /// Its name in JSON and in the history.
    pub fn name(self) -> &'static str {
        match self {
            Self::ErrorBefore => "error_before",
            Self::ErrorAfter => "error_after",
            Self::CutBefore => "cut_before",
            Self::CutAfter => "cut_after",
            Self::Slow => "slow",
            Self::NoAnswer => "no_answer",
            Self::RateLimited => "rate_limited",
            Self::MonthSpent => "month_spent",
            Self::Revoked => "revoked",
            Self::Forbidden => "forbidden",
            Self::Garbage => "garbage",
        }
    }

    /// All of them, in the order the page offers them.
    pub const ALL: [Self; 11] = [
        Self::ErrorBefore,
        Self::ErrorAfter,
        Self::CutBefore,
        Self::CutAfter,
        Self::Slow,
        Self::NoAnswer,
        Self::RateLimited,
        Self::MonthSpent,
        Self::Revoked,
        Self::Forbidden,
        Self::Garbage,
    ];
}

/// One switch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// At which endpoint; none means any.
    #[serde(default)]
    pub endpoint: Option<Endpoint>,
    /// How many requests pass unharmed first.
    #[serde(default)]
    pub skip: u32,
    /// How many requests it strikes; none means until it is switched off.
    #[serde(default)]
    pub count: Option<u32>,
    /// The share of requests it strikes, 0 to 1.
    #[serde(default = "always")]
    pub share: f64,
    /// For `slow`: how late the answer comes, in milliseconds.
    #[serde(default)]
    pub ms: u64,
}

fn always() -> f64 {
    1.0
}

impl Fault {
    /// A fault that strikes `count` times, anywhere.
    pub fn times(kind: FaultKind, count: u32) -> Self {
        Self { kind, endpoint: None, skip: 0, count: Some(count), share: 1.0, ms: 0 }
    }

    /// The same at one endpoint only.
    #[must_use]
    pub fn at(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = Some(endpoint);
        self
    }

    /// The same after `skip` requests went well.
    #[must_use]
    pub fn after(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }
}

/// The switches that are on, oldest first.
#[derive(Debug)]
pub struct Faults {
    switches: Vec<Fault>,
    dice: Chance,
}

impl Faults {
    /// None on; `seed` decides which requests a share strikes.
    pub fn new(seed: u64) -> Self {
        Self { switches: Vec::new(), dice: Chance::seeded(seed) }
    }

    /// Switches one on.
    pub fn add(&mut self, fault: Fault) {
        self.switches.push(fault);
    }

    /// Switches all off.
    pub fn clear(&mut self) {
        self.switches.clear();
    }

    /// Throws the dice anew from `seed`.
    pub fn reseed(&mut self, seed: u64) {
        self.dice = Chance::seeded(seed);
    }

    /// Those that are on.
    pub fn on(&self) -> &[Fault] {
        &self.switches
    }

    /// The fault that strikes this request at this moment (`before` anything is done, or after), if any; counts it.
    pub fn strike(&mut self, endpoint: Endpoint, before: bool) -> Option<Fault> {
        let dice = &self.dice;
        let struck = self.switches.iter_mut().find_map(|fault| {
            let fits = fault.kind.is_before() == before && fault.endpoint.is_none_or(|wanted| wanted == endpoint);
            // The month's end is said only where messages count.
            if !fits || (fault.kind == FaultKind::MonthSpent && !endpoint.counts()) {
                return None;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                return None;
            }
            if fault.share < 1.0 && f64::from(u32::from_le_bytes(dice.bytes())) >= fault.share * f64::from(u32::MAX) {
                return None;
            }
            fault.count = fault.count.map(|left| left.saturating_sub(1));
            Some(fault.clone())
        });
        self.switches.retain(|fault| fault.count != Some(0));
        struck
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_strikes_where_when_and_as_often_as_it_says() {
        let mut faults = Faults::new(1);
        faults.add(Fault::times(FaultKind::ErrorAfter, 2).at(Endpoint::Multicast).after(1));
        assert!(faults.strike(Endpoint::Push, false).is_none(), "another endpoint");
        assert!(faults.strike(Endpoint::Multicast, true).is_none(), "not before anything is done");
        let struck: Vec<bool> = (0..5).map(|_| faults.strike(Endpoint::Multicast, false).is_some()).collect();
        assert_eq!(struck, [false, true, true, false, false]);
        assert!(faults.on().is_empty(), "a spent switch goes off");
    }

    #[test]
    fn the_same_seed_strikes_the_same_requests() {
        let run = |seed| {
            let mut faults = Faults::new(seed);
            faults.add(Fault { share: 0.3, count: None, ..Fault::times(FaultKind::ErrorBefore, 1) });
            (0..200).map(|_| faults.strike(Endpoint::Push, true).is_some()).collect::<Vec<_>>()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        let struck = run(7).into_iter().filter(|struck| *struck).count();
        assert!((30..90).contains(&struck), "{struck} of 200 at a share of 0.3");
    }

    #[test]
    fn every_fault_has_the_name_json_gives_it() {
        for kind in FaultKind::ALL {
            assert_eq!(serde_json::to_value(kind).expect("JSON"), kind.name());
        }
    }
}
