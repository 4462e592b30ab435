//! The sample config: also what stands in it behind `#` signs.

use crate::support::{Place, Run};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The variables that the sample names without a default.
const VARIABLES: [(&str, &str); 8] = [
    ("DB_PASSWORD", "secret"),
    ("MQ_PASSWORD", "secret"),
    ("OTLP_TOKEN", "secret"),
    ("SEARCH_KEY", "secret"),
    ("SLACK_URL", "https://hooks.slack.com/services/T0/B0/secret"),
    ("WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ("WEBHOOK_TOKEN", "secret"),
    ("WEBHOOK_URL", "https://alerts.example.com/hook"),
];

fn sample() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/logging_framework.yml");
    std::fs::read_to_string(path).expect("the sample is there")
}

/// The name of a destination whose block begins with this line.
fn name(line: &str, before: &str) -> Option<String> {
    let name = line.strip_prefix(before)?.strip_suffix(':')?;
    name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_').then(|| name.to_owned())
}

/// The blocks of destinations whose lines begin so: their names, and their first lines and the lines after their last.
fn blocks(text: &str, before: &str) -> Vec<(String, std::ops::Range<usize>)> {
    let lines: Vec<_> = text.lines().collect();
    let begin = lines.iter().position(|line| *line == "destinations:").expect("there are destinations");
    let end = lines.iter().position(|line| *line == "routes:").expect("there are routes");
    let starts = (begin..end).filter_map(|at| Some((name(lines[at], before)?, at)));
    let within = format!("{before}  ");
    starts
        .map(|(name, at)| {
            let length = lines[at + 1..end].iter().take_while(|line| line.starts_with(&within)).count();
            (name, at..at + 1 + length)
        })
        .collect()
}

/// The text with the `#` signs of these lines taken away.
fn without_signs(text: &str, ranges: &[std::ops::Range<usize>]) -> String {
    let lines = text.lines().enumerate().map(|(at, line)| match line.strip_prefix("  # ") {
        Some(rest) if ranges.iter().any(|range| range.contains(&at)) => format!("  {rest}\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

fn check(config: &str) -> Run {
    let place = Place::with(config);
    Run::of(&place.command(&["check", "app.yml"]).envs(VARIABLES).output().expect("the program was built"))
}

#[test]
fn each_block_behind_signs_is_right_alone() {
    let text = sample();
    let blocks = blocks(&text, "  # ");
    assert!(blocks.len() >= 10, "{blocks:?}");
    for (name, range) in blocks {
        let run = check(&without_signs(&text, std::slice::from_ref(&range)));
        assert_eq!(run.code, Some(0), "{name}: {}", run.err);
        assert!(run.out.lines().any(|line| line.starts_with(&format!("{name}: "))), "{name}: {}", run.out);
    }
}

#[test]
fn all_blocks_are_right_together() {
    let text = sample();
    let ranges: Vec<_> = blocks(&text, "  # ").into_iter().map(|(_, range)| range).collect();
    let run = check(&without_signs(&text, &ranges));
    assert_eq!(run.code, Some(0), "{}", run.err);
    let all = ranges.len() + blocks(&text, "  ").len();
    assert!(run.out.contains(&format!("{all} destinations, ")), "{}", run.out);
}

/// The names that each type of destination takes, by type.
fn keys() -> BTreeMap<String, BTreeSet<String>> {
    let run = Place::with("").run(&["schema"], b"");
    let schema: serde_json::Value = serde_json::from_str(&run.out).expect("the schema is JSON");
    let types = schema["$defs"]["destinations"]["allOf"].as_array().expect("there are types");
    let of = |one: &serde_json::Value| {
        let name = one["if"]["properties"]["type"]["const"].as_str().expect("it has a name").to_owned();
        let place = one["then"]["$ref"].as_str().and_then(|place| place.strip_prefix('#')).expect("it is described");
        let known = schema.pointer(place).and_then(|known| known["properties"].as_object()).expect("it has names");
        (name, known.keys().cloned().collect())
    };
    types.iter().map(of).collect()
}

/// Does the word stand in the text?
fn says(text: &str, word: &str) -> bool {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').any(|other| other == word)
}

#[test]
fn every_name_of_every_destination_is_shown() {
    let text = sample();
    let lines: Vec<_> = text.lines().collect();
    let both = [blocks(&text, "  "), blocks(&text, "  # ")].concat();
    let shown: Vec<_> = both.into_iter().map(|(_, range)| lines[range].join("\n")).collect();
    let keys = keys();
    let mut missing = Vec::new();
    for (kind, names) in &keys {
        let own: String = shown
            .iter()
            .filter(|block| block.contains(&format!("type: {kind}\n")) || block.contains(&format!("type: {kind} ")))
            .map(String::as_str)
            .collect();
        for name in names {
            // What all types have is shown somewhere.
            let common = keys.values().all(|others| others.contains(name));
            if !says(if common { &text } else { &own }, name) {
                missing.push(format!("{kind}: {name}"));
            }
        }
    }
    assert!(missing.is_empty(), "config/logging_framework.yml does not show {missing:#?}");
}
