//! What a layer wants holds for it alone.

use super::{run, watcher};
use crate::support::{Bench, SharedText};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tracework::SlotError;
use tracework::prelude::*;
use tracing::Subscriber as _;
use tracing_subscriber::filter::{EnvFilter, LevelFilter, Targets, filter_fn};
use tracing_subscriber::{Layer, Registry};

#[test]
fn a_filter_comes_with_its_layer() {
    let bench = Bench::new();
    let ((layer, seen), (other, all)) = (watcher(), watcher());
    run(&bench, |slot| {
        slot.put_filtered("warnings", layer.with_filter(LevelFilter::WARN)).expect("there is room");
        slot.put("all", other).expect("there is room");
        tracing::info_span!("hidden").in_scope(|| {
            info!("not for warnings");
            warn!("for both");
        });
    });
    assert_eq!(seen.events(), ["for both"]);
    assert_eq!((seen.spans(), seen.strange()), ((0, 0), vec![]));
    assert_eq!((all.events().len(), all.spans()), (2, (1, 1)));
    assert_eq!(bench.memory.len(), 2);
}

#[test]
fn a_filter_that_looks_at_spans_is_told_of_them() {
    let bench = Bench::new();
    let (layer, seen) = watcher();
    let filter = EnvFilter::new("warn,[work]=debug");
    run(&bench, |slot| {
        slot.put_filtered("work", layer.with_filter(filter)).expect("there is room");
        tracing::debug!("outside");
        tracing::info_span!("work").in_scope(|| tracing::debug!("inside"));
        tracing::debug!("outside again");
    });
    assert_eq!((seen.events(), seen.strange()), (vec!["inside".to_owned()], vec![]));
}

/// A filter as a layer: in a stack, it holds for all.
fn global(level: LevelFilter) -> impl Layer<Registry> + Send + Sync {
    watcher().0.and_then(level)
}

#[test]
fn a_layer_that_filters_globally_filters_itself_alone() {
    let bench = Bench::new();
    let text = SharedText::default();
    let beside = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(text.clone());
    let slot = LayerSlot::new(&bench.control);
    let handle = slot.handle();
    // The outermost layer has answered before the slot is asked: that must not be forgotten.
    let filtered = beside.with_filter(LevelFilter::TRACE);
    let stack = tracing_subscriber::registry().with(slot).with(DestinationLayer::new(&bench.control)).with(filtered);
    bench.run_in(stack, || {
        let (layer, seen) = watcher();
        handle.put("errors", layer.and_then(LevelFilter::ERROR)).expect("there is room");
        handle.put("more", global(LevelFilter::OFF)).expect("there is room");
        handle.put("env", watcher().0.and_then(EnvFilter::new("off"))).expect("there is room");
        tracing::trace!("for the others");
        error!("for all");
        assert_eq!(seen.events(), ["for all"]);
    });
    assert_eq!(text.get().lines().count(), 2, "{}", text.get());
    assert_eq!(bench.memory.len(), 2);
}

#[test]
fn an_empty_slot_keeps_nothing_awake_and_a_layer_wakes_what_it_wants() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let bench = Bench::new();
    bench.control.set_level("memory", Severity::ERROR).expect("it is attached");
    let emit = || tracing::debug!(value = ASKED.fetch_add(1, Ordering::SeqCst), "costly");
    let (layer, seen) = watcher();
    run(&bench, |slot| {
        emit();
        assert_eq!(ASKED.load(Ordering::SeqCst), 0, "nobody wants it");
        slot.put_filtered("debug", layer.with_filter(LevelFilter::DEBUG)).expect("there is room");
        emit();
        assert_eq!((ASKED.load(Ordering::SeqCst), seen.events().len()), (1, 1));
        bench.control.disable_layer("debug").expect("it is there");
        emit();
        bench.control.enable_layer("debug").expect("it is there");
        emit();
        slot.take("debug").expect("it is there");
        emit();
        assert_eq!((ASKED.load(Ordering::SeqCst), seen.events().len()), (2, 2), "nobody wants it again");
    });
}

#[test]
fn the_highest_level_follows_who_sits_there() {
    let control = Control::new();
    let slot = LayerSlot::new(&control);
    let handle = slot.handle();
    let stack = Arc::new(tracing_subscriber::registry().with(slot));
    let hint = || stack.max_level_hint();
    tracing::subscriber::with_default(Arc::clone(&stack), || {
        assert_eq!(hint(), Some(LevelFilter::OFF));
        handle.put_filtered("warn", watcher().0.with_filter(LevelFilter::WARN)).expect("there is room");
        assert_eq!(hint(), Some(LevelFilter::WARN));
        let inside = watcher().0.and_then(LevelFilter::INFO);
        handle.put_filtered("info", inside.with_filter(LevelFilter::DEBUG)).expect("there is room");
        assert_eq!(hint(), Some(LevelFilter::INFO));
        handle.put("all", watcher().0).expect("there is room");
        assert_eq!(hint(), None);
    });
}

#[test]
fn a_filter_inside_a_layer_is_refused_wherever_it_hides() {
    let bench = Bench::new();
    let slot: LayerSlot<Registry> = LayerSlot::new(&bench.control);
    let handle = slot.handle();
    let filtered = || watcher().0.with_filter(filter_fn(|_| true));
    let refused = |layer: Box<dyn Layer<Registry> + Send + Sync>| {
        let error = handle.put("late", layer).expect_err("it is filtered");
        assert!(matches!(error, SlotError::Filtered { .. }), "{error}");
        error.to_string()
    };
    let told = refused(filtered().boxed());
    assert!(told.contains("give it to `put_filtered` as it is"), "{told}");
    refused(watcher().0.with_filter(LevelFilter::OFF).boxed());
    refused(watcher().0.with_filter(Targets::new()).boxed());
    refused(Some(filtered()).boxed());
    refused(vec![watcher().0.boxed(), filtered().boxed()].boxed());
    refused(watcher().0.and_then(filtered()).boxed());
    refused(filtered().and_then(watcher().0).boxed());
    let inside = filtered().with_filter(LevelFilter::INFO);
    let error = handle.put_filtered("late", inside).expect_err("there is another inside");
    assert!(matches!(error, SlotError::Filtered { .. }), "{error}");
    assert_eq!(handle.free_seats(), 4);
    handle.put("plain", watcher().0.and_then(LevelFilter::INFO).boxed()).expect("it has no filter of its own");
}
