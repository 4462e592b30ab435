//! A destination on its way into a plan, with everything that is set for it.

mod pace;
mod settings;
mod spool;

pub use pace::{BreakerSettings, Concurrency, LimitSettings, Rate};
pub use settings::{
    BatchSettings, BufferSettings, DeadLetterSettings, DestinationSettings, GiveUp, Overflow, RetrySettings, TagFilter,
};
pub use spool::{Delivery, DiskSettings, Fsync};

use crate::{Destination, Filter, Format, KindSet, NamedFilter, Severity, SeveritySet, StatefulFilter};
use std::sync::Arc;

/// A destination on its way into a plan, with its format and its settings. Every [`Destination`] becomes one by the
/// methods of [`Attach`].
pub struct Attachment {
    /// The destination, not yet opened.
    pub destination: Box<dyn Destination>,
    /// Its format; `None` takes the one that its type usually has.
    pub format: Option<Box<dyn Format>>,
    /// Everything else.
    pub settings: DestinationSettings,
}

impl std::fmt::Debug for Attachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attachment")
            .field("destination", &self.destination.name())
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl<D: Destination> From<D> for Attachment {
    fn from(destination: D) -> Self {
        let format = destination.usual_format();
        let settings = DestinationSettings { batch: destination.usual_batch(), ..DestinationSettings::default() };
        Self { destination: Box::new(destination), format, settings }
    }
}

/// What can be set for any destination, each call giving back the whole for the next one.
///
/// ```
/// use tracework_core::{Attach, Batch, Destination, Failure, Overflow, Severity};
///
/// struct Nowhere;
/// impl Destination for Nowhere {
///     fn name(&self) -> &'static str { "nowhere" }
///     fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> { Ok(()) }
/// }
///
/// let attachment = Nowhere.level(Severity::WARNING).when_full(Overflow::DropOldest).failover("console");
/// assert_eq!(attachment.settings.failover.as_deref(), Some("console"));
/// ```
pub trait Attach: Into<Attachment> {
    /// Takes this severity and everything more serious.
    fn level(self, least: Severity) -> Attachment {
        self.set(|settings| settings.levels = Some(SeveritySet::at_least(least)))
    }

    /// Takes these severities only. `log.level` does not widen them.
    fn levels(self, only: impl IntoIterator<Item = Severity>) -> Attachment {
        let only = only.into_iter().collect();
        self.set(|settings| {
            settings.levels = Some(only);
            settings.exact_levels = true;
        })
    }

    /// Takes these kinds only.
    fn kinds(self, kinds: KindSet) -> Attachment {
        self.set(|settings| settings.kinds = kinds)
    }

    /// Encodes by this format.
    fn format(self, format: impl Format) -> Attachment {
        let mut attachment = self.into();
        attachment.format = Some(Box::new(format));
        attachment
    }

    /// Takes only what the filter keeps; several must all keep it.
    fn filter(self, filter: impl Filter) -> Attachment {
        self.set(|settings| settings.filters.push(Arc::new(filter)))
    }

    /// Takes only what a filter with a memory keeps, under this name in reports; several are asked in this order.
    fn stateful_filter(self, name: &str, filter: impl StatefulFilter) -> Attachment {
        let filter = NamedFilter::new(name, filter);
        self.set(|settings| settings.stateful.push(filter))
    }

    /// Takes only records with the right tags.
    fn tags(self, tags: TagFilter) -> Attachment {
        self.set(|settings| settings.tags = tags)
    }

    /// Starts switched on or off.
    fn enabled(self, enabled: bool) -> Attachment {
        self.set(|settings| settings.enabled = enabled)
    }

    /// What waits in memory for it takes this many bytes at the most.
    fn memory(self, bytes: usize) -> Attachment {
        self.set(|settings| settings.buffer.memory = bytes)
    }

    /// What happens when its queue is full.
    fn when_full(self, overflow: Overflow) -> Attachment {
        self.set(|settings| settings.buffer.when_full = overflow)
    }

    /// Keeps each record on disk until it is delivered: it is delivered at least once. Callers wait when the disk buffer
    /// is full, unless [`when_full`](Attach::when_full) says otherwise afterwards.
    fn spool(self, disk: DiskSettings) -> Attachment {
        self.set(|settings| {
            settings.disk = Some(disk);
            settings.delivery = Delivery::AtLeastOnce;
            settings.buffer.when_full = Overflow::Block { limit: None };
        })
    }

    /// Writes to disk what memory has no room for. Nothing is synced.
    fn spill(self, disk: DiskSettings) -> Attachment {
        self.set(|settings| settings.disk = Some(disk))
    }

    /// How records are put together for it.
    fn batch(self, batch: BatchSettings) -> Attachment {
        self.set(|settings| settings.batch = batch)
    }

    /// How often a failed delivery is tried again.
    fn retry(self, retry: RetrySettings) -> Attachment {
        self.set(|settings| settings.retry = retry)
    }

    /// When it counts as down.
    fn breaker(self, breaker: BreakerSettings) -> Attachment {
        self.set(|settings| settings.breaker = breaker)
    }

    /// How fast it is handed records.
    fn limit(self, limit: LimitSettings) -> Attachment {
        self.set(|settings| settings.limit = limit)
    }

    /// How many batches it gets at once.
    fn concurrency(self, concurrency: Concurrency) -> Attachment {
        self.set(|settings| settings.concurrency = concurrency)
    }

    /// The destination that takes over while this one fails.
    fn failover(self, name: impl Into<String>) -> Attachment {
        let name = name.into();
        self.set(|settings| settings.failover = Some(name))
    }

    /// Where records go that no delivery will ever accept.
    fn dead_letters(self, dead_letters: DeadLetterSettings) -> Attachment {
        self.set(|settings| settings.dead_letters = dead_letters)
    }

    /// Changes the settings.
    fn set(self, change: impl FnOnce(&mut DestinationSettings)) -> Attachment {
        let mut attachment = self.into();
        change(&mut attachment.settings);
        attachment
    }
}

impl<T: Into<Attachment>> Attach for T {}
