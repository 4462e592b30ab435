//! A batch that goes out in several parts.

use crate::{Failure, FailureClass, Refusal};
use std::ops::Range;
use std::time::Duration;

/// What a batch comes to that goes out in several parts, one after the other, each of which is answered by itself: a request
/// for each record, or requests that are kept below a size.
///
/// ```
/// use tracework_core::{Failure, FailureClass::Permanent, Parts, Refusal};
///
/// let mut parts = Parts::of(4);
/// let bad = Refusal { at: 0, class: Permanent, reason: "too large".into() };
/// assert!(parts.add(0..2, Err(Failure::partial(vec![bad]))), "the next part may go");
/// assert!(!parts.add(2..4, Err(Failure::temporary("connection refused"))), "no more may go");
///
/// // The first is refused for good, the second was taken, the last two are tried again.
/// let failure = parts.finish().unwrap_err();
/// assert_eq!(failure.refusals().iter().map(|refusal| refusal.at).collect::<Vec<_>>(), [0, 2, 3]);
/// ```
#[derive(Debug)]
pub struct Parts {
    records: usize,
    refused: Vec<Refusal>,
    wait: Option<Duration>,
    failed: Option<(usize, Failure)>,
}

impl Parts {
    /// A batch of so many records, of which nothing went out yet.
    #[must_use]
    pub const fn of(records: usize) -> Self {
        Self { records, refused: Vec::new(), wait: None, failed: None }
    }

    /// Notes what the part came to that holds the records of `range`; what it refused is counted from the start of the batch. A
    /// part that holds one record and is refused for good is that record's refusal.
    ///
    /// Whether the next part may go: not after one that failed as a whole, since records would overtake others.
    pub fn add(&mut self, range: Range<usize>, answer: Result<(), Failure>) -> bool {
        let alone = range.len() == 1 && self.records > 1;
        match answer {
            Ok(()) => {}
            Err(failure) if !failure.refusals().is_empty() => {
                self.refused.extend_from_slice(failure.refusals());
                self.wait = self.wait.max(failure.wait());
            }
            Err(failure) if alone && failure.class() == FailureClass::Permanent => {
                let (class, reason) = (FailureClass::Permanent, failure.to_string());
                self.refused.push(Refusal { at: range.start, class, reason });
            }
            Err(failure) => self.failed = Some((range.start, failure)),
        }
        self.failed.is_none()
    }

    /// What the whole batch came to. What a failed part held, and all behind it, is tried again.
    ///
    /// # Errors
    ///
    /// Records were refused, or a part failed.
    pub fn finish(self) -> Result<(), Failure> {
        let Self { records, mut refused, mut wait, failed } = self;
        match failed {
            None if refused.is_empty() => return Ok(()),
            None => {}
            Some((first, failure)) if refused.is_empty() => {
                let delivered = first + failure.delivered();
                return Err(failure.after(delivered));
            }
            Some((first, failure)) => {
                let rest = first + failure.delivered()..records;
                let again = |at| Refusal { at, class: FailureClass::Temporary, reason: failure.to_string() };
                refused.extend(rest.map(again));
                wait = wait.max(failure.wait());
            }
        }
        refused.sort_by_key(|refusal| refusal.at);
        let partial = Failure::partial(refused);
        Err(match wait {
            Some(wait) => partial.retry_after(wait),
            None => partial,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use FailureClass::{Permanent, Temporary};

    fn refusal(at: usize, class: FailureClass) -> Refusal {
        Refusal { at, class, reason: "no".into() }
    }

    fn places(failure: &Failure) -> Vec<(usize, FailureClass)> {
        failure.refusals().iter().map(|refusal| (refusal.at, refusal.class)).collect()
    }

    #[test]
    fn what_was_taken_in_all_parts_is_delivered() {
        let mut parts = Parts::of(4);
        assert!(parts.add(0..2, Ok(())) && parts.add(2..4, Ok(())));
        assert!(parts.finish().is_ok());
        assert!(Parts::of(0).finish().is_ok());
    }

    #[test]
    fn a_part_that_fails_leaves_what_was_before_it_delivered() {
        let mut parts = Parts::of(4);
        assert!(parts.add(0..2, Ok(())));
        assert!(!parts.add(2..4, Err(Failure::permanent("too large").after(1))));
        let failure = parts.finish().expect_err("it failed");
        assert_eq!((failure.delivered(), failure.class()), (3, Permanent));
        assert!(failure.refusals().is_empty());
    }

    #[test]
    fn refusals_of_all_parts_are_gathered_in_order() {
        let mut parts = Parts::of(6);
        let wait = Duration::from_secs(7);
        assert!(parts.add(0..2, Err(Failure::partial(vec![refusal(1, Permanent)]))));
        assert!(parts.add(2..4, Ok(())));
        let busy = Failure::partial(vec![refusal(5, Temporary), refusal(4, Permanent)]).retry_after(wait);
        assert!(parts.add(4..6, Err(busy)));
        let failure = parts.finish().expect_err("some were refused");
        assert_eq!(places(&failure), [(1, Permanent), (4, Permanent), (5, Temporary)]);
        assert_eq!(failure.wait(), Some(wait));
    }

    #[test]
    fn behind_refusals_a_part_that_fails_is_refused_for_a_time_with_all_that_follow() {
        let mut parts = Parts::of(5);
        assert!(parts.add(0..3, Err(Failure::partial(vec![refusal(0, Permanent)]))));
        assert!(!parts.add(3..5, Err(Failure::permanent("too large"))));
        let failure = parts.finish().expect_err("it failed");
        assert_eq!(places(&failure), [(0, Permanent), (3, Temporary), (4, Temporary)]);
        assert_eq!(failure.refusals()[2].reason, "too large");
    }

    #[test]
    fn a_part_of_one_record_that_is_refused_for_good_holds_up_no_other() {
        let mut parts = Parts::of(3);
        assert!(parts.add(0..1, Ok(())));
        assert!(parts.add(1..2, Err(Failure::permanent("too large"))));
        assert!(!parts.add(2..3, Err(Failure::temporary("busy"))));
        let failure = parts.finish().expect_err("one was refused");
        assert_eq!(places(&failure), [(1, Permanent), (2, Temporary)]);
    }
}
