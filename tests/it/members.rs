//! People: facts by event time, consent, sessions, and what is sealed.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use shuke::ids::{Actor, LineUserId};
use shuke::jobs;
use shuke::members::consent::{self, Answer, MARKETING, Source};
use shuke::members::friends::{FriendState, Profile};
use shuke::members::past::{Newcomer, Past};
use shuke::members::{self, accounts, friends, keys, sessions, tags, timeline};
use shuke::sandbox::world::Endpoint;
use shuke::sandbox::{Fault, FaultKind};
use shuke::store::query;
use shuke::words::Lang;

use crate::harness::on_both;
use crate::shop::Shop;

#[tokio::test]
async fn a_name_is_kept_without_what_steers_a_screen() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        for (name, kept) in [
            ("\u{1b}[2A\u{1b}[2K0 人\u{202e}", "\u{fffd}[2A\u{fffd}[2K0 人\u{fffd}"),
            ("👩\u{200d}👩\u{200d}👧家", "👩\u{200d}👩\u{200d}👧家"),
        ] {
            let phone = shop.follows(name).await;
            let member = shop.member_id(&phone).await;
            assert_eq!(friends::name_of(&shop.app, &db, member).await.unwrap().as_deref(), Some(kept));
        }
    })
    .await;
}

#[tokio::test]
async fn a_tag_follows_its_newest_fact() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let (member, now, actor) = (shop.member(&mei).await, shop.app.clock.now(), Actor::operator());
        let set = async |is_on: bool, minute: i64| {
            let mut tx = db.begin().await.unwrap();
            let at = now + TimeDelta::minutes(minute);
            let is_news = tags::set(&shop.app, &mut tx, member.id, "常客", is_on, at, &actor).await.unwrap();
            tx.commit().await.unwrap();
            is_news
        };
        assert!(set(true, 10).await);
        assert!(!set(true, 11).await, "she has it already");
        assert!(!set(false, 5).await, "an older fact");
        assert_eq!(tags::of(&db, member.id).await.unwrap(), ["常客"]);
        assert!(set(false, 12).await);
        assert!(!set(true, 11).await, "an older event does not put it back");
        assert!(tags::of(&db, member.id).await.unwrap().is_empty());
        for (is_on, now) in [(true, vec!["常客"]), (false, vec![])] {
            let mut tx = db.begin().await.unwrap();
            tags::set_now(&shop.app, &mut tx, member.id, "常客", is_on, &actor).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(
                tags::of(&db, member.id).await.unwrap(),
                now,
                "what is said now counts, though another clock was ahead"
            );
        }
        assert!(tags::of(&db, member.id).await.unwrap().is_empty());

        let history = timeline::page(&db, member.id, None, 100).await.unwrap();
        let told = |kind: &str| history.iter().filter(|line| line.kind == kind).count();
        assert_eq!((told("tagged"), told("untagged")), (2, 2), "only what changed is told");
        let after = members::find(&db, member.id).await.unwrap().unwrap();
        assert_eq!(after.version, member.version + 4, "her pages hear of each");
    })
    .await;
}

#[tokio::test]
async fn a_tag_set_many_times_at_once_is_told_once() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let (member, now, actor) = (shop.member(&mei).await, shop.app.clock.now(), Actor::operator());
        let news = join_all((0..8).map(|_| async {
            let mut tx = db.begin().await.unwrap();
            let is_news = tags::set(&shop.app, &mut tx, member.id, "常客", true, now, &actor).await.unwrap();
            tx.commit().await.unwrap();
            is_news
        }));
        assert_eq!(news.await.into_iter().filter(|is_news| *is_news).count(), 1);
        let history = timeline::page(&db, member.id, None, 100).await.unwrap();
        assert_eq!(history.iter().filter(|line| line.kind == "tagged").count(), 1);
        assert_eq!(members::find(&db, member.id).await.unwrap().unwrap().version, member.version + 1);
    })
    .await;
}

