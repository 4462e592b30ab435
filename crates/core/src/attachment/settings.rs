//! What is set for a destination beside what its own type knows.

use super::{BreakerSettings, Concurrency, Delivery, DiskSettings, LimitSettings};
use crate::{Filter, KindSet, NamedFilter, SeveritySet};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What is set for a destination beside what its own type knows.
#[derive(Clone)]
pub struct DestinationSettings {
    /// The severities it takes; `None` takes the program's level.
    pub levels: Option<SeveritySet>,
    /// Are the levels exact? Then `log.level` and temporary levels do not widen them.
    pub exact_levels: bool,
    /// The kinds it takes.
    pub kinds: KindSet,
    /// Is it switched on?
    pub enabled: bool,
    /// Filters that must all keep a record.
    pub filters: Vec<Arc<dyn Filter>>,
    /// Filters with a memory, asked in this order about what all of the above let pass.
    pub stateful: Vec<NamedFilter>,
    /// The tags it asks for.
    pub tags: TagFilter,
    /// Its queue.
    pub buffer: BufferSettings,
    /// Its disk buffer, if it has one. It is opened with the destination, and not changed while that runs.
    pub disk: Option<DiskSettings>,
    /// What is promised of each record.
    pub delivery: Delivery,
    /// How records are put together for it.
    pub batch: BatchSettings,
    /// How often a failed delivery is tried again.
    pub retry: RetrySettings,
    /// When it counts as down.
    pub breaker: BreakerSettings,
    /// How fast it is handed records.
    pub limit: LimitSettings,
    /// How many batches it gets at once.
    pub concurrency: Concurrency,
    /// The destination that takes over while this one fails.
    pub failover: Option<String>,
    /// Where records go that no delivery will ever accept.
    pub dead_letters: DeadLetterSettings,
}

impl DestinationSettings {
    /// Are both the same, the filters without a memory apart, which cannot be compared?
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let Self { levels, exact_levels, kinds, enabled, filters: _, stateful, .. } = self;
        let Self { disk, delivery, .. } = self;
        let Self { tags, buffer, batch, retry, breaker, limit, concurrency, failover, dead_letters, .. } = self;
        stateful.len() == other.stateful.len()
            && stateful.iter().zip(&other.stateful).all(|(own, other)| own.equals(other))
            && *levels == other.levels
            && *exact_levels == other.exact_levels
            && *kinds == other.kinds
            && *enabled == other.enabled
            && *tags == other.tags
            && *buffer == other.buffer
            && *disk == other.disk
            && *delivery == other.delivery
            && *batch == other.batch
            && *retry == other.retry
            && *breaker == other.breaker
            && *limit == other.limit
            && *concurrency == other.concurrency
            && *failover == other.failover
            && *dead_letters == other.dead_letters
    }
}

impl Default for DestinationSettings {
    fn default() -> Self {
        Self {
            levels: None,
            exact_levels: false,
            kinds: KindSet::ALL,
            enabled: true,
            filters: Vec::new(),
            stateful: Vec::new(),
            tags: TagFilter::default(),
            buffer: BufferSettings::default(),
            disk: None,
            delivery: Delivery::default(),
            batch: BatchSettings::default(),
            retry: RetrySettings::default(),
            breaker: BreakerSettings::default(),
            limit: LimitSettings::default(),
            concurrency: Concurrency::default(),
            failover: None,
            dead_letters: DeadLetterSettings::default(),
        }
    }
}

impl fmt::Debug for DestinationSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DestinationSettings")
            .field("levels", &self.levels)
            .field("enabled", &self.enabled)
            .field("filters", &self.filters.len())
            .field("stateful", &self.stateful)
            .field("tags", &self.tags)
            .field("buffer", &self.buffer)
            .field("batch", &self.batch)
            .field("retry", &self.retry)
            .field("failover", &self.failover)
            .finish_non_exhaustive()
    }
}

/// Which tags a record must and must not have. Empty lists ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagFilter {
    /// At least one of these.
    pub any: Vec<String>,
    /// Each of these.
    pub all: Vec<String>,
    /// None of these.
    pub none: Vec<String>,
}

