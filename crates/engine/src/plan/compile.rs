//! From a spec to a plan: every name is looked up, every contradiction refused.

use super::stages::Stages;
use super::{Attached, Mask, Plan, PlanSpec, recorder};
use crate::redact::{RedactError, Redactor};
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tracework_core::{Metadata, Value, nearest};

/// Why a plan cannot be made. The plan before goes on.
#[derive(Debug)]
#[non_exhaustive]
pub enum PlanError {
    /// Nothing of this name is attached. `at` says where the name stands.
    UnknownDestination {
        /// The name.
        name: String,
        /// Where it stands.
        at: String,
        /// The name that was meant, perhaps.
        nearest: Option<String>,
    },
    /// Something of this name is there already.
    Taken(String),
    /// A layer of this name is there already.
    LayerTaken(String),
    /// A name must have one to 64 letters, digits, `_`, `-` or `.`.
    BadName(String),
    /// More than [`Plan::MAX_DESTINATIONS`].
    TooMany,
    /// A failover leads back to where it began.
    FailoverLoop(Vec<String>),
    /// Something is set for a destination that cannot be, its disk buffer cannot be opened, or one of a new config could
    /// not be opened and has no failover.
    CannotStart {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
    /// What is to be hidden cannot be looked for.
    Redact(RedactError),
    /// The thread of a destination, or the engine's, could not be started.
    Thread(std::io::Error),
    /// A pattern of targets, or a rule, is none.
    Rule(tracework_rules::RuleError),
    /// Nothing of this name is there.
    NotFound {
        /// What it would be: a filter, an enricher, a route.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// This filter with a memory stands at two places, or two of one name stand at one.
    FilterTwice(String),
    /// A pattern of callsites is none.
    BadPattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
    /// A text that should say one callsite says none.
    BadCallsite {
        /// The text.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// The pipeline was shut down.
    ShutDown,
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownDestination { name, at, nearest } => {
                write!(f, "{at} names the destination `{name}`, which is not attached")?;
                match nearest {
                    Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
                    None => Ok(()),
                }
            }
            Self::Taken(name) => write!(f, "there is a destination `{name}` already"),
            Self::LayerTaken(name) => write!(f, "there is a layer `{name}` already"),
            Self::BadName(name) => {
                write!(f, "`{name}` is no name: one to 64 letters, digits, `_`, `-` and `.`, without a leading `-`")
            }
            Self::TooMany => write!(f, "a plan can have {} destinations", Plan::MAX_DESTINATIONS),
            Self::FailoverLoop(names) => write!(f, "failovers go in a circle: {}", names.join(" -> ")),
            Self::CannotStart { name, reason } => write!(f, "the destination `{name}` cannot start: {reason}"),
            Self::Redact(error) => error.fmt(f),
            Self::Rule(error) => error.fmt(f),
            Self::Thread(error) => write!(f, "a thread could not be started: {error}"),
            Self::NotFound { what, name } => write!(f, "there is no {what} `{name}`"),
            Self::FilterTwice(name) => write!(f, "there is a filter `{name}` already"),
            Self::BadPattern { pattern, why } => write!(f, "`{pattern}` is no pattern of callsites: {why}"),
            Self::BadCallsite { text, why } => write!(f, "`{text}` is no callsite, such as src/db.rs:42: {why}"),
            Self::ShutDown => f.write_str("the pipeline was shut down"),
        }
    }
}

impl std::error::Error for PlanError {}

impl From<RedactError> for PlanError {
    fn from(error: RedactError) -> Self {
        Self::Redact(error)
    }
}

/// Can it be the name of a destination?
pub(crate) fn check_name(name: &str) -> Result<(), PlanError> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    if (1..=64).contains(&name.len()) && name.bytes().all(good) && !name.starts_with('-') {
        Ok(())
    } else {
        Err(PlanError::BadName(name.to_owned()))
    }
}