#[tokio::test]
async fn the_newest_answer_about_offers_counts() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let (member, now) = (shop.member_id(&mei).await, shop.app.clock.now());
        let actor = Actor::member(member);
        let answer = async |granted: bool, minute: i64| {
            let mut tx = db.begin().await.unwrap();
            let at = now + TimeDelta::minutes(minute);
            let answer = Answer { purpose: MARKETING, granted, source: Source::Page, wording: "2026-11", at };
            consent::record(&shop.app, &mut tx, member, answer, &actor).await.unwrap();
            tx.commit().await.unwrap();
            consent::is_granted(&db, member, MARKETING).await.unwrap()
        };
        assert!(!consent::is_granted(&db, member, MARKETING).await.unwrap(), "never asked is no");
        assert!(answer(true, 1).await);
        assert!(!answer(false, 3).await);
        assert!(!answer(true, 2).await, "an older yes does not undo a no");

        // The page's clock and the chat's are not one.
        let chats = async |granted: bool, minute: i64| {
            let mut tx = db.begin().await.unwrap();
            let at = now + TimeDelta::minutes(minute);
            let at = consent::heard(&shop.app, &mut tx, member, MARKETING, granted, at).await.unwrap();
            let answer = Answer { purpose: MARKETING, granted, source: Source::Chat, wording: "2026-11", at };
            consent::record(&shop.app, &mut tx, member, answer, &actor).await.unwrap();
            tx.commit().await.unwrap();
            consent::is_granted(&db, member, MARKETING).await.unwrap()
        };
        shop.app.clock.advance(TimeDelta::minutes(60));
        assert!(answer(true, 30).await);
        assert!(chats(false, 24).await, "a no that came late and was long before the yes");
        assert!(!chats(false, 28).await, "a no of which nobody knows that it came first");
        assert!(answer(true, 31).await);
        assert!(chats(true, 40).await && chats(false, 39).await, "the chat's own order is certain");
        assert!(answer(true, 600).await, "the page's clock was ahead by hours");
        assert!(!chats(false, 50).await && chats(true, 51).await, "who speaks now is heard");
        assert!(!consent::is_granted(&db, member, "birthday").await.unwrap(), "each purpose by itself");
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_and_can_be_ended() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (mei, hua) = (shop.joins("小美測試").await, shop.joins("小華測試").await);
        let (mei, hua) = (shop.member_id(&mei).await, shop.member_id(&hua).await);
        let (first, second) =
            (sessions::open(&shop.app, mei).await.unwrap(), sessions::open(&shop.app, mei).await.unwrap());
        let neighbours = sessions::open(&shop.app, hua).await.unwrap();
        let whose = async |token: &str| sessions::member(&shop.app, token).await.unwrap().map(|member| member.id);
        assert_eq!((whose(&first).await, whose(&second).await), (Some(mei), Some(mei)));
        for wrong in ["", "x", first.get(1..).unwrap(), "' or 1=1 --"] {
            assert_eq!(whose(wrong).await, None, "{wrong:?}");
        }
        let kept: i64 = query(&db, "select count(*) from member_session where token_hash = $1")
            .bind(first.clone().into_bytes())
            .value()
            .await
            .unwrap();
        assert_eq!(kept, 0, "the token itself is not stored");

        sessions::end_all(&shop.app, mei).await.unwrap();
        assert_eq!((whose(&first).await, whose(&second).await), (None, None));
        assert_eq!(whose(&neighbours).await, Some(hua));
        shop.advance(sessions::LASTS - TimeDelta::seconds(1)).await;
        assert_eq!(whose(&neighbours).await, Some(hua));
        shop.advance(TimeDelta::seconds(1)).await;
        assert_eq!(whose(&neighbours).await, None, "over at its end, not after it");
        assert_eq!(sessions::sweep(&shop.app).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn without_her_key_nobody_knows_her_name() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let mei = shop.joins("小美測試").await;
        let member = shop.member_id(&mei).await;
        assert_eq!(friends::name_of(&shop.app, &db, member).await.unwrap().as_deref(), Some("小美測試"));
        query(db.writer(), "delete from member_key where member = $1").bind(member).execute().await.unwrap();
        assert_eq!(friends::name_of(&shop.app, &db, member).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn however_many_replicas_start_there_is_one_account() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        query(db.writer(), "delete from account").execute().await.unwrap();
        let starts = (0..8).map(|_| accounts::ensure(&shop.app));
        let found = futures_util::future::try_join_all(starts).await.unwrap();
        assert!(found.iter().all(|account| *account == found[0]), "{found:?}");
        let rows: i64 = query(&db, "select count(*) from account").value().await.unwrap();
        assert_eq!(rows, 1);
    })
    .await;
}

#[tokio::test]
async fn a_profile_that_never_comes_ends_among_the_dead_jobs() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        shop.sandbox.fault(Fault { count: None, ..Fault::times(FaultKind::ErrorBefore, 1).at(Endpoint::Profile) });
        let mei = shop.follows("小美測試").await;
        for _ in 0..jobs::ATTEMPTS {
            shop.advance(TimeDelta::hours(12)).await;
        }
        let dead = jobs::list(&db, None, 10).await.unwrap();
        assert_eq!(dead.len(), 1, "it is not asked for for ever");
        assert!(dead[0].error.is_some(), "and says why");
        assert_eq!(shop.messages(&mei).len(), 2, "she was welcomed all the same, and told what the card means");
    })
    .await;
}

