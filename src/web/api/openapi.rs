//! The description of the API, made from the handlers themselves.

use std::sync::LazyLock;

use axum::response::{IntoResponse as _, Response};
use http::header;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

/// The API of Shuke for points of sale, web shops and partners.
#[derive(OpenApi)]
#[openapi(
    info(title = "Shuke", description = "Members, stamps and vouchers of a brand's LINE Official Account. \
        Lists are {items, next}; errors are application/problem+json with a stable code; a rule's refusal is 422. \
        Each write takes an Idempotency-Key: once it was done, the same request under the same key gets the first answer \
        again for a week, as it was then and marked idempotent-replayed; another request gets 409 idempotency_key_reused. \
        What was refused changed nothing and is not kept: the same request is judged anew, so one told until comes through \
        from then on under its own key. A reference stays for ever. What was taken back since, under a key or a reference, \
        is told as 409 taken_back and not as done. Times are RFC 3339 in UTC; half-open intervals."),
    paths(
        super::members::list,
        super::members::find,
        super::member_lists::cards,
        super::member_lists::vouchers,
        super::timeline::page,
        super::tags::put_on,
        super::tags::take_off,
        super::stamps::give,
        super::redemptions::redeem,
    ),
    components(schemas(super::members::Names)),
    tags((name = "members", description = "Who they are and what they have"),
        (name = "rewards", description = "Stamps and vouchers")),
    modifiers(&Key)
)]
struct Described;

struct Key;

impl Modify for Key {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("shuke_…")
            .description(Some("A key made by `shuke api-key create NAME --scope …`."))
            .build();
        document.components.get_or_insert_default().add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

/// The document.
pub fn document() -> Document {
    Described::openapi()
}

static TEXT: LazyLock<String> = LazyLock::new(|| document().to_pretty_json().expect("the description is plain data"));

pub(super) async fn serve() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}
