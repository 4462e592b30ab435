//! Everything has a bound, and the bound is an error, never a crash.

use crate::records::{Sample, rule};
use std::time::{Duration, Instant};
use tracework_rules::Rule;

fn refused(text: &str) -> String {
    Rule::parse(text).expect_err("it is refused").message().to_owned()
}

#[test]
fn a_rule_is_sixteen_kib_at_the_most_as_written_and_as_printed() {
    let text = |length: usize| format!("message = '{}'", "x y".repeat(length / 3));
    assert!(Rule::parse(&text(16_000)).is_ok());
    assert_eq!(refused(&"x".repeat(16_385)), "the rule is 16385 bytes long; 16384 are the most");
    // Each of these characters takes more when it is printed.
    assert!(refused(&format!("message = '{}'", "\u{1}".repeat(16_000))).contains("bytes long when printed"));
}

#[test]
fn parentheses_nest_sixty_four_deep() {
    let nested = |depth: usize| format!("{}tag = A{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Rule::parse(&nested(64)).is_ok());
    assert_eq!(refused(&nested(65)), "more than 64 parentheses in each other");
    assert!(Rule::parse(&"(".repeat(16_000)).is_err());
    let negated = |depth: usize| format!("{}tag = A or tag = B{}", "not(tag = C and ".repeat(depth), ")".repeat(depth));
    assert_eq!(rule(&rule(&negated(64)).to_string()), rule(&negated(64)));
    // Such a list becomes an `or`, which takes parentheses of its own.
    let levels =
        |depth: usize| format!("{}level in (ERROR, AUDIT){}", "not (tag = A and ".repeat(depth), ")".repeat(depth));
    assert_eq!(rule(&rule(&levels(63)).to_string()), rule(&levels(63)));
    assert!(Rule::parse(&levels(64)).is_err());
}

#[test]
fn any_number_of_nots_is_read_without_a_deep_stack() {
    assert_eq!(rule(&format!("{}tag = A", "not ".repeat(4000))).to_string(), "tag = A");
    assert_eq!(rule(&format!("{}tag = A", "not ".repeat(4001))).to_string(), "tag != A");
}

#[test]
fn a_list_has_1024_values_at_the_most_and_is_searched_quickly() {
    let list =
        |count: usize| format!("field.x in ({})", (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(","));
    let full = rule(&list(1024));
    assert!(full.matches(&Sample::field("x", tracework_core::Value::U64(1023)).record().view()));
    assert!(!full.matches(&Sample::field("x", tracework_core::Value::U64(1024)).record().view()));
    assert_eq!(refused(&list(1025)), "the list has more than 1024 values");
}

#[test]
fn patterns_are_bounded_in_length_size_nesting_and_number() {
    assert!(Rule::parse(&format!("message ~ '{}'", "a".repeat(4096))).is_ok());
    assert_eq!(refused(&format!("message ~ '{}'", "a".repeat(4097))), "the pattern is longer than 4096 bytes");
    assert_eq!(refused(r"message ~ '(\pL{1000}){1000}'"), "the pattern grows too large");
    assert!(refused(&format!("message ~ '{}a{}'", "(".repeat(100), ")".repeat(100))).contains("cannot be read"));
    let many = |count: usize| vec!["message ~ 'a+'"; count].join(" or ");
    assert!(Rule::parse(&many(32)).is_ok());
    assert_eq!(refused(&many(33)), "the rule has more than 32 patterns");
}

#[test]
fn no_pattern_is_slow_on_any_text() {
    let message: &'static str = Box::leak("a".repeat(16_000).into_boxed_str());
    let record = Sample { message, ..Sample::default() }.record();
    let started = Instant::now();
    for pattern in ["(a+)+$", "(a|aa)+$", "(a*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(?i)(.*a){12}b"] {
        _ = rule(&format!("message ~ '{pattern}'")).matches(&record.view());
    }
    // A backtracking engine would not come back at all.
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}
