//! Attempts to deliver, and what becomes of the records of one that failed.

use super::dead::DeadLetter;
use super::dead_file;
use super::encode;
use super::load::{Cargo, Load, Progress};
use super::requests::Start;
use super::worker::Worker;
use crate::ledger::DropReason;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use tracework_core::{Batch, Destination, Failure, FailureClass, OwnedRecord, Record};

/// So many panics without a successful delivery between them are not caused by one record.
const MOST_PANICS: u32 = 32;

/// Why a call of the destination failed.
pub(super) struct Fault {
    pub(super) cause: Cause,
    pub(super) message: String,
    /// Records delivered before it failed.
    delivered: usize,
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
    pub(super) fn guarded(
        &mut self,
        call: impl FnOnce(&mut dyn Destination) -> Result<(), Failure>,
    ) -> Result<(), Fault> {
        match catch_unwind(AssertUnwindSafe(|| call(&mut *self.destination))) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(failure)) => {
                let cause = match failure.class() {
                    FailureClass::Temporary => Cause::Temporary,
                    FailureClass::Permanent => Cause::Permanent,
                };
                let message = failure.to_string();
                self.tell(&message, failure.class(), false);
                Err(Fault { cause, message, delivered: failure.delivered() })
            }
            Err(panic) => {
                self.ready = false;
                let message = format!("the destination panicked: {}", encode::message(&*panic));
                self.tell(&message, FailureClass::Temporary, true);
                Err(Fault { cause: Cause::Panic, message, delivered: 0 })
            }
        }
    }

    /// Opens the destination unless it is open; it is opened again after it failed. Whatever goes wrong here says
    /// nothing about the records, so it is always tried again.
    fn open(&mut self) -> Result<(), Fault> {
        if !self.ready {
            self.opened = true;
            let opened = self.guarded(|destination| destination.open());
            opened.map_err(|fault| Fault { cause: Cause::Temporary, delivered: 0, ..fault })?;
            self.ready = true;
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
            let range = progress.next(&cargo, &self.batch);
            let goes_on = match self.attempt(&batch.slice(range.clone()), cargo.bytes(&range)) {
                Ok(()) => {
                    progress.finish(range.end);
                    true
                }
                Err(fault) => self.cope(&mut progress, &records, range, &fault),
            };
            if !goes_on || !self.has_more(&cargo, &progress) {
                break;
            }
        }
        drop(records);
        self.load = Load { cargo, progress };
        self.let_go();
    }

    /// Is there another batch to deliver, and nothing more urgent?
    fn has_more(&self, cargo: &Cargo, progress: &Progress) -> bool {
        let (inside, now) = (self.shared.lock(), Instant::now());
        let over = inside.closed || inside.requests.close.is_some_and(|end| now >= end);
        let urgent = over || !inside.requests.commands.is_empty() || now >= self.next_tick;
        progress.is_ready(cargo, &self.batch) && !urgent
    }

    /// One attempt to deliver a batch of `bytes` bytes.
    fn attempt(&mut self, batch: &Batch<'_>, bytes: usize) -> Result<(), Fault> {
        if self.attempts() > 0 {
            self.shared.lock().count(|row| row.retried += 1);
        }
        // While it has failed over this is a probe, which may hang: what comes meanwhile passes it by.
        let probes = self.trouble.as_ref().is_some_and(|trouble| trouble.failed_over);
        if probes {
            self.shared.lock().vitals.probing = true;
        }
        let attempted = self.attempt_timed(batch);
        if probes {
            self.shared.lock().vitals.probing = false;
        }
        self.delivered(batch.len(), bytes, attempted?);
        Ok(())
    }

    fn attempt_timed(&mut self, batch: &Batch<'_>) -> Result<Duration, Fault> {
        self.open()?;
        let start = Instant::now();
        self.guarded(|destination| destination.deliver(batch))?;
        Ok(start.elapsed())
    }

    /// So many records are delivered: it is well.
    fn delivered(&mut self, records: usize, bytes: usize, took: Duration) {
        (self.trouble, self.panics) = (None, 0);
        let mut inside = self.shared.lock();
        inside.settle(records as u64, |row, records| row.delivered += records);
        let vitals = &mut inside.vitals;
        (vitals.failing, vitals.failed_over) = (false, false);
        vitals.batches += 1;
        vitals.largest_batch = vitals.largest_batch.max(records as u64);
        vitals.bytes += bytes as u64;
        vitals.last_delivery = Some(took);
    }

    /// Deals with the records of `range` after a fault; `true` if the next attempt can be made at once.
    fn cope(&mut self, progress: &mut Progress, records: &[Record<'_>], range: Range<usize>, fault: &Fault) -> bool {
        let delivered = fault.delivered.min(range.len());
        if delivered > 0 {
            self.shared.lock().settle(delivered as u64, |row, records| row.delivered += records);
            progress.finish(range.start + delivered);
            if let Some(trouble) = &mut self.trouble {
                trouble.backoff.other_records();
            }
        }
        let rest = range.start + delivered..range.end;
        match fault.cause {
            Cause::Temporary => self.wait_or_give_up(progress, records, rest, fault),
            Cause::Permanent => self.isolate(progress, records, rest, fault),
            Cause::Panic => self.survive(progress, records, rest, fault),
        }
    }

    /// The batch is tried again later, unless it had all its attempts. Always ends the present delivery.
    fn wait_or_give_up(
        &mut self,
        progress: &mut Progress,
        records: &[Record<'_>],
        rest: Range<usize>,
        fault: &Fault,
    ) -> bool {
        self.ready = false;
        let attempts = self.attempts() + 1;
        if self.failed(&fault.message) {
            for record in &records[rest.clone()] {
                self.bury(OwnedRecord::from(record), &fault.message, attempts);
            }
            progress.finish(rest.end);
        }
        false
    }

    /// The batch will never be accepted: it is halved until one record is left, which becomes a dead letter.
    fn isolate(&mut self, progress: &mut Progress, records: &[Record<'_>], rest: Range<usize>, fault: &Fault) -> bool {
        match rest.len() {
            0 => self.note_error(&fault.message),
            1 => {
                self.note_error(&fault.message);
                self.bury(OwnedRecord::from(&records[rest.start]), &fault.message, self.attempts() + 1);
                progress.finish(rest.end);
            }
            _ => progress.halve(rest),
        }
        true
    }

    /// The destination panicked. The first time, the batch is tried once more after a wait. If it panics again and
    /// nobody takes over, the batch is halved until the record is found at which it panics, and that one is dropped;
    /// if it panics at everything, the whole batch is dropped.
    fn survive(&mut self, progress: &mut Progress, records: &[Record<'_>], rest: Range<usize>, fault: &Fault) -> bool {
        self.panics += 1;
        let taken_over = self.trouble.as_ref().is_some_and(|trouble| trouble.failed_over) || self.takeover().is_some();
        if self.panics == 1 || taken_over {
            return self.wait_or_give_up(progress, records, rest, fault);
        }
        self.note_error(&fault.message);
        if rest.len() > 1 && self.panics < MOST_PANICS {
            progress.halve(rest);
            return true;
        }
        let end = if self.panics < MOST_PANICS { rest.end } else { progress.batch_end(&rest) };
        let dropped = (end - rest.start) as u64;
        self.shared.lock().settle_dropped(DropReason::Panic, dropped, Instant::now());
        progress.finish(end);
        if self.panics >= MOST_PANICS {
            _ = self.failed(&fault.message);
        }
        self.panics < MOST_PANICS
    }

    /// A record becomes a dead letter.
    pub(super) fn bury(&mut self, record: OwnedRecord, reason: &str, attempts: u32) {
        let letter = DeadLetter {
            destination: self.shared.name.clone(),
            reason: reason.to_owned(),
            time: (self.shared.clock)(),
            attempts,
            record,
        };
        let file = self.shared.lock().dead.settings().file.clone();
        if let Some(file) = file
            && let Err(error) = dead_file::append(&file, &letter)
        {
            self.note_error(&format!("cannot write the dead letter to {}: {error}", file.display()));
        }
        let mut inside = self.shared.lock();
        if !inside.closed {
            inside.settle(1, |row, records| row.dead_lettered += records);
            inside.dead.push(letter);
        }
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
        _ = self.failed(&fault.message);
    }
}
