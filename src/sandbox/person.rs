//! What a person can do with her phone. Each act shows in her chat and makes the event LINE would make of it.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::liff;
use super::world::events::{self, Happening};
use super::world::people::{Friendship, Os, User, picture};
use super::world::record::{Act, Did, Outcome, Record};
use super::{Inside, Sandbox};
use crate::ids::LineUserId;
use crate::problem::Problem;

/// A user to add.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// Her LINE user id; none makes one.
    #[serde(default)]
    pub id: Option<LineUserId>,
    /// Her name.
    pub name: String,
    /// Her language; none is one who has not accepted LINE's privacy policy.
    #[serde(default)]
    pub language: Option<String>,
    /// Her phone.
    #[serde(default)]
    pub os: Os,
    /// Whether she is a friend already, without an event having been sent: for people who were there before the service.
    #[serde(default)]
    pub following: bool,
    /// Whether she has blocked the account since, without an event either.
    #[serde(default)]
    pub blocked: bool,
}

/// What came of an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Happened {
    /// The event it made; none when LINE makes none of it.
    pub event_id: Option<String>,
    /// What the service answered; none when the event was held, or had nowhere to go.
    pub outcome: Option<Outcome>,
    /// An address the phone opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens: Option<Opens>,
}

/// What a tap opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Opens {
    /// A LIFF page, over the chat.
    Liff(LiffPage),
    /// Any other address.
    Link(String),
    /// The keyboard, with this text filled in.
    Keyboard(String),
}

/// A LIFF page as the phone opens it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LiffPage {
    /// The page.
    pub url: String,
    /// The ID token it is given, good for an hour of the sandbox's clock.
    pub id_token: String,
    /// The `name` the frame must have: our stub of LINE's SDK reads who is there from it, so that two phones in one browser
    /// are two people. For a page in a window of its own, `url` + `#` + this does the same.
    pub frame_name: String,
}

/// Why a person cannot do that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActRefused {
    /// There is no such user.
    #[error("the sandbox has no such user")]
    NoSuchUser,
    /// Who blocked the account cannot write to it.
    #[error("she blocked the account; take the block back first")]
    Blocked,
    /// Only a friend can block, only who blocked can take it back.
    #[error("she is not in the state for that")]
    NotNow,
    /// What was tapped is no action a phone can do.
    #[error("there is no such action, or a part of it is missing")]
    NoAction,
}

impl From<ActRefused> for Problem {
    fn from(refused: ActRefused) -> Self {
        let (status, code) = match refused {
            ActRefused::NoSuchUser => (StatusCode::NOT_FOUND, "no_such_user"),
            ActRefused::Blocked => (StatusCode::CONFLICT, "blocked"),
            ActRefused::NotNow => (StatusCode::CONFLICT, "not_now"),
            ActRefused::NoAction => (StatusCode::BAD_REQUEST, "no_action"),
        };
        Self::new(status, code, format!("{refused}."))
    }
}

impl Sandbox {
    /// Adds a LINE user, a stranger to the account.
    pub fn add_user(&self, name: &str) -> LineUserId {
        self.add(NewUser { name: String::from(name), language: Some(String::from("zh-TW")), ..NewUser::default() })
    }

    /// Adds a LINE user; one with a known id stays as she is.
    pub fn add(&self, new: NewUser) -> LineUserId {
        let inside = &mut *self.lock();
        self.add_in(inside, new)
    }

    /// Adds many users at once, in the order given.
    pub fn seed(&self, new: impl IntoIterator<Item = NewUser>) -> Vec<LineUserId> {
        let inside = &mut *self.lock();
        new.into_iter().map(|new| self.add_in(inside, new)).collect()
    }

    fn add_in(&self, inside: &mut Inside, new: NewUser) -> LineUserId {
        let id = new.id.unwrap_or_else(|| self.fresh_user_id());
        if inside.world.people.contains_key(&id) {
            return id;
        }
        let user = User { id: id.clone(), name: new.name, language: new.language, os: new.os };
        self.keep(inside, Record::User(user));
        if new.following || new.blocked {
            self.show(inside, &id, Did::Followed);
        }
        if new.blocked {
            self.show(inside, &id, Did::Blocked);
        }
        id
    }

    fn fresh_user_id(&self) -> LineUserId {
        let bytes = self.0.ids.bytes::<16>();
        let digits = format!("U{:032x}", u128::from_be_bytes(bytes));
        digits.parse().expect("U and 32 hexadecimal digits are a user id")
    }

    /// Adds the account as a friend; after a block, takes it back (LINE makes the same event of it).
    pub async fn follow(&self, user: &LineUserId) -> Result<Happened, ActRefused> {
        let happening = |friendship| match friendship {
            Friendship::Following => Err(ActRefused::NotNow),
            other => Ok(Happening::Follow { unblocked: other == Friendship::Blocked }),
        };
        self.happen(user, Some(Did::Followed), happening).await
    }

    /// Blocks the account.
    pub async fn block(&self, user: &LineUserId) -> Result<Happened, ActRefused> {
        let happening = |friendship| match friendship {
            Friendship::Following => Ok(Happening::Unfollow),
            _ => Err(ActRefused::NotNow),
        };
        self.happen(user, Some(Did::Blocked), happening).await
    }

    /// Writes a text.
    pub async fn say(&self, user: &LineUserId, text: &str) -> Result<Happened, ActRefused> {
        if text.is_empty() {
            return Err(ActRefused::NoAction);
        }
        self.send(user, json!({ "type": "text", "text": text })).await
    }

