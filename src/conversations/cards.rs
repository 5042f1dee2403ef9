//! The Flex messages the chat answers with, drawn from a member's real state: the member card, the stamp card as boxes (no
//! pictures to host, exact at any moment), the vouchers. Pure: values in, JSON out.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::words::{FluentValue, Voice};

/// Colours and addresses a card is drawn with.
#[derive(Debug, Clone)]
pub struct Look<'a> {
    /// The brand's name.
    pub brand: &'a str,
    /// The brand's colour, `#RRGGBB`.
    pub seal: &'a str,
    /// The LIFF app that opens the member's pages.
    pub liff_id: &'a str,
    /// The brand's zone: days are counted as its people count them.
    pub zone: Tz,
    /// In whose language.
    pub voice: &'a Voice,
    /// The instant of the answer.
    pub now: DateTime<Utc>,
}

/// A stamp card as the chat shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StampCard {
    /// Its title.
    pub title: String,
    /// Stamps on it.
    pub stamps: i64,
    /// Stamps of a full card.
    pub goal: i64,
    /// The nearest milestone: its position and what it gives.
    pub next: Option<(i64, String)>,
    /// When it lapses.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A voucher as the chat shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its title.
    pub title: String,
    /// When it lapses.
    pub expires_at: Option<DateTime<Utc>>,
}

pub(super) const PAPER: &str = "#FAF7F2";
pub(super) const INK: &str = "#1F1B16";
pub(super) const INK_2: &str = "#6A6158";
pub(super) const RULE: &str = "#E4DCD1";
/// Slots drawn; a longer card shows the row its next stamp falls in.
const SLOTS: i64 = 20;
const ROW: i64 = 5;
/// Tickets in a carousel before the one that opens the rest (LINE allows 12 bubbles).
const TICKETS: usize = 10;

/// Alt text and contents of the member card.
pub fn member_card(look: &Look<'_>, number: &str, card: Option<&StampCard>, vouchers: i64) -> (String, Value) {
    let voice = look.voice;
    let mut facts = Vec::new();
    if let Some(card) = card {
        facts.push(fact(&card.title, &format!("{}／{}", card.stamps, card.goal)));
    }
    facts.push(fact(&voice.say("chat-vouchers"), &voice.say_with("chat-voucher-count", &[("count", vouchers.into())])));
    let mut body = vec![
        text(&voice.say("chat-member-card"), "sm", INK_2, "regular"),
        text(number, "xxl", INK, "bold"),
        json!({ "type": "separator", "margin": "lg", "color": RULE }),
    ];
    body.extend(facts);
    let bubble = bubble(
        look,
        &body,
        &[
            button(look, &voice.say("chat-show-pass"), "", true),
            button(look, &voice.say("chat-open-stamps"), "stamps", false),
        ],
    );
    (voice.say_with("chat-member-card-alt", &[("number", number.into())]), bubble)
}

/// Alt text and contents of a stamp card.
pub fn stamp_card(look: &Look<'_>, card: &StampCard) -> (String, Value) {
    let voice = look.voice;
    let sentence = sentence(look, card);
    let mut body = vec![json!({ "type": "box", "layout": "horizontal", "contents": [
            text(&card.title, "lg", INK, "bold"),
            json!({ "type": "text", "text": format!("{}／{}", card.stamps, card.goal), "size": "lg", "weight": "bold", "color": look.seal, "align": "end", "flex": 0, "scaling": true }),
        ] })];
    body.extend(slots(look, card));
    body.push(text(&sentence, "sm", INK, "regular"));
    if let Some(until) = card.expires_at {
        body.push(text(&expiry(look, until), "xs", INK_2, "regular"));
    }
    let bubble = bubble(look, &body, &[button(look, &voice.say("chat-show-pass"), "", true)]);
    let alt = voice.say_with(
        "chat-stamp-card-alt",
        &[
            ("title", card.title.as_str().into()),
            ("stamps", card.stamps.into()),
            ("goal", card.goal.into()),
            ("sentence", sentence.into()),
        ],
    );
    (alt, bubble)
}

