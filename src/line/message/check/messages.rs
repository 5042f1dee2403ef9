//! The message objects. Source: "Message objects".

use super::super::fault::{Rule, Unit};
use super::actions::ON_QUICK_REPLY;
use super::flex::{self, CONTAINERS};
use super::shape::{Field, Is, Shape, open, optional, required, utf16};
use super::templates::TEMPLATES;
use super::walk::{Node, Walk};

/// Every message LINE takes.
pub const MESSAGES: &[(&str, &Shape)] = &[
    ("text", &TEXT),
    ("textV2", &TEXT_V2),
    ("sticker", &STICKER),
    ("image", &IMAGE),
    ("video", &VIDEO),
    ("audio", &AUDIO),
    ("location", &LOCATION),
    ("coupon", &COUPON),
    ("imagemap", &IMAGEMAP),
    ("template", &TEMPLATE),
    ("flex", &FLEX),
];

const QUICK_REPLY: Field = optional("quickReply", Is::Object(&QUICK_REPLIES));
const SENDER: Field = optional("sender", Is::Object(&SENDERS));
const QUOTE: Field = optional("quoteToken", Is::Text);
const ALT_TEXT: Field = required("altText", utf16(1_500));
const PIXELS: Is = Is::Integer(0, 1_000_000);

static QUICK_REPLIES: Shape =
    open!("quick-reply", [required("items", Is::List(1, 13, &Is::Object(&QUICK_REPLY_ITEM)))]);
static QUICK_REPLY_ITEM: Shape = open!(
    "quick-reply-button-object",
    [
        optional("type", Is::OneOf(&["action"])),
        optional("imageUrl", Is::Https),
        required("action", Is::Tagged(ON_QUICK_REPLY)),
    ]
);
static SENDERS: Shape =
    open!("icon-nickname-switch", [optional("name", Is::Length(0, 20, Unit::Utf16)), optional("iconUrl", Is::Https)]);

static TEXT: Shape = open!("text-message", [
        required("text", utf16(5_000)),
        optional("emojis", Is::List(0, 20, &Is::Object(&EMOJI))),
        QUOTE,
        QUICK_REPLY,
        SENDER,
    ], also: emojis_replace_dollars);
static EMOJI: Shape = open!(
    "text-message",
    [required("index", Is::Integer(0, 4_999)), required("productId", Is::Text), required("emojiId", Is::Text)]
);

static TEXT_V2: Shape = open!("text-message-v2", [
        required("text", utf16(5_000)),
        optional("substitution", Is::Map(&Is::Tagged(SUBSTITUTIONS))),
        QUOTE,
        QUICK_REPLY,
        SENDER,
    ], also: substitutions_have_names);
const SUBSTITUTIONS: &[(&str, &Shape)] = &[("mention", &MENTION), ("emoji", &EMOJI_IN_V2)];
static MENTION: Shape = open!("text-message-v2-mention-object", [required("mentionee", Is::Tagged(MENTIONEES))]);
const MENTIONEES: &[(&str, &Shape)] = &[("user", &MENTIONED_USER), ("all", &EVERYBODY)];
static MENTIONED_USER: Shape = open!("text-message-v2-mentionee-user", [required("userId", Is::Text)]);
static EVERYBODY: Shape = open!("text-message-v2-mentionee-all", []);
static EMOJI_IN_V2: Shape =
    open!("text-message-v2-emoji-object", [required("productId", Is::Text), required("emojiId", Is::Text)]);

static STICKER: Shape = open!(
    "sticker-message",
    [required("packageId", utf16(100)), required("stickerId", utf16(100)), QUOTE, QUICK_REPLY, SENDER]
);
static IMAGE: Shape = open!(
    "image-message",
    [required("originalContentUrl", Is::Https), required("previewImageUrl", Is::Https), QUICK_REPLY, SENDER]
);
static VIDEO: Shape = open!("video-message", [
        required("originalContentUrl", Is::Https),
        required("previewImageUrl", Is::Https),
        optional("trackingId", utf16(100)),
        QUICK_REPLY,
        SENDER,
    ], also: tracking_id_is_plain);
static AUDIO: Shape = open!(
    "audio-message",
    [required("originalContentUrl", Is::Https), required("duration", Is::Integer(1, i64::MAX)), QUICK_REPLY, SENDER]
);
static LOCATION: Shape = open!(
    "location-message",
    [
        required("title", utf16(100)),
        required("address", utf16(100)),
        required("latitude", Is::Number),
        required("longitude", Is::Number),
        QUICK_REPLY,
        SENDER,
    ]
);
static COUPON: Shape = open!(
    "coupon-message",
    [required("couponId", utf16(100)), optional("deliveryTag", utf16(30)), QUICK_REPLY, SENDER]
);

