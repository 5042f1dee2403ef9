//! The product's own client of LINE against the sandbox: each fault must be read as what can be done next.

use shuke::line::client::Validate;
use shuke::line::message::Message;
use shuke::line::send::{self, Options, Outcome as Sent};
use shuke::sandbox::{Endpoint, Fault, FaultKind};
use uuid::Uuid;

use super::*;

fn key() -> Uuid {
    KEY.parse().expect("a key")
}

#[tokio::test]
async fn the_client_and_the_sandbox_understand_each_other() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    let client = it.sandbox.client();
    assert_eq!(client.profile(&mei).await.expect("a profile").display_name, "測試小美");
    assert_eq!(client.bot_info().await.expect("an account").display_name, "山角咖啡");
    assert_eq!(client.consumption().await.expect("a count"), 0);
    client.validate(Validate::Push, &[Message::text("好")]).await.expect("a good message");
    assert!(client.webhook_endpoint().await.expect("an answer").is_none());
    let page = it.sandbox.open_liff(&mei, "").expect("opens");
    let audience = [it.sandbox.config().channel.login_channel_id.clone()];
    let token = client.verify_id_token(&page.id_token, &audience).await.expect("a good token");
    assert_eq!(token.sub, mei);
    let skew = client.clock_skew().expect("LINE told the time");
    assert!(skew.abs() <= TimeDelta::seconds(1), "the sandbox tells its own time: {skew}");
}

#[tokio::test]
async fn each_fault_is_read_as_what_it_is_and_the_retry_finds_the_truth() {
    use FaultKind::*;
    for (kind, read, copies) in [
        (ErrorBefore, "unknown", 0),
        (ErrorAfter, "unknown", 1),
        (CutBefore, "unknown", 0),
        (CutAfter, "unknown", 1),
        (NoAnswer, "unknown", 1),
        (Garbage, "unknown", 1),
        (Slow, "accepted", 1),
        (RateLimited, "rate", 0),
        (MonthSpent, "month", 0),
        (Forbidden, "forbidden", 0),
    ] {
        let it = Box::new().await;
        let mei = it.friend("測試小美").await;
        let client = it.sandbox.client();
        it.sandbox.fault(Fault::times(kind, 1).at(Endpoint::Multicast));
        let body = send::prepare_multicast(std::slice::from_ref(&mei), &[Message::text("一次")], &Options::default())
            .expect("bytes");
        let met = match send::multicast(&client, body.clone(), key()).await {
            Sent::Accepted { by_retry: false, .. } => "accepted",
            Sent::Unknown(_) => "unknown",
            Sent::RateLimited { .. } => "rate",
            Sent::MonthlyLimit => "month",
            Sent::Forbidden(_) => "forbidden",
            other => panic!("{kind:?}: {other:?}"),
        };
        assert_eq!((met, it.texts(&mei).len()), (read, copies), "{kind:?}");
        let again = send::multicast(&client, body, key()).await;
        assert!(matches!(again, Sent::Accepted { by_retry, .. } if by_retry == (copies == 1)), "{kind:?}: {again:?}");
        assert_eq!(it.texts(&mei), ["一次"], "{kind:?}: one copy in the end");
    }
}

#[tokio::test]
async fn a_revoked_token_is_replaced_once_and_the_message_leaves() {
    let it = Box::new().await;
    let mei = it.friend("測試小美").await;
    let client = it.sandbox.client();
    client.bot_info().await.expect("a token was fetched");
    it.sandbox.revoke_tokens();
    it.advance(TimeDelta::seconds(1));
    let body = send::prepare_push(&mei, &[Message::text("好")], &Options::default()).expect("bytes");
    let sent = send::push(&client, body, key()).await;
    assert!(matches!(sent, Sent::Accepted { by_retry: false, .. }), "{sent:?}");
    assert_eq!(it.texts(&mei), ["好"]);
}
