//! What is too large, too deep or too clever is refused, and quickly.

use super::support::read;
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn refusal(yaml: &str) -> String {
    let started = Instant::now();
    let error = read(yaml).expect_err("it is refused");
    assert!(started.elapsed() < Duration::from_secs(5), "it took {:?}", started.elapsed());
    error.problems()[0].message().to_owned()
}

#[test]
fn a_billion_laughs_are_not_laughed() {
    let mut yaml = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..10 {
        let items = vec![format!("*a{}", level - 1); 9].join(", ");
        yaml.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    assert!(refusal(&yaml).contains("too many nodes"));
}

#[test]
fn deep_nests_are_refused() {
    assert!(refusal(&format!("a: {}{}", "[".repeat(40), "]".repeat(40))).contains("too deeply"));
    // Here the parser itself gives up first.
    assert!(!refusal(&"[".repeat(200_000)).is_empty());
    let nested = format!("a: &a {}{}\nb: {}*a{}", "[".repeat(20), "]".repeat(20), "[".repeat(20), "]".repeat(20));
    assert!(refusal(&nested).contains("too deeply"));
}

#[test]
fn large_files_are_refused_before_they_are_read() {
    assert!(refusal(&"# nothing\n".repeat(110_000)).contains("larger than 1 MiB"));
}

#[test]
fn an_alias_cannot_hold_itself() {
    assert!(read("a: &a [*a]").is_err());
}

#[test]
fn no_more_than_a_hundred_problems_are_told() {
    let yaml: String = (0..500).map(|number| format!("unknown_{number}: 1\n")).collect();
    assert_eq!(read(&yaml).expect_err("all are unknown").problems().len(), 100);
}

/// Words that a config is likely to hold, in any order.
fn likely() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "level",
        ": ",
        "INFO",
        "\n",
        "  ",
        "destinations",
        "type",
        "file",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "- ",
        "routes",
        "when",
        "\"tag = A\"",
        "to",
        "default",
        "${",
        "}",
        "${X:-1}",
        "&a ",
        "*a",
        "'",
        "\"",
        "#",
        "|",
        ">",
        "buffer",
        "when_full",
        "block",
        "2s",
        "redact",
        "patterns",
        "(",
        "!x ",
        "? ",
        "---",
        "targets",
        "off",
        "console_enabled",
        "true",
        "\u{1b}",
        "ü",
        "\t",
    ]);
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused_with_a_place(yaml in prop_oneof![likely(), any::<String>()]) {
        if let Err(error) = read(&yaml) {
            prop_assert!(!error.problems().is_empty());
            let told = error.to_string();
            prop_assert!(told.contains("app.yml"));
            prop_assert!(told.chars().all(|letter| letter == '\n' || !letter.is_control()), "{told:?}");
        }
    }
}
