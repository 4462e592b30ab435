//! What of a record stands where.

use crate::collector::Collector;
use crate::receiver::Receiver;
use crate::support::{deliver_records, records, until};
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use std::collections::HashMap;
use tracework_core::{Draft, Key, Kind, OwnedRecord, Severity, Value};
use tracework_otlp::{Compression, Otlp};
use tracework_testkit::{TestRecord, hostile_strings, span};

fn attributes(pairs: &[KeyValue]) -> HashMap<String, Any> {
    let mut all = HashMap::new();
    for pair in pairs {
        let value = pair.value.clone().and_then(|value| value.value);
        let before = all.insert(pair.key.clone(), value.unwrap_or(Any::StringValue("NOTHING".into())));
        assert!(before.is_none(), "`{}` comes twice", pair.key);
    }
    all
}

fn text(text: &str) -> Any {
    Any::StringValue(text.into())
}

/// What a list of keys and values holds.
fn list(value: &Any) -> HashMap<String, Any> {
    match value {
        Any::KvlistValue(list) => attributes(&list.values),
        other => panic!("{other:?} is no list of keys and values"),
    }
}

fn array(value: &Any) -> Vec<Any> {
    let plain = |value: &AnyValue| value.value.clone().unwrap_or(text("NOTHING"));
    match value {
        Any::ArrayValue(array) => array.values.iter().map(plain).collect(),
        other => panic!("{other:?} is no array"),
    }
}

/// The record as a service of ours decodes it.
fn sent(record: OwnedRecord) -> LogRecord {
    let receiver = Receiver::taking();
    deliver_records(&mut Otlp::grpc(receiver.url()), vec![record]).expect("delivered");
    receiver.records().remove(0)
}

#[derive(Debug)]
struct Declined(std::io::Error);

impl std::fmt::Display for Declined {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the card was declined")
    }
}

