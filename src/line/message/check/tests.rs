//! Tables of messages and the faults they have.

use serde_json::{Value, json};

use super::super::{Action, Message, refusal};
use super::*;

/// The faults as `property: words`, for the tables.
fn faults(messages: &[Value]) -> Vec<String> {
    let found = check_json(messages).err().unwrap_or_default();
    found.iter().map(|fault| format!("{}: {}", fault.property, fault.rule.as_line_says())).collect()
}

fn of(message: Value) -> Vec<String> {
    faults(&[message])
}

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

fn flex(contents: Value) -> Value {
    json!({ "type": "flex", "altText": "a", "contents": contents })
}

fn bubble(contents: Value) -> Value {
    json!({ "type": "bubble", "body": { "type": "box", "layout": "vertical", "contents": contents } })
}

fn body(component: Value) -> Vec<String> {
    of(flex(bubble(json!([component]))))
}

const HTTPS: &str = "https://example.com/a.png";

#[test]
fn messages_that_line_takes() {
    let postback = json!({ "type": "postback", "label": "好", "data": "" });
    let good = [
        text("您好"),
        json!({ "type": "text", "text": "😀$ $", "emojis": [{ "index": 2, "productId": "5ac1", "emojiId": "001" }, { "index": 4, "productId": "5ac1", "emojiId": "002" }] }),
        json!({ "type": "textV2", "text": "Hi {user1} {{}} {e}", "substitution": {
            "user1": { "type": "mention", "mentionee": { "type": "all" } }, "e": { "type": "emoji", "productId": "p", "emojiId": "e" } } }),
        json!({ "type": "sticker", "packageId": "446", "stickerId": "1988" }),
        json!({ "type": "image", "originalContentUrl": HTTPS, "previewImageUrl": HTTPS }),
        json!({ "type": "video", "originalContentUrl": HTTPS, "previewImageUrl": HTTPS, "trackingId": "a-1" }),
        json!({ "type": "audio", "originalContentUrl": HTTPS, "duration": 60_000 }),
        json!({ "type": "location", "title": "店", "address": "中山北路", "latitude": 25.05, "longitude": 121 }),
        json!({ "type": "coupon", "couponId": "01JYNW8JMQVFBNWF1APF8Z3FS7" }),
        json!({ "type": "imagemap", "baseUrl": "https://example.com/m", "altText": "a", "baseSize": { "width": 1040, "height": 585 },
                "actions": [{ "type": "uri", "linkUri": "https://example.com/", "area": { "x": 0, "y": 586, "width": 520, "height": 454 } }] }),
        json!({ "type": "template", "altText": "a", "template": { "type": "confirm", "text": "好嗎", "actions": [postback, postback] } }),
        flex(bubble(
            json!([{ "type": "text", "text": "hi", "size": "23.5px", "color": "#ff0000", "wrap": true, "action": null }]),
        )),
    ];
    for message in good {
        assert_eq!(of(message.clone()), Vec::<String>::new(), "{message}");
    }
}

#[test]
fn a_request_has_one_to_five_messages() {
    assert_eq!(faults(&[]), ["messages: Size must be between 1 and 5"]);
    assert_eq!(faults(&vec![text("a"); 6]), ["messages: Size must be between 1 and 5"]);
    assert!(check(&vec![Message::text("a"); 5]).is_ok());
}

#[test]
fn discriminators_are_resolved() {
    let types = "[text, textV2, sticker, image, video, audio, location, coupon, imagemap, template, flex]";
    let of_six = format!("messages[0].type: Must be one of the following values: {types}");
    for (message, expected) in [
        (json!({ "text": "a" }), "messages[0].type: must be specified"),
        (json!({ "type": "Text", "text": "a" }), of_six.as_str()),
        (json!("a"), "messages[0]: invalid property"),
        (json!({ "type": "text" }), "messages[0].text: must be specified"),
        (json!({ "type": "text", "text": 7 }), "messages[0].text: invalid property"),
        (json!({ "type": "image", "previewImageUrl": HTTPS }), "messages[0].originalContentUrl: must be specified"),
        (json!({ "type": "coupon" }), "messages[0].couponId: must be specified"),
        (json!({ "type": "flex", "contents": bubble(json!([])) }), "messages[0].altText: must be specified"),
        (
            flex(json!({ "type": "box" })),
            "messages[0].contents.type: Must be one of the following values: [bubble, carousel]",
        ),
    ] {
        assert_eq!(of(message), [expected]);
    }
}

