//! A whole shop in one process, so that a test reads as a conversation: people with phones, the service, and the sandbox as
//! LINE, without sockets. The clock stands still until `advance`; what runs later is run by hand after every act.

mod counter;
mod push;
mod way;

use std::sync::{Arc, Mutex};

use axum::Router;
use chrono::TimeDelta;
use serde_json::Value;
use shuke::app::{App, Parts};
use shuke::clock::{Chance, Clock};
use shuke::delivery::Sender;
use shuke::ids::{AccountId, Ids, LineUserId, MemberId};
use shuke::intake::{self, Intake};
use shuke::line::client::{Client, Setup, Transport};
use shuke::members::accounts::{self, Directory};
use shuke::members::{self, Member};
use shuke::sandbox::{Channel, Config, Happened, LiffPage, NewUser, Opens, Sandbox};
use shuke::settings::{Raw, Settings};
use shuke::store::{Db, install};
use shuke::words::Words;
use shuke::{brand, web, worker};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::harness;

pub use counter::{clerk, colleague, yongkang, zhongshan};
pub use push::{MEMBERS_ONLY, TO_ALL, copies, keys_are_sound, regulars};
pub use way::{Together, Waits};

/// The shop and everybody's phones.
pub struct Shop {
    /// The service.
    pub app: App,
    /// LINE.
    pub sandbox: Sandbox,
    /// The account.
    pub account: AccountId,
    /// The service's pages and API.
    pub pages: Router,
    /// The operator's routes.
    pub ops: Router,
    /// Stops the service, and with it every stream.
    pub stop: CancellationToken,
    /// The process that sends.
    pub sender: Sender,
    /// The brand's files as the marketer has them on disk.
    files: Mutex<Vec<brand::File>>,
}

impl Shop {
    /// Opens the sample brand's shop on a fresh database.
    pub async fn open(db: &Db) -> Self {
        Self::open_at(db, harness::still_clock()).await
    }

    /// The same with a clock of one's own.
    pub async fn open_at(db: &Db, clock: Clock) -> Self {
        let sandbox = Sandbox::open(Config::in_memory(), clock.clone(), Ids::new(clock.clone(), Chance::seeded(12)))
            .expect("a sandbox opens");
        let app = app_over(db, clock, &sandbox);
        install::ensure(&app.db, &app.ids, app.clock.now()).await.expect("an installation");
        let account = accounts::ensure(&app).await.expect("an account");
        brand::publish_first(&app).await.expect("the sample brand is published");
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let intake = Intake::start(&app, &tasks, &stop, false);
        let accounts = Directory::load(&app.db).await.expect("accounts");
        let (pages, ops) = web::routers(&app, web::line::Line { app: app.clone(), intake, accounts }, &stop);
        sandbox.deliver_to(pages.clone());
        let files = Mutex::new(brand::load(&app.settings.brand_dir).expect("the sample brand"));
        Self { sender: Sender::new(app.clone()), app, sandbox, account, pages, ops, stop, files }
    }

    /// Another replica of the service on the same database.
    pub fn another_replica(&self) -> App {
        self.replica_over(21, self.sandbox.transport())
    }

    /// Another replica whose way to LINE is a test's own.
    pub fn replica_over(&self, seed: u64, way: Arc<dyn Transport>) -> App {
        app_from_seed(&self.app.db, self.app.clock.clone(), &self.sandbox, seed, way)
    }

    /// Somebody new adds the account.
    pub async fn follows(&self, name: &str) -> LineUserId {
        let phone = self.sandbox.add_user(name);
        self.sandbox.follow(&phone).await.expect("she can follow");
        self.settle().await;
        phone
    }

    /// Somebody who added the account before the service was there: no event of hers has come.
    pub fn friend_from_before(&self, name: &str) -> LineUserId {
        let new = NewUser { name: String::from(name), following: true, ..NewUser::default() };
        self.sandbox.seed([new]).remove(0)
    }

    /// Somebody new adds the account and takes her card.
    pub async fn joins(&self, name: &str) -> LineUserId {
        let phone = self.follows(name).await;
        self.taps(&phone, "領取會員卡").await;
        phone
    }

    /// She writes.
    pub async fn says(&self, phone: &LineUserId, text: &str) {
        self.sandbox.say(phone, text).await.expect("she can write");
        self.settle().await;
    }

    /// She taps the newest button with this label.
    pub async fn taps(&self, phone: &LineUserId, label: &str) {
        self.tapped(phone, label).await;
        self.settle().await;
    }

    /// She taps it, and her phone opens one of our pages.
    pub async fn opens(&self, phone: &LineUserId, label: &str) -> LiffPage {
        match self.tapped(phone, label).await.opens {
            Some(Opens::Liff(page)) => page,
            other => panic!("{label:?} opens no page of ours but {other:?}"),
        }
    }

