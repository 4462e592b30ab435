//! What a format is set to, and what it keeps between records while that stays so.

use super::{Leaves, Settled, Sites};
use crate::time::Stamp;
use crate::{Names, Zone};
use tracework_core::Description;

/// The names and the zone that a format is set to, and what it keeps between records as long as they stay so. A clone
/// is set to the same and has nothing kept yet.
#[derive(Debug)]
pub(crate) struct Setup<K> {
    names: Names,
    zone: Zone,
    kept: Option<Box<K>>,
}

impl<K> Default for Setup<K> {
    fn default() -> Self {
        Self { names: Names::default(), zone: Zone::utc(), kept: None }
    }
}

impl<K> Clone for Setup<K> {
    fn clone(&self) -> Self {
        Self { names: self.names.clone(), zone: self.zone.clone(), kept: None }
    }
}

impl<K> Setup<K> {
    pub(crate) fn zone(self, zone: Zone) -> Self {
        Self { zone, kept: None, ..self }
    }

    pub(crate) fn names(self, names: Names) -> Self {
        Self { names, kept: None, ..self }
    }

    pub(crate) fn write_event_ids(&mut self) {
        self.names.usually_event_id();
        self.kept = None;
    }

    /// The same with nothing kept: something else that it is made by has changed.
    pub(crate) fn afresh(self) -> Self {
        Self { kept: None, ..self }
    }

    /// The names, and what is kept, made by `make` the first time.
    #[inline]
    pub(crate) fn kept(&mut self, make: impl FnOnce(Stamp) -> K) -> (&Names, &mut K) {
        let Self { names, zone, kept } = self;
        (names, kept.get_or_insert_with(|| Box::new(make(Stamp::new(zone.clone())))))
    }

    /// The zone as a text, equal for equal ones.
    pub(crate) fn zone_identity(&self) -> &str {
        self.zone.name()
    }

    /// Says the zone, as a config would.
    pub(crate) fn say_zone(&self, description: Description) -> Description {
        description.unless_usual("zone", self.zone.name(), "UTC")
    }

    /// Says the names, as a config would.
    pub(crate) fn say_names(&self, description: Description) -> Description {
        self.names.say(description)
    }

    /// Says the zone and the names, as a config would.
    pub(crate) fn say(&self, description: Description) -> Description {
        self.names.say(self.say_zone(description))
    }

    /// Both as a text, equal for equal ones.
    pub(crate) fn identity(&self) -> String {
        format!("{} {}", self.zone.name(), self.names.identity())
    }
}

/// What most formats keep: something for each callsite, for each span with all around it, and for the metadata.
#[derive(Debug)]
pub(crate) struct Kept<S, A, M> {
    pub(crate) stamp: Stamp,
    pub(crate) sites: Sites<S>,
    pub(crate) leaves: Leaves<A>,
    pub(crate) settled: Settled<M>,
}

impl<S, A, M> Kept<S, A, M> {
    pub(crate) fn new(stamp: Stamp) -> Self {
        Self { stamp, sites: Sites::default(), leaves: Leaves::default(), settled: Settled::default() }
    }
}
