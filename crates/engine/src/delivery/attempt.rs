//! Attempts to deliver, and what becomes of the records of one that failed.

use super::cope::Lot;
use super::encode;
use super::load::{Cargo, Load};
use super::progress::Progress;
use super::requests::Start;
use super::worker::Worker;
use crate::ledger::DropReason;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use tracework_core::{Batch, Destination, Failure, FailureClass, OwnedRecord, Refusal};

/// Why a call of the destination failed.
pub(super) struct Fault {
    pub(super) cause: Cause,
    pub(super) message: String,
    /// Records delivered before it failed.
    pub(super) delivered: usize,
    /// Records that were refused one by one, if all others were taken.
    pub(super) refusals: Vec<Refusal>,
    /// How long to wait at least before it is tried again.
    pub(super) wait: Option<Duration>,
}

impl Fault {
    pub(super) fn of(failure: &Failure) -> Self {
        let cause = match failure.class() {
            FailureClass::Temporary => Cause::Temporary,
            FailureClass::Permanent => Cause::Permanent,
        };
        Self {
            cause,
            message: failure.to_string(),
            delivered: failure.delivered(),
            wait: failure.wait(),
            refusals: failure.refusals().to_vec(),
        }
    }

    fn of_panic(message: String) -> Self {
        Self { cause: Cause::Panic, message, delivered: 0, refusals: Vec::new(), wait: None }
    }
}

/// The sort of a [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    Temporary,
    Permanent,
    Panic,
}

