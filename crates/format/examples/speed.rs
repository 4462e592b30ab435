//! How long each format takes for a record: `cargo run --release -p tracework-format --example speed [rounds]`.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;
use tracework_core::{
    Callsite, CallsiteFacts, Draft, Format, Head, Key, Kind, Limits, Metadata, Page, Severity, SpanNode, Thread,
    Timestamp, Value,
};
use tracework_format::{Csv, Ecs, Gelf, Json, Logfmt, Pattern, Shape, Text, Xml};

const RECORDS: usize = 1000;
const PATTERN: &str = "[{time:%Y-%m-%d %H:%M:%S}] [{level:<8}] {target}: {message} {fields}";

fn callsite(name: &'static str, is_span: bool, fields: &[&'static str]) -> &'static Callsite {
    let facts = CallsiteFacts {
        name,
        target: "speed::workload",
        severity: Severity::INFO,
        module: Some("speed::workload"),
        file: Some("benches/src/workload.rs"),
        line: Some(105),
        fields: fields.into(),
        is_span,
    };
    Callsite::register(facts).expect("the table has room")
}

fn span(parent: Option<Arc<SpanNode>>, name: &'static str, fields: &[(&'static str, Value<'_>)]) -> Arc<SpanNode> {
    let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
    let callsite = callsite(name, true, &names);
    let mut draft = Draft::new(Limits::default());
    draft.begin(head(0, callsite));
    for (place, (_, value)) in (0..).zip(fields) {
        draft.field(Key::Place(place), *value);
    }
    SpanNode::new(Some(callsite), parent, &mut draft)
}

fn head(time: i64, callsite: &'static Callsite) -> Head {
    let time = Timestamp(1_768_473_045_123_456_789 + time);
    Head { time, severity: Severity::INFO, kind: Kind::Log, callsite: Some(callsite), generation: 1, roles: 1 }
}

/// A page of records with four fields, inside two spans of three if `spans`.
fn page(spans: bool) -> Page {
    let event = callsite("event", false, &["user_id", "amount", "method", "ok"]);
    let leaf = spans.then(|| {
        let text = Value::Str;
        let request = [("request_id", text("req_123456")), ("method", text("POST")), ("path", text("/payments"))];
        let charge = [("customer", Value::U64(7)), ("attempt", Value::U64(1)), ("gateway", text("stripe"))];
        span(Some(span(None, "request", &request)), "charge", &charge)
    });
    let mut page = Page::new(Arc::new(Thread { name: Some("main".into()), number: 1 }));
    let pairs = [("service", "payments"), ("host", "h1"), ("pid", "4711")];
    page.set_metadata(Some(Arc::new(Metadata::new(pairs))));
    let mut draft = Draft::new(Limits::default());
    for number in 0..RECORDS {
        draft.begin(head(number as i64 * 1000, event));
        draft.message(format_args!("payment processed"));
        draft.field(Key::Place(0), Value::U64(123_456));
        draft.field(Key::Place(1), Value::F64(12.5));
        draft.field(Key::Place(2), Value::Str("card"));
        draft.field(Key::Place(3), Value::Bool(true));
        page.push(&draft, leaf.as_ref());
    }
    page
}

/// The median nanoseconds per record over `rounds`.
fn measure(format: &mut dyn Format, page: &Page, rounds: usize) -> f64 {
    let mut out = Vec::with_capacity(1 << 20);
    let mut times: Vec<f64> = (0..rounds)
        .map(|_| {
            out.clear();
            let start = Instant::now();
            for (_, record) in page.records() {
                format.encode(&record, &mut out);
            }
            black_box(&out);
            start.elapsed().as_secs_f64() * 1e9 / RECORDS as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[rounds / 2]
}

#[expect(clippy::print_stdout, reason = "it prints a table")]
fn main() {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(2001);
    let only = std::env::args().nth(2);
    let formats: Vec<(&str, Box<dyn Format>)> = vec![
        ("json nested", Box::new(Json::new())),
        ("json flat", Box::new(Json::new().shape(Shape::Flat))),
        ("json fmt", Box::new(Json::new().shape(Shape::Fmt))),
        ("text", Box::new(Text::new())),
        ("text pretty", Box::new(Text::pretty())),
        ("pattern", Box::new(Pattern::new(PATTERN).expect("it is a pattern"))),
        ("logfmt", Box::new(Logfmt::new())),
        ("xml", Box::new(Xml::new())),
        ("csv", Box::new(Csv::new())),
        ("gelf", Box::new(Gelf::new())),
        ("ecs", Box::new(Ecs::new())),
    ];
    let (plain, inside) = (page(false), page(true));
    println!("{:<14}{:>12}{:>12}{:>8}{:>8}  ns per record, bytes", "", "F4", "F4S2", "F4", "F4S2");
    for (name, mut format) in formats {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        let (mut short, mut long) = (Vec::new(), Vec::new());
        plain.records().take(1).for_each(|(_, record)| format.encode(&record, &mut short));
        inside.records().take(1).for_each(|(_, record)| format.encode(&record, &mut long));
        let (first, second) = (measure(&mut *format, &plain, rounds), measure(&mut *format, &inside, rounds));
        println!("{name:<14}{first:>12.1}{second:>12.1}{:>8}{:>8}", short.len(), long.len());
        if rounds == 1 {
            println!("{}{}", String::from_utf8_lossy(&short), String::from_utf8_lossy(&long));
        }
    }
}
