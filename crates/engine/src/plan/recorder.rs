//! What a flight recorder does.

use super::{Mask, Plan, PlanError, PlanSpec};
use crate::FilterKey;
use std::time::Duration;
use tracework_core::{Record, Severity, nearest};
use tracework_rules::Rule;

/// A flight recorder: keeps the latest records of each request in memory, and writes them only when something goes wrong
/// in it. What it writes are the program's own records, marked with `recorded: true` in their metadata.
///
/// ```
/// use tracework_engine::{Control, RecorderSpec};
///
/// let control = Control::new();
/// control.set_recorder(Some(RecorderSpec { records: 100, ..RecorderSpec::default() }))?;
/// # Ok::<(), tracework_engine::PlanError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RecorderSpec {
    /// What belongs together.
    pub by: RecorderKey,
    /// The least severity that is kept. Callsites down to it are captured, and cost what a record costs that is
    /// delivered to nobody.
    pub level: Severity,
    /// The records that have the others of their key written.
    pub when: Rule,
    /// The destinations that get them, whatever their levels are; if there are none, those that the record reached that
    /// had them written, but for those with exact levels.
    pub to: Vec<String>,
    /// How many records are kept of a key, the latest.
    pub records: usize,
    /// Bytes of memory that all of them may take. Of more, the key goes first that had no record for the longest time.
    pub memory: usize,
    /// How many keys are kept, by the same rule.
    pub keys: usize,
    /// How long a key is kept that has no new record. One of a span ends a second after the span is closed.
    pub age: Duration,
}

/// Which records belong together.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RecorderKey {
    /// Those inside the same outermost span: of a task, of a request.
    Root,
    /// Those inside the same span of this name, the innermost.
    Span(String),
    /// Those with the same values.
    Value(FilterKey),
}

impl Default for RecorderSpec {
    /// DEBUG and above of the outermost spans, written at an ERROR where that goes: 200 records a key, 1,024 keys, 16 MiB,
    /// five minutes.
    fn default() -> Self {
        let when = Rule::parse("level >= ERROR");
        Self {
            by: RecorderKey::Root,
            level: Severity::DEBUG,
            when: when.unwrap_or_else(|error| unreachable!("a rule that is tested: {error}")),
            to: Vec::new(),
            records: 200,
            memory: 16 << 20,
            keys: 1024,
            age: Duration::from_secs(300),
        }
    }
}

/// Where the recorder's `to` leads.
pub(super) fn lookup(spec: &PlanSpec) -> Result<Mask, PlanError> {
    let to = spec.recorder.iter().flat_map(|recorder| &recorder.to);
    to.into_iter().try_fold(0, |mask: Mask, name| {
        let place = spec.destinations.iter().position(|destination| destination.name == *name);
        place.map(|place| mask | 1 << place).ok_or_else(|| PlanError::UnknownDestination {
            name: name.clone(),
            at: "the recorder".into(),
            nearest: nearest(name, spec.destinations()).map(str::to_owned),
        })
    })
}

impl Plan {
    /// Where recorded records go that a record has written which reached `given`.
    pub(crate) fn recorded_to(&self, given: Mask) -> Mask {
        if self.recorder_to != 0 {
            return self.recorder_to & self.enabled;
        }
        let wide = self.each(given & self.enabled).filter(|(_, destination)| !destination.settings.exact_levels);
        wide.fold(0, |mask, (place, _)| mask | 1 << place)
    }

    /// Is it not refused whatever its destinations are?
    pub(crate) fn admits(&self, record: &Record<'_>) -> bool {
        self.roles_of(record) & super::roles::DESTINATION != 0
            && (self.temporary(record.target()).is_some() || self.target_allows(record.target(), record.severity()))
            && self.passes_filters(record)
    }
}
