//! Layers of others that come and go while the program runs.

mod comings;
mod filters;
mod spans;
mod threads;
mod troubles;
mod watcher;

use crate::support::Bench;
use tracework::SlotHandle;
use tracework::prelude::*;
use tracing_subscriber::Registry;
use watcher::{Seen, watcher};

/// Runs `work` in a stack of a slot and a [`DestinationLayer`], with the slot's handle.
fn run(bench: &Bench, work: impl FnOnce(&SlotHandle<Registry>)) {
    let slot = LayerSlot::new(&bench.control);
    let handle = slot.handle();
    let stack = tracing_subscriber::registry().with(slot).with(DestinationLayer::new(&bench.control));
    bench.run_in(stack, || work(&handle));
}
