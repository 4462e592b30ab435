//! Flushing and shutting down, and what became of every record.

use super::{Control, retiring};
use crate::clock::after;
use crate::delivery::{self, Outlet, Until};
use crate::hub::Hub;
use crate::plan::Attached;
use crate::retired::Read;
use crate::{FilterHealth, LastError, LedgerRow, own};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What became of the records so far, over all destinations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct FlushReport {
    /// Delivered.
    pub delivered: u64,
    /// Safe in a spool, to be delivered later.
    pub spooled: u64,
    /// Still waiting.
    pub pending: u64,
    /// Dropped, for whatever reason.
    pub lost: u64,
    /// Never to be accepted, and kept as dead letters.
    pub dead: u64,
    /// Did everything that was emitted before the call come in time to what was asked for? What others emit meanwhile
    /// is among the counts, and not meant here.
    pub settled: bool,
}

impl FlushReport {
    /// What became of the records of those in the plan, and so far of those that leave it.
    fn of_all(read: &Read) -> Self {
        let mut report = Self::of(read.plan.destinations().iter().map(|destination| &*destination.outlet));
        read.closing.iter().for_each(|(_, health)| report.add(&health.ledger));
        report
    }

    pub(crate) fn of<'a>(outlets: impl IntoIterator<Item = &'a Outlet>) -> Self {
        let mut report = Self::default();
        for outlet in outlets {
            report.add(&outlet.health().ledger);
        }
        report.settled = report.pending == 0;
        report
    }

    fn add(&mut self, row: &LedgerRow) {
        self.delivered += row.delivered;
        self.pending += row.pending - row.spooled.min(row.pending);
        self.spooled += row.spooled;
        self.lost += row.lost();
        self.dead += row.dead_lettered;
    }

    /// Is nothing waiting? While others go on logging, `settled` tells what became of what came before the call.
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
    /// Each destination's row of the ledger, as it was closed; one row for all that had the same name in turn.
    pub destinations: BTreeMap<String, LedgerRow>,
    /// The last error of each destination that had one.
    pub errors: BTreeMap<String, LastError>,
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
        let FlushReport { delivered, spooled, pending, lost, dead, .. } = self.0.total;
        let noun = if lost == 1 { "record was" } else { "records were" };
        write!(f, "{lost} {noun} lost and {pending} not delivered in time ({delivered} delivered")?;
        if spooled > 0 {
            write!(f, ", {spooled} are safe on disk")?;
        }
        if dead > 0 {
            write!(f, ", {dead} dead letters")?;
        }
        f.write_str(")")?;
        for (name, row) in &self.0.destinations {
            for (reason, count) in &row.dropped {
                write!(f, "; {name}: {count} lost: {}", reason.reason())?;
            }
            let error = self.0.errors.get(name).filter(|_| row.lost() + row.pending > 0);
            if let Some(LastError { message, .. }) = error {
                write!(f, "; {name} failed: {message}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Unclean {}

impl Control {
    /// Delivers everything that was emitted before, and what an earlier run left on disk, and has each destination flush,
    /// within `timeout`. One that is down holds it for all of that time; [`Control::secure`] waits for no more than what
    /// is promised.
    pub fn flush(&self, timeout: Duration) -> FlushReport {
        self.wait_for_all(Until::Delivered, timeout)
    }

    /// Waits, for `timeout` at the most, until what is promised of everything emitted before holds: a destination
    /// with [`Delivery::AtLeastOnce`](tracework_core::Delivery) has it durable in its spool, any other has
    /// delivered it. The spools are synced at once, but for those that are never to be.
    ///
    /// [`FlushReport::settled`] says whether it came to that. Records that were dropped or refused meanwhile are past
    /// waiting for: `lost` and `dead` count them.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tracework_engine::Control;
    ///
    /// let control = Control::new();
    /// assert!(control.secure(Duration::from_secs(1)).settled);
    /// ```
    pub fn secure(&self, timeout: Duration) -> FlushReport {
        self.wait_for_all(Until::Promised, timeout)
    }

    fn wait_for_all(&self, until: Until, timeout: Duration) -> FlushReport {
        let deadline = after(timeout);
        let mut settled = false;
        if !own::is_own_thread() && !self.hub().is_forked() {
            // Those that are about to be closed come last: none that leaves the plan meanwhile is left out.
            let mut outlets = outlets(self.plan().destinations());
            outlets.extend(self::outlets(&self.hub().retired.closing()));
            let routed = self.route_all(deadline);
            settled = delivery::flush_all(&outlets, until, deadline) && routed;
        }
        let mut report = FlushReport::of_all(&self.hub().retired.read(|| self.plan()));
        let buffer = self.hub().buffer.row();
        report.pending += buffer.pending;
        report.lost += buffer.dropped.iter().sum::<u64>();
        report.settled = settled;
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
        close_all(self.hub(), after(timeout))
    }
}

fn outlets(destinations: &[Arc<Attached>]) -> Vec<Arc<Outlet>> {
    destinations.iter().map(|destination| Arc::clone(&destination.outlet)).collect()
}

/// Routes what is in the buffer, drains and closes every destination, and stops the engine.
pub(super) fn close_all(hub: &Arc<Hub>, deadline: Instant) -> ShutdownReport {
    let last = hub.plan();
    if !hub.stop_capture() {
        // Somebody else has the report, or will.
        return ShutdownReport::default();
    }
    // Callsites are asked anew, so that nothing new comes; then what came is routed.
    let _ = hub.requests.wait_rebuild(deadline.min(Instant::now() + Duration::from_secs(1)));
    let ticket = hub.requests.ask_pass();
    hub.wake();
    let _ = hub.requests.wait_pass(ticket, deadline);
    // What alerts run may write to a destination, so it comes first.
    for (_, action) in &last.spec().actions {
        action.settle(deadline);
        action.end();
    }
    retiring::close(hub, &hub.retired.closing(), deadline);
    let read = hub.retired.read(|| hub.plan());
    let mut report = ShutdownReport {
        total: FlushReport::of_all(&read),
        filters: last.filters_health(),
        destinations: read.closed,
        errors: read.last_errors,
    };
    report.destinations.values().for_each(|row| report.total.add(row));
    for (name, health) in read.closing {
        report.errors.extend(health.last_error.map(|error| (name.clone(), error)));
        report.destinations.entry(name).or_default().add(&health.ledger);
    }
    hub.beside.selflog.notifier.settle(deadline.min(Instant::now() + Duration::from_millis(500)));
    hub.buffer.pool().close();
    hub.requests.stop();
    hub.wake();
    let buffer = hub.buffer.row();
    report.total.pending += buffer.pending;
    report.total.lost += buffer.dropped.iter().sum::<u64>();
    report.total.settled = report.total.pending == 0;
    report
}
