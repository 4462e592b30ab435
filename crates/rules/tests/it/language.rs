//! What the subjects, the operators and the joints mean.

use crate::records::{Around, Sample, check, rule};
use tracework_core::{Filter, Kind, Severity, Value};
use tracework_rules::Subject;

fn payment() -> Sample {
    Sample {
        severity: Severity::ERROR,
        kind: Kind::Log,
        target: "app::db",
        module: Some("app::db::pool"),
        message: "connection timeout after 3 tries",
        tags: "PAYMENT, USER_123",
        category: "database",
        thread: "worker-1",
        fields: vec![("amount", Value::F64(120.5)), ("status", Value::U64(503)), ("odd name", Value::Bool(true))],
        metadata: vec![("region", "eu-1"), ("pid", "77")],
        spans: vec![
            Around { name: "request", tags: "API", fields: vec![("user", Value::Str("ann"))], ..Around::default() },
            Around { name: "query", fields: vec![("table", Value::Str("orders"))], ..Around::default() },
        ],
    }
}

#[test]
fn the_examples_of_the_design_work() {
    let matching = [
        "level >= ERROR and tag = PAYMENT",
        "tag in (PAYMENT, BILLING)",
        r#"target = "app::db""#,
        r#"target ~ "^app::""#,
        "target under app",
        "field.amount > 100",
        "field.amount exists",
        "not (level < ERROR)",
        r#"message contains "timeout""#,
        "kind in (log, security)",
        "level >= ERROR and tag = PAYMENT and field.status >= 500 and field.status < 600",
    ];
    let other = ["kind in (audit, security)", "field.x exists", "target under noisy", "level < ERROR or tag = BILLING"];
    check(&payment(), &matching, &other);
}

#[test]
fn every_subject_can_be_asked_for() {
    let matching = [
        "severity = error",
        "kind = log",
        "category = database",
        "module = app::db::pool",
        "module under app::db",
        "tag = USER_123",
        "span = request",
        "span = query",
        "thread starts with worker",
        "field.\"odd name\" = true",
        "context.user = ann",
        "context.table ends with ders",
        "metadata.region = eu-1",
        "metadata.pid > 76",
    ];
    let other =
        ["category = api", "span = other", "context.amount exists", "field.user exists", "metadata.user exists"];
    check(&payment(), &matching, &other);
}

#[test]
fn and_binds_tighter_than_or_and_not_tightest() {
    let (yes, no) = ("tag = PAYMENT", "tag = OTHER");
    let matching = [
        format!("{yes} or {no} and {no}"),
        format!("({yes} or {no}) and {yes}"),
        format!("not {no} and {yes}"),
        format!("not {no} or {no}"),
        format!("not not {yes}"),
        format!("not (not {yes} or {no})"),
    ];
    let other = [format!("({yes} or {no}) and {no}"), format!("not {yes} or {no}"), format!("not not not {yes}")];

    for text in matching {
        check(&payment(), &[&text], &[]);
    }
    for text in other {
        check(&payment(), &[], &[&text]);
    }
}

#[test]
fn a_subject_of_several_values_holds_if_one_does_and_its_negation_if_none_does() {
    let matching = ["tag != BILLING", "tag starts with USER", "tag = API", "span != other", "tag not in (A, B)"];
    let other = ["tag != PAYMENT", "tag !~ '^USER_'", "span != query", "tag not exists"];
    check(&payment(), &matching, &other);
}

#[test]
fn whatever_is_missing_is_as_no_value_at_all() {
    let bare = Sample { target: "", ..Sample::default() };
    for subject in ["category", "module", "tag", "span", "thread", "field.x", "context.x", "metadata.x"] {
        for positive in ["= a", "in (a, b)", "contains ''", "starts with ''", "ends with ''", "~ ''", "exists"] {
            check(&bare, &[&format!("not {subject} {positive}")], &[&format!("{subject} {positive}")]);
        }
        let negated = ["!= a", "not in (a, b)", "not contains a", "not starts with a", "!~ a", "not exists"];
        for negated in negated {
            check(&bare, &[&format!("{subject} {negated}")], &[]);
        }
    }
    check(&bare, &["field.x != 200", "not field.x > 1"], &["field.x > 1", "field.x <= 1", "field.x = 1"]);
    check(&bare, &["field.x not exists or field.x > 1"], &["field.x exists and field.x != 200"]);
}

#[test]
fn null_is_missing_and_an_empty_text_is_not() {
    check(&Sample::field("x", Value::Null), &["field.x != null"], &["field.x exists", "field.x = null"]);
    check(&Sample::field("x", Value::Str("")), &["field.x exists", "field.x = ''"], &["field.x not exists"]);
}

#[test]
fn message_and_target_are_always_there_and_exist_if_they_are_not_empty() {
    let bare = Sample { target: "", ..Sample::default() };
    check(&bare, &["message = ''", "target = ''"], &["message exists", "target exists", "message != ''"]);
    check(&payment(), &["message exists", "target exists", "message != ''"], &["message = ''"]);
}

