//! How values are written, and how they are compared.

use crate::records::{Sample, check, rule};
use tracework_core::{Draft, Head, Key, Kind, Limits, Page, Severity, Timestamp, Value};

#[test]
fn a_bare_number_asks_for_a_number_however_it_is_stored() {
    let stored = [
        Value::I64(200),
        Value::U64(200),
        Value::I128(200),
        Value::U128(200),
        Value::F64(200.0),
        Value::Str("200"),
        Value::Text("200.0"),
        Value::Json("2e2"),
    ];
    for value in stored {
        let matching = ["field.x = 200", "field.x >= 200", "field.x in (1, 200)", "field.x < 200.5", "field.x = 2e2"];
        check(&Sample::field("x", value), &matching, &["field.x != 200", "field.x > 200", "field.x < -200"]);
    }
}

#[test]
fn what_is_no_number_has_no_order_and_equals_none() {
    for value in [Value::Str("200 OK"), Value::Bool(true), Value::Bytes(b"2"), Value::F64(f64::NAN)] {
        let matching = ["field.x != 1", "field.x exists", "not field.x > 1"];
        check(&Sample::field("x", value), &matching, &["field.x = 1", "field.x > -1e300", "field.x <= 1e300"]);
    }
    check(&Sample::field("x", Value::F64(f64::NAN)), &["field.x = NaN"], &[]);
    check(&Sample::field("x", Value::F64(f64::INFINITY)), &["field.x = inf"], &["field.x > 1"]);
}

#[test]
fn large_integers_and_fractions_are_not_rounded() {
    check(
        &Sample::field("x", Value::U64(9_007_199_254_740_993)),
        &["field.x = 9007199254740993"],
        &["field.x = 9007199254740992", "field.x <= 9007199254740992"],
    );
    check(
        &Sample::field("x", Value::U128(u128::MAX)),
        &["field.x = 340282366920938463463374607431768211455"],
        &["field.x = 340282366920938463463374607431768211454"],
    );
    check(&Sample::field("x", Value::I64(-5)), &["field.x = -5", "field.x>-6", "field.x < -4.5"], &["field.x > -5"]);
}

#[test]
fn a_quoted_value_asks_for_the_plain_text() {
    check(&Sample::field("x", Value::Str("0042")), &["field.x = '0042'", "field.x = 42"], &["field.x = '42'"]);
    check(&Sample::field("x", Value::U64(42)), &["field.x = '42'", "field.x starts with 4"], &["field.x = '0042'"]);
    check(&Sample::field("x", Value::Bool(true)), &["field.x = true", "field.x = \"true\""], &["field.x = false"]);
    check(&Sample::field("x", Value::Str("true")), &["field.x = true"], &["field.x = True"]);
    check(&Sample::field("x", Value::Bytes(b"\x01\xff")), &["field.x = 01ff", "field.x contains 1f"], &[]);
    check(&Sample::field("x", Value::Json("{\"a\":1}")), &["field.x contains '\"a\":1'"], &[]);
}

#[test]
fn an_error_is_its_message_and_its_causes() {
    let cause = std::io::Error::other(std::io::Error::other("disk full"));
    let mut draft = Draft::new(Limits::default());
    let severity = Severity::ERROR;
    draft.begin(Head { time: Timestamp(0), severity, kind: Kind::Log, callsite: None, generation: 0, roles: 0 });
    draft.error(Key::Name("error"), &Wrapped(cause));
    let mut page = Page::default();
    let pick = page.push(&draft, None);
    let record = page.record(pick);
    for text in ["field.error starts with 'could not save: '", "field.error contains 'disk full'"] {
        assert!(rule(text).matches(&record), "{text}");
    }
    assert!(!rule("field.error = 'could not save'").matches(&record));
}

#[derive(Debug)]
struct Wrapped(std::io::Error);

impl std::fmt::Display for Wrapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("could not save")
    }
}

impl std::error::Error for Wrapped {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn quotes_hold_anything() {
    let message = "it's \"5 < 6\",\n\tü\\ and (more)\0";
    let sample = Sample { message, ..Sample::default() };
    check(&sample, &[r#"message = "it's \"5 < 6\",\n\t\u{fc}\\ and (more)\0""#], &[]);
    check(
        &sample,
        &["message starts with 'it''s \"5'", r"message contains 'ü\ and ('", "message contains \"\n\t\""],
        &[],
    );
}

#[test]
fn a_pattern_may_be_written_with_one_backslash_or_two() {
    let sample = Sample { message: "card 4111 declined.", ..Sample::default() };
    let matching = [
        r#"message ~ "\d{4}""#,
        r#"message ~ "\\d{4}""#,
        r"message ~ '\d{4}'",
        r#"message ~ "\bcard\b""#,
        r#"message ~ "declined\.$""#,
        "message ~ card",
    ];
    check(&sample, &matching, &[r"message ~ '^\d'", r#"message ~ "\\\\d""#, "message !~ card"]);
}

#[test]
fn bare_words_may_hold_what_paths_and_names_hold() {
    let message = "a_b.c:d/e-f@g$h%i+j#kß9";
    check(&Sample { message, ..Sample::default() }, &[&format!("message={message}")], &[]);
    check(&Sample { message: "in", ..Sample::default() }, &["message = in", "message in (in, contains)"], &[]);
}

#[test]
fn the_last_of_two_fields_of_one_name_holds() {
    let fields = vec![("x", Value::U64(1)), ("x", Value::U64(2))];
    check(&Sample { fields, ..Sample::default() }, &["field.x = 2"], &["field.x = 1"]);
}
