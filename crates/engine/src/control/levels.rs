//! Levels, for destinations, targets and for a time.

use super::Control;
use crate::plan::{PlanError, Temporary};
use std::time::Duration;
use tracework_core::{Severity, SeveritySet, Timestamp};
use tracework_rules::{TargetLevels, TargetPattern};

impl Control {
    /// Sets the least severity that a destination takes.
    ///
    /// # Errors
    ///
    /// If nothing of this name is attached.
    pub fn set_level(&self, name: &str, least: Severity) -> Result<(), PlanError> {
        self.set(name, |settings| {
            settings.levels = Some(SeveritySet::at_least(least));
            settings.exact_levels = false;
        })
    }

    /// Sets the severities that a destination takes, and no others.
    ///
    /// # Errors
    ///
    /// If nothing of this name is attached.
    pub fn set_levels(&self, name: &str, only: impl IntoIterator<Item = Severity>) -> Result<(), PlanError> {
        let only = only.into_iter().collect();
        self.set(name, |settings| {
            settings.levels = Some(only);
            settings.exact_levels = true;
        })
    }

    /// Sets the least severity that destinations take which name none.
    ///
    /// # Errors
    ///
    /// After the shutdown.
    pub fn set_program_level(&self, least: Severity) -> Result<(), PlanError> {
        self.change(|spec| {
            spec.level = SeveritySet::at_least(least);
            Ok(())
        })
    }

    /// Sets what each target may emit at all.
    ///
    /// # Errors
    ///
    /// After the shutdown.
    pub fn set_targets(&self, targets: TargetLevels) -> Result<(), PlanError> {
        self.change(|spec| {
            spec.targets = targets;
            Ok(())
        })
    }

    /// Sets the least severity of a target, for a while: every destination takes it then, but for those with exact
    /// levels. It ends within a second of its time. A later call for the same target replaces it.
    ///
    /// # Errors
    ///
    /// If `target` is no pattern of targets, or after the shutdown.
    pub fn set_level_for(&self, target: &str, least: Severity, duration: Duration) -> Result<(), PlanError> {
        let nanos = i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
        let until = Timestamp(self.hub().clock().now().0.saturating_add(nanos));
        let target: TargetPattern = target.parse().map_err(PlanError::Rule)?;
        self.change(|spec| {
            spec.temporary.retain(|other| other.target != target);
            spec.temporary.push(Temporary { target, level: least, until });
            Ok(())
        })
    }
}
