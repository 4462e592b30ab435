//! Records as bytes and back.

use super::records;
use super::support::{Chance, times};
use proptest::prelude::*;
use tracework_core::{Entry, Format, Key, Kind, OwnedRecord, Record, Reserved, Severity, Timestamp, Value};
use tracework_engine::spool::payload::{Decoder, PayloadError, encode};
use tracework_format::{Csv, Ecs, Gelf, Json, Logfmt, Shape, Text, Xml};
use tracework_testkit::{TestRecord, span};

fn bytes_of(record: &OwnedRecord) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(&record.view(), &mut bytes);
    bytes
}

fn there_and_back(record: &OwnedRecord) -> OwnedRecord {
    Decoder::new().decode(&bytes_of(record)).expect("it was encoded")
}

fn fields<'a>(entries: impl Iterator<Item = Entry<'a>>) -> Vec<(String, String, bool)> {
    // `Debug` tells kinds of values apart, and one NaN like another.
    entries.map(|entry| (entry.key.to_owned(), format!("{:?}", entry.value), entry.cut)).collect()
}

pub(crate) fn assert_same(left: &Record<'_>, right: &Record<'_>) {
    assert_eq!((left.time(), left.severity(), left.kind()), (right.time(), right.severity(), right.kind()));
    assert_eq!(left.message(), right.message());
    assert_eq!(left.source(), right.source());
    assert_eq!(left.event_id(), right.event_id());
    assert_eq!((left.message_cut(), left.incomplete()), (right.message_cut(), right.incomplete()));
    assert_eq!((left.internal(), left.has_error()), (right.internal(), right.has_error()));
    assert_eq!(left.omitted(), right.omitted());
    assert_eq!((left.thread_name(), left.thread().number), (right.thread_name(), right.thread().number));
    assert_eq!(left.category(), right.category());
    assert_eq!(left.tags().collect::<Vec<_>>(), right.tags().collect::<Vec<_>>());
    assert_eq!(fields(left.fields()), fields(right.fields()));
    assert_eq!(fields(left.own_metadata()), fields(right.own_metadata()));
    for what in [Reserved::ErrorType, Reserved::Backtrace, Reserved::Fingerprint, Reserved::Kind] {
        assert_eq!(left.reserved(what), right.reserved(what), "{what:?}");
    }
    let metadata = |record: &Record<'_>| {
        let pairs: Option<Vec<_>> =
            record.shared_metadata().map(|all| all.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect());
        pairs.unwrap_or_default()
    };
    assert_eq!(metadata(left), metadata(right));
    let spans = |record: &Record<'_>| {
        let all =
            record.spans().map(|span| (span.name().to_owned(), span.is_named(), fields(span.fields(record.time()))));
        all.collect::<Vec<_>>()
    };
    assert_eq!(spans(left), spans(right));
}

#[test]
fn every_sort_of_record_comes_back_as_it_was() {
    for record in records::all() {
        assert_same(&record.view(), &there_and_back(&record).view());
    }
}

