//! A reading: whose code it is, what it allows, and the sheet that says so.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::acts::{place_of, refused};
use super::guard::Clerk;
use super::sheet::sheet_of;
use super::{desk, words};
use crate::ids::{MemberId, VoucherId};
use crate::loyalty::coupons::Code;
use crate::loyalty::{self, Refusal};
use crate::members::pass::{self, Fault};
use crate::members::{self, Number, WrongNumber};
use crate::problem::Problem;
use crate::staff::Signed;
use crate::staff::scans::{self, Guessable, Logged, Method, Scan};
use crate::web::face::{Face, Scene};
use crate::web::form::Fields;
use crate::web::pieces::{Band, Tone, VOUCHER_MARK};
use crate::web::reader::Reader;

/// What the device sends of a reading.
#[derive(Deserialize)]
pub(super) struct Reading {
    code: String,
    #[serde(default)]
    method: By,
    #[serde(default)]
    key: String,
}

/// How the code came in, as the device tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum By {
    Camera,
    Gun,
    #[default]
    Typed,
}

impl From<By> for Method {
    fn from(by: By) -> Self {
        match by {
            By::Camera => Self::Camera,
            By::Gun => Self::Gun,
            By::Typed => Self::Typed,
        }
    }
}

/// What a text turns out to be.
enum Read {
    Pass(pass::Read),
    Number(Number),
    Voucher(Code),
}

impl Read {
    /// Whether anybody can make up such a text: a pass is signed.
    fn guess(&self) -> Option<Guessable> {
        match self {
            Self::Pass(_) => None,
            Self::Number(_) => Some(Guessable::Number),
            Self::Voucher(_) => Some(Guessable::Voucher),
        }
    }
}

/// Why it is none of them.
enum Unreadable {
    Pass(Fault),
    Number(WrongNumber),
    Voucher,
    /// Typed, and of no form that is known.
    Typed,
}

/// Whose code it was, and which.
struct Found {
    member: MemberId,
    method: Method,
    voucher: Option<VoucherId>,
    window: Option<i64>,
}

/// A reading that opens no sheet: whose code it was, as far as that is known, the word for the log, what the clerk reads.
struct Refused {
    member: Option<MemberId>,
    voucher: Option<VoucherId>,
    method: Method,
    outcome: &'static str,
    band: Band,
}

/// `POST /counter/scan`
pub(super) async fn read(
    State(face): State<Face>,
    reader: Reader,
    Clerk(by): Clerk,
    Fields(reading): Fields<Reading>,
) -> Result<Response, Problem> {
    let app = &face.app;
    let scene = face.scene(reader.lang).await?;
    let made_here;
    let key = match reading.key.as_str() {
        key if !key.is_empty() && key.len() <= scans::LONGEST_KEY && !key.contains(char::is_control) => key,
        _ => {
            made_here = app.ids.random_uuid().to_string();
            made_here.as_str()
        }
    };
    let read = tell(&face, &reading, scene.now);
    let guess = read.as_ref().ok().and_then(Read::guess);
    let wait = match guess {
        Some(guess) => scans::must_wait(app, &app.db, by.device, guess).await?,
        None => None,
    };
    let found = match wait {
        Some(until) => Err(waiting(&scene, reading.method.into(), until)),
        None => find(&face, &scene, &by, reading.method.into(), read).await?,
    };
    match found {
        Ok(Found { member, method, voucher, window }) => {
            let scan = Scan { key, method, guess, outcome: scans::SHOWN, member: Some(member), voucher, window };
            let line = match scans::log(app, &by, &scan).await? {
                Logged::Line(line) => line,
                Logged::MustWait { until } => {
                    let band = waiting(&scene, method, until).band;
                    return desk::refuse(&face, scene, reader, &by, band).await;
                }
            };
            if line.member != Some(member) || line.voucher != voucher || line.outcome != scans::SHOWN {
                // The same key for another code: nothing may be shown that the line does not stand for.
                let band = words::band(&scene, Tone::Care, "refused-scan-old", &[]);
                return desk::refuse(&face, scene, reader, &by, band).await;
            }
            let sheet = sheet_of(&face, &scene, &by, &line).await?;
            desk::show_sheet(&face, scene, reader, &by, sheet).await
        }
        Err(Refused { member, voucher, method, outcome, band }) => {
            let scan = Scan { key, method, guess, outcome, member, voucher, window: None };
            let band = match scans::log(app, &by, &scan).await? {
                Logged::Line(_) => band,
                Logged::MustWait { until } => waiting(&scene, method, until).band,
            };
            desk::refuse(&face, scene, reader, &by, band).await
        }
    }
}