#[test]
fn texts_count_in_utf16_units() {
    assert!(of(text(&"美".repeat(5_000))).is_empty());
    assert!(of(text(&"😀".repeat(2_500))).is_empty());
    let too_long = "messages[0].text: Length must be between 1 and 5000";
    assert_eq!(of(text(&"a".repeat(5_001))), [too_long]);
    assert_eq!(of(text(&format!("{}a", "😀".repeat(2_500)))), [too_long]);
    assert_eq!(of(text("")), ["messages[0].text: May not be empty"]);
    let alt = |length| json!({ "type": "flex", "altText": "a".repeat(length), "contents": bubble(json!([])) });
    assert!(of(alt(1_500)).is_empty());
    assert_eq!(of(alt(1_501)), ["messages[0].altText: Length must be between 1 and 1500"]);
}

#[test]
fn labels_count_in_characters_as_people_see_them() {
    let family = "👨‍👩‍👧‍👦";
    let reply = |label: String| check(&[Message::text("a").with_quick_replies([Action::message(label, "a")])]);
    assert!(reply(family.repeat(20)).is_ok());
    let faults = reply(family.repeat(21)).expect_err("too long");
    assert_eq!(faults[0].property, "messages[0].quickReply.items[0].action.label");
    assert_eq!(faults[0].rule, Rule::Length { min: 1, max: 20, found: 21, unit: super::super::Unit::Graphemes });
    let button =
        |label: String| body(json!({ "type": "button", "action": { "type": "uri", "label": label, "uri": "tel:1" } }));
    assert!(button(family.repeat(40)).is_empty());
    assert_eq!(button(family.repeat(41)).len(), 1);
}

#[test]
fn quick_replies() {
    let with =
        |actions: Vec<Action>| check(&[Message::text("a").with_quick_replies(actions)]).err().unwrap_or_default();
    let action = || Action::message("a", "a");
    assert!(with(vec![action(); 13]).is_empty());
    assert_eq!(with(vec![action(); 14])[0].property, "messages[0].quickReply.items");
    assert_eq!(with(vec![])[0].property, "messages[0].quickReply.items");
    assert!(with(vec![Action::Camera { label: String::from("照相") }]).is_empty());
    let switch = Action::RichMenuSwitch { label: None, rich_menu_alias_id: String::from("a"), data: String::new() };
    assert_eq!(with(vec![switch])[0].property, "messages[0].quickReply.items[0].action.type");
    assert_eq!(with(vec![Action::Message { label: None, text: String::from("a") }])[0].rule, Rule::Required);
    assert_eq!(
        with(vec![Action::postback("a", "b".repeat(301))])[0].property,
        "messages[0].quickReply.items[0].action.data"
    );
    assert_eq!(with(vec![Action::uri("a", "https://x/美")])[0].rule, Rule::Uri);
}

#[test]
fn senders() {
    let from = |sender: Value| of(json!({ "type": "text", "text": "a", "sender": sender }));
    assert!(from(json!({ "name": "熟".repeat(20), "iconUrl": HTTPS })).is_empty());
    assert_eq!(from(json!({ "name": "熟".repeat(21) })), ["messages[0].sender.name: Length must be between 0 and 20"]);
    assert_eq!(
        from(json!({ "iconUrl": "http://example.com/a.png" })),
        ["messages[0].sender.iconUrl: invalid uri scheme"]
    );
}

#[test]
fn emoji_and_substitutions_point_at_something() {
    let emoji = |index: i64| {
        of(json!({ "type": "text", "text": "😀$", "emojis": [{ "index": index, "productId": "p", "emojiId": "e" }] }))
    };
    assert!(emoji(2).is_empty());
    assert_eq!(emoji(1), ["messages[0].emojis[0].index: invalid property"]);
    let v2 = |text: &str| {
        of(json!({ "type": "textV2", "text": text, "substitution": { "a": { "type": "emoji", "productId": "p", "emojiId": "e" } } })).len()
    };
    for (text, faults) in [("{a}", 0), ("{{a}}", 0), ("{b}", 1), ("{a", 1), ("a}", 1), ("{a}}}", 0), ("{a} }", 1)] {
        assert_eq!(v2(text), faults, "{text}");
    }
}

