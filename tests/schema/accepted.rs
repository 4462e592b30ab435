//! What the program takes, the schema takes.

use super::{faults, root, validator};
use std::path::{Path, PathBuf};
use tracework::config::Config;
use tracework::registry::standard;

/// Every file below `folder` with this ending.
fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("it can be read") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|other| other == ending) {
            found.push(path);
        }
    }
}

#[test]
fn every_sample_file() {
    let validator = validator();
    let mut samples = Vec::new();
    files(&root().join("config"), "yml", &mut samples);
    assert!(!samples.is_empty());
    for path in samples {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let faults = faults(&validator, &text);
        assert!(faults.is_empty(), "{}: {faults:#?}", path.display());
    }
}

/// The YAML blocks of a page that are whole configs: those that the program takes.
fn blocks(page: &str) -> Vec<String> {
    let parts = page.split("\n```");
    let blocks = parts.filter_map(|part| part.strip_prefix("yaml").or_else(|| part.strip_prefix("yml")));
    blocks.filter_map(|block| block.split_once('\n')).map(|(_, block)| block.to_owned()).collect()
}

#[test]
fn every_config_of_the_documentation() {
    let validator = validator();
    let mut pages = vec![root().join("README.md")];
    files(&root().join("docs"), "md", &mut pages);
    for path in pages {
        for block in blocks(&std::fs::read_to_string(&path).expect("it can be read")) {
            if Config::from_str("block", &block, &standard()).is_ok() {
                let faults = faults(&validator, &block);
                assert!(faults.is_empty(), "{}: {faults:#?}\n{block}", path.display());
            }
        }
    }
}

/// Spellings that the readers take, beside those of the samples.
const SPELLINGS: [&str; 15] = [
    "profile: mine\nprofiles: { mine: { inherit: development, level: DEBUG } }\ndestinations: { console: { level: ERROR } }",
    "level: warn",
    "level: \"${LEVEL:-info}\"",
    "level:\nroutes: []\ntriggers: []\nprofiles: {}",
    "targets: \"info,hyper=warn\"",
    "tags: [A]",
    "tags: A",
    "redact: false",
    "redact: { detect: CREDIT_CARD, defaults: \"${D:-true}\" }",
    "limits: { message: 16384, value: \"${V:-1}KiB\", fields: 1_000 }",
    "buffer: { when_full: { block: 1h 30m } }",
    "console_enabled: true\nfile_enabled: \"true\"\naudit_enabled: false",
    "destinations: { a: { type: memory, format: json, levels: ERROR, retry: { give_up: 5 } } }",
    "destinations: { a: { type: file, path: \"${P:-a.log}\", mode: 0640, format: { type: csv, columns: level } } }",
    "destinations: { a: { type: console, color: false, retry: { give_up: 3 attempts } } }",
];

#[test]
fn every_spelling_that_the_readers_take() {
    let validator = validator();
    for text in SPELLINGS {
        Config::from_str("spelling", text, &standard()).unwrap_or_else(|error| panic!("{text}\n{error}"));
        let faults = faults(&validator, text);
        assert!(faults.is_empty(), "{text}: {faults:#?}");
    }
}
