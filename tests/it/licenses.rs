//! What the program brings along: every crate it is built from, and every package in the pages' scripts, may be passed on under
//! licences that ask for no more than a notice; and none of what would bring a second way of doing what is here.

use std::iter::Peekable;
use std::path::Path;
use std::process::Command;
use std::str::SplitWhitespace;

use serde_json::Value;

/// SPDX names of the licences that are welcome.
const WELCOME: [&str; 12] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// A second runtime, a second TLS, a second way to tell the time.
const BANNED: [&str; 6] = ["async-std", "native-tls", "openssl", "openssl-sys", "smol", "time"];

/// Whether one of the choices an SPDX expression gives holds welcome licences alone. Cargo's older `MIT/Apache-2.0` is a choice.
fn is_welcome(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    any_of(&mut spaced.split_whitespace().peekable())
}

fn any_of(words: &mut Peekable<SplitWhitespace>) -> bool {
    let mut is_welcome = all_of(words);
    while words.next_if_eq(&"OR").is_some() {
        is_welcome |= all_of(words);
    }
    is_welcome
}

fn all_of(words: &mut Peekable<SplitWhitespace>) -> bool {
    let mut are_welcome = one(words);
    while words.next_if_eq(&"AND").is_some() {
        are_welcome &= one(words);
    }
    are_welcome
}

fn one(words: &mut Peekable<SplitWhitespace>) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let is_welcome = any_of(words);
        return words.next() == Some(")") && is_welcome;
    }
    let is_welcome = words.next().is_some_and(|name| WELCOME.contains(&name));
    // An exception only allows more.
    if words.next_if_eq(&"WITH").is_some() {
        words.next();
    }
    is_welcome
}

#[test]
fn an_expression_is_read_as_its_choices() {
    for welcome in ["MIT", "MIT OR GPL-3.0", "GPL-2.0-only/MIT", "(MIT OR X) AND ISC", "Apache-2.0 WITH LLVM-exception"]
    {
        assert!(is_welcome(welcome), "{welcome}");
    }
    for unwelcome in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR X) AND Y", "(MIT", "GPL-3.0 OR (MIT AND X)"] {
        assert!(!is_welcome(unwelcome), "{unwelcome}");
    }
}

#[test]
fn every_crate_may_be_passed_on_and_none_is_banned() {
    let compiler = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let compiler = String::from_utf8(compiler.stdout).expect("text");
    let host = compiler.lines().find_map(|line| line.strip_prefix("host: ")).expect("its host");
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 100, "all of them are looked at");
    for package in packages {
        let (name, license) = (package["name"].as_str().expect("a name"), package["license"].as_str());
        assert!(license.is_some_and(is_welcome), "{name} is under {license:?}");
        assert!(!BANNED.contains(&name), "{name} is banned");
    }
}

#[test]
fn every_package_in_the_pages_scripts_may_be_passed_on() {
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/package-lock.json");
    let lock: Value = serde_json::from_str(&std::fs::read_to_string(lock).expect("a lock file")).expect("JSON");
    let packages = lock["packages"].as_object().expect("packages");
    let shipped = packages.iter().filter(|(path, package)| !path.is_empty() && package["dev"] != true);
    let mut count = 0;
    for (path, package) in shipped {
        let license = package["license"].as_str();
        assert!(license.is_some_and(is_welcome), "{path} is under {license:?}");
        count += 1;
    }
    assert!(count >= 4, "all of them are looked at");
}
