//! Whether the service is ready. To know it, a row is written; `/readyz` may be open to strangers, who ask as often as they
//! like, so the database is asked once a second at most and everybody gets that answer.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use tokio::sync::Mutex;

use crate::app::App;
use crate::clock::Clock;
use crate::problem::Problem;
use crate::store::Schema;

/// How long an answer stands.
const STANDS: TimeDelta = TimeDelta::seconds(1);
/// An answer of the database that takes longer is a no.
const WITHIN: Duration = Duration::from_secs(2);

/// What was found last, and when.
type Kept = Arc<Mutex<Option<(DateTime<Utc>, Result<(), Problem>)>>>;

/// Knows whether the service is ready.
#[derive(Clone)]
pub(super) struct Ready {
    app: App,
    kept: Kept,
}

impl Ready {
    pub fn new(app: &App) -> Self {
        Self { app: app.clone(), kept: Kept::default() }
    }

    /// What was found within the last second, or is found now.
    pub async fn ask(&self) -> Result<(), Problem> {
        let app = self.app.clone();
        kept_or(&self.kept, &self.app.clock, async move {
            let looked = tokio::time::timeout(WITHIN, look(&app)).await;
            looked.unwrap_or_else(|_| Err(Problem::unavailable("The database does not answer within 2 s.")))
        })
        .await
    }
}

/// The answer that stands, or the one `look` finds. Who asks meanwhile waits for that one; it is found also when nobody waits
/// for it any more, so that to hang up and ask again asks no more of the database.
async fn kept_or(
    kept: &Kept,
    clock: &Clock,
    look: impl Future<Output = Result<(), Problem>> + Send + 'static,
) -> Result<(), Problem> {
    let mut kept = Arc::clone(kept).lock_owned().await;
    if let Some((at, answer)) = &*kept
        && (*at..*at + STANDS).contains(&clock.now())
    {
        return answer.clone();
    }
    let clock = clock.clone();
    let found = tokio::spawn(async move {
        let answer = look.await;
        *kept = Some((clock.now(), answer.clone()));
        answer
    });
    found.await.unwrap_or_else(|error| Err(Problem::unforeseen(error)))
}

async fn look(app: &App) -> Result<(), Problem> {
    let away = |error: sqlx::Error| {
        tracing::warn!(%error, "not ready: the database takes no write");
        Problem::unavailable("The database takes no write now; the log says why.")
    };
    match app.db.schema().await.map_err(away)? {
        Schema::Current => app.db.check_writable().await.map_err(away),
        Schema::Behind(count) => Err(not_migrated(format!(
            "{count} migrations are missing. Run `shuke migrate`, or start `shuke serve`, which does the same."
        ))),
        Schema::Newer(found) => {
            Err(not_migrated(format!("A newer Shuke was here (migration {found}). Start the newer program again.")))
        }
    }
}

fn not_migrated(detail: String) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_migrated", detail)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;
    use tokio::sync::Semaphore;
    use tokio::task::yield_now;

    use super::*;

    /// Counts its looks; none ends before it is let.
    #[derive(Clone)]
    struct Looks {
        count: Arc<AtomicUsize>,
        end: Arc<Semaphore>,
    }

    impl Looks {
        async fn look(self) -> Result<(), Problem> {
            self.count.fetch_add(1, Ordering::Relaxed);
            self.end.acquire().await.map(drop).map_err(Problem::unforeseen)
        }

        fn new() -> Self {
            Self { count: Arc::default(), end: Arc::new(Semaphore::new(0)) }
        }

        fn count(&self) -> usize {
            self.count.load(Ordering::Relaxed)
        }
    }

    #[tokio::test]
    async fn who_asks_at_one_time_waits_for_one_look_and_who_hangs_up_starts_no_other() {
        let (kept, clock, looks) = (Kept::default(), Clock::still(DateTime::UNIX_EPOCH), Looks::new());
        let ask = || kept_or(&kept, &clock, looks.clone().look());
        for _ in 0..5 {
            let hung_up = tokio::time::timeout(Duration::ZERO, ask()).await;
            assert!(hung_up.is_err());
            yield_now().await;
        }
        assert_eq!(looks.count(), 1);
        looks.end.add_permits(1);
        let answers = join_all((0..20).map(|_| ask())).await;
        assert!(answers.into_iter().all(|answer| answer.is_ok()));
        assert_eq!(looks.count(), 1);
        for (step, count) in [(999, 1), (1, 2), (-5_000, 3)] {
            clock.advance(TimeDelta::milliseconds(step));
            ask().await.expect("ready");
            ask().await.expect("ready");
            assert_eq!(looks.count(), count, "{step} ms later");
        }
    }
}
