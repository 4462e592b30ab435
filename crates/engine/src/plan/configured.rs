//! What of a plan a config said: the next config takes it back, and nothing else.

use super::{PlanError, PlanSpec, RouteSpec};
use crate::process::Resource;
use crate::selflog::SelfLog;
use crate::{AlertSpec, PlannedAction};
use std::fmt;
use std::sync::Arc;

/// What a config says of a destination, written in one way, so that two configs can be compared. A destination keeps
/// what it has open if `own` is equal.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// Its type and what its type knows.
    pub own: String,
    /// Its format.
    pub format: String,
    /// What is set for it as for every destination: levels, filters, queue.
    pub settings: String,
}

impl fmt::Debug for Source {
    /// Without what is said: that may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").finish_non_exhaustive()
    }
}

/// What of a plan the last config said, by name. Destinations say so themselves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Configured {
    /// Was a config applied?
    pub(crate) applied: bool,
    routes: Vec<String>,
    alerts: Vec<String>,
    actions: Vec<String>,
    switches: Vec<String>,
    filters: Vec<String>,
    stateful: Vec<String>,
    enrichers: Vec<String>,
    enrich: Vec<Resource>,
    /// Each key with the value that it had before.
    metadata: Vec<(String, Option<String>)>,
}

/// What a route is known by.
fn key(route: &RouteSpec) -> String {
    route.name.clone().unwrap_or_else(|| route.when.to_string())
}

impl PlanSpec {
    /// Takes back what the last config said, and takes over what `config` says. What the program added by name stays,
    /// unless the config has something of that name.
    ///
    /// # Errors
    ///
    /// If an action could not be started.
    pub(crate) fn take_over(&mut self, config: Self, log: &Arc<SelfLog>) -> Result<(), PlanError> {
        // Every part is named: one that is new must be thought of here.
        let Self {
            level,
            targets,
            spans,
            routes,
            default,
            tags,
            filters,
            stateful,
            enrichers,
            enrich,
            metadata,
            redact,
            limits,
            errors,
            alerts,
            recorder,
            switches,
            hold: _,
            temporary: _,
            raises: _,
            destinations: _,
            configured: _,
            layers_off: _,
            guests: _,
            actions: _,
            planned_actions,
        } = config;
        (self.level, self.targets, self.spans, self.tags) = (level, targets, spans, tags);
        (self.redact, self.limits, self.errors, self.recorder) = (redact, limits, errors, recorder);
        // What waited for a config has one now.
        self.hold = None;
        let before = std::mem::take(&mut self.configured);
        let mut named = Configured { applied: true, ..Configured::default() };
        named.routes = routes.iter().map(key).collect();
        put_before(&mut self.routes, routes, key, &before.routes);
        named.filters = filters.iter().map(|(name, _)| name.clone()).collect();
        put_before(&mut self.filters, filters, |(name, _)| name.clone(), &before.filters);
        named.stateful = stateful.iter().map(|filter| filter.name().to_owned()).collect();
        put_before(&mut self.stateful, stateful, |filter| filter.name().to_owned(), &before.stateful);
        put_before(&mut self.enrich, enrich.clone(), Clone::clone, &before.enrich);
        named.enrich = enrich;
        named.enrichers = enrichers.iter().map(|(name, _)| name.clone()).collect();
        put_before(&mut self.enrichers, enrichers, |(name, _)| name.clone(), &before.enrichers);
        named.actions = self.take_actions(&planned_actions, &before.actions, log)?;
        named.alerts = alerts.iter().map(|alert| alert.name.clone()).collect();
        let alerts = self.known_alerts(alerts);
        put_before(&mut self.alerts, alerts, |alert| alert.name.clone(), &before.alerts);
        named.switches = switches.iter().map(|switch| switch.pattern.to_string()).collect();
        put_before(&mut self.switches, switches, |switch| switch.pattern.to_string(), &before.switches);
        self.take_default(default);
        self.restore_metadata(before.metadata);
        named.metadata = self.set_metadata(metadata);
        self.configured = named;
        Ok(())
    }

    /// Starts what does not run yet; gives the names.
    fn take_actions(
        &mut self,
        planned: &[PlannedAction],
        before: &[String],
        log: &Arc<SelfLog>,
    ) -> Result<Vec<String>, PlanError> {
        let start = |planned: &PlannedAction| Ok((planned.name().to_owned(), planned.start(&self.actions, log)?));
        let actions = planned.iter().map(start).collect::<Result<Vec<_>, PlanError>>()?;
        put_before(&mut self.actions, actions, |(name, _)| name.clone(), before);
        Ok(planned.iter().map(|planned| planned.name().to_owned()).collect())
    }

    /// What the config names, before the destinations of the program's own that were there.
    fn take_default(&mut self, default: Vec<String>) {
        let own = self.destinations.iter().filter(|destination| destination.source.is_none());
        let own: Vec<_> = own.map(|destination| destination.name.clone()).collect();
        self.default.retain(|name| own.contains(name) && !default.contains(name));
        self.default.splice(..0, default);
    }

    /// Those that are as before go on counting.
    fn known_alerts(&self, mut alerts: Vec<AlertSpec>) -> Vec<AlertSpec> {
        for alert in &mut alerts {
            let same = |other: &&AlertSpec| {
                (&other.name, &other.when) == (&alert.name, &alert.when)
                    && (&other.actions, &other.to) == (&alert.actions, &alert.to)
            };
            if let Some(same) = self.alerts.iter().find(same) {
                *alert = same.clone();
            }
        }
        alerts
    }

    fn restore_metadata(&mut self, said: Vec<(String, Option<String>)>) {
        for (key, before) in said {
            self.metadata.retain(|(other, _)| *other != key);
            self.metadata.extend(before.map(|value| (key, value)));
        }
    }

    /// Sets these pairs; gives their keys, each with the value that it had.
    fn set_metadata(&mut self, pairs: Vec<(String, String)>) -> Vec<(String, Option<String>)> {
        let set = pairs.into_iter().map(|(key, value)| {
            let place = self.metadata.iter().position(|(other, _)| *other == key);
            let before = place.map(|place| self.metadata.remove(place).1);
            self.metadata.push((key.clone(), value));
            (key, before)
        });
        set.collect()
    }
}

/// Puts `new` before those of `all` that neither the last config named nor `new` names.
fn put_before<T, K: PartialEq>(all: &mut Vec<T>, new: Vec<T>, key: impl Fn(&T) -> K, said: &[K]) {
    let named: Vec<_> = new.iter().map(&key).collect();
    all.retain(|one| !said.contains(&key(one)) && !named.contains(&key(one)));
    all.splice(..0, new);
}
