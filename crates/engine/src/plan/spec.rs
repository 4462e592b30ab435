//! What a plan is made of.

use super::configured::{Configured, Source};
use super::switches::CallsiteSwitch;
use super::{Raise, RecorderSpec, Seated};
use crate::alerts::{ActionHandle, AlertSpec, PlannedAction};
use crate::delivery::Outlet;
use crate::errors::ErrorSettings;
use crate::process::Resource;
use crate::redact::RedactSettings;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use tracework_core::{
    Attachment, BatchSettings, Description, DestinationSettings, DiskSettings, Enricher, Filter, Limits, NamedFilter,
    Severity, SeveritySet, TagFilter, Timestamp,
};
use tracework_rules::{Rule, TargetLevels, TargetPattern};

/// What a plan is made of. Change a copy, and hand it to [`Control::change`](crate::Control::change).
#[derive(Clone)]
#[non_exhaustive]
pub struct PlanSpec {
    /// The severities that a destination takes which names none.
    pub level: SeveritySet,
    /// What each target may emit at all; it caps before everything else.
    pub targets: TargetLevels,
    /// The severities of spans that are captured.
    pub spans: SeveritySet,
    /// Levels for targets that end by themselves.
    pub temporary: Vec<Temporary>,
    /// Levels for records that rules match, that end by themselves.
    pub raises: Vec<Raise>,
    /// Nothing is routed yet: what is emitted at this severity or above waits in the shared buffer, and is routed by the
    /// first plan that has `None` here.
    pub hold: Option<Severity>,
    /// Which records go where.
    pub routes: Vec<RouteSpec>,
    /// Where records go that no route matches.
    pub default: Vec<String>,
    /// The tags asked for by the whole pipeline.
    pub tags: TagFilter,
    /// Filters of the whole pipeline, by name; each must keep a record.
    pub filters: Vec<(String, Arc<dyn Filter>)>,
    /// Filters with a memory of the whole pipeline: each is asked about every record that would be delivered anywhere.
    pub stateful: Vec<NamedFilter>,
    /// The flight recorder, if there is one.
    pub recorder: Option<RecorderSpec>,
    /// What adds metadata to each record, by name.
    pub enrichers: Vec<(String, Arc<dyn Enricher>)>,
    /// What the surroundings of the process tell, as metadata of every record.
    pub enrich: Vec<Resource>,
    /// Metadata of every record. It holds before what the surroundings tell.
    pub metadata: Vec<(String, String)>,
    /// Which secrets are hidden.
    pub redact: RedactSettings,
    /// How large a record may become.
    pub limits: Limits,
    /// What is set for errors that the program catches.
    pub errors: ErrorSettings,
    /// Callsites that are switched by themselves.
    pub switches: Vec<CallsiteSwitch>,
    /// Which records raise an alert.
    pub alerts: Vec<AlertSpec>,
    /// The roles of layers that are switched off, a bit each.
    pub(crate) layers_off: u8,
    /// Layers of others, each by a slot.
    pub(crate) guests: Vec<Seated>,
    /// What alerts run, by name.
    pub(crate) actions: Vec<(String, Arc<ActionHandle>)>,
    /// Those of a config that is on its way into a plan.
    pub(crate) planned_actions: Vec<PlannedAction>,
    pub(crate) destinations: Vec<Arc<Attached>>,
    pub(crate) configured: Configured,
}

/// Which records go where.
#[derive(Clone, Debug)]
pub struct RouteSpec {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// The records it is about.
    pub when: Rule,
    /// The names of the destinations that they go to.
    pub to: Vec<String>,
    /// Filters with a memory: they are asked about records that this route alone leads somewhere.
    pub filters: Vec<NamedFilter>,
}

/// A level for a target that ends by itself.
#[derive(Clone, Debug)]
pub struct Temporary {
    /// The targets.
    pub target: TargetPattern,
    /// The least severity, until then.
    pub level: Severity,
    /// When it ends.
    pub until: Timestamp,
}

