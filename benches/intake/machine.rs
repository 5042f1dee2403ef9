//! The machine: servers on one core, the load on another, and what to write beside the figures.

use std::path::Path;
use std::process::{Command, ExitCode};

use shuke::clock::Clock;

const MARK: &str = "SHUKE_BENCH_PINNED";

/// Whether programs can be kept on one core each.
fn can_pin() -> bool {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let has_tool = || Command::new("taskset").arg("--version").output().is_ok_and(|output| output.status.success());
    std::env::var_os(MARK).is_some() || cores >= 2 && has_tool()
}

/// A program on a core, where that can be had.
pub fn on_core(core: usize, program: &Path) -> Command {
    if !can_pin() {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.arg("-c").arg(core.to_string()).arg(program).env(MARK, "1");
    command
}

/// Runs this program once more on the second core, for the load; none where this is that run, or it cannot be had.
pub fn alone_on_a_core() -> Result<Option<ExitCode>, String> {
    if std::env::var_os(MARK).is_some() || !can_pin() {
        return Ok(None);
    }
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let status = on_core(1, &program).args(std::env::args().skip(1)).status().map_err(|error| error.to_string())?;
    Ok(Some(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }))
}

/// Processor time a process has used; 0 where the system does not tell it as Linux does.
pub fn cpu_seconds(process: u32) -> f64 {
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|text| text.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS
}

/// How busy the machine is: programs that ran or waited, over one minute.
pub fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    String::from(text.split_whitespace().next().unwrap_or("?"))
}

/// Machine, programs and day in a line each.
pub fn describe(load_before: &str) -> String {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cores = cpus.lines().filter(|line| line.starts_with("processor")).count().max(cores);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")).unwrap_or_default();
    let kilobytes: u64 = kilobytes.split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or_default();
    let said = |program: &str, argument: &str| {
        let output = Command::new(program).arg(argument).output();
        output.map_or_else(|_| String::from("?"), |output| String::from(String::from_utf8_lossy(&output.stdout).trim()))
    };
    let pinned = if can_pin() { "server and database on one core, load on another" } else { "nothing pinned" };
    format!(
        "{}, Shuke {}. {cores} cores ({}), {} GiB, Linux {}, {}; {pinned}. Load average {load_before} before and {} after: \
         above 1 others were at work, and single figures mean little.",
        Clock::system().now().format("%Y-%m-%d"),
        env!("CARGO_PKG_VERSION"),
        model.trim_start_matches([' ', '\t', ':']),
        kilobytes / 1024 / 1024,
        said("uname", "-r"),
        said("rustc", "--version"),
        load_average(),
    )
}
