//! Finds what LINE would refuse in messages, before they are sent. The limits are tables beside their sources; what a table
//! cannot say stands as a function at its foot.

mod actions;
mod flex;
mod messages;
mod shape;
mod templates;
mod walk;

use serde_json::Value;

use super::Message;
use super::fault::{Fault, Rule};
pub(in crate::line) use walk::decimal;

use messages::MESSAGES;
use walk::{Node, Walk};

/// Messages in one request, at most. Source: "Send reply message" and its siblings.
const MOST_MESSAGES: usize = 5;

/// Checks what one request would carry. The faults are in the order of the messages.
pub fn check(messages: &[Message]) -> Result<(), Vec<Fault>> {
    let messages: Vec<Value> = messages
        .iter()
        .map(|message| serde_json::to_value(message).expect("a message is plain data with text keys"))
        .collect();
    check_json(&messages)
}

/// The same for messages in LINE's own form, from a file or a request.
pub fn check_json(messages: &[Value]) -> Result<(), Vec<Fault>> {
    let mut walk = Walk::default();
    let all = Value::Null;
    if messages.is_empty() || messages.len() > MOST_MESSAGES {
        let rule = Rule::Size { min: 1, max: MOST_MESSAGES, found: messages.len() };
        walk.fault(&Node::root("messages", &all), rule, "send-reply-message");
    }
    for (index, message) in messages.iter().take(MOST_MESSAGES).enumerate() {
        walk.animated = 0;
        let name = format!("messages[{index}]");
        walk.tagged(&Node::root(&name, message), MESSAGES, "message-objects");
    }
    if walk.faults.is_empty() { Ok(()) } else { Err(walk.faults) }
}

#[cfg(test)]
mod tests;
