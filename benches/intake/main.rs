//! How many webhooks a second are acknowledged, beside a floor that does the bare work on the same driver; what the program
//! weighs at rest. Writes `docs/benchmarks.md`. Ratios travel, absolute figures do not.
//!
//! `cargo bench` runs it all; `cargo bench -- quick` in a quarter of the time, without writing; `cargo bench -- quick 3` only
//! the third line of the table.

mod events;
mod floor;
mod load;
mod machine;
mod ours;
mod place;
mod report;
mod weight;

use std::process::ExitCode;

use place::{Engine, Place};
use report::{Cell, Series};

/// What is measured: so many events in a webhook, over so many connections, on an engine.
const CELLS: [(Engine, usize, usize); 7] = [
    (Engine::Sqlite, 1, 32),
    (Engine::Sqlite, 10, 32),
    (Engine::Postgres, 1, 32),
    (Engine::Postgres, 10, 32),
    (Engine::SqliteSlow, 1, 32),
    (Engine::SqliteSlow, 10, 32),
    (Engine::SqliteSlow, 1, 256),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["serve-floor", url] => runtime().block_on(floor::serve(url)),
        ["serve-ours", url] => runtime().block_on(ours::serve(url)),
        [] | ["quick"] | ["quick", _] => machine::alone_on_a_core().and_then(|alone| match alone {
            Some(ended) => Ok(ended),
            None => runtime().block_on(measure(!words.is_empty(), words.get(1).and_then(|line| line.parse().ok()))),
        }),
        _ => Err(format!("not understood: {words:?}; say nothing, or quick, or quick and the number of a line")),
    };
    outcome.unwrap_or_else(|why| {
        eprintln!("{why}");
        ExitCode::FAILURE
    })
}

/// One thread a core, as the program has.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime starts")
}

async fn measure(is_quick: bool, line: Option<usize>) -> Result<ExitCode, String> {
    let (rounds, seconds) = if is_quick { (3, 0.7) } else { (5, 2.0) };
    let before = machine::load_average();
    let mut place = Place::prepare()?;
    let mut cells = Vec::new();
    for (_, (engine, events, connections)) in
        CELLS.into_iter().enumerate().filter(|(index, _)| line.is_none_or(|line| line == index + 1))
    {
        let requests = events::requests(events);
        let (mut floor, mut ours) = (Series::default(), Series::default());
        for _ in 0..rounds {
            floor.add(place.run("serve-floor", engine, &requests, connections, seconds).await?);
            ours.add(place.run("serve-ours", engine, &requests, connections, seconds).await?);
        }
        let cell = Cell { engine, events, connections, floor, ours };
        println!("{cell}");
        cells.push(cell);
    }
    if line.is_some() {
        return Ok(ExitCode::SUCCESS);
    }
    let weights = weight::all(&mut place).await?;
    println!("{weights}");
    if !is_quick {
        let text = report::text(&cells, &weights, &machine::describe(&before));
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/benchmarks.md");
        std::fs::write(path, text).map_err(|error| format!("{path} cannot be written: {error}"))?;
        println!("written to docs/benchmarks.md");
    }
    Ok(ExitCode::SUCCESS)
}
