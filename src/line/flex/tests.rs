use serde_json::{Value, json};

use super::*;

/// One element a line, so that a snapshot reads and its changes show.
fn pretty(html: &str) -> String {
    let (mut out, mut depth) = (String::new(), 0_usize);
    for part in html.split_inclusive('>').flat_map(|part| match part.rfind('<') {
        Some(at) if at > 0 => vec![&part[..at], &part[at..]],
        _ => vec![part],
    }) {
        if part.starts_with("</") {
            depth = depth.saturating_sub(1);
        }
        out.push_str(&" ".repeat(depth));
        out.push_str(part);
        out.push('\n');
        if part.starts_with('<') && !part.starts_with("</") && !part.starts_with("<img") {
            depth += 1;
        }
    }
    out
}

fn text(text: &str, size: &str, color: &str) -> Value {
    json!({ "type": "text", "text": text, "size": size, "color": color, "weight": "bold", "wrap": true, "scaling": true })
}

fn bubble(name: &str, body: Value, footer: Value) -> Value {
    json!({
        "type": "bubble", "size": "mega",
        "header": { "type": "box", "layout": "vertical", "paddingAll": "16px", "backgroundColor": "#C0352B", "contents": [text(name, "sm", "#FFFFFF")] },
        "body": { "type": "box", "layout": "vertical", "spacing": "sm", "paddingAll": "20px", "contents": body },
        "footer": { "type": "box", "layout": "vertical", "spacing": "sm", "contents": footer },
        "styles": { "footer": { "separator": true, "separatorColor": "#E4DCD1" } },
    })
}

fn open(label: &str) -> Value {
    json!({ "type": "button", "style": "primary", "height": "sm", "color": "#C0352B",
            "action": { "type": "uri", "label": label, "uri": "https://liff.line.me/1-a/card" } })
}

#[test]
fn a_member_card() {
    let fact = |label: &str, value: &str| {
        json!({ "type": "box", "layout": "baseline", "margin": "md", "contents": [
        { "type": "text", "text": label, "size": "sm", "color": "#6A6158", "flex": 3 },
        { "type": "text", "text": value, "color": "#1F1B16", "weight": "bold", "align": "end", "flex": 4, "wrap": true } ] })
    };
    let body = json!([text("林小美", "xl", "#1F1B16"), fact("會員編號", "1234 5678 903"), { "type": "separator", "margin": "lg" }, fact("本月到期", "拿鐵兌換券")]);
    insta::assert_snapshot!(pretty(&contents(&bubble("山邊咖啡", body, json!([open("出示會員卡")])))));
}

#[test]
fn a_stamp_card_of_ten() {
    let slot = |number: i64| {
        let is_filled = number <= 7;
        json!({
            "type": "box", "layout": "vertical", "height": "44px", "cornerRadius": "22px", "justifyContent": "center", "borderWidth": "1px",
            "borderColor": if is_filled { "#C0352B" } else { "#E4DCD1" }, "backgroundColor": if is_filled { "#C0352B" } else { "#FFFFFF00" },
            "contents": [{ "type": "text", "text": if is_filled { String::from("✓") } else { number.to_string() }, "size": "sm", "align": "center", "color": if is_filled { "#FFFFFF" } else { "#6A6158" } }],
        })
    };
    let row = |from: i64| json!({ "type": "box", "layout": "horizontal", "margin": "md", "spacing": "sm", "contents": (from..from + 5).map(slot).collect::<Vec<_>>() });
    let sentence = json!({ "type": "text", "wrap": true, "maxLines": 2, "lineSpacing": "4px", "contents": [
        { "type": "span", "text": "再 " }, { "type": "span", "text": "3", "size": "xl", "weight": "bold", "color": "#C0352B" }, { "type": "span", "text": " 點，送您一杯拿鐵" } ] });
    insta::assert_snapshot!(pretty(&contents(&bubble(
        "咖啡集點卡",
        json!([row(1), row(6), sentence]),
        json!([open("看集點紀錄")])
    ))));
}

