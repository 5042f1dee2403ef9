//! What to do after a try: decided from what was heard and how the batch stands.
//!
//! The one question behind all of it is whether LINE may have accepted the request. While nobody can tell, the same bytes
//! go out under the same retry key, for which LINE answers 409 when it had them already; the key lives 24 hours from the
//! first try (LINE docs, "Retry failed API requests", read 2026-08), so 23 hours is where we stop and ask a person. A batch
//! that surely was not accepted goes back among the untried and will get a fresh key.

use chrono::{DateTime, TimeDelta, Utc};

use super::pauses::Pause;
use super::quota::month_start;

/// Tries that may have been accepted, at most.
pub const MOST_ATTEMPTS: i64 = 10;

/// From the first try on, no try is made after this.
pub const LIFE: TimeDelta = TimeDelta::hours(23);

/// The wait before a batch is looked at again while another delivery holds the month's messages reserved; LINE's own wishes
/// are followed for as long.
const WHILE_RESERVED: TimeDelta = TimeDelta::minutes(5);

/// A run waits this long at most while another delivery holds the month's messages reserved; then a person is told.
const LONGEST_RESERVED: TimeDelta = TimeDelta::hours(1);

/// A first try may lie so far ahead of now: clocks differ a little, and the hour between 23 and 24 makes up for it.
pub const AHEAD: TimeDelta = TimeDelta::minutes(30);

/// What a try brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// LINE took it, now or at an earlier try under the same key.
    Accepted {
        /// LINE's id of the request that was accepted.
        request_id: Option<String>,
    },
    /// LINE refused the whole request because of the recipient at this place of `to`.
    UnknownRecipient(usize),
    /// LINE refused the whole request because of a recipient it does not name. (LINE's conditions say that a multicast passes
    /// over users it does not know, its table of errors says that it refuses; Messaging API reference, read 2026-08.)
    SomebodyUnknown,
    /// LINE refused it for good.
    Refused(String),
    /// Over the rate limit.
    TooFast {
        /// How long LINE asks to wait, where something says so.
        wait: Option<TimeDelta>,
    },
    /// The month's messages are used up.
    MonthSpent,
    /// Enough are left, but another delivery holds them reserved.
    MonthReserved,
    /// The channel access token is not valid (any more).
    TokenRefused,
    /// The account or its plan may not send.
    Forbidden,
    /// Nobody knows: time-out, 5xx, a broken or unreadable answer.
    Silence(String),
    /// Not one byte reached LINE.
    NotSent(String),
}

/// How a batch stood before the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Tries that may have been accepted, this one included.
    pub attempts: i64,
    /// When the first try was.
    pub first_tried_at: DateTime<Utc>,
    /// Recipients in the request.
    pub recipients: usize,
    /// Since when LINE says that another delivery holds the month's messages.
    pub reserved_since: Option<DateTime<Utc>>,
}

/// What becomes of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Done.
    Accepted {
        /// LINE's id of the accepted request.
        request_id: Option<String>,
    },
    /// Refused for good, with LINE's words.
    Refused(String),
    /// Without this recipient it may go, under a fresh key.
    Without(usize),
    /// In two halves it may go, each under a fresh key, until whoever LINE does not know is alone.
    Halved,
    /// The same bytes under the same key, not before.
    Again {
        /// How long to wait.
        after: TimeDelta,
        /// Whether the try may have been accepted and so stays counted.
        counts: bool,
        /// Whether the run stands still meanwhile.
        pause: Option<Pause>,
    },
    /// Surely not accepted: back among the untried, its messages given back to the approval.
    Untried {
        /// How long to wait.
        after: TimeDelta,
        /// Whether the run stands still meanwhile.
        pause: Option<Pause>,
    },
    /// A person must look.
    Unknown(String),
}

