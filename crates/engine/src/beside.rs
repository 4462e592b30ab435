//! What a pipeline keeps beside the way of the data: its self-log, the groups of errors, who handles caught errors, and
//! which layers stand in its stacks.

use crate::errors::{CaughtError, Groups, Handler};
use crate::selflog::SelfLog;
use crate::{Clock, Hub, Plan};
use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracework_core::Severity;

/// What a pipeline keeps beside the way of the data.
pub(crate) struct Beside {
    pub(crate) selflog: Arc<SelfLog>,
    groups: Mutex<Groups>,
    handler: Mutex<Option<Handler>>,
    /// The roles of the layers that feed it.
    stack: Mutex<Vec<u8>>,
    /// The plan that held before the shutdown.
    last: Mutex<Option<Arc<Plan>>>,
    /// The number of the least severity that `tracing` was compiled with; 0 if that is the least of all.
    static_least: AtomicU8,
}

impl fmt::Debug for Beside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Beside").field("selflog", &self.selflog).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Beside {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            selflog: SelfLog::new(move || clock.now()),
            groups: Mutex::default(),
            handler: Mutex::default(),
            stack: Mutex::default(),
            last: Mutex::default(),
            static_least: AtomicU8::new(0),
        }
    }

    /// The groups of errors; the engine's thread adds to them.
    pub(crate) fn groups(&self) -> MutexGuard<'_, Groups> {
        lock(&self.groups)
    }

    pub(crate) fn set_handler(&self, handler: Handler) {
        let before = lock(&self.handler).replace(handler);
        // What the program's handler drops is dropped outside the lock.
        drop(before);
    }

    pub(crate) fn add_layer(&self, role: u8) {
        lock(&self.stack).push(role);
    }

    pub(crate) fn remove_layer(&self, role: u8) {
        let mut stack = lock(&self.stack);
        if let Some(place) = stack.iter().position(|other| *other == role) {
            stack.remove(place);
        }
    }

    /// How many layers with this role feed it.
    pub(crate) fn layers_of(&self, role: u8) -> usize {
        lock(&self.stack).iter().filter(|other| **other == role).count()
    }

    pub(crate) fn set_last_plan(&self, plan: &Arc<Plan>) {
        *lock(&self.last) = Some(Arc::clone(plan));
    }

    /// The plan that held before the shutdown.
    pub(crate) fn last_plan(&self) -> Option<Arc<Plan>> {
        lock(&self.last).clone()
    }
}

impl Hub {
    /// The least severity that `tracing` was compiled with, if it is not the least of all: what is below is never
    /// emitted, whatever the plan says.
    #[must_use]
    pub fn static_least(&self) -> Option<Severity> {
        Severity::from_number(self.beside.static_least.load(Ordering::Relaxed))
    }

    /// Says which is the least severity that `tracing` was compiled with.
    pub fn set_static_least(&self, least: Severity) {
        let number = if least == Severity::TRACE { 0 } else { least.number() };
        self.beside.static_least.store(number, Ordering::Relaxed);
    }

    /// Has the program's handler of caught errors, if it set one, see `caught`. It must be called where nothing is
    /// locked.
    pub fn hand_to_program(&self, caught: &mut CaughtError<'_>) {
        let handler = lock(&self.beside.handler).clone();
        if let Some(handler) = handler {
            handler(caught);
        }
    }

    /// Notes in the self-log what went wrong.
    pub fn note(&self, source: crate::SelfLogSource, message: &str) {
        self.beside.selflog.note(source, message);
    }
}
