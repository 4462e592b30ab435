//! Coming and going.

use super::{run, watcher};
use crate::support::{Bench, SharedText};
use tracework::SlotError;
use tracework::prelude::*;
use tracing_subscriber::{Layer, Registry};

fn listed(control: &Control) -> Vec<(String, bool, bool)> {
    let foreign = control.layers().into_iter().filter(|layer| layer.foreign);
    foreign.map(|layer| (layer.name, layer.enabled, layer.failed)).collect()
}

#[test]
fn a_layer_sees_what_is_emitted_while_it_is_there() {
    let bench = Bench::new();
    let (layer, seen) = watcher();
    run(&bench, |slot| {
        info!("before");
        slot.put("late", layer).expect("there is room");
        assert_eq!((slot.free_seats(), seen.stacks()), (3, 1));
        info!("while");
        slot.take("late").expect("it is there");
        assert!(seen.is_gone() && slot.free_seats() == 4);
        info!("after");
    });
    assert_eq!(seen.events(), ["while"]);
    assert_eq!(bench.memory.len(), 3, "ours is not concerned");
}

#[test]
fn layers_are_listed_by_name_and_switched() {
    let bench = Bench::new();
    let (layer, seen) = watcher();
    run(&bench, |slot| {
        slot.put("watcher", layer).expect("there is room");
        slot.put("text", tracing_subscriber::fmt::layer().with_writer(SharedText::default())).expect("there is room");
        assert_eq!(listed(&bench.control), [("watcher".into(), true, false), ("text".into(), true, false)]);
        let span = tracing::info_span!("work");
        bench.control.disable_layer("watcher").expect("it is there");
        assert_eq!(listed(&bench.control)[0], ("watcher".into(), false, false));
        span.in_scope(|| info!("unseen"));
        tracing::info_span!("unseen").in_scope(|| ());
        drop(span);
        assert_eq!(seen.spans(), (1, 1), "what it saw begin it sees end");
        bench.control.enable_layer("watcher").expect("it is there");
        info!("seen");
    });
    assert_eq!((seen.events(), seen.strange()), (vec!["seen".to_owned()], vec![]));
    assert!(listed(&bench.control).is_empty(), "the stack is gone");
}

#[test]
fn a_layer_may_be_put_in_before_the_stack_is_made() {
    let bench = Bench::new();
    let slot = LayerSlot::new(&bench.control);
    let (layer, seen) = watcher();
    slot.handle().put("early", layer).expect("there is room");
    assert_eq!(seen.stacks(), 0);
    bench.run_in(tracing_subscriber::registry().with(slot), || info!("seen"));
    assert_eq!((seen.events(), seen.stacks()), (vec!["seen".to_owned()], 1));
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let bench = Bench::new();
    let slot: LayerSlot<Registry> = LayerSlot::with_seats(&bench.control, 1);
    let handle = slot.handle();
    let error = |result: Result<(), SlotError>| result.expect_err("it cannot be").to_string();
    let put = |name: &str| handle.put(name, watcher().0);
    assert_eq!(error(handle.take("late")), "there is no layer `late`");
    assert_eq!(error(handle.replace("late", watcher().0)), "there is no layer `late`");
    assert_eq!(error(put("DestinationLayer")), "there is a layer `DestinationLayer` already");
    assert!(error(put("a b")).starts_with("`a b` is no name"));
    put("late").expect("there is room");
    assert_eq!(error(put("late")), "there is a layer `late` already");
    assert_eq!(
        error(put("other")),
        "there is no seat for the layer `other`: of 1, 1 are taken and 0 wait for spans of a layer that was taken out to \
         close; take one out, or make the slot with more seats"
    );
    assert_eq!(listed(&bench.control), [("late".into(), true, false)]);
    drop(slot);
    assert!(matches!(put("other"), Err(SlotError::Gone)));
}

#[test]
fn a_boxed_layer_may_come() {
    let bench = Bench::new();
    let (layer, seen) = watcher();
    let boxed: Box<dyn Layer<Registry> + Send + Sync> = layer.boxed();
    run(&bench, |slot| {
        slot.put("boxed", boxed).expect("there is room");
        info!("seen");
    });
    assert_eq!(seen.events(), ["seen"]);
}

#[test]
fn after_the_shutdown_layers_can_go_but_not_come() {
    let bench = Bench::new();
    let (layer, seen) = watcher();
    let slot: LayerSlot<Registry> = LayerSlot::new(&bench.control);
    let handle = slot.handle();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(slot), || {
        handle.put("late", layer).expect("there is room");
        let _ = bench.control.shutdown(Duration::from_secs(10));
        info!("still seen");
        let refused = handle.put("later", watcher().0).expect_err("it is too late");
        assert_eq!(refused.to_string(), "the pipeline was shut down");
        handle.take("late").expect("it is there");
        info!("unseen");
    });
    assert!(seen.is_gone());
    assert_eq!(seen.events(), ["still seen"]);
}
