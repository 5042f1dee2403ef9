//! The command line, as the program itself: what it prints, how it ends.

mod demo;
mod ledger;
mod people;
mod plan;
mod pushes;
mod restored;
mod secrets;
mod settings;
mod start;
mod stuck;

use std::process::{Output, Stdio};

use serde_json::Value;

use crate::crash::Service;
use crate::harness::Fresh;

/// The program with the settings of the tests on a database.
struct Terminal(Service);

/// What it said and how it ended.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Terminal {
    fn on(fresh: &Fresh) -> Self {
        Self::at(&fresh.url)
    }

    fn at(database_url: &str) -> Self {
        let nowhere = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
        Self(Service::new(database_url, nowhere, crate::crash::free_port()))
    }

    fn run(&self, arguments: &[&str]) -> Said {
        Said::from(self.0.run(arguments))
    }

    /// With something on standard input.
    fn fed(&self, arguments: &[&str], input: &str) -> Said {
        use std::io::Write as _;
        let mut command = self.0.command(arguments);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        child.stdin.take().expect("an input").write_all(input.as_bytes()).expect("it reads");
        Said::from(child.wait_with_output().expect("it ends"))
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Said {
    /// The one JSON document it printed.
    fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// That it ended with this code and told why in these words.
    fn failed(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert_eq!(self.out, "", "nothing for the next program");
        for word in words {
            assert!(self.err.contains(word), "{word:?} is not in: {}", self.err);
        }
    }
}
