//! From a config to a pipeline.

use crate::Config;
use std::fmt;
use tracework_core::{Attachment, Batch, Destination, Failure};
use tracework_engine::{Control, PlanError, PlanSpec};
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
struct Nowhere;

impl Destination for Nowhere {
    fn name(&self) -> &'static str {
        "nowhere"
    }

    fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> {
        Ok(())
    }
}

impl Config {
    /// A pipeline of its own, with everything attached in one swap.
    ///
    /// # Errors
    ///
    /// If no thread could be started.
    pub fn into_control(self) -> Result<Control, ApplyError> {
        let control = Control::builder().names(self.names.clone()).buffer(self.buffer).build()?;
        self.attach(&control)?;
        Ok(control)
    }

    /// Attaches everything to a pipeline that is there already, in one swap. Its levels, routes, default and the rest
    /// replace those of the pipeline; destinations that it has stay.
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
    /// If a name is taken, no thread could be started, or the config has other reserved names or another shared buffer
    /// than the pipeline was made with.
    pub fn apply(self, control: &Control) -> Result<(), ApplyError> {
        if *control.hub().names() != self.names {
            return Err(ApplyError::Fixed("names"));
        }
        if control.health().buffer_limit != self.buffer.memory {
            return Err(ApplyError::Fixed("buffer"));
        }
        self.attach(control)
    }

    fn attach(self, control: &Control) -> Result<(), ApplyError> {
        let spec = self.spec;
        let destinations = self.destinations.into_iter().map(|prepared| (prepared.name, prepared.attachment));
        Ok(control.attach_all(destinations.collect(), |plan| fill(plan, spec))?)
    }

    /// The same config with destinations that do nothing: to ask where records would go, and open nothing.
    #[must_use]
    pub fn rehearsal(mut self) -> Self {
        for destination in &mut self.destinations {
            let settings = destination.attachment.settings.clone();
            let format = destination.attachment.format.take();
            destination.attachment = Attachment { destination: Box::new(Nowhere), format, settings };
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

/// Fills a plan with everything of `from` but the destinations.
fn fill(plan: &mut PlanSpec, from: PlanSpec) {
    plan.level = from.level;
    plan.targets = from.targets;
    plan.spans = from.spans;
    plan.routes = from.routes;
    plan.default = from.default;
    plan.tags = from.tags;
    plan.filters = from.filters;
    plan.enrichers = from.enrichers;
    plan.redact = from.redact;
    plan.limits = from.limits;
    plan.enrich = from.enrich;
    for (key, value) in from.metadata {
        plan.metadata.retain(|(other, _)| *other != key);
        plan.metadata.push((key, value));
    }
}
