//! Handing several batches over at once, of which any may arrive before any other.

use super::attempt::{Cause, Fault};
use super::cope::{Lot, by_place};
use super::progress::{Progress, halves};
use super::worker::Worker;
use std::ops::Range;
use std::time::{Duration, Instant};
use tracework_core::{Batch, Failure, FailureClass, OwnedRecord};

/// What is to be tried again after several batches.
#[derive(Default)]
struct Rest {
    left: Vec<Range<usize>>,
    /// Of those, the ranges that time may heal, each with what was said of it.
    temporary: Vec<(Range<usize>, String)>,
    /// The failure that says most about when to try again.
    fault: Option<Fault>,
    /// Were any records taken?
    progressed: bool,
}

impl Worker {
    /// Delivers these ranges, which follow each other, at once; `true` if the next attempt can be made at once.
    pub(super) fn deliver_several(
        &mut self,
        progress: &mut Progress,
        lot: Lot<'_>,
        all: &Batch<'_>,
        ranges: &[Range<usize>],
    ) -> bool {
        let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else { return false };
        let window = first.start..last.end;
        let (answers, took) = match self.hand_several(all, lot, ranges) {
            Ok(answered) => answered,
            Err(fault) => {
                progress.keep(window.clone(), ranges.to_vec());
                return self.cope(progress, lot, first.clone(), &fault);
            }
        };
        let tried = answers.len().min(ranges.len());
        let mut rest = Rest::default();
        for (range, answer) in ranges.iter().zip(answers) {
            self.sort(&mut rest, lot, range, answer);
        }
        rest.left.extend(ranges[tried..].iter().cloned());
        let Some(fault) = rest.fault else {
            self.width.answered(tried, took);
            progress.keep(window, rest.left);
            // A destination that answers for none of them is not asked the same again at once.
            return tried > 0;
        };
        self.width.failed();
        let attempts = self.attempts() + 1;
        if self.failed(&fault, rest.progressed) {
            for (range, reason) in &rest.temporary {
                lot.records[range.clone()]
                    .iter()
                    .for_each(|record| self.bury(OwnedRecord::from(record), reason, attempts));
            }
            rest.left.retain(|range| !rest.temporary.iter().any(|(given_up, _)| given_up == range));
        }
        progress.keep(window, rest.left);
        false
    }

    /// One call for all of them.
    fn hand_several(
        &mut self,
        all: &Batch<'_>,
        lot: Lot<'_>,
        ranges: &[Range<usize>],
    ) -> Result<(Vec<Result<(), Failure>>, Duration), Fault> {
        self.open()?;
        let batches: Vec<_> = ranges.iter().map(|range| all.slice(range.clone())).collect();
        let start = Instant::now();
        for range in ranges {
            self.pace.spend(range.len(), lot.cargo.bytes(range), start);
        }
        let mut answers = Vec::new();
        self.guarded(|destination| {
            answers = destination.deliver_several(&batches);
            Ok(())
        })?;
        Ok((answers, start.elapsed()))
    }

    /// Counts what became of one batch, and notes what of it is to be tried again.
    fn sort(&mut self, rest: &mut Rest, lot: Lot<'_>, range: &Range<usize>, answer: Result<(), Failure>) {
        let Err(failure) = answer else {
            rest.progressed = true;
            return self.delivered(range.len(), lot.cargo.bytes(range), None);
        };
        let fault = Fault::of(&failure);
        self.tell(&fault.message, failure.class(), false);
        if !fault.refusals.is_empty() {
            return self.sort_refused(rest, lot, range, fault);
        }
        let delivered = fault.delivered.min(range.len());
        rest.progressed |= delivered > 0;
        self.count_delivered(delivered);
        let left = range.start + delivered..range.end;
        match (fault.cause, left.len()) {
            (_, 0) => self.note_error(&fault.message),
            (Cause::Permanent, 1) => {
                self.note_error(&fault.message);
                self.bury(OwnedRecord::from(&lot.records[left.start]), &fault.message, self.attempts() + 1);
            }
            (Cause::Permanent, _) => rest.left.extend(halves(left)),
            _ => rest.put_off([left], fault),
        }
    }

    fn sort_refused(&mut self, rest: &mut Rest, lot: Lot<'_>, range: &Range<usize>, fault: Fault) {
        let refused = by_place(&fault.refusals, range.len());
        let mut left: Vec<Range<usize>> = Vec::new();
        rest.progressed |= refused.len() < range.len();
        self.count_delivered(range.len() - refused.len());
        for (at, refusal) in refused {
            let place = range.start + at;
            match left.last_mut() {
                _ if refusal.class == FailureClass::Permanent => {
                    self.bury(OwnedRecord::from(&lot.records[place]), &refusal.reason, self.attempts() + 1);
                }
                Some(last) if last.end == place => last.end += 1,
                _ => left.push(place..place + 1),
            }
        }
        if left.is_empty() { self.note_error(&fault.message) } else { rest.put_off(left, fault) }
    }
}

impl Rest {
    /// These are tried again later.
    fn put_off(&mut self, ranges: impl IntoIterator<Item = Range<usize>>, fault: Fault) {
        for range in ranges {
            self.temporary.push((range.clone(), fault.message.clone()));
            self.left.push(range);
        }
        if self.fault.as_ref().is_none_or(|other| other.wait < fault.wait) {
            self.fault = Some(fault);
        }
    }
}
