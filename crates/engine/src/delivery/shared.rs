//! What the handle and the worker share, under one lock, so that every reading of it is of one moment.

use super::dead::DeadLetters;
use super::notice::Losses;
use super::queue::{Queue, Waste};
use super::requests::Requests;
use super::spooler::Back;
use crate::ledger::{BreakerHealth, BreakerState, DestinationHealth, DropReason, LastError, LedgerRow, State};
use crate::round::Parcel;
use crate::spool::{SpoolHealth, SpoolWatch};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};
use tracework_core::{Overflow, Timestamp};

/// Tells the time.
pub(crate) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What the handle and the worker share.
pub(super) struct Shared {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) clock: Clock,
    inside: Mutex<Inside>,
    /// The worker waits for something to do.
    pub(super) work: Condvar,
    /// The spooler waits for something to do.
    pub(super) spooler: Condvar,
    /// The half of the spool that is read.
    pub(super) back: Back,
    /// Callers wait for room.
    pub(super) room: Condvar,
    /// Callers wait for a flush or for the end.
    pub(super) done: Condvar,
    /// Must callers wait? Read without the lock, as the next two.
    congested: AtomicBool,
    /// Does anything wait, or is anything being delivered?
    busy: AtomicBool,
    /// Is it to close?
    pub(super) draining: AtomicBool,
    /// Is it closed?
    pub(super) ended: AtomicBool,
}

/// What stands under the lock.
pub(super) struct Inside {
    pub(super) queue: Queue,
    pub(super) requests: Requests,
    pub(super) vitals: Vitals,
    pub(super) losses: Losses,
    pub(super) dead: DeadLetters,
    /// The ledger's row but for what is pending, which the queue counts.
    pub(super) ledger: LedgerRow,
    /// The worker is about to close: nothing more comes in.
    pub(super) sealed: bool,
    /// It is closed: nothing comes in, nothing is counted any more.
    pub(super) closed: bool,
    /// The worker sleeps, and must be woken.
    pub(super) asleep: bool,
    /// How the spool is, if there is one and it is open; and how it was when it was closed.
    pub(super) spool: Option<SpoolWatch>,
    pub(super) last_spool: Option<SpoolHealth>,
    /// Is the spooler to end when it has written everything?
    pub(super) spooler_ends: bool,
    /// Has it closed the spool, or is there none?
    pub(super) spooler_ended: bool,
    /// Those that it takes over for.
    pub(super) serves: Vec<Weak<Shared>>,
}

/// How it is.
#[derive(Debug, Default)]
pub(super) struct Vitals {
    pub(super) failing: bool,
    pub(super) failed_over: bool,
    /// It has failed over, and is being tried at this moment.
    pub(super) probing: bool,
    /// Is it down?
    pub(super) breaker: BreakerHealth,
    /// How many batches it gets at once.
    pub(super) concurrency: usize,
    pub(super) batches: u64,
    pub(super) largest_batch: u64,
    pub(super) bytes: u64,
    pub(super) last_delivery: Option<Duration>,
    pub(super) last_error: Option<LastError>,
}

impl Vitals {
    /// A delivery succeeded.
    pub(super) fn well(&mut self, now: Timestamp) {
        (self.failing, self.failed_over, self.breaker.failures) = (false, false, 0);
        if self.breaker.state != BreakerState::Closed {
            (self.breaker.state, self.breaker.since) = (BreakerState::Closed, Some(now));
        }
    }

    /// So many attempts in a row failed; it is down from now on if it is `open`.
    pub(super) fn failed(&mut self, failures: u32, open: bool, now: Timestamp) {
        (self.failing, self.breaker.failures) = (true, failures);
        if open && self.breaker.state == BreakerState::Closed {
            (self.breaker.state, self.breaker.since) = (BreakerState::Open, Some(now));
        }
    }

    /// It is down, and a probe begins or has failed.
    pub(super) fn probes(&mut self, begins: bool) {
        self.probing = begins && self.failed_over;
        self.breaker.state = if begins { BreakerState::HalfOpen } else { BreakerState::Open };
    }

    /// One more error.
    pub(super) fn error(&mut self, message: &str, at: Timestamp) {
        let count = self.last_error.as_ref().map_or(0, |last| last.count) + 1;
        self.last_error = Some(LastError { message: message.to_owned(), at, count });
    }
}

impl Shared {
    pub(super) fn new(name: String, kind: &'static str, clock: Clock, inside: Inside) -> Arc<Self> {
        Arc::new(Self {
            name,
            kind,
            clock,
            inside: Mutex::new(inside),
            work: Condvar::new(),
            spooler: Condvar::new(),
            back: Back::default(),
            room: Condvar::new(),
            done: Condvar::new(),
            congested: AtomicBool::new(false),
            busy: AtomicBool::new(false),
            draining: AtomicBool::new(false),
            ended: AtomicBool::new(false),
        })
    }

    /// A panic under the lock leaves counters that are whole, so a poisoned lock is taken all the same.
    pub(super) fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Must callers wait?
    pub(super) fn is_congested(&self) -> bool {
        self.congested.load(Ordering::Acquire)
    }

