//! FAULTS F31: told to stop, the program finishes what is under way, waits for nobody long, and ends well.

use std::net::Ipv4Addr;
use std::process::Command;

use shuke::line::signature;
use shuke::sandbox::Channel;
use shuke::store::{OpenOptions, query};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Line, Service, free_port, wait_until};
use crate::harness::each_engine;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_answers_what_is_under_way_and_waits_for_no_dawdler() {
    each_engine(OpenOptions::default(), async |fresh| {
        let port = free_port();
        let line = Line::for_service_on(port).await;
        let mut service = Service::new(&fresh.url, line.address, port);
        service.start().await;
        let body = webhook();
        let (first, rest) = body.split_at(body.len() / 2);
        let mut under_way = begun(port, &body, first).await;
        let _dawdler = begun(port, &body, first).await;

        let stopped = Command::new("kill").args(["-TERM", &service.id().to_string()]).status().expect("kill runs");
        assert!(stopped.success());
        wait_until("nobody new is let in", async || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err())
            .await;
        under_way.write_all(rest).await.expect("it is still read");
        let mut answer = String::new();
        under_way.read_to_string(&mut answer).await.expect("it is answered");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

        assert!(service.ended().await.success(), "{}", service.log());
        // The dawdler's own time would be over after ten seconds.
        assert!(
            service.log().contains("some work did not end in time"),
            "it waited for the dawdler: {}",
            service.log()
        );
        let stored = query(&fresh.db, "select count(*) from event").value::<i64>().await.expect("a read");
        assert_eq!(stored, 1, "what was acknowledged is there");
    })
    .await;
}

fn webhook() -> Vec<u8> {
    let channel = Channel::made_up();
    format!(
        r#"{{"destination":"{}","events":[{{"type":"message","mode":"active","timestamp":1772418600000,"webhookEventId":"01STOP","deliveryContext":{{"isRedelivery":false}},"source":{{"type":"user","userId":"U{:032x}"}},"message":{{"type":"text","id":"1","quoteToken":"q","text":"hi"}}}}]}}"#,
        channel.bot_user_id, 7
    )
    .into_bytes()
}

/// A connection on which the headers and `first` of the body were sent.
async fn begun(port: u16, body: &[u8], first: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("it accepts");
    let signature = signature::sign(&Channel::made_up().secret, body);
    let head = format!(
        "POST /line/webhook HTTP/1.1\r\nhost: here\r\nx-line-signature: {signature}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream.write_all(first).await.expect("sent");
    stream
}
