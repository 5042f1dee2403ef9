//! The points of a build that is tested: `SHUKE_CRASH_AT` names the one at which the process ends.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};

static PASSED: AtomicU64 = AtomicU64::new(0);

/// Ends the process here, by SIGKILL, when `SHUKE_CRASH_AT` names this point; `name:3` waits for the third time.
pub fn point(name: &str) {
    if let Some((chosen, times)) = chosen()
        && chosen == name
        && PASSED.fetch_add(1, Ordering::Relaxed) + 1 == *times
    {
        die();
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
        Err(_) => die(),
    }
}

/// How long a request takes to reach a LINE on the same machine.
const LONG_ENOUGH_TO_LEAVE: Duration = Duration::from_millis(200);

/// The kernel ends the process within the call: nothing after it runs, nothing is flushed and nobody is told.
fn die() -> ! {
    let refused = kill_process(getpid(), Signal::KILL);
    eprintln!("the process could not be ended by SIGKILL: {refused:?}");
    std::process::abort();
}

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
