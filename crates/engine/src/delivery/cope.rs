//! What becomes of the records of a delivery that failed.

use super::attempt::{Cause, Fault};
use super::load::Cargo;
use super::progress::Progress;
use super::worker::Worker;
use crate::ledger::DropReason;
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Instant;
use tracework_core::{FailureClass, OwnedRecord, Record, Refusal};

/// So many panics without a successful delivery between them are not caused by one record.
const MOST_PANICS: u32 = 32;

/// What is being delivered.
#[derive(Clone, Copy)]
pub(super) struct Lot<'a> {
    pub(super) cargo: &'a Cargo,
    pub(super) records: &'a [Record<'a>],
}

impl Worker {
    /// Deals with the records of `range` after a fault; `true` if the next attempt can be made at once.
    pub(super) fn cope(&mut self, progress: &mut Progress, lot: Lot<'_>, range: Range<usize>, fault: &Fault) -> bool {
        if !fault.refusals.is_empty() {
            return self.sort_out(progress, lot, range, fault);
        }
        let delivered = fault.delivered.min(range.len());
        if delivered > 0 {
            self.count_delivered(delivered);
            progress.finish(range.start + delivered);
            if let Some(trouble) = &mut self.trouble {
                trouble.backoff.other_records();
            }
        }
        let rest = range.start + delivered..range.end;
        match fault.cause {
            Cause::Temporary => self.wait_or_give_up(progress, lot, rest, fault),
            Cause::Permanent => self.isolate(progress, lot, rest, fault),
            Cause::Panic => self.survive(progress, lot, rest, fault),
        }
    }

    /// So many records were delivered, of a batch that failed.
    pub(super) fn count_delivered(&self, records: usize) {
        self.shared.lock().settle(records as u64, |row, records| row.delivered += records);
    }

    /// The batch is tried again later, unless it had all its attempts. Always ends the present delivery.
    fn wait_or_give_up(&mut self, progress: &mut Progress, lot: Lot<'_>, rest: Range<usize>, fault: &Fault) -> bool {
        self.ready = false;
        let attempts = self.attempts() + 1;
        if self.failed(fault, fault.delivered > 0) {
            for record in &lot.records[rest.clone()] {
                self.bury(OwnedRecord::from(record), &fault.message, attempts);
            }
            progress.finish(rest.end);
        }
        false
    }

    /// Some records were refused one by one, and all others taken: the permanent ones become dead letters, each with
    /// its own reason, and only the temporary ones are tried again.
    fn sort_out(&mut self, progress: &mut Progress, lot: Lot<'_>, range: Range<usize>, fault: &Fault) -> bool {
        let refused = by_place(&fault.refusals, range.len());
        let (taken, attempts) = (range.len() - refused.len(), self.attempts() + 1);
        let (temporary, permanent): (Vec<_>, Vec<_>) =
            refused.into_iter().partition(|(_, refusal)| refusal.class == FailureClass::Temporary);
        for (at, refusal) in permanent {
            self.bury(OwnedRecord::from(&lot.records[range.start + at]), &refusal.reason, attempts);
        }
        if temporary.is_empty() {
            // That it knows good records from bad ones shows that it is well.
            self.delivered(taken, lot.cargo.bytes(&range), None);
            self.note_error(&fault.message);
            progress.keep(range, Vec::new());
            return true;
        }
        self.count_delivered(taken);
        let mut left: Vec<Range<usize>> = Vec::new();
        let gives_up = self.failed(fault, taken > 0);
        for (at, refusal) in temporary {
            let place = range.start + at;
            match left.last_mut() {
                _ if gives_up => self.bury(OwnedRecord::from(&lot.records[place]), &refusal.reason, attempts),
                Some(last) if last.end == place => last.end += 1,
                _ => left.push(place..place + 1),
            }
        }
        progress.keep_together(range, left);
        false
    }

    /// The batch will never be accepted: it is halved until one record is left, which becomes a dead letter.
    fn isolate(&mut self, progress: &mut Progress, lot: Lot<'_>, rest: Range<usize>, fault: &Fault) -> bool {
        match rest.len() {
            0 => self.note_error(&fault.message),
            1 => {
                self.note_error(&fault.message);
                self.bury(OwnedRecord::from(&lot.records[rest.start]), &fault.message, self.attempts() + 1);
                progress.finish(rest.end);
            }
            _ => progress.halve(rest),
        }
        true
    }

    /// The destination panicked. The first time, the batch is tried once more after a wait. If it panics again and
    /// nobody takes over, the batch is halved until the record is found at which it panics, and that one is dropped;
    /// if it panics at everything, the whole batch is dropped. Where nothing may be lost the one becomes a dead letter,
    /// and at one that panics at everything all wait.
    fn survive(&mut self, progress: &mut Progress, lot: Lot<'_>, rest: Range<usize>, fault: &Fault) -> bool {
        self.panics += 1;
        let taken_over = self.trouble.as_ref().is_some_and(|trouble| trouble.failed_over) || self.takeover().is_some();
        let keeps = self.shared.lock().queue.has_all();
        if self.panics == 1 || taken_over || (keeps && self.panics >= MOST_PANICS) {
            return self.wait_or_give_up(progress, lot, rest, fault);
        }
        self.note_error(&fault.message);
        if rest.len() > 1 && self.panics < MOST_PANICS {
            progress.halve(rest);
            return true;
        }
        if keeps && rest.len() == 1 {
            self.bury(OwnedRecord::from(&lot.records[rest.start]), &fault.message, self.attempts() + 1);
            progress.finish(rest.end);
            return true;
        }
        let end = if self.panics < MOST_PANICS { rest.end } else { progress.batch_end(&rest) };
        let dropped = (end - rest.start) as u64;
        self.shared.lock().settle_dropped(DropReason::Panic, dropped, Instant::now());
        progress.finish(end);
        if self.panics >= MOST_PANICS {
            _ = self.failed(fault, false);
        }
        self.panics < MOST_PANICS
    }
}

/// The refusals by their places in a batch of `records` records, in order, one for each place: a permanent one counts
/// more. Those of places that the batch does not have are left out.
pub(super) fn by_place(refusals: &[Refusal], records: usize) -> BTreeMap<usize, &Refusal> {
    let mut by_place = BTreeMap::new();
    for refusal in refusals.iter().filter(|refusal| refusal.at < records) {
        let place = by_place.entry(refusal.at).or_insert(refusal);
        if place.class == FailureClass::Temporary {
            *place = refusal;
        }
    }
    by_place
}
