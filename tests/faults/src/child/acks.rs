//! Which records are acknowledged: those whose destination's promise holds.

use super::{Shared, tell};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use tracework::Control;
use tracework::engine::LedgerRow;

/// How long a flush may take, before the next is asked for.
const PATIENCE: Duration = Duration::from_secs(2);

/// The same where a disk buffer keeps the promise: a flush waits for the destination, and that need not be waited for.
const SOON: Duration = Duration::from_millis(200);

/// How long it rests between two flushes.
const REST: Duration = Duration::from_millis(5);

/// How far each thread's records are acknowledged.
pub(super) struct Acks {
    acked: Vec<u64>,
    /// Records that were lost or refused before that was looked up.
    failed: u64,
}

/// What the ledger says of all destinations at one moment.
#[derive(Clone, Copy, Debug, Default)]
struct Standing {
    /// Is there a disk buffer for each?
    spools: bool,
    accepted: u64,
    failed: u64,
    /// Records of this run that need nothing more, or stand in a disk buffer.
    settled: u64,
}

impl Standing {
    fn of(control: &Control) -> Self {
        let mut standing = Self { spools: true, ..Self::default() };
        for destination in control.health().destinations.into_values() {
            let row = destination.ledger;
            if !row.balances() {
                tell(format_args!("unbalanced {row:?}"));
            }
            standing.spools &= destination.spool.is_some();
            standing.accepted += row.accepted;
            let failed = row.dropped.values().sum::<u64>() + row.dead_lettered;
            standing.failed += failed;
            standing.settled += settled(&row, failed);
        }
        standing
    }
}

/// Records reach a disk buffer in the order in which they came, after those of an earlier run.
fn settled(row: &LedgerRow, failed: u64) -> u64 {
    let all = row.delivered + failed + row.handed_over.values().sum::<u64>() + row.spooled;
    all.saturating_sub(row.recovered)
}

impl Acks {
    /// Nothing yet, of so many threads.
    pub(super) fn new(threads: usize) -> Self {
        Self { acked: vec![0; threads], failed: 0 }
    }

    /// Flushes again and again until `ended`, then until nothing is left or `patience` is over.
    pub(super) fn run(&mut self, control: &Control, shared: &Shared, ended: &Receiver<Duration>) {
        let patience = loop {
            match ended.recv_timeout(REST) {
                Ok(patience) => break patience,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    self.round(control, shared);
                }
            }
        };
        let end = Instant::now() + patience;
        while !self.round(control, shared) && Instant::now() < end {
            std::thread::sleep(REST);
        }
    }

    /// Tells of what was emitted before that it is safe, once it is; was that everything? If something was lost or refused
    /// meanwhile, none of it is acknowledged: which one it was nobody knows.
    fn round(&mut self, control: &Control, shared: &Shared) -> bool {
        let before = Standing::of(control);
        let upto: Vec<_> = shared.emitted.iter().map(|emitted| emitted.load(Ordering::Acquire)).collect();
        if upto == self.acked {
            return true;
        }
        if !is_safe(control, before.spools, upto.iter().sum()) {
            return false;
        }
        // What failed since the last time may be of these, and what was emitted after `upto` may have failed already.
        if Standing::of(control).failed == self.failed {
            let moved = self.acked.iter().zip(&upto).enumerate().filter(|(_, (from, upto))| from < upto);
            moved.for_each(|(thread, (from, upto))| tell(format_args!("a {thread} {from} {upto}")));
        }
        (self.acked, self.failed) = (upto, before.failed);
        false
    }
}

/// Waits until so many records, all that were emitted before, are delivered or in a disk buffer; are they?
fn is_safe(control: &Control, spools: bool, emitted: u64) -> bool {
    let started = Instant::now();
    let patience = if spools { SOON } else { PATIENCE };
    let _ = control.flush(patience);
    let asked = Standing::of(control);
    if asked.accepted < emitted {
        return false;
    }
    if started.elapsed() < patience {
        return asked.settled >= emitted;
    }
    while spools && started.elapsed() < PATIENCE {
        if Standing::of(control).settled >= asked.accepted {
            return true;
        }
        std::thread::sleep(REST);
    }
    false
}
