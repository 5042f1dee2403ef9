//! The command line. Each command is a short file; this one parses, opens what a command needs, and turns its outcome into
//! an exit code: 0 ok · 1 invalid or failed · 2 plan has changes (only when asked) · 3 refused by policy · 4 LINE or
//! network · 64 usage.

mod api_key;
mod apply;
mod demo;
mod device;
mod doctor;
mod dress;
mod events;
mod jobs;
mod ledger;
mod migrate;
mod open;
mod pin;
mod plan;
mod print;
mod restored;
mod sandbox;
mod secrets;
pub mod seed;
mod serve;
mod staff;
mod status;
mod steer;
mod teller;
mod validate;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// The outcome of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Ok,
    /// Invalid input, or it failed.
    Failed,
    /// The plan has changes; only where asked for.
    Changes,
    /// A policy refused it; nothing was done.
    Refused,
    /// LINE or the network.
    Remote,
    /// The command was not understood.
    Usage,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Ok => 0,
            Exit::Failed => 1,
            Exit::Changes => 2,
            Exit::Refused => 3,
            Exit::Remote => 4,
            Exit::Usage => 64,
        })
    }
}

/// How a command prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For a person.
    #[default]
    Human,
    /// One JSON document.
    Json,
}

/// A command of several acts.
#[derive(Debug, clap::Args)]
pub struct Acts<A: Subcommand> {
    #[command(subcommand)]
    act: A,
    /// How to print.
    #[arg(long, value_enum, default_value_t, global = true)]
    format: Format,
}

/// Shuke (熟客) turns a brand's LINE Official Account into its membership system.
#[derive(Debug, Parser)]
#[command(name = "shuke", version, propagate_version = true)]
struct Cli {
    /// Settings file; default `.env` where there is one.
    #[arg(long, global = true, value_name = "FILE")]
    env_file: Option<PathBuf>,
    /// The folder with brand.yaml; default BRAND_DIR or the current folder.
    #[arg(long, global = true, value_name = "DIR")]
    brand: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything on this machine with LINE in a box and a made-up coffee shop; no LINE account needed.
    Demo(demo::Demo),
    /// Run LINE in a box alone: phones in the browser and LINE's API, for a service you run yourself.
    Sandbox(sandbox::Args),
    /// Run the service: webhook, member pages, counter, API, and the sender.
    Serve,
    /// Check the brand's files: every fault with its place and what would be right.
    Validate {
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// See what a campaign would do: people, words, quota, cost, and a digest. Sends nothing, publishes nothing.
    Plan(plan::Args),
    /// Do what a plan showed, once; refused when anything of it has changed.
    Apply(apply::Args),
    /// See how the newest run of a campaign stands.
    Status(status::Args),
    /// Let the newest run of a campaign stand still.
    Pause(status::Args),
    /// Let it go on where it stopped.
    Resume(status::Args),
    /// End it: what has not left does not leave any more.
    Cancel(status::Args),
    /// Check settings, database, clock and LINE, and say what to mend.
    Doctor {
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Bring the database to this program's schema.
    Migrate,
    /// Say that this database is a restored copy: nothing that was approved before leaves by itself. Before `serve` starts
    /// on it.
    Restored {
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Check the ledger of stamps and vouchers.
    Ledger(Acts<ledger::Act>),
    /// See the later steps that failed for good, and have one tried again.
    Jobs(Acts<jobs::Act>),
    /// See the webhook events that failed five times, and have one tried again.
    Events(Acts<events::Act>),
    /// Make, list and revoke the keys of programs.
    ApiKey(Acts<api_key::Act>),
    /// Add, list and disable the people who work for the brand.
    Staff(Acts<staff::Act>),
    /// Enrol, list and revoke the devices of the stores.
    Device(Acts<device::Act>),
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Ok }.into();
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("The program could not start: {error}");
            return Exit::Failed.into();
        }
    };
    match runtime.block_on(run(cli)) {
        Ok(exit) => exit.into(),
        // Whoever read along has read enough (`| head`).
        Err(error) if is_broken_pipe(&error) => Exit::Ok.into(),
        Err(error) => {
            eprintln!("{error:#}");
            Exit::Failed.into()
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let causes = error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    causes.map(std::io::Error::kind).any(|kind| kind == std::io::ErrorKind::BrokenPipe)
}

async fn run(cli: Cli) -> anyhow::Result<Exit> {
    let place = open::Place { env_file: cli.env_file, brand: cli.brand };
    // Those that stay log what they do, in the form their settings ask for.
    if !matches!(cli.command, Command::Demo(_) | Command::Sandbox(_) | Command::Serve) {
        open::start_logging_of_a_command();
    }
    match cli.command {
        Command::Demo(demo) => demo::demo(&place, demo).await,
        Command::Sandbox(args) => sandbox::sandbox(&place, args).await,
        Command::Serve => serve::serve(&place).await,
        Command::Validate { format } => validate::validate(&place.brand_dir()?, format),
        Command::Plan(args) => plan::plan(&place, args).await,
        Command::Apply(args) => apply::apply(&place, args).await,
        Command::Status(args) => status::status(&place, args).await,
        Command::Pause(args) => steer::steer(&place, args, steer::Wish::Pause).await,
        Command::Resume(args) => steer::steer(&place, args, steer::Wish::Resume).await,
        Command::Cancel(args) => steer::steer(&place, args, steer::Wish::Cancel).await,
        Command::Doctor { format } => doctor::doctor(&place, format).await,
        Command::Migrate => migrate::migrate(&place).await,
        Command::Restored { format } => restored::restored(&place, format).await,
        Command::Ledger(args) => ledger::ledger(&place, args).await,
        Command::Jobs(args) => jobs::jobs(&place, args).await,
        Command::Events(args) => events::events(&place, args).await,
        Command::ApiKey(args) => api_key::api_key(&place, args).await,
        Command::Staff(args) => staff::staff(&place, args).await,
        Command::Device(args) => device::device(&place, args).await,
    }
}
