//! Which records are acknowledged: those whose destination's promise holds.

use super::{Shared, tell};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use tracework::Control;

/// How long what is promised is waited for, before it is asked for anew.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long it rests in between.
const REST: Duration = Duration::from_millis(5);

/// How far each thread's records are acknowledged.
pub(super) struct Acks {
    acked: Vec<u64>,
    /// Records that were lost or refused before that was looked up.
    failed: u64,
}

/// How many records all destinations lost or refused so far.
fn failed(control: &Control) -> u64 {
    let rows = control.health().destinations.into_values().map(|destination| destination.ledger);
    rows.map(|row| row.dropped.values().sum::<u64>() + row.dead_lettered).sum()
}

impl Acks {
    /// Nothing yet, of so many threads.
    pub(super) fn new(threads: usize) -> Self {
        Self { acked: vec![0; threads], failed: 0 }
    }

    /// Asks again and again until `ended`, then until nothing is left or `patience` is over.
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
        let before = failed(control);
        let upto: Vec<_> = shared.emitted.iter().map(|emitted| emitted.load(Ordering::Acquire)).collect();
        if upto == self.acked {
            return true;
        }
        if !control.secure(PATIENCE).settled {
            return false;
        }
        // What failed since the last time may be of these, and what was emitted after `upto` may have failed already.
        if failed(control) == self.failed {
            let moved = self.acked.iter().zip(&upto).enumerate().filter(|(_, (from, upto))| from < upto);
            moved.for_each(|(thread, (from, upto))| tell(format_args!("a {thread} {from} {upto}")));
        }
        (self.acked, self.failed) = (upto, before);
        false
    }
}
