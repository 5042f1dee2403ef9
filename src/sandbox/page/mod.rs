//! What people see of the sandbox: phones with their chats beside the counter, and a drawer with what testers turn.
//!
//! The page is drawn once. Its parts (a chat from some place on, the dials, the exchange with the service) are drawn here too
//! and asked for again each time the live stream tells that something happened. Whatever a name or a message says is
//! escaped by the templates or by `line::flex`.

mod chat;
mod dials;
mod policy;
mod tape;

use std::convert::Infallible;
use std::sync::OnceLock;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream::{Stream, unfold};
use serde::Deserialize;
use serde_json::{Value, json};

use super::keys::DeskKeys;
use super::person::NewUser;
use super::world::faults::FaultKind;
use super::world::people::Person;
use super::world::{Endpoint, World};
use super::{Config, Sandbox};
use crate::assets;
use crate::ids::LineUserId;
use crate::problem::Problem;
use crate::words::{Lang, Voice, Words};

/// People the picker shows at once.
const PEOPLE_SHOWN: usize = 30;

/// The two who hold the phones of a page nobody has used yet: plainly invented, and strangers to the account.
const FIRST_PHONES: [(&str, &str); 2] =
    [("U01ace001000000000000000000000001", "測試小美"), ("U0d7b10c0000000000000000000000002", "測試阿宏")];

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/", get(page))
        .route("/live", get(live))
        .route("/dials", get(dials))
        .route("/phones", get(people))
        .route("/phones/{id}", get(phone))
        .route("/tape", get(tape))
        .route("/desk-keys", post(desk_keys))
        .merge(assets::router())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    lang: Option<String>,
    since: u64,
    q: String,
}

/// The whole page.
#[derive(Template)]
#[template(path = "page/page.html")]
struct Page<'a> {
    voice: Voice,
    config: &'a Config,
    tiles: Vec<(&'a str, &'a str, String)>,
    phones: String,
    words: String,
    has_keys: bool,
}

impl Page<'_> {
    fn say(&self, key: &str) -> String {
        self.voice.say(key)
    }

    fn asset(&self, name: &str) -> String {
        assets::asset(name)
    }

    fn icon(&self, name: &str) -> String {
        icon(name)
    }

    fn lang(&self) -> &'static str {
        lang_tag(self.voice.lang)
    }

    fn langs(&self) -> [(Lang, &'static str); 3] {
        [(Lang::ZhHant, "中文"), (Lang::Ja, "日本語"), (Lang::En, "English")]
    }

    fn is_bare(&self) -> bool {
        !assets::missing().is_empty()
    }

    fn faults(&self) -> Vec<(&'static str, String)> {
        FaultKind::ALL.map(|kind| (kind.name(), self.say(&format!("sandbox-fault-{}", kind.name())))).into()
    }

    fn endpoints(&self) -> [&'static str; 13] {
        Endpoint::ALL.map(Endpoint::name)
    }
}

async fn page(State(sandbox): State<Sandbox>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let voice = voice(&asked, &headers);
    let config = sandbox.config();
    let tile = |tile: &'_ super::Tile| tile.action.to_string();
    let page = Page {
        tiles: config.rich_menu.iter().map(|each| (each.label.as_str(), each.icon.as_str(), tile(each))).collect(),
        phones: json!(sandbox.first_phones()).to_string(),
        words: island_words(&voice).to_string(),
        has_keys: sandbox.has_desk_keys(),
        voice,
        config,
    };
    match page.render() {
        Ok(html) => {
            ([(header::CONTENT_SECURITY_POLICY, policy::of(config))], policy::HEADERS, Html(html)).into_response()
        }
        Err(error) => Problem::unforeseen(error).into_response(),
    }
}

/// Tells the place of the last record, at once and each time something happened or a dial was turned.
async fn live(State(sandbox): State<Sandbox>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let beats = unfold((sandbox.watch(), true), async |(mut grown, is_first)| {
        if !is_first {
            grown.changed().await.ok()?;
        }
        let place = grown.borrow_and_update().saturating_sub(1);
        Some((Ok(Event::default().data(place.to_string())), (grown, false)))
    });
    Sse::new(beats).keep_alive(KeepAlive::default())
}

async fn dials(State(sandbox): State<Sandbox>, Query(asked): Query<Asked>, headers: HeaderMap) -> Json<Value> {
    Json(dials::view(&sandbox, &voice(&asked, &headers)))
}