    /// Sends any message (`sticker`, `location`, …) as the event carries it; its id is added here.
    pub async fn send(&self, user: &LineUserId, mut message: Value) -> Result<Happened, ActRefused> {
        if !message["type"].is_string() {
            return Err(ActRefused::NoAction);
        }
        let event_id = {
            let inside = &mut *self.lock();
            can_write(inside, user)?;
            message["id"] = inside.world.next_message().to_string().into();
            if matches!(message["type"].as_str(), Some("text" | "image" | "video" | "sticker")) {
                message["quoteToken"] = events::token(&self.0.ids).into();
            }
            self.show(inside, user, Did::Said(message.clone()));
            self.make_event(inside, user, Happening::Message(message))
        };
        Ok(self.posted(event_id).await)
    }

    /// Taps something with a LINE action object: on a message, a quick reply or the rich menu. `picked` is what a date picker gave.
    pub async fn tap(&self, user: &LineUserId, action: &Value, picked: Option<&str>) -> Result<Happened, ActRefused> {
        let text = |name: &str| action[name].as_str().filter(|text| !text.is_empty());
        match action["type"].as_str() {
            Some("message") => self.say(user, text("text").ok_or(ActRefused::NoAction)?).await,
            Some("postback") => {
                let data = text("data").ok_or(ActRefused::NoAction)?;
                let shown = text("displayText").map_or(Did::Tapped, |shown| Did::Showed(String::from(shown)));
                let mut happened = self.postback(user, data, None, shown).await?;
                if text("inputOption") == Some("openKeyboard") {
                    happened.opens = Some(Opens::Keyboard(String::from(text("fillInText").unwrap_or_default())));
                }
                Ok(happened)
            }
            Some("datetimepicker") => {
                let (data, mode) =
                    (text("data").ok_or(ActRefused::NoAction)?, text("mode").ok_or(ActRefused::NoAction)?);
                let params = json!({ mode: picked.ok_or(ActRefused::NoAction)? });
                self.postback(user, data, Some(params), Did::Tapped).await
            }
            Some("uri") => {
                let opens = self.open_uri(user, text("uri").ok_or(ActRefused::NoAction)?)?;
                Ok(Happened { event_id: None, outcome: None, opens: Some(opens) })
            }
            _ => Err(ActRefused::NoAction),
        }
    }

    async fn postback(
        &self,
        user: &LineUserId,
        data: &str,
        params: Option<Value>,
        did: Did,
    ) -> Result<Happened, ActRefused> {
        let event_id = {
            let inside = &mut *self.lock();
            can_write(inside, user)?;
            self.show(inside, user, did);
            self.make_event(inside, user, Happening::Postback { data: String::from(data), params })
        };
        Ok(self.posted(event_id).await)
    }

    /// Opens an address on the phone: the LIFF app's, or any other.
    pub fn open_uri(&self, user: &LineUserId, uri: &str) -> Result<Opens, ActRefused> {
        let config = &self.0.config;
        match liff::path_in_app(uri, &config.channel.liff_id, &config.liff_endpoint) {
            Some(path) => self.open_liff(user, &path).map(Opens::Liff),
            None => Ok(Opens::Link(String::from(uri))),
        }
    }

    /// Opens the LIFF app at a path below its endpoint (empty for its first page).
    pub fn open_liff(&self, user: &LineUserId, path: &str) -> Result<LiffPage, ActRefused> {
        let person = self.look(|world| world.people.get(user).cloned()).ok_or(ActRefused::NoSuchUser)?;
        let config = &self.0.config;
        let picture = self.picture_url(user);
        let audience = &config.channel.login_channel_id;
        let id_token = self.0.key.id_token(&person.user, audience, Some(picture.clone()), self.0.clock.now());
        let url = liff::page_url(&config.liff_endpoint, user, path);
        let frame_name = liff::frame_name(&config.channel.liff_id, &person, &picture, &id_token);
        Ok(LiffPage { url, id_token, frame_name })
    }

    /// The address of a user's picture.
    pub fn picture_url(&self, user: &LineUserId) -> String {
        format!("{}/pictures/{user}.svg", self.0.config.public_url)
    }

    /// A user's picture, SVG.
    pub fn picture(&self, user: &LineUserId) -> Option<String> {
        self.look(|world| world.people.get(user).map(|person| picture(&person.user)))
    }

    async fn happen(
        &self,
        user: &LineUserId,
        did: Option<Did>,
        happening: impl FnOnce(Friendship) -> Result<Happening, ActRefused>,
    ) -> Result<Happened, ActRefused> {
        let event_id = {
            let inside = &mut *self.lock();
            let happening = happening(inside.world.friendship(user).ok_or(ActRefused::NoSuchUser)?)?;
            if let Some(did) = did {
                self.show(inside, user, did);
            }
            self.make_event(inside, user, happening)
        };
        Ok(self.posted(event_id).await)
    }

    fn show(&self, inside: &mut Inside, user: &LineUserId, did: Did) {
        let (seq, at) = (inside.world.next_seq(), self.0.clock.now());
        self.keep(inside, Record::Act(Act { seq, at, user: user.clone(), did }));
    }

    fn make_event(&self, inside: &mut Inside, user: &LineUserId, happening: Happening) -> String {
        let webhook = events::webhook(happening, user, inside.world.next_seq(), &self.0.ids, self.0.clock.now());
        let event_id = webhook.event_id.clone();
        self.keep(inside, Record::Webhook(webhook));
        event_id
    }

    async fn posted(&self, event_id: String) -> Happened {
        let outcome = self.post(event_id.clone()).await;
        Happened { event_id: Some(event_id), outcome, opens: None }
    }
}

fn can_write(inside: &Inside, user: &LineUserId) -> Result<(), ActRefused> {
    match inside.world.friendship(user) {
        None => Err(ActRefused::NoSuchUser),
        Some(Friendship::Blocked) => Err(ActRefused::Blocked),
        Some(_) => Ok(()),
    }
}
