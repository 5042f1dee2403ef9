//! Places where a test may end the process, to show that nothing is lost and nothing doubled when a machine dies there.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The names of the points, in the order a send passes them.
pub const POINTS: [&str; 6] = ["planned", "leased", "keyed", "sent-not-answered", "answered-not-marked", "marked"];

static PASSED: AtomicU64 = AtomicU64::new(0);

/// Ends the process at once, as a power cut would, when `SHUKE_CRASH_AT` names this point; `name:3` waits for the third time.
pub fn point(name: &str) {
    if let Some((chosen, times)) = chosen()
        && chosen == name
        && PASSED.fetch_add(1, Ordering::Relaxed) + 1 == *times
    {
        std::process::abort();
    }
}

/// Lets `work` run for a moment and ends the process before its answer is heard, when `SHUKE_CRASH_AT` names this point.
pub async fn during<T>(name: &str, work: impl Future<Output = T>) -> T {
    if chosen().is_none_or(|(chosen, _)| chosen != name) {
        return work.await;
    }
    let answer = tokio::time::timeout(LONG_ENOUGH_TO_LEAVE, work).await;
    point(name);
    match answer {
        Ok(answer) => answer,
        // Another time was chosen and this one was slow: only a test with a slow LINE can come here.
        Err(_) => std::process::abort(),
    }
}

/// How long a request takes to reach a LINE on the same machine.
const LONG_ENOUGH_TO_LEAVE: std::time::Duration = std::time::Duration::from_millis(200);

fn chosen() -> Option<&'static (String, u64)> {
    static CHOSEN: OnceLock<Option<(String, u64)>> = OnceLock::new();
    CHOSEN.get_or_init(|| std::env::var("SHUKE_CRASH_AT").ok().map(|text| parse(&text))).as_ref()
}

fn parse(text: &str) -> (String, u64) {
    let (name, times) = text.split_once(':').unwrap_or((text, "1"));
    (String::from(name), times.parse().unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_point_may_wait_for_a_later_time() {
        assert_eq!(parse("marked"), (String::from("marked"), 1));
        assert_eq!(parse("marked:3"), (String::from("marked"), 3));
    }
}
