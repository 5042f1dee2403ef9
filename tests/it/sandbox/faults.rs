//! Each fault switch, and that the history tells what really happened.

use shuke::sandbox::{Endpoint, Fault, FaultKind};

use super::*;

/// What a push meets under a fault: status seen, what broke, copies on the phone.
async fn push_under(kind: FaultKind) -> (u16, Option<Broken>, usize, Value) {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    it.sandbox.fault(Fault::times(kind, 1).at(Endpoint::Push));
    let body = json!({ "to": mei.as_str(), "messages": [text("好久不見")] });
    let answer = it.keyed(PUSH, &body, KEY).await;
    let history = it.history().await;
    let request = history["requests"].as_array().and_then(|all| all.iter().rfind(|r| r["endpoint"] == "push")).cloned();
    (answer.status.as_u16(), answer.broken, it.texts(&mei).len(), request.expect("recorded"))
}

#[tokio::test]
async fn each_fault_does_what_it_says_and_is_on_record() {
    use FaultKind::*;
    for (kind, status, broken, copies, answered) in [
        (ErrorBefore, 500, None, 0, json!(500)),
        (ErrorAfter, 500, None, 1, json!(500)),
        (CutBefore, 200, Some(Broken::Cut), 0, Value::Null),
        (CutAfter, 200, Some(Broken::Cut), 1, Value::Null),
        (NoAnswer, 200, Some(Broken::Silent), 1, Value::Null),
        (Slow, 200, None, 1, json!(200)),
        (Garbage, 200, None, 1, json!(200)),
        (RateLimited, 429, None, 0, json!(429)),
        (MonthSpent, 429, None, 0, json!(429)),
        (Revoked, 401, None, 0, json!(401)),
        (Forbidden, 403, None, 0, json!(403)),
    ] {
        let met = push_under(kind).await;
        assert_eq!((met.0, met.1, met.2), (status, broken, copies), "{kind:?}");
        assert_eq!(met.3["answered"], answered, "{kind:?}");
        assert_eq!(met.3["accepted"], copies == 1, "{kind:?}");
        assert_eq!(met.3["fault"], kind.name(), "{kind:?}");
    }
}

#[tokio::test]
async fn the_two_429_speak_differently() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    let body = json!({ "to": mei.as_str(), "messages": [text("好")] });
    it.sandbox.fault(Fault::times(FaultKind::RateLimited, 1));
    it.sandbox.fault(Fault::times(FaultKind::MonthSpent, 1));
    assert_eq!(says(&it.post(PUSH, &body).await), "The API rate limit has been exceeded. Try again later.");
    assert_eq!(says(&it.post(PUSH, &body).await), "You have reached your monthly limit.");
    assert_eq!(it.post(PUSH, &body).await.status, 200, "a spent switch is off");
}

#[tokio::test]
async fn after_500_or_a_cut_the_same_key_finds_it_accepted() {
    for kind in [FaultKind::ErrorAfter, FaultKind::CutAfter, FaultKind::NoAnswer, FaultKind::Garbage] {
        let it = Box::new().await;
        let mei = it.friend("測試小美").await;
        let body = json!({ "to": [mei.as_str()], "messages": [text("一次")] });
        it.sandbox.fault(Fault::times(kind, 1).at(Endpoint::Multicast));
        it.keyed(MULTICAST, &body, KEY).await;
        assert_eq!(it.keyed(MULTICAST, &body, KEY).await.status, 409, "{kind:?}");
        assert_eq!(it.texts(&mei), ["一次"], "{kind:?}");
    }
}

#[tokio::test]
async fn faults_are_switched_over_http_with_skip_count_and_endpoint() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    let body = json!({ "to": mei.as_str(), "messages": [text("好")] });
    let switch = json!({ "kind": "error_before", "endpoint": "push", "skip": 1, "count": 2 });
    assert_eq!(it.post("/faults", &switch).await.body[0]["count"], 2);
    let mut met = Vec::new();
    for _ in 0..4 {
        met.push(it.post(PUSH, &body).await.status.as_u16());
    }
    assert_eq!(met, [200, 500, 500, 200]);
    it.post("/faults", &json!({ "kind": "slow", "ms": 60_000 })).await;
    assert_eq!(it.json(Method::DELETE, "/faults", &json!({}), None).await.status, 204);
    assert_eq!(it.get("/faults").await.body, json!([]));
    assert_eq!(it.post("/faults", &json!({ "kind": "error_before", "share": 1.5 })).await.status, 400);
}
