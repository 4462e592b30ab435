//! tracing-opentelemetry beside ours.

use crate::support::Bench;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use tracework::core::{Format, OwnedRecord, Value};
use tracework::format::{Csv, Ecs, Gelf, Json, Logfmt, Pattern, Shape, Xml};
use tracework::prelude::*;
use tracework::trace_context;
use tracing_subscriber::registry;

#[test]
fn spans_and_events_reach_both() {
    let bench = Bench::new();
    bench.control.set_level("memory", Severity::WARNING).expect("it is attached");
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let telemetry = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    bench.run_in(registry().with(telemetry).with(DestinationLayer::new(&bench.control)), || {
        for number in 0..10 {
            tracing::info_span!("request", number).in_scope(|| {
                info!("theirs alone");
                tracing::debug_span!("query").in_scope(|| error!("for both"));
            });
        }
    });
    let spans = exporter.get_finished_spans().expect("they are kept");
    assert_eq!(spans.iter().filter(|span| span.name == "request").count(), 10);
    assert_eq!(spans.iter().filter(|span| span.name == "query").count(), 10);
    assert!(spans.iter().all(|span| span.events.len() == 1), "each span has its event: {spans:#?}");
    let records = bench.memory.records();
    assert_eq!(records.len(), 10);
    for (place, record) in (0..).zip(records) {
        assert_eq!(record.view().context("number"), Some(Value::I64(place)));
    }
}

/// Every format there is, by its name.
fn formats() -> Vec<(&'static str, Box<dyn Format>)> {
    vec![
        ("json", Box::new(Json::new())),
        ("flat", Box::new(Json::new().shape(Shape::Flat))),
        ("fmt", Box::new(Json::new().shape(Shape::Fmt))),
        ("text", Box::new(Text::new())),
        ("pretty", Box::new(Text::pretty())),
        ("pattern", Box::new(Pattern::new("{message} {context}").expect("a pattern"))),
        ("xml", Box::new(Xml::new())),
        ("logfmt", Box::new(Logfmt::new())),
        ("csv", Box::new(Csv::new())),
        ("gelf", Box::new(Gelf::new())),
        ("ecs", Box::new(Ecs::new())),
    ]
}

fn line(format: &mut Box<dyn Format>, record: &OwnedRecord) -> String {
    let mut line = Vec::new();
    format.encode(&record.view(), &mut line);
    String::from_utf8(line).expect("a text")
}

#[test]
fn the_ids_of_its_spans_appear_in_every_format() {
    let bench = Bench::new();
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let telemetry = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let stack =
        registry().with(telemetry).with(trace_context(&bench.control)).with(DestinationLayer::new(&bench.control));
    bench.run_in(stack, || {
        info!("outside");
        tracing::info_span!("request").in_scope(|| {
            info!("in the request");
            tracing::info_span!("query").in_scope(|| info!("in the query"));
            info!(trace_id = "mine", "with its own");
        });
    });
    let spans = exporter.get_finished_spans().expect("they are kept");
    let ids = |name: &str| {
        let span = spans.iter().find(|span| span.name == name).expect("it is exported");
        (span.span_context.trace_id().to_string(), span.span_context.span_id().to_string())
    };
    let records = bench.memory.records();
    assert_eq!((ids("request").0, records.len()), (ids("query").0, 4));
    for (name, mut format) in formats() {
        let outside = line(&mut format, &records[0]);
        assert!(!outside.contains("trace_id") && !outside.contains("trace.id"), "{name}: there is none outside");
        for (record, span) in [(&records[1], "request"), (&records[2], "query")] {
            let (trace, own) = ids(span);
            let line = line(&mut format, record);
            assert!(line.contains(&trace) && line.contains(&own), "{name}: {line} should have {trace} and {own}");
        }
    }
    let json = line(&mut formats().remove(0).1, &records[2]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let (trace, span) = ids("query");
    assert_eq!((&json["trace_id"], &json["span_id"]), (&trace.into(), &span.into()), "beside the message: {json}");
    assert_eq!(json["spans"], serde_json::json!([{ "name": "request" }, { "name": "query" }]), "and nowhere else");
    let own = line(&mut formats().remove(0).1, &records[3]);
    assert!(own.contains("\"trace_id\":\"mine\"") && own.matches("trace_id").count() == 1, "{own}");
    let ecs = line(&mut formats().pop().expect("ecs").1, &records[2]);
    assert!(ecs.contains("\"trace.id\":") && ecs.contains("\"span.id\":") && !ecs.contains("span_id"), "{ecs}");
}

#[test]
fn without_its_layer_the_ids_that_a_span_names_itself_appear() {
    let bench = Bench::new();
    let stack = registry().with(trace_context(&bench.control)).with(DestinationLayer::new(&bench.control));
    bench.run_in(stack, || {
        let fields =
            tracing::info_span!("request", trace_id = "4bf92f3577b34da6a3ce929d0e0e4736", span_id = "00f067aa0ba902b7");
        fields.in_scope(|| info!("inside"));
    });
    let record = bench.only();
    for (name, mut format) in formats() {
        let line = line(&mut format, &record);
        assert!(
            line.contains("4bf92f3577b34da6a3ce929d0e0e4736") && line.contains("00f067aa0ba902b7"),
            "{name}: {line}"
        );
    }
}
