//! Levels, for destinations, targets and for a time.

use super::Control;
use crate::plan::{PlanError, Raise, Temporary, TemporaryLevel};
use std::time::Duration;
use tracework_core::{Severity, SeveritySet, Timestamp};
use tracework_rules::{Rule, TargetLevels, TargetPattern, quote};

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
        let until = self.after(duration);
        let target: TargetPattern = target.parse().map_err(PlanError::Rule)?;
        self.change(|spec| {
            spec.temporary.retain(|other| other.target != target);
            spec.temporary.push(Temporary { target, level: least, until });
            Ok(())
        })
    }

    fn after(&self, duration: Duration) -> Timestamp {
        let nanos = i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
        Timestamp(self.hub().clock().now().0.saturating_add(nanos))
    }

    /// Has destinations take records from `least` up, for a while, where `when` matches: those of one user, of one
    /// request. Destinations with exact levels stay as they are, and so does what `targets` silences. It ends within a
    /// second of its time; a later call with the same rule replaces it.
    ///
    /// While it lasts, callsites down to `least` are awake. A rule about spans, their fields (`context.x`) and targets is
    /// answered where the event is emitted; of other rules, every event of these severities is captured.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tracework_core::Severity;
    /// use tracework_engine::Control;
    ///
    /// let control = Control::new();
    /// control.raise("context.user_id = 42".parse()?, Severity::DEBUG, Duration::from_secs(600))?;
    /// assert_eq!(control.temporary_levels()[0].of, "context.user_id = 42");
    /// control.end_level("context.user_id = 42")?;
    /// assert!(control.temporary_levels().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// After the shutdown.
    pub fn raise(&self, when: Rule, least: Severity, duration: Duration) -> Result<(), PlanError> {
        let until = self.after(duration);
        self.change(|spec| {
            spec.raises.retain(|other| other.when != when);
            spec.raises.push(Raise { when, level: least, until });
            Ok(())
        })
    }

    /// [`Control::raise`] for what has the field `key` with this value, of its own or in a span around it.
    ///
    /// # Errors
    ///
    /// If no rule can be made of these, or after the shutdown.
    pub fn raise_field(&self, key: &str, value: &str, least: Severity, duration: Duration) -> Result<(), PlanError> {
        let (key, value) = (quote(key), quote(value));
        let rule =
            Rule::parse(&format!("context.{key} = {value} or field.{key} = {value}")).map_err(PlanError::Rule)?;
        self.raise(rule, least, duration)
    }

    /// [`Control::raise`] for what is inside a span of this name.
    ///
    /// # Errors
    ///
    /// If no rule can be made of the name, or after the shutdown.
    pub fn raise_span(&self, name: &str, least: Severity, duration: Duration) -> Result<(), PlanError> {
        let rule = Rule::parse(&format!("span = {}", quote(name))).map_err(PlanError::Rule)?;
        self.raise(rule, least, duration)
    }

    /// The levels that end by themselves: those of targets, then those of rules.
    #[must_use]
    pub fn temporary_levels(&self) -> Vec<TemporaryLevel> {
        self.plan().spec().temporary_levels().collect()
    }

    /// Ends a temporary level before its time, by what [`Control::temporary_levels`] calls it.
    ///
    /// # Errors
    ///
    /// If there is none, or after the shutdown.
    pub fn end_level(&self, of: &str) -> Result<(), PlanError> {
        self.change(|spec| {
            let before = spec.temporary.len() + spec.raises.len();
            spec.temporary.retain(|temporary| temporary.target.to_string() != of);
            spec.raises.retain(|raise| raise.when.as_str() != of);
            match spec.temporary.len() + spec.raises.len() < before {
                true => Ok(()),
                false => Err(PlanError::NotFound { what: "temporary level", name: of.to_owned() }),
            }
        })
    }
}