/// A format's name, and how it is made.
type Named = (&'static str, fn() -> Box<dyn Format>);

#[test]
fn every_format_writes_the_same_of_what_came_back() {
    let formats: [Named; 9] = [
        ("json", || Box::new(Json::default())),
        ("flat", || Box::new(Json::default().shape(Shape::Flat))),
        ("fmt", || Box::new(Json::default().shape(Shape::Fmt))),
        ("text", || Box::new(Text::default())),
        ("logfmt", || Box::new(Logfmt::default())),
        ("csv", || Box::new(Csv::default())),
        ("xml", || Box::new(Xml::default())),
        ("gelf", || Box::new(Gelf::default())),
        ("ecs", || Box::new(Ecs::default())),
    ];
    for (name, make) in formats {
        for record in records::all() {
            let (mut before, mut after) = (Vec::new(), Vec::new());
            let back = there_and_back(&record);
            make().encode(&record.view(), &mut before);
            make().encode(&back.view(), &mut after);
            assert_eq!(String::from_utf8_lossy(&before), String::from_utf8_lossy(&after), "{name}");
        }
    }
}

#[test]
fn records_of_one_thread_and_span_share_them_again() {
    let around = span("request", &[("id", Value::U64(1))], None);
    let make = |text: &str| {
        let record = TestRecord::new(text).inside(&around).thread("main", 1).shared_metadata(&[("service", "a")]);
        bytes_of(&record.build())
    };
    let mut decoder = Decoder::new();
    let one = decoder.decode(&make("one")).expect("it was encoded");
    let two = decoder.decode(&make("two")).expect("it was encoded");
    let id = |record: &OwnedRecord| record.view().span_node().map(|span| span.id());
    assert_eq!(id(&one), id(&two));
    let metadata = |record: &OwnedRecord| record.view().shared_metadata().map(|metadata| metadata.id());
    assert_eq!(metadata(&one), metadata(&two));
}

#[test]
fn json_that_is_none_or_breaks_the_line_becomes_text() {
    for (text, is_json) in [("{\"a\":1}", true), ("{\"a\":", false), ("{}{}", false), ("[1,\n2]", false), ("", false)] {
        let record = TestRecord::new("").field("value", Value::Json(text)).build();
        let back = there_and_back(&record);
        assert_eq!(matches!(back.view().field("value"), Some(Value::Json(_))), is_json, "{text}");
    }
}

#[test]
fn a_deep_nest_of_spans_keeps_the_innermost() {
    let mut around = span("s", &[], None);
    for depth in 0..300_u64 {
        around = span("s", &[("depth", Value::U64(depth))], Some(&around));
    }
    let back = there_and_back(&TestRecord::new("deep").inside(&around).build());
    assert_eq!(back.view().spans().count(), 128);
    assert_eq!(back.view().context("depth"), Some(Value::U64(299)));
}

#[test]
fn a_later_version_is_told() {
    let mut bytes = bytes_of(&records::bare());
    bytes[0] = 2;
    assert_eq!(Decoder::new().decode(&bytes).unwrap_err(), PayloadError::Version(2));
}

#[test]
fn bytes_that_are_cut_or_too_many_are_refused() {
    for record in records::all() {
        let bytes = bytes_of(&record);
        let step = (bytes.len() / 500).max(1);
        for length in (0..bytes.len()).step_by(step) {
            assert!(Decoder::new().decode(&bytes[..length]).is_err(), "{length} of {}", bytes.len());
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(Decoder::new().decode(&longer).unwrap_err(), PayloadError::LeftOver(1));
    }
}

/// `TRACEWORK_SPOOL_FUZZ` says how many are tried (20,000).
#[test]
fn hostile_bytes_neither_panic_nor_grow() {
    let samples: Vec<_> = records::all().iter().map(bytes_of).collect();
    let mut chance = Chance(5);
    let mut decoder = Decoder::new();
    for _ in 0..times("TRACEWORK_SPOOL_FUZZ", 20_000) {
        let mut bytes = samples[usize::try_from(chance.below(4)).unwrap()].clone();
        for _ in 0..=chance.below(6) {
            let at = usize::try_from(chance.below(bytes.len() as u64)).unwrap().min(bytes.len() - 1);
            match chance.below(4) {
                0 => bytes[at] ^= 1 << chance.below(8),
                1 => bytes[at] = 0xff,
                2 => bytes.truncate(at + 1),
                _ => bytes.insert(at, chance.next().to_le_bytes()[0]),
            }
        }
        if let Ok(record) = decoder.decode(&bytes) {
            assert!(record.size() <= 64 * bytes.len() + 4096, "{} of {} bytes", record.size(), bytes.len());
            let mut line = Vec::new();
            Json::default().encode(&record.view(), &mut line);
            assert_eq!(line.iter().filter(|&&byte| byte == b'\n').count(), 1, "one record is one line");
        }
    }
}

fn value() -> impl Strategy<Value = Owned> {
    prop_oneof![
        any::<bool>().prop_map(Owned::Bool),
        any::<i64>().prop_map(Owned::I64),
        any::<u128>().prop_map(Owned::U128),
        any::<f64>().prop_map(Owned::F64),
        ".{0,40}".prop_map(Owned::Str),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Owned::Bytes),
    ]
}

#[derive(Clone, Debug)]
enum Owned {
    Bool(bool),
    I64(i64),
    U128(u128),
    F64(f64),
    Str(String),
    Bytes(Vec<u8>),
}

impl Owned {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Bool(value) => Value::Bool(*value),
            Self::I64(number) => Value::I64(*number),
            Self::U128(number) => Value::U128(*number),
            Self::F64(number) => Value::F64(*number),
            Self::Str(text) => Value::Str(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }
}

proptest! {
    #[test]
    fn any_record_comes_back_as_it_was(
        time in any::<i64>(),
        (severity, kind) in (0..6_usize, 0..5_usize),
        message in ".{0,200}",
        own in prop::collection::vec(("[a-z.]{0,12}", value()), 0..12),
        around in prop::collection::vec(("[a-z]{1,8}", prop::collection::vec(("[a-z]{1,6}", value()), 0..4)), 0..4),
    ) {
        let mut parent = None;
        for (name, fields) in &around {
            // No macro gives a span the same name twice.
            let unique: std::collections::BTreeMap<_, _> = fields.iter().map(|(key, value)| (key, value)).collect();
            let fields: Vec<_> = unique.into_iter().map(|(key, value)| (key.as_str(), value.value())).collect();
            parent = Some(span(name, &fields, parent.as_ref()));
        }
        let mut record = TestRecord::new(message).time(Timestamp(time));
        record = record.severity(Severity::ALL[severity]).kind(Kind::ALL[kind]);
        for (key, value) in own {
            record = record.write(move |draft| draft.field(Key::Name(&key), value.value()));
        }
        if let Some(parent) = &parent {
            record = record.inside(parent);
        }
        let record = record.build();
        assert_same(&record.view(), &there_and_back(&record).view());
    }
}
