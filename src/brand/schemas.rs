//! The JSON Schemas editors complete the brand's files by, committed under `schema/`.

use schemars::JsonSchema;

use super::RichMenu;
use crate::campaigns::Campaign;
use crate::conversations::RepliesFile;
use crate::loyalty::spec::{Coupon, StampCard};
use crate::segments::SegmentsFile;
use crate::spec::brand_file::BrandFile;
use crate::spec::schema;
use crate::spec::template::TemplateFile;

/// A document of `rewards/`.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum Reward {
    StampCard(StampCard),
    Coupon(Coupon),
}

/// Every schema: the kind of file, and the text of `schema/KIND.schema.json`.
pub fn all() -> Vec<(&'static str, String)> {
    vec![
        ("brand", schema::of::<BrandFile>()),
        ("campaign", schema::of::<Campaign>()),
        ("segments", schema::of::<SegmentsFile>()),
        ("rewards", schema::of::<Reward>()),
        ("replies", schema::of::<RepliesFile>()),
        ("template", schema::of::<TemplateFile>()),
        ("rich-menu", schema::of::<RichMenu>()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schemas_are_those_of_the_types() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
        for (kind, text) in all() {
            let path = folder.join(format!("{kind}.schema.json"));
            if std::env::var_os("UPDATE_SCHEMA").is_some() {
                std::fs::create_dir_all(&folder).expect("a folder");
                std::fs::write(&path, &text).expect("a schema");
            }
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(committed == text, "{} is old; run the tests with UPDATE_SCHEMA=1", path.display());
        }
    }
}
