//! The places of a record where a secret may stand.

use super::super::{RedactCache, RedactScratch, Redacted};
use super::usual;
use std::fmt;
use tracework_core::{
    Callsite, CallsiteFacts, Draft, Entry, Head, Key, Kind, Limits, OwnedRecord, Page, Record, Reserved, Severity,
    SpanNode, Timestamp, Value,
};

const CANARY: &str = "hunter2";

fn callsite(fields: &[&'static str]) -> &'static Callsite {
    Callsite::register(CallsiteFacts {
        name: "login",
        target: "app",
        severity: Severity::INFO,
        module: None,
        file: None,
        line: None,
        fields: fields.into(),
        is_span: false,
    })
    .expect("the table has room")
}

fn head(callsite: Option<&'static Callsite>) -> Head {
    Head { time: Timestamp(7), severity: Severity::ERROR, kind: Kind::Security, callsite, generation: 3, roles: 2 }
}

/// The record that `fill` writes, and what redaction makes of it.
fn redacted(callsite: Option<&'static Callsite>, fill: impl Fn(&mut Draft)) -> (OwnedRecord, OwnedRecord) {
    let mut draft = Draft::new(Limits { message: 64, value: 64, fields: 8, key: 32 });
    draft.begin(head(callsite));
    fill(&mut draft);
    let (mut page, mut cache, redactor) = (Page::default(), RedactCache::new(), usual());
    let pick = page.push(&draft, None);
    let before = OwnedRecord::from(&page.record(pick));
    let needs = redactor.needs(&before.view(), &mut cache);
    assert_eq!(redactor.rewrite(&before.view(), &mut cache, &mut draft), needs, "needs and rewrite agree");
    let pick = page.push(&draft, None);
    let after = OwnedRecord::from(&page.record(pick));
    assert!(!redactor.needs(&after.view(), &mut cache), "a masked record is clean: {after:?}");
    (before, after)
}

fn everything_said(record: &Record<'_>) -> String {
    let entry = |entry: Entry<'_>| match entry.value {
        Value::Bytes(bytes) => format!("{}={}\n", entry.key, String::from_utf8_lossy(bytes)),
        value => format!("{}={value}\n", entry.key),
    };
    format!("{}\n{}", record.message(), record.entries().map(entry).collect::<String>())
}

#[track_caller]
fn is_masked(callsite: Option<&'static Callsite>, fill: impl Fn(&mut Draft)) {
    let (before, after) = redacted(callsite, fill);
    assert!(everything_said(&before.view()).contains(CANARY), "the test tests something");
    assert!(!everything_said(&after.view()).contains(CANARY), "{after:?}");
    assert_eq!(after.view().head().time, Timestamp(7));
}

#[derive(Debug)]
struct Failed(&'static str, Option<Box<Failed>>);
impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.1.as_deref().map(|cause| cause as _)
    }
}

