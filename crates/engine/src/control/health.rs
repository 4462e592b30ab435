//! How the pipeline is.

use super::{ConfigHealth, Control};
use crate::hub::{Counters, RecorderHealth};
use crate::ledger::{DestinationHealth, DropReason, FilterHealth, LedgerRow};
use crate::retired::Read;
use crate::selflog::SelfLogEntry;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// How many entries of the self-log the health shows.
const LAST_ERRORS: usize = 8;

/// How the pipeline is, at one moment for each of its parts.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Health {
    /// The number of the plan that holds.
    pub generation: u32,
    /// Each destination, by name.
    pub destinations: BTreeMap<String, DestinationHealth>,
    /// Destinations that left the plan and still deliver what they have, the oldest first.
    pub closing: Vec<Closing>,
    /// What became of the records of destinations that left the plan and are closed: a row for each name.
    pub closed: BTreeMap<String, LedgerRow>,
    /// What became of the configs so far, if there was one.
    pub config: Option<ConfigHealth>,
    /// The shared buffer's row of the ledger: what is delivered there was handed to the engine.
    pub buffer: LedgerRow,
    /// Bytes of memory that the shared buffer holds.
    pub buffer_bytes: usize,
    /// Bytes of memory that it may hold.
    pub buffer_limit: usize,
    /// Threads that emit.
    pub threads: usize,
    /// Records in all.
    pub records: u64,
    /// Errors in all: of destinations, and of the pipeline's own parts.
    pub errors: u64,
    /// The newest entries of the self-log, the oldest first: 8 at the most.
    pub last_errors: Vec<SelfLogEntry>,
    /// Of the records routed so far, those whose callsite was found in their thread's table, and the look-ups there were.
    pub callsite_cache: (u64, u64),
    /// Each filter with a memory: by its name, or by `routes.ROUTE.NAME` and `destinations.NAME.NAME`.
    pub filters: BTreeMap<String, FilterHealth>,
    /// The flight recorder, if there is one.
    pub recorder: Option<RecorderHealth>,
    /// Names in `destinations` fields that nothing has, each with how often it came.
    pub unknown_destinations: BTreeMap<String, u64>,
}

impl Health {
    /// Is every destination well, and nothing lost?
    #[must_use]
    pub fn is_well(&self) -> bool {
        use crate::State::{Disabled, Draining, Healthy, Starting};
        self.buffer.lost() == 0
            && self.destinations.values().all(|destination| {
                matches!(destination.state, Healthy | Starting | Disabled | Draining) && destination.ledger.lost() == 0
            })
    }
}

/// A destination that left the plan and still delivers what it has.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Closing {
    /// Its name; another one may have it by now.
    pub name: String,
    /// How it is.
    #[serde(flatten)]
    pub health: DestinationHealth,
}

impl Control {
    /// How the pipeline is.
    #[must_use]
    pub fn health(&self) -> Health {
        let hub = self.hub();
        let Read { plan, closing, closed, errors, .. } = hub.retired.read(|| self.plan());
        let destinations: BTreeMap<_, _> = plan
            .destinations()
            .iter()
            .map(|destination| {
                let mut health = destination.outlet.health();
                if !destination.settings.enabled && health.ledger.pending == 0 {
                    health.state = crate::State::Disabled;
                }
                (destination.name.clone(), health)
            })
            .collect();
        let row = hub.buffer.row();
        let all = destinations.values().chain(closing.iter().map(|(_, health)| health));
        let failures = all.filter_map(|destination| destination.last_error.as_ref());
        let counters = hub.counters();
        Health {
            generation: plan.generation(),
            errors: failures.map(|error| error.count).sum::<u64>() + errors + counters.errors.load(Ordering::Relaxed),
            closing: closing.into_iter().map(|(name, health)| Closing { name, health }).collect(),
            closed,
            config: hub.config.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            destinations,
            last_errors: hub.beside.selflog.newest(LAST_ERRORS),
            records: row.accepted,
            buffer: LedgerRow {
                accepted: row.accepted,
                delivered: row.taken,
                pending: row.pending,
                dropped: DropReason::ALL.into_iter().zip(row.dropped).filter(|&(_, count)| count > 0).collect(),
                ..LedgerRow::default()
            },
            buffer_bytes: hub.buffer.pool().used(),
            buffer_limit: hub.buffer.pool().limit(),
            threads: hub.buffer.lanes(),
            callsite_cache: callsite_cache(counters),
            filters: plan.filters_health(),
            recorder: *counters.recorder.lock().unwrap_or_else(PoisonError::into_inner),
            unknown_destinations: counters.unknown.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

/// How many of the records routed so far had a callsite that was in their thread's table, and how many look-ups there
/// were.
fn callsite_cache(counters: &Counters) -> (u64, u64) {
    let misses = counters.callsite_misses.load(Ordering::Relaxed);
    let routed: u64 = counters.routed().iter().sum();
    (routed.saturating_sub(misses), misses)
}

/// Runs `work` on a thread of its own; the future is ready when it is done.
pub(super) fn on_a_thread<T: Send + Default + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> impl Future<Output = T> + Send + 'static {
    let shared: Arc<Mutex<(Option<T>, Option<Waker>)>> = Arc::default();
    let theirs = Arc::clone(&shared);
    let started = std::thread::Builder::new().name("tracework-flush".into()).spawn(move || {
        let done = work();
        let mut state = theirs.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = Some(done);
        if let Some(waker) = state.1.take() {
            waker.wake();
        }
    });
    if started.is_err() {
        shared.lock().unwrap_or_else(PoisonError::into_inner).0 = Some(T::default());
    }
    Flushed(shared)
}

struct Flushed<T>(Arc<Mutex<(Option<T>, Option<Waker>)>>);

impl<T> Future for Flushed<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.0.take() {
            Some(done) => Poll::Ready(done),
            None => {
                state.1 = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}
