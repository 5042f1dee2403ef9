//! Webhooks as LINE sends them: text messages of about 0.43 kB, each id once, correctly signed.

use std::sync::Arc;

use bytes::Bytes;
use shuke::line::signature;
use shuke::sandbox::Channel;

/// People who write.
const PEOPLE: usize = 2_000;
/// Events in one list of requests.
const EVENTS: usize = 120_000;

/// HTTP requests, ready to be sent.
pub type Requests = Arc<Vec<Bytes>>;

/// Webhooks of `events` events each.
pub fn requests(events: usize) -> Requests {
    let channel = Channel::made_up();
    let count = EVENTS / events;
    let all = (0..count).map(|request| {
        let list: Vec<String> = (0..events).map(|n| event(request * events + n)).collect();
        let body = format!(r#"{{"destination":"{}","events":[{}]}}"#, channel.bot_user_id, list.join(","));
        let signature = signature::sign(&channel.secret, body.as_bytes());
        Bytes::from(format!(
            "POST /line/webhook HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json; charset=utf-8\r\n\
             x-line-signature: {signature}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ))
    });
    Arc::new(all.collect())
}

fn event(number: usize) -> String {
    let person = number % PEOPLE;
    let at = 1_772_418_600_000 + number;
    format!(
        r#"{{"type":"message","mode":"active","timestamp":{at},"webhookEventId":"01BENCH{number:019}","deliveryContext":{{"isRedelivery":false}},"source":{{"type":"user","userId":"U{person:032x}"}},"replyToken":"{number:032x}","message":{{"type":"text","id":"{number:018}","quoteToken":"q3Plxr4AgKd0000000000000000000000000000000000{number:08}","markAsReadToken":"{number:032x}","text":"集點卡"}}}}"#
    )
}
