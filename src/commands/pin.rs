//! Asking for a PIN: twice and unseen on a terminal, else as the first line of standard input.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::process::{Command, Stdio};

use crate::staff::{BadPin, Pin};

/// Why there is no PIN.
pub(super) enum NotGiven {
    /// It is none, or one that may not be chosen.
    Bad(BadPin),
    /// The second differed from the first.
    Different,
    /// Nothing was typed or sent.
    Nothing,
}

/// Asks for a PIN. Ctrl-C leaves the terminal as it was.
pub(super) async fn ask() -> anyhow::Result<Result<Pin, NotGiven>> {
    if !io::stdin().is_terminal() {
        return Ok(read(line().await?));
    }
    let unseen = Unseen::begin();
    let asking = async {
        eprint!("PIN (4 to 6 digits, not seen while you type): ");
        let first = line().await?;
        eprint!("\nThe same again: ");
        let second = line().await?;
        eprintln!();
        anyhow::Ok((first, second))
    };
    let (first, second) = tokio::select! {
        typed = asking => typed?,
        _ = tokio::signal::ctrl_c() => {
            drop(unseen);
            eprintln!();
            // A thread still waits for the keyboard; nothing else is under way.
            std::process::exit(1);
        }
    };
    if first != second {
        return Ok(Err(NotGiven::Different));
    }
    Ok(read(first))
}

fn read(typed: String) -> Result<Pin, NotGiven> {
    if typed.trim().is_empty() {
        return Err(NotGiven::Nothing);
    }
    Pin::chosen(&typed).map_err(NotGiven::Bad)
}

async fn line() -> anyhow::Result<String> {
    Ok(tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|_| line)
    })
    .await??)
}

/// While it lives, the terminal shows nothing of what is typed.
struct Unseen;

impl Unseen {
    fn begin() -> Self {
        stty("-echo");
        Self
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        stty("echo");
    }
}

/// A terminal that cannot be told shows the digits; that is no reason not to go on.
fn stty(setting: &str) {
    let _ =
        Command::new("stty").arg(setting).stdin(Stdio::inherit()).stdout(Stdio::null()).stderr(Stdio::null()).status();
}
