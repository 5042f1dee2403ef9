//! What a marketer does, and what a push leaves on phones.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use shuke::app::App;
use shuke::brand::{self, Brand, Outcome};
use shuke::campaigns::{self, Plan, Status};
use shuke::ids::{AccountId, Actor, LineUserId, RunId};
use shuke::members::consent::{self, Source};
use shuke::members::friends::{self, FriendState};
use shuke::members::{self};
use shuke::sandbox::{NewUser, Sandbox, Via};
use shuke::store::query;
use uuid::Uuid;

use super::Shop;

/// A campaign file that writes the same to everybody who joined.
pub const TO_ALL: &str =
    "campaign: winback\ntitle: 新豆上架\naudience: { segment: everyone }\nmessage: templates/hours.yaml\n";

/// Edits each of which leaves stamps to those who took their membership card: a file, what it says, and what then.
pub const MEMBERS_ONLY: [(&str, &str, &str); 2] = [
    ("rewards/coffee.yaml", "overflow: carry", "overflow: carry\njoined_only: true"),
    ("brand.yaml", "needed_for_rewards: false", "needed_for_rewards: true"),
];

impl Shop {
    /// The brand as its files say it now.
    pub fn brand(&self) -> Brand {
        let files = self.files.lock().unwrap().clone();
        Brand::assemble(files).unwrap_or_else(|broken| panic!("{:#?}", broken.faults))
    }

    /// The marketer edits a file of the brand.
    pub fn edits(&self, path: &str, from: &str, to: &str) {
        let mut files = self.files.lock().unwrap();
        let file = files.iter_mut().find(|file| file.source.path == path).expect("the file is there");
        assert!(file.source.text.contains(from), "{path} does not say {from:?}");
        file.source.text = file.source.text.replace(from, to);
    }

    /// The marketer writes a file anew.
    pub fn writes(&self, path: &str, text: &str) {
        let mut files = self.files.lock().unwrap();
        let file = files.iter_mut().find(|file| file.source.path == path).expect("the file is there");
        file.source.text = String::from(text);
    }

    /// The marketer puts a new file there.
    pub fn adds(&self, path: &str, text: &str) {
        self.files.lock().unwrap().push(brand::File { source: shuke::spec::Source::new(path, text), fault: None });
    }

    /// `shuke plan NAME`
    pub async fn plan(&self, campaign: &str) -> Plan {
        brand::plan(&self.app, &self.brand(), campaign).await.expect("a plan").expect("there is such a campaign")
    }

    /// `shuke apply DIGEST`
    pub async fn apply(&self, digest: &str) -> Outcome {
        brand::apply(&self.app, &self.brand(), digest, &Actor::operator()).await.expect("an outcome")
    }

    /// The marketer edits the stamp card and publishes it.
    pub async fn publishes(&self, from: &str, to: &str) {
        self.edits("rewards/coffee.yaml", from, to);
        self.publishes_edits().await;
    }

    /// The marketer publishes what was edited.
    pub async fn publishes_edits(&self) {
        let plan = brand::plan_all(&self.app, &self.brand()).await.expect("a plan");
        assert!(!plan.changes.is_empty());
        assert!(matches!(self.apply(&plan.digest).await, Outcome::Published(_)));
    }

    /// Plans and applies; the run.
    pub async fn starts(&self, campaign: &str) -> RunId {
        let plan = self.plan(campaign).await;
        match self.apply(&plan.digest).await {
            Outcome::Started(run) => run,
            other => panic!("{other:?}"),
        }
    }

    /// A run of this campaign file to `count` regulars, about to leave.
    pub async fn a_run(&self, campaign: &str, count: usize) -> (Vec<LineUserId>, RunId) {
        self.writes("campaigns/winback.yaml", campaign);
        let phones = self.regulars(count).await;
        (phones, self.starts("winback").await)
    }

    /// Lets the service send until nothing is due within a minute.
    pub async fn send(&self) {
        self.send_within(TimeDelta::minutes(1)).await;
    }

    /// Lets the service send until nothing is due within `patience`.
    pub async fn send_within(&self, patience: TimeDelta) {
        for _ in 0..10_000 {
            let stepped = self.sender.step().await.expect("a step");
            let now = self.app.clock.now();
            match stepped.next_at {
                Some(at) if at > now && at - now > patience => return,
                Some(at) if at > now => self.sandbox.advance(at - now),
                Some(_) => {}
                None => return,
            }
        }
        panic!("the sending does not end");
    }

    /// `shuke status NAME`
    pub async fn status(&self, campaign: &str) -> Status {
        campaigns::status(&self.app, campaign).await.expect("a status").expect("it was run")
    }

    /// Every message a push or multicast left on her phone.
    pub fn pushed(&self, phone: &LineUserId) -> Vec<Value> {
        pushed(&self.sandbox, phone)
    }

    /// How many of these phones have 0, 1, 2 … pushed messages.
    pub fn copies(&self, phones: &[LineUserId]) -> Vec<usize> {
        copies(&self.sandbox, phones)
    }

    /// Requests that reached LINE at `endpoint`, taken or not.
    pub fn requests(&self, endpoint: &str) -> usize {
        self.sandbox.look(|world| world.requests.iter().filter(|request| request.endpoint == endpoint).count())
    }

