//! `/m/me`: what we know of her, her language, and whether she wants offers.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::guard::Visitor;
use crate::ids::Actor;
use crate::members::consent::{self, MARKETING, Question, Source};
use crate::members::{self, friends};
use crate::problem::Problem;
use crate::web::Page;
use crate::web::face::Face;
use crate::web::form::Fields;
use crate::web::pieces::Shell;
use crate::web::reader::Reader;
use crate::words::Lang;

/// The page.
#[derive(Debug, Template)]
#[template(path = "member/me.html")]
pub struct MePage {
    /// Around it.
    pub shell: Shell,
    /// Her name in LINE; empty when LINE did not tell it.
    pub name: String,
    /// The member number in groups of four.
    pub number: String,
    /// Since when she is a member, in words.
    pub since: String,
    /// Whether she agreed to offers by chat.
    pub wants_offers: bool,
    /// Whether no message reaches her because she blocked the account.
    pub is_blocked: bool,
    /// Which wording of that question she sees here.
    pub wording: String,
    /// The address of the brand's privacy notice; empty when it has none.
    pub privacy: String,
    /// Whether something was just saved.
    pub is_saved: bool,
}

impl MePage {
    /// The languages to choose from: tag, its own name, whether it is the present one.
    pub fn languages(&self) -> [(&'static str, &'static str, bool); 3] {
        let present = self.shell.voice.lang;
        [(Lang::ZhHant, "繁體中文"), (Lang::Ja, "日本語"), (Lang::En, "English")]
            .map(|(lang, name)| (lang.tag(), name, lang == present))
    }
}

/// What an address of the page may carry.
#[derive(Debug, Deserialize)]
pub(super) struct After {
    saved: Option<String>,
}

/// `GET /m/me`
pub(super) async fn show(
    State(face): State<Face>,
    reader: Reader,
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<Response, Problem> {
    let (app, member) = (&face.app, &visitor.member);
    let scene = face.scene(member.language.or(reader.lang)).await?;
    let joined = member.joined_at.map(|at| scene.on_the_wall(at).date());
    let page = MePage {
        name: friends::name_of(app, &app.db, member.id).await?.unwrap_or_default(),
        number: member.number.grouped(),
        since: joined.map(|day| scene.voice().day(day, scene.today())).unwrap_or_default(),
        wants_offers: consent::is_granted(&app.db, member.id, MARKETING).await?,
        is_blocked: friends::has_blocked(&app.db, member.id).await?,
        privacy: scene.brand.privacy(),
        wording: Question::ON_HER_PAGE.wording(scene.voice().lang),
        is_saved: after.saved.is_some(),
        shell: scene.shell,
    };
    Ok(Page::new(page, &face.policy()).into_response())
}

/// An answer about offers.
#[derive(Debug, Deserialize)]
pub(super) struct Offers {
    offers: String,
    wording: String,
}

/// `POST /m/me/offers`
pub(super) async fn offers(
    State(face): State<Face>,
    visitor: Visitor,
    Fields(said): Fields<Offers>,
) -> Result<Response, Problem> {
    let granted = match said.offers.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(Problem::malformed("offers is yes or no.")),
    };
    if !Question::ON_HER_PAGE.knows(&said.wording) {
        return Err(Problem::malformed("wording names no text of ours."));
    }
    let (app, member) = (&face.app, visitor.member.id);
    let mut tx = app.db.begin().await?;
    let (source, at) = (Source::Page, consent::now(app, &mut tx, member, MARKETING).await?);
    let answer = consent::Answer { purpose: MARKETING, granted, source, wording: &said.wording, at };
    consent::record(app, &mut tx, member, answer, &Actor::member(member)).await?;
    tx.commit().await?;
    Ok(saved(&face))
}

/// A choice of language.
#[derive(Debug, Deserialize)]
pub(super) struct Language {
    language: Lang,
}

/// `POST /m/me/language`
pub(super) async fn language(
    State(face): State<Face>,
    visitor: Visitor,
    Fields(chosen): Fields<Language>,
) -> Result<Response, Problem> {
    let mut tx = face.app.db.begin().await?;
    members::set_language(&mut tx, visitor.member.id, chosen.language).await?;
    members::bump_version(&mut tx, visitor.member.id).await?;
    tx.commit().await?;
    Ok(saved(&face))
}

fn saved(face: &Face) -> Response {
    Redirect::to(&face.address("/me?saved=1")).into_response()
}
