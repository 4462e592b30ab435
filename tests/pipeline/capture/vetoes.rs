//! Foreign layers that refuse events between ours leave no stale counts behind.

use crate::support::Bench;
use tracework::core::Value;
use tracework::prelude::*;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::Context;
use tracing_subscriber::{Layer, registry};

/// Refuses every event whose message begins with `no`.
struct Veto;

impl<S: Subscriber> Layer<S> for Veto {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        struct Message(bool);
        impl tracing::field::Visit for Message {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                self.0 |= field.name() == "message" && format!("{value:?}").starts_with("no");
            }
        }
        let mut message = Message(false);
        event.record(&mut message);
        !message.0
    }
}

fn emit() {
    for number in 0..50 {
        if number % 3 == 0 {
            info!(number, "no {number}");
        } else {
            info!(number, "yes {number}");
        }
    }
}

fn check(bench: &Bench) {
    let records = bench.memory.records();
    assert_eq!(records.len(), 33, "{:?}", bench.messages());
    assert!(records.iter().all(|record| record.view().message().starts_with("yes")));
    let health = bench.control.health();
    assert_eq!((health.records, health.buffer.balances()), (33, true));
}

#[test]
fn a_veto_above_all_of_ours_is_heard() {
    let bench = Bench::new();
    let stack = registry()
        .with(MetadataLayer::new(&bench.control).field("region", "eu-1"))
        .with(DestinationLayer::new(&bench.control))
        .with(Veto);
    bench.run_in(stack, emit);
    check(&bench);
}

#[test]
fn a_veto_between_ours_is_heard_and_leaves_nothing_behind() {
    let bench = Bench::new();
    let stack = registry()
        .with(MetadataLayer::new(&bench.control).field("region", "eu-1"))
        .with(Veto)
        .with(DestinationLayer::new(&bench.control));
    bench.run_in(stack, emit);
    check(&bench);
    for record in bench.memory.records() {
        assert_eq!(record.view().metadata("region"), Some(Value::Str("eu-1")));
    }
}

#[test]
fn a_veto_below_ours_is_heard() {
    let bench = Bench::new();
    let stack =
        registry().with(Veto).with(TagFilterLayer::new(&bench.control)).with(DestinationLayer::new(&bench.control));
    bench.run_in(stack, emit);
    check(&bench);
}

#[test]
fn a_veto_beside_a_single_layer_of_ours_is_heard() {
    let bench = Bench::new();
    bench.run_in(registry().with(DestinationLayer::new(&bench.control)).with(Veto), emit);
    check(&bench);
}

#[test]
fn the_last_event_before_a_veto_is_not_held_back() {
    let bench = Bench::new();
    let stack =
        registry().with(MetadataLayer::new(&bench.control)).with(Veto).with(DestinationLayer::new(&bench.control));
    bench.run_in(stack, || {
        info!("yes");
        info!("no");
        bench.settle();
        assert_eq!(bench.messages(), ["yes"]);
    });
}
