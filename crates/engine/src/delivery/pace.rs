//! How fast a destination is handed records, as a pure calculation: it is told the time and never looks at a clock.

use std::time::{Duration, Instant};
use tracework_core::{BatchSettings, LimitSettings, Rate};

/// No batch is larger than what may go in this time, so that a limit is kept evenly.
const EVENLY: Duration = Duration::from_secs(1);

/// Two buckets that fill evenly: of records, and of bytes. A batch goes when neither owes anything, and may leave them
/// owing.
#[derive(Debug)]
pub(super) struct Pace {
    pub(super) settings: LimitSettings,
    /// When the next batch may go.
    free_at: Instant,
}

impl Pace {
    pub(super) fn new(settings: LimitSettings, now: Instant) -> Self {
        Self { settings, free_at: now }
    }

    /// Until when to wait, if it must.
    pub(super) fn waits_until(&self, now: Instant) -> Option<Instant> {
        (self.is_set() && self.free_at > now).then_some(self.free_at)
    }

    fn is_set(&self) -> bool {
        self.settings != LimitSettings::default()
    }

    /// Batches no larger than the limits allow in a second, nor smaller than one record.
    pub(super) fn bounded(&self, mut batch: BatchSettings) -> BatchSettings {
        if let Some(rate) = self.settings.records {
            batch.records = batch.records.min(at_once(rate));
        }
        if let Some(rate) = self.settings.bytes {
            batch.bytes = batch.bytes.min(at_once(rate));
        }
        batch
    }

    /// A batch goes.
    pub(super) fn spend(&mut self, records: usize, bytes: usize, now: Instant) {
        let costs = [(self.settings.records, records), (self.settings.bytes, bytes)];
        let longest = costs.into_iter().filter_map(|(rate, count)| rate.map(|rate| time_for(count, rate))).max();
        if let Some(time) = longest {
            self.free_at = self.free_at.max(now) + time;
        }
    }
}

/// How long so many take.
fn time_for(count: usize, rate: Rate) -> Duration {
    let nanos = rate.per.as_nanos().saturating_mul(count as u128) / u128::from(rate.count.max(1));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)).min(Duration::from_secs(24 * 3600))
}

/// How many go in a second, one at least.
fn at_once(rate: Rate) -> usize {
    let count = u128::from(rate.count) * EVENLY.as_nanos() / rate.per.as_nanos().max(1);
    usize::try_from(count).unwrap_or(usize::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_any_time_no_more_goes_than_the_rate_and_one_batch() {
        let start = Instant::now();
        let limit = LimitSettings { records: Some(Rate::per_second(100)), bytes: Some(Rate::per_second(5_000)) };
        let mut pace = Pace::new(limit, start);
        let batch = pace.bounded(BatchSettings::default());
        assert_eq!((batch.records, batch.bytes), (100, 5_000));
        let (mut now, mut records, mut bytes) = (start, 0, 0);
        while now < start + Duration::from_secs(10) {
            match pace.waits_until(now) {
                Some(at) => now = at,
                None => {
                    pace.spend(20, 1_250, now);
                    (records, bytes) = (records + 20, bytes + 1_250);
                }
            }
        }
        assert!((50_000..=52_500).contains(&bytes), "the bytes bound it: {bytes}");
        assert_eq!(records, bytes / 1_250 * 20);
    }

    #[test]
    fn what_was_not_used_is_not_saved() {
        let start = Instant::now();
        let ten_a_minute = Rate { count: 10, per: Duration::from_secs(60) };
        let mut pace = Pace::new(LimitSettings { records: Some(ten_a_minute), bytes: None }, start);
        assert_eq!(pace.bounded(BatchSettings::default()).records, 1);
        let later = start + Duration::from_secs(3_600);
        pace.spend(1, 0, later);
        assert_eq!(pace.waits_until(later), Some(later + Duration::from_secs(6)));
        pace.settings = LimitSettings::default();
        assert_eq!(pace.waits_until(later), None, "a limit that is taken away holds nothing up");
    }
}