/// All that the store tells of a person, without what only she can have: ids, number, keys.
async fn traces(shop: &Shop, user: &LineUserId) -> Vec<String> {
    let db = &shop.app.db;
    let member = members::by_line_user(db, user).await.unwrap().pop().unwrap();
    let face = friends::face_of(&shop.app, db, member.id).await.unwrap();
    let friends = friends::of_member(db, member.id).await.unwrap();
    let states = friends.iter().map(|friend| (friend.account, friend.state, friend.state_at, friend.profile_at));
    let created = query(db, "select created_at from friend where member = $1").bind(member.id);
    let created: Vec<(DateTime<Utc>,)> = created.all().await.unwrap();
    let answers = query(
        db,
        "select purpose, at, granted, source, wording, recorded_at, actor_kind, actor_id from consent where member = $1",
    );
    type Said = (String, DateTime<Utc>, bool, Source, String, DateTime<Utc>, String, String);
    let answers: Vec<Said> = answers.bind(member.id).all().await.unwrap();
    let lines = timeline::page(db, member.id, None, 100).await.unwrap();
    let lines = lines.iter().map(|line| {
        let timeline::Line { id: _, kind, at, recorded_at, actor_kind, actor_id, body } = line;
        format!("{kind} {at} {recorded_at} {actor_kind:?} {actor_id} {}", serde_json::to_string(&body.0).unwrap())
    });
    let key = keys::of(&shop.app, db, member.id).await.unwrap();
    let mut traces = vec![
        format!("{:?} {:?} {} {}", member.joined_at, member.language, member.version, member.is_test),
        format!("{} {face:?} {:?} {created:?} {}", member.created_at, states.collect::<Vec<_>>(), key.is_some()),
        format!("{answers:?}"),
    ];
    traces.extend(lines);
    traces.into_iter().map(|trace| trace.replace(&member.id.to_string(), "herself")).collect()
}

#[tokio::test]
async fn a_made_up_past_leaves_what_the_single_acts_leave() {
    on_both(async |db| {
        let shop = Shop::open(&db).await;
        let (app, account) = (&shop.app, accounts::ensure(&shop.app).await.unwrap());
        let user = |digit: &str| format!("U{}", digit.repeat(32)).parse::<LineUserId>().unwrap();
        let (one_by_one, at_once) = (user("1"), user("2"));
        let profile = Profile {
            name: "小美測試".into(),
            picture: Some("https://pic.example/1".into()),
            language: Some("ja".into()),
        };
        let wording = consent::Question::IN_CHAT.wording(Lang::Ja);

        let mut past = Past::of(account);
        let newcomer = Newcomer {
            line_user_id: at_once.clone(),
            profile: profile.clone(),
            joins_under: "2026-01",
            consents_to: Some(wording.clone()),
        };
        let made_up = past.joins(app, newcomer);

        let now = app.clock.now();
        let mut tx = db.begin().await.unwrap();
        let friend = friends::meet(app, &mut tx, account, &one_by_one).await.unwrap();
        let (member, actor) = (friend.member, Actor::member(friend.member));
        friends::set_state(&mut tx, &friend, FriendState::Following, now).await.unwrap();
        friends::keep_profile(app, &mut tx, &friend, &profile).await.unwrap();
        timeline::record(app, &mut tx, member, timeline::Entry::new("followed", now, &actor)).await.unwrap();
        members::join(app, &mut tx, member, now, &actor, Source::Chat, "2026-01").await.unwrap();
        let yes = Answer { purpose: MARKETING, granted: true, source: Source::Chat, wording: &wording, at: now };
        consent::record(app, &mut tx, member, yes, &actor).await.unwrap();
        tx.commit().await.unwrap();

        app.clock.advance(TimeDelta::days(9));
        past.blocks(app, made_up);
        let now = app.clock.now();
        let mut tx = db.begin().await.unwrap();
        friends::set_state(&mut tx, &friend, FriendState::Blocked, now).await.unwrap();
        timeline::record(app, &mut tx, member, timeline::Entry::new("unfollowed", now, &actor)).await.unwrap();
        past.write(app, &mut tx).await.unwrap();
        tx.commit().await.unwrap();

        let traces_of_acts = traces(&shop, &one_by_one).await;
        assert_eq!(traces_of_acts.len(), 7, "{traces_of_acts:#?}");
        assert_eq!(traces(&shop, &at_once).await, traces_of_acts);
    })
    .await;
}
