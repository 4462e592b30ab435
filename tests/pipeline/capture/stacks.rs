//! Several layers of ours in one stack: an event is captured once, and has the roles of those it reached.

use crate::support::{Bench, SharedText};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use tracework::core::{TagFilter, Value};
use tracework::prelude::*;
use tracing::Subscriber;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, registry};

/// Counts how often it is formatted.
struct Counted<'a>(&'a AtomicUsize);

impl fmt::Display for Counted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fetch_add(1, Ordering::SeqCst);
        f.write_str("value")
    }
}

#[test]
fn three_layers_capture_an_event_once() {
    let bench = Bench::new();
    let formatted = AtomicUsize::new(0);
    let stack = registry()
        .with(MetadataLayer::new(&bench.control).field("region", "eu-1"))
        .with(TagFilterLayer::new(&bench.control))
        .with(DestinationLayer::new(&bench.control));
    bench.run_in(stack, || info!(value = %Counted(&formatted), "once"));
    assert_eq!(formatted.load(Ordering::SeqCst), 1);
    assert_eq!(bench.only().view().metadata("region"), Some(Value::Str("eu-1")));
    assert_eq!(bench.control.health().records, 1);
}

fn region<S: Subscriber + for<'a> LookupSpan<'a>>(bench: &Bench) -> MetadataLayer<S> {
    MetadataLayer::new(&bench.control).field("region", "eu-1")
}

fn quiet<S: Subscriber + for<'a> LookupSpan<'a>>(bench: &Bench) -> TagFilterLayer<S> {
    TagFilterLayer::new(&bench.control).none(["NOISY"])
}

fn emit() {
    info!(tags = "NOISY", "dropped");
    info!("kept");
}

#[test]
fn the_order_of_our_layers_does_not_matter() {
    for order in 0..3 {
        let bench = Bench::new();
        let ours = || DestinationLayer::new(&bench.control);
        match order {
            0 => bench.run_in(registry().with(ours()).with(region(&bench)).with(quiet(&bench)), emit),
            1 => bench.run_in(
                registry().with(quiet(&bench)).with(DestinationLayer::new(&bench.control)).with(region(&bench)),
                emit,
            ),
            _ => bench.run_in(
                registry().with(region(&bench)).with(quiet(&bench)).with(DestinationLayer::new(&bench.control)),
                emit,
            ),
        }
        assert_eq!(bench.messages(), ["kept"], "order {order}");
        assert_eq!(bench.only().view().metadata("region"), Some(Value::Str("eu-1")), "order {order}");
    }
}

#[test]
fn each_layer_alone_is_harmless() {
    let bench = Bench::new();
    bench.run_in(registry().with(MetadataLayer::new(&bench.control)), || info!("no destination layer"));
    bench.run_in(registry().with(TagFilterLayer::new(&bench.control)), || info!("none either"));
    assert!(bench.memory.is_empty());
    bench.run(|| info!("now there is one"));
    assert_eq!(bench.messages(), ["now there is one"]);
}

#[test]
fn without_a_metadata_layer_there_is_no_metadata() {
    let bench = Bench::new();
    bench.control.set_metadata("region", "eu-1").expect("metadata can be set");
    bench.run(|| info!("bare"));
    assert_eq!(bench.only().view().metadata("region"), None);
}

#[test]
fn a_filter_on_one_of_our_layers_is_about_that_layer_alone() {
    let bench = Bench::new();
    let stack = registry()
        .with(MetadataLayer::new(&bench.control).field("region", "eu-1").with_filter(LevelFilter::WARN))
        .with(DestinationLayer::new(&bench.control));
    bench.run_in(stack, || {
        info!("without");
        warn!("with");
        info!("without again");
    });
    let regions: Vec<_> =
        bench.memory.records().iter().map(|record| record.view().metadata("region").is_some()).collect();
    assert_eq!(regions, [false, true, false]);
}

#[test]
fn a_filter_on_the_destination_layer_keeps_events_from_the_destinations() {
    let bench = Bench::new();
    let stack = registry()
        .with(MetadataLayer::new(&bench.control))
        .with(DestinationLayer::new(&bench.control).with_filter(LevelFilter::WARN));
    bench.run_in(stack, || {
        info!("filtered");
        warn!("kept");
        info!("filtered");
    });
    assert_eq!(bench.messages(), ["kept"]);
    assert!(bench.control.health().buffer.balances());
}