    /// Looks again whether callers must wait, and lets them go if not. After every change of the queue.
    pub(super) fn refresh(&self, inside: &mut Inside, now: Instant) {
        let queue = &mut inside.queue;
        queue.refresh(now);
        let congested = match queue.settings.when_full {
            Overflow::Block { limit } => {
                queue.gate.expire(limit, now);
                queue.gate.holds_up() && !inside.closed
            }
            _ => false,
        };
        self.busy.store(!queue.is_empty(), Ordering::Release);
        if self.congested.swap(congested, Ordering::AcqRel) && !congested {
            self.room.notify_all();
        }
    }

    /// Is it to close, with something left that it may still hand over?
    pub(super) fn may_hand_over(&self) -> bool {
        self.draining.load(Ordering::Acquire) && self.busy.load(Ordering::Acquire)
    }

    /// Wakes the worker if it sleeps.
    pub(super) fn wake(&self, inside: &mut Inside) {
        if inside.queue.tail() > 0 || inside.closed {
            self.spooler.notify_one();
        }
        if std::mem::take(&mut inside.asleep) {
            self.work.notify_one();
        }
    }

    /// How it is, and its row of the ledger, of one moment.
    pub(super) fn health(&self) -> DestinationHealth {
        let inside = self.lock();
        let vitals = &inside.vitals;
        DestinationHealth {
            kind: self.kind.to_owned(),
            state: inside.state(),
            ledger: inside.row(),
            pending_bytes: inside.queue.held(),
            limit_bytes: inside.queue.settings.memory,
            batches: vitals.batches,
            largest_batch: vitals.largest_batch,
            bytes: vitals.bytes,
            last_delivery: vitals.last_delivery,
            last_error: vitals.last_error.clone(),
            breaker: vitals.breaker,
            spool: inside.spool.as_ref().map(SpoolWatch::health).or_else(|| inside.last_spool.clone()),
            concurrency: vitals.concurrency.max(1),
        }
    }
}

impl Inside {
    /// Its row of the ledger.
    pub(super) fn row(&self) -> LedgerRow {
        LedgerRow { pending: self.queue.pending(), spooled: self.queue.spooled(), ..self.ledger.clone() }
    }

    /// Records handed over so far.
    pub(super) fn handed_over(&self) -> u64 {
        self.ledger.handed_over.values().sum()
    }

    /// May one that it takes over for still hand something over before it closes?
    pub(super) fn is_needed(&self) -> bool {
        self.serves.iter().filter_map(Weak::upgrade).any(|other| other.may_hand_over())
    }

    fn state(&self) -> State {
        match () {
            () if self.closed => State::Closed,
            () if self.requests.drain => State::Draining,
            () if self.vitals.failed_over => State::FailedOver,
            () if self.vitals.failing => State::Failing,
            () if self.queue.gate.is_full() => State::Full,
            () if self.vitals.batches == 0 => State::Starting,
            () => State::Healthy,
        }
    }

    /// Counts what an overflow dropped.
    pub(super) fn count_waste(&mut self, waste: &Waste, now: Instant) {
        for (reason, records) in waste.dropped() {
            self.drop_records(reason, records, now);
        }
    }

    /// Counts dropped records, and remembers to say so.
    pub(super) fn drop_records(&mut self, reason: DropReason, records: u64, now: Instant) {
        if records > 0 {
            *self.ledger.dropped.entry(reason).or_default() += records;
            self.losses.add(reason, records, now);
        }
    }

    /// Counts what is not part of the balance.
    pub(super) fn count(&mut self, count: impl FnOnce(&mut LedgerRow)) {
        if !self.closed {
            count(&mut self.ledger);
        }
    }

    /// Records leave the worker's hands for the place in the ledger that `count` gives them.
    pub(super) fn settle(&mut self, records: u64, count: impl FnOnce(&mut LedgerRow, u64)) {
        // Once closed, whatever was in the worker's hands is counted already.
        if !self.closed {
            self.queue.settle(records);
            count(&mut self.ledger, records);
        }
    }

    /// The same for records that are dropped.
    pub(super) fn settle_dropped(&mut self, reason: DropReason, records: u64, now: Instant) {
        if !self.closed {
            self.queue.settle(records);
            self.drop_records(reason, records, now);
        }
    }

    /// Drops what waits; returns the parcels, to be freed outside the lock.
    pub(super) fn drop_waiting(&mut self, reason: DropReason, now: Instant) -> Vec<Parcel> {
        let parcels: Vec<_> = std::iter::from_fn(|| self.queue.remove(0)).collect();
        let records = parcels.iter().map(|parcel| parcel.picks.len() as u64).sum();
        self.drop_records(reason, records, now);
        parcels
    }

    /// The worker let go of parcels that pinned so many bytes.
    pub(super) fn release(&mut self, bytes: usize) {
        if !self.closed {
            self.queue.release(bytes);
        }
    }
}
