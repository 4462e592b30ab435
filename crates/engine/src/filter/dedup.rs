//! Repetitions folded together.

use super::{FilterKey, KEYS, Table, nanos, written};
use std::time::Duration;
use tracework_core::{Decision, Description, Mark, Record, StatefulFilter, Timestamp};

/// Folds repetitions together: the first record goes on at once, and of those that repeat it within the window only the
/// last, when the window ends, with their number in its metadata: `repeated: 41`.
///
/// Records repeat each other that come from one callsite and have the same message and fields; [`Dedup::by`] looks at
/// less. With [`Dedup::keys`] of one, any other record ends the repetition too, as syslog does it: the last one then
/// goes before that other record.
///
/// ```
/// use std::time::Duration;
/// use tracework_engine::{Dedup, FilterKey};
///
/// let dedup = Dedup::within(Duration::from_secs(10)).by(FilterKey::parse(["callsite", "field.host"])?);
/// # drop(dedup);
/// # Ok::<(), tracework_rules::RuleError>(())
/// ```
#[derive(Debug)]
pub struct Dedup {
    key: FilterKey,
    window: Duration,
    table: Table<Seen>,
}

#[derive(Debug)]
struct Seen {
    /// When the first one came.
    since: i64,
    /// Repetitions that no record has told of yet.
    repeated: u64,
}

impl Dedup {
    /// Repetitions are those within `window` after the first.
    #[must_use]
    pub fn within(window: Duration) -> Self {
        Self { key: FilterKey::content(), window, table: Table::new(KEYS) }
    }

    /// What makes a record a repetition of another.
    #[must_use]
    pub fn by(mut self, key: FilterKey) -> Self {
        self.key = key;
        self
    }

    /// How many keys are remembered, up to 2^20; without this, 4,096. Of more, the one that was not seen for the longest
    /// time is forgotten: what is held for it goes on, and when it comes again it counts as new.
    #[must_use]
    pub fn keys(mut self, most: usize) -> Self {
        self.table = Table::new(most);
        self
    }
}

impl StatefulFilter for Dedup {
    fn decide(&mut self, record: &Record<'_>, now: Timestamp) -> Decision {
        let (key, window) = (self.key.of_record(record), nanos(self.window));
        let found = self.table.entry(key, || Seen { since: now.0, repeated: 0 });
        if !found.known {
            return match found.evicted {
                Some((before, seen)) if seen.repeated > 0 => Decision::KeepAfter(before),
                _ => Decision::Keep,
            };
        }
        let seen = found.value;
        // A little earlier than the first is as good as at the same time: threads meet. Much earlier, the clock was set.
        let age = now.0.saturating_sub(seen.since).max(0);
        if age >= window || seen.since.saturating_sub(now.0) > window {
            let told = std::mem::take(&mut seen.repeated);
            seen.since = now.0;
            return if told > 0 { Decision::KeepAfter(key) } else { Decision::Keep };
        }
        seen.repeated += 1;
        Decision::Hold {
            slot: key,
            within: Duration::from_nanos((window - age).unsigned_abs()),
            mark: Mark { key: "repeated", number: seen.repeated },
        }
    }

    fn released(&mut self, slot: u64) {
        if let Some(seen) = self.table.get_mut(slot) {
            seen.repeated = 0;
        }
    }

    fn forgotten(&self) -> u64 {
        self.table.forgotten()
    }

    fn describe(&self) -> String {
        let most = self.table.most();
        format!("{{ type: dedup, window: {}, by: [{}], keys: {most} }}", written(self.window), self.key)
    }

    fn identity(&self) -> Option<String> {
        Some(self.describe())
    }

    fn as_config(&self) -> Option<Description> {
        let description = Description::new("dedup").with("window", self.window).with("by", self.key.parts());
        Some(description.unless_usual("keys", self.table.most(), KEYS))
    }
}