impl TagFilter {
    /// Does it ask for nothing?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.any.is_empty() && self.all.is_empty() && self.none.is_empty()
    }

    /// Does `record` have the right tags?
    #[must_use]
    pub fn keeps(&self, record: &crate::Record<'_>) -> bool {
        self.is_empty()
            || ((self.any.is_empty() || record.tags().any(|tag| self.any.iter().any(|wanted| wanted == tag)))
                && self.all.iter().all(|wanted| record.has_tag(wanted))
                && !record.tags().any(|tag| self.none.iter().any(|refused| refused == tag)))
    }
}

/// The queue of a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferSettings {
    /// Bytes of memory that waiting records may hold.
    pub memory: usize,
    /// What happens when that is reached.
    pub when_full: Overflow,
}

impl Default for BufferSettings {
    /// 8 MiB, then callers wait for one second at the most.
    fn default() -> Self {
        Self { memory: 8 << 20, when_full: Overflow::default() }
    }
}

/// What happens to a record whose destination's queue is full. It concerns that destination alone: the others get
/// the record all the same. Every record dropped is counted, and said in the destination's own stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// The caller waits until there is room. Nothing is lost, and a destination that hangs holds up the threads that
    /// log to it. With a limit, a stall costs callers that much time once, counted from when the queue became full;
    /// until it has room again, records for it are then dropped without waiting.
    ///
    /// A block with a limit of one second is the default: a disk that is busy for a moment loses nothing, and one
    /// that hangs does not take the program with it.
    Block {
        /// The longest that one stall may hold up callers; `None` is for ever.
        limit: Option<Duration>,
    },
    /// The new record is dropped. What is in the queue is the beginning of the trouble, which is often where the cause
    /// is told; what follows is lost.
    DropNewest,
    /// The oldest record in the queue is dropped. The queue holds the most recent past, as a flight recorder does.
    DropOldest,
    /// The least serious records in the queue are dropped first, the oldest of them first: errors outlive a flood of
    /// details. Costs a pass over the queue when it is full.
    DropLowest,
}

impl Default for Overflow {
    fn default() -> Self {
        Self::Block { limit: Some(Duration::from_secs(1)) }
    }
}

/// How records are put together for a delivery: it begins when one of the three is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchSettings {
    /// This many records.
    pub records: usize,
    /// This many encoded bytes.
    pub bytes: usize,
    /// This long after the first of them came; zero delivers what there is.
    pub every: Duration,
}

impl Default for BatchSettings {
    /// Whatever is there, in pieces of at most 256 KiB.
    fn default() -> Self {
        Self { records: usize::MAX, bytes: 256 << 10, every: Duration::ZERO }
    }
}

/// How often, and for how long, a temporary failure is tried again. The waits double from `first` to `max`, each
/// shortened by up to a half at random so that programs do not come back together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetrySettings {
    /// The wait before the second attempt.
    pub first: Duration,
    /// The longest wait.
    pub max: Duration,
    /// When the records become dead letters, or are handed to the failover if there is one.
    pub give_up: GiveUp,
}

impl Default for RetrySettings {
    /// From half a second up to a minute, without end.
    fn default() -> Self {
        Self { first: Duration::from_millis(500), max: Duration::from_secs(60), give_up: GiveUp::Never }
    }
}

/// When to stop trying. A destination with a failover hands over after its first failed attempt that a retry did not
/// mend, whatever stands here, and goes on trying on the side until it is well again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GiveUp {
    /// Never: what waits is bounded by the queue.
    Never,
    /// After so many attempts.
    Attempts(u32),
    /// After this long.
    After(Duration),
}

/// Where records are kept that no delivery will ever accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetterSettings {
    /// How many are kept in memory; the oldest make room.
    pub records: usize,
    /// Bytes of memory that they may hold.
    pub bytes: usize,
    /// A file that they are also appended to, a JSON object a line, from which they can be replayed.
    pub file: Option<PathBuf>,
}

impl Default for DeadLetterSettings {
    /// 1,000 records, 1 MiB, no file.
    fn default() -> Self {
        Self { records: 1_000, bytes: 1 << 20, file: None }
    }
}
