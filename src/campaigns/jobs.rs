//! Later steps of a run.

use serde::{Deserialize, Serialize};

use super::runs;
use crate::app::{App, Job, Retry};
use crate::ids::RunId;
use crate::jobs::Task;

/// Writes what is missing of a run's deliveries and opens it, in case whoever applied the plan was cut off.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PrepareRun {
    /// The run.
    pub run: RunId,
}

impl Task for PrepareRun {
    const NAME: &'static str = "prepare-run";
}

impl Job for PrepareRun {
    async fn run(&self, app: &App, _: i64) -> Result<(), Retry> {
        Ok(runs::prepare(app, self.run).await.map(drop)?)
    }
}
