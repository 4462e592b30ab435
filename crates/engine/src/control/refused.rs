//! What became of the configs so far: the one that holds, and the one that was refused.

use super::Control;
use crate::ledger::unix_nanos;
use crate::plan::{Attached, Plan};
use crate::roles;
use serde::Serialize;
use std::sync::{Arc, PoisonError};
use tracework_core::{
    Draft, Head, Key, Kind, Limits, Metadata, OwnedRecord, Page, Reserved, Severity, Timestamp, Value,
};

/// What became of the configs so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigHealth {
    /// `loaded`, or `refused` if there is a newer one that is wrong.
    pub state: &'static str,
    /// The number of the plan that the config which holds was made into.
    pub generation: u32,
    /// When that was. Serialised as nanoseconds since 1970.
    #[serde(rename = "loaded_at_unix_nanos", serialize_with = "unix_nanos")]
    pub loaded_at: Timestamp,
    /// The newer one that was refused.
    pub refused: Option<Refused>,
    /// What is not wrong with the config that holds, but should be known, each with its place.
    pub warnings: Vec<String>,
}

/// A config that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// When. Serialised as nanoseconds since 1970.
    #[serde(rename = "at_unix_nanos", serialize_with = "unix_nanos")]
    pub at: Timestamp,
    /// What is wrong with it, with its place.
    pub error: String,
}

impl ConfigHealth {
    fn new(state: &'static str, generation: u32, loaded_at: Timestamp) -> Self {
        Self { state, generation, loaded_at, refused: None, warnings: Vec::new() }
    }
}

impl Control {
    /// Notes that a config was refused, for [`Control::health`], and says so in the stream: an ERROR of tracework's own,
    /// counted as `internal`, to every destination that takes ERRORs. The same error is not said again until another
    /// one, or a config that is accepted, came between; `false` then.
    ///
    /// ```
    /// use tracework_engine::{Control, Source};
    ///
    /// let control = Control::new();
    /// control.reload(Vec::new(), control.plan().spec().clone())?;
    /// assert!(control.note_refused("app.yml:3:1: nothing is called `levle` here"));
    /// assert_eq!(control.health().config.map(|config| config.state), Some("refused"));
    /// # Ok::<(), tracework_engine::PlanError>(())
    /// ```
    pub fn note_refused(&self, error: &str) -> bool {
        let (hub, plan) = (self.hub(), self.plan());
        let now = hub.clock().now();
        let mut config = hub.config.lock().unwrap_or_else(PoisonError::into_inner);
        let nothing = ConfigHealth::new("refused", 0, Timestamp(0));
        let health = config.get_or_insert(nothing);
        if health.refused.as_ref().is_some_and(|before| before.error == error) {
            return false;
        }
        health.state = "refused";
        health.refused = Some(Refused { at: now, error: error.to_owned() });
        drop(config);
        hub.note(crate::SelfLogSource::Config, error);
        let notice = notice(error, now, Some(Arc::clone(plan.metadata())));
        for destination in plan.destinations().iter().filter(|destination| hears(destination, &plan)) {
            destination.outlet.announce(notice.clone());
        }
        true
    }

    /// Notes that a config was accepted and made the plan of this generation.
    pub(super) fn note_loaded(&self, generation: u32) {
        let loaded_at = self.hub().clock().now();
        let mut config = self.hub().config.lock().unwrap_or_else(PoisonError::into_inner);
        *config = Some(ConfigHealth::new("loaded", generation, loaded_at));
    }

    /// Notes what is not wrong with the config that holds but should be known: in [`Control::health`], until the next
    /// config, and in the self-log.
    ///
    /// ```
    /// use tracework_engine::Control;
    ///
    /// let control = Control::new();
    /// control.reload(Vec::new(), control.plan().spec().clone())?;
    /// control.note_warnings(["app.yml:1:1: `audit_enabled` is not in this version yet"]);
    /// assert_eq!(control.health().config.map(|config| config.warnings.len()), Some(1));
    /// assert_eq!(control.self_log().len(), 1);
    /// # Ok::<(), tracework_engine::PlanError>(())
    /// ```
    pub fn note_warnings<W: Into<String>>(&self, warnings: impl IntoIterator<Item = W>) {
        let warnings: Vec<String> = warnings.into_iter().map(Into::into).collect();
        warnings.iter().for_each(|warning| self.hub().note(crate::SelfLogSource::Config, warning));
        let mut config = self.hub().config.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = config.as_mut() {
            config.warnings = warnings;
        }
    }
}

/// Does it take ERRORs that are ordinary records?
fn hears(destination: &Attached, plan: &Plan) -> bool {
    let settings = &destination.settings;
    settings.enabled
        && settings.kinds.contains(Kind::Log)
        && destination.levels(plan.spec().level).contains(Severity::ERROR)
}

fn notice(error: &str, time: Timestamp, metadata: Option<Arc<Metadata>>) -> OwnedRecord {
    let mut draft = Draft::new(Limits::default());
    let head = Head { time, severity: Severity::ERROR, kind: Kind::Log, callsite: None, generation: 0, roles: 0 };
    draft.begin(Head { roles: roles::DESTINATION, ..head });
    draft.mark_internal();
    let first = error.lines().next().unwrap_or_default();
    draft.message(format_args!("the config was refused, the one before stays: {first}"));
    draft.reserved(Reserved::Target, Value::Str("tracework"));
    draft.field(Key::Name("config_error"), Value::Str(error));
    let mut page = Page::new(Arc::default());
    page.set_metadata(metadata);
    let pick = page.push(&draft, None);
    OwnedRecord::from(&page.record(pick))
}
