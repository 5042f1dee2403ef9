//! Before the work: the device gets its store, the clerk says who she is, the scanner gun is tried.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

use super::guard::{AFTER_ENROLMENT, OnDevice};
use crate::ids::StaffId;
use crate::problem::Problem;
use crate::staff::devices::{self, Enrolled};
use crate::staff::{Device, SignIn, people, sessions};
use crate::web::Page;
use crate::web::cookies::Cookie;
use crate::web::face::{Face, Scene};
use crate::web::form::Fields;
use crate::web::pieces::{Drawn, Shell, draw};
use crate::web::reader::Reader;

/// How long a browser keeps a device's token: as long as browsers keep any cookie (RFC 6265bis, 400 days).
const DEVICE_KEPT: TimeDelta = TimeDelta::days(400);
/// What the gun is tried on: of the form of a pass, and nobody's.
const SAMPLE: &str = "M1:00000000:1P9N0K2:Q8W2E5R7ABCD";

/// `/counter/enrol`: a code of the operator's (`shuke device code`) makes this phone or till one of a store's devices.
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
    pub sample: Drawn,
    /// What that code holds.
    pub sample_text: String,
}

/// `GET /counter/enrol`
pub(super) async fn enrol_page(
    State(face): State<Face>,
    reader: Reader,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let scene = face.scene(reader.lang).await?;
    let fault =
        if query.as_deref() == Some("no-cookies") { scene.shell.say("enrol-no-cookies") } else { String::new() };
    Ok(Page::new(EnrolPage { shell: scene.shell, fault }, &face.policy()).into_response())
}

/// A typed code.
#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    code: String,
}

/// `POST /counter/enrol`
pub(super) async fn enrol(
    State(face): State<Face>,
    reader: Reader,
    Fields(typed): Fields<Typed>,
) -> Result<Response, Problem> {
    let scene = face.scene(reader.lang).await?;
    let fault = match devices::enrol(&face.app, &typed.code).await? {
        Enrolled::Done { token, .. } => {
            let cookie = Cookie::Device.set(&face.app.settings, &token, DEVICE_KEPT);
            let on = face.address(&format!("/sign-in?{AFTER_ENROLMENT}"));
            return Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(&on)).into_response());
        }
        Enrolled::WrongCode => scene.shell.say("enrol-unknown"),
        Enrolled::Expired { at } => scene.shell.fill("enrol-expired", "when", scene.moment(at)),
        Enrolled::Used { at } => scene.shell.fill("enrol-used", "when", scene.moment(at)),
    };
    let page = EnrolPage { shell: scene.shell, fault };
    Ok(Page::new(page, &face.policy()).status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}

/// `GET /counter/sign-in`
pub(super) async fn sign_in_page(
    State(face): State<Face>,
    reader: Reader,
    OnDevice(device): OnDevice,
) -> Result<Response, Problem> {
    let scene = face.scene(reader.lang).await?;
    ask_for_pin(&face, scene, &device, String::new(), String::new()).await
}

/// Who somebody says she is, and her PIN.
#[derive(Deserialize)]
pub(super) struct SigningIn {
    staff: StaffId,
    pin: String,
}

/// `POST /counter/sign-in`
pub(super) async fn sign_in(
    State(face): State<Face>,
    reader: Reader,
    OnDevice(device): OnDevice,
    Fields(given): Fields<SigningIn>,
) -> Result<Response, Problem> {
    let scene = face.scene(reader.lang).await?;
    let app = &face.app;
    let locked = |until: DateTime<Utc>| scene.shell.fill("pin-locked", "until", scene.from_moment(until));
    let fault = match sessions::sign_in(app, &device, given.staff, &given.pin).await? {
        SignIn::In { token, .. } => {
            let cookie = Cookie::Clerk.set(&app.settings, &token, sessions::LASTS);
            let on = face.address("/");
            return Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(&on)).into_response());
        }
        SignIn::WrongPin { locked_until: Some(until), .. } | SignIn::Locked { until } => locked(until),
        SignIn::WrongPin { tries_left, locked_until: None } => scene.shell.fill("pin-wrong", "left", tries_left),
        SignIn::NotAPin => scene.shell.say("pin-form"),
        SignIn::NotHere => scene.shell.say("pin-not-here"),
    };
    ask_for_pin(&face, scene, &device, given.staff.to_string(), fault).await
}

async fn ask_for_pin(
    face: &Face,
    scene: Scene,
    device: &Device,
    chosen: String,
    fault: String,
) -> Result<Response, Problem> {
    let people = people::names_on(&face.app.db, device).await?;
    let colleagues = people
        .into_iter()
        .map(|person| Colleague {
            id: person.id.to_string(),
            role: scene.shell.say(&format!("pin-role-{}", person.role)),
            name: person.name,
        })
        .collect();
    let status = if fault.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = SignInPage { store: scene.store_name(&device.store), colleagues, chosen, fault, shell: scene.shell };
    Ok(Page::new(page, &face.policy()).status(status).into_response())
}

/// `POST /counter/sign-out`
pub(super) async fn sign_out(State(face): State<Face>, headers: HeaderMap) -> Result<Response, Problem> {
    let settings = &face.app.settings;
    if let Some(token) = Cookie::Clerk.of(settings, &headers) {
        sessions::sign_out(&face.app, &token).await?;
    }
    let forget = AppendHeaders([(header::SET_COOKIE, Cookie::Clerk.forget(settings))]);
    Ok((forget, Redirect::to(&face.address("/sign-in"))).into_response())
}

/// `GET /counter/scanner-test`
pub(super) async fn scanner_test(State(face): State<Face>, reader: Reader) -> Result<Response, Problem> {
    let scene = face.scene(reader.lang).await?;
    let sample = draw(SAMPLE).ok_or_else(|| Problem::unforeseen("a sample that no QR code holds"))?;
    let page = ScannerTestPage { shell: scene.shell, sample, sample_text: String::from(SAMPLE) };
    Ok(Page::new(page, &face.policy()).into_response())
}
