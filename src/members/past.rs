//! People of a past that is made up: what each did, noted in memory in the order of time and written at once. For the demo's
//! year; the rows are those that the single acts leave.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::friends::{self, FriendState, Profile};
use super::{consent, keys, people, timeline};
use crate::app::App;
use crate::ids::{AccountId, Actor, LineUserId, MemberId, TimelineId};
use crate::secret::Sealed;
use crate::store::{Tx, insert_rows};
use crate::words::Lang;

/// Friends of one account who were not there before and are not written yet. Each act is noted with an `App` whose clock
/// stands at its instant.
#[derive(Debug)]
pub struct Past {
    account: AccountId,
    people: BTreeMap<MemberId, Person>,
    lines: Vec<Line>,
}

/// Somebody who adds the account and takes her card.
#[derive(Debug, Clone)]
pub struct Newcomer<'a> {
    /// LINE's id for her.
    pub line_user_id: LineUserId,
    /// What LINE tells of her.
    pub profile: Profile,
    /// The version of the text she agrees to by joining.
    pub joins_under: &'a str,
    /// The wording under which she agrees to offers, if she does.
    pub consents_to: Option<String>,
}

#[derive(Debug)]
struct Person {
    actor: Actor,
    key: keys::Made,
    line_user_id: LineUserId,
    name: Sealed<String>,
    picture: Option<Sealed<String>>,
    language: Option<Lang>,
    joined_at: DateTime<Utc>,
    joined_under: String,
    consented: Option<(Uuid, String)>,
    state: FriendState,
    state_at: DateTime<Utc>,
}

/// A line of somebody's history.
#[derive(Debug)]
struct Line {
    id: TimelineId,
    member: MemberId,
    at: DateTime<Utc>,
    did: Did,
}

#[derive(Debug, Clone, Copy)]
enum Did {
    Follow,
    Join,
    Consent,
    Block,
}

impl Past {
    /// Nobody yet.
    pub fn of(account: AccountId) -> Self {
        Self { account, people: BTreeMap::new(), lines: Vec::new() }
    }

    /// Adds the account and takes her card, both in the chat.
    pub fn joins(&mut self, app: &App, who: Newcomer<'_>) -> MemberId {
        let (at, member) = (app.clock.now(), app.ids.make());
        let (data_key, key) = keys::make(app, member);
        let (name, picture) = friends::sealed(app, &data_key, member, &who.profile);
        let did = [Did::Follow, Did::Join].into_iter().chain(who.consents_to.as_ref().map(|_| Did::Consent));
        self.lines.extend(did.map(|did| Line { id: app.ids.make(), member, at, did }));
        let person = Person {
            actor: Actor::member(member),
            key,
            line_user_id: who.line_user_id,
            name,
            picture,
            language: who.profile.language.as_deref().and_then(Lang::nearest),
            joined_at: at,
            joined_under: String::from(who.joins_under),
            consented: who.consents_to.map(|wording| (app.ids.make(), wording)),
            state: FriendState::Following,
            state_at: at,
        };
        self.people.insert(member, person);
        member
    }

    /// Blocks the account. Nothing for somebody unknown.
    pub fn blocks(&mut self, app: &App, member: MemberId) {
        let Some(person) = self.people.get_mut(&member) else { return };
        let at = app.clock.now();
        (person.state, person.state_at) = (FriendState::Blocked, at);
        self.lines.push(Line { id: app.ids.make(), member, at, did: Did::Block });
    }

    /// Writes it all.
    pub async fn write(&self, app: &App, tx: &mut Tx) -> sqlx::Result<()> {
        let numbers = people::free_numbers(app, tx, self.people.len()).await?;
        let head = "insert into member (id, number, joined_at, language, version, created_at)";
        insert_rows(tx, head, self.people.iter().zip(numbers), "", |values, ((member, person), number)| {
            values.bind(**member).bind(number.clone()).bind(person.joined_at).bind(person.language);
            values.bind(people::VERSION_ON_JOINING).bind(person.joined_at);
        })
        .await?;
        keys::keep(tx, self.people.values().map(|person| &person.key)).await?;
        let head = "insert into friend (account, line_user_id, member, state, state_at, sealed_name, sealed_picture, profile_at, created_at)";
        insert_rows(tx, head, &self.people, "", |values, (member, person)| {
            values.bind(self.account).bind(person.line_user_id.clone()).bind(**member);
            values.bind(person.state).bind(person.state_at);
            values.bind(person.name.clone()).bind(person.picture.clone()).bind(person.joined_at).bind(person.joined_at);
        })
        .await?;
        let answers: Vec<_> = self.people.iter().filter_map(|(member, person)| person.answer(*member)).collect();
        consent::write(tx, &answers).await?;
        timeline::record_all(app, tx, self.lines.iter().filter_map(|line| self.noted(line))).await
    }

    fn noted(&self, line: &Line) -> Option<timeline::Noted<'_>> {
        let Line { id, member, at, did } = line;
        let person = self.people.get(member)?;
        let entry = match did {
            Did::Follow => timeline::Entry::new("followed", *at, &person.actor),
            Did::Join => people::joining(*at, &person.actor, consent::Source::Chat, &person.joined_under),
            Did::Consent => person.answer(*member)?.entry(),
            Did::Block => timeline::Entry::new("unfollowed", *at, &person.actor),
        };
        Some(timeline::Noted { id: *id, member: *member, recorded_at: *at, entry })
    }
}

impl Person {
    fn answer(&self, member: MemberId) -> Option<consent::Noted<'_>> {
        let (id, wording) = self.consented.as_ref()?;
        let (source, at) = (consent::Source::Chat, self.joined_at);
        let answer = consent::Answer { purpose: consent::MARKETING, granted: true, source, wording, at };
        Some(consent::Noted { id: *id, member, recorded_at: at, answer, actor: &self.actor })
    }
}
