//! So many in a time, and no more.

use super::{FilterKey, KEYS, Table, keep_telling, nanos, written};
use std::time::Duration;
use tracework_core::{Decision, Description, Record, StatefulFilter, Timestamp};

/// Keeps so many records in a time, for each key. What is over is dropped; the first record that is kept again says how
/// many there were: `suppressed: 120` in its metadata.
///
/// It is GCRA, a token bucket that needs one time for each key: a bucket of [`RateLimit::burst`] tokens that fills at the
/// rate, evenly.
///
/// ```
/// use std::time::Duration;
/// use tracework_engine::{FilterKey, RateLimit};
///
/// let limit = RateLimit::new(100, Duration::from_secs(1)).burst(500).by(FilterKey::parse(["context.user_id"])?);
/// # drop(limit);
/// # Ok::<(), tracework_rules::RuleError>(())
/// ```
#[derive(Debug)]
pub struct RateLimit {
    key: FilterKey,
    limit: u64,
    per: Duration,
    burst: u64,
    /// Nanoseconds between two records at the rate.
    interval: i64,
    table: Table<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    /// When the bucket will be full again.
    full_at: i64,
    suppressed: u64,
}

impl RateLimit {
    /// `limit` records in the time `per`, for each callsite; as many at once. At least one.
    #[must_use]
    pub fn new(limit: u64, per: Duration) -> Self {
        let limit = limit.max(1);
        let interval = nanos(per) / i64::try_from(limit).unwrap_or(i64::MAX);
        Self {
            key: FilterKey::callsite(),
            limit,
            per,
            burst: limit,
            interval: interval.max(1),
            table: Table::new(KEYS),
        }
    }

    /// As many may come at once, when none came for long. At least one; without this, as many as in a whole time.
    #[must_use]
    pub fn burst(mut self, burst: u64) -> Self {
        self.burst = burst.max(1);
        self
    }

    /// What records are told apart by; without this, their callsites.
    #[must_use]
    pub fn by(mut self, key: FilterKey) -> Self {
        self.key = key;
        self
    }

    /// How many keys are remembered, up to 2^20; without this, 4,096. Of more, the one that was not seen for the longest
    /// time is forgotten, and begins with a full bucket when it comes again.
    #[must_use]
    pub fn keys(mut self, most: usize) -> Self {
        self.table = Table::new(most);
        self
    }

    fn window(&self) -> i64 {
        self.interval.saturating_mul(i64::try_from(self.burst).unwrap_or(i64::MAX))
    }
}

impl StatefulFilter for RateLimit {
    fn decide(&mut self, record: &Record<'_>, now: Timestamp) -> Decision {
        let (key, window) = (self.key.of_record(record), self.window());
        let bucket = self.table.entry(key, || Bucket { full_at: now.0, suppressed: 0 }).value;
        // An emptied bucket is full after one window; a later time was set by a clock that was ahead.
        let full_at = bucket.full_at.clamp(now.0, now.0.saturating_add(window));
        let next = full_at.saturating_add(self.interval);
        if next.saturating_sub(now.0) > window {
            (bucket.full_at, bucket.suppressed) = (full_at, bucket.suppressed + 1);
            return Decision::Drop;
        }
        bucket.full_at = next;
        keep_telling(&mut bucket.suppressed)
    }

    fn forgotten(&self) -> u64 {
        self.table.forgotten()
    }

    fn describe(&self) -> String {
        let Self { key, limit, per, burst, .. } = self;
        format!(
            "{{ type: rate, limit: {limit}, per: {}, burst: {burst}, by: [{key}], keys: {} }}",
            written(*per),
            self.table.most()
        )
    }

    fn identity(&self) -> Option<String> {
        Some(self.describe())
    }

    fn as_config(&self) -> Option<Description> {
        let description = Description::new("rate").with("limit", self.limit).with("per", self.per);
        let description = description.with("burst", self.burst).with("by", self.key.parts());
        Some(description.unless_usual("keys", self.table.most(), KEYS))
    }
}
