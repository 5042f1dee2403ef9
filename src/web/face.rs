//! What the handlers of the faces for people share: the service, the shell around a page, the headers, and the way a problem
//! becomes a page.

use axum::extract::DefaultBodyLimit;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::{Router, middleware};
use chrono::{DateTime, DurationRound as _, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use http::{HeaderName, HeaderValue, StatusCode};
use tokio::time::timeout_at;
use tokio_util::sync::CancellationToken;
use tower_http::csrf::{CsrfLayer, ProtectionError};

use super::cookies::Cookie;
use super::http::{SpeakBy, too_slow};
use super::pieces::{Next as Action, Plain, PlainPage, Shell};
use super::reader::Reader;
use super::{Page, Policy, theme};
use crate::app::App;
use crate::members::sessions;
use crate::problem::Problem;
use crate::spec::brand_file::BrandFile;
use crate::staff::stores;
use crate::words::{Lang, Voice};

/// The largest form or JSON anybody sends to a face.
const LARGEST_BODY: usize = 16 * 1024;

/// A face for people.
#[derive(Debug, Clone)]
pub struct Face {
    /// The service.
    pub app: App,
    /// Cancelled when the service stops, so that streams end.
    pub stop: CancellationToken,
    /// Whose face.
    pub audience: Audience,
}

/// Whose face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Members.
    Member,
    /// Staff at the counter.
    Counter,
}

impl Audience {
    /// Where its addresses begin, without a slash at the end.
    pub fn base(self) -> &'static str {
        match self {
            Self::Member => "/m",
            Self::Counter => "/counter",
        }
    }

    fn css(self) -> &'static str {
        match self {
            Self::Member => "member.css",
            Self::Counter => "counter.css",
        }
    }

    /// What a page of problems says: the sentence and the reason.
    fn words(self, status: StatusCode) -> (&'static str, &'static str) {
        match (self, status) {
            (Self::Member, StatusCode::NOT_FOUND) => ("page-gone", "page-gone-why"),
            (Self::Member, StatusCode::REQUEST_TIMEOUT) => ("page-broken", "page-broken-why"),
            (Self::Member, status) if status.is_client_error() => ("page-odd", "page-odd-why"),
            (Self::Member, _) => ("page-broken", "page-broken-why"),
            (Self::Counter, StatusCode::NOT_FOUND) => ("counter-gone", "counter-gone-why"),
            (Self::Counter, StatusCode::FORBIDDEN) => ("refused-role", "refused-role-next"),
            // It may have been done all the same.
            (Self::Counter, StatusCode::REQUEST_TIMEOUT) => ("counter-broken", "counter-broken-why"),
            (Self::Counter, status) if status.is_client_error() => ("counter-odd", "counter-odd-why"),
            (Self::Counter, _) => ("counter-broken", "counter-broken-why"),
        }
    }

    fn home(self) -> &'static str {
        match self {
            Self::Member => "page-home",
            Self::Counter => "scanner-test-back",
        }
    }
}

/// A page being made: the shell around it, the brand it is of, and the time on the wall of the store.
#[derive(Debug, Clone)]
pub struct Scene {
    /// The shell.
    pub shell: Shell,
    /// The brand.
    pub brand: BrandFile,
    /// Now.
    pub now: DateTime<Utc>,
}

impl Scene {
    /// The zone of the stores.
    pub fn zone(&self) -> Tz {
        self.brand.zone()
    }

    /// An instant on the wall of the store.
    pub fn on_the_wall(&self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.zone()).naive_local()
    }

    /// Today in the store.
    pub fn today(&self) -> NaiveDate {
        self.on_the_wall(self.now).date()
    }

    /// The last day something is good that ends at `end`, which is the first instant it is not.
    pub fn last_day(&self, end: DateTime<Utc>) -> NaiveDate {
        self.on_the_wall(end - TimeDelta::microseconds(1)).date()
    }

    /// The voice that speaks.
    pub fn voice(&self) -> &Voice {
        &self.shell.voice
    }

    /// An instant in words: the time alone for today, else the day and the time.
    pub fn moment(&self, at: DateTime<Utc>) -> String {
        self.voice().moment(self.on_the_wall(at), self.today())
    }

    /// An instant from which on something is possible again, in words: rounded up to the minute, so that it is no promise
    /// that breaks.
    pub fn from_moment(&self, at: DateTime<Utc>) -> String {
        let minute = TimeDelta::minutes(1);
        let begun = at.duration_trunc(minute).unwrap_or(at);
        self.moment(if begun < at { begun + minute } else { at })
    }

    /// A store's name; its code where the brand no longer has it.
    pub fn store_name(&self, code: &str) -> String {
        let known = self.brand.store(code).map(|store| store.name.in_lang(self.shell.voice.lang));
        String::from(known.unwrap_or(code))
    }
}

