//! The JSON Schema that is checked in, asked by a validator that is not ours: it takes what the program takes, and
//! refuses what is wrong in its shape.

mod accepted;
mod refused;
mod yaml;

use jsonschema::Validator;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The schema that is checked in.
fn validator() -> Validator {
    let text = std::fs::read_to_string(root().join("config/tracework.schema.json")).expect("it is checked in");
    let schema = serde_json::from_str(&text).expect("it is JSON");
    jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("it is no schema: {error}"));
    jsonschema::draft202012::new(&schema).expect("it is a schema")
}

/// What the schema has against a config.
fn faults(validator: &Validator, text: &str) -> Vec<String> {
    let value = yaml::value(text).unwrap_or_else(|| panic!("this is no YAML:\n{text}"));
    validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}
