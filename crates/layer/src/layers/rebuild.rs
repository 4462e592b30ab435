//! Having `tracing` ask its callsites anew after each swap of the plan.
//!
//! Where only one subscriber lives, `tracing` asks the default of the thread that rebuilds, and not that subscriber.
//! On the engine's thread the default is the global one; if there is none, as in a test with `with_default`, every
//! callsite would be switched off. So the stacks that hold our layers are known, and one of them is lent to the
//! engine's thread for the time of the rebuild.

use std::sync::{Mutex, PoisonError};
use tracework_engine::Hub;
use tracing::dispatcher::{self, Dispatch, WeakDispatch};
use tracing::subscriber::NoSubscriber;

/// The stacks that hold a layer of ours.
static STACKS: Mutex<Stacks> = Mutex::new(Stacks { known: false, stacks: Vec::new() });

struct Stacks {
    /// Was any ever told? A subscriber around others may keep it to itself.
    known: bool,
    stacks: Vec<WeakDispatch>,
}

/// Remembers the stack that a layer of ours stands in.
pub(crate) fn know(stack: &Dispatch) {
    let mut all = STACKS.lock().unwrap_or_else(PoisonError::into_inner);
    all.known = true;
    all.stacks.push(stack.downgrade());
}

/// Has callsites asked anew after each swap of the plan.
pub(crate) fn watch_swaps(hub: &Hub) {
    if !hub.is_watched() {
        hub.on_swap(|_| rebuild());
    }
}

fn rebuild() {
    if dispatcher::get_default(|default| !default.is::<NoSubscriber>()) {
        return tracing::callsite::rebuild_interest_cache();
    }
    let mut live = Vec::new();
    let mut all = STACKS.lock().unwrap_or_else(PoisonError::into_inner);
    all.stacks.retain(|stack| stack.upgrade().map(|stack| live.push(stack)).is_some());
    let known = all.known;
    drop(all);
    match live.first() {
        // If there are several, `tracing` asks all of them anyway.
        Some(stack) => dispatcher::with_default(stack, tracing::callsite::rebuild_interest_cache),
        None if known => {}
        None => tracing::callsite::rebuild_interest_cache(),
    }
}