fn waiting(scene: &Scene, method: Method, until: DateTime<Utc>) -> Refused {
    let band = words::band(scene, Tone::Care, "refused-wait", &[("until", scene.from_moment(until).into())]);
    Refused { member: None, voucher: None, method, outcome: scans::MUST_WAIT, band }
}

/// Whose code a reading is, and whether it may be shown.
async fn find(
    face: &Face,
    scene: &Scene,
    by: &Signed,
    method: Method,
    read: Result<Read, Unreadable>,
) -> Result<Result<Found, Refused>, Problem> {
    let app = &face.app;
    let found = match read {
        Ok(Read::Pass(pass)) => match members::by_number(&app.db, &pass.number).await? {
            Some(member) => Found { member: member.id, method, voucher: None, window: Some(pass.window) },
            // Our own mac, so she was there once: erased, or from another copy of the database.
            None => return Ok(Err(misread(scene, method, Unreadable::Pass(Fault::Forged)))),
        },
        Ok(Read::Number(number)) => match members::by_number(&app.db, &number).await? {
            Some(member) => Found { member: member.id, method: Method::Number, voucher: None, window: None },
            None => return Ok(Err(nobody(scene, Method::Number, "refused-number-unknown"))),
        },
        Ok(Read::Voucher(code)) => match loyalty::voucher_by_code(&app.db, &code).await? {
            Some(voucher) => Found { member: voucher.member, method, voucher: Some(voucher.id), window: None },
            None => return Ok(Err(nobody(scene, method, "refused-voucher-unknown"))),
        },
        Err(unreadable) => return Ok(Err(misread(scene, method, unreadable))),
    };
    let refusal = if by.member == Some(found.member) {
        Some(Refusal::OwnCard)
    } else if let Some(voucher) = found.voucher {
        loyalty::preview_redemption(app, voucher, &place_of(scene, by)).await?.err()
    } else {
        None
    };
    let Some(refusal) = refusal else { return Ok(Ok(found)) };
    let band = refused(face, scene, &refusal).await?;
    let Found { member, method, voucher, .. } = found;
    Ok(Err(Refused { member: Some(member), voucher, method, outcome: refusal.code(), band }))
}

fn nobody(scene: &Scene, method: Method, key: &str) -> Refused {
    let band = words::band(scene, Tone::Refused, key, &[]);
    Refused { member: None, voucher: None, method, outcome: scans::UNKNOWN, band }
}

fn misread(scene: &Scene, method: Method, unreadable: Unreadable) -> Refused {
    let (method, (outcome, band)) = match unreadable {
        Unreadable::Pass(fault) => (method, words::pass(scene, fault)),
        Unreadable::Number(wrong) => (Method::Number, ("mistyped", words::number(scene, wrong))),
        Unreadable::Voucher => (method, ("mistyped", words::band(scene, Tone::Care, "refused-voucher-typo", &[]))),
        Unreadable::Typed => (method, ("mistyped", words::band(scene, Tone::Care, "refused-typed", &[]))),
    };
    Refused { member: None, voucher: None, method, outcome, band }
}

/// Tells a pass from a voucher's code from a member number. A pass and a scanned voucher say what they are by their first
/// letters; what a person types has no such mark.
fn tell(face: &Face, reading: &Reading, now: DateTime<Utc>) -> Result<Read, Unreadable> {
    let text = reading.code.trim();
    let marked = |mark: &str| text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark));
    if marked("M1:") {
        let read = pass::read(&face.app.secret, &text.to_ascii_uppercase(), now);
        return read.map(Read::Pass).map_err(Unreadable::Pass);
    }
    if marked(VOUCHER_MARK) {
        return text[VOUCHER_MARK.len()..].parse().map(Read::Voucher).map_err(|_| Unreadable::Voucher);
    }
    if let Ok(code) = text.parse() {
        return Ok(Read::Voucher(code));
    }
    let is_plain = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c) || c.is_whitespace() || c == '-';
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.parse().map(Read::Number).map_err(Unreadable::Number);
    }
    // So many letters typed by hand were meant for a voucher's.
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    Err(match reading.method {
        By::Typed if (13..=17).contains(&letters) => Unreadable::Voucher,
        By::Typed => Unreadable::Typed,
        By::Camera | By::Gun => Unreadable::Pass(Fault::NotAPass),
    })
}