/// Decides what becomes of a batch. `dice` is in 0..1000 and spreads the waits.
pub fn decide(heard: Heard, standing: Standing, now: DateTime<Utc>, dice: u64) -> Next {
    let had_doubts = standing.attempts > 1;
    let not_accepted = |after, pause| {
        if had_doubts { Next::Again { after, counts: false, pause } } else { Next::Untried { after, pause } }
    };
    match heard {
        Heard::Accepted { request_id } => Next::Accepted { request_id },
        Heard::Silence(why) => match wait_for_answer(standing, now, dice) {
            Some(after) => Next::Again { after, counts: true, pause: None },
            None => Next::Unknown(why),
        },
        Heard::TooFast { wait } => {
            not_accepted(spread(wait.unwrap_or(TimeDelta::seconds(1)).min(WHILE_RESERVED), dice), None)
        }
        Heard::NotSent(_) => not_accepted(spread(TimeDelta::seconds(2), dice), None),
        Heard::MonthReserved if is_reserved_too_long(standing.reserved_since, now) => {
            not_accepted(TimeDelta::zero(), Some(Pause::QuotaSpent))
        }
        Heard::MonthReserved => not_accepted(spread(WHILE_RESERVED, dice), None),
        Heard::MonthSpent => not_accepted(TimeDelta::zero(), Some(Pause::QuotaSpent)),
        Heard::TokenRefused => not_accepted(TimeDelta::zero(), Some(Pause::Token)),
        Heard::Forbidden => not_accepted(TimeDelta::zero(), Some(Pause::Forbidden)),
        // After a try without an answer nobody can tell whether LINE looks at the key or at the body first.
        Heard::UnknownRecipient(_) | Heard::SomebodyUnknown if had_doubts => {
            Next::Unknown(String::from("refused after a try without an answer"))
        }
        Heard::Refused(why) if had_doubts => Next::Unknown(why),
        Heard::SomebodyUnknown if standing.recipients > 1 => Next::Halved,
        Heard::SomebodyUnknown => Next::Without(0),
        Heard::UnknownRecipient(index) if index < standing.recipients => Next::Without(index),
        Heard::UnknownRecipient(index) => {
            Next::Refused(format!("LINE names a recipient that is not there: to[{index}]"))
        }
        Heard::Refused(why) => Next::Refused(why),
    }
}

/// What to do with a batch that was tried before, right before another try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Go on with the same bytes and key.
    Go,
    /// Its key may have died, and LINE surely has not got it: a fresh key.
    Fresh,
    /// Its key may have died or its tries are used up: a person must look.
    Never,
}

/// Whether a batch that was tried `attempts` times since `first_tried_at` may be tried again.
pub fn may_retry(attempts: i64, first_tried_at: DateTime<Utc>, now: DateTime<Utc>) -> Retry {
    // A first try that lies ahead was told by a clock that was wrong, and how old the key is nobody knows.
    let is_young = first_tried_at <= now + AHEAD && now < first_tried_at + LIFE;
    match (is_young, attempts) {
        (true, attempts) if attempts < MOST_ATTEMPTS => Retry::Go,
        (false, 0) => Retry::Fresh,
        _ => Retry::Never,
    }
}

fn is_reserved_too_long(since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    since.is_some_and(|since| now >= since + LONGEST_RESERVED) || is_of_another_month(since, now)
}

/// Whether what waits since then for messages of its month would leave in another. It was approved for that one.
pub fn is_of_another_month(reserved_since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    reserved_since.is_some_and(|since| since < month_start(now))
}

/// The wait after a try without an answer: 1 s, 4 s, 16 s … up to 4 h, ten tries over about ten hours; none after the last.
fn wait_for_answer(standing: Standing, now: DateTime<Utc>, dice: u64) -> Option<TimeDelta> {
    if standing.attempts >= MOST_ATTEMPTS {
        return None;
    }
    let wait = spread(silence(standing.attempts), dice);
    (now + wait < standing.first_tried_at + LIFE).then_some(wait)
}

fn silence(attempts: i64) -> TimeDelta {
    let steps = u32::try_from(attempts.clamp(1, MOST_ATTEMPTS) - 1).unwrap_or_default();
    TimeDelta::seconds(4_i64.pow(steps).min(4 * 3600))
}

/// The longest that a batch with `attempts` tries can be told to wait. One that waits for longer was told so before the clock
/// stepped back.
pub fn longest_wait(attempts: i64) -> TimeDelta {
    silence(attempts).max(WHILE_RESERVED) * 2
}