impl Worker {
    /// Calls the destination; a panic is a fault like others, after which it must be opened again.
    pub(super) fn guarded<T>(
        &mut self,
        call: impl FnOnce(&mut dyn Destination) -> Result<T, Failure>,
    ) -> Result<T, Fault> {
        match catch_unwind(AssertUnwindSafe(|| call(&mut *self.destination))) {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(failure)) => {
                let class = failure.class();
                let fault = Fault::of(&failure);
                self.tell(&fault.message, class, false);
                Err(fault)
            }
            Err(panic) => {
                self.ready = false;
                let message = format!("the destination panicked: {}", encode::message(&*panic));
                self.tell(&message, FailureClass::Temporary, true);
                Err(Fault::of_panic(message))
            }
        }
    }

    /// Opens the destination unless it is open; it is opened again after it failed. Whatever goes wrong here says
    /// nothing about the records, so it is always tried again.
    pub(super) fn open(&mut self) -> Result<(), Fault> {
        if !self.ready {
            self.opened = true;
            let mut most = 1;
            let opened = self.guarded(|destination| {
                most = destination.concurrency();
                destination.open()
            });
            opened.map_err(|fault| Fault { cause: Cause::Temporary, delivered: 0, refusals: Vec::new(), ..fault })?;
            self.ready = true;
            self.width.set_most(most);
        }
        Ok(())
    }

    /// Opens the destination before there is anything to deliver, and says what came of it.
    pub(super) fn start(&mut self) {
        let opened = self.open();
        if let Err(fault) = &opened {
            self.note_error(&fault.message);
        }
        self.shared.lock().requests.start = Start::Done(opened.map_err(|fault| fault.message));
        self.shared.done.notify_all();
    }

    /// Delivers what is loaded, batch by batch, until it is done, something fails or something else is to be done.
    pub(super) fn deliver(&mut self) {
        let empty = Load::new(self.load.cargo.is_encoded());
        let Load { cargo, mut progress } = std::mem::replace(&mut self.load, empty);
        let records = cargo.records();
        let batch = cargo.batch(&records);
        loop {
            let ranges = progress.next_several(&cargo, &self.batch, self.width());
            let lot = Lot { cargo: &cargo, records: &records };
            let goes_on = if ranges.len() > 1 {
                self.deliver_several(&mut progress, lot, &batch, &ranges)
            } else {
                self.deliver_one(&mut progress, lot, &batch)
            };
            if !goes_on || !progress.holes.is_empty() || !self.has_more(&cargo, &progress) {
                break;
            }
        }
        drop(records);
        self.load = Load { cargo, progress };
        self.load.close_holes();
        self.let_go();
    }

    /// How many batches are handed over at once: while it fails, one alone.
    pub(super) fn width(&self) -> usize {
        if self.trouble.is_some() { 1 } else { self.width.now() }
    }

    /// Delivers the next batch; `true` if the one after it can be delivered at once.
    fn deliver_one(&mut self, progress: &mut Progress, lot: Lot<'_>, all: &Batch<'_>) -> bool {
        let range = progress.next(lot.cargo, &self.batch);
        match self.attempt(&all.slice(range.clone()), lot.cargo.bytes(&range)) {
            Ok(()) => {
                progress.finish(range.end);
                true
            }
            Err(fault) => self.cope(progress, lot, range, &fault),
        }
    }

    /// Is there another batch to deliver, and nothing more urgent? What is less than a batch is topped up first, out of
    /// what waits.
    fn has_more(&self, cargo: &Cargo, progress: &Progress) -> bool {
        let (inside, now) = (self.shared.lock(), Instant::now());
        let tops_up = inside.queue.first().is_some() && !progress.is_full(cargo, &self.batch);
        let over = inside.closed || inside.requests.close.is_some_and(|end| now >= end);
        let waits = self.pace.waits_until(now).is_some();
        let urgent = over || waits || !inside.requests.commands.is_empty() || now >= self.next_tick;
        progress.is_ready(cargo, &self.batch) && !tops_up && !urgent
    }

    /// One attempt to deliver a batch of `bytes` bytes.
    fn attempt(&mut self, batch: &Batch<'_>, bytes: usize) -> Result<(), Fault> {
        if self.attempts() > 0 {
            self.shared.lock().count(|row| row.retried += 1);
        }
        // While the breaker is open this is a probe. It may hang: if it has failed over, what comes meanwhile passes by.
        let probes = self.trouble.as_ref().is_some_and(|trouble| trouble.is_open);
        if probes {
            self.shared.lock().vitals.probes(true);
        }
        self.pace.spend(batch.len(), bytes, Instant::now());
        let attempted = self.attempt_timed(batch);
        if probes {
            self.shared.lock().vitals.probes(false);
        }
        let took = attempted?;
        self.width.answered(1, took);
        self.delivered(batch.len(), bytes, Some(took));
        Ok(())
    }

    fn attempt_timed(&mut self, batch: &Batch<'_>) -> Result<Duration, Fault> {
        self.open()?;
        let start = Instant::now();
        self.guarded(|destination| destination.deliver(batch))?;
        Ok(start.elapsed())
    }

    /// So many records are delivered: it is well.
    pub(super) fn delivered(&mut self, records: usize, bytes: usize, took: Option<Duration>) {
        (self.trouble, self.panics) = (None, 0);
        let now = (self.shared.clock)();
        let mut inside = self.shared.lock();
        inside.settle(records as u64, |row, records| row.delivered += records);
        let vitals = &mut inside.vitals;
        vitals.well(now);
        vitals.concurrency = self.width.now();
        vitals.batches += 1;
        vitals.largest_batch = vitals.largest_batch.max(records as u64);
        vitals.bytes += bytes as u64;
        vitals.last_delivery = took.or(vitals.last_delivery);
    }

    /// Delivers a record of tracework's own. If that fails, a loss is said later.
    pub(super) fn deliver_notice(&mut self, notice: &OwnedRecord, loss: Option<(DropReason, u64)>) {
        let records = [notice.view()];
        let mut bytes = Vec::new();
        let format = &mut self.format;
        if catch_unwind(AssertUnwindSafe(|| format.encode(&records[0], &mut bytes))).is_err() {
            return self.note_error("the format panicked at a notice of lost records");
        }
        let ends = [bytes.len()];
        let encoded = self.load.cargo.is_encoded();
        let batch = if encoded { Batch::encoded(&records, &bytes, &ends) } else { Batch::of_records(&records) };
        let delivered = self.open().and_then(|()| self.guarded(|destination| destination.deliver(&batch)));
        let Err(fault) = delivered else {
            self.shared.lock().count(|row| row.internal += 1);
            return;
        };
        if fault.cause == Cause::Permanent {
            return self.note_error(&fault.message);
        }
        if let Some((reason, count)) = loss {
            self.shared.lock().losses.add(reason, count, Instant::now());
        }
        self.ready = false;
        _ = self.failed(&fault, false);
    }
}
