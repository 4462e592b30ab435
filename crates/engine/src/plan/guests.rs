//! Layers of others that came at run time, by a `LayerSlot`.

use super::{Plan, PlanSpec};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A layer of someone else's that a `LayerSlot` holds: what the plan and the slot share of it. The plan says whether it
/// is switched on; each swap tells it here, for the slot to read at every event.
#[derive(Debug)]
pub struct Guest {
    name: String,
    on: AtomicBool,
    failed: AtomicBool,
    gone: AtomicBool,
}

/// A guest in a plan.
#[derive(Clone, Debug)]
pub(crate) struct Seated {
    pub(crate) guest: Arc<Guest>,
    pub(crate) enabled: bool,
}

impl Guest {
    pub(crate) fn new(name: &str) -> Self {
        let off = || AtomicBool::new(false);
        Self { name: name.to_owned(), on: off(), failed: off(), gone: off() }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Is it to see what comes?
    #[inline]
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.on.load(Ordering::Acquire)
    }

    /// Did it panic?
    #[inline]
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// Says that it panicked: it is not called any more. `true` the first time.
    pub fn fail(&self) -> bool {
        let first = !self.failed.swap(true, Ordering::AcqRel);
        self.on.store(false, Ordering::Release);
        first
    }

    /// Says that the stack it stood in is no more.
    pub fn leave(&self) {
        self.on.store(false, Ordering::Release);
        self.gone.store(true, Ordering::Release);
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }

    fn set_on(&self, on: bool) {
        self.on.store(on && !self.is_gone(), Ordering::Release);
        if self.has_failed() {
            self.on.store(false, Ordering::Release);
        }
    }
}

impl PlanSpec {
    /// The guests whose stack still stands.
    pub(crate) fn present(&self) -> impl Iterator<Item = &Seated> {
        self.guests.iter().filter(|seated| !seated.guest.is_gone())
    }
}

/// Tells the guests of both plans which of them are on; those that come are on before those that go are off.
pub(crate) fn switch_guests(plan: &Plan, before: &Plan) {
    let now = &plan.spec().guests;
    now.iter().for_each(|seated| seated.guest.set_on(seated.enabled));
    for seated in &before.spec().guests {
        if !now.iter().any(|other| Arc::ptr_eq(&other.guest, &seated.guest)) {
            seated.guest.set_on(false);
        }
    }
}