impl std::error::Error for Declined {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

fn every_kind() -> OwnedRecord {
    TestRecord::new("every kind of value")
        .write(|draft: &mut Draft| {
            draft.field(Key::Name("null"), Value::Null);
            draft.field(Key::Name("yes"), Value::Bool(true));
            draft.field(Key::Name("least"), Value::I64(i64::MIN));
            draft.field(Key::Name("small"), Value::U64(7));
            draft.field(Key::Name("most"), Value::U64(u64::MAX));
            draft.field(Key::Name("huge"), Value::I128(i128::MIN));
            draft.field(Key::Name("tiny"), Value::U128(3));
            draft.field(Key::Name("double"), Value::F64(0.1));
            draft.field(Key::Name("infinite"), Value::F64(f64::NEG_INFINITY));
            draft.field(Key::Name("nan"), Value::F64(f64::NAN));
            draft.field(Key::Name("str"), Value::Str("a \u{1f980}"));
            draft.field(Key::Name("text"), Value::Text("Some(1)"));
            draft.field(Key::Name("bytes"), Value::Bytes(&[0, 255]));
            draft.field(
                Key::Name("json"),
                Value::Json(r#"{"a":[1,-2.5,"x",null,true,18446744073709551615],"b":{"c":{}},"d":[]}"#),
            );
        })
        .error("cause", Declined(std::io::Error::other("no money")))
        .build()
}

fn assert_every_kind(record: &LogRecord) {
    let all = attributes(&record.attributes);
    for (name, value) in [
        ("null", text("NOTHING")),
        ("yes", Any::BoolValue(true)),
        ("least", Any::IntValue(i64::MIN)),
        ("small", Any::IntValue(7)),
        ("most", text("18446744073709551615")),
        ("huge", text("-170141183460469231731687303715884105728")),
        ("tiny", Any::IntValue(3)),
        ("double", Any::DoubleValue(0.1)),
        ("infinite", Any::DoubleValue(f64::NEG_INFINITY)),
        ("str", text("a \u{1f980}")),
        ("text", text("Some(1)")),
        ("bytes", Any::BytesValue(vec![0, 255])),
        ("cause", text("the card was declined: no money")),
        ("exception.message", text("the card was declined")),
        ("exception.stacktrace", text("the card was declined\nCaused by: no money")),
    ] {
        assert_eq!(all.get(name), Some(&value), "{name}");
    }
    assert!(matches!(all["nan"], Any::DoubleValue(nan) if nan.is_nan()));
    let json = list(&all["json"]);
    let numbers = [
        Any::IntValue(1),
        Any::DoubleValue(-2.5),
        text("x"),
        text("NOTHING"),
        Any::BoolValue(true),
        text("18446744073709551615"),
    ];
    assert_eq!(array(&json["a"]), numbers);
    assert!(list(&list(&json["b"])["c"]).is_empty() && array(&json["d"]).is_empty());
}

#[test]
fn every_kind_of_value_is_what_it_was() {
    assert_every_kind(&sent(every_kind()));
}

#[test]
fn a_collector_hands_on_what_it_was_sent() {
    let Some(collector) = Collector::start(&[]) else { return };
    let texts: Vec<_> = hostile_strings();
    let mut batch = vec![every_kind()];
    batch.extend(texts.iter().map(|hostile| {
        TestRecord::new(hostile.text.as_str()).field(hostile.text.as_str(), Value::Str(&hostile.text)).build()
    }));
    let sent = batch.len();
    for (at, way) in
        [Otlp::grpc(format!("http://{}", collector.grpc)), Otlp::http(format!("http://{}", collector.http))]
            .into_iter()
            .flat_map(|way| [way.compress(Compression::Gzip)])
            .enumerate()
    {
        let mut otlp = way.resource("service.name", "payments");
        deliver_records(&mut otlp, batch.clone()).expect("delivered");
        until("the records", || collector.behind.records().len() >= (at + 1) * sent);
    }
    let requests = collector.behind.requests();
    let resource = attributes(&requests[0].resource_logs[0].resource.clone().expect("a resource").attributes);
    assert_eq!(resource["service.name"], text("payments"));
    let records = collector.behind.records();
    let (all, odd): (Vec<_>, Vec<_>) =
        records.iter().partition(|record| attributes(&record.attributes).contains_key("nan"));
    assert_eq!((all.len(), odd.len()), (2, texts.len() * 2));
    all.into_iter().for_each(assert_every_kind);
    // As they were captured: long ones were cut.
    for sent in &batch[1..] {
        let sent = sent.view();
        let value = sent.fields().next().map(|entry| (entry.key, entry.value.as_str().expect("a text")));
        let same = |record: &&&LogRecord| {
            let all = attributes(&record.attributes);
            let has = |(name, value): (&str, &str)| {
                all.values().any(|found| *found == text(value)) && all.keys().any(|key| key.ends_with(name))
            };
            crate::receiver::message_of(record) == sent.message() && value.is_none_or(has)
        };
        assert!(odd.iter().filter(same).count() >= 2, "{}", sent.message());
    }
}

/// `found` has all of these.
fn assert_has(found: &HashMap<String, Any>, expected: &[(&str, Any)]) {
    for (name, value) in expected {
        assert_eq!(found.get(*name), Some(value), "{name}");
    }
}

#[test]
fn the_resource_is_what_the_program_says_of_itself() {
    let receiver = Receiver::taking();
    let shared = [("service", "payments"), ("pid", "7"), ("region", "eu-1"), ("team", "a")];
    let batch = vec![TestRecord::new("x").build(), TestRecord::new("y").shared_metadata(&shared).build()];
    let mut otlp = Otlp::grpc(receiver.url()).resource("team", "b").resource("service.namespace", "shop");
    deliver_records(&mut otlp, batch).expect("delivered");
    let request = receiver.requests().remove(0);
    assert_eq!(request.resource_logs.len(), 2, "the metadata differ");
    let resource = |at: usize| attributes(&request.resource_logs[at].resource.clone().expect("a resource").attributes);
    let expected = [
        ("service.name", text("payments")),
        ("process.pid", Any::IntValue(7)),
        ("cloud.region", text("eu-1")),
        ("team", text("b")),
        ("service.namespace", text("shop")),
        ("telemetry.sdk.name", text("tracework")),
        ("telemetry.sdk.language", text("rust")),
    ];
    assert_has(&resource(1), &expected);
    let nameless = resource(0);
    assert!(matches!(&nameless["service.name"], Any::StringValue(name) if name.starts_with("unknown_service:")));
}

/// A record that has every part.
fn full() -> OwnedRecord {
    let request = span("request", &[("user_id", Value::Str("ann")), ("method", Value::Str("POST"))], None);
    let (trace_id, span_id) = ("0af7651916cd43dd8448eb211c80319c", "00f067aa0ba902b7");
    let trace = [("trace_id", Value::Str(trace_id)), ("span_id", Value::Str(span_id))];
    TestRecord::new("declined")
        .severity(Severity::ERROR)
        .target("payments::card")
        .kind(Kind::Audit)
        .category("api")
        .tags("PAYMENT,USER_1")
        .field("amount", Value::F64(12.5))
        .field("kind", Value::Str("a field"))
        .field("user_id", Value::Str("bob"))
        .metadata("worker", "w1")
        .thread("main", 1)
        .inside(&span("charge", &trace, Some(&request)))
        .build()
}

#[test]
fn a_record_stands_where_opentelemetry_has_its_parts() {
    let (receiver, record) = (Receiver::taking(), full());
    let uid = record.view().event_id().to_string();
    deliver_records(&mut Otlp::grpc(receiver.url()), vec![record]).expect("delivered");
    let request = receiver.requests().remove(0);
    let scope = &request.resource_logs[0].scope_logs[0];
    assert_eq!(scope.scope.as_ref().expect("a scope").name, "payments::card");
    let record = &scope.log_records[0];
    assert_eq!((record.severity_number, record.severity_text.as_str()), (17, "ERROR"));
    assert_eq!(record.time_unix_nano, 1_768_473_045_123_456_000);
    assert_eq!(record.observed_time_unix_nano, record.time_unix_nano);
    assert_eq!(record.trace_id, 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes());
    assert_eq!(record.span_id, 0x00f0_67aa_0ba9_02b7_u64.to_be_bytes());
    let all = attributes(&record.attributes);
    let expected = [
        ("amount", Any::DoubleValue(12.5)),
        ("fields.kind", text("a field")),
        ("kind", text("audit")),
        ("category", text("api")),
        ("user_id", text("bob")),
        ("context.user_id", text("ann")),
        ("worker", text("w1")),
        ("thread.name", text("main")),
        ("thread.id", Any::IntValue(1)),
        ("log.record.uid", text(&uid)),
        ("code.file.path", text("src/test.rs")),
        ("code.line.number", Any::IntValue(1)),
    ];
    assert_has(&all, &expected);
    assert_eq!(array(&all["tags"]), [text("PAYMENT"), text("USER_1")]);
    let spans: Vec<_> = array(&all["spans"]).iter().map(list).collect();
    assert_eq!(spans[0], HashMap::from([("name".into(), text("request")), ("method".into(), text("POST"))]));
    assert_eq!(spans[1], HashMap::from([("name".into(), text("charge"))]));
}

#[test]
fn severities_have_the_numbers_of_opentelemetry() {
    for (severity, number) in Severity::ALL.into_iter().zip([1, 5, 9, 13, 17, 21]) {
        let record = sent(TestRecord::new("x").severity(severity).build());
        assert_eq!((record.severity_number, record.severity_text.as_str()), (number, severity.name()));
    }
}

#[test]
fn what_is_no_id_of_a_trace_stays_an_attribute() {
    for id in [
        "",
        "abc",
        "00000000000000000000000000000000",
        "\u{e4}af7651916cd43dd8448eb211c80319",
        "0AF7651916CD43DD8448EB211C80319C",
    ] {
        let record = sent(TestRecord::new("x").field("trace_id", Value::Str(id)).build());
        let is_id = id.starts_with("0A");
        assert_eq!(record.trace_id.len(), if is_id { 16 } else { 0 }, "{id}");
        assert_eq!(attributes(&record.attributes).contains_key("trace_id"), !is_id, "{id}");
    }
}

#[test]
fn records_stay_in_order_and_scopes_follow_them() {
    let receiver = Receiver::taking();
    let batch = ["a", "a", "b", "a"].iter().enumerate();
    let batch = batch.map(|(at, target)| TestRecord::new(format!("{at}")).target(*target).build());
    deliver_records(&mut Otlp::grpc(receiver.url()), batch.collect()).expect("delivered");
    assert_eq!(receiver.messages(), ["0", "1", "2", "3"]);
    let scopes = &receiver.requests()[0].resource_logs[0].scope_logs;
    let names: Vec<_> = scopes.iter().map(|scope| scope.scope.clone().expect("a scope").name).collect();
    assert_eq!(names, ["a", "b", "a"]);
}

#[test]
fn json_however_deep_can_be_decoded() {
    let deep = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    for depth in [1, 23, 24, 25, 100, 1_000] {
        let record = sent(TestRecord::new("x").field("deep", Value::Json(&deep(depth))).build());
        let mut value = attributes(&record.attributes)["deep"].clone();
        let mut passed = 0;
        while let Any::ArrayValue(_) = value {
            value = array(&value).remove(0);
            passed += 1;
        }
        let rest = if depth <= 24 { Any::IntValue(1) } else { text(&deep(depth - passed)) };
        assert_eq!((value, passed), (rest, if depth > 128 { 0 } else { depth.min(24) }), "{depth}");
    }
}

#[test]
fn a_batch_is_as_many_requests_as_it_must_be() {
    let receiver = Receiver::taking();
    let long = "x".repeat(1_000);
    let messages: Vec<String> = (0..200).map(|at| format!("{at} {long}")).collect();
    let mut otlp = Otlp::grpc(receiver.url()).max_request(20_000);
    deliver_records(&mut otlp, records(&messages)).expect("delivered");
    assert_eq!(receiver.messages(), messages);
    for request in receiver.requests() {
        let bytes = prost::Message::encoded_len(&request);
        assert!((10_000..=20_000).contains(&bytes) || crate::receiver::records_of(&request).len() < 14, "{bytes}");
    }
    let huge = "y".repeat(15_000);
    let mut otlp = Otlp::grpc(receiver.url()).max_request(1_024);
    deliver_records(&mut otlp, records(&[huge.as_str(), "small"])).expect("a large one goes alone");
    assert_eq!(receiver.messages().split_off(200), [huge.as_str(), "small"]);
}