#[test]
fn a_carousel_of_vouchers() {
    let voucher = |title: &str, days: i64| {
        json!({
            "type": "bubble", "size": "kilo",
            "hero": { "type": "image", "url": "https://example.com/latte.png", "size": "full", "aspectRatio": "20:13", "aspectMode": "cover",
                      "action": { "type": "uri", "uri": "https://liff.line.me/1-a/vouchers" } },
            "body": { "type": "box", "layout": "vertical", "contents": [
                { "type": "text", "text": title, "size": "lg", "weight": "bold", "wrap": true },
                { "type": "box", "layout": "horizontal", "margin": "md", "contents": [
                    { "type": "box", "layout": "vertical", "flex": 0, "paddingStart": "sm", "paddingEnd": "sm", "cornerRadius": "md",
                      "background": { "type": "linearGradient", "angle": "90deg", "startColor": "#C0352B", "endColor": "#8F5A0A", "centerColor": "#A04020", "centerPosition": "30%" },
                      "contents": [{ "type": "text", "text": format!("還有 {days} 天"), "size": "xs", "color": "#FFFFFF", "gravity": "center" }] },
                    { "type": "filler" } ] },
                { "type": "box", "layout": "vertical", "position": "absolute", "offsetTop": "10px", "offsetEnd": "10%", "contents": [{ "type": "text", "text": "新", "decoration": "underline", "style": "italic" }] } ] },
            "footer": { "type": "box", "layout": "vertical", "contents": [{ "type": "button", "action": { "type": "postback", "label": "使用", "data": "voucher=1", "displayText": "使用" } }] },
        })
    };
    insta::assert_snapshot!(pretty(&contents(
        &json!({ "type": "carousel", "contents": [voucher("拿鐵兌換券", 3), voucher("生日蛋糕九折", 12)] })
    )));
}

