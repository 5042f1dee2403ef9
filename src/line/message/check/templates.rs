//! The template messages. Source: "Template messages".

use super::super::fault::{Rule, Unit};
use super::actions::{IN_TEMPLATE_PICTURE, ON_IMAGE_CAROUSEL, ON_TEMPLATE};
use super::shape::{Is, Shape, graphemes, open, optional, required};
use super::walk::{Node, Walk, wrong_length};

pub const TEMPLATES: &[(&str, &Shape)] =
    &[("buttons", &BUTTONS), ("confirm", &CONFIRM), ("carousel", &CAROUSEL), ("image_carousel", &IMAGE_CAROUSEL)];

const RATIOS: Is = Is::OneOf(&["rectangle", "square"]);
const SIZES: Is = Is::OneOf(&["cover", "contain"]);

static BUTTONS: Shape = open!("buttons", [
        optional("thumbnailImageUrl", Is::Https),
        optional("imageAspectRatio", RATIOS),
        optional("imageSize", SIZES),
        optional("imageBackgroundColor", Is::Color),
        optional("title", graphemes(40)),
        required("text", graphemes(160)),
        optional("defaultAction", Is::Tagged(IN_TEMPLATE_PICTURE)),
        required("actions", Is::List(1, 4, &Is::Tagged(ON_TEMPLATE))),
    ], also: text_is_short_beside_a_picture);

static CONFIRM: Shape =
    open!("confirm", [required("text", graphemes(240)), required("actions", Is::List(2, 2, &Is::Tagged(ON_TEMPLATE)))]);

static CAROUSEL: Shape = open!("carousel", [
        required("columns", Is::List(1, 10, &Is::Object(&COLUMN))),
        optional("imageAspectRatio", RATIOS),
        optional("imageSize", SIZES),
    ], also: columns_are_alike);

static COLUMN: Shape = open!("column-object-for-carousel", [
        optional("thumbnailImageUrl", Is::Https),
        optional("imageBackgroundColor", Is::Color),
        optional("title", graphemes(40)),
        required("text", graphemes(120)),
        optional("defaultAction", Is::Tagged(IN_TEMPLATE_PICTURE)),
        required("actions", Is::List(1, 3, &Is::Tagged(ON_TEMPLATE))),
    ], also: text_is_short_beside_a_picture);

static IMAGE_CAROUSEL: Shape =
    open!("image-carousel", [required("columns", Is::List(1, 10, &Is::Object(&IMAGE_COLUMN)))]);
static IMAGE_COLUMN: Shape = open!(
    "column-object-for-image-carousel",
    [required("imageUrl", Is::Https), required("action", Is::Tagged(ON_IMAGE_CAROUSEL))]
);

fn text_is_short_beside_a_picture(walk: &mut Walk, node: &Node<'_>, shape: &Shape) {
    let is_beside = node.field("thumbnailImageUrl").is_some() || node.field("title").is_some();
    // The table has reported an empty one already.
    let too_long = node.text("text").filter(|_| is_beside).and_then(|text| wrong_length(text, 0, 60, Unit::Graphemes));
    if let Some(rule) = too_long {
        walk.fault_in(node, "text", rule, shape.source);
    }
}

/// All columns have as many actions as the first, and a picture and title where it has.
fn columns_are_alike(walk: &mut Walk, node: &Node<'_>, shape: &Shape) {
    let Some(columns) = node.field("columns") else { return };
    let of = |column: &Node<'_>| {
        let actions = column.value.get("actions").and_then(|actions| actions.as_array()).map(Vec::len);
        (actions, column.field("thumbnailImageUrl").is_some(), column.field("title").is_some())
    };
    let Some(first) = columns.items().next().map(|column| of(&column)) else { return };
    for column in columns.items().skip(1) {
        let this = of(&column);
        if this.0 != first.0 {
            walk.fault_in(&column, "actions", Rule::Unfit("must be as many as in the first column"), shape.source);
        }
        if (this.1, this.2) != (first.1, first.2) {
            walk.fault(
                &column,
                Rule::Unfit("must have a picture and a title exactly where the first column has"),
                shape.source,
            );
        }
    }
}
