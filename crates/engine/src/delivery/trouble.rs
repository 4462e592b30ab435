//! A destination that fails: when it is tried again, and who takes over meanwhile.

use super::backoff::{Backoff, Verdict};
use super::worker::Worker;
use crate::selflog::{self, FailureReport, SelfLogSource};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};
use tracework_core::FailureClass;

/// The longest wait between attempts once it is to close, since little time may be left.
const LAST_WAIT: Duration = Duration::from_millis(100);

/// A destination's trouble, from its first failed attempt to its next successful one.
pub(super) struct Trouble {
    pub(super) backoff: Backoff,
    /// When it is tried again.
    pub(super) retry_at: Instant,
    /// Its records go to the failover meanwhile.
    pub(super) failed_over: bool,
}

impl Worker {
    /// An attempt failed in a way that time may heal. `true` if the records are to be given up.
    ///
    /// With a failover, the second failed attempt hands over; so does the first, if there is no time or no attempt
    /// left. Records are given up only where nobody can take them.
    pub(super) fn failed(&mut self, message: &str) -> bool {
        let now = Instant::now();
        let retry = self.shared.lock().requests.retry;
        let mut trouble = self.trouble.take().unwrap_or_else(|| Trouble {
            backoff: Backoff::new(retry, RandomState::new().build_hasher().finish()),
            retry_at: now,
            failed_over: false,
        });
        trouble.backoff.set(retry);
        let verdict = trouble.backoff.failed(now);
        let (Verdict::Retry(at) | Verdict::GiveUp(at)) = verdict;
        trouble.retry_at = if self.draining { at.min(now + LAST_WAIT) } else { at };
        let over = matches!(verdict, Verdict::GiveUp(_));
        let hands_over = trouble.backoff.attempts() > 1 || over || self.draining;
        trouble.failed_over = (trouble.failed_over || hands_over) && self.takeover().is_some();
        let give_up = over && !trouble.failed_over;
        if give_up {
            trouble.backoff.other_records();
        }
        self.note_error(message);
        let mut inside = self.shared.lock();
        inside.vitals.failing = true;
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