/// One phone: who holds it, and what in its chat is new or has changed after `since`.
async fn phone(
    State(sandbox): State<Sandbox>,
    Path(user): Path<LineUserId>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let (voice, zone, now) = (voice(&asked, &headers), sandbox.config().zone, sandbox.clock().now());
    let look = chat::Look { voice: &voice, zone, today: now.with_timezone(&zone).date_naive() };
    sandbox.look(|world| {
        let person = world.people.get(&user).ok_or_else(|| Problem::not_found("The sandbox has no such user."))?;
        let items: Vec<Value> = chat::items(world, &user, asked.since, &look).map_err(Problem::unforeseen)?;
        Ok(Json(json!({
            "next": world.next_seq() - 1, "day": look.today, "person": person_json(person), "items": items,
            "quick": chat::quick_replies(world, &user),
        })))
    })
}

/// The people whose name or id holds `q`; those whose chat moved last come first.
async fn people(State(sandbox): State<Sandbox>, Query(asked): Query<Asked>) -> Json<Value> {
    let wanted = asked.q.trim().to_lowercase();
    Json(sandbox.look(|world| {
        let holds = |person: &&Person| {
            person.user.name.to_lowercase().contains(&wanted) || person.user.id.as_str().to_lowercase() == wanted
        };
        let mut found: Vec<&Person> = world.people.values().filter(holds).collect();
        found.sort_by_key(|person| std::cmp::Reverse(last_seq(world, &person.user.id)));
        let shown: Vec<Value> = found.iter().take(PEOPLE_SHOWN).map(|person| person_json(person)).collect();
        json!({ "items": shown, "more": found.len().saturating_sub(PEOPLE_SHOWN) })
    }))
}

async fn tape(
    State(sandbox): State<Sandbox>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Html<String>, Problem> {
    let (voice, zone) = (voice(&asked, &headers), sandbox.config().zone);
    let drawn = sandbox.look(|world| tape::draw(world, &voice, zone));
    drawn.map(Html).map_err(Problem::unforeseen)
}

async fn desk_keys(State(sandbox): State<Sandbox>) -> Result<Json<DeskKeys>, Problem> {
    let keys = sandbox.desk_keys().await;
    keys.map(Json).ok_or_else(|| Problem::not_found("Nobody here can make keys to the counter."))
}

impl Sandbox {
    /// Sees to the two who hold the first phones.
    pub fn first_phones(&self) -> [LineUserId; 2] {
        FIRST_PHONES.map(|(id, name)| {
            self.add(NewUser {
                id: Some(id.parse().expect("an id of ours")),
                name: String::from(name),
                language: Some(String::from("zh-TW")),
                ..NewUser::default()
            })
        })
    }
}

fn last_seq(world: &World, user: &LineUserId) -> u64 {
    world.chats.get(user).and_then(|chat| chat.last()).map_or(0, |bubble| bubble.seq)
}

fn person_json(person: &Person) -> Value {
    let user = &person.user;
    json!({
        "id": user.id, "name": user.name, "friendship": person.friendship,
        "picture": format!("/pictures/{}.svg", user.id),
    })
}

/// An icon of the sprite. The name is a word of ours or of a settings file: only plain letters get through.
fn icon(name: &str) -> String {
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let sprite = assets::asset("icons.svg");
    format!(r##"<svg class="icon" aria-hidden="true" focusable="false"><use href="{sprite}#{name}"/></svg>"##)
}

fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(Words::load)
}

/// The language asked for in the address, else the browser's, else the first of ours.
fn voice(asked: &Asked, headers: &HeaderMap) -> Voice {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wanted = asked.lang.as_deref().into_iter().chain(accepted.split(','));
    words().voice(wanted.filter_map(Lang::nearest).next().unwrap_or_default())
}

fn lang_tag(lang: Lang) -> &'static str {
    match lang {
        Lang::ZhHant => "zh-Hant-TW",
        other => other.tag(),
    }
}

/// The sentences the island says by itself.
fn island_words(voice: &Voice) -> Value {
    let keys = [
        "stranger",
        "following",
        "blocked",
        "not-now",
        "no-action",
        "no-such-user",
        "lost",
        "unreached",
        "slow",
        "status",
        "moved",
        "again-none",
        "opened-tab",
        "more-people",
        "nobody",
        "backwards",
        "no-code",
        "desk-shut",
    ];
    keys.into_iter().map(|key| (String::from(key), Value::from(voice.say(&format!("sandbox-say-{key}"))))).collect()
}
