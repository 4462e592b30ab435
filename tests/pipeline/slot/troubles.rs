//! Layers that panic, that log, and that change their own slot.

use super::{run, watcher};
use crate::support::{Bench, soon};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tracework::engine::SelfLogSource;
use tracework::prelude::*;
use tracework::{SlotError, SlotHandle};
use tracing::span::Id;
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Metadata, Subscriber};
use tracing_subscriber::layer::Context;
use tracing_subscriber::{Layer, Registry};

/// Panics at every event, and when it goes.
struct Panics;

impl<S: Subscriber> Layer<S> for Panics {
    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        panic!("it never works");
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        panic!("not even now");
    }
}

#[test]
fn a_panic_switches_its_layer_off_and_harms_nobody() {
    let bench = Bench::new();
    let (layer, seen) = watcher();
    run(&bench, |slot| {
        slot.put("panics", Panics).expect("there is room");
        slot.put("watcher", layer).expect("there is room");
        let work = tracing::info_span!("work").entered();
        info!("one");
        info!("two");
        let failed = bench.control.layers().into_iter().filter(|layer| layer.failed).map(|layer| layer.name);
        assert_eq!(failed.collect::<Vec<_>>(), ["panics"]);
        slot.replace("panics", watcher().0).expect("there is room");
        drop(work);
        assert_eq!(slot.free_seats(), 2);
        assert!(!bench.control.layers().iter().any(|layer| layer.failed));
    });
    assert_eq!((seen.events().len(), seen.strange(), bench.memory.len()), (2, vec![], 2));
    let told = bench.control.self_log();
    let ours: Vec<_> = told.iter().filter(|entry| entry.source == SelfLogSource::Layer("panics".into())).collect();
    assert_eq!(ours.len(), 1, "{told:?}");
    assert_eq!((ours[0].message.as_str(), ours[0].count), ("it panicked, and is switched off: it never works", 1));
}

/// Panics when it is told its stack.
struct Shy;

impl<S: Subscriber> Layer<S> for Shy {
    fn on_register_dispatch(&self, _: &Dispatch) {
        panic!("not this stack");
    }
}

#[test]
fn a_layer_that_panics_on_its_way_in_is_refused() {
    let bench = Bench::new();
    run(&bench, |slot| {
        let error = slot.put("shy", Shy).expect_err("it panics");
        assert!(matches!(error, SlotError::Panicked { .. }));
        assert_eq!(error.to_string(), "the layer `shy` panicked while it was put in: not this stack");
        assert_eq!(slot.free_seats(), 4);
    });
}

/// Takes itself out at the first event, and puts another in.
struct Leaves(Mutex<Option<SlotHandle<Registry>>>);

impl Layer<Registry> for Leaves {
    fn on_event(&self, _: &Event<'_>, _: Context<'_, Registry>) {
        let slot = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(slot) = slot {
            slot.put("next", watcher().0).expect("there is room");
            slot.take("leaves").expect("it is there");
        }
    }
}

/// Does `work` end within ten seconds?
fn ends(work: impl FnOnce() + Send + 'static) -> bool {
    let done = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&done);
    std::thread::spawn(move || {
        work();
        told.store(true, Ordering::SeqCst);
    });
    (0..2).any(|_| soon(|| done.load(Ordering::SeqCst)))
}

fn names(control: &Control) -> Vec<String> {
    control.layers().into_iter().filter(|layer| layer.foreign).map(|layer| layer.name).collect()
}

#[test]
fn a_layer_can_change_its_own_slot_from_inside() {
    assert!(ends(|| {
        let bench = Bench::new();
        run(&bench, |slot| {
            slot.put("leaves", Leaves(Mutex::new(Some(slot.clone())))).expect("there is room");
            info!("go");
            assert_eq!(names(&bench.control), ["next"]);
            assert_eq!(slot.free_seats(), 3);
        });
    }));
}

/// A layer of someone else's, in no slot, that puts layers in wherever it is called.
struct Puts(SlotHandle<Registry>, Arc<AtomicUsize>);

impl Puts {
    fn put(&self, name: &str) {
        if self.0.put(name, watcher().0).is_ok() {
            self.1.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl<S: Subscriber> Layer<S> for Puts {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.is_event() {
            self.put("registers");
        }
        Interest::always()
    }

    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        self.put("event");
    }

    fn on_close(&self, _: Id, _: Context<'_, S>) {
        self.put("close");
    }
}

#[test]
fn a_slot_can_be_changed_in_any_callback_of_any_layer() {
    assert!(ends(|| {
        let bench = Bench::new();
        let slot = LayerSlot::new(&bench.control);
        let (handle, count) = (slot.handle(), Arc::new(AtomicUsize::new(0)));
        let puts = Puts(handle.clone(), Arc::clone(&count));
        bench.run_in(tracing_subscriber::registry().with(slot).with(puts), || {
            tracing::info_span!("work").in_scope(|| info!("go"));
            assert_eq!(count.load(Ordering::SeqCst), 3);
            let mut names = names(&bench.control);
            names.sort();
            assert_eq!(names, ["close", "event", "registers"]);
        });
    }));
}

/// Puts a layer in when it is written to.
struct WritesAndPuts(SlotHandle<Registry>, Arc<AtomicUsize>);

impl std::io::Write for WritesAndPuts {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let put = self.0.put("from-a-destination", watcher().0).and_then(|()| self.0.take("from-a-destination"));
        self.1.fetch_add(usize::from(put.is_ok()), Ordering::SeqCst);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_slot_can_be_changed_in_a_destination() {
    assert!(ends(|| {
        let bench = Bench::new();
        let count = Arc::new(AtomicUsize::new(0));
        run(&bench, |slot| {
            let writes = WritesAndPuts(slot.clone(), Arc::clone(&count));
            bench.control.attach("writes", tracework::destinations::Writer::new(writes)).expect("it attaches");
            info!("go");
            bench.settle();
        });
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }));
}
