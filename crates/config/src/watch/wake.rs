//! Waking the thread that watches.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Wakes the thread that watches: something may have changed, or it is to end.
#[derive(Debug, Default)]
pub(super) struct Wake {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    event: bool,
    stop: bool,
}

impl Wake {
    fn set(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }

    /// Something may have changed.
    pub(super) fn tell(&self) {
        self.set(|state| state.event = true);
    }

    pub(super) fn stop(&self) {
        self.set(|state| state.stop = true);
    }

    /// Waits for something to happen, so long at the most. `false`: it is to end.
    pub(super) fn wait(&self, most: Duration) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(state, most, |state| !state.event && !state.stop);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        state.event = false;
        !state.stop
    }
}
