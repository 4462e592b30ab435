//! What no crate may name.

use crate::tidy::sources::{code, relative, rust_files};

/// Folders, and the words that their code must not have.
const ABSENT: &[(&str, &[&str])] = &[
    (
        "crates/core/src",
        &[
            "SystemTime::now",
            "Instant",
            "std::fs",
            "File::",
            "std::thread",
            "thread::spawn",
            "std::net",
            "serde",
            "tracing::",
            "tracing_",
        ],
    ),
    (
        "crates/rules/src",
        &["SystemTime", "Instant", "std::fs", "std::thread", "std::net", "serde", "tracing::", "tracing_", "std::io"],
    ),
    ("crates/format/src", &["std::fs", "std::thread", "std::net", "tracing::", "tracing_"]),
    ("crates/engine/src", &["std::net", "tracing::", "tracing_", "saphyr", "tokio", "hyper"]),
    ("crates/layer/src", &["std::fs", "std::net", "saphyr", "tokio"]),
    ("crates/destinations/std/src", &["std::net", "tracework_engine", "tracework_layer", "tokio", "saphyr"]),
    ("crates/tower/src", &["std::fs", "std::thread", "saphyr", "tokio", "tracework_layer", "tracing_subscriber"]),
    ("crates/testkit/src", &["tracing::", "tracing_", "tokio"]),
];

#[test]
fn no_crate_names_what_it_must_not_know() {
    let mut found = Vec::new();
    for (folder, words) in ABSENT {
        for (path, text) in rust_files(folder) {
            let code = code(&text);
            for (number, line) in code.lines().enumerate() {
                found.extend(
                    words
                        .iter()
                        .filter(|word| line.contains(**word))
                        .map(|word| format!("{}:{}: {word}", relative(&path), number + 1)),
                );
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_lint_that_is_silenced_is_expected_with_a_reason() {
    for (path, text) in ["crates", "tests", "examples"].into_iter().flat_map(rust_files) {
        let code = code(&text);
        assert!(
            !code.contains("#[allow(") && !code.contains("#![allow("),
            "{}: use #[expect(.., reason)]",
            relative(&path)
        );
    }
}

/// Where `unsafe` may stand.
const UNSAFE: &[&str] = &[
    "crates/engine/src/buffer/lane.rs",
    "crates/engine/src/buffer/window.rs",
    "crates/engine/src/process/",
    "crates/layer/src/layers/base.rs",
    "tests/global/children/forks.rs",
    "tests/loom/buffer.rs",
    "benches/",
];

#[test]
fn unsafe_code_stands_where_it_is_known_to() {
    for (path, text) in ["crates", "tests", "examples", "benches"].into_iter().flat_map(rust_files) {
        let (path, code) = (relative(&path), code(&text));
        let found = code.contains("unsafe {") || code.contains("unsafe fn") || code.contains("unsafe impl");
        assert!(!found || UNSAFE.iter().any(|known| path.starts_with(known)), "{path} has unsafe code");
    }
}