impl Face {
    /// The scene of a page, in `lang` or the brand's own language.
    pub async fn scene(&self, lang: Option<Lang>) -> Result<Scene, Problem> {
        let brand = stores::brand(&self.app.db).await?;
        let brand =
            brand.ok_or_else(|| Problem::unavailable("No brand is published yet; `shuke validate` says why."))?;
        let voice = self.app.words.voice(lang.unwrap_or(brand.language));
        let shell = Shell {
            brand: String::from(brand.title.in_lang(voice.lang)),
            base: String::from(self.audience.base()),
            theme: theme::address(&brand),
            voice,
        };
        Ok(Scene { shell, brand, now: self.app.clock.now() })
    }

    /// What a page may load and who may frame it: nobody, or the sandbox's page where LINE is the sandbox.
    pub fn policy(&self) -> Policy {
        Policy::own().framed_by(self.app.settings.sandbox_page().as_deref())
    }

    /// An address of this face.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.audience.base())
    }

    /// Sends who left out the last slash on, with the query LIFF may have put there.
    pub fn slash(&self, query: Option<&str>) -> Response {
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        Redirect::permanent(&self.address(&format!("/{query}"))).into_response()
    }

    /// Sends who typed the host alone to the first page of this face, for now.
    pub fn front(&self, query: Option<&str>) -> Response {
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        Redirect::temporary(&self.address(&format!("/{query}"))).into_response()
    }

    /// Sends a reader to another address of this face: a whole page by a redirect, a part by telling htmx.
    pub fn send_to(&self, reader: Reader, path: &str) -> Response {
        let address = self.address(path);
        if !reader.is_part {
            return Redirect::to(&address).into_response();
        }
        let to = HeaderValue::from_str(&address).expect("our own addresses are plain");
        (StatusCode::UNAUTHORIZED, [(HeaderName::from_static("hx-redirect"), to)]).into_response()
    }

    /// Says no to a form: a person is led to a page that says why, so that Back does not send the form again; a program gets
    /// the problem.
    pub fn tell_on(&self, reader: Reader, path: &str, problem: Problem) -> Result<Response, Problem> {
        if reader.wants_page && !reader.is_part {
            Ok(Redirect::to(&self.address(path)).into_response())
        } else {
            Err(problem)
        }
    }

    /// Puts around a face's routes what all of them need: the size of a body, no posts from other sites, problems as pages.
    pub fn around(&self, routes: Router) -> Router {
        let public = CsrfLayer::new().add_trusted_origin(&self.app.settings.public_url);
        let csrf = public.unwrap_or_else(|error| {
            tracing::warn!(%error, "PUBLIC_URL is no origin a browser would send; posts are checked against the Host alone");
            CsrfLayer::new()
        });
        routes
            .layer(DefaultBodyLimit::max(LARGEST_BODY))
            .layer(csrf.with_rejection_response(|_: ProtectionError| {
                Problem::forbidden("This was sent from a page of another site, and nothing was done.").into_response()
            }))
            .layer(middleware::from_fn_with_state(self.clone(), in_words))
    }

    /// The language a member chose, when the request is in her session.
    async fn chosen(&self, session: Option<&str>) -> Option<Lang> {
        sessions::member(&self.app, session?).await.ok().flatten()?.language
    }

    async fn page_of(&self, problem: &Problem, reader: Reader) -> Response {
        // A page that says the database is away must not need the database.
        let scene = self.scene(reader.lang).await.map(|scene| scene.shell);
        let shell = scene.unwrap_or_else(|_| Shell {
            voice: self.app.words.voice(reader.lang.unwrap_or_default()),
            brand: String::from("Shuke"),
            base: String::from(self.audience.base()),
            theme: None,
        });
        let (what, why) = self.audience.words(problem.status);
        let next = Action { href: self.address("/"), label: shell.say(self.audience.home()) };
        let icon = if problem.status == StatusCode::FORBIDDEN { "lock" } else { "alert-triangle" };
        let plain = Plain { icon, what: shell.say(what), why: shell.say(why), next: Some(next) };
        let page = PlainPage { shell, css: self.audience.css(), plain };
        Page::new(page, &self.policy()).status(problem.status).into_response()
    }
}

/// Turns a problem into a page where a person looks at it; that it took too long is one.
async fn in_words(State(face): State<Face>, reader: Reader, request: Request, next: Next) -> Response {
    let speak_by = request.extensions().get::<SpeakBy>().copied();
    let session = match face.audience {
        Audience::Member => Cookie::Member.of(&face.app.settings, request.headers()),
        Audience::Counter => None,
    };
    let answering = next.run(request);
    let response = match speak_by {
        Some(SpeakBy(by)) => timeout_at(by, answering).await.unwrap_or_else(|_| too_slow().into_response()),
        None => answering.await,
    };
    match response.extensions().get::<Problem>() {
        Some(problem) if reader.wants_page && !reader.is_part => {
            let lang = face.chosen(session.as_deref()).await.or(reader.lang);
            face.page_of(&problem.clone(), Reader { lang, ..reader }).await
        }
        _ => response,
    }
}