/// Alt text and contents of the vouchers; none when there are none.
pub fn vouchers(look: &Look<'_>, tickets: &[Ticket]) -> Option<(String, Value)> {
    let voice = look.voice;
    if tickets.is_empty() {
        return None;
    }
    let mut bubbles: Vec<Value> = tickets
        .iter()
        .take(TICKETS)
        .map(|ticket| {
            let mut body =
                vec![text(&voice.say("chat-voucher"), "xs", INK_2, "regular"), text(&ticket.title, "xl", INK, "bold")];
            body.push(json!({ "type": "separator", "margin": "lg", "color": RULE }));
            let deadline = ticket.expires_at.map_or_else(|| voice.say("chat-no-deadline"), |until| expiry(look, until));
            body.push(text(&deadline, "sm", INK_2, "regular"));
            bubble(look, &body, &[button(look, &voice.say("chat-use-voucher"), "vouchers", true)])
        })
        .collect();
    if tickets.len() > TICKETS {
        let more = voice.say_with("chat-more-vouchers", &[("count", count(tickets.len() - TICKETS))]);
        bubbles.push(bubble(
            look,
            &[text(&more, "md", INK, "regular")],
            &[button(look, &voice.say("chat-all-vouchers"), "vouchers", true)],
        ));
    }
    let alt = voice
        .say_with("chat-vouchers-alt", &[("count", count(tickets.len())), ("first", tickets[0].title.as_str().into())]);
    Some((alt, json!({ "type": "carousel", "contents": bubbles })))
}

/// For example 再 3 點，送您「一杯拿鐵」.
pub fn sentence(look: &Look<'_>, card: &StampCard) -> String {
    match &card.next {
        Some((at, gift)) => look
            .voice
            .say_with("chat-stamps-missing", &[("missing", (at - card.stamps).into()), ("gift", gift.as_str().into())]),
        None => look.voice.say_with("chat-stamps-so-far", &[("stamps", card.stamps.into())]),
    }
}

/// 「12 月 31 日（三）前，還有 3 天」 in the brand's zone.
pub fn expiry(look: &Look<'_>, until: DateTime<Utc>) -> String {
    // A deadline is half-open: the day shown is the last one on which it still works.
    let last = (until - chrono::TimeDelta::microseconds(1)).with_timezone(&look.zone).date_naive();
    let days = (last - look.now.with_timezone(&look.zone).date_naive()).num_days();
    look.voice.say_with("chat-expiry", &[("date", day(look.voice, last).into()), ("days", days.into())])
}

/// A day as people say it: 12 月 31 日（三）.
pub fn day(voice: &Voice, day: NaiveDate) -> String {
    let weekday = voice.say(match day.weekday() {
        chrono::Weekday::Mon => "weekday-mon",
        chrono::Weekday::Tue => "weekday-tue",
        chrono::Weekday::Wed => "weekday-wed",
        chrono::Weekday::Thu => "weekday-thu",
        chrono::Weekday::Fri => "weekday-fri",
        chrono::Weekday::Sat => "weekday-sat",
        chrono::Weekday::Sun => "weekday-sun",
    });
    let month = voice.say(&format!("month-{}", day.month()));
    voice.say_with("day", &[("month", month.into()), ("day", i64::from(day.day()).into()), ("weekday", weekday.into())])
}

fn slots(look: &Look<'_>, card: &StampCard) -> Vec<Value> {
    let first = if card.goal <= SLOTS { 0 } else { (card.stamps / ROW * ROW).min(card.goal - ROW).max(0) };
    let shown = if card.goal <= SLOTS { card.goal } else { ROW };
    (first..first + shown)
        .step_by(5)
        .map(|row| {
            let slots: Vec<Value> = (row + 1..=row + ROW)
                .map(|slot| if slot <= card.goal { slot_box(look, card, slot) } else { no_slot() })
                .collect();
            json!({ "type": "box", "layout": "horizontal", "margin": "md", "justifyContent": "space-between", "contents": slots })
        })
        .collect()
}

/// The room of a slot the card does not have, so that the last row keeps its columns.
fn no_slot() -> Value {
    json!({ "type": "box", "layout": "vertical", "flex": 0, "width": "44px", "contents": [] })
}

