//! The Plan: which records go where. Immutable, numbered by its generation, and swapped as one.

mod compile;
mod configured;
mod explain;
mod guests;
mod names;
mod query;
mod raise;
mod recorder;
mod route;
mod spec;
mod stages;
mod switches;
mod verdict;

pub use compile::PlanError;
pub(crate) use compile::{check_name, meant};
pub use configured::Source;
pub use explain::{Explanation, Why};
pub use guests::Guest;
pub(crate) use guests::{Seated, switch_guests};
pub use names::ReservedNames;
pub use query::{CallsiteQuery, Query, SpanQuery};
pub use raise::{Raise, TemporaryLevel};
pub use recorder::{RecorderKey, RecorderSpec};
pub(crate) use route::Unknown;
pub use route::roles;
pub(crate) use spec::{Attached, spool_folder};
pub use spec::{Described, PlanSpec, RouteSpec, Temporary};
pub(crate) use stages::Ways;
pub use switches::{CallsitePattern, CallsiteSwitch};
pub use verdict::{CallsiteShape, Verdict};

use crate::redact::Redactor;
use stages::Stages;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tracework_core::{Limits, Metadata, SeveritySet};
use tracework_rules::Rule;

/// A set of destinations of one plan, a bit each.
pub(crate) type Mask = u64;

/// The immutable whole: destinations, routes, levels, filters, enrichers. Start, reload and every call of
/// [`Control`](crate::Control) make one and swap it for the one before; there is no second way.
#[derive(Debug)]
pub struct Plan {
    generation: u32,
    spec: PlanSpec,
    routes: Vec<(Rule, Mask)>,
    default: Mask,
    enabled: Mask,
    metadata: Arc<Metadata>,
    redactor: Arc<Redactor>,
    stages: Stages,
    recorder_to: Mask,
    /// The destinations whose queues are full and hold up callers.
    pub(crate) congested: AtomicU64,
}

impl Plan {
    /// How many destinations a plan can have.
    pub const MAX_DESTINATIONS: usize = 64;

    /// Its number: each plan's is higher than the one's before.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// What it was made of.
    #[must_use]
    pub fn spec(&self) -> &PlanSpec {
        &self.spec
    }

    /// How large a record may become.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.spec.limits
    }

    /// The severities of spans that are captured.
    #[must_use]
    pub fn spans(&self) -> SeveritySet {
        self.spec.spans
    }

    /// What hides secrets.
    #[must_use]
    pub fn redactor(&self) -> &Arc<Redactor> {
        &self.redactor
    }

    /// Does nothing get routed yet, because the config is still to come?
    pub(crate) fn is_holding(&self) -> bool {
        self.spec.hold.is_some()
    }

    pub(crate) fn metadata(&self) -> &Arc<Metadata> {
        &self.metadata
    }

    pub(crate) fn destinations(&self) -> &[Arc<Attached>] {
        &self.spec.destinations
    }

    /// The destinations in `mask`, each with its place.
    pub(crate) fn each(&self, mut mask: Mask) -> impl Iterator<Item = (usize, &Arc<Attached>)> {
        std::iter::from_fn(move || {
            (mask != 0).then(|| {
                let place = mask.trailing_zeros() as usize;
                mask &= mask - 1;
                (place, &self.spec.destinations[place])
            })
        })
    }

    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.spec.destinations.iter().position(|destination| destination.name == name)
    }
}
