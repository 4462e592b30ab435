//! Handing records to the failover.

use super::outlet::Outlet;
use super::queue::Waiting;
use super::shared::Shared;
use super::worker::Worker;
use crate::ledger::LedgerRow;
use crate::round::Parcel;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// How many failovers of failovers are followed in search of one that is well.
const LONGEST_CHAIN: usize = 16;

/// How long to wait before a failover whose queue is full is asked again.
const PAUSE: Duration = Duration::from_millis(50);

impl Worker {
    /// Who takes over: the failover, if it is open and does not itself hand everything back to here.
    pub(super) fn takeover(&self) -> Option<Arc<Outlet>> {
        let failover = self.shared.lock().requests.failover.as_ref().and_then(Weak::upgrade)?;
        leads_somewhere(&failover, &self.shared).then_some(failover)
    }

    /// Hands everything that waits to the failover. What it cannot take stays here.
    pub(super) fn hand_over(&mut self) {
        let Some(to) = self.takeover() else { return self.stay() };
        if to.is_congested_still() {
            self.hand_over_at = Instant::now() + PAUSE;
            return;
        }
        if let Some(trouble) = &mut self.trouble {
            trouble.backoff.other_records();
        }
        let (rest, freed) = self.load.unload();
        self.release(freed);
        let done = self.load.take_done();
        self.acknowledge(done);
        // What was loaded goes back to the front of the queue, and all from there.
        rest.into_iter().rev().for_each(|item| self.give_back(item));
        while let Some(item) = self.take_more(&to) {
            if let Some(item) = self.hand(&to, item) {
                self.give_back(item);
                return self.stay();
            }
        }
        let now = Instant::now();
        self.hand_over_at = if to.is_congested() { now + PAUSE } else { self.refill_at.max(now) };
    }

    fn take_more(&mut self, to: &Outlet) -> Option<Waiting> {
        let shared = Arc::clone(&self.shared);
        let mut inside = shared.lock();
        if to.is_congested() || inside.closed {
            return None;
        }
        if inside.queue.first().is_none() && inside.queue.gap().is_some() {
            drop(inside);
            if Instant::now() < self.refill_at {
                return None;
            }
            self.refill();
            return self.shared.lock().queue.take();
        }
        inside.queue.take()
    }

    /// Hands one parcel over; gives it back if the other is closed.
    fn hand(&mut self, to: &Arc<Outlet>, mut item: Waiting) -> Option<Waiting> {
        // The other has formats of its own.
        (item.parcel.shared, item.parcel.format) = (None, 0);
        let (records, bytes) = (item.parcel.picks.len() as u64, item.parcel.bytes);
        let parcel = Parcel { bytes: bytes.min(item.parcel.round.pinned()), ..item.parcel.clone() };
        if to.accept(parcel, |row| &mut row.accepted).is_some() {
            return Some(item);
        }
        let mut inside = self.shared.lock();
        inside.settle(records, |row, records| count_handed_over(row, to.name(), records));
        drop(inside);
        self.release(bytes);
        self.handed(item.place.take(), to);
        None
    }

    fn give_back(&self, item: Waiting) {
        let mut inside = self.shared.lock();
        if !inside.closed {
            inside.queue.give_back(item);
        }
    }

    /// Nobody takes over: the records wait here.
    fn stay(&mut self) {
        if let Some(trouble) = &mut self.trouble {
            trouble.failed_over = false;
        }
        self.shared.lock().vitals.failed_over = false;
    }
}

impl Outlet {
    /// Hands a parcel to the failover past the queue, while the worker is busy trying whether the destination is well
    /// again. Gives it back if that is not so, or the failover cannot take it.
    pub(super) fn pass_by(&self, mut parcel: Parcel) -> Option<Parcel> {
        let inside = self.shared.lock();
        let failover = inside.requests.failover.as_ref().filter(|_| inside.vitals.probing).and_then(Weak::upgrade);
        drop(inside);
        let Some(to) = failover.filter(|to| leads_somewhere(to, &self.shared) && !to.is_congested()) else {
            return Some(parcel);
        };
        let records = parcel.picks.len() as u64;
        let (shared, format) = (parcel.shared.take(), std::mem::take(&mut parcel.format));
        if let Some(mut parcel) = to.accept(parcel, |row| &mut row.accepted) {
            (parcel.shared, parcel.format) = (shared, format);
            return Some(parcel);
        }
        let mut inside = self.shared.lock();
        inside.ledger.accepted += records;
        count_handed_over(&mut inside.ledger, to.name(), records);
        None
    }
}

fn count_handed_over(row: &mut LedgerRow, to: &str, records: u64) {
    match row.handed_over.get_mut(to) {
        Some(count) => *count += records,
        None => _ = row.handed_over.insert(to.to_owned(), records),
    }
}

/// Does the chain of failovers that begins with `first` end at one that is open and has not failed over, without
/// coming by `origin`? Takes one lock at a time.
fn leads_somewhere(first: &Arc<Outlet>, origin: &Arc<Shared>) -> bool {
    let mut next = Arc::clone(first);
    for _ in 0..LONGEST_CHAIN {
        if Arc::ptr_eq(&next.shared, origin) {
            return false;
        }
        let inside = next.shared.lock();
        if inside.sealed || inside.closed {
            return false;
        }
        if !inside.vitals.failed_over {
            return true;
        }
        let failover = inside.requests.failover.as_ref().and_then(Weak::upgrade);
        drop(inside);
        let Some(failover) = failover else { return false };
        next = failover;
    }
    false
}
