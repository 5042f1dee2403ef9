//! A second start knows its phones.

use std::io::Write;
use std::path::PathBuf;

use super::*;
use crate::harness::fresh_folder;

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = fresh_folder(&format!("shuke-sandbox-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn config(&self) -> Config {
        Config { history: Some(self.0.join("sandbox.jsonl")), ..Config::in_memory() }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn phones_chats_keys_tokens_and_counts_outlive_the_process() {
    let folder = Folder::new("outlive");
    let it = Box::with(open(folder.config())).await;
    let (mei, jun) = (it.friend("測試小美").await, it.friend("測試阿俊").await);
    it.sandbox.say(&mei, "會員卡").await.expect("writes");
    it.sandbox.block(&jun).await.expect("blocks");
    let token = it.reply_token(&mei);
    let body = json!({ "to": [mei.as_str(), jun.as_str()], "messages": [text("一次")] });
    it.keyed(MULTICAST, &body, KEY).await;
    let before = it.history().await;
    let bearer = it.bearer.clone();
    drop(it);

    let it = Box { sandbox: open_seeded(folder.config(), 2), bearer };
    assert_eq!(it.history().await, before);
    assert_eq!(it.keyed(MULTICAST, &body, KEY).await.status, 409, "the key is remembered, and the token still good");
    assert_eq!(it.get("/v2/bot/message/quota/consumption").await.body["totalUsage"], 1);
    assert_eq!(it.post(REPLY, &json!({ "replyToken": token, "messages": [text("在")] })).await.status, 200);
    assert_eq!(it.texts(&mei), ["一次", "在"]);
    assert_eq!(it.get(&format!("/v2/bot/profile/{jun}")).await.status, 404, "still blocked");
}

#[tokio::test]
async fn a_torn_last_line_is_dropped_and_a_broken_middle_is_refused() {
    let folder = Folder::new("torn");
    let it = Box::with(open(folder.config())).await;
    let mei = it.friend("測試小美").await;
    drop(it);
    let path = folder.config().history.expect("a file");
    let whole = std::fs::read(&path).expect("a file");
    let mut file = std::fs::OpenOptions::new().append(true).open(&path).expect("a file");
    file.write_all(b"{\"act\":{\"seq\":99,\"us").expect("written");
    let it = Box::with(open_seeded(folder.config(), 2)).await;
    it.sandbox.say(&mei, "還在").await.expect("writes");
    drop(it);
    let it = open_seeded(folder.config(), 3);
    let texts = it.look(|world| world.chats[&mei].iter().filter_map(|bubble| bubble.message()).count());
    assert_eq!(texts, 1, "what was written after the torn line is read again");
    drop(it);

    let mut broken = b"nonsense\n".to_vec();
    broken.extend_from_slice(&whole);
    std::fs::write(&path, broken).expect("written");
    let clock = Clock::still(start());
    let refused = Sandbox::open(folder.config(), clock.clone(), Ids::new(clock, Chance::seeded(1)));
    assert!(refused.expect_err("refused").to_string().contains("line 1"));
}