#[test]
fn layers_of_ours_can_be_optional_boxed_and_in_a_list() {
    let bench = Bench::new();
    let none: Option<MetadataLayer<_>> = None;
    let stack = registry().with(vec![DestinationLayer::new(&bench.control).boxed()]).with(none);
    bench.run_in(stack, || info!("through a box in a list"));
    assert_eq!(bench.messages(), ["through a box in a list"]);
}

#[test]
fn two_pipelines_in_one_stack_each_get_their_own() {
    let (first, second) = (Bench::new(), Bench::new());
    second.control.set_level("memory", Severity::WARNING).expect("it is attached");
    let stack = registry().with(DestinationLayer::new(&first.control)).with(DestinationLayer::new(&second.control));
    first.run_in(stack, || {
        tracing::info_span!("request", id = 1).in_scope(|| {
            info!("both see it, one wants it");
            warn!("both want it");
        });
    });
    second.settle();
    assert_eq!(first.messages(), ["both see it, one wants it", "both want it"]);
    assert_eq!(second.messages(), ["both want it"]);
    assert_eq!(second.only().view().context("id"), Some(Value::I64(1)));
}

#[test]
fn two_stacks_of_one_pipeline_do_not_disturb_each_other() {
    let bench = Bench::new();
    let metadata = MetadataLayer::new(&bench.control).field("stack", "second");
    let first = registry().with(DestinationLayer::new(&bench.control));
    let second = registry().with(metadata).with(DestinationLayer::new(&bench.control));
    bench.run_in(first, || {
        info!("in the first");
        tracing::subscriber::with_default(second, || {
            tracing::info_span!("inner").in_scope(|| info!("in the second"));
        });
        info!("in the first again");
    });
    assert_eq!(bench.messages(), ["in the first", "in the second", "in the first again"]);
    let spans: Vec<_> = bench.memory.records().iter().map(|record| record.view().spans().count()).collect();
    assert_eq!(spans, [0, 1, 0]);
}

#[test]
fn a_tag_filter_layer_filters_our_records_alone() {
    let bench = Bench::new();
    let text = SharedText::default();
    let fmt = tracing_subscriber::fmt::layer().with_ansi(false).without_time().with_writer(text.clone());
    let stack = registry()
        .with(TagFilterLayer::new(&bench.control).any(["PAYMENT", "BILLING"]))
        .with(fmt)
        .with(DestinationLayer::new(&bench.control));
    bench.run_in(stack, || {
        info!(tags = "PAYMENT", "tagged");
        info!("untagged");
        tracing::info_span!("billing", tags = "BILLING").in_scope(|| info!("tagged by its span"));
    });
    assert_eq!(bench.messages(), ["tagged", "tagged by its span"]);
    assert_eq!(text.get().lines().count(), 3, "{}", text.get());
}

#[test]
fn a_tag_filter_layer_filters_for_all_layers_if_asked_to() {
    let bench = Bench::new();
    let text = SharedText::default();
    let fmt = tracing_subscriber::fmt::layer().with_ansi(false).without_time().with_writer(text.clone());
    let stack = registry()
        .with(fmt)
        .with(TagFilterLayer::new(&bench.control).none(["NOISY"]).for_all_layers())
        .with(DestinationLayer::new(&bench.control));
    bench.run_in(stack, || {
        info!(tags = "NOISY", "dropped");
        info!("kept");
        tracing::info_span!("loud", tags = "NOISY").in_scope(|| info!("dropped by its span"));
    });
    assert_eq!(bench.messages(), ["kept"]);
    assert_eq!(text.get().lines().count(), 1, "{}", text.get());
}

#[test]
fn the_tags_that_the_pipeline_asks_for_can_be_changed_while_it_runs() {
    let bench = Bench::new();
    let stack = registry().with(TagFilterLayer::new(&bench.control)).with(DestinationLayer::new(&bench.control));
    bench.run_in(stack, || {
        info!(tags = "A", "one");
        let tags = TagFilter { none: vec!["A".into()], ..TagFilter::default() };
        bench.control.set_tags(tags).expect("tags can be changed");
        info!(tags = "A", "two");
        info!(tags = "B", "three");
    });
    assert_eq!(bench.messages(), ["one", "three"]);
}
