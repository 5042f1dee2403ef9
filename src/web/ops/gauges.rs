//! What is so at the moment somebody asks: queues, and the memory of the process.

use crate::app::App;
use crate::delivery::replies;
use crate::{intake, jobs};

/// Sets the gauges. One that cannot be read keeps its last value; the log says why.
pub(super) async fn look(app: &App) {
    if let Err(error) = queues(app).await {
        tracing::warn!(%error, "the queues could not be counted");
    }
    if let Some(bytes) = resident_bytes() {
        set("process_resident_memory_bytes", None, bytes);
    }
}

async fn queues(app: &App) -> sqlx::Result<()> {
    let (waiting, running, dead) = jobs::count(&app.db).await?;
    for (state, count) in [("waiting", waiting), ("running", running), ("dead", dead)] {
        set("shuke_jobs", Some(state), count);
    }
    set("shuke_replies_open", None, replies::open(&app.db).await?);
    set("shuke_events_parked", None, intake::parked_count(&app.db).await?);
    Ok(())
}

fn set(name: &'static str, state: Option<&'static str>, value: i64) {
    let gauge = match state {
        Some(state) => metrics::gauge!(name, "state" => state),
        None => metrics::gauge!(name),
    };
    gauge.set(value as f64);
}

/// Resident memory, where the system tells it as Linux does.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: i64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}
