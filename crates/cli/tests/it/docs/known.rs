//! No block is left out unseen.

use super::blocks::pages;

/// The languages of which it is known how they are tested. `text` is not: it is for drawings and what a block before it
/// prints. `sql` is run by the tests of `tracework-sql`.
const LANGUAGES: [&str; 9] = ["rust", "yaml", "console", "json", "text", "toml", "xml", "csv", "sql"];

/// What may stand behind a language.
const MARKS: [&str; 9] =
    ["no_run", "ignore", "compile_fail", "fragment", "destination", "wrong", "sqlite", "postgres", "mariadb"];

/// How many blocks of each page do not run. Each says why, in a line before it.
const NOT_RUN: &[(&str, usize)] =
    &[("README.md", 2), ("docs/first-hour.md", 1), ("docs/benchmarks.md", 2), ("docs/how-to/http-services.md", 2)];

#[test]
fn every_block_says_what_it_is() {
    for block in pages().into_values().flatten() {
        assert!(LANGUAGES.contains(&block.language.as_str()), "{}: `{}`", block.place(), block.language);
        let unknown = block.marks.iter().find(|mark| !MARKS.contains(&mark.as_str()));
        assert!(unknown.is_none(), "{}: `{}` means nothing", block.place(), unknown.expect("it is there"));
    }
}

#[test]
fn what_does_not_run_says_why_and_is_counted() {
    for (page, blocks) in pages() {
        for block in &blocks {
            assert!(!block.is("ignore") || block.reason().is_some(), "{}: why is it ignored?", block.place());
            assert!(block.reason().is_none_or(|reason| !reason.is_empty()), "{}: no reason", block.place());
        }
        let counted = blocks.iter().filter(|block| block.reason().is_some()).count();
        let allowed = NOT_RUN.iter().find(|(known, _)| *known == page).map_or(0, |(_, count)| *count);
        assert_eq!(counted, allowed, "{page}: blocks that do not run");
    }
}

#[test]
fn json_in_the_documentation_is_json() {
    for block in pages().into_values().flatten().filter(|block| block.language == "json") {
        let whole = serde_json::from_str::<serde_json::Value>(&block.text).map(|_| ());
        let lines =
            || block.text.lines().try_for_each(|line| serde_json::from_str::<serde_json::Value>(line).map(|_| ()));
        assert!(whole.is_ok() || lines().is_ok(), "{}: {:?}", block.place(), whole);
    }
}

/// Pages that are no part of the book.
const OUTSIDE: [&str; 4] = ["docs/SUMMARY.md", "README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"];

#[test]
fn every_page_is_in_the_books_summary() {
    let summary =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/SUMMARY.md")).expect("it is there");
    for page in pages().into_keys().filter(|page| !OUTSIDE.contains(&page.as_str())) {
        let link = format!("({})", page.trim_start_matches("docs/"));
        assert!(summary.contains(&link), "{page} is not in docs/SUMMARY.md");
    }
}

/// The paths that a page links to, without what is on the web.
fn links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let inside = targets.filter(|target| !target.contains("://") && !target.contains(' '));
    inside.map(|target| target.split('#').next().unwrap_or(target)).filter(|target| !target.is_empty()).collect()
}

#[test]
fn every_link_in_the_documentation_leads_somewhere() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for page in pages().into_keys() {
        let file = root.join(&page);
        let text = std::fs::read_to_string(&file).expect("it is there");
        for link in links(&text) {
            let target = file.parent().expect("it is in a folder").join(link);
            assert!(target.exists(), "{page} links to {link}, which is not there");
        }
    }
}

/// What stands between quotes behind `name`.
fn quoted<'a>(line: &'a str, name: &str) -> Vec<&'a str> {
    let rest = line.split_once(name).map_or("", |(_, rest)| rest.split(['}', ']']).next().unwrap_or_default());
    rest.split('"').skip(1).step_by(2).collect()
}

#[test]
fn every_dependency_in_the_documentation_has_the_features_it_is_asked_for() {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for block in pages().into_values().flatten().filter(|block| block.language == "toml") {
        for line in block.text.lines().filter(|line| line.starts_with("tracework")) {
            let path = quoted(line, "path =").first().and_then(|path| path.strip_prefix("../tracework/"));
            let path = path.unwrap_or_else(|| panic!("{}: `{line}` is no path in ../tracework", block.place()));
            let manifest = std::fs::read_to_string(crates.join(path).join("Cargo.toml")).expect("the crate is there");
            for feature in quoted(line, "features =") {
                let known = manifest.lines().any(|line| line.starts_with(&format!("{feature} =")));
                assert!(known, "{}: {path} has no feature `{feature}`", block.place());
            }
        }
    }
}

#[test]
fn a_line_of_a_manifest_is_read() {
    let line = r#"tracework = { path = "../tracework/crates/tracework", features = ["zstd", "json"] }"#;
    assert_eq!(quoted(line, "path ="), ["../tracework/crates/tracework", "zstd", "json"]);
    assert_eq!(quoted(line, "features ="), ["zstd", "json"]);
    assert!(quoted("tracing = \"0.1\"", "features =").is_empty());
}
