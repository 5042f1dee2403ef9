//! FAULTS F1: killed in the middle of a stream of webhooks. What was answered 200 is there once, with its effects once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use shuke::app::App;
use shuke::clock::{Chance, Clock};
use shuke::ids::LineUserId;
use shuke::members::{self, timeline};
use shuke::sandbox::{NewUser, Sandbox};
use shuke::store::{Db, OpenOptions, query};

use super::{Line, Service, free_port, rounds, wait_until};
use crate::harness::each_engine;
use crate::shop;

/// People who write at the same time, one connection each.
const PHONES: usize = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill_and_happens_once() {
    each_engine(OpenOptions::default(), async |fresh| {
        let port = free_port();
        let line = Line::for_service_on(port).await;
        let mut service = Service::new(&fresh.url, line.address, port);
        let phones = line.sandbox.seed((0..PHONES).map(|n| NewUser {
            name: format!("測試 {n}"),
            following: true,
            ..NewUser::default()
        }));
        let dice = Chance::system();
        let mut acknowledged = 0;
        for _ in 0..rounds() {
            service.start().await;
            let target = 1 + usize::try_from(dice.below(150)).expect("small");
            acknowledged += talk_and_kill(&line.sandbox, &phones, &mut service, target).await;
        }
        assert!(acknowledged > 0, "some webhooks were taken");
        service.start().await;
        wait_until("LINE has delivered everything", async || line.sandbox.redeliver_all().await == 0).await;
        wait_until("all events are done", async || count(&fresh.db, "new").await == 0).await;
        wait_until("no reply waits", async || pending(&fresh.db).await == 0).await;
        service.kill();

        let app = shop::app_over(&fresh.db, Clock::system(), &line.sandbox);
        every_event_once(&fresh.db, &line.sandbox).await;
        every_sentence_once(&app, &line.sandbox, &phones).await;
        no_reply_twice(&fresh.db, &line.sandbox).await;
    })
    .await;
}

/// Everybody writes without pause; after `target` acknowledgements the service is killed. How many were acknowledged.
async fn talk_and_kill(sandbox: &Sandbox, phones: &[LineUserId], service: &mut Service, target: usize) -> usize {
    let (acknowledged, is_over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let talking: Vec<_> = phones
        .iter()
        .map(|phone| {
            let (sandbox, phone) = (sandbox.clone(), phone.clone());
            let (acknowledged, is_over) = (Arc::clone(&acknowledged), Arc::clone(&is_over));
            tokio::spawn(async move {
                let mut sentence = 0;
                while !is_over.load(Ordering::Relaxed) {
                    sentence += 1;
                    let said = sandbox.say(&phone, &format!("第 {sentence} 句")).await.expect("she can write");
                    if said.outcome.is_some_and(|outcome| outcome.is_received()) {
                        acknowledged.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    wait_until("enough was acknowledged", async || acknowledged.load(Ordering::Relaxed) >= target).await;
    service.kill();
    is_over.store(true, Ordering::Relaxed);
    for talker in talking {
        talker.await.expect("nobody panicked");
    }
    acknowledged.load(Ordering::Relaxed)
}

/// I1: everything LINE was told 200 for is stored, and nothing is stored twice.
async fn every_event_once(db: &Db, sandbox: &Sandbox) {
    let stored = query(db, "select id from event").values::<String>().await.expect("a read");
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for id in &stored {
        *times.entry(id).or_default() += 1;
    }
    let received: Vec<String> = sandbox.look(|world| {
        let received = world.webhooks.iter().filter(|delivery| delivery.is_received());
        received.map(|delivery| delivery.webhook.event_id.clone()).collect()
    });
    assert!(!received.is_empty());
    for id in &received {
        assert_eq!(times.get(id.as_str()), Some(&1), "event {id} was acknowledged");
    }
    assert_eq!(stored.len(), received.len(), "and nothing else is there");
    assert_eq!(count(db, "parked").await, 0, "no event was too much");
}

/// I1 and I2: each sentence stands in her history once, word for word.
async fn every_sentence_once(app: &App, sandbox: &Sandbox, phones: &[LineUserId]) {
    for phone in phones {
        let mut sent: BTreeMap<String, String> = sandbox.look(|world| {
            let hers = world.webhooks.iter().filter(|delivery| &delivery.webhook.user == phone);
            let messages = hers.map(|delivery| &delivery.webhook.event["message"]);
            messages.map(|message| (text(&message["id"]), text(&message["text"]))).collect()
        });
        let [member] = &members::by_line_user(&app.db, phone).await.expect("a read")[..] else {
            panic!("one person stands behind a phone")
        };
        let mut before = None;
        loop {
            let lines = timeline::page(&app.db, member.id, before, 200).await.expect("a read");
            let Some(last) = lines.last() else { break };
            before = Some(last.id);
            for said in lines.iter().filter(|line| line.kind == "said") {
                let message = text(&said.body["message"]);
                let words = timeline::private_text(app, &app.db, member.id, said.id).await.expect("a read");
                let expected = sent.remove(&message);
                assert!(expected.is_some(), "message {message} of {phone} stands twice, or was never sent");
                assert_eq!(words, expected, "message {message} of {phone}");
            }
        }
        assert!(sent.is_empty(), "{phone} wrote what is not in her history: {sent:?}");
    }
}

/// I2: one reply is owed for each event; LINE was asked once for each token, and what counts as sent was sent.
async fn no_reply_twice(db: &Db, sandbox: &Sandbox) {
    let replies = query(db, "select event, state from reply").all::<(String, String)>().await.expect("a read");
    let events: BTreeSet<&str> = replies.iter().map(|(event, _)| event.as_str()).collect();
    assert_eq!(events.len(), replies.len(), "no event is owed two replies");
    let received = sandbox.look(|world| world.webhooks.iter().filter(|delivery| delivery.is_received()).count());
    assert_eq!(replies.len(), received, "each event is owed one");

    let (tokens, refused): (Vec<String>, Vec<u16>) = sandbox.look(|world| {
        let asked = world.requests.iter().filter(|request| request.endpoint == "reply");
        let (accepted, refused): (Vec<_>, Vec<_>) = asked.partition(|request| request.sent.is_some());
        let tokens = accepted.iter().filter_map(|request| request.sent.as_ref()?.reply_token.clone());
        (tokens.collect(), refused.iter().map(|request| request.status).collect())
    });
    assert!(refused.is_empty(), "LINE refused replies, as it does with a token that was used before: {refused:?}");
    let different: BTreeSet<&String> = tokens.iter().collect();
    assert_eq!(different.len(), tokens.len(), "no token was used twice");
    let in_state = |wanted: &[&str]| replies.iter().filter(|(_, state)| wanted.contains(&state.as_str())).count();
    let (sent, in_doubt) = (in_state(&["sent"]), in_state(&["trying", "unknown"]));
    assert!(
        sent <= tokens.len() && tokens.len() <= sent + in_doubt,
        "{sent} replies count as sent, {in_doubt} are in doubt, LINE took {}",
        tokens.len()
    );
}

async fn count(db: &Db, state: &str) -> i64 {
    query(db, "select count(*) from event where state = $1").bind(state).value().await.expect("a read")
}

async fn pending(db: &Db) -> i64 {
    query(db, "select count(*) from reply where state = 'pending'").value().await.expect("a read")
}

fn text(value: &serde_json::Value) -> String {
    String::from(value.as_str().unwrap_or_default())
}