fn slot_box(look: &Look<'_>, card: &StampCard, slot: i64) -> Value {
    let is_filled = slot <= card.stamps;
    let is_gift = card.next.as_ref().is_some_and(|(at, _)| *at == slot);
    let (mark, color) = match (is_filled, is_gift) {
        (true, _) => (String::from("✓"), "#FFFFFF"),
        (false, true) => (look.voice.say("chat-gift-mark"), look.seal),
        (false, false) => (slot.to_string(), INK_2),
    };
    let mut slot = json!({
        "type": "box", "layout": "vertical", "flex": 0, "width": "44px", "height": "44px", "cornerRadius": "22px", "justifyContent": "center",
        "borderWidth": "1px", "borderColor": if is_filled || is_gift { look.seal } else { RULE },
        "contents": [{ "type": "text", "text": mark, "size": "sm", "align": "center", "color": color, "weight": "bold" }],
    });
    if is_filled {
        slot["backgroundColor"] = json!(look.seal);
    }
    slot
}

pub(super) fn bubble(look: &Look<'_>, body: &[Value], buttons: &[Value]) -> Value {
    json!({
        "type": "bubble",
        "size": "mega",
        "header": { "type": "box", "layout": "vertical", "paddingAll": "16px", "backgroundColor": look.seal,
                    "contents": [text(look.brand, "sm", "#FFFFFF", "bold")] },
        "body": { "type": "box", "layout": "vertical", "spacing": "sm", "paddingAll": "20px", "backgroundColor": PAPER, "contents": body },
        "footer": { "type": "box", "layout": "vertical", "spacing": "sm", "contents": buttons, "backgroundColor": PAPER },
    })
}

pub(super) fn text(text: &str, size: &str, color: &str, weight: &str) -> Value {
    json!({ "type": "text", "text": text, "size": size, "color": color, "weight": weight, "wrap": true, "scaling": true })
}

fn fact(label: &str, value: &str) -> Value {
    json!({ "type": "box", "layout": "baseline", "margin": "md", "contents": [
        { "type": "text", "text": label, "size": "sm", "color": INK_2, "flex": 3, "scaling": true },
        { "type": "text", "text": value, "size": "md", "color": INK, "weight": "bold", "align": "end", "flex": 4, "wrap": true, "scaling": true },
    ] })
}

fn button(look: &Look<'_>, label: &str, page: &str, is_primary: bool) -> Value {
    let uri = format!("https://liff.line.me/{}/{page}", look.liff_id);
    let uri = uri.trim_end_matches('/');
    let mut button = json!({ "type": "button", "height": "sm", "style": if is_primary { "primary" } else { "link" },
                             "action": { "type": "uri", "label": label, "uri": uri } });
    button["color"] = json!(look.seal);
    button
}

fn count(n: usize) -> FluentValue<'static> {
    i64::try_from(n).unwrap_or(i64::MAX).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Lang, Words};

    fn card(stamps: i64, goal: i64) -> StampCard {
        StampCard {
            title: String::from("咖啡集點卡"),
            stamps,
            goal,
            next: Some((goal, String::from("一杯拿鐵"))),
            expires_at: None,
        }
    }

    fn look(voice: &Voice) -> Look<'_> {
        let now = DateTime::parse_from_rfc3339("2026-12-28T02:00:00Z").unwrap().to_utc();
        Look { brand: "山邊咖啡", seal: "#C0352B", liff_id: "1-a", zone: chrono_tz::Asia::Taipei, voice, now }
    }

    #[test]
    fn the_sentence_says_how_many_are_missing_for_what() {
        let words = Words::load();
        for (lang, said) in [
            (Lang::ZhHant, "再 3 點，送您「一杯拿鐵」"),
            (Lang::Ja, "あと3個で一杯拿鐵"),
            (Lang::En, "3 more for 一杯拿鐵"),
        ] {
            assert_eq!(sentence(&look(&words.voice(lang)), &card(7, 10)), said);
        }
    }

    #[test]
    fn a_deadline_names_its_last_day_and_the_days_left() {
        let voice = Words::load().voice(Lang::ZhHant);
        let midnight = DateTime::parse_from_rfc3339("2027-01-01T00:00:00+08:00").unwrap().to_utc();
        assert_eq!(expiry(&look(&voice), midnight), "12 月 31 日（四）前，還有 3 天");
    }

    #[test]
    fn every_size_of_card_fits_lines_limits() {
        let voice = Words::load().voice(Lang::ZhHant);
        for goal in [1, 4, 5, 10, 12, 20, 21, 100] {
            for stamps in [0, 1, goal / 2, goal] {
                let (alt, contents) = stamp_card(&look(&voice), &card(stamps, goal));
                let message = crate::line::message::Message::flex(alt, contents);
                assert!(crate::line::message::check(&[message]).is_ok(), "{stamps}/{goal}");
            }
        }
    }
}