static IMAGEMAP: Shape = open!(
    "imagemap-message",
    [
        required("baseUrl", Is::Https),
        ALT_TEXT,
        required("baseSize", Is::Object(&BASE_SIZE)),
        required("actions", Is::List(1, 50, &Is::Tagged(IMAGEMAP_ACTIONS))),
        optional("video", Is::Object(&IMAGEMAP_VIDEO)),
        QUICK_REPLY,
        SENDER,
    ]
);
static BASE_SIZE: Shape = open!(
    "imagemap-message",
    [required("width", Is::Integer(1_040, 1_040)), required("height", Is::Integer(1, 1_000_000))]
);
const IMAGEMAP_ACTIONS: &[(&str, &Shape)] =
    &[("uri", &IMAGEMAP_URI), ("message", &IMAGEMAP_MESSAGE), ("clipboard", &IMAGEMAP_CLIPBOARD)];
const AREA: Field = required("area", Is::Object(&IMAGEMAP_AREA));
static IMAGEMAP_URI: Shape = open!("imagemap-uri-action-object", [required("linkUri", Is::Uri), AREA]);
static IMAGEMAP_MESSAGE: Shape = open!("imagemap-message-action-object", [required("text", utf16(400)), AREA]);
static IMAGEMAP_CLIPBOARD: Shape =
    open!("imagemap-clipboard-action-object", [required("clipboardText", utf16(1_000)), AREA]);
static IMAGEMAP_AREA: Shape = open!(
    "imagemap-area-object",
    [required("x", PIXELS), required("y", PIXELS), required("width", PIXELS), required("height", PIXELS)]
);
static IMAGEMAP_VIDEO: Shape = open!(
    "imagemap-message",
    [
        required("originalContentUrl", Is::Https),
        required("previewImageUrl", Is::Https),
        AREA,
        optional("externalLink", Is::Object(&EXTERNAL_LINK)),
    ]
);
static EXTERNAL_LINK: Shape = open!("imagemap-message", [required("linkUri", Is::Uri), required("label", utf16(30))]);

static TEMPLATE: Shape =
    open!("template-messages", [ALT_TEXT, required("template", Is::Tagged(TEMPLATES)), QUICK_REPLY, SENDER]);
static FLEX: Shape = open!("flex-message", [ALT_TEXT, required("contents", Is::Tagged(CONTAINERS)), QUICK_REPLY, SENDER], also: flex::whole);

/// Each emoji stands where the text has a `$`. Positions count UTF-16 units.
fn emojis_replace_dollars(walk: &mut Walk, node: &Node<'_>, shape: &Shape) {
    let (Some(text), Some(emojis)) = (node.text("text"), node.field("emojis")) else { return };
    for emoji in emojis.items() {
        let at = emoji.value.get("index").and_then(|index| usize::try_from(index.as_u64()?).ok());
        if at.is_some_and(|at| text.encode_utf16().nth(at) != Some(u16::from(b'$'))) {
            walk.fault_in(&emoji, "index", Rule::Unfit("must point at a $ in the text"), shape.source);
        }
    }
}

/// Names in braces and what stands for them must match; `{{` and `}}` are braces themselves.
fn substitutions_have_names(walk: &mut Walk, node: &Node<'_>, shape: &Shape) {
    let substitution = node.field("substitution");
    let names: Vec<&String> =
        substitution.iter().filter_map(|map| map.value.as_object()).flat_map(|map| map.keys()).collect();
    if names.len() > 100 {
        let rule = Rule::Size { min: 0, max: 100, found: names.len() };
        walk.fault_in(node, "substitution", rule, shape.source);
    }
    let is_name =
        |name: &str| (1..=20).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if names.iter().any(|name| !is_name(name)) {
        walk.fault_in(node, "substitution", Rule::Form("names of 1 to 20 of A-Z a-z 0-9 _"), shape.source);
    }
    let text = node.text("text").unwrap_or_default().replace("{{", "").replace("}}", "");
    let mut parts = text.split('{');
    if parts.next().is_some_and(|before| before.contains('}')) {
        walk.fault_in(node, "text", Rule::Unfit("has a } without its {"), shape.source);
    }
    for part in parts {
        match part.split_once('}') {
            Some((name, rest)) if !rest.contains('}') && names.iter().any(|known| *known == name) => {}
            Some((_, rest)) if rest.contains('}') => {
                walk.fault_in(node, "text", Rule::Unfit("has a } without its {"), shape.source);
            }
            Some(_) => walk.fault_in(node, "text", Rule::Unfit("names a substitution that is not there"), shape.source),
            None => walk.fault_in(node, "text", Rule::Unfit("has a { without its }"), shape.source),
        }
    }
}

fn tracking_id_is_plain(walk: &mut Walk, node: &Node<'_>, shape: &Shape) {
    let is_plain = |id: &str| id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.=,+*()%$&;:@{}!?<>[]".contains(&b));
    if node.text("trackingId").is_some_and(|id| !is_plain(id)) {
        walk.fault_in(node, "trackingId", Rule::Form("letters, digits and -.=,+*()%$&;:@{}!?<>[]"), shape.source);
    }
}
