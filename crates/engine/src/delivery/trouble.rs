//! A destination that fails: when it is tried again, and who takes over meanwhile.

use super::attempt::Fault;
use super::backoff::{Backoff, Verdict};
use super::worker::Worker;
use crate::clock::later;
use crate::selflog::{self, FailureReport, SelfLogSource};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};
use tracework_core::{Failure, FailureClass};

/// The longest wait between attempts once it is to close, since little time may be left.
const LAST_WAIT: Duration = Duration::from_millis(100);

/// A destination's trouble, from its first failed attempt to its next successful one.
pub(super) struct Trouble {
    pub(super) backoff: Backoff,
    /// When it is tried again.
    pub(super) retry_at: Instant,
    /// Until when the destination asked to be left alone: nothing shortens that.
    asked: Instant,
    /// Failed attempts in a row of which nothing was taken.
    failures: u32,
    /// Is the breaker open, so that each attempt is a probe?
    pub(super) is_open: bool,
    /// Its records go to the failover meanwhile.
    pub(super) failed_over: bool,
}

impl Trouble {
    /// There is a reason to try again at once.
    pub(super) fn hurry(&mut self, now: Instant) {
        self.retry_at = now.max(self.asked);
    }
}

impl Worker {
    /// An attempt failed in a way that time may heal. `true` if the records are to be given up. Some of them were
    /// taken all the same if it `progressed`.
    ///
    /// As many failed attempts as are set open the breaker. With a failover, that hands over; so does an attempt after
    /// which there is no time or no attempt left. Records are given up only where nobody can take them.
    pub(super) fn failed(&mut self, fault: &Fault, progressed: bool) -> bool {
        let now = Instant::now();
        let (retry, breaker) = {
            let inside = self.shared.lock();
            (inside.requests.retry, inside.requests.breaker)
        };
        let mut trouble = self.trouble.take().unwrap_or_else(|| Trouble {
            backoff: Backoff::new(retry, RandomState::new().build_hasher().finish()),
            retry_at: now,
            asked: now,
            failures: 0,
            is_open: false,
            failed_over: false,
        });
        trouble.backoff.set(retry);
        let asked = fault.wait.map(|wait| wait.min(Failure::LONGEST_WAIT));
        trouble.asked = now + asked.unwrap_or_default();
        let verdict = trouble.backoff.failed(now, asked);
        let (Verdict::Retry(at) | Verdict::GiveUp(at)) = verdict;
        trouble.failures = if progressed { 1 } else { trouble.failures.saturating_add(1) };
        trouble.is_open |= trouble.failures >= breaker.after.max(1);
        trouble.retry_at = match breaker.probe_every.filter(|_| trouble.is_open) {
            Some(every) => later(now, every).max(trouble.asked),
            None => at,
        };
        if self.draining {
            trouble.hurry(trouble.retry_at.min(now + LAST_WAIT));
        }
        let over = matches!(verdict, Verdict::GiveUp(_));
        let hands_over = trouble.is_open || over || self.draining;
        trouble.failed_over = (trouble.failed_over || hands_over) && self.takeover().is_some();
        let give_up = over && !trouble.failed_over;
        if give_up {
            trouble.backoff.other_records();
        }
        if trouble.is_open {
            self.width.reset();
        }
        self.note_error(&fault.message);
        let time = (self.shared.clock)();
        let mut inside = self.shared.lock();
        inside.vitals.failed(trouble.failures, trouble.is_open, time);
        inside.vitals.failed_over = trouble.failed_over;
        drop(inside);
        self.trouble = Some(trouble);
        give_up
    }

    /// How many attempts with the present records failed.
    pub(super) fn attempts(&self) -> u32 {
        self.trouble.as_ref().map_or(0, |trouble| trouble.backoff.attempts())
    }

    /// Tells the program's handlers of a failed call.
    pub(super) fn tell(&self, message: &str, class: FailureClass, panicked: bool) {
        if let Some(log) = selflog::own() {
            log.notifier.failed(&self.shared.name, || FailureReport {
                message: message.to_owned(),
                class,
                panicked,
                at: (self.shared.clock)(),
            });
        }
    }

    /// An error to be seen in its health.
    pub(super) fn note_error(&self, message: &str) {
        selflog::note(SelfLogSource::Destination(self.shared.name.clone()), message);
        let at = (self.shared.clock)();
        self.shared.lock().vitals.error(message, at);
    }
}
