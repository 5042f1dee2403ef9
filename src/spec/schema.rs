//! JSON Schema for editors, from the structs the files are read into.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

/// The schema of a file whose documents are `T`, as pretty JSON with a newline at its end. Draft 7, which every version of
/// yaml-language-server reads.
pub fn of<T: JsonSchema>() -> String {
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<T>();
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    text.push('\n');
    text
}
