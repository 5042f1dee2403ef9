//! Figures as text.

use std::fmt;

use super::load::Run;
use super::place::Engine;
use super::weight::Weights;

/// What we want of W1: half of the floor.
pub const GOAL: f64 = 0.5;

/// Repetitions of one measurement.
#[derive(Debug, Default)]
pub struct Series(Vec<Run>);

impl Series {
    pub fn add(&mut self, run: Run) {
        self.0.push(run);
    }

    /// Least, median and most of what `of` takes from each run.
    fn spread(&self, of: impl Fn(&Run) -> f64) -> [f64; 3] {
        spread(self.0.iter().map(of).collect())
    }
}

fn spread(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    [at(0), at(values.len() / 2), at(values.len().saturating_sub(1))]
}

/// One line of the table.
pub struct Cell {
    pub engine: Engine,
    pub events: usize,
    pub connections: usize,
    pub floor: Series,
    pub ours: Series,
}

impl Cell {
    /// Ours to the floor's run right before it.
    fn ratios(&self) -> [f64; 3] {
        spread(self.ours.0.iter().zip(&self.floor.0).map(|(ours, floor)| ours.per_second / floor.per_second).collect())
    }

    fn row(&self) -> String {
        let [least, median, most] = self.ratios();
        let verdict = if median >= GOAL { "" } else { " (below the goal)" };
        format!(
            "| {} | {} | {} | {} | {} | {least:.2} / **{median:.2}** / {most:.2}{verdict} | {} | {} | {:.0} / {:.0} |",
            self.engine,
            self.events,
            self.connections,
            thousands(self.floor.spread(|run| run.per_second)),
            thousands(self.ours.spread(|run| run.per_second)),
            milliseconds(self.floor.spread(|run| run.p99_ms)),
            milliseconds(self.ours.spread(|run| run.p99_ms)),
            self.floor.spread(|run| run.cpu_us)[1],
            self.ours.spread(|run| run.cpu_us)[1],
        )
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.row())
    }
}

fn thousands(spread: [f64; 3]) -> String {
    let [least, median, most] = spread.map(|value| format!("{:.1} k", value / 1e3));
    format!("{least} / {median} / {most}")
}

fn milliseconds([_, median, most]: [f64; 3]) -> String {
    format!("{median:.1} / {most:.1}")
}

const HEAD: &str = "\
| store | events a webhook | connections | floor, webhooks/s | ours, webhooks/s | ratio (goal 0.5) | p99 floor, ms | p99 ours, ms | server's CPU a webhook, floor / ours, µs |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |";

/// The whole document.
pub fn text(cells: &[Cell], weights: &Weights, machine: &str) -> String {
    let rows: Vec<String> = cells.iter().map(Cell::row).collect();
    format!(
        "# Benchmarks\n\n\
         Written by `make bench`. Ratios travel, absolute figures do not: each of ours is compared with a floor that ran right\n\
         before it on the same machine. Figures are least / **median** / most of five runs; p99 is median / most.\n\n\
         {machine}\n\n\
         ## W1: webhooks acknowledged\n\n\
         A webhook is acknowledged after its events are on disk. *Floor*: axum, signature, parse, one table that refuses repeats,\n\
         commits shared by all who wait, sqlx; nothing else (`benches/intake/floor.rs`). *Ours*: the product's whole path to the\n\
         200 with the dispatch of effects at rest: time limits, meters, every event type, sealing under the day's key, lanes,\n\
         the shared writer. The last rows have a sync that takes 2 ms more, as on real disks; they count as much as the others.\n\n\
         {HEAD}\n{}\n\n\
         ## W5: weight\n\n{weights}",
        rows.join("\n")
    )
}