#[test]
fn a_secret_is_masked_in_every_place() {
    let site = callsite(&["user", "user.Password", "note"]);
    is_masked(Some(site), |draft| draft.message(format_args!("password={CANARY}")));
    is_masked(Some(site), |draft| draft.field(Key::Place(1), Value::Str(CANARY)));
    is_masked(Some(site), |draft| draft.rendered(Key::Place(1), format_args!("{CANARY:?}"), |_| false));
    is_masked(Some(site), |draft| draft.field(Key::Place(1), Value::Bytes(CANARY.as_bytes())));
    is_masked(Some(site), |draft| draft.field(Key::Place(2), Value::Str("token: hunter2")));
    is_masked(Some(site), |draft| draft.field(Key::Place(2), Value::Bytes(b"\xff token: hunter2")));
    is_masked(Some(site), |draft| draft.field(Key::Place(2), Value::Json(r#"{"token":"hunter2"}"#)));
    // Of a callsite that names no secret.
    let plain = callsite(&["note"]);
    is_masked(Some(plain), |draft| draft.field(Key::Place(0), Value::Str("token: hunter2")));
    is_masked(Some(plain), |draft| draft.field(Key::Place(0), Value::Bytes(b"\xff token: hunter2")));
    is_masked(None, |draft| draft.field(Key::Name("X-Api-Key"), Value::Text(CANARY)));
    is_masked(None, |draft| draft.field(Key::Name("token=hunter2"), Value::Null));
    is_masked(None, |draft| draft.metadata("db.password", Value::Str(CANARY)));
    is_masked(None, |draft| draft.metadata("dsn", Value::Str("pg://a:hunter2@b")));
    is_masked(None, |draft| draft.reserved(Reserved::Tags, Value::Str("A,token=hunter2")));
    is_masked(None, |draft| draft.reserved(Reserved::Target, Value::Str("token=hunter2")));
    let error =
        || Failed("no login", Some(Box::new(Failed("pg://a:hunter2@b refused", Some(Box::new(Failed("late", None)))))));
    is_masked(None, |draft| draft.error(Key::Name("error"), &error()));
    is_masked(None, |draft| draft.error(Key::Name("secret"), &error()));
}

#[test]
fn the_rest_of_a_masked_record_stays_as_it_was() {
    let site = callsite(&["user", "token", "cause"]);
    let (before, after) = redacted(Some(site), |draft| {
        draft.message_str(&"long ".repeat(20));
        draft.field(Key::Place(0), Value::U64(7));
        draft.field(Key::Place(1), Value::I64(5150));
        draft.error(Key::Place(2), &Failed("a://b:c@d", Some(Box::new(Failed("second", None)))));
        draft.field(Key::Name("cut"), Value::Str(&"x".repeat(80)));
        draft.field(Key::Name("json"), Value::Json(r#"{"secret":1,"n":2}"#));
        draft.reserved(Reserved::Tags, Value::Str("A,B"));
        (0..5).for_each(|_| draft.field(Key::Name("more"), Value::Bool(true)));
        draft.mark_incomplete();
        draft.mark_internal();
    });
    let (before, after) = (before.view(), after.view());
    assert_eq!(after.message(), before.message());
    assert!(after.message_cut() && after.incomplete() && after.internal());
    assert_eq!((after.omitted(), before.omitted()), (2, 2));
    assert_eq!((after.severity(), after.kind(), after.roles()), (Severity::ERROR, Kind::Security, 2));
    assert_eq!((after.generation(), after.callsite().map(Callsite::id)), (3, Some(site.id())));
    assert_eq!(after.tags().collect::<Vec<_>>(), ["A", "B"]);
    let said: Vec<_> =
        after.fields().map(|field| (field.key, field.value.to_string(), field.place, field.cut)).collect();
    assert_eq!(
        said[..3],
        [
            ("user", "7".to_owned(), Some(0), false),
            ("token", "***".to_owned(), Some(1), false),
            ("cause", "a://b:***@d: second".to_owned(), Some(2), false),
        ]
    );
    assert_eq!((said[3].0, said[3].3), ("cut", true));
    assert_eq!(after.field("json"), Some(Value::Json(r#"{"secret":"***","n":2}"#)));
    let Some(Value::Error(chain)) = after.field("cause") else { panic!("an error stays one") };
    assert_eq!(chain.causes().collect::<Vec<_>>(), ["second"]);
}

#[test]
fn a_yes_or_no_and_an_empty_text_are_no_secrets() {
    for value in [Value::Null, Value::Bool(true), Value::Str(""), Value::Str("***")] {
        assert_eq!(usual().redact_value("password", value), None);
    }
    assert_eq!(usual().redact_value("pin_token", Value::I64(4)), Some(Redacted::Text("***".into())));
}

#[test]
fn a_spans_fields_are_masked_as_it_opens() {
    let (redactor, mut scratch) = (usual(), RedactScratch::new());
    let site = callsite(&["user", "password"]);
    let mut draft = Draft::new(Limits { message: 3, value: 9, fields: 4, key: 5 });
    draft.begin(head(Some(site)));
    draft.field(Key::Place(0), Value::Str("bob"));
    assert!(!redactor.redact_draft(&mut draft, &mut scratch), "a clean one is left alone");
    draft.field(Key::Place(1), Value::Str(CANARY));
    draft.reserved(Reserved::Tags, Value::Str("A"));
    assert!(redactor.redact_draft(&mut draft, &mut scratch));
    assert_eq!(draft.limits().value, 9, "the draft keeps its limits");
    let span = SpanNode::new(Some(site), None, &mut draft);
    assert_eq!(span.field("password", Timestamp(9)), Some(Value::Str("***")));
    assert_eq!(span.field("user", Timestamp(9)), Some(Value::Str("bob")));
    assert_eq!(span.reserved(Reserved::Tags, Timestamp(9)), Some(Value::Str("A")));
}

#[test]
fn a_cache_follows_its_redactor() {
    let site = callsite(&["fruit"]);
    let mut draft = Draft::new(Limits::default());
    draft.begin(head(Some(site)));
    draft.field(Key::Place(0), Value::Str("pear"));
    let (mut page, mut cache) = (Page::default(), RedactCache::new());
    let pick = page.push(&draft, None);
    let settings = super::RedactSettings { keys: vec!["fruit".into()], ..super::RedactSettings::none() };
    let strict = super::Redactor::new(&settings).expect("the settings are good");
    for _ in 0..2 {
        assert!(!usual().needs(&page.record(pick), &mut cache));
        assert!(strict.needs(&page.record(pick), &mut cache));
    }
}
