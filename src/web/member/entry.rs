//! Getting in: the page that signs her in through LIFF, and the one where a friend becomes a member.

use askama::Template;

use crate::web::pieces::{Drawn, Shell};

/// The page that runs LIFF and sends its ID token to `…/session`. It shows the shape of the card meanwhile.
#[derive(Debug, Template)]
#[template(path = "member/sign_in.html")]
pub struct SignInPage {
    /// Around it.
    pub shell: Shell,
    /// The address of the LIFF SDK (LINE's, or the sandbox's stub).
    pub sdk: String,
    /// `LIFF_ID`.
    pub liff_id: String,
    /// Where she wanted to go.
    pub next: String,
    /// The address that opens this page in LINE, and its code for another phone.
    pub in_line: String,
    /// That address as a code.
    pub in_line_code: Option<Drawn>,
}

/// The page of a friend who is no member yet.
#[derive(Debug, Template)]
#[template(path = "member/join.html")]
pub struct JoinPage {
    /// Around it.
    pub shell: Shell,
    /// What a member gets: the first gift in the brand's words; empty when nothing is promised.
    pub gift: String,
    /// Which wording of the consent she is shown, kept with her answer.
    pub wording: String,
    /// The address of the privacy notice, where the brand has one.
    pub privacy: Option<String>,
}
