//! Getting in: the page that signs her in through LIFF, and the one where a friend becomes a member.

use askama::Template;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Json, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{StatusCode, header};
use serde::Deserialize;

use super::guard::Visitor;
use super::views;
use crate::ids::Actor;
use crate::line::client::{IdToken, NotVerified};
use crate::members::accounts::Directory;
use crate::members::consent::{self, MARKETING, Question, Source};
use crate::members::friends::{self, Profile};
use crate::members::{self, Member, sessions};
use crate::problem::Problem;
use crate::web::Page;
use crate::web::cookies::Cookie;
use crate::web::face::Face;
use crate::web::form::Fields;
use crate::web::pieces::{Drawn, Shell, draw};
use crate::web::reader::Reader;

/// LINE's own SDK, newest of version 2: versions up to 2.31.0 have a hole in browsers outside LINE (LIFF release notes, 2026-09-30).
const SDK: &str = "https://static.line-scdn.net/liff/edge/2/sdk.js";

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
    /// What she agrees to by joining, in the brand's words.
    pub consent: String,
    /// Which wording that is, kept with her answer.
    pub wording: String,
    /// The address of the brand's privacy notice; empty when it has none.
    pub privacy: String,
    /// Which wording of the question about offers she sees here.
    pub asked: String,
}

/// Draws the sign-in page that leads on to `next`.
pub(super) async fn sign_in_page(face: &Face, reader: Reader, next: &str) -> Result<Response, Problem> {
    let scene = face.scene(reader.lang).await?;
    let settings = &face.app.settings;
    let sdk = settings.sandbox_page().map_or_else(|| String::from(SDK), |page| format!("{page}/liff-stub.js"));
    let policy = face.policy().with_liff(&sdk);
    let rest = next.strip_prefix("/m").filter(|rest| *rest != "/").unwrap_or_default();
    let in_line = format!("https://liff.line.me/{}{rest}", settings.liff_id);
    let page = SignInPage {
        shell: scene.shell,
        sdk,
        liff_id: settings.liff_id.clone(),
        next: String::from(next),
        in_line_code: draw(&in_line),
        in_line,
    };
    Ok(Page::new(page, &policy).into_response())
}

/// What the sign-in page sends.
#[derive(Deserialize)]
pub(super) struct Presented {
    id_token: String,
}

/// `POST /m/session`: LINE says who holds the token; she gets a session of ours.
pub(super) async fn open_session(
    State(face): State<Face>,
    presented: Result<Json<Presented>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(presented) =
        presented.map_err(|rejection| Problem::new(rejection.status(), "malformed", rejection.body_text()))?;
    let app = &face.app;
    let verified =
        app.line.verify_id_token(&presented.id_token, &app.settings.login_channel_ids).await.map_err(refused)?;
    let member = person_behind(&face, &verified).await?;
    let token = sessions::open(app, member.id).await?;
    let cookie = Cookie::Member.set(&app.settings, &token, sessions::LASTS);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

fn refused(why: NotVerified) -> Problem {
    match why {
        NotVerified::Expired => Problem::unauthenticated("The ID token has run out; sign in to LINE again."),
        NotVerified::OtherAudience | NotVerified::Forged(_) => {
            tracing::warn!(reason = %why, "an ID token was refused");
            Problem::unauthenticated("This is no ID token for this service.")
        }
        NotVerified::Unasked(error) => {
            tracing::warn!(%error, "LINE could not be asked about an ID token");
            Problem::unavailable("LINE does not answer just now; try again in a moment.")
        }
    }
}

/// The person LINE vouches for; made when nothing was heard of her before. What LINE tells of her is kept where we know no
/// profile yet.
async fn person_behind(face: &Face, verified: &IdToken) -> Result<Member, Problem> {
    let app = &face.app;
    let account = Directory::load(&app.db).await?.of_destination(None);
    let account =
        account.ok_or_else(|| Problem::unavailable("It is not clear which LINE account these pages are of."))?;
    let mut tx = app.db.begin().await?;
    let friend = friends::meet(app, &mut tx, account, &verified.sub).await?;
    if let (None, Some(name)) = (friend.profile_at, &verified.name) {
        let profile = Profile { name: name.clone(), picture: verified.picture.clone(), language: None };
        friends::keep_profile(app, &mut tx, &friend, &profile).await?;
    }
    let member = members::find(&mut tx, friend.member).await?;
    tx.commit().await?;
    member.ok_or_else(|| Problem::unforeseen("a friend without a member"))
}

/// Draws the page where a friend becomes a member.
pub(super) async fn join_page(face: &Face, reader: Reader, member: &Member) -> Result<Response, Problem> {
    let scene = face.scene(member.language.or(reader.lang)).await?;
    let consent = &scene.brand.membership.consent;
    let page = JoinPage {
        gift: views::first_gift(&face.app, &scene, member.id).await?,
        consent: String::from(consent.text.in_lang(scene.shell.voice.lang)),
        wording: consent.version.clone(),
        privacy: scene.brand.privacy(),
        asked: Question::ON_JOINING.wording(scene.shell.voice.lang),
        shell: scene.shell,
    };
    Ok(Page::new(page, &face.policy()).into_response())
}

/// What the join page sends.
#[derive(Deserialize)]
pub(super) struct Joining {
    wording: String,
    #[serde(default)]
    offers: Option<String>,
    #[serde(default)]
    asked: String,
}

/// `POST /m/join`: she takes her card.
pub(super) async fn join(
    State(face): State<Face>,
    reader: Reader,
    visitor: Visitor,
    Fields(joining): Fields<Joining>,
) -> Result<Response, Problem> {
    let (app, member) = (&face.app, &visitor.member);
    let scene = face.scene(member.language.or(reader.lang)).await?;
    if joining.wording != scene.brand.membership.consent.version {
        // The wording was changed while she read: she agrees to what stands there now, or not at all.
        return join_page(&face, reader, member).await;
    }
    let wants_offers = joining.offers.as_deref() == Some("yes");
    if wants_offers && !Question::ON_JOINING.knows(&joining.asked) {
        return Err(Problem::malformed("asked names no text of ours."));
    }
    let (now, actor, source) = (app.clock.now(), Actor::member(member.id), Source::Page);
    let mut tx = app.db.begin().await?;
    let is_new = members::join(app, &mut tx, member.id, now, &actor, source, &joining.wording).await?;
    if is_new && wants_offers {
        let at = consent::now(app, &mut tx, member.id, MARKETING).await?;
        let answer = consent::Answer { purpose: MARKETING, granted: true, source, wording: &joining.asked, at };
        consent::record(app, &mut tx, member.id, answer, &actor).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&face.address("/")).into_response())
}