    async fn tapped(&self, phone: &LineUserId, label: &str) -> Happened {
        let messages = self.messages(phone);
        let action = messages.iter().rev().find_map(|message| action_labelled(message, label));
        let action = action.unwrap_or_else(|| panic!("no button {label:?} in {messages:#?}"));
        self.sandbox.tap(phone, &action, None).await.expect("she can tap")
    }

    /// Moves the clock, and does what has become due.
    pub async fn advance(&self, by: TimeDelta) {
        self.sandbox.advance(by);
        self.settle().await;
    }

    /// Works off everything that waits.
    pub async fn settle(&self) {
        for _ in 0..100 {
            let events = intake::settle_all(&self.app).await.expect("events settle");
            let jobs = worker::run_due_jobs(&self.app).await.expect("jobs run");
            if events == 0 && jobs == 0 {
                return;
            }
        }
        panic!("the work does not end");
    }

    /// Everything the account sent to her phone, oldest first, as LINE's message objects.
    pub fn messages(&self, phone: &LineUserId) -> Vec<Value> {
        self.sandbox.look(|world| {
            world
                .chats
                .get(phone)
                .into_iter()
                .flatten()
                .filter(|line| line.via().is_some())
                .filter_map(|line| line.message())
                .collect()
        })
    }

    /// The words of the last message: its text, or what stands for it in a notification.
    pub fn last_message(&self, phone: &LineUserId) -> String {
        let messages = self.messages(phone);
        let last = messages.last().unwrap_or_else(|| panic!("no message on the phone"));
        let words = last["text"].as_str().or(last["altText"].as_str());
        String::from(words.expect("a text or a Flex message"))
    }

    /// The person behind a phone.
    pub async fn member(&self, phone: &LineUserId) -> Member {
        members::in_account_of(&self.app.db, self.account, phone).await.expect("a read").expect("she is known")
    }

    /// Her id.
    pub async fn member_id(&self, phone: &LineUserId) -> MemberId {
        self.member(phone).await.id
    }
}

/// The service's parts on a database, with the sandbox as LINE.
pub fn app_over(db: &Db, clock: Clock, sandbox: &Sandbox) -> App {
    app_from_seed(db, clock, sandbox, 11, sandbox.transport())
}

fn app_from_seed(db: &Db, clock: Clock, sandbox: &Sandbox, seed: u64, way: Arc<dyn Transport>) -> App {
    let chance = Chance::seeded(seed);
    let ids = Ids::new(clock.clone(), chance.clone());
    let settings = Settings::check(&Raw::of(raw_settings(&sandbox.config().channel))).expect("settings of the tests");
    let setup = Setup {
        channel_id: settings.channel_id.clone(),
        channel_secret: settings.channel_secret.clone(),
        access_token: None,
        api_base: settings.line_api_base.clone(),
        data_api_base: settings.line_data_api_base.clone(),
    };
    let line = Client::over(way, setup, clock.clone()).expect("a loopback address");
    App::new(Parts {
        db: db.clone(),
        line,
        secret: settings.secret.clone(),
        settings,
        words: Words::load(),
        holder: ids.make(),
        subscribed: worker::SUBSCRIBED,
        jobs_bell: tokio::sync::Notify::new(),
        sender_bell: tokio::sync::Notify::new(),
        clock,
        chance,
        ids,
    })
}

/// The settings of the tests, by name.
pub fn raw_settings(channel: &Channel) -> Vec<(&'static str, String)> {
    vec![
        ("LINE_CHANNEL_SECRET", channel.secret.clone()),
        ("LINE_CHANNEL_ID", channel.id.clone()),
        ("LINE_LOGIN_CHANNEL_ID", channel.login_channel_id.clone()),
        ("LIFF_ID", channel.liff_id.clone()),
        ("LINE_API_BASE", String::from("http://127.0.0.1:8090")),
        ("LINE_DATA_API_BASE", String::from("http://127.0.0.1:8090")),
        ("PUBLIC_URL", String::from("http://localhost:8080")),
        ("SHUKE_SECRET", String::from("a secret of the tests in 32 letters")),
        ("BRAND_DIR", String::from(env!("CARGO_MANIFEST_DIR"))),
    ]
}

/// The first action with this label within a message, quick replies too.
fn action_labelled(value: &Value, label: &str) -> Option<Value> {
    match value {
        Value::Object(fields) => {
            if fields.get("label").and_then(Value::as_str) == Some(label) && fields.contains_key("type") {
                return Some(value.clone());
            }
            fields.values().find_map(|inner| action_labelled(inner, label))
        }
        Value::Array(items) => items.iter().find_map(|inner| action_labelled(inner, label)),
        _ => None,
    }
}
