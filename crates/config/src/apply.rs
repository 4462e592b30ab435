//! From a config to a pipeline.

use crate::config::{Config, Prepared};
use std::fmt;
use tracework_core::{Attachment, Batch, BatchSettings, Description, Destination, Failure};
use tracework_engine::{Control, PlanError, Planned, ReloadReport};
use tracework_rules::{Directives, RuleError, TargetLevels};

/// Why a config cannot be applied to a pipeline. Nothing was changed then.
#[derive(Debug)]
#[non_exhaustive]
pub enum ApplyError {
    /// The plan cannot be made: a name is taken already, no thread could be started.
    Plan(PlanError),
    /// The config sets what is fixed when a pipeline is made: this.
    Fixed(&'static str),
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(error) => error.fmt(f),
            Self::Fixed(what) => write!(f, "`{what}` is fixed when a pipeline is made, and this one has another"),
        }
    }
}

impl std::error::Error for ApplyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Plan(error) => Some(error),
            Self::Fixed(_) => None,
        }
    }
}

impl From<PlanError> for ApplyError {
    fn from(error: PlanError) -> Self {
        Self::Plan(error)
    }
}

/// In the place of a destination that is only asked about.
struct Nowhere {
    description: Option<Description>,
    batch: BatchSettings,
}

impl Destination for Nowhere {
    fn name(&self) -> &'static str {
        "nowhere"
    }

    fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> {
        Ok(())
    }

    fn as_config(&self) -> Option<Description> {
        self.description.clone()
    }

    fn usual_batch(&self) -> BatchSettings {
        self.batch
    }
}

impl Config {
    /// A pipeline of its own, with everything attached in one swap.
    ///
    /// # Errors
    ///
    /// If no thread could be started.
    pub fn into_control(self) -> Result<Control, ApplyError> {
        let control = self.empty_control()?;
        self.apply(&control)?;
        Ok(control)
    }

    /// A pipeline with nothing in it yet that this config can be applied to: with its shared buffer and its names of
    /// reserved fields.
    ///
    /// # Errors
    ///
    /// If the plan that it begins with cannot be made.
    pub fn empty_control(&self) -> Result<Control, PlanError> {
        Control::builder().names(self.names.clone()).buffer(self.buffer).build()
    }

    /// Applies it to a pipeline, in one swap: as its first config, or in place of the one before. What did not change
    /// stays open; see [`Control::reload`]. Its levels, routes, default and the rest replace those of the pipeline;
    /// what the program added by name stays. Its [warnings](Config::warnings) are in health and in the self-log from then
    /// on.
    ///
    /// ```
    /// use tracework_config::{Config, Registry};
    /// use tracework_engine::Control;
    ///
    /// let control = Control::new();
    /// Config::from_str("app.yml", "level: ERROR", &Registry::new())?.apply(&control)?;
    /// assert!(!control.plan().spec().level.contains(tracework_core::Severity::INFO));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If a name is that of a destination which the program attached, no thread could be started, or the config has
    /// other reserved names or another shared buffer than the pipeline was made with; for a second config also if a
    /// destination cannot be opened and has no failover. Nothing is changed then.
    pub fn apply(self, control: &Control) -> Result<ReloadReport, ApplyError> {
        if *control.hub().names() != self.names {
            return Err(ApplyError::Fixed("names"));
        }
        if control.plan().spec().hold.is_some() {
            // What was set before the config was known gives way to it.
            control.set_shared_buffer(self.buffer);
        } else if control.health().buffer_limit != self.buffer.memory {
            return Err(ApplyError::Fixed("buffer"));
        }
        let planned = self.destinations.into_iter().map(|prepared| {
            let Prepared { name, attachment, source, .. } = prepared;
            Planned { name, attachment, source }
        });
        let report = control.reload(planned.collect(), self.spec)?;
        control.note_warnings(self.provenance.warnings.iter().map(ToString::to_string));
        Ok(report)
    }

    /// The same config with destinations that do nothing: to ask where records would go, and open nothing.
    #[must_use]
    pub fn rehearsal(mut self) -> Self {
        for destination in &mut self.destinations {
            let settings = destination.attachment.settings.clone();
            let made = &destination.attachment.destination;
            let nowhere = Nowhere { description: made.as_config(), batch: made.usual_batch() };
            let format = destination.attachment.format.take();
            destination.attachment = Attachment { destination: Box::new(nowhere), format, settings };
        }
        self
    }

    /// Replaces `level` and `targets` by the directives of `RUST_LOG`.
    ///
    /// A directive that is finer than the default opens just its target: `info,app=debug` shows DEBUG of `app` at
    /// destinations that name no level, and INFO of the rest. Without a default, that of the config stays.
    ///
    /// ```
    /// use tracework_config::{Config, Registry};
    /// use tracework_core::{Severity, SeveritySet};
    ///
    /// let mut config = Config::from_str("app.yml", "level: ERROR", &Registry::new())?;
    /// config.set_directives("info,app=debug")?;
    /// assert_eq!(config.spec().level, SeveritySet::at_least(Severity::DEBUG));
    /// assert_eq!(config.spec().targets.get("hyper"), Some(SeveritySet::at_least(Severity::INFO)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If they cannot be read.
    pub fn set_directives(&mut self, directives: &str) -> Result<(), RuleError> {
        let Directives { default, targets } = directives.parse()?;
        let default = default.unwrap_or(self.spec.level);
        let level = targets.iter().fold(default, |level, (_, severities)| level.union(severities));
        self.spec.level = level;
        self.spec.targets = targets;
        if level != default {
            set_rest(&mut self.spec.targets, default)?;
        }
        Ok(())
    }
}

/// Caps what no other pattern of `targets` fits.
pub(crate) fn set_rest(targets: &mut TargetLevels, severities: tracework_core::SeveritySet) -> Result<(), RuleError> {
    targets.set("*".parse()?, severities)
}
