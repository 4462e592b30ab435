//! A record reads back as it was written.

use std::sync::Arc;
use tracework_core::*;

fn head(callsite: Option<&'static Callsite>) -> Head {
    Head { time: Timestamp(50), severity: Severity::INFO, kind: Kind::Log, callsite, generation: 7, roles: 1 }
}

fn callsite(fields: &[&'static str]) -> &'static Callsite {
    Callsite::register(CallsiteFacts {
        name: "work",
        target: "app::db",
        severity: Severity::INFO,
        module: Some("app::db"),
        file: Some("src/db.rs"),
        line: Some(7),
        fields: fields.into(),
        is_span: false,
    })
    .expect("the table has room")
}

#[derive(Debug)]
struct Outer(std::io::Error);
impl std::fmt::Display for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("could not save")
    }
}
impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn every_value_reads_back() {
    let mut draft = Draft::new(Limits::default());
    draft.begin(head(Some(callsite(&["first", "second"]))));
    draft.field(Key::Place(1), Value::U64(3));
    draft.message(format_args!("hello {}", 5));
    let values = [
        Value::Null,
        Value::Bool(true),
        Value::I64(-4),
        Value::U64(u64::MAX),
        Value::I128(i128::MIN),
        Value::U128(u128::MAX),
        Value::F64(0.5),
        Value::Str("ünï"),
        Value::Text("text"),
        Value::Bytes(b"\0\xff"),
        Value::Json("{\"a\":1}"),
    ];
    for value in values {
        draft.field(Key::Name("named"), value);
    }
    draft.error(Key::Name("error"), &Outer(std::io::Error::other("disk full")));
    let mut page = Page::new(Arc::default());
    let pick = page.push(&draft, None);
    let record = page.record(pick);
    let read: Vec<_> = record.fields().filter(|field| field.key == "named").map(|field| field.value).collect();
    assert_eq!(read, values);
    assert_eq!(record.message(), "hello 5");
    assert_eq!(record.field("second"), Some(Value::U64(3)));
    assert_eq!((record.generation(), record.roles(), record.time()), (7, 1, Timestamp(50)));
    assert_eq!(record.field("error").expect("it is there").to_string(), "could not save: disk full");
    assert_eq!(record.source().line, Some(7));
    let owned = OwnedRecord::from(&record);
    assert_eq!(
        owned.view().field("error").map(|value| value.to_string()),
        record.field("error").map(|value| value.to_string())
    );
}

#[test]
fn what_is_too_long_is_cut_at_a_character_and_marked() {
    let mut draft = Draft::new(Limits { message: 4, value: 3, fields: 2, key: 2 });
    draft.begin(head(None));
    draft.message(format_args!("aaa{}", 'ü'));
    draft.field(Key::Name("key"), Value::Str("aaü"));
    draft.rendered(Key::Name("other"), format_args!("{}", "aaü"), |_| false);
    draft.field(Key::Name("third"), Value::Null);
    let mut page = Page::new(Arc::default());
    let pick = page.push(&draft, None);
    let record = page.record(pick);
    assert_eq!((record.message(), record.message_cut(), record.omitted()), ("aaa", true, 1));
    let fields: Vec<_> =
        record.fields().map(|field| (field.key.to_owned(), field.value.to_string(), field.cut)).collect();
    assert_eq!(fields, [("ke".to_owned(), "aa".to_owned(), true), ("ot".to_owned(), "aa".to_owned(), true)]);
}

#[test]
fn a_record_sees_what_its_spans_held_when_it_was_emitted() {
    let mut draft = Draft::new(Limits::default());
    let site = callsite(&["user", "step"]);
    draft.begin(head(Some(site)));
    draft.field(Key::Place(0), Value::Str("nobody"));
    draft.reserved(Reserved::Tags, Value::Str("A,B"));
    let outer = SpanNode::new(Some(site), None, &mut draft);
    draft.begin(head(Some(site)));
    let inner = SpanNode::new(Some(site), Some(outer.clone()), &mut draft);
    draft.begin(head(Some(site)));
    draft.field(Key::Place(0), Value::Str("ann"));
    assert!(outer.record(Timestamp(100), &mut draft));

    let mut page = Page::new(Arc::default());
    let mut push = |time| {
        draft.begin(Head { time: Timestamp(time), ..head(Some(site)) });
        page.push(&draft, Some(&inner))
    };
    let (before, after) = (push(99), push(100));
    assert_eq!(page.record(before).context("user"), Some(Value::Str("nobody")));
    assert_eq!(page.record(after).context("user"), Some(Value::Str("ann")));
    assert_eq!(page.record(after).tags().collect::<Vec<_>>(), ["A", "B"]);
    assert_eq!(outer.fields(Timestamp(100)).map(|field| field.value.to_string()).collect::<Vec<_>>(), ["ann"]);
    assert_eq!((outer.version(Timestamp(99)), outer.version(Timestamp(100))), (0, 1));
}

#[test]
fn a_deep_nest_of_spans_is_freed_without_a_deep_stack() {
    let mut draft = Draft::new(Limits::default());
    let mut leaf = None;
    for _ in 0..200_000 {
        draft.begin(head(None));
        leaf = Some(SpanNode::new(None, leaf, &mut draft));
    }
    drop(leaf);
}

#[test]
fn a_batch_is_cut_between_records() {
    let mut draft = Draft::new(Limits::default());
    let mut page = Page::new(Arc::default());
    let picks: Vec<_> = (0..3)
        .map(|_| {
            draft.begin(head(None));
            page.push(&draft, None)
        })
        .collect();
    let records: Vec<_> = picks.iter().map(|&pick| page.record(pick)).collect();
    let batch = Batch::encoded(&records, b"abbccc", &[1, 3, 6]);
    let tail = batch.slice(1..3);
    assert_eq!((tail.len(), tail.bytes(), tail.records_within(2), tail.records_within(4)), (2, &b"bbccc"[..], 1, 1));
    assert_eq!(tail.iter().map(|(_, bytes)| bytes).collect::<Vec<_>>(), [&b"bb"[..], b"ccc"]);
    assert_eq!(tail.slice(1..2).bytes(), b"ccc");
}
