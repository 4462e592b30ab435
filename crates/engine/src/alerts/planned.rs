//! Actions that a config names.

use super::ActionHandle;
use crate::plan::{PlanError, check_name};
use crate::selflog::SelfLog;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use tracework_core::{Action, Description};

/// An action that a config names, on its way into a plan. Clones are the same one.
#[derive(Clone)]
pub struct PlannedAction(Arc<Inner>);

struct Inner {
    name: String,
    source: String,
    described: Option<Description>,
    /// Until its thread is started.
    action: Mutex<Option<Box<dyn Action>>>,
}

impl fmt::Debug for PlannedAction {
    /// Without what the config says: that may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PlannedAction").field(&self.0.name).finish()
    }
}

impl PlannedAction {
    /// An action by its name. `source` is what the config says of it, written in one way: one that runs goes on if that
    /// is equal.
    #[must_use]
    pub fn new(name: impl Into<String>, source: impl Into<String>, action: Box<dyn Action>) -> Self {
        let (described, action) = (action.as_config(), Mutex::new(Some(action)));
        Self(Arc::new(Inner { name: name.into(), source: source.into(), described, action }))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The one that runs, if it is the same; else it is started.
    pub(crate) fn start(
        &self,
        running: &[(String, Arc<ActionHandle>)],
        log: &Arc<SelfLog>,
    ) -> Result<Arc<ActionHandle>, PlanError> {
        let Inner { name, source, described, action } = &*self.0;
        check_name(name)?;
        let same = running.iter().find(|(other, handle)| other == name && handle.source() == Some(source));
        if let Some((_, same)) = same {
            return Ok(Arc::clone(same));
        }
        let action = action.lock().unwrap_or_else(PoisonError::into_inner).take();
        let action = action.ok_or_else(|| PlanError::NotFound { what: "action left to start", name: name.clone() })?;
        let said = (source.clone(), described.clone());
        ActionHandle::spawn(name, action, Arc::clone(log), Some(said)).map_err(PlanError::Thread)
    }
}
