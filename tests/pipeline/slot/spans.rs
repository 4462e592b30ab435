//! Spans that are older than a layer, or outlive it.

use super::{run, watcher};
use crate::support::{Bench, SharedText};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use tracework::SlotError;
use tracework::prelude::*;
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::format::FmtSpan;

#[test]
fn a_layer_sees_no_span_older_than_itself() {
    let bench = Bench::new();
    let (layer, seen) = watcher();
    run(&bench, |slot| {
        let old = tracing::info_span!("old", later = tracing::field::Empty);
        let _inside = old.enter();
        slot.put("late", layer).expect("there is room");
        old.record("later", 1);
        info!("inside the old one");
        let new = tracing::info_span!("new");
        new.follows_from(&old);
        new.in_scope(|| info!("inside both"));
    });
    assert_eq!((seen.strange(), seen.events().len(), seen.spans()), (vec![], 2, (1, 1)));
    let spans = bench.memory.records().iter().map(|record| record.view().spans().count()).collect::<Vec<_>>();
    assert_eq!(spans, [1, 2], "ours sees them all");
}

#[test]
fn a_span_is_told_to_its_end_to_a_layer_that_was_taken_out() {
    let bench = Bench::new();
    let ((first, seen), (second, after)) = (watcher(), watcher());
    run(&bench, |slot| {
        slot.put("layer", first).expect("there is room");
        let span = tracing::info_span!("long");
        slot.take("layer").expect("it is there");
        assert!(!seen.is_gone() && slot.free_seats() == 3, "it waits for its span");
        slot.put("layer", second).expect("there is another seat");
        span.in_scope(|| {
            info!("for the second");
            drop(tracing::info_span!("child"));
        });
        drop(span);
        assert!(seen.is_gone() && slot.free_seats() == 3);
    });
    assert_eq!((seen.spans(), seen.events(), seen.strange()), ((1, 1), vec![], vec![]));
    assert_eq!((after.spans(), after.events().len(), after.strange()), ((1, 1), 1, vec![]));
}

#[test]
fn a_seat_is_not_given_away_while_a_span_of_the_one_before_is_open() {
    let bench = Bench::new();
    let slot = LayerSlot::with_seats(&bench.control, 1);
    let handle = slot.handle();
    bench.run_in(tracing_subscriber::registry().with(slot), || {
        handle.put("first", watcher().0).expect("there is room");
        let span = tracing::info_span!("long");
        handle.take("first").expect("it is there");
        let error = handle.put("second", watcher().0).expect_err("the seat is held");
        assert!(matches!(error, SlotError::Full { seats: 1, leaving: 1, .. }), "{error}");
        drop(span);
        handle.put("second", watcher().0).expect("there is room again");
        let error = handle.replace("second", watcher().0).expect_err("it needs a seat of its own");
        assert!(matches!(error, SlotError::Full { seats: 1, leaving: 0, .. }), "{error}");
    });
}

#[test]
fn replacing_gives_each_event_to_one_of_them() {
    let bench = Bench::new();
    let ((first, before), (second, after)) = (watcher(), watcher());
    run(&bench, |slot| {
        slot.put("layer", first).expect("there is room");
        info!("to the first");
        slot.replace("layer", second).expect("there is a seat");
        assert_eq!(
            bench.control.layers().iter().filter(|layer| layer.foreign).map(|layer| layer.count).sum::<usize>(),
            1
        );
        info!("to the second");
    });
    assert_eq!((before.events(), after.events()), (vec!["to the first".to_owned()], vec!["to the second".to_owned()]));
    assert!(before.is_gone());
}

#[test]
fn json_of_fmt_comes_late_and_expects_nothing_in_vain() {
    let bench = Bench::new();
    let text = SharedText::default();
    run(&bench, |slot| {
        let _old = tracing::info_span!("old", user = "ann").entered();
        let json = fmt::layer().json().with_span_events(FmtSpan::FULL).with_writer(text.clone());
        slot.put("json", json).expect("there is room");
        info!("in the old one");
        tracing::info_span!("new", user = "bob").in_scope(|| info!("in both"));
    });
    let lines = text.get();
    let inside: Vec<_> = lines.lines().filter(|line| line.contains("\"in ")).collect();
    assert_eq!(inside.len(), 2, "{lines}");
    assert!(!lines.contains("ann") && inside[1].contains("bob"), "{lines}");
    assert!(!bench.control.layers().iter().any(|layer| layer.failed));
}

#[test]
fn opentelemetry_comes_late_and_exports_the_spans_that_it_saw_begin() {
    let bench = Bench::new();
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let telemetry = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    run(&bench, |slot| {
        let old = tracing::info_span!("old").entered();
        slot.put("telemetry", telemetry).expect("there is room");
        tracing::info_span!("request", number = 1).in_scope(|| {
            info!("inside");
            tracing::info_span!("query").in_scope(|| ());
        });
        let outlives = tracing::info_span!("outlives");
        slot.take("telemetry").expect("it is there");
        tracing::info_span!("later").in_scope(|| ());
        drop(outlives);
        drop(old);
        assert_eq!(slot.free_seats(), 4);
    });
    let spans = exporter.get_finished_spans().expect("they are kept");
    let names: Vec<_> = spans.iter().map(|span| span.name.to_string()).collect();
    assert_eq!(names, ["query", "request", "outlives"]);
    assert_eq!(spans[0].parent_span_id, spans[1].span_context.span_id());
    assert_eq!((spans[1].events.len(), spans[1].parent_span_is_remote), (1, false));
    assert!(!bench.control.layers().iter().any(|layer| layer.failed));
}
