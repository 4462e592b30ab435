//! How long each format takes for a record: `cargo run --release -p tracework-format --example speed [rounds]`.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;
use tracework_core::{
    Callsite, CallsiteFacts, Draft, Format, Head, Key, Kind, Limits, Metadata, Page, Reserved, Severity, SpanNode,
    Thread, Timestamp, Value,
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
    draft.begin(head(0, Some(callsite)));
    for (place, (_, value)) in (0..).zip(fields) {
        draft.field(Key::Place(place), *value);
    }
    SpanNode::new(Some(callsite), parent, &mut draft)
}

fn head(time: i64, callsite: Option<&'static Callsite>) -> Head {
    let time = Timestamp(1_768_473_045_123_456_789 + time);
    Head { time, severity: Severity::INFO, kind: Kind::Log, callsite, generation: 1, roles: 1 }
}

/// A page of records with four fields, inside two spans of three if `spans`. Without a callsite they are as from a pipe:
/// the names and the target come with each record.
fn page(spans: bool, known: bool) -> Page {
    let event = callsite("event", false, &["user_id", "amount", "method", "ok"]);
    let leaf = spans.then(|| {
        let text = Value::Str;
        let request = [("request_id", text("req_123456")), ("method", text("POST")), ("path", text("/payments"))];
        let charge = [("customer", Value::U64(7)), ("attempt", Value::U64(1)), ("gateway", text("stripe"))];
        span(Some(span(None, "request", &request)), "charge", &charge)
    });
    let mut page = Page::new(Arc::new(Thread { name: Some("main".into()), number: 1, run: 0 }));
    let pairs = [("service", "payments"), ("host", "h1"), ("pid", "4711")];
    page.set_metadata(Some(Arc::new(Metadata::new(pairs))));
    let mut draft = Draft::new(Limits::default());
    for number in 0..RECORDS {
        draft.begin(head(number as i64 * 1000, known.then_some(event)));
        draft.message(format_args!("payment processed"));
        let values = [Value::U64(123_456), Value::F64(12.5), Value::Str("card"), Value::Bool(true)];
        for ((place, name), value) in (0..).zip(&event.fields).zip(values) {
            draft.field(if known { Key::Place(place) } else { Key::Name(name) }, value);
        }
        if !known {
            draft.reserved(Reserved::Target, Value::Str("speed::workload"));
        }
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
    let pages = [page(false, true), page(true, true), page(false, false)];
    println!("{:<14}{:>10}{:>10}{:>10}  ns per record", "", "F4", "F4S2", "named");
    for (name, mut format) in formats {
        if only.as_deref().is_some_and(|only| only != name) {
            continue;
        }
        let times = pages.each_ref().map(|page| format!("{:>10.1}", measure(&mut *format, page, rounds)));
        println!("{name:<14}{}", times.concat());
        if rounds == 1 {
            for (_, record) in pages.iter().filter_map(|page| page.records().next()) {
                let mut line = Vec::new();
                format.encode(&record, &mut line);
                print!("{}", String::from_utf8_lossy(&line));
            }
        }
    }
}