    /// Members who agreed to offers, there without an event each: `count` phones, the oldest first.
    pub async fn regulars(&self, count: usize) -> Vec<LineUserId> {
        regulars(&self.app, &self.sandbox, self.account, (0..count).map(|n| format!("常客{n}"))).await
    }

    /// She was last served so long ago: a line of the ledger as a visit leaves it, without the rest of the engine.
    pub async fn last_visit(&self, phone: &LineUserId, ago: TimeDelta) {
        self.line_of_ledger(phone, "stamped", ago, None).await;
    }

    /// A line of her ledger of so long ago, without the rest of the engine; its id.
    pub async fn line_of_ledger(&self, phone: &LineUserId, kind: &str, ago: TimeDelta, undoes: Option<Uuid>) -> Uuid {
        let member = self.member_id(phone).await;
        let at: DateTime<Utc> = self.app.clock.now() - ago;
        let id = self.app.ids.make::<Uuid>();
        query(
            self.app.db.writer(),
            "insert into ledger (member, seq, id, kind, format, payload, hash, at, recorded_at, business_day, store,
                                 actor_kind, actor_id, programme, amount, reverses)
             select $1, coalesce(max(seq), 0) + 1, $2, $3, 1, 'a line of the tests', $4, $5, $6, $7, 'zhongshan',
                    'system', 'tests', 'coffee', 1, $8 from ledger where member = $9",
        )
        .bind(member)
        .bind(id)
        .bind(kind)
        .bind(vec![0_u8; 32])
        .bind(at)
        .bind(at)
        .bind(at.date_naive())
        .bind(undoes)
        .bind(member)
        .execute()
        .await
        .unwrap();
        id
    }

    /// She agrees to offers.
    pub async fn agrees(&self, phone: &LineUserId) {
        self.taps(phone, "好，請通知我").await;
    }
}

/// Every message a push or multicast left on a phone.
pub fn pushed(sandbox: &Sandbox, phone: &LineUserId) -> Vec<Value> {
    sandbox.look(|world| {
        let chat = world.chats.get(phone).into_iter().flatten();
        let pushed = chat.filter(|bubble| matches!(bubble.via(), Some(Via::Push | Via::Multicast)));
        pushed.filter_map(|bubble| bubble.message()).collect()
    })
}

/// How many of these phones have 0, 1, 2 … pushed messages.
pub fn copies(sandbox: &Sandbox, phones: &[LineUserId]) -> Vec<usize> {
    let mut histogram = Vec::new();
    for phone in phones {
        let count = pushed(sandbox, phone).len();
        histogram.resize(histogram.len().max(count + 1), 0);
        histogram[count] += 1;
    }
    histogram
}

/// Each request to many or to one has a retry key; one key never carries two bodies, and two requests that were accepted
/// never have one. Replies have none.
pub fn keys_are_sound(sandbox: &Sandbox) {
    sandbox.look(|world| {
        let mut bodies = HashMap::new();
        let mut accepted = HashSet::new();
        for request in
            world.requests.iter().filter(|request| ["push", "multicast"].contains(&request.endpoint.as_str()))
        {
            let key = request.retry_key.clone().expect("a retry key");
            assert!(request.repeats.as_ref().is_none_or(|repeat| repeat.same_body), "another body under {key}");
            let known = bodies.entry(key.clone()).or_insert_with(|| request.body_sha256.clone());
            assert_eq!(*known, request.body_sha256, "another body under {key}");
            assert!(request.sent.is_none() || accepted.insert(key), "accepted twice under one key");
        }
        let mut replies = world.requests.iter().filter(|request| request.endpoint == "reply");
        assert!(replies.all(|request| request.retry_key.is_none()), "a reply with a retry key");
    });
}

/// Members with these names who agreed to offers, there without an event each; their phones.
pub async fn regulars(
    app: &App,
    sandbox: &Sandbox,
    account: AccountId,
    names: impl IntoIterator<Item = String>,
) -> Vec<LineUserId> {
    let language = Some(String::from("zh-TW"));
    let names: Vec<String> = names.into_iter().collect();
    let new = names.iter().map(|name| NewUser {
        name: name.clone(),
        language: language.clone(),
        following: true,
        ..NewUser::default()
    });
    let phones = sandbox.seed(new);
    let now = app.clock.now();
    let people: Vec<(&LineUserId, &String)> = phones.iter().zip(&names).collect();
    for some in people.chunks(100) {
        let mut tx = app.db.begin().await.unwrap();
        for (phone, name) in some {
            let friend = friends::meet(app, &mut tx, account, phone).await.unwrap();
            friends::set_state(&mut tx, &friend, FriendState::Following, now).await.unwrap();
            let profile = friends::Profile { name: String::from(*name), picture: None, language: language.clone() };
            friends::keep_profile(app, &mut tx, &friend, &profile).await.unwrap();
            let actor = Actor::member(friend.member);
            members::join(app, &mut tx, friend.member, now, &actor, Source::Chat, "a wording").await.unwrap();
            let (purpose, source) = (consent::MARKETING, Source::Chat);
            let answer = consent::Answer { purpose, granted: true, source, wording: "a wording", at: now };
            consent::record(app, &mut tx, friend.member, answer, &actor).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
    phones
}
