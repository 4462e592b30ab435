//! Filters that remember what they saw.

use crate::{Description, Record, Timestamp};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Keeps or rejects a record by what it saw before: a rate limit, a sampler, one that folds repetitions together.
///
/// The engine's thread owns it and makes every call, in the order of the records' times, and only for records that
/// would be delivered otherwise. So it needs no lock, and costs whoever emits nothing. It must not wait. What it panics
/// with is caught and counted, and the record is kept.
///
/// Whatever it remembers must have a bound.
///
/// ```
/// use tracework_core::{Decision, Record, StatefulFilter, Timestamp};
///
/// /// Keeps every other record.
/// struct EveryOther(bool);
///
/// impl StatefulFilter for EveryOther {
///     fn decide(&mut self, _: &Record<'_>, _: Timestamp) -> Decision {
///         self.0 = !self.0;
///         if self.0 { Decision::Keep } else { Decision::Drop }
///     }
/// }
/// ```
pub trait StatefulFilter: Send + 'static {
    /// What becomes of `record`. `now` is its time, or the time of the engine if that is earlier: a record that claims
    /// to come from the future does not move a window there. Times may go back when the clock is set.
    fn decide(&mut self, record: &Record<'_>, now: Timestamp) -> Decision;

    /// What was held under `slot` has left, because its time was over, its memory was needed, or somebody flushed.
    fn released(&mut self, slot: u64) {
        let _ = slot;
    }

    /// How many keys it forgot because there were too many.
    fn forgotten(&self) -> u64 {
        0
    }

    /// What it does, in the words of whoever wrote it, as `explain` tells it.
    fn describe(&self) -> String {
        "a filter of the program's".to_owned()
    }

    /// A text that is equal for filters that do the same: when a plan is changed and has an equal filter of the same
    /// name at the same place, that one goes on with what it remembers. `None` always begins anew.
    fn identity(&self) -> Option<String> {
        None
    }

    /// What a config says to make it once more. `None` if it cannot be said; the running plan is then written down
    /// without it, and that is told.
    fn as_config(&self) -> Option<Description> {
        None
    }
}

impl<F: FnMut(&Record<'_>, Timestamp) -> Decision + Send + 'static> StatefulFilter for F {
    fn decide(&mut self, record: &Record<'_>, now: Timestamp) -> Decision {
        self(record, now)
    }
}

impl StatefulFilter for Box<dyn StatefulFilter> {
    fn decide(&mut self, record: &Record<'_>, now: Timestamp) -> Decision {
        self.as_mut().decide(record, now)
    }

    fn released(&mut self, slot: u64) {
        self.as_mut().released(slot);
    }

    fn forgotten(&self) -> u64 {
        self.as_ref().forgotten()
    }

    fn describe(&self) -> String {
        self.as_ref().describe()
    }

    fn identity(&self) -> Option<String> {
        self.as_ref().identity()
    }

    fn as_config(&self) -> Option<Description> {
        self.as_ref().as_config()
    }
}

/// What becomes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// It goes on.
    Keep,
    /// It goes on with a number among its metadata.
    KeepWith(Mark),
    /// It goes on, and what is held under this slot goes before it.
    KeepAfter(u64),
    /// It goes no further, and is counted as suppressed.
    Drop,
    /// It waits, in a copy. What waits under the same slot goes no further, and is counted as suppressed: of many, only
    /// the last leaves.
    Hold {
        /// A number of the filter's choice.
        slot: u64,
        /// How long it waits at the most; the longest of a slot is set by the first that is held there. A flush, a
        /// shutdown, the filter's removal and a lack of memory end it sooner.
        within: Duration,
        /// What it carries when it leaves.
        mark: Mark,
    },
}

/// A number that a filter adds to the metadata of a record: `repeated: 41`, `suppressed: 120`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its name.
    pub key: &'static str,
    /// The number.
    pub number: u64,
}

/// What a filter did so far. `kept + suppressed + held` is the number of records that it was asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FilterCounts {
    /// Records that went on.
    pub kept: u64,
    /// Records that went no further.
    pub suppressed: u64,
    /// Records that wait.
    pub held: u64,
    /// Keys that were forgotten because there were too many.
    pub forgotten: u64,
}

/// A [`StatefulFilter`] with its name, on its way into a plan and in it. Clones are the same filter.
#[derive(Clone)]
pub struct NamedFilter(Arc<Inner>);

struct Inner {
    name: String,
    description: String,
    identity: Option<String>,
    as_config: Option<Description>,
    /// Until the engine's thread takes it.
    filter: Mutex<Option<Box<dyn StatefulFilter>>>,
    counts: Mutex<FilterCounts>,
}

impl NamedFilter {
    /// A filter under a name, by which reports tell it.
    pub fn new(name: impl Into<String>, filter: impl StatefulFilter) -> Self {
        Self::boxed(name, Box::new(filter))
    }

    /// [`NamedFilter::new`] of a filter whose type is not known.
    pub fn boxed(name: impl Into<String>, filter: Box<dyn StatefulFilter>) -> Self {
        Self(Arc::new(Inner {
            name: name.into(),
            description: filter.describe(),
            identity: filter.identity(),
            as_config: filter.as_config(),
            filter: Mutex::new(Some(filter)),
            counts: Mutex::default(),
        }))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What it does: [`StatefulFilter::describe`].
    #[must_use]
    pub fn describe(&self) -> &str {
        &self.0.description
    }

    /// What a config says to make it once more: [`StatefulFilter::as_config`].
    #[must_use]
    pub fn as_config(&self) -> Option<&Description> {
        self.0.as_config.as_ref()
    }

    /// Are both the same one?
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Would both do the same, so that one can go on for the other?
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self.is(other)
            || self.0.identity.is_some() && self.0.name == other.0.name && self.0.identity == other.0.identity
    }

    /// What it did so far, as of the engine's last pass.
    #[must_use]
    pub fn counts(&self) -> FilterCounts {
        *self.0.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what it did so far: for whoever runs it.
    pub fn set_counts(&self, counts: FilterCounts) {
        *self.0.counts.lock().unwrap_or_else(PoisonError::into_inner) = counts;
    }

    /// The filter itself, for whoever runs it; `None` if it was taken before.
    #[must_use]
    pub fn take(&self) -> Option<Box<dyn StatefulFilter>> {
        self.0.filter.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Gives the filter back, so that it goes on when it comes into a plan again.
    pub fn give_back(&self, filter: Box<dyn StatefulFilter>) {
        *self.0.filter.lock().unwrap_or_else(PoisonError::into_inner) = Some(filter);
    }
}

impl fmt::Debug for NamedFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NamedFilter").field(&self.name()).field(&self.describe()).finish()
    }
}
