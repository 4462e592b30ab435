//! The caller's trace, for tracing-opentelemetry in the same stack.

use crate::support::{get, serve, told};
use axum::Router;
use axum::routing::get as route;
use opentelemetry::trace::{SpanId, TracerProvider as _};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use std::time::Duration;
use tracework::destinations::MemoryHandle;
use tracework::prelude::*;
use tracework::trace_context;
use tracework_tower::RequestLayer;
use tracing::subscriber::DefaultGuard;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

/// tracing-opentelemetry and ours in one stack, on this thread.
struct Stack {
    provider: SdkTracerProvider,
    exporter: InMemorySpanExporter,
    control: Control,
    memory: MemoryHandle,
    _installed: DefaultGuard,
}

impl Stack {
    fn new() -> Self {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        let telemetry = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        let control = Control::new();
        let memory = Memory::new(100);
        let handle = memory.handle();
        control.attach("memory", memory).expect("it is the first");
        let stack = tracing_subscriber::registry().with(telemetry).with(trace_context(&control));
        let installed = stack.with(DestinationLayer::new(&control)).set_default();
        Self { provider, exporter, control, memory: handle, _installed: installed }
    }

    /// What is exported of requests, once `count` of them are over.
    async fn exported(&self, count: usize) -> Vec<SpanData> {
        for _ in 0..500 {
            let spans = self.exporter.get_finished_spans().expect("they are kept");
            let requests: Vec<_> = spans.into_iter().filter(|span| span.name == "request").collect();
            if requests.len() >= count {
                return requests;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{count} requests are not exported within five seconds");
    }
}

fn app(layer: RequestLayer) -> Router {
    let work = async || {
        // A span inside, as a handler with `#[instrument]` has one.
        tracing::info_span!("work").in_scope(|| info!("working"));
        "done"
    };
    Router::new().route("/", route(work)).layer(layer)
}

fn traceparent(flags: &str) -> String {
    format!("traceparent: 00-{TRACE}-{CALLER}-{flags}")
}

#[tokio::test]
async fn the_exported_span_is_a_child_of_the_callers() {
    let stack = Stack::new();
    let address = serve(app(RequestLayer::new())).await;
    get(address, "/", &[&traceparent("01"), "tracestate: rojo=00f067aa0ba902b7"]).await;
    let request = stack.exported(1).await.remove(0);
    assert_eq!(request.span_context.trace_id().to_string(), TRACE);
    assert_eq!(request.parent_span_id.to_string(), CALLER);
    assert!(request.parent_span_is_remote);
    assert_eq!(request.span_context.trace_state().get("rojo"), Some("00f067aa0ba902b7"));
    let spans = stack.exporter.get_finished_spans().expect("they are kept");
    let work = spans.iter().find(|span| span.name == "work").expect("it is exported");
    assert_eq!(work.parent_span_id, request.span_context.span_id());
    assert_eq!(work.span_context.trace_id(), request.span_context.trace_id());

    let flushed = stack.control.flush(Duration::from_secs(5));
    assert_eq!(flushed.pending, 0);
    let records = stack.memory.records();
    let done = records.iter().find(|record| record.view().message() == "request done").expect("it is told");
    assert_eq!(told(done, "trace_id").as_deref(), Some(TRACE));
    assert_eq!(told(done, "span_id"), Some(request.span_context.span_id().to_string()), "its own, not the caller's");
    drop(stack.provider);
}

#[tokio::test]
async fn without_a_valid_trace_the_span_begins_one() {
    let stack = Stack::new();
    let address = serve(app(RequestLayer::new())).await;
    get(address, "/", &[]).await;
    get(address, "/", &[&traceparent("01").replace(TRACE, &"0".repeat(32))]).await;
    let deaf = serve(app(RequestLayer::new().accept_traces(false))).await;
    get(deaf, "/", &[&traceparent("01")]).await;
    let requests = stack.exported(3).await;
    for request in &requests {
        assert_eq!(request.parent_span_id, SpanId::INVALID);
        assert_ne!(request.span_context.trace_id().to_string(), TRACE);
    }
    assert_ne!(requests[0].span_context.trace_id(), requests[1].span_context.trace_id());
}

#[tokio::test]
async fn what_the_caller_does_not_record_is_left_to_the_sampler() {
    let stack = Stack::new();
    let layer = RequestLayer::new();
    let address = serve(app(layer.clone())).await;
    get(address, "/", &[&traceparent("00")]).await;
    get(address, "/", &[&traceparent("01")]).await;
    // The default sampler does as the parent did. The records are another matter.
    assert_eq!(stack.exported(1).await.len(), 1);
    assert_eq!(layer.counts().logged, 2);
}
