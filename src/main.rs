//! The `shuke` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    shuke::commands::main()
}
