//! Destinations that are no longer in the plan: those that still deliver what they have, and the sums of those that are
//! closed. So no record leaves the ledger with its destination.

use crate::clock::after;
use crate::ledger::{DestinationHealth, LastError, LedgerRow};
use crate::plan::{Attached, Plan};
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many names are told apart among the closed ones; more are counted under `...`.
const NAMES: usize = 256;

/// Destinations that are no longer in the plan.
#[derive(Debug, Default)]
pub(crate) struct Retired {
    state: Mutex<State>,
    changed: Condvar,
}

/// Each is in exactly one place of it.
#[derive(Debug, Default)]
struct State {
    closing: Vec<Arc<Attached>>,
    closed: BTreeMap<String, LedgerRow>,
    /// The last error of each of those that had one.
    last_errors: BTreeMap<String, LastError>,
    /// Errors of those that are closed.
    errors: u64,
}

/// What health tells of them, of one moment, and of those in the plan of that moment.
pub(crate) struct Read {
    pub(crate) plan: Arc<Plan>,
    pub(crate) closing: Vec<(String, DestinationHealth)>,
    pub(crate) closed: BTreeMap<String, LedgerRow>,
    /// The last error of each of those that had one and are closed.
    pub(crate) last_errors: BTreeMap<String, LastError>,
    pub(crate) errors: u64,
}

fn same(one: &Attached, other: &Attached) -> bool {
    Arc::ptr_eq(&one.outlet, &other.outlet)
}

impl Retired {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These leave the plan with the next swap.
    pub(crate) fn begin(&self, leaving: impl IntoIterator<Item = Arc<Attached>>) {
        self.lock().closing.extend(leaving);
    }

    /// Those that still deliver what they have.
    pub(crate) fn closing(&self) -> Vec<Arc<Attached>> {
        self.lock().closing.clone()
    }

    /// This one is closed: its counts stay.
    pub(crate) fn end(&self, closed: &Attached) {
        let health = closed.outlet.health();
        let mut state = self.lock();
        let before = state.closing.len();
        state.closing.retain(|other| !same(other, closed));
        // Two may have waited for the same end.
        if state.closing.len() < before {
            let known = state.closed.contains_key(&closed.name) || state.closed.len() < NAMES;
            let name = if known { closed.name.as_str() } else { "..." };
            state.closed.entry(name.to_owned()).or_default().add(&health.ledger);
            if let Some(error) = health.last_error {
                state.errors += error.count;
                state.last_errors.insert(name.to_owned(), error);
            }
        }
        self.changed.notify_all();
    }

    /// Waits, at most so long, until all of `leaving` are closed; gives the names of those that are not.
    pub(crate) fn wait(&self, leaving: &[Arc<Attached>], most: Duration) -> Vec<String> {
        let deadline = after(most);
        let mut state = self.lock();
        loop {
            let open = leaving.iter().filter(|one| state.closing.iter().any(|other| same(one, other)));
            let open: Vec<_> = open.map(|one| one.name.clone()).collect();
            let left = deadline.saturating_duration_since(Instant::now());
            if open.is_empty() || left.is_zero() {
                return open;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// How they are, and the plan of that moment, so that nothing is told twice or left out.
    pub(crate) fn read(&self, plan: impl FnOnce() -> Arc<Plan>) -> Read {
        let state = self.lock();
        let plan = plan();
        // One that is about to leave is in both.
        let left = |one: &&Arc<Attached>| !plan.destinations().iter().any(|other| same(one, other));
        let closing = state.closing.iter().filter(left);
        let closing = closing.map(|one| (one.name.clone(), one.outlet.health())).collect();
        let (closed, last_errors) = (state.closed.clone(), state.last_errors.clone());
        Read { closing, closed, last_errors, errors: state.errors, plan }
    }
}
