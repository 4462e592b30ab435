//! Layers that come and go while other threads log.

use super::watcher;
use crate::support::Bench;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tracework::SlotHandle;
use tracework::prelude::*;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::{Layer, Registry};

/// Four threads log in spans while `change` runs; gives how many rounds they made.
fn while_four_log(bench: &Bench, change: impl FnOnce(&SlotHandle<Registry>)) -> u64 {
    let slot = LayerSlot::new(&bench.control);
    let handle = slot.handle();
    let stack =
        tracing::Dispatch::new(tracing_subscriber::registry().with(slot).with(DestinationLayer::new(&bench.control)));
    let (stop, rounds) = (AtomicBool::new(false), AtomicU64::new(0));
    let log = || {
        tracing::dispatcher::with_default(&stack, || {
            while !stop.load(Ordering::Relaxed) {
                let outer = tracing::info_span!("outer", later = tracing::field::Empty).entered();
                warn!("in the outer");
                tracing::debug_span!("inner").in_scope(|| info!("in the inner"));
                outer.record("later", 1);
                rounds.fetch_add(1, Ordering::Relaxed);
                drop(outer);
            }
        });
    };
    std::thread::scope(|scope| {
        (0..4).for_each(|_| _ = scope.spawn(log));
        tracing::dispatcher::with_default(&stack, || change(&handle));
        stop.store(true, Ordering::SeqCst);
    });
    assert_eq!(handle.free_seats(), LayerSlot::<Registry>::SEATS, "every seat is free again");
    assert!(!bench.control.layers().iter().any(|layer| layer.failed));
    rounds.load(Ordering::SeqCst)
}

/// Puts in, and has another try while the seats wait for spans to close.
fn put(slot: &SlotHandle<Registry>, name: &str, filtered: bool) -> Arc<super::Seen> {
    loop {
        let (layer, seen) = watcher();
        let put = match filtered {
            true => slot.put_filtered(name, layer.with_filter(LevelFilter::INFO)),
            false => slot.put(name, layer),
        };
        match put {
            Ok(()) => return seen,
            Err(tracework::SlotError::Full { .. }) => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_thousand_layers_come_and_go_and_each_sees_spans_whole() {
    let bench = Bench::new();
    let mut all = Vec::new();
    let rounds = while_four_log(&bench, |slot| {
        for round in 0..1_000 {
            all.push(put(slot, "one", round % 2 == 0));
            if round % 3 == 0 {
                all.push(put(slot, "two", false));
                slot.take("two").expect("it is there");
            }
            if round % 7 == 0 {
                bench.control.disable_layer("one").expect("it is there");
            }
            slot.take("one").expect("it is there");
        }
    });
    let mut told = 0;
    for seen in &all {
        let (begun, closed) = seen.spans();
        assert_eq!((begun, seen.strange()), (closed, vec![]));
        assert!(seen.is_gone(), "it was dropped");
        told += seen.told();
    }
    assert!(rounds > 100 && told > 1_000, "they logged: {rounds} rounds, {told} callbacks");
}