/// A destination in a plan.
#[derive(Clone)]
pub(crate) struct Attached {
    pub(crate) name: String,
    pub(crate) outlet: Arc<Outlet>,
    pub(crate) settings: DestinationSettings,
    /// What its format writes; equal ones share bytes.
    pub(crate) format: Option<String>,
    /// The formats it had before, counted.
    pub(crate) format_version: u32,
    /// The file that it alone should write to.
    pub(crate) writes_to: Option<PathBuf>,
    /// What the config says of it, if a config named it.
    pub(crate) source: Option<Source>,
    /// What it says of itself.
    pub(crate) described: Described,
}

/// What a destination of the plan says of itself, for the plan to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// What it is, in one word, as [`Destination::name`](tracework_core::Destination::name) tells it.
    pub kind: &'static str,
    /// What a config says to make it once more; `None` if it cannot be said.
    pub destination: Option<Description>,
    /// Was a format set for it, or has it a usual one?
    pub has_format: bool,
    /// What a config says of that format; `None` if it cannot be said.
    pub format: Option<Description>,
    /// The batches it gets when nobody says.
    pub usual_batch: BatchSettings,
}

impl Described {
    /// What `attachment` says of itself.
    pub(crate) fn of(attachment: &Attachment) -> Self {
        let usual = || attachment.destination.usual_format();
        let format = attachment.format.clone().or_else(usual);
        Self {
            kind: attachment.destination.name(),
            destination: attachment.destination.as_config(),
            has_format: format.is_some(),
            format: format.and_then(|format| format.as_config()),
            usual_batch: attachment.destination.usual_batch(),
        }
    }
}

/// The folder of a destination's spool.
pub(crate) fn spool_folder(name: &str, disk: &DiskSettings) -> PathBuf {
    disk.path.clone().unwrap_or_else(|| PathBuf::from("spool").join(name))
}

impl Attached {
    /// Do both write to one file, or spool into one folder?
    pub(crate) fn meets(&self, other: &Self) -> bool {
        (self.writes_to.is_some() && self.writes_to == other.writes_to) || self.shares_spool(other)
    }

    /// Do both spool into one folder?
    pub(crate) fn shares_spool(&self, other: &Self) -> bool {
        let folder = |one: &Self| one.settings.disk.as_ref().map(|disk| spool_folder(&one.name, disk));
        self.settings.disk.is_some() && folder(self) == folder(other)
    }

    /// The severities it takes.
    pub(crate) fn levels(&self, level: SeveritySet) -> SeveritySet {
        self.settings.levels.unwrap_or(level)
    }
}

impl fmt::Debug for Attached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attached").field("name", &self.name).field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Default for PlanSpec {
    /// INFO and above; no routes, no destinations.
    fn default() -> Self {
        Self {
            level: SeveritySet::at_least(Severity::INFO),
            targets: TargetLevels::default(),
            spans: SeveritySet::ALL,
            temporary: Vec::new(),
            raises: Vec::new(),
            hold: None,
            routes: Vec::new(),
            default: Vec::new(),
            tags: TagFilter::default(),
            filters: Vec::new(),
            stateful: Vec::new(),
            recorder: None,
            enrichers: Vec::new(),
            enrich: Vec::new(),
            metadata: Vec::new(),
            redact: RedactSettings::default(),
            limits: Limits::default(),
            errors: ErrorSettings::default(),
            switches: Vec::new(),
            alerts: Vec::new(),
            actions: Vec::new(),
            planned_actions: Vec::new(),
            layers_off: 0,
            guests: Vec::new(),
            destinations: Vec::new(),
            configured: Configured::default(),
        }
    }
}

impl PlanSpec {
    /// Adds an action that alerts of a config run. It is started when [`Control::reload`](crate::Control::reload) takes
    /// the config over, and ends with it.
    pub fn plan_action(&mut self, action: PlannedAction) {
        self.planned_actions.push(action);
    }

    /// What a config says to make the action `name` once more; `None` if it cannot be said.
    #[must_use]
    pub fn described_action(&self, name: &str) -> Option<&Description> {
        self.actions.iter().find(|(other, _)| other == name).and_then(|(_, action)| action.described())
    }
}

impl fmt::Debug for PlanSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlanSpec")
            .field("level", &self.level)
            .field("targets", &self.targets)
            .field("routes", &self.routes)
            .field("default", &self.default)
            .field("stateful", &self.stateful)
            .field("destinations", &self.destinations)
            .finish_non_exhaustive()
    }
}