#[test]
fn actions_fit_together() {
    let picker = |more: Value| {
        let mut action = json!({ "type": "datetimepicker", "label": "a", "data": "d", "mode": "date" });
        action.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body(json!({ "type": "button", "action": action })).len()
    };
    for (more, faults) in [
        (json!({ "initial": "2027-02-28", "min": "2027-01-01", "max": "2027-12-31" }), 0),
        (json!({ "initial": "2027-02-30" }), 1),
        (json!({ "initial": "1899-12-31" }), 1),
        (json!({ "min": "2027-01-02", "max": "2027-01-01" }), 1),
        (json!({ "mode": "time", "initial": "24:00" }), 1),
        (json!({ "mode": "datetime", "initial": "2027-01-01t00:00" }), 0),
        (json!({ "mode": "year" }), 1),
    ] {
        assert_eq!(picker(more.clone()), faults, "{more}");
    }
    let postback = |more: &str| {
        let action = format!(r#"{{"type":"postback","label":"a","data":"d",{more}}}"#);
        body(json!({ "type": "button", "action": serde_json::from_str::<Value>(&action).expect("JSON") })).len()
    };
    assert_eq!(postback(r#""displayText":"a""#), 0);
    assert_eq!(postback(r#""displayText":"a","text":"a""#), 1);
    assert_eq!(postback(r#""inputOption":"openKeyboard","fillInText":"a""#), 0);
    assert_eq!(postback(r#""fillInText":"a""#), 1);
}

#[test]
fn templates_keep_their_own_limits() {
    let action = json!({ "type": "message", "label": "a", "text": "a" });
    let template = |template: Value| of(json!({ "type": "template", "altText": "a", "template": template }));
    let buttons = |text: usize, title: Option<&str>, actions: usize| {
        template(json!({ "type": "buttons", "text": "美".repeat(text), "title": title, "actions": vec![action.clone(); actions] })).len()
    };
    for (text, title, actions, faults) in [
        (160, None, 4, 0),
        (161, None, 4, 1),
        (60, Some("a"), 1, 0),
        (61, Some("a"), 1, 1),
        (1, None, 5, 1),
        (1, None, 0, 1),
    ] {
        assert_eq!(buttons(text, title, actions), faults, "{text} {title:?} {actions}");
    }
    let column = |actions: usize| json!({ "text": "a", "actions": vec![action.clone(); actions] });
    let carousel = |columns: Value| template(json!({ "type": "carousel", "columns": columns }));
    assert!(carousel(json!([column(1), column(1)])).is_empty());
    assert_eq!(carousel(json!([column(1), column(2)])), ["messages[0].template.columns[1].actions: invalid property"]);
    assert_eq!(carousel(json!(vec![column(1); 11])), ["messages[0].template.columns: Size must be between 1 and 10"]);
    let picture = |label: &str| {
        template(
            json!({ "type": "image_carousel", "columns": [{ "imageUrl": HTTPS, "action": { "type": "uri", "label": label, "uri": HTTPS } }] }),
        )
    };
    assert!(picture(&"美".repeat(12)).is_empty());
    assert_eq!(picture(&"美".repeat(13)).len(), 1);
}

#[test]
fn flex_components_are_checked_one_by_one() {
    let at = |property: &str, words: &str| format!("messages[0].contents.body.contents[0]{property}: {words}");
    let cases = [
        (json!({ "type": "text" }), at(".text", "must be specified")),
        (json!({ "type": "text", "text": "" }), at(".text", "May not be empty")),
        (json!({ "type": "text", "text": "a", "wieght": "bold" }), at(".wieght", "unknown field")),
        (json!({ "type": "text", "text": "a", "size": "huge" }), at(".size", "invalid property")),
        (json!({ "type": "text", "text": "a", "size": "50%" }), at(".size", "invalid property")),
        (json!({ "type": "text", "text": "a", "color": "red" }), at(".color", "invalid property")),
        (json!({ "type": "text", "text": "a", "flex": 1.5 }), at(".flex", "invalid property")),
        (json!({ "type": "text", "text": "a", "wrap": "true" }), at(".wrap", "invalid property")),
        (
            json!({ "type": "text", "contents": [{ "type": "text", "text": "a" }] }),
            at(".contents[0].type", "Must be one of the following values: [span]"),
        ),
        (json!({ "type": "image", "url": "http://example.com/a.png" }), at(".url", "invalid uri scheme")),
        (json!({ "type": "image", "url": HTTPS, "aspectRatio": "1:4" }), at(".aspectRatio", "invalid property")),
        (
            json!({ "type": "button", "action": { "type": "uri", "uri": HTTPS } }),
            at(".action.label", "must be specified"),
        ),
        (json!({ "type": "button" }), at(".action", "must be specified")),
        (json!({ "type": "icon", "url": HTTPS }), at("", "invalid property")),
        (
            json!({ "type": "span", "text": "a" }),
            at(".type", "Must be one of the following values: [box, button, image, icon, text, separator, filler]"),
        ),
        (
            json!({ "type": "video", "url": HTTPS }),
            at(".type", "Must be one of the following values: [box, button, image, icon, text, separator, filler]"),
        ),
        (
            json!({ "type": "box", "layout": "baseline", "contents": [{ "type": "separator" }] }),
            at(".contents[0]", "invalid property"),
        ),
        (json!({ "type": "box", "contents": [] }), at(".layout", "must be specified")),
        (
            json!({ "type": "box", "layout": "vertical", "contents": [], "background": { "type": "linearGradient", "angle": "360deg", "startColor": "#000000", "endColor": "#000000" } }),
            at(".background.angle", "invalid property"),
        ),
    ];
    for (component, expected) in cases {
        assert_eq!(body(component.clone()), [expected], "{component}");
    }
}

#[test]
fn bubbles_and_carousels_keep_their_own_limits() {
    let one = bubble(json!([{ "type": "text", "text": "a" }]));
    let carousel = |bubbles: Vec<Value>| of(flex(json!({ "type": "carousel", "contents": bubbles })));
    assert!(carousel(vec![one.clone(); 12]).is_empty());
    assert_eq!(carousel(vec![one.clone(); 13]), ["messages[0].contents.contents: Size must be between 1 and 12"]);
    let mut kilo = one.clone();
    kilo["size"] = json!("kilo");
    assert_eq!(carousel(vec![one.clone(), kilo]), ["messages[0].contents.contents[1].size: invalid property"]);
    let video =
        json!({ "type": "video", "url": HTTPS, "previewUrl": HTTPS, "altContent": { "type": "image", "url": HTTPS } });
    let mut with_video = one.clone();
    with_video["hero"] = video;
    assert!(of(flex(with_video.clone())).is_empty());
    assert_eq!(carousel(vec![with_video.clone()]).len(), 1);
    with_video["size"] = json!("nano");
    assert_eq!(of(flex(with_video)), ["messages[0].contents.hero: invalid property"]);
    let absolute = bubble(json!([{ "type": "text", "text": "a", "position": "absolute" }]));
    assert_eq!(of(flex(absolute)), ["messages[0].contents.body: invalid property"]);
    let big = |bytes: usize| bubble(json!([{ "type": "text", "text": "a".repeat(bytes) }]));
    assert!(of(flex(big(29_800))).is_empty());
    assert!(matches!(check_json(&[flex(big(30_000))]).expect_err("too big")[0].rule, Rule::Bytes { max: 30_000, .. }));
    assert_eq!(carousel(vec![big(20_000), big(20_000), big(20_000)]).len(), 1);
    let moving = json!({ "type": "image", "url": HTTPS, "animated": true });
    assert!(of(flex(bubble(json!(vec![moving.clone(); 10])))).is_empty());
    assert_eq!(of(flex(bubble(json!(vec![moving; 11])))).len(), 1);
}

#[test]
fn a_fault_says_where_what_and_by_which_source() {
    let faults = check_json(&[text(&"a".repeat(5_012))]).expect_err("too long");
    assert_eq!(faults[0].to_string(), "messages[0].text has 5012 UTF-16 units; at most 5000");
    assert_eq!(faults[0].source, "text-message");
}

#[test]
fn a_refusal_reads_like_lines() {
    let faults = check_json(&[text(""), json!({ "type": "txt" })]).expect_err("two faults");
    let answer = refusal(&faults);
    assert_eq!(answer["message"], "The request body has 2 error(s)");
    assert_eq!(answer["details"][0], json!({ "message": "May not be empty", "property": "messages[0].text" }));
    let contents = bubble(json!([{ "type": "text", "text": "a" }, { "type": "text", "text": "" }]));
    let answer = refusal(&check_json(&[text("a"), flex(contents)]).expect_err("one fault"));
    assert_eq!(answer["message"], "A message (messages[1]) in the request body is invalid");
    assert_eq!(answer["details"], json!([{ "message": "May not be empty", "property": "/body/contents/1/text" }]));
}

#[test]
fn a_message_wrong_all_over_gives_a_bounded_list() {
    let wrong = json!({ "type": "text", "nope": 1 });
    assert_eq!(check_json(&[flex(bubble(json!(vec![wrong; 1_000])))]).expect_err("faults").len(), 100);
}
