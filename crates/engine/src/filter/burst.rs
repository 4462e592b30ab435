//! The first few of each period, then one in so many.

use super::{FilterKey, KEYS, Table, keep_telling, nanos, written};
use std::time::Duration;
use tracework_core::{Decision, Description, Record, StatefulFilter, Timestamp};

/// Keeps the first records of each period, then one in so many of the rest, for each key. The one that is kept says how
/// many were not since the one before: `suppressed: 99` in its metadata.
///
/// ```
/// use std::time::Duration;
/// use tracework_engine::Burst;
///
/// let burst = Burst::first(10, Duration::from_secs(1)).then_one_in(100);
/// # drop(burst);
/// ```
#[derive(Debug)]
pub struct Burst {
    key: FilterKey,
    first: u64,
    period: Duration,
    /// Of the rest, one in so many; none if 0.
    then: u64,
    table: Table<Period>,
}

#[derive(Debug)]
struct Period {
    since: i64,
    count: u64,
    suppressed: u64,
}

impl Burst {
    /// The first `first` of each `period` of a callsite, and no others.
    #[must_use]
    pub fn first(first: u64, period: Duration) -> Self {
        Self { key: FilterKey::callsite(), first, period, then: 0, table: Table::new(KEYS) }
    }

    /// Of the rest, one in `many`; none if 0.
    #[must_use]
    pub fn then_one_in(mut self, many: u64) -> Self {
        self.then = many;
        self
    }

    /// What records are told apart by; without this, their callsites.
    #[must_use]
    pub fn by(mut self, key: FilterKey) -> Self {
        self.key = key;
        self
    }

    /// How many keys are remembered, up to 2^20; without this, 4,096. Of more, the one that was not seen for the longest
    /// time is forgotten, and begins a new period when it comes again.
    #[must_use]
    pub fn keys(mut self, most: usize) -> Self {
        self.table = Table::new(most);
        self
    }
}

impl StatefulFilter for Burst {
    fn decide(&mut self, record: &Record<'_>, now: Timestamp) -> Decision {
        let (key, length) = (self.key.of_record(record), nanos(self.period));
        let period = self.table.entry(key, || Period { since: now.0, count: 0, suppressed: 0 }).value;
        let age = now.0.saturating_sub(period.since);
        // A period begins with the first record after the one before. Far back, the clock was set.
        if age >= length || age < -length {
            (period.since, period.count) = (now.0, 0);
        }
        period.count += 1;
        let rest = period.count.saturating_sub(self.first);
        if rest > 0 && (self.then == 0 || !rest.is_multiple_of(self.then)) {
            period.suppressed += 1;
            return Decision::Drop;
        }
        keep_telling(&mut period.suppressed)
    }

    fn forgotten(&self) -> u64 {
        self.table.forgotten()
    }

    fn describe(&self) -> String {
        let Self { key, first, period, then, .. } = self;
        format!(
            "{{ type: burst, first: {first}, per: {}, then_one_in: {then}, by: [{key}], keys: {} }}",
            written(*period),
            self.table.most()
        )
    }

    fn identity(&self) -> Option<String> {
        Some(self.describe())
    }

    fn as_config(&self) -> Option<Description> {
        let description = Description::new("burst").with("first", self.first).with("per", self.period);
        let description = description.with_some("then_one_in", (self.then > 0).then_some(self.then));
        let description = description.with("by", self.key.parts());
        Some(description.unless_usual("keys", self.table.most(), KEYS))
    }
}