#[test]
fn context_is_that_of_the_innermost_span_and_never_the_events_own() {
    let around = |user| Around { name: "request", fields: vec![("user", Value::Str(user))], ..Around::default() };
    let sample = Sample {
        fields: vec![("user", Value::Str("own"))],
        spans: vec![around("outer"), around("inner"), Around { name: "leaf", ..Around::default() }],
        ..Sample::default()
    };
    check(&sample, &["context.user = inner", "field.user = own"], &["context.user in (outer, own)"]);
}

#[test]
fn a_category_is_inherited_and_a_scope_of_context_has_no_name() {
    let scope = Around { category: "api", fields: vec![("user", Value::Str("ann"))], ..Around::default() };
    let sample = Sample { spans: vec![scope], ..Sample::default() };
    check(&sample, &["category = api", "context.user = ann", "span not exists"], &["span exists", "span = ''"]);
}

#[test]
fn severities_are_ordered_and_have_their_other_names() {
    let warning = Sample { severity: Severity::WARNING, ..Sample::default() };
    let matching = ["level = WARN", "LEVEL = warning", "level > INFO", "level <= WARN", "level in (warn, fatal)"];
    let other = ["level != warning", "level < WARN", "level > WARN", "level = FATAL", "level not in (WARNING)"];
    check(&warning, &matching, &other);
}

#[test]
fn kinds_are_accepted_where_a_level_is() {
    let audit = Sample { kind: Kind::Audit, ..Sample::default() };
    check(
        &audit,
        &["level = AUDIT", "level in (ERROR, AUDIT)", "kind = AUDIT"],
        &["level != AUDIT", "level = SECURITY"],
    );
    let error = Sample { severity: Severity::ERROR, ..Sample::default() };
    check(&error, &["level in (ERROR, AUDIT)", "level != AUDIT"], &["level not in (ERROR, AUDIT)"]);
    check(&Sample { kind: Kind::Job, ..Sample::default() }, &["level = JOB_STATUS", "kind = job_status"], &[]);
}

#[test]
fn words_of_the_language_may_be_in_either_case_and_everything_else_may_not() {
    check(
        &payment(),
        &["TAG In (PAYMENT) AND NOT Tag = x", "Field.amount > 1"],
        &["tag = payment", "field.Amount > 1"],
    );
    check(&payment(), &["message ~ '(?i)TIMEOUT'", "message NOT CONTAINS TIMEOUT"], &["message contains TIMEOUT"]);
}

#[test]
fn a_rule_prints_as_one_canonical_line() {
    let printed = [
        ("severity>=ERROR\n AND\ttag == 'PAYMENT'", "level >= ERROR and tag = PAYMENT"),
        ("tag in (B, A, B)", "tag in (A, B)"),
        ("tag in (A)", "tag = A"),
        ("not (tag = A)", "tag != A"),
        ("not (tag in (A, B))", "tag not in (A, B)"),
        ("not message ~ 'a\\d'", r#"message !~ "a\\d""#),
        ("not not (kind = audit)", "kind = audit"),
        ("(tag=A and (tag=B and tag=C))", "tag = A and tag = B and tag = C"),
        ("(tag=A and tag=B) or tag=C", "tag = A and tag = B or tag = C"),
        ("tag=A and (tag=B or tag=C)", "tag = A and (tag = B or tag = C)"),
        ("not (tag=A or tag=B)", "not (tag = A or tag = B)"),
        ("level in (error, audit)", "level = ERROR or kind = audit"),
        ("level not in (error, audit)", "not (level = ERROR or kind = audit)"),
        ("level in (info, debug, trace)", "level <= INFO"),
        ("not level > debug", "not level >= INFO"),
        ("field.'a b' in (2, '2', 1.50, -0)", r#"field."a b" in (0, 1.5, 2, "2")"#),
        ("message contains 'and'", r#"message contains "and""#),
        ("message = 'a\u{1b}[2J\u{202e}'", r#"message = "a\u{1b}[2J\u{202e}""#),
        ("target not under noisy::*", r#"target not under "noisy::*""#),
        ("tag = 007", r#"tag = "007""#),
    ];
    for (written, expected) in printed {
        assert_eq!(rule(written).to_string(), expected);
        assert_eq!(rule(expected), rule(written));
    }
}

#[test]
fn a_rule_is_a_filter_and_describes_itself() {
    let rule = rule("level >= ERROR and tag='PAYMENT'");
    assert!(rule.keep(&payment().record().view()));
    assert_eq!(rule.describe(), "level >= ERROR and tag = PAYMENT");
    assert_eq!(format!("{rule:?}"), r#"Rule("level >= ERROR and tag = PAYMENT")"#);
}

#[test]
fn a_rule_tells_what_it_looks_at() {
    let about_spans = rule("field.a = 1 and (not field.b exists or context.a = 2)");
    assert_eq!(about_spans.fields().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(about_spans.subjects().last(), Some(&Subject::Context("a".into())));
    assert!(about_spans.looks_at_spans());
    assert!(rule("tag = A").looks_at_spans() && rule("category = api").looks_at_spans());
    assert!(!rule("level >= ERROR and field.a = 1 and target under app").looks_at_spans());
}
