//! tracing-opentelemetry beside ours.

use crate::support::Bench;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use tracework::core::Value;
use tracework::prelude::*;
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