#[test]
fn what_we_cannot_draw_shows_a_badge() {
    for (given, badge) in [
        (
            json!({ "type": "imagemap", "altText": "地圖" }),
            r#"<span class="fx-unsupported" data-type="imagemap">地圖</span>"#,
        ),
        (json!({}), r#"<span class="fx-unsupported" data-type=""></span>"#),
        (
            json!({ "type": "flex", "contents": { "type": "box" } }),
            r#"<span class="fx-unsupported" data-type="box"></span>"#,
        ),
        (
            json!({ "type": "image", "previewImageUrl": "javascript:alert(1)" }),
            r#"<span class="fx-unsupported" data-type="image"></span>"#,
        ),
    ] {
        assert_eq!(message(&given), badge);
    }
    let odd = json!({ "type": "bubble", "body": { "type": "box", "layout": "vertical", "contents": [{ "type": "hologram" }] } });
    assert!(contents(&odd).contains(r#"data-type="hologram""#));
}

#[test]
fn quick_replies_are_buttons_with_actions() {
    assert_eq!(quick_replies(&json!({ "type": "text" })), "");
    let html = quick_replies(
        &json!({ "quickReply": { "items": [{ "type": "action", "action": { "type": "message", "label": "集點卡", "text": "集點卡" } }] } }),
    );
    let action = "&#123;&quot;type&quot;:&quot;message&quot;,&quot;label&quot;:&quot;集點卡&quot;,&quot;text&quot;:&quot;集點卡&quot;&#125;";
    assert_eq!(
        html,
        format!(
            r#"<div class="fx-quick-replies"><button class="fx-quick-reply" type="button" data-action="{action}">集點卡</button></div>"#
        )
    );
}

#[test]
fn addresses_in_a_text_become_links() {
    let html = message(&json!({ "type": "text", "text": "看 https://example.com/a?b=1，或 http://x.tw." }));
    assert_eq!(html.matches("fx-link").count(), 2);
    assert!(
        html.contains(">https://example.com/a?b=1</span>，或 ") && html.contains(">http://x.tw</span>.</p>"),
        "{html}"
    );
    assert_eq!(message(&json!({ "type": "text", "text": "https://" })).matches("fx-link").count(), 1);
}

/// Names and words as people with bad or good intentions give them.
const HOSTILE: &[&str] = &[
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "{{ secret }} ${secret} <%= secret %>",
    "\u{202e}gnp.exe\u{2066}",
    "red;background:url(https://evil.example/)",
    "javascript:alert(1)",
    "&lt;b&gt;\u{0}",
    "👨‍👩‍👧‍👦\n\t\r",
];

/// Every text of a message replaced by `hostile`, but for the words that decide what is drawn.
fn poisoned(value: &Value, hostile: &str) -> Value {
    match value {
        Value::String(_) => json!(hostile),
        Value::Array(items) => items.iter().map(|item| poisoned(item, hostile)).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(name, value)| {
                let stays = matches!(name.as_str(), "type" | "layout");
                (name.clone(), if stays { value.clone() } else { poisoned(value, hostile) })
            })
            .collect(),
        other => other.clone(),
    }
}

#[test]
fn hostile_words_stay_words() {
    let everything = bubble(
        "a",
        json!([
            { "type": "text", "text": "a", "size": "md", "color": "#000000", "align": "end", "decoration": "underline", "lineSpacing": "1px",
              "action": { "type": "uri", "uri": "https://example.com/", "label": "a" } },
            { "type": "text", "contents": [{ "type": "span", "text": "a", "color": "#000000" }] },
            { "type": "image", "url": "https://example.com/", "size": "md", "aspectRatio": "1:1" },
            { "type": "button", "style": "primary", "color": "#000000", "action": { "type": "uri", "uri": "https://example.com/", "label": "a" } },
            { "type": "button", "action": { "type": "postback", "data": "a", "label": "a" } },
            { "type": "box", "layout": "baseline", "contents": [{ "type": "icon", "url": "https://example.com/" }], "width": "1px", "flex": 1,
              "background": { "type": "linearGradient", "angle": "1deg", "startColor": "#000000", "endColor": "#000000" } },
        ]),
        json!([{ "type": "separator", "color": "#000000", "margin": "md" }]),
    );
    for hostile in HOSTILE {
        let html = contents(&poisoned(&everything, hostile));
        let tags = ["<div", "</div", "<span", "</span", "<button", "</button", "<img"];
        let opened = html.matches('<').count();
        assert_eq!(opened, tags.iter().map(|tag| html.matches(tag).count()).sum::<usize>(), "{hostile}: {html}");
        assert!(!html.contains("{{") && !html.contains("${") && !html.contains('\''), "{hostile}: {html}");
        for style in html.split("style=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(style.bytes().all(|b| b.is_ascii_alphanumeric() || b"-:;#.%(), /+*".contains(&b)), "{style}");
            assert!(!style.contains("url") && !style.contains("evil"), "{style}");
        }
        // Outside of quotes stand only our own names.
        let tags = html.split('<').filter_map(|tag| Some(tag.split_once('>')?.0));
        for name in tags.flat_map(|tag| tag.split('"').step_by(2)).flat_map(|part| part.split([' ', '='])) {
            let ours = [
                "div", "/div", "span", "/span", "button", "/button", "img", "class", "style", "type", "dir", "src",
                "alt",
            ];
            let ours = ours.iter().chain(&["loading", "data-action", "data-type", "role", "tabindex", "disabled", ""]);
            assert!(ours.into_iter().any(|known| *known == name), "{hostile}: {name}");
        }
        assert!(!html.contains("src=\"javascript"), "{hostile}: {html}");
        for action in html.split("data-action=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let action = action.replace("&quot;", "\"").replace("&#123;", "{").replace("&#125;", "}");
            let action: Value = serde_json::from_str(
                &action.replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'").replace("&amp;", "&"),
            )
            .expect("JSON");
            assert_ne!(action["type"], "uri", "{action}");
        }
    }
}

#[test]
fn what_is_wrong_all_over_is_drawn_all_the_same() {
    let mut deep = json!({ "type": "text", "text": "a" });
    for _ in 0..60 {
        deep = json!({ "type": "box", "layout": "vertical", "contents": [deep] });
    }
    assert!(contents(&json!({ "type": "bubble", "body": deep })).contains("fx-unsupported"));
    for odd in [
        json!(null),
        json!([]),
        json!("a"),
        json!({ "type": "bubble", "body": [] }),
        json!({ "type": "carousel", "contents": {} }),
        json!({ "type": "carousel", "contents": [1] }),
    ] {
        let html = contents(&odd);
        assert_eq!(html.matches('<').count(), html.matches('>').count(), "{html}");
    }
}