/// `wait` with up to half of it added or a quarter taken off, so that many do not come back at once.
fn spread(wait: TimeDelta, dice: u64) -> TimeDelta {
    let dice = i64::try_from(dice.min(999)).unwrap_or_default();
    TimeDelta::milliseconds(wait.num_milliseconds() * (750 + dice * 3 / 4) / 1000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::hours(hours)
    }

    fn standing(attempts: i64) -> Standing {
        Standing { attempts, first_tried_at: at(0), recipients: 3, reserved_since: None }
    }

    fn words(text: &str) -> String {
        String::from(text)
    }

    #[test]
    fn what_becomes_of_a_batch() {
        let pause = |pause| Next::Untried { after: TimeDelta::zero(), pause: Some(pause) };
        let keep = |pause| Next::Again { after: TimeDelta::zero(), counts: false, pause: Some(pause) };
        let accepted = || Heard::Accepted { request_id: Some(words("r")) };
        let table = [
            (accepted(), 1, Next::Accepted { request_id: Some(words("r")) }),
            (accepted(), 10, Next::Accepted { request_id: Some(words("r")) }),
            (
                Heard::Silence(words("500")),
                1,
                Next::Again { after: TimeDelta::milliseconds(750), counts: true, pause: None },
            ),
            (Heard::Silence(words("500")), 3, Next::Again { after: TimeDelta::seconds(12), counts: true, pause: None }),
            (Heard::Silence(words("500")), 10, Next::Unknown(words("500"))),
            (Heard::TooFast { wait: None }, 1, Next::Untried { after: TimeDelta::milliseconds(750), pause: None }),
            (
                Heard::TooFast { wait: Some(TimeDelta::seconds(8)) },
                9,
                Next::Again { after: TimeDelta::seconds(6), counts: false, pause: None },
            ),
            (Heard::NotSent(words("refused")), 1, Next::Untried { after: TimeDelta::milliseconds(1500), pause: None }),
            (
                Heard::NotSent(words("refused")),
                2,
                Next::Again { after: TimeDelta::milliseconds(1500), counts: false, pause: None },
            ),
            (Heard::MonthSpent, 1, pause(Pause::QuotaSpent)),
            (Heard::MonthSpent, 2, keep(Pause::QuotaSpent)),
            (Heard::MonthReserved, 1, Next::Untried { after: TimeDelta::seconds(225), pause: None }),
            (Heard::TokenRefused, 1, pause(Pause::Token)),
            (Heard::TokenRefused, 4, keep(Pause::Token)),
            (Heard::Forbidden, 1, pause(Pause::Forbidden)),
            (Heard::UnknownRecipient(2), 1, Next::Without(2)),
            (Heard::UnknownRecipient(3), 1, Next::Refused(words("LINE names a recipient that is not there: to[3]"))),
            (Heard::UnknownRecipient(2), 2, Next::Unknown(words("refused after a try without an answer"))),
            (Heard::SomebodyUnknown, 1, Next::Halved),
            (Heard::SomebodyUnknown, 2, Next::Unknown(words("refused after a try without an answer"))),
            (Heard::Refused(words("too big")), 1, Next::Refused(words("too big"))),
            (Heard::Refused(words("too big")), 2, Next::Unknown(words("too big"))),
        ];
        for (heard, attempts, next) in table {
            assert_eq!(decide(heard.clone(), standing(attempts), at(0), 0), next, "{heard:?} at attempt {attempts}");
        }
    }

    #[test]
    fn who_is_alone_in_a_request_is_the_one_line_does_not_know() {
        let alone = Standing { recipients: 1, ..standing(1) };
        assert_eq!(decide(Heard::SomebodyUnknown, alone, at(0), 0), Next::Without(0));
    }

    #[test]
    fn what_others_hold_is_waited_for_an_hour_and_not_into_the_next_month() {
        let pause = Next::Untried { after: TimeDelta::zero(), pause: Some(Pause::QuotaSpent) };
        let wait = Next::Untried { after: TimeDelta::seconds(225), pause: None };
        let turn = month_start(at(24 * 40));
        let table = [
            (at(0), at(0) + TimeDelta::minutes(59), &wait),
            (at(0), at(1), &pause),
            (turn - TimeDelta::minutes(2), turn - TimeDelta::seconds(1), &wait),
            (turn - TimeDelta::minutes(2), turn, &pause),
        ];
        for (since, now, next) in table {
            let standing = Standing { first_tried_at: now, reserved_since: Some(since), ..standing(1) };
            assert_eq!(decide(Heard::MonthReserved, standing, now, 0), *next, "since {since}, now {now}");
        }
    }

    #[test]
    fn no_try_is_planned_after_23_hours() {
        let late = decide(
            Heard::Silence(words("504")),
            Standing { attempts: 5, ..standing(5) },
            at(23) - TimeDelta::minutes(3),
            0,
        );
        assert_eq!(late, Next::Unknown(words("504")));
    }

    #[test]
    fn whether_a_batch_may_be_tried_again() {
        let table = [
            (1, at(0), Retry::Go),
            (0, at(22), Retry::Go),
            (9, at(22), Retry::Go),
            (10, at(1), Retry::Never),
            (1, at(23), Retry::Never),
            (0, at(23), Retry::Fresh),
            (1, at(25), Retry::Never),
            // The clock of the first try was ahead.
            (1, at(0) - TimeDelta::minutes(30), Retry::Go),
            (1, at(-1), Retry::Never),
            (9, at(-6), Retry::Never),
            (0, at(-1), Retry::Fresh),
        ];
        for (attempts, now, retry) in table {
            assert_eq!(may_retry(attempts, at(0), now), retry, "{attempts} attempts, {now}");
        }
    }

    #[test]
    fn no_wait_is_longer_than_the_longest() {
        let wishes =
            [Heard::Silence(words("x")), Heard::MonthReserved, Heard::TooFast { wait: Some(TimeDelta::hours(9)) }];
        for (heard, attempts) in wishes.iter().flat_map(|heard| (1..10).map(move |attempts| (heard, attempts))) {
            let (Next::Again { after, .. } | Next::Untried { after, .. }) =
                decide(heard.clone(), standing(attempts), at(0), 999)
            else {
                panic!("{heard:?} waits")
            };
            assert!(after <= longest_wait(attempts), "{heard:?} after {attempts} tries waits {after}");
        }
    }

    fn heard() -> impl Strategy<Value = Heard> {
        prop_oneof![
            Just(Heard::Accepted { request_id: None }),
            (0_usize..5).prop_map(Heard::UnknownRecipient),
            Just(Heard::SomebodyUnknown),
            Just(Heard::Refused(words("no"))),
            Just(Heard::TooFast { wait: None }),
            Just(Heard::MonthSpent),
            Just(Heard::MonthReserved),
            Just(Heard::TokenRefused),
            Just(Heard::Forbidden),
            Just(Heard::Silence(words("5xx"))),
            Just(Heard::NotSent(words("down"))),
        ]
    }

    proptest! {
        /// LINE as it is promised to be: under one key it executes once. Whatever it answers and however often the answer is
        /// lost, no second key is ever used after a request that was executed, and every batch comes to an end.
        #[test]
        fn nobody_gets_two_copies(answers in prop::collection::vec((heard(), any::<bool>(), 0_u64..1000), 1..40)) {
            let (mut attempts, mut now, mut first) = (0, at(0), None);
            let (mut executed, mut executed_under_this_key) = (0, false);
            for (answer, executes, dice) in answers {
                let first_tried_at = *first.get_or_insert(now);
                match may_retry(attempts, first_tried_at, now) {
                    Retry::Never => break,
                    Retry::Fresh => { (attempts, first, executed_under_this_key) = (0, None, false); continue; }
                    Retry::Go => attempts += 1,
                }
                // What LINE does, then what we hear of it.
                let heard = match answer {
                    _ if executed_under_this_key && !matches!(answer, Heard::Silence(_) | Heard::NotSent(_) | Heard::TooFast { .. }) => Heard::Accepted { request_id: None },
                    Heard::Accepted { .. } => { executed += 1; executed_under_this_key = true; answer }
                    Heard::Silence(_) if executes && !executed_under_this_key => { executed += 1; executed_under_this_key = true; answer }
                    other => other,
                };
                match decide(heard, Standing { attempts, first_tried_at, recipients: 5, reserved_since: None }, now, dice) {
                    Next::Accepted { .. } | Next::Refused(_) | Next::Unknown(_) => break,
                    Next::Without(_) | Next::Halved | Next::Untried { .. } => {
                        prop_assert!(!executed_under_this_key, "a fresh key after LINE had taken it");
                        (attempts, first) = (0, None);
                    }
                    Next::Again { after, counts, .. } => {
                        if !counts { attempts -= 1; }
                        now += after + TimeDelta::seconds(1);
                    }
                }
            }
            prop_assert!(executed <= 1);
        }
    }
}
