//! Records of every sort, for the tests of the payload.

use std::io;
use std::sync::Arc;
use tracework_core::{
    Callsite, CallsiteFacts, Draft, Head, Key, Kind, Limits, OwnedRecord, Reserved, Severity, SpanNode, Timestamp,
    Value,
};
use tracework_testkit::{TestRecord, record_in, span};

/// A cause below a cause.
#[derive(Debug)]
struct Deep;

impl std::fmt::Display for Deep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("card declined")
    }
}

impl std::error::Error for Deep {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&std::fmt::Error)
    }
}

/// A scope of `tracework::context`: a span without a callsite.
fn scope(parent: &Arc<SpanNode>) -> Arc<SpanNode> {
    let mut draft = Draft::new(Limits::default());
    let (time, severity, kind) = (Timestamp(0), Severity::INFO, Kind::Log);
    draft.begin(Head { time, severity, kind, callsite: None, generation: 0, roles: 0 });
    draft.field(Key::Name("user_id"), Value::Str("u7"));
    draft.field(Key::Name("trace_id"), Value::Str("4bf92f3577b34da6a3ce929d0e0e4736"));
    draft.reserved(Reserved::Tags, Value::Str("SCOPED"));
    SpanNode::new(None, Some(Arc::clone(parent)), &mut draft)
}

/// A record with everything that a record can have.
pub(crate) fn full() -> OwnedRecord {
    let outer = span("request", &[("method", Value::Str("POST")), ("path", Value::Str("/pay"))], None);
    let mut later = Draft::new(Limits::default());
    let (time, severity, kind) = (Timestamp(0), Severity::INFO, Kind::Log);
    later.begin(Head { time, severity, kind, callsite: None, generation: 0, roles: 0 });
    later.field(Key::Name("method"), Value::Str("PUT"));
    later.field(Key::Name("status"), Value::U64(402));
    outer.record(Timestamp(1), &mut later);
    let inner = span("charge", &[("amount", Value::F64(12.5))], Some(&scope(&outer)));
    every_value(TestRecord::new("declined\nwith \u{1b}[31m a second line"))
        .severity(Severity::ERROR)
        .kind(Kind::Security)
        .time(Timestamp(1_768_473_045_123_456_789))
        .target("payments::card")
        .tags("PAYMENT, USER_123")
        .destinations("app,webhook")
        .category("api")
        .reserved(Reserved::ErrorType, "payments::Declined")
        .reserved(Reserved::Fingerprint, "00ff00ff00ff00ff")
        .reserved(Reserved::Backtrace, "0: here\n1: there")
        .metadata("attempt", "2")
        .shared_metadata(&[("service", "payments"), ("host", "h1"), ("region", "eu-1")])
        .thread("worker-3", 12)
        .inside(&inner)
        .build()
}

fn every_value(record: TestRecord) -> TestRecord {
    record
        .field("null", Value::Null)
        .field("yes", Value::Bool(true))
        .field("i64", Value::I64(i64::MIN))
        .field("u64", Value::U64(u64::MAX))
        .field("i128", Value::I128(i128::MIN))
        .field("u128", Value::U128(u128::MAX))
        .field("f64", Value::F64(-0.1))
        .field("infinite", Value::F64(f64::INFINITY))
        .field("str", Value::Str("plain \"quoted\" é 😀"))
        .field("text", Value::Text("Debug(1)"))
        .field("bytes", Value::Bytes(&[0, 255, 10]))
        .field("json", Value::Json(r#"{"a":[1,null,{"b":"c"}]}"#))
        .field("", Value::Str("no name"))
        .field("cut", Value::Str(&"x".repeat(10_000)))
        .error("error", Deep)
        .error("io", io::Error::other("disk full"))
}

/// A record without anything.
pub(crate) fn bare() -> OwnedRecord {
    tracework_testkit::record(|_| {})
}

/// A record of a pipe: it has no callsite, and says itself where it comes from.
pub(crate) fn piped() -> OwnedRecord {
    TestRecord::new("from elsewhere")
        .own_target("app::db")
        .reserved(Reserved::Module, "app::db::pool")
        .reserved(Reserved::File, "pool.py")
        .write(|draft| draft.reserved(Reserved::Line, Value::U64(77)))
        .reserved(Reserved::Thread, "MainThread")
        .build()
}

/// A record of a callsite with names of its own.
pub(crate) fn placed() -> OwnedRecord {
    let facts = CallsiteFacts {
        name: "event src/main.rs:9",
        target: "app",
        severity: Severity::WARNING,
        module: Some("app::main"),
        file: Some("src/main.rs"),
        line: Some(9),
        fields: Box::new(["first", "second"]),
        is_span: false,
    };
    let callsite = Callsite::register(facts).expect("there is room");
    let around = span("work", &[], None);
    record_in(&around, |draft| {
        let (time, severity, kind) = (Timestamp(-5), Severity::WARNING, Kind::Audit);
        draft.begin(Head { time, severity, kind, callsite: Some(callsite), generation: 3, roles: 1 });
        draft.message_str(&"long ".repeat(10_000));
        draft.field_u64(0, 7);
        draft.field_str(1, "two");
        draft.mark_incomplete();
        draft.mark_internal();
    })
}

/// One of each sort.
pub(crate) fn all() -> Vec<OwnedRecord> {
    vec![full(), bare(), piped(), placed()]
}
