//! When to try again, as a pure calculation: it is told the time and never looks at a clock.

use crate::clock::later;
use std::time::{Duration, Instant};
use tracework_core::{GiveUp, RetrySettings};

/// The shortest wait, whatever is set: a wait of nothing would keep a core busy.
const LEAST: Duration = Duration::from_millis(1);

/// The waits between the attempts to deliver a batch.
#[derive(Debug)]
pub(super) struct Backoff {
    settings: RetrySettings,
    attempts: u32,
    step: u32,
    since: Option<Instant>,
    random: u64,
}

/// What to do after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Try again then.
    Retry(Instant),
    /// Give up on these records; the next ones may be tried then.
    GiveUp(Instant),
}

impl Backoff {
    /// A backoff whose chance begins with `seed`.
    pub(super) fn new(settings: RetrySettings, seed: u64) -> Self {
        Self { settings, attempts: 0, step: 0, since: None, random: seed | 1 }
    }

    /// Takes new settings; they hold from the next failure on.
    pub(super) fn set(&mut self, settings: RetrySettings) {
        self.settings = settings;
    }

    /// How many attempts with the same records failed.
    pub(super) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// One more attempt failed. The next one comes after `asked` at the earliest, if the destination asked for that.
    pub(super) fn failed(&mut self, now: Instant, asked: Option<Duration>) -> Verdict {
        self.attempts = self.attempts.saturating_add(1);
        let since = *self.since.get_or_insert(now);
        let next = later(now, self.wait().max(asked.unwrap_or_default()));
        let over = match self.settings.give_up {
            GiveUp::Never => false,
            GiveUp::Attempts(most) => self.attempts >= most,
            GiveUp::After(longest) => now.saturating_duration_since(since) >= longest,
        };
        if over { Verdict::GiveUp(next) } else { Verdict::Retry(next) }
    }

    /// The next attempt is made with other records: they have all their attempts before them, but the waits stay long.
    pub(super) fn other_records(&mut self) {
        (self.attempts, self.since) = (0, None);
    }

    /// Doubles from the first wait to the longest, shortened by up to a half at random.
    fn wait(&mut self) -> Duration {
        let longest = self.settings.max.max(LEAST);
        let whole = self.settings.first.max(LEAST).saturating_mul(1 << self.step.min(30)).min(longest);
        self.step = self.step.saturating_add(1);
        let half = u64::try_from(whole.as_nanos() / 2).unwrap_or(u64::MAX);
        whole - Duration::from_nanos(self.chance() % half.saturating_add(1))
    }

    /// Marsaglia's xorshift: plenty for spreading waits.
    fn chance(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(give_up: GiveUp) -> RetrySettings {
        RetrySettings { first: Duration::from_millis(100), max: Duration::from_secs(1), give_up }
    }

    fn waits(backoff: &mut Backoff, count: usize) -> Vec<Duration> {
        let now = Instant::now();
        (0..count)
            .map(|_| match backoff.failed(now, None) {
                Verdict::Retry(at) | Verdict::GiveUp(at) => at - now,
            })
            .collect()
    }

    #[test]
    fn waits_double_up_to_the_longest_less_at_most_a_half() {
        for seed in 0..50 {
            let waits = waits(&mut Backoff::new(settings(GiveUp::Never), seed), 40);
            for (at, wait) in waits.iter().enumerate() {
                let whole = Duration::from_millis(100).saturating_mul(1 << at.min(10)).min(Duration::from_secs(1));
                assert!(*wait <= whole && *wait >= whole / 2, "wait {at} is {wait:?}");
            }
        }
    }

    #[test]
    fn different_seeds_wait_differently() {
        let one = waits(&mut Backoff::new(settings(GiveUp::Never), 3), 5);
        assert_ne!(one, waits(&mut Backoff::new(settings(GiveUp::Never), 5), 5));
    }

    #[test]
    fn gives_up_after_so_many_attempts_or_so_long() {
        let now = Instant::now();
        let mut counted = Backoff::new(settings(GiveUp::Attempts(2)), 1);
        assert!(matches!(counted.failed(now, None), Verdict::Retry(_)));
        assert!(matches!(counted.failed(now, None), Verdict::GiveUp(_)));
        counted.other_records();
        assert!(matches!(counted.failed(now, None), Verdict::Retry(_)));

        let mut timed = Backoff::new(settings(GiveUp::After(Duration::from_secs(5))), 1);
        assert!(matches!(timed.failed(now, None), Verdict::Retry(_)));
        assert!(matches!(timed.failed(now + Duration::from_secs(4), None), Verdict::Retry(_)));
        assert!(matches!(timed.failed(now + Duration::from_secs(5), None), Verdict::GiveUp(_)));
    }

    #[test]
    fn a_wait_of_nothing_is_still_a_wait() {
        let none = RetrySettings { first: Duration::ZERO, max: Duration::ZERO, give_up: GiveUp::Never };
        assert!(waits(&mut Backoff::new(none, 1), 3).iter().all(|wait| *wait >= LEAST / 2));
    }
}
