//! Before the work: the device gets its store, the clerk says who she is, the scanner gun is tried.

use askama::Template;

use crate::web::pieces::Shell;

/// `/counter/enrol`: a manager's code makes this phone or till one of a store's devices.
#[derive(Debug, Template)]
#[template(path = "counter/enrol.html")]
pub struct EnrolPage {
    /// Around it.
    pub shell: Shell,
    /// What was wrong with the last try and what to do; empty at first.
    pub fault: String,
}

/// Someone who may sign in here.
#[derive(Debug, Clone)]
pub struct Colleague {
    /// Her id.
    pub id: String,
    /// Her name.
    pub name: String,
    /// Her role, in words.
    pub role: String,
}

/// `/counter/sign-in`: who works, and the PIN.
#[derive(Debug, Template)]
#[template(path = "counter/sign_in.html")]
pub struct SignInPage {
    /// Around it.
    pub shell: Shell,
    /// The store's name.
    pub store: String,
    /// Who may sign in at this store.
    pub colleagues: Vec<Colleague>,
    /// The id of the one chosen before; empty at first.
    pub chosen: String,
    /// What was wrong with the last try and what to do; empty at first.
    pub fault: String,
}

/// `/counter/scanner-test`: what a scanner gun types, key by key, and whether the counter would read it.
#[derive(Debug, Template)]
#[template(path = "counter/scanner_test.html")]
pub struct ScannerTestPage {
    /// Around it.
    pub shell: Shell,
    /// A code to try the gun on.
    pub sample: crate::web::pieces::Drawn,
    /// What that code holds.
    pub sample_text: String,
}
