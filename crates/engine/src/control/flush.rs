//! Flushing and shutting down, and what became of every record.

use super::Control;
use crate::delivery::{self, Outlet};
use crate::hub::Hub;
use crate::{FilterHealth, LedgerRow, Plan, own};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What became of the records so far, over all destinations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct FlushReport {
    /// Delivered.
    pub delivered: u64,
    /// Safe in a spool.
    pub spooled: u64,
    /// Still waiting.
    pub pending: u64,
    /// Dropped, for whatever reason.
    pub lost: u64,
    /// Never to be accepted, and kept as dead letters.
    pub dead: u64,
}

impl FlushReport {
    pub(crate) fn of<'a>(outlets: impl IntoIterator<Item = &'a Outlet>) -> Self {
        let mut report = Self::default();
        for outlet in outlets {
            report.add(&outlet.health().ledger);
        }
        report
    }

    fn add(&mut self, row: &LedgerRow) {
        self.delivered += row.delivered;
        self.pending += row.pending;
        self.lost += row.lost();
        self.dead += row.dead_lettered;
    }

    /// Is nothing waiting?
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.pending == 0
    }
}

/// What became of every record of the program, told at its end.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct ShutdownReport {
    /// The sums over all destinations, and what the shared buffer lost.
    pub total: FlushReport,
    /// Each destination's row of the ledger, as it was closed.
    pub destinations: BTreeMap<String, LedgerRow>,
    /// What each filter with a memory did.
    pub filters: BTreeMap<String, FilterHealth>,
}

impl ShutdownReport {
    /// `Ok` if every record was delivered or is safe.
    ///
    /// # Errors
    ///
    /// If any was lost, or could not be delivered in time.
    pub fn into_result(self) -> Result<Self, Unclean> {
        if self.total.lost == 0 && self.total.pending == 0 { Ok(self) } else { Err(Unclean(self)) }
    }
}

/// A shutdown that lost records, or left some undelivered.
#[derive(Clone, Debug)]
pub struct Unclean(pub ShutdownReport);

impl fmt::Display for Unclean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FlushReport { delivered, pending, lost, dead, .. } = self.0.total;
        write!(f, "{lost} records were lost and {pending} not delivered in time ({delivered} were delivered")?;
        if dead > 0 {
            write!(f, ", {dead} are dead letters")?;
        }
        f.write_str(")")?;
        for (name, row) in &self.0.destinations {
            for (reason, count) in &row.dropped {
                write!(f, "; {name}: {count} lost: {}", reason.reason())?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Unclean {}

impl Control {
    /// Delivers everything that was emitted before, and has each destination flush, within `timeout`.
    pub fn flush(&self, timeout: Duration) -> FlushReport {
        let deadline = Instant::now() + timeout;
        let plan = self.plan();
        if !own::is_own_thread() && !self.hub().is_forked() {
            self.route_all(deadline);
            delivery::flush_all(&outlets(&plan), deadline);
        }
        let mut report = FlushReport::of(plan.destinations().iter().map(|destination| &*destination.outlet));
        let buffer = self.hub().buffer.row();
        report.pending += buffer.pending;
        report.lost += buffer.dropped.iter().sum::<u64>();
        report
    }

    /// [`Control::flush`] without holding up an async executor: the wait is on a thread of its own.
    pub fn flush_async(&self, timeout: Duration) -> impl Future<Output = FlushReport> + Send + 'static {
        let control = self.clone();
        super::health::on_a_thread(move || control.flush(timeout))
    }

    /// Ends the pipeline: nothing is captured any more, what is queued is delivered within `timeout`, every
    /// destination is closed. What could not be delivered is in the report. A second call has nothing left to do.
    #[must_use = "the report says what was lost"]
    pub fn shutdown(&self, timeout: Duration) -> ShutdownReport {
        if self.hub().is_forked() || own::is_own_thread() {
            return ShutdownReport::default();
        }
        if !self.is_started() {
            let _ = self.hub().stop_capture();
            return ShutdownReport::default();
        }
        close_all(self.hub(), Instant::now() + timeout)
    }
}

fn outlets(plan: &Plan) -> Vec<Arc<Outlet>> {
    plan.destinations().iter().map(|destination| Arc::clone(&destination.outlet)).collect()
}

/// Routes what is in the buffer, drains and closes every destination, and stops the engine.
pub(super) fn close_all(hub: &Arc<Hub>, deadline: Instant) -> ShutdownReport {
    let last = hub.stop_capture();
    // Callsites are asked anew, so that nothing new comes; then what came is routed.
    let _ = hub.requests.wait_rebuild(deadline.min(Instant::now() + Duration::from_secs(1)));
    let ticket = hub.requests.ask_pass();
    hub.wake();
    let _ = hub.requests.wait_pass(ticket, deadline);
    let mut report = ShutdownReport { filters: last.filters_health(), ..ShutdownReport::default() };
    delivery::close_all(&outlets(&last), deadline);
    for destination in last.destinations() {
        let row = destination.outlet.health().ledger;
        report.total.add(&row);
        report.destinations.insert(destination.name.clone(), row);
    }
    hub.buffer.pool().close();
    hub.requests.stop();
    hub.wake();
    let buffer = hub.buffer.row();
    report.total.pending += buffer.pending;
    report.total.lost += buffer.dropped.iter().sum::<u64>();
    report
}
