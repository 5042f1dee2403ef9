//! `SHUKE_SECRET` is changed, and changed again.

use std::process::Stdio;
use std::time::Duration;

use chrono::NaiveDate;
use shuke::app::{App, Parts};
use shuke::clock::Clock;
use shuke::ids::MemberId;
use shuke::members::{self, keys};
use shuke::secret::Secret;
use shuke::staff::{self, Role, SignIn, devices};
use shuke::store::{Db, OpenOptions, query};
use tokio::sync::Notify;

use super::{Said, Terminal};
use crate::crash::wait_until;
use crate::harness::{each_engine, on_both};
use crate::shop::Shop;
use crate::web::PIN;

const FIRST: &str = "a secret of the tests in 32 letters";
const SECOND: &str = "another secret that comes after it";
const THIRD: &str = "the third secret of this installation";

/// How long a service may take to refuse: generous, for a machine that does other things besides.
const TRIES: u32 = 1500;
const BETWEEN: Duration = Duration::from_millis(20);

/// How many stored keys open under one secret alone, and how many there are.
async fn open_under(db: &Db, secret: &str) -> (usize, usize) {
    let secret = Secret::parse(secret).unwrap();
    let members = query(db, "select member, wrapped from member_key").all::<(MemberId, Vec<u8>)>().await.unwrap();
    let days = query(db, "select day, wrapped from day_key").all::<(NaiveDate, Vec<u8>)>().await.unwrap();
    let members = members.iter().map(|(member, wrapped)| (format!("member_key/{member}"), wrapped));
    let all: Vec<_> = members.chain(days.iter().map(|(day, wrapped)| (format!("day_key/{day}"), wrapped))).collect();
    (all.iter().filter(|(context, wrapped)| secret.unwrap(context, wrapped).is_ok()).count(), all.len())
}

/// The service under another `SHUKE_SECRET`.
fn under(app: &App, secret: &str) -> App {
    App::new(Parts {
        db: app.db.clone(),
        clock: app.clock.clone(),
        chance: app.chance.clone(),
        ids: app.ids.clone(),
        line: app.line.clone(),
        settings: app.settings.clone(),
        secret: Secret::parse(secret).unwrap(),
        words: app.words.clone(),
        holder: app.holder,
        subscribed: &[],
        jobs_bell: Notify::new(),
        sender_bell: Notify::new(),
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_is_changed_twice_cuts_nobody_off() {
    each_engine(OpenOptions::default(), async |fresh| {
        let shop = Shop::open_at(&fresh.db, Clock::system()).await;
        shop.joins("小美測試").await;
        shop.joins("大安測試").await;
        let mut terminal = Terminal::on(fresh);
        for (given, current) in [(format!("{SECOND},{FIRST}"), SECOND), (format!("{THIRD},{SECOND}"), THIRD)] {
            terminal.0.start_with(&[("SHUKE_SECRET", &given)]).await;
            wait_until("every key is under the current secret", async || {
                let (open, all) = open_under(&fresh.db, current).await;
                open == all
            })
            .await;
            terminal.0.kill();
        }
        assert_eq!(open_under(&fresh.db, FIRST).await, (0, 3));
        // The third alone is enough, and the first is refused by name.
        terminal.0.start_with(&[("SHUKE_SECRET", THIRD)]).await;
        terminal.0.kill();
        let mut refused = terminal.0.command(&["serve"]);
        let refused =
            refused.env("SHUKE_SECRET", format!("{SECOND},{FIRST}")).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = refused.spawn().unwrap();
        for _ in 0..TRIES {
            if child.try_wait().unwrap().is_some() {
                break;
            }
            tokio::time::sleep(BETWEEN).await;
        }
        // One that was not refused is ended here, and then did not exit with 1.
        let _ = child.kill();
        let said = Said::from(child.wait_with_output().unwrap());
        said.failed(1, &["SHUKE_SECRET is not this database's", "new,old"]);
        assert!(!said.err.contains(SECOND), "a secret is not printed");
    })
    .await;
}

#[tokio::test]
async fn doctor_says_whether_the_stored_keys_open() {
    each_engine(OpenOptions::default(), async |fresh| {
        let shop = Shop::open_at(&fresh.db, Clock::system()).await;
        shop.joins("小美測試").await;
        let terminal = Terminal::on(fresh);
        let verdict = |secret: &str| {
            let mut command = terminal.0.command(&["doctor", "--format", "json"]);
            let said = Said::from(command.env("SHUKE_SECRET", secret).output().unwrap());
            let checks: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
            let found = checks.as_array().unwrap().iter().find(|check| check["what"] == "secret").cloned();
            let found = found.unwrap_or_else(|| panic!("nothing about the secret: {}", said.out));
            (said.code, String::from(found["verdict"].as_str().unwrap()))
        };
        assert_eq!(verdict(FIRST).1, "good");
        assert_eq!(verdict(&format!("{SECOND},{FIRST}")).1, "good");
        assert_eq!(verdict(SECOND), (1, String::from("bad")));

        // Somebody came while the secret was another.
        let mut tx = fresh.db.begin().await.unwrap();
        members::create(&under(&shop.app, SECOND), &mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(verdict(FIRST).1, "warning");
    })
    .await;
}

#[tokio::test]
async fn wrapping_anew_may_be_cut_off_and_done_by_two() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mut tx = db.begin().await.unwrap();
        for _ in 0..230 {
            members::create(&shop.app, &mut tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        let changing = under(&shop.app, &format!("{SECOND},{FIRST}"));
        let first = keys::rewrap(&changing, None).await.unwrap();
        assert_eq!((first.anew, first.closed), (100, 0));
        assert_eq!(open_under(&db, SECOND).await, (100, 230), "cut off here");

        let (one, two) = tokio::join!(keys::rewrap(&changing, None), keys::rewrap(&changing, first.last));
        assert_eq!((one.unwrap().anew, two.unwrap().anew), (0, 100), "what is done stays");
        let all = async |after| keys::rewrap(&changing, after).await.unwrap();
        let (one, two) = tokio::join!(all(first.last), all(first.last));
        assert_eq!(one.last, two.last);
        let rest = all(one.last).await;
        assert_eq!((rest.anew, all(rest.last).await.last), (30, None));
        assert_eq!(open_under(&db, SECOND).await, (230, 230));
    })
    .await;
}

#[tokio::test]
async fn a_pin_that_was_right_under_the_old_secret_is_kept_under_the_new() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let an = shop.employs("小安", Role::Clerk, "zhongshan").await;
        let code = shop.device_code("zhongshan").await;
        let devices::Enrolled::Done { device, .. } = devices::enrol(&shop.app, &code).await.unwrap() else {
            panic!("no device")
        };
        let signs_in = async |secret: &str, pin: &str| {
            let app = under(&shop.app, secret);
            matches!(staff::sign_in(&app, &device, an, pin).await.unwrap(), SignIn::In { .. })
        };
        let changing = format!("{SECOND},{FIRST}");
        assert!(!signs_in(SECOND, PIN).await, "it was made under the first");
        assert!(!signs_in(&changing, "8305").await);
        assert!(!signs_in(SECOND, PIN).await, "a wrong try changes nothing");
        assert!(signs_in(&changing, PIN).await);
        assert!(signs_in(SECOND, PIN).await);
        assert!(!signs_in(SECOND, "8305").await);
    })
    .await;
}
