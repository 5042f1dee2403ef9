//! `/counter/`: the camera, the field for typed codes, the last acts; and the parts that an act puts on it.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;

use super::guard::Clerk;
use super::{Offer, Sheet, list};
use crate::loyalty::Why;
use crate::problem::Problem;
use crate::staff::{Signed, sessions};
use crate::web::face::{Face, Scene};
use crate::web::pieces::{Band, Plain, Shell, Tone};
use crate::web::reader::Reader;
use crate::web::{Page, Policy};

/// Something done lately: at this counter, or with the member whose sheet is open.
#[derive(Debug, Clone)]
pub struct Act {
    /// Whose ledger.
    pub member: String,
    /// The ledger entry.
    pub entry: String,
    /// When, in words.
    pub when: String,
    /// For whom, masked; on a member's own sheet where, and by whom.
    pub about: String,
    /// What: 「蓋 1 點」.
    pub what: String,
    /// Whether the clerk may still take it back.
    pub can_undo: bool,
    /// Whether she says why: somebody else did it, or it is long ago.
    pub asks_why: bool,
    /// Whether it was taken back.
    pub is_undone: bool,
}

/// What stands on the desk whatever happens.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The store's name.
    pub store: String,
    /// What is being done here: 集點與兌換.
    pub mode: String,
    /// Who is signed in.
    pub clerk: String,
    /// The last three acts, newest first.
    pub acts: Vec<Act>,
}

/// The whole desk.
#[derive(Debug, Template)]
#[template(path = "counter/desk.html")]
pub struct DeskPage {
    /// Around it.
    pub shell: Shell,
    /// The desk.
    pub desk: Desk,
    /// Who was just read.
    pub sheet: Option<Sheet>,
    /// How the last act went.
    pub band: Option<Band>,
}

impl DeskPage {
    /// What the list of acts says while it is empty.
    pub fn no_acts(&self) -> Plain {
        no_acts(&self.shell)
    }

    /// What the page says by itself when no answer to an act came.
    pub fn unsure(&self) -> Band {
        self.care("counter-unsure-what", "counter-unsure")
    }

    /// What it says when no answer to a reading came: nothing was done.
    pub fn unread(&self) -> Band {
        self.care("counter-unread", "counter-unread-next")
    }

    /// How long it may lie untouched before the session on it locks, in seconds.
    pub fn locks_after(&self) -> i64 {
        sessions::IDLE_LOCK.num_seconds()
    }

    fn care(&self, words: &str, next: &str) -> Band {
        Band { tone: Tone::Care, words: self.shell.say(words), next: self.shell.say(next), undo: None }
    }
}

impl Act {
    /// The reasons for taking it back: the word in the form, and the words on the button.
    pub fn reasons(&self, shell: &Shell) -> Vec<(&'static str, String)> {
        let key = |why| match why {
            Why::WrongMember => "why-wrong-member",
            Why::Slip => "why-slip",
            Why::Returned => "why-returned",
            Why::Other => "why-other",
        };
        Why::ALL.map(|why| (why.word(), shell.say(key(why)))).into()
    }
}

fn no_acts(shell: &Shell) -> Plain {
    Plain { icon: "history", what: shell.say("acts-none"), why: shell.say("acts-none-why"), next: None }
}

/// The answer to a reading: the sheet slides up, an old band goes.
#[derive(Debug, Template)]
#[template(path = "counter/read_part.html")]
pub struct ReadPart {
    /// Around it.
    pub shell: Shell,
    /// Who was read.
    pub sheet: Sheet,
}

/// The answer to a refused reading: the band alone; the sheet stays closed.
#[derive(Debug, Template)]
#[template(path = "counter/band_part.html")]
pub struct BandPart {
    /// Around it.
    pub shell: Shell,
    /// What to do next.
    pub band: Band,
}

/// The answer to an act: the band, and the list of acts as it now is; the sheet closes.
#[derive(Debug, Template)]
#[template(path = "counter/act_part.html")]
pub struct ActPart {
    /// Around it.
    pub shell: Shell,
    /// How it went.
    pub band: Band,
    /// The desk as it now is.
    pub desk: Desk,
}

impl ActPart {
    /// What the list of acts says while it is empty.
    pub fn no_acts(&self) -> Plain {
        no_acts(&self.shell)
    }
}

/// `GET /counter/`
pub(super) async fn show(State(face): State<Face>, reader: Reader, Clerk(by): Clerk) -> Result<Response, Problem> {
    let scene = face.scene(reader.lang).await?;
    whole(&face, scene, &by, None, None, StatusCode::OK).await
}

/// Answers a reading with its sheet.
pub(super) async fn show_sheet(
    face: &Face,
    scene: Scene,
    reader: Reader,
    by: &Signed,
    sheet: Sheet,
) -> Result<Response, Problem> {
    if reader.is_part {
        return Ok(Page::new(ReadPart { shell: scene.shell, sheet }, &policy(face)).into_response());
    }
    whole(face, scene, by, Some(sheet), None, StatusCode::OK).await
}

/// Answers what was refused: nothing was done, and the band says what to do.
pub(super) async fn refuse(
    face: &Face,
    scene: Scene,
    reader: Reader,
    by: &Signed,
    band: Band,
) -> Result<Response, Problem> {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if reader.is_part {
        return Ok(Page::new(BandPart { shell: scene.shell, band }, &policy(face)).status(status).into_response());
    }
    whole(face, scene, by, None, Some(band), status).await
}

/// Answers what was done, with the list of acts as it now is.
pub(super) async fn done(
    face: &Face,
    scene: Scene,
    reader: Reader,
    by: &Signed,
    band: Band,
) -> Result<Response, Problem> {
    if reader.is_part {
        let desk = desk_of(face, &scene, by).await?;
        return Ok(Page::new(ActPart { shell: scene.shell, band, desk }, &policy(face)).into_response());
    }
    whole(face, scene, by, None, Some(band), StatusCode::OK).await
}

async fn whole(
    face: &Face,
    scene: Scene,
    by: &Signed,
    sheet: Option<Sheet>,
    band: Option<Band>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let desk = desk_of(face, &scene, by).await?;
    let page = DeskPage { shell: scene.shell, desk, sheet, band };
    Ok(Page::new(page, &policy(face)).status(status).into_response())
}

async fn desk_of(face: &Face, scene: &Scene, by: &Signed) -> Result<Desk, Problem> {
    Ok(Desk {
        store: scene.store_name(&by.store),
        mode: scene.shell.say("mode-stamps"),
        clerk: by.name.clone(),
        acts: list::last(face, scene, by).await?,
    })
}

fn policy(face: &Face) -> Policy {
    face.policy().with_scanner()
}
