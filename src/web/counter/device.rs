//! Before the work, on an enrolled device: the clerk says who she is, the scanner gun is tried.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use http::{HeaderMap, header};
use serde::Deserialize;

use super::guard::{LOCKED, OnDevice};
use super::told::{self, Said};
use crate::ids::StaffId;
use crate::problem::Problem;
use crate::staff::{SignIn, people, sessions};
use crate::web::Page;
use crate::web::cookies::Cookie;
use crate::web::face::{Face, Scene};
use crate::web::form::Fields;
use crate::web::pieces::{Drawn, Shell, draw};
use crate::web::reader::Reader;

/// What the gun is tried on: of the form of a pass, and nobody's.
const SAMPLE: &str = "M1:00000000:1P9N0K2:Q8W2E5R7ABCD";

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
    /// Why she is here again without having asked for it; empty else.
    pub note: String,
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

/// `GET /counter/sign-in`
pub(super) async fn sign_in_page(
    State(face): State<Face>,
    reader: Reader,
    OnDevice(device): OnDevice,
    Query(said): Query<Said>,
) -> Result<Response, Problem> {
    let scene = face.scene(reader.lang).await?;
    let mut people = people::names_on(&face.app.db, &device).await?;
    // In the order they came to work here: a name keeps its place, whoever signed in last.
    people.sort_by(|one, other| (one.created_at, &one.name).cmp(&(other.created_at, &other.name)));
    let colleagues = people
        .into_iter()
        .map(|person| Colleague {
            id: person.id.to_string(),
            role: scene.shell.say(&format!("pin-role-{}", person.role)),
            name: person.name,
        })
        .collect();
    let page = SignInPage {
        store: scene.store_name(&device.store),
        colleagues,
        chosen: said.get("staff").cloned().unwrap_or_default(),
        note: note(&scene, &said),
        fault: fault(&scene, &said),
        shell: scene.shell,
    };
    Ok(Page::new(page, &face.policy()).into_response())
}

fn note(scene: &Scene, said: &Said) -> String {
    match said.get(LOCKED) {
        Some(_) => scene.shell.fill("pin-idle", "minutes", sessions::IDLE_LOCK.num_minutes()),
        None => String::new(),
    }
}

fn fault(scene: &Scene, said: &Said) -> String {
    let left = said.get("left").and_then(|text| text.parse::<u8>().ok());
    match (told::instant(said, "until"), left) {
        (Some(until), _) => scene.shell.fill("pin-locked", "until", scene.from_moment(until)),
        (None, Some(left)) => scene.shell.fill("pin-wrong", "left", left),
        _ if said.contains_key("malformed") => scene.shell.say("pin-form"),
        _ if said.contains_key("not-here") => scene.shell.say("pin-not-here"),
        _ => String::new(),
    }
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
    let app = &face.app;
    let (said, problem) = match sessions::sign_in(app, &device, given.staff, &given.pin).await? {
        SignIn::In { token, .. } => {
            let cookie = Cookie::Clerk.set(&app.settings, &token, sessions::LASTS);
            let on = face.address("/");
            return Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(&on)).into_response());
        }
        SignIn::WrongPin { locked_until: Some(until), .. } | SignIn::Locked { until } => {
            let problem = Problem::refused("locked", "There were too many tries; sign in again after `until`.");
            (format!("until={}", told::seconds(until)), problem.with("until", until))
        }
        SignIn::WrongPin { tries_left, locked_until: None } => {
            let problem = Problem::refused("wrong_pin", "The PIN is wrong; `left` more tries.");
            (format!("left={tries_left}"), problem.with("left", tries_left))
        }
        SignIn::NotAPin => {
            (String::from("malformed"), Problem::refused("no_pin", "A PIN has 4 to 6 digits; this was not counted."))
        }
        SignIn::NotHere => {
            let problem = Problem::refused("not_here", "This person does not work at this store, or not any more.");
            (String::from("not-here"), problem)
        }
    };
    face.tell_on(reader, &format!("/sign-in?staff={}&{said}", given.staff), problem)
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
