//! What the dials stand at: the clock, the month's messages, the switches of faults and of webhooks.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::sandbox::Sandbox;
use crate::sandbox::world::faults::Fault;
use crate::words::Voice;

/// The dials in numbers and words.
pub fn view(sandbox: &Sandbox, voice: &Voice) -> Value {
    let (now, offset_us) = (sandbox.clock().now(), sandbox.clock().offset_us());
    let (habits, held) = (sandbox.habits(), sandbox.held());
    sandbox.look(|world| {
        let used = world.used(now);
        let quota = match world.quota {
            Some(limit) => voice.say_with("sandbox-quota", &[("used", used.into()), ("limit", limit.into())]),
            None => voice.say_with("sandbox-quota-unlimited", &[("used", used.into())]),
        };
        let faults: Vec<String> = world.faults.on().iter().map(|fault| fault_words(fault, voice)).collect();
        json!({
            "now": now.timestamp_millis(),
            "offset": offset_words(TimeDelta::microseconds(offset_us), voice),
            "quota": quota, "limit": world.quota, "used": used,
            "webhook": world.webhook_url, "habits": habits, "held": held,
            "faults": faults,
        })
    })
}

/// 「快了 30 天 10 分」; empty for a clock that goes with the machine's.
fn offset_words(offset: TimeDelta, voice: &Voice) -> String {
    let minutes = offset.num_minutes();
    if minutes == 0 {
        return String::new();
    }
    let parts = [("day", minutes / 1_440), ("hour", minutes % 1_440 / 60), ("minute", minutes % 60)];
    let said = parts.into_iter().filter(|(_, count)| *count > 0);
    let said: Vec<String> =
        said.map(|(unit, count)| voice.say_with(&format!("sandbox-span-{unit}"), &[("count", count.into())])).collect();
    voice.say_with("sandbox-offset", &[("span", said.join(" ").into())])
}

fn fault_words(fault: &Fault, voice: &Voice) -> String {
    let what = voice.say(&format!("sandbox-fault-{}", fault.kind.name()));
    let place = fault.endpoint.map_or_else(|| voice.say("sandbox-fault-anywhere"), |at| String::from(at.name()));
    let times = match fault.count {
        Some(count) => voice.say_with("sandbox-fault-times", &[("count", i64::from(count).into())]),
        None => voice.say("sandbox-fault-always"),
    };
    voice.say_with("sandbox-fault-on", &[("what", what.into()), ("place", place.into()), ("times", times.into())])
}