impl Plan {
    /// Makes the plan of `spec`. `before` lends what did not change.
    pub(crate) fn compile(mut spec: PlanSpec, generation: u32, before: Option<&Self>) -> Result<Self, PlanError> {
        check_destinations(&spec.destinations)?;
        spec.check_filters()?;
        if let Some(before) = before {
            spec.keep_filters(&before.spec);
        }
        let lookup = |names: &[String], at: &dyn Fn() -> String| {
            names.iter().try_fold(0, |mask: Mask, name| {
                let place = spec.destinations.iter().position(|destination| destination.name == *name);
                place.map(|place| mask | 1 << place).ok_or_else(|| PlanError::UnknownDestination {
                    name: name.clone(),
                    at: at(),
                    nearest: meant(name, &spec.destinations),
                })
            })
        };
        let mut routes = Vec::with_capacity(spec.routes.len());
        for route in &spec.routes {
            let at = || format!("the route `{}`", route.name.clone().unwrap_or_else(|| route.when.to_string()));
            routes.push((route.when.clone(), lookup(&route.to, &at)?));
        }
        check_alerts(&spec)?;
        for alert in &spec.alerts {
            lookup(&alert.to, &|| format!("the alert `{}`", alert.name))?;
        }
        let default = lookup(&spec.default, &|| "`default`".to_owned())?;
        let enabled = spec.destinations.iter().enumerate().filter(|(_, destination)| destination.settings.enabled);
        let enabled = enabled.fold(0, |mask, (place, _)| mask | 1 << place);
        let redactor = match before {
            Some(before) if before.spec.redact == spec.redact => Arc::clone(&before.redactor),
            _ => Arc::new(Redactor::new(&spec.redact)?),
        };
        let metadata = match before {
            Some(before)
                if before.spec.metadata == spec.metadata
                    && before.spec.enrich == spec.enrich
                    && Arc::ptr_eq(&before.redactor, &redactor) =>
            {
                Arc::clone(&before.metadata)
            }
            _ => Arc::new(metadata(&spec, &redactor)),
        };
        let (stages, congested) = (Stages::of(&spec), AtomicU64::new(0));
        let recorder_to = recorder::lookup(&spec)?;
        Ok(Self { generation, routes, default, enabled, metadata, redactor, stages, recorder_to, congested, spec })
    }
}

/// The pairs with their secrets masked: a value may come from the environment. What is named holds before what the
/// surroundings tell.
fn metadata(spec: &PlanSpec, redactor: &Redactor) -> Metadata {
    let around = spec.enrich.iter().flat_map(|resource| resource.pairs());
    Metadata::new(around.chain(&spec.metadata).map(|(key, value)| {
        let masked = redactor.redact_value(key, Value::Str(value));
        let shown = masked.map(|masked| masked.with_value(|value| value.to_string()));
        (key.as_str(), shown.unwrap_or_else(|| value.clone()))
    }))
}

/// Does every alert name actions that are there?
fn check_alerts(spec: &PlanSpec) -> Result<(), PlanError> {
    let known = |name: &String| spec.actions.iter().any(|(other, _)| other == name);
    match spec.alerts.iter().flat_map(|alert| &alert.actions).find(|name| !known(name)) {
        Some(name) => Err(PlanError::NotFound { what: "action", name: name.clone() }),
        None => Ok(()),
    }
}

fn check_destinations(destinations: &[Arc<Attached>]) -> Result<(), PlanError> {
    if destinations.len() > Plan::MAX_DESTINATIONS {
        return Err(PlanError::TooMany);
    }
    let mut names = HashSet::new();
    for destination in destinations {
        check_name(&destination.name)?;
        if !names.insert(destination.name.as_str()) {
            return Err(PlanError::Taken(destination.name.clone()));
        }
    }
    destinations.iter().try_for_each(|destination| check_failover(destination, destinations))
}

/// The destination that was perhaps meant by `name`.
pub(crate) fn meant(name: &str, destinations: &[Arc<Attached>]) -> Option<String> {
    nearest(name, destinations.iter().map(|destination| destination.name.as_str())).map(str::to_owned)
}

/// Follows the failovers of `first` to their end.
fn check_failover(first: &Attached, destinations: &[Arc<Attached>]) -> Result<(), PlanError> {
    let mut way = vec![first.name.clone()];
    let mut here = first;
    while let Some(name) = &here.settings.failover {
        let Some(next) = destinations.iter().find(|destination| destination.name == *name) else {
            return Err(PlanError::UnknownDestination {
                name: name.clone(),
                at: format!("the failover of `{}`", here.name),
                nearest: meant(name, destinations),
            });
        };
        let circle = way.contains(name);
        way.push(name.clone());
        if circle {
            return Err(PlanError::FailoverLoop(way));
        }
        here = next;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_name_is_refused() {
        for bad in ["", "-app", "a b", "ü", &"x".repeat(65)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
        assert!(check_name("app_1.log-2").is_ok());
    }
}
