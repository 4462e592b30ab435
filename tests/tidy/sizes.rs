//! How long files and functions are.

use crate::tidy::sources::{code, relative, rust_files};

/// Lines of a file.
const FILE: usize = 500;
/// Lines of a function.
const FUNCTION: usize = 60;
/// Functions that may be longer, each with its reason.
const LONGER: &[(&str, &str)] = &[("crates/format/tests/it/hostile.rs::hostile_text", "a list of samples, one a line")];

const FOLDERS: [&str; 4] = ["crates", "tests", "examples", "benches"];

#[test]
fn every_file_is_short() {
    let long: Vec<_> = FOLDERS
        .into_iter()
        .flat_map(rust_files)
        .map(|(path, text)| (relative(&path), text.lines().count()))
        .filter(|(_, lines)| *lines >= FILE)
        .collect();
    assert!(long.is_empty(), "too long: {long:#?}");
}

#[test]
fn every_function_is_short() {
    let mut long = Vec::new();
    for (path, text) in FOLDERS.into_iter().flat_map(rust_files) {
        for (name, lines) in functions(&code(&text)) {
            let place = format!("{}::{name}", relative(&path));
            if lines > FUNCTION && !LONGER.iter().any(|(longer, _)| *longer == place) {
                long.push((place, lines));
            }
        }
    }
    assert!(long.is_empty(), "too long: {long:#?}");
}

/// The functions in `code`, each with its lines.
fn functions(code: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let begins_a_word =
            at == 0 || !code.as_bytes()[at - 1].is_ascii_alphanumeric() && code.as_bytes()[at - 1] != b'_';
        let name: String =
            code[at + 3..].chars().take_while(|&letter| letter.is_alphanumeric() || letter == '_').collect();
        let Some(open) = code[at..].find(['{', ';']).map(|place| at + place) else { continue };
        if !begins_a_word || name.is_empty() || code.as_bytes()[open] == b';' {
            continue;
        }
        found.push((name, code[at..open + length(&code[open..])].lines().count()));
    }
    found
}

/// Bytes of the block that `code` begins with.
fn length(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

#[test]
fn functions_are_found_with_their_lines() {
    let found = functions("fn a() { if x { y } }\nfn b()\n{\n}\ntrait T { fn c(); }");
    assert_eq!(found, [("a".to_owned(), 1), ("b".to_owned(), 3)]);
}
