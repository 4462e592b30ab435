//! Rules, records and facts, drawn at random from pools small enough that they meet.

use crate::records::{Around, Sample};
use proptest::prelude::*;
use tracework_core::{Kind, Severity, Value};

pub(crate) const FIELDS: [&str; 4] = ["a", "b", "odd name", "c.d"];
const TEXTS: [&str; 12] = ["", "app", "app::db", "PAYMENT", "B", "200", "true", "ü", "and", "a\"b\\", "x y", "it's\n"];
const NUMBERS: [&str; 6] = ["200", "-3", "0.5", "1e3", "0", "99999999999999999999"];

fn subject() -> impl Strategy<Value = String> {
    let plain = prop::sample::select(vec!["category", "target", "module", "tag", "message", "span", "thread"]);
    let named = (prop::sample::select(vec!["field", "context", "metadata"]), prop::sample::select(FIELDS.to_vec()));
    prop_oneof![
        plain.prop_map(str::to_owned),
        named.prop_map(|(prefix, name)| match name {
            "odd name" => format!("{prefix}.\"odd name\""),
            _ => format!("{prefix}.{name}"),
        })
    ]
}

fn literal() -> impl Strategy<Value = String> {
    let single = |text: &str| format!("'{}'", text.replace('\'', "''"));
    prop_oneof![
        prop::sample::select(TEXTS.to_vec()).prop_map(tracework_rules::quote),
        prop::sample::select(TEXTS.to_vec()).prop_map(single),
        prop::sample::select(NUMBERS.to_vec()).prop_map(str::to_owned),
        any::<String>().prop_map(|text| tracework_rules::quote(&text)),
    ]
}

fn list(item: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (prop::bool::ANY, prop::collection::vec(item, 1..5))
        .prop_map(|(negated, items)| format!("{}in ({})", if negated { "not " } else { "" }, items.join(",")))
}

fn text_test() -> impl Strategy<Value = String> {
    let signs = vec!["=", "!=", "==", "contains", "not contains", "starts with", "ends with", "not ends with"];
    let operation = prop_oneof![
        4 => (prop::sample::select(signs), literal()).prop_map(|(sign, value)| format!("{sign} {value}")),
        2 => list(literal()),
        1 => prop::sample::select(vec!["exists", "not exists", "~ '^a'", r"!~ '\d+'", "~ 'a|b'"]).prop_map(str::to_owned),
    ];
    (subject(), operation).prop_map(|(subject, operation)| format!("{subject} {operation}"))
}

fn other_test() -> impl Strategy<Value = String> {
    let severity = prop::sample::select(vec!["TRACE", "debug", "INFO", "WARN", "error", "CRITICAL"]);
    let kind = prop::sample::select(vec!["log", "AUDIT", "security", "job", "metric"]);
    let order = || prop::sample::select(vec!["<", "<=", ">", ">="]);
    let signs = prop_oneof![order(), prop::sample::select(vec!["=", "!="])];
    let mixed = prop_oneof![severity.clone(), kind.clone()].prop_map(str::to_owned);
    prop_oneof![
        (signs, severity).prop_map(|(sign, value)| format!("level {sign} {value}")),
        list(mixed).prop_map(|values| format!("level {values}")),
        list(kind.prop_map(str::to_owned)).prop_map(|values| format!("kind {values}")),
        (prop::sample::select(vec!["field", "context"]), order(), prop::sample::select(NUMBERS.to_vec()))
            .prop_map(|(prefix, sign, number)| format!("{prefix}.a {sign} {number}")),
        prop::sample::select(vec!["target under app", "module under app::*", "target not under ap*"])
            .prop_map(str::to_owned),
    ]
}

/// The text of a rule, nearly always a good one.
pub(crate) fn rule_text() -> impl Strategy<Value = String> {
    prop_oneof![text_test(), other_test()].prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|part| format!("not ({part})")),
            inner.clone().prop_map(|part| format!("not {part}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} and {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a})or({b})")),
        ]
    })
}

fn value() -> impl Strategy<Value = Value<'static>> {
    prop_oneof![
        prop::sample::select(TEXTS.to_vec()).prop_map(Value::Str),
        prop::sample::select(NUMBERS.to_vec()).prop_map(Value::Text),
        prop::sample::select(vec![Value::U64(200), Value::I64(-3), Value::F64(0.5), Value::F64(f64::NAN)]),
        prop::sample::select(vec![Value::Null, Value::Bool(true), Value::Bytes(b"\x20"), Value::U128(u128::MAX)]),
    ]
}

fn fields() -> impl Strategy<Value = Vec<(&'static str, Value<'static>)>> {
    prop::collection::vec((prop::sample::select(FIELDS.to_vec()), value()), 0..3)
}

fn around() -> impl Strategy<Value = Around> {
    let name = prop::sample::select(vec!["", "app", "B", "200"]);
    let tags = prop::sample::select(vec!["", "PAYMENT", "B,200"]);
    (name, tags, fields()).prop_map(|(name, tags, fields)| Around { name, tags, fields, ..Around::default() })
}

/// A record.
pub(crate) fn sample() -> impl Strategy<Value = Sample> {
    let text = || prop::sample::select(TEXTS.to_vec());
    let fixed = (prop::sample::select(Severity::ALL.to_vec()), prop::sample::select(Kind::ALL.to_vec()));
    let place = (text(), prop::option::of(prop::sample::select(vec!["app", "app::db", "x y"])));
    let texts = (text(), prop::sample::select(vec!["", "PAYMENT", "B, 200"]), text(), text());
    let metadata = prop::collection::vec((prop::sample::select(FIELDS.to_vec()), text()), 0..2);
    (fixed, place, texts, fields(), metadata, prop::collection::vec(around(), 0..3)).prop_map(
        |((severity, kind), (target, module), (message, tags, category, thread), fields, metadata, spans)| Sample {
            severity,
            kind,
            target,
            module,
            message,
            tags,
            category,
            thread,
            fields,
            metadata,
            spans,
        },
    )
}
