//! A phone or till becomes one of a store's devices.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use chrono::TimeDelta;
use http::header;
use serde::Deserialize;

use super::guard::AFTER_ENROLMENT;
use super::told::{self, Said};
use crate::problem::Problem;
use crate::staff::devices::{self, Enrolled};
use crate::web::Page;
use crate::web::cookies::Cookie;
use crate::web::face::{Face, Scene};
use crate::web::form::Fields;
use crate::web::pieces::Shell;
use crate::web::reader::Reader;

/// How long a browser keeps a device's token: as long as browsers keep any cookie (RFC 6265bis, 400 days).
const DEVICE_KEPT: TimeDelta = TimeDelta::days(400);

/// `/counter/enrol`: a code of the operator's (`shuke device code`) makes this phone or till one of a store's devices.
#[derive(Debug, Template)]
#[template(path = "counter/enrol.html")]
pub struct EnrolPage {
    /// Around it.
    pub shell: Shell,
    /// What was wrong with the last try and what to do; empty at first.
    pub fault: String,
}

/// `GET /counter/enrol`
pub(super) async fn enrol_page(
    State(face): State<Face>,
    reader: Reader,
    Query(said): Query<Said>,
) -> Result<Response, Problem> {
    let scene = face.scene(reader.lang).await?;
    let fault = fault(&scene, &said);
    Ok(Page::new(EnrolPage { shell: scene.shell, fault }, &face.policy()).into_response())
}

fn fault(scene: &Scene, said: &Said) -> String {
    let shell = &scene.shell;
    match (told::instant(said, "used"), told::instant(said, "ended")) {
        (Some(at), _) => shell.fill("enrol-used", "when", scene.moment(at)),
        (None, Some(at)) => shell.fill("enrol-expired", "when", scene.moment(at)),
        _ if said.contains_key("unknown") => shell.say("enrol-unknown"),
        _ if said.contains_key("no-cookies") => shell.say("enrol-no-cookies"),
        _ => String::new(),
    }
}

/// A typed code.
#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    code: String,
}

/// `POST /counter/enrol`. The code is never put into an address; the page itself keeps what was typed.
pub(super) async fn enrol(
    State(face): State<Face>,
    reader: Reader,
    Fields(typed): Fields<Typed>,
) -> Result<Response, Problem> {
    let (said, problem) = match devices::enrol(&face.app, &typed.code).await? {
        Enrolled::Done { token, .. } => {
            let cookie = Cookie::Device.set(&face.app.settings, &token, DEVICE_KEPT);
            let on = face.address(&format!("/sign-in?{AFTER_ENROLMENT}"));
            return Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(&on)).into_response());
        }
        Enrolled::WrongCode => {
            (String::from("unknown"), Problem::refused("unknown_code", "There is no such device code."))
        }
        Enrolled::Expired { at } => {
            let problem = Problem::refused("expired_code", "This device code ended at `at`; ask for a new one.");
            (format!("ended={}", told::seconds(at)), problem.with("at", at))
        }
        Enrolled::Used { at } => {
            let problem = Problem::refused("used_code", "This device code was used at `at`; ask for a new one.");
            (format!("used={}", told::seconds(at)), problem.with("at", at))
        }
    };
    face.tell_on(reader, &format!("/enrol?{said}"), problem)
}
